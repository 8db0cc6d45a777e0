# nginx -t warns of every way round the guard that it can see, and says nothing
# about the recommended configuration.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use CitrixGuard::Nginx;

my $nginx = CitrixGuard::Nginx->new;


# The guard's warnings, and the exit status.
sub warned {
    my ($http) = @_;
    $nginx->configure(http => "upstream adc { server 192.0.2.10:443; }\n"
        . "upstream other { server 192.0.2.11:443; }\n$http");
    my ($status, $out) = $nginx->check;
    return ($status, grep {/\[(?:warn|emerg)\]/} split /\n/, $out);
}


sub silent {
    my ($name, $http) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, @lines) = warned($http);
    is $status, 0, "$name: accepted";
    is "@lines", '', "$name: no warning";
    return;
}


# A warning of the topic that names the place to change.
sub warns {
    my ($name, $topic, $http) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, @lines) = warned($http);
    my @about = grep { /citrix_guard/ && $_ =~ $topic } @lines;
    ok @about >= 1, "$name: a warning" or diag "said: @lines";
    ok !(grep { !/\bserver ".*" \(.*nginx\.conf:\d+\) / } @about),
       "$name: it says where";
    is $status, 0, "$name: accepted all the same";
    return;
}


# What would defeat "on" is refused, and named.
sub refused {
    my ($name, $topic, $http) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, @lines) = warned($http);
    my @about = grep { /\[emerg\].*citrix_guard/ && $_ =~ $topic } @lines;
    is scalar @about, 1, "$name: an error" or diag "said: @lines";
    isnt $status, 0, "$name: refused";
    return;
}

my $LISTEN = 'listen 127.0.0.1:%%PORT1%%;';

silent('the recommended configuration', <<'END');
    map $http_upgrade $gateway_upgrade {
        default ""; "~*^websocket$" websocket;
    }
    map $http_upgrade $gateway_connection {
        default close; "~*^websocket$" upgrade;
    }
    server {
        listen 127.0.0.1:%%PORT1%%;
        server_name gateway.example.test;
        citrix_guard on;
        large_client_header_buffers 8 32k;
        client_max_body_size 0;
        location / {
            proxy_pass https://adc;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $gateway_upgrade;
            proxy_set_header Connection $gateway_connection;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_ssl_server_name on;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_redirect off;
        }
    }
END

silent('no guard at all', "underscores_in_headers on; "
    . "ignore_invalid_headers off; server { $LISTEN location / { "
    . 'proxy_set_header Upgrade $http_upgrade; proxy_pass https://adc; } }');

silent('an unguarded location to another upstream', "server { $LISTEN "
    . 'citrix_guard on; location / { proxy_pass https://adc; } '
    . 'location /o/ { citrix_guard off; proxy_pass https://other; } }');

silent('all locations guarded, some in detect', "server { $LISTEN "
    . 'citrix_guard on; location / { proxy_pass https://adc; } '
    . 'location /d/ { citrix_guard detect; proxy_pass https://adc; } }');

silent('unguarded locations that forward nothing', "server { $LISTEN "
    . 'citrix_guard on; location / { proxy_pass https://adc; } '
    . 'location /o/ { citrix_guard off; return 204; } }');

warns('an unguarded location to the same upstream', qr{location "/o/" of server .* not guarded},
    "server { $LISTEN citrix_guard on; location / { proxy_pass https://adc; } "
    . 'location /o/ { citrix_guard off; proxy_pass https://adc; } }');

warns('... with a URI', qr{location "/o/" .* not guarded}, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } '
    . 'location /o/ { citrix_guard off; proxy_pass https://adc/vpn/; } }');

warns('... in another server', qr{server "b" .* not guarded}, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } } '
    . "server { listen 127.0.0.1:%%PORT1%%; server_name b; "
    . 'location / { proxy_pass https://adc; } }');

warns('... by address', qr{location "/o/" .* not guarded}, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://192.0.2.9; } '
    . 'location /o/ { citrix_guard off; proxy_pass https://192.0.2.9; } }');

warns('... named location', qr{location "\@o" .* not guarded}, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } '
    . 'location @o { citrix_guard off; proxy_pass https://adc; } }');

warns('underscores_in_headers on', qr/underscores_in_headers/,
    "server { $LISTEN citrix_guard on; underscores_in_headers on; "
    . 'location / { proxy_pass https://adc; } }');

warns('ignore_invalid_headers off', qr/ignore_invalid_headers/,
    "ignore_invalid_headers off; server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } }');

warns('a blind Upgrade', qr/Upgrade/, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_set_header Upgrade $http_upgrade; '
    . 'proxy_pass https://adc; } }');

warns('a blind Upgrade from the server level', qr/Upgrade/i,
    "server { $LISTEN citrix_guard on; "
    . 'proxy_set_header upgrade $http_upgrade; '
    . 'location / { proxy_pass https://adc; } }');

warns('an error log that hides the guard\'s lines', qr/error_log/,
    "server { $LISTEN citrix_guard on; error_log %%DIR%%/own.log error; "
    . 'location / { proxy_pass https://adc; } }');

silent('an error log that takes them', "server { $LISTEN citrix_guard on; "
    . 'citrix_guard_log_level error; error_log %%DIR%%/own.log error; '
    . 'location / { proxy_pass https://adc; } }');

# What is not HTTP/1 leaves unjudged: refused in on, named in detect.

my %pass = (
    grpc      => 'grpc_pass grpc://adc;',
    fastcgi   => 'fastcgi_pass adc;',
    uwsgi     => 'uwsgi_pass adc;',
    scgi      => 'scgi_pass adc;',
    memcached => 'set $memcached_key k; memcached_pass adc;',
);

for my $module (sort keys %pass) {
    SKIP: {
        my $built = CitrixGuard::Nginx::built();
        skip "nginx -V: --without-http_${module}_module", 2
            if $built =~ /--without-http_${module}_module/;
        skip 'nginx -V: no --with-http_v2_module', 2
            if $module eq 'grpc' && $built !~ /--with-http_v2_module/;
        refused("${module}_pass", qr/"${module}_pass"/,
                "server { $LISTEN citrix_guard on; "
                . "location / { $pass{$module} } }");
        warns("${module}_pass in detect", qr/"${module}_pass"/,
              "server { $LISTEN citrix_guard detect; "
              . "location / { $pass{$module} } }");
    }
}

for my $header ('Content-Length 0', 'Content-Length ""',
                'Transfer-Encoding $http_x')
{
    refused("proxy_set_header $header", qr/proxy_pass_request_body off/,
            "server { $LISTEN citrix_guard on; location / { "
            . "proxy_set_header $header; proxy_pass https://adc; } }");
}

silent('no body is passed', "server { $LISTEN citrix_guard on; location / { "
    . 'proxy_pass_request_body off; proxy_set_header Content-Length ""; '
    . 'proxy_pass https://adc; } }');

done_testing;
