# Sessions that are turned away are counted by reason, and the http module's
# monitor shows the counts, also for Prometheus.

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
    ports => 6, vars => { ADC => $adc->port,
                          CERTS => CitrixGuard::Gateway::certificates() },
    http => $MONITOR, stream => <<'END')->start;
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
    server { citrix_guard_preread_name adc; proxy_pass 127.0.0.1:%%ADC%%; }
    server { citrix_guard_preread_name gone; proxy_pass 127.0.0.1:1; }
END


# "protocol why" => count
sub counted {
    $nginx->settle;
    my $front = decode_json(get($nginx->port, '/?format=json')->{body})->{front};
    return { map {; "$_->{protocol} $_->{why}" => $_->{count} } @$front };
}


# All that such a client hears, until it is ended.
sub talk {
    my ($port, @say) = @_;
    my $client = CitrixGuard::Raw->new($nginx->port($port));
    $client->put($_) for @say;
    return eval { $client->rest } // 'not ended';
}


is_deeply counted(), {}, 'nothing yet';
is get($nginx->port(2), '/')->{status}, 204, 'HTTP';
ok CitrixGuard::Ica::cgp($nginx->port(2)), 'ICA';
is_deeply counted(), {}, '... is not turned away';

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
is_deeply counted(), $expected, 'what was turned away, and why';

my $text = get($nginx->port, '/?format=prometheus')->{body};
like $text, qr/^# TYPE citrix_guard_front_refused_total counter$/m, 'Prometheus';
like $text, qr/^citrix_guard_front_refused_total\{protocol="cgp",why="request"\}\ 3$/mx,
    '... what there was';
like $text, qr/^citrix_guard_front_refused_total\{protocol="ica",why="slow"\}\ 0$/mx,
    '... and what there was not yet';
unlike $text, qr/why="none"/, '... and nothing else';

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
