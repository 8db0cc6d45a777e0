package CitrixGuard::Load;

# Load that knows what it should get: clients in processes of their own send
# benign and hostile requests without pause, each with a tag, and look at each
# answer. Afterwards what arrived and what was logged is held against it.
#
#   my $load = CitrixGuard::Load->new(modes => [qw(on detect)]);
#   my $nginx = $load->guard(workers => 2);      # configured, not started
#   $nginx->configure(http => $load->http('on'))->start;
#   $load->begin(qw(keep new h2 tls tls-h2));
#   ... $nginx->configure(http => $load->http('detect'))->reload ...
#   my $result = $load->finish;                  # ends clients and nginx
#
# Each configuration is a generation. It says its number and mode to client
# (X-By) and upstream, so that an answer can be told by the mode that it was
# made in. The upstream is an nginx that says what it was asked for.
#
# What becomes of a request:
#   answered  as the mode of its generation says
#   cut       no answer, on a connection that had others before: a server may
#             close an idle connection at any time, so the client asks again;
#             nginx does that to fresh ones of HTTP/2, too, each worker once
#   lost      no answer on a fresh connection, or no connection
#   half      an answer cut short
#   wrong     any other answer

use strict;
use warnings;

use POSIX ();
use Time::HiRes qw(sleep time);

use CitrixGuard::Check qw(request);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Scratch qw(end_process slurp spew);

# streams that are open at once
use constant STREAMS => 3;

# that many workers may be exiting when a client comes again
use constant PARTED => 2;

my @HOSTILE = ('/vpn/../vpns/cfg/smb.conf', '/vpn/..;/vpns/a', '/a/%2e%2e/vpns',
    '/vpn/%252e%252e/vpns/', '/vpn/..%5cvpns/portal', '/vpn/.%2e/vpn%73/a',
    '/x/..%c0%afvpns/', '/vpn/js/../../vpns/',
    '/vpn//../vpns/portal/scripts/newbm.pl');

my @BENIGN = ('/vpn/index.html', '/vpns/cvpnpage.html', '/', '/a%20b/c.d',
    '/logon/LogonPoint/tmindex.html', '/vpn/js/rdx.js', '/x/../y',
    '/cgi/login?a=%2Fb');


sub new {
    my ($class) = @_;
    my $self = bless { owner => $$, generation => 0, clients => [] }, $class;
    $self->{upstream} = CitrixGuard::Nginx->new(
        without_module => 1, http => <<'END')->start;
    log_format arrived '$http_x_generation $request_uri';
    keepalive_requests 1000000;
    server { listen unix:%%DIR%%/upstream;
             access_log %%DIR%%/arrived.log arrived;
             return 200 "$http_x_generation $request_uri"; }
END
    return $self;
}


# The nginx with the guard: ports 1 (HTTP/1), 2 (HTTP/2), 3 and 4 (over TLS).
sub guard {
    my ($self, %given) = @_;
    my $class = delete $given{class} // 'CitrixGuard::Nginx';
    my $nginx = $class->new(ports => 5, %given);
    $nginx->configure(vars => { UPSTREAM => $self->{upstream}->dir
                                . '/upstream' });
    return $self->{nginx} = $nginx;
}


# A certificate, and from then on ports 3 and 4.
sub with_tls {
    my ($self) = @_;
    require IO::Socket::SSL;
    require IO::Socket::SSL::Utils;
    my ($cert, $key) = IO::Socket::SSL::Utils::CERT_create(
        subject => { commonName => 'localhost' }, CA => 1,
        subjectAltNames => [[IP => '127.0.0.1']]);
    my $dir = $self->{nginx}->dir;
    IO::Socket::SSL::Utils::PEM_cert2file($cert, "$dir/cert.pem");
    IO::Socket::SSL::Utils::PEM_key2file($key, "$dir/key.pem");
    $self->{tls} = { SSL_verify_mode => 0 };
    return $self;
}


# The text of the next generation, in a mode of the guard or "none": without
# the module.
sub http {
    my ($self, $mode, $more) = @_;
    my $by = ++$self->{generation} . "-$mode";
    my $directive = $mode eq 'none' ? '' : "citrix_guard $mode;";
    my $rules = $mode eq 'none' ? '' : join "\n    ", map
        { "citrix_guard_rule r$_ path ^/none$_/[a-z]+/x and body:1k a$_;" }
        1 .. 50;
    my $tls = $self->{tls} ? join "\n", 'listen 127.0.0.1:%%PORT3%% ssl;',
        CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT4%% ssl'),
        map {"ssl_$_;"} 'certificate %%DIR%%/cert.pem',
        'certificate_key %%DIR%%/key.pem', 'session_cache shared:tls:1m'
        : '';
    my $h2 = CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT2%%');
    return <<"END" . ($more // '');
    upstream adc { zone adc 64k; server unix:%%UPSTREAM%%; }
    limit_conn_zone \$binary_remote_addr zone=conn:1m;
    access_log off;
    $rules
    server {
        listen 127.0.0.1:%%PORT1%%;
        $tls
        add_header X-By "\$pid $by" always;
        $directive
        limit_conn conn 1000;
        location / { proxy_set_header X-Generation $by;
                     proxy_pass http://adc; }
    }
    server {
        $h2
        add_header X-By "\$pid $by" always;
        $directive
        location / { proxy_set_header X-Generation $by;
                     proxy_pass http://adc; }
    }
END
}


# Starts a client of each kind: keep, new (connections), h2, tls, tls-h2.
sub begin {
    my ($self, @kinds) = @_;
    for my $kind (@kinds) {
        my $name = @{ $self->{clients} };
        my $file = $self->{nginx}->dir . "/client-$name";
        defined(my $pid = fork) or die "fork: $!";
        if (!$pid) {
            eval { $self->_client($kind, $name, $file); 1 }
                or spew($file, "-\t-\twrong\t-\t-\tclient: $@");
            POSIX::_exit(0);
        }
        push @{ $self->{clients} },
            { pid => $pid, file => $file, kind => $kind };
    }
    return $self;
}


# The number of answers so far.
sub answers {
    my ($self) = @_;
    my $size = 0;
    $size += -s $_->{file} // 0 for @{ $self->{clients} };
    return $size;
}


sub pause {
    my ($self) = @_;
    for my $client (grep { $_->{pid} } @{ $self->{clients} }) {
        kill 'TERM', $client->{pid};
    }
    end_process(delete $_->{pid}, 'TERM')
        for grep { $_->{pid} } @{ $self->{clients} };
    return $self;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->pause;
    return;
}


# ---- in a client's process ----

sub _client {
    my ($self, $kind, $name, $file) = @_;
    my $over = 0;
    $SIG{TERM} = sub { $over = 1 };
    $SIG{INT} = $SIG{HUP} = 'DEFAULT';
    srand $name;
    open my $out, '>', $file or die "$file: $!";
    my $exchange = $kind =~ /h2/ ? \&_exchange_h2 : \&_exchange;
    my ($number, $parted) = (0, 0);
    while (!$over) {
        my $conn = eval { $self->_connect($kind) };
        my $refused = $conn ? '' : $@ =~ s/\s+/ /gr;
        my $left = $kind eq 'new' ? 1 : 1 + int rand 200;
        my $pid = '-';
        my $used = $kind =~ /h2/ && $parted < PARTED;
        while (!$over && $left-- > 0) {
            my @asked = map { _request($kind, "$name-" . ++$number) }
                        1 .. ($kind =~ /h2/ ? STREAMS : 1);
            my @got = $conn ? $exchange->($conn, @asked)
                            : map { { refused => $refused } } @asked;
            my $here = 0;
            for my $n (0 .. $#asked) {
                my ($what, $by, $note) = _judge($asked[$n], $got[$n], $used);
                ($pid, $by) = split ' ', $by if $by;
                print {$out} join("\t", $asked[$n]{tag}, $asked[$n]{hostile},
                    $what, $by // '-', $pid, $note // ''), "\n";
                $left = 0 if $what ne 'answered';
                $here = 1 if $what eq 'cut';
            }
            $used = 1;
            $parted = $here ? $parted + 1 : 0;
            last if !$conn || !$conn->{socket} || $got[0]{last};
        }
        # a refused connection must not cause a busy loop
        sleep 0.02 if !$conn;
    }
    close $out or die "$file: $!";
    return;
}


sub _connect {
    my ($self, $kind) = @_;
    my %port = (keep => 1, new => 1, h2 => 2, tls => 3, 'tls-h2' => 4);
    my @tls = $kind =~ /tls/ ? (tls => { %{ $self->{tls} },
        SSL_alpn_protocols => [$kind =~ /h2/ ? 'h2' : 'http/1.1'] }) : ();
    my $class = $kind =~ /h2/ ? 'CitrixGuard::Http2' : 'CitrixGuard::Raw';
    return $class->new($self->{nginx}->port($port{$kind}), timeout => 20,
                       @tls);
}


sub _request {
    my ($kind, $tag) = @_;
    my $hostile = rand() < 0.4 ? 1 : 0;
    my $from = $hostile ? \@HOSTILE : \@BENIGN;
    my $target = $from->[rand @$from];
    $target .= ($target =~ /\?/ ? '&' : '?') . "n=$tag.";
    # a request that changes something is not repeated
    my $post = $kind eq 'new' && rand() < 0.3;
    return { tag => $tag, hostile => $hostile, target => $target,
             path => $target, authority => 'x',
             method => $post ? 'POST' : 'GET',
             $post ? (body => 'b' x int rand 3000) : (),
             headers => $kind eq 'new' ? [Connection => 'close'] : [] };
}


sub _exchange {
    my ($conn, $asked) = @_;
    my $got = eval {
        $conn->put(request($asked->{target}, %$asked));
        $conn->get;
    };
    return { half => $@ } if $@;
    return {} if !$got;
    $got->{last} = $conn->parted($got);
    return $got;
}


sub _exchange_h2 {
    my ($conn, @asked) = @_;
    my @got = eval {
        my @streams = map { $conn->request(%$_) } @asked;
        map { $conn->answer($_) } @streams;
    } or return map { { half => $@ } } @asked;
    for my $got (@got) {
        $got->{last} = 1 if $conn->over;
        $got->{half} = 'no end' if $got->{status} && !$got->{over};
        $got->{half} = "reset $got->{reset}" if defined $got->{reset};
    }
    return @got;
}


# What happened to it, and who answered.
sub _judge {
    my ($asked, $got, $used) = @_;
    return ('half', '', $got->{half} =~ s/\s+/ /gr) if $got->{half};
    return ($used && !$got->{refused} ? 'cut' : 'lost', '', $got->{refused})
        if !$got->{status};
    my $header = sub { CitrixGuard::Raw::header($got, $_[0]) };
    my $by = $header->('X-By') // '';
    my ($generation) = $by =~ /^\d+ (\d+-\w+)$/
        or return ('wrong', '', "$got->{status} by '$by'");
    if ($asked->{hostile} && $generation =~ /-on$/) {
        return ('answered', $by) if $got->{status} == 403
            && ($header->('X-Citrix-Guard') // '') eq 'blocked'
            && $got->{body} !~ /\Q$asked->{tag}\E/;
    }
    elsif ($got->{status} == 200
           && $got->{body} eq "$generation $asked->{target}") {
        return ('answered', $by);
    }
    return ('wrong', $by, "$got->{status} to $asked->{target}");
}


# ---- afterwards ----

# Ends clients and nginx, and counts: answered, cut, lost, ...; "bad" is a list
# of what must not be, "rows" are the requests that got no answer, "served" is
# how many did, by kind.
sub finish {
    my ($self) = @_;
    $self->pause;
    $self->{nginx}->stop;
    $self->{upstream}->settle;
    my %result = (requests => 0, hostile => 0, bad => [], rows => []);
    $result{$_} = 0 for qw(answered cut lost half wrong arrived);
    my $arrived = $self->_arrived;
    my $logged = $self->_logged;
    for my $client (@{ $self->{clients} }) {
        for my $line (split /\n/, slurp($client->{file})) {
            my %row = (kind => $client->{kind});
            @row{qw(tag hostile what by pid note)} = split /\t/, $line, -1;
            $result{requests}++;
            $result{hostile}++ if $row{hostile} eq '1';
            $result{ $row{what} }++;
            push @{ $result{bad} }, _against(\%row, $arrived, $logged);
            push @{ $result{rows} }, \%row if $row{what} ne 'answered';
            $result{served}{ $row{kind} }++ if $row{what} eq 'answered';
        }
    }
    push @{ $result{bad} }, map {"$_->{what}: $_->{kind} $_->{note}"}
        grep { $_->{what} =~ /wrong|lost|half/ } @{ $result{rows} };
    return \%result;
}


# By tag: the generations that were used.
sub _arrived {
    my ($self) = @_;
    my %arrived;
    for (split /\n/, slurp($self->{upstream}->dir . '/arrived.log')) {
        my ($by, $tag) = /^(\S+) .*?n=([\d-]+)\.$/ or next;
        push @{ $arrived{$tag} }, $by;
    }
    return \%arrived;
}


# By tag: mode and verb of the events.
sub _logged {
    my ($self) = @_;
    my %logged;
    for (grep { /citrix_guard: / && $_ !~ $CitrixGuard::Nginx::ALARM }
         split /\n/, $self->{nginx}->error_log) {
        my ($tag) = /target="[^"]*?n=([\d-]+)\."/ or next;
        my $event = parse_event($_);
        push @{ $logged{$tag} }, $event ? "$event->{verb} $event->{mode}"
                                        : "not of the grammar: $_";
    }
    return \%logged;
}


# What is wrong with a request, from what arrived and what was logged.
sub _against {
    my ($row, $arrived, $logged) = @_;
    my @arrived = @{ $arrived->{ $row->{tag} } // [] };
    my @logged = @{ $logged->{ $row->{tag} } // [] };
    my $hostile = $row->{hostile} eq '1';
    my @on = $hostile ? grep {/-on$/} @arrived : ();
    return "$row->{tag} forwarded by @on" if @on;
    return "$row->{tag} forwarded by @arrived" if @arrived > 1;
    return "$row->{tag} benign, but @logged" if !$hostile && @logged;
    return if $row->{what} ne 'answered';
    my ($mode) = $row->{by} =~ /-(\w+)$/;
    my $refused = $hostile && $mode eq 'on';
    my $expected = $refused ? '' : $row->{by};
    return "$row->{tag} by $row->{by}: arrived from '@arrived'"
        if "@arrived" ne $expected;
    $expected = !$hostile || $mode !~ /^(?:on|detect)$/ ? ''
              : $refused ? 'blocked on' : 'detected detect';
    return "$row->{tag} by $row->{by}: logged '@logged'"
        if "@logged" ne $expected;
    return;
}

1;
