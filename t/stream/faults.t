# Allocations fail, one at a time, while a session's protocol is detected and
# it continues: each allocation of the two modules, then each of nginx itself.
# The session is closed or served completely, nothing hostile reaches the ADC,
# and the same worker serves the next session as usual.
#
# With TEST_FAULTS=all, each failure in nginx itself is also followed by the
# failure of all later allocations.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Adc;
use CitrixGuard::Check qw(request);
use CitrixGuard::Faults;
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $ALL = ($ENV{TEST_FAULTS} // '') eq 'all';

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $faults = CitrixGuard::Faults->new;

plan skip_all => 'the module is linked statically' if !$faults;

my $web = CitrixGuard::Recorder->new;
my $adc = CitrixGuard::Adc->new(http => $web->port);
my $certs = CitrixGuard::Gateway::certificates();
my $nginx;

my $GET = request('/vpn/index.html', headers => [Connection => 'close']);
my $ATTACK = request('/vpn/../vpns/cfg/smb.conf',
                     headers => [Connection => 'close']);
my $POST = request('/vpn/form', method => 'POST', body => 'b' x 5000,
                   headers => [Connection => 'close']);
my $SOCKS5 = CitrixGuard::Ica::connect_to($CitrixGuard::Ica::TICKET);
my $ANOTHER = CitrixGuard::Ica::connect_to('vda.example.test', 1494);

# The paths that a session can take. In "silent" the timeout is short, elsewhere
# long; "clear" is without TLS where the others have it.
my %WAYS = (pass => 1, proxy => 2, tls => 3, silent => 4, clear => 3);

# What the client sends, and for how many bytes it then waits (undef: for the
# end); a number is a pause. "arrives": the kind that the ADC sees, if any.
# "status": of the answer, if it is HTTP.
my @KINDS = (
    { name => 'ICA', arrives => 'ica', talk => [
        [$CitrixGuard::Ica::ICA, 6], ['x' x 3000, 3000]] },
    { name => 'CGP', arrives => 'cgp', talk => [
        [$CitrixGuard::Ica::CGP, 7], ['x' x 3000, 3000]] },
    { name => 'CGP, byte by byte', arrives => 'cgp', talk => [
        (map { [$_, 0] } split //, $CitrixGuard::Ica::CGP),
        [CitrixGuard::Ica::bind_request(),
         7 + length CitrixGuard::Ica::bind_request()],
        ['x' x 300, 300]] },
    { name => 'CGP, then HTTP', talk => [
        ["$CitrixGuard::Ica::CGP\n$ATTACK"]] },
    { name => 'SOCKS5', arrives => 'socks5', talk => [
        [$CitrixGuard::Ica::GREETING, 2], [$SOCKS5, 10], ['x' x 300, 300]] },
    { name => 'SOCKS5, no ticket', arrives => 'socks5', talk => [
        [$CitrixGuard::Ica::GREETING, 2], [$ANOTHER]] },
    { name => 'RDP', arrives => 'rdp', talk => [
        [CitrixGuard::Ica::connection_request(), 19], ['x' x 300, 300]] },
    { name => 'RDP', ways => ['clear'], arrives => 'rdp', talk => [
        ["\x03", 0], [substr(CitrixGuard::Ica::connection_request(), 1), 19],
        ['x' x 300, 300]] },
    { name => 'RDP, then HTTP', ways => ['clear'], talk => [
        [CitrixGuard::Ica::connection_request() . $ATTACK]] },
    { name => 'HTTP', arrives => 'http', status => 200, talk => [[$GET]] },
    { name => 'HTTP, a body', arrives => 'http', status => 200, talk => [
        [$POST]] },
    { name => 'HTTP, an attack', status => 403, talk => [[$ATTACK]] },
    { name => 'HTTP, an attack in pieces', status => 403, talk => [
        ["\r", 0], ["\n", 0], ["GET /vpn/..", 0],
        [substr $ATTACK, length 'GET /vpn/..']] },
    { name => 'half a signature, an attack', status => 400, talk => [
        ["\x1aCG", 0], [$ATTACK]] },
    { name => 'silent', ways => ['silent'], arrives => 'http', status => 200,
      talk => [['', 0], 0.2, [$GET]] },
    { name => 'silent, an attack', ways => ['silent'], status => 403,
      talk => [['', 0], 0.2, [$ATTACK]] },
);

# must never arrive
my $HOSTILE = qr/vpns|vda\.example/;


sub start {
    my (%env) = @_;
    return $nginx = configured(main => 'env FAULTS;',
                               env => { $faults->env, %env })->start;
}


sub configured {
    my (%given) = @_;
    return CitrixGuard::Nginx->new(
        ports => 5, vars => { ADC => $adc->port, CERTS => $certs },
        http => <<'END', stream => <<'END', %given);
    server {
        citrix_guard_http_name gateway;
        citrix_guard on;
        lingering_close off;
        location / { proxy_pass http://127.0.0.1:%%ADC%%; }
    }
    server {
        listen unix:%%DIR%%/proxied.sock proxy_protocol;
        citrix_guard on;
        lingering_close off;
        location / { proxy_pass http://127.0.0.1:%%ADC%%; }
    }
    server { listen 127.0.0.1:%%PORT5%%; location / { return 200 $pid; } }
END
    log_format protocol '"$citrix_guard_protocol" $status';
    access_log %%DIR%%/stream.log protocol;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/front.json event if=$citrix_guard_event;
    # without memory nginx takes the default
    map $citrix_guard_protocol $name { default ""; ica adc; cgp adc;
                                       socks5 adc; rdp adc; }
    map $citrix_guard_protocol $to {
        default unix:%%DIR%%/proxied.sock;
        ica     unix:%%DIR%%/raw.sock;
        cgp     unix:%%DIR%%/raw.sock;
        socks5  unix:%%DIR%%/raw.sock;
        rdp     unix:%%DIR%%/raw.sock;
    }
    citrix_guard_preread on;
    citrix_guard_preread_rdp on;
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    server {
        listen 127.0.0.1:%%PORT1%%;
        listen 127.0.0.1:%%PORT3%% ssl;
        citrix_guard_preread_pass $name;
        citrix_guard_http_pass gateway;
    }
    server {
        listen 127.0.0.1:%%PORT4%%;
        citrix_guard_preread_timeout 100ms;
        citrix_guard_preread_pass $name;
        citrix_guard_http_pass gateway;
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        proxy_pass $to;
        proxy_protocol on;
    }
    server {
        listen unix:%%DIR%%/raw.sock proxy_protocol;
        proxy_pass 127.0.0.1:%%ADC%%;
        access_log off;
        citrix_guard_preread off;
    }
    server {
        listen unix:%%DIR%%/adc.sock;
        citrix_guard_preread_name adc;
        deny all;
        proxy_pass 127.0.0.1:%%ADC%%;
    }
    # read, but never queried
    server {
        listen unix:%%DIR%%/constant.sock;
        citrix_guard_preread_answer_timeout 50s;
        citrix_guard_preread_pass adc;
        proxy_pass 127.0.0.1:%%ADC%%;
    }
END
}


sub worker { return CitrixGuard::Raw::ask($nginx->port(5),
    request('/', headers => [Connection => 'close']))->{body} }


# Everything that the client receives, and whether the connection stays open. A
# client whose TLS fails has received nothing.
sub talk {
    my ($kind, $way) = @_;
    my $client = eval {
        CitrixGuard::Raw->new($nginx->port($WAYS{$way}), timeout => 5,
            $way eq 'tls' ? (tls => { SSL_verify_mode => 0 }) : ());
    } or return '';
    my $said = '';
    for my $turn (@{ $kind->{talk} }) {
        if (!ref $turn) { sleep $turn; next }
        my ($bytes, $wanted) = @$turn;
        $client->put($bytes) if $bytes ne '';
        if (!defined $wanted) {
            my $rest = eval { $client->rest };
            return $said . ($rest // 'and is not ended');
        }
        # a pause, so that nginx reads what has arrived
        sleep 0.003 if !$wanted;
        my $got = $wanted ? eval { $client->bytes($wanted) } : '';
        if (!defined $got) {
            return $said . 'and is not ended' if $@ !~ /^closed/;
            return $said . $client->rest;
        }
        $said .= $got;
    }
    return $said;
}


# The result of one session.
sub outcome {
    my ($kind, $way, $n, $lasting, $deep) = @_;
    $adc->forget;
    $faults->arm($n, $lasting);
    my $said = talk($kind, $way);
    # nginx cannot allocate this one if its own allocation fails
    $nginx->settle if !$deep;
    my ($count, $failed, $name) = $faults->disarm;
    $nginx->settle;
    $adc->idle or die 'a session at the ADC does not end';
    $web->take;
    my @arrived = grep { $_->{bytes} ne '' } $adc->sessions;
    # these differ between any two answers
    $said =~ s/^(?:Date:|<center>reference:).*\n//mg;
    return { count => $count, failed => $failed, name => $name, said => $said,
             kinds => join(' ', map { $_->{kind} } @arrived),
             arrived => join '', map { $_->{bytes} } @arrived };
}


# What is wrong with a session that may have met a failure; empty if nothing is.
sub wrong {
    my ($kind, $is, $clean, $deep) = @_;
    my $arrives = $kind->{arrives} // '';
    return 'it is not ended' if $is->{said} =~ /and is not ended\z/;
    return "arrived: $is->{arrived}" if $is->{arrived} =~ $HOSTILE;
    return "arrived as: $is->{kinds}"
        if $is->{kinds} ne '' && $is->{kinds} ne $arrives;
    return "arrived without a length: $is->{arrived}"
        if $arrives eq 'http' && $is->{arrived} =~ /^(.*?\r\n)\r\n./s
           && $1 !~ /^(?:Content-Length|Transfer-Encoding):/m;
    # without memory for its value, nginx itself leaves a field out
    return "arrived: $is->{arrived}"
        if index($clean->{arrived}, $is->{arrived})
           && !($deep && $arrives eq 'http');
    return wrong_answer($kind, $is, $clean, $deep);
}


sub wrong_answer {
    my ($kind, $is, $clean, $deep) = @_;
    return '' if !index $clean->{said}, $is->{said};
    my ($status) = $is->{said} =~ /^HTTP\S+ ([345]\d\d) /
        or return "said: $is->{said}";
    return '' if ($kind->{arrives} // 'http') eq 'http';
    # without memory for its map, nginx stays in the front, which is HTTP
    return $deep && $status >= 400 && $is->{kinds} eq '' ? ''
                                                         : "answered $status";
}


# Does it work as usual?
sub other {
    my ($then, $clean) = @_;
    return map { $then->{$_} eq $clean->{$_}
                 ? () : "$_: $then->{$_}, not $clean->{$_}" }
           qw(said kinds arrived);
}


# Without a failure each kind reaches its destination.
sub served {
    my ($kind, $is) = @_;
    return "arrived as: $is->{kinds}"
        if $is->{kinds} ne ($kind->{arrives} // '');
    return '' if !exists $kind->{status};
    return $is->{said} =~ /^HTTP\S+ $kind->{status} / ? '' : $is->{said};
}


sub sweep {
    my ($kind, $way, $lasting, $deep) = @_;
    my $swept = $faults->sweep(
        run => sub { outcome($kind, $way, $_[0], $lasting, $deep) },
        wrong => sub { wrong($kind, @_, $deep) },
        after => \&other);
    my $clean = $swept->{clean};
    my $name = "$kind->{name}, $way" . ($lasting ? ', lasting' : '');
    is served($kind, $clean), '', "$name: as usual";
    is $swept->{bad}, '', "$name: closed or served";
    my $count = @{ $swept->{names} };
    cmp_ok $count, '>', 0, "$name: $count failed";
    note "  @{ $swept->{names} }";
    figure($deep ? 'in nginx, of sessions' : 'of sessions', $count);
    return @{ $swept->{names} };
}


sub ways {
    my ($kind, @ways) = @_;
    return @{ $kind->{ways} // \@ways };
}


subtest 'the glue' => sub {
    local $ENV{TEST_NGINX_MODULE} = $faults->module;
    start();
    my $worker = worker();
    my %failed;
    for my $kind (@KINDS) {
        for my $way (ways($kind, qw(pass proxy tls))) {
            for my $lasting (0, 1) {
                $failed{$_}++ for sweep($kind, $way, $lasting);
            }
        }
    }
    is worker(), $worker, 'the same worker all the time';
    cmp_ok $failed{ngx_stream_complex_value} // 0, '>', 0,
        'among them a function that only the stream module calls';
    $nginx->stop;
    is $nginx->sanitizer_report, '', 'nothing crashed';
};


subtest 'nginx -t' => sub {
    my $checked = $faults->checked(configured());
    is $checked->{bad}, '', 'each failure is an error';
    my %failed = map { $_ => 1 } @{ $checked->{names} };
    ok $failed{$_}, "$_ was one" for qw(ngx_pcalloc ngx_stream_add_variable
        ngx_stream_set_complex_value_slot ngx_array_push);
    figure('while the configuration is read', scalar @{ $checked->{names} });
};


# Without TLS: OpenSSL's own failures are not tested.
subtest "nginx's own" => sub {
    plan skip_all => 'clang links malloc() into nginx, and LD_PRELOAD does '
        . 'not reach it; gcc does not' if !$faults->reaches_malloc;
    start(LD_PRELOAD => $faults->library, ASAN_OPTIONS => join ':',
          $ENV{ASAN_OPTIONS} // (), 'verify_asan_link_order=0');
    my $worker = worker();
    for my $kind (@KINDS) {
        for my $way (ways($kind, qw(pass proxy))) {
            sweep($kind, $way, $_, 1) for $ALL ? (0, 1) : 0;
        }
    }
    is worker(), $worker, 'the same worker all the time';
    $nginx->stop;
    is $nginx->sanitizer_report, '', 'nothing crashed';
};

figures();
done_testing;
