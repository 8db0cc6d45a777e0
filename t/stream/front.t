# Sessions that are turned away are counted by reason, and the http module's
# monitor shows the counts, also for Prometheus. Each such session is an event.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::IP ();
use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Adc;
use CitrixGuard::Check qw(get request);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Schema qw(validated);
use CitrixGuard::Scratch qw(slurp);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $adc = CitrixGuard::Adc->new;
my $MONITOR = <<'END';
    citrix_guard_zone guard:1m;
    server { listen 127.0.0.1:%%PORT1%%;
             location / { citrix_guard_monitor; allow 127.0.0.1; deny all; } }
    server { citrix_guard_http_name gateway; citrix_guard on; return 204; }
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 7, vars => { ADC => $adc->port,
                          CERTS => CitrixGuard::Gateway::certificates() },
    http => $MONITOR, stream => <<'END')->start;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/front.json event if=$citrix_guard_event;
    limit_conn_zone $server_port zone=port:1m;
    map $citrix_guard_protocol $to { default ""; cgp adc; socks5 adc;
                                     ica gone; }
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    citrix_guard_preread on;
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard_preread_pass $to;
             citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT3%% ssl; citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT4%%; limit_conn port 1;
             citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT5%%; deny all;
             citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT6%% udp; deny all; return ""; }
    server { listen 127.0.0.1:%%PORT7%% ssl; citrix_guard_preread_pass nobody;
             citrix_guard_http_pass gateway; }
    server { citrix_guard_preread_name nobody; proxy_pass 127.0.0.1:1; }
    server { citrix_guard_preread_name adc; proxy_pass 127.0.0.1:%%ADC%%; }
    server { citrix_guard_preread_name gone; proxy_pass 127.0.0.1:1; }
END


# "protocol why" => count
sub counted {
    $nginx->settle;
    my $front = decode_json(get($nginx->port, '/?format=json')->{body})->{front};
    return { map {; "$_->{protocol} $_->{why}" => $_->{count} } @$front };
}


# Everything that such a client receives, until the end.
sub talk {
    my ($port, @say) = @_;
    my $client = CitrixGuard::Raw->new($nginx->port($port));
    $client->put($_) for @say;
    return eval { $client->rest } // 'not ended';
}


# The events since the last call, as "protocol why" => count, and the last one.
my $seen = 0;
sub events {
    $nginx->settle;
    my $text = substr $nginx->access_log('front.json'), $seen;
    $seen += length $text;
    my @events = validated($text, 'front.schema.json');
    my %count;
    $count{"$_->{protocol} $_->{why}"}++ for @events;
    return (\%count, $events[-1]);
}


is_deeply counted(), {}, 'nothing yet';
is get($nginx->port(2), '/')->{status}, 204, 'HTTP';
ok CitrixGuard::Ica::cgp($nginx->port(2)), 'ICA';
is_deeply counted(), {}, '... are not turned away';
is_deeply [events()], [{}, undef], '... and no event';

talk(2, "$CitrixGuard::Ica::CGP /vpn/../vpns/ HTTP/1.0\r\n\r\n") for 1 .. 3;
CitrixGuard::Ica::socks5($nginx->port(2), second =>
    CitrixGuard::Ica::connect_to('vda.example.com'));
talk(2, $CitrixGuard::Ica::ICA);
talk(3, request('/'));
{
    my $first = CitrixGuard::Raw->new($nginx->port(4));
    $nginx->settle;
    talk(4);
}
talk(5);
my $udp = IO::Socket::IP->new(Proto => 'udp', PeerHost => '127.0.0.1',
                              PeerPort => $nginx->port(6)) or die "udp: $@";
send $udp, 'x', 0 for 1 .. 2;

my $expected = { 'cgp request' => 3, 'socks5 ticket' => 1, 'ica upstream' => 1,
    'http tls' => 1, 'http limit' => 1, 'http denied' => 1, 'udp denied' => 2 };
is_deeply counted(), $expected, 'who was turned away, and why';
is_deeply [events()]->[0], $expected, '... and as events';

subtest 'an event' => sub {
    my $bind = CitrixGuard::Ica::bind_request();
    my $before = time;
    talk(2, "$CitrixGuard::Ica::CGP$bind /vpn/../vpns/ HTTP/1.0\r\n\r\n");
    my ($count, $event) = events();
    is_deeply $count, { 'cgp request' => 1 }, 'one';
    my $adc_port = $adc->port;
    is_deeply [@$event{qw(version at client status sent)}, $event->{upstream}],
        [1, 'front', '127.0.0.1', 200, 0, { address => "127.0.0.1:$adc_port",
            sent => 0, bytes => 0 }], 'who, and how it ended';
    is $event->{sni}, undef, '... no name without TLS';
    my ($day, $clock) = $event->{time} =~ /^(\S+)T(\S{8})/;
    my @then = gmtime $before;
    is $day, sprintf('%04d-%02d-%02d', $then[5] + 1900, $then[4] + 1, $then[3]),
        '... when' if time - $before < 60 && $then[2] < 23;
    talk(5);
    my (undef, $other) = events();
    isnt $other->{id}, $event->{id}, 'another one has another id';
    is $other->{upstream}, undef, '... and no upstream, if there was none';
    my $name = "a\"b\\\x01\xff" . 'n' x 200 . '.example';
    my $client = CitrixGuard::Raw->new($nginx->port(7), tls => {
        SSL_verify_mode => 0, SSL_hostname => $name });
    $client->put(request('/'));
    ok $client->closed, 'TLS, and an ADC that does not exist';
    (undef, $other) = events();
    is $other->{sni} =~ s/\\x([0-9A-F]{2})/chr hex $1/ger, $name,
        'a name in TLS, whatever its bytes';
};
$expected->{$_}++ for 'http denied', 'http upstream';
$expected->{'cgp request'}++;

my $text = get($nginx->port, '/?format=prometheus')->{body};
like $text, qr/^# TYPE citrix_guard_front_refused_total counter$/m, 'Prometheus';
like $text, qr/^citrix_guard_front_refused_total\{protocol="cgp",why="request"\}\ 4$/mx,
    '... what was counted';
like $text, qr/^citrix_guard_front_refused_total\{protocol="ica",why="slow"\}\ 0$/mx,
    '... and what was not yet counted';
unlike $text, qr/why="none"/, '... and nothing else';
my %words;
$words{$_} = 1 for $text =~ /^citrix_guard_front_\w+\{protocol="\w+",why="(\w+)"/mg;
is_deeply [sort keys %words], [sort @{ decode_json(slurp("$FindBin::Bin/../../"
    . 'ngx_citrix_guard/conf/front.schema.json'))->{properties}{why}{enum} }],
    'the schema of events has the same words';

ok $nginx->reload, 'a reload';
is_deeply counted(), $expected, '... keeps it';

subtest 'without a front' => sub {
    my $other = CitrixGuard::Nginx->new(ports => 1,
        http => $MONITOR =~ s/^.*http_name.*\n//mr)->start;
    is_deeply decode_json(get($other->port, '/?format=json')->{body})->{front},
        [], 'JSON';
    unlike get($other->port, '/?format=prometheus')->{body}, qr/front/,
        'Prometheus';
};

done_testing;
