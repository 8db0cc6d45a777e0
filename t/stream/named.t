# Servers of stream that a TLS client chooses by name (nginx 1.25.5 and newer):
# the one that listens has preread on, the chosen one may not. Its sessions are
# no longer waited for, and not closed when connections run out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Adc;
use CitrixGuard::Check qw(request);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();
plan skip_all => 'nginx before 1.25.5 has no server_name in stream'
    if !CitrixGuard::Nginx::at_least('1.25.5');

my $adc = CitrixGuard::Adc->new;
my $nginx = CitrixGuard::Nginx->new(
    connections => 96,
    vars => { CERTS => CitrixGuard::Gateway::certificates(),
              ADC => $adc->port },
    http => <<'HTTP', stream => <<'STREAM')->start;
    server { citrix_guard_http_name gateway; return 200 gateway; }
    server { citrix_guard_http_name plain; return 200 plain; }
HTTP
    log_format way '$ssl_server_name $status '
                   '"$citrix_guard_protocol" "$citrix_guard_why"';
    access_log %%DIR%%/stream.log way;
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    server { listen 127.0.0.1:%%PORT1%% ssl; citrix_guard_preread on;
             citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT1%% ssl; server_name plain.test;
             citrix_guard_http_pass plain; }
    server { listen 127.0.0.1:%%PORT1%% ssl; server_name adc.test;
             proxy_pass 127.0.0.1:%%ADC%%; }
STREAM


sub client {
    my ($name) = @_;
    return CitrixGuard::Raw->new($nginx->port, tls => {
        SSL_verify_mode => 0, SSL_hostname => "$name.test" });
}


my %http = map { $_ => client($_) } qw(gateway plain);

for my $turn (1, 2) {
    for my $name (sort keys %http) {
        $http{$name}->put(request('/'));
        is eval { $http{$name}->get->{body} }, $name, "$name: request $turn";
    }
}
undef %http;

my $session = client('adc');
$session->put($CitrixGuard::Ica::CGP);
is eval { $session->bytes(7) }, $CitrixGuard::Ica::CGP, 'a session';

my @silent = map { CitrixGuard::Raw->new($nginx->port) } 1 .. 200;
ok $silent[0]->closed, 'silent clients use up the connections';
ok CitrixGuard::Ica::echoes($session, 'x' x 1000), '... the session continues';

undef $session;
undef @silent;
$nginx->settle;
like $nginx->access_log('stream.log'), qr/^adc\.test 200 "" ""$/m,
    'it has no protocol, and was not turned away';

done_testing;
