# nginx -t warns about every way around the guard that it can see, and says
# nothing about the recommended configuration.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Nginx;

my $nginx = CitrixGuard::Nginx->new;


# of the configuration as a whole, and a test of its own
my $MODE = qr/no server has "citrix_guard on"|nothing is blocked/;


# The guard's warnings, and the exit status.
sub warned {
    my ($http) = @_;
    $nginx->configure(http => "upstream adc { server 192.0.2.10:443; }\n"
        . "upstream other { server 192.0.2.11:443; }\n$http");
    my ($status, $out) = $nginx->check;
    return ($status, grep { /\[(?:warn|emerg)\]/ && $_ !~ $MODE }
                     split /\n/, $out);
}


sub mode {
    my ($name, $http, @expected) = @_;
    my ($status, $out) = $nginx->configure(http => $http)->check;
    is $status, 0, "$name: accepted";
    is_deeply [$out =~ /\[warn\] citrix_guard: (.*$MODE.*)/g], \@expected,
        "$name: what it says of the mode";
    return;
}


my $NOWHERE = 'the module is loaded and no server has "citrix_guard on":'
    . ' nothing is judged';
my $DETECT = 'nothing is blocked: the mode is "detect", and nowhere "on"';
my $SERVER = 'server { listen 127.0.0.1:%%PORT1%%;';

mode 'no directive', '', $NOWHERE;
mode 'off', "$SERVER citrix_guard off; }", $NOWHERE;
mode 'on', "$SERVER citrix_guard on; }";
mode 'on in a location', "$SERVER location /a { citrix_guard on; } }";
mode 'detect', "$SERVER citrix_guard detect; }", $DETECT;
mode 'detect in a location', "$SERVER location /a { citrix_guard detect; } }",
    $DETECT;
mode 'detect, and on in a location',
    "$SERVER citrix_guard detect; location /a { citrix_guard on; } }";


sub silent {
    my ($name, $http) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, @lines) = warned($http);
    is $status, 0, "$name: accepted";
    is "@lines", '', "$name: no warning";
    return;
}


# One warning (or this many) about the topic, which names the place to change.
sub warns {
    my ($name, $topic, $http, $count) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, @lines) = warned($http);
    my @about = grep { /citrix_guard/ && $_ =~ $topic } @lines;
    is scalar @about, $count // 1, "$name: a warning" or diag "said: @lines";
    ok !(grep { !/\bserver ".*" \(.*nginx\.conf:[1-9]\d*\) / } @about),
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

# the same address by two names, and others

sub upstreams {
    my ($guarded, $open, $more) = @_;
    return ($more // '') . "server { $LISTEN citrix_guard on; "
        . "location / { proxy_pass https://adc; } "
        . "location /g/ { proxy_pass $guarded; } "
        . "location /o/ { citrix_guard off; proxy_pass $open; } }";
}

my $TWO = 'upstream two { server 192.0.2.20:443; server 192.0.2.21:443; '
        . 'server 192.0.2.22:443; } ';
my $ALSO = 'upstream also { server 192.0.2.30:443; server 192.0.2.22:443; } ';

warns('... by the address of its server', qr{location "/o/" .* not guarded},
    upstreams('https://other', 'https://192.0.2.10'));

warns('... by one address of several', qr{location "/o/" .* not guarded},
    upstreams('https://two', 'https://192.0.2.21', $TWO));

warns('... that has one address in common', qr{location "/o/" .* not guarded},
    upstreams('https://two', 'https://also', $TWO . $ALSO));

warns('... by a name', qr{location "/o/" .* not guarded},
    upstreams('https://localhost:8443', 'https://127.0.0.1:8443'));

warns('... guarded by a name', qr{location "/o/" .* not guarded},
    upstreams('https://127.0.0.1:8443', 'https://localhost:8443'));

silent('an unguarded location to another port',
    upstreams('https://two', 'https://192.0.2.21:8443', $TWO));

silent('an unguarded location to other addresses',
    upstreams('https://two', 'https://other', $TWO));

warns('... guarded in detect', qr{location "/o/" .* not guarded},
    "server { $LISTEN citrix_guard detect; location / { "
    . 'proxy_pass https://adc; } '
    . 'location /o/ { citrix_guard off; proxy_pass https://adc; } }');

warns('... with an "if"', qr{not guarded}, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } '
    . 'location /o/ { citrix_guard off; if ($arg_a) { set $b 1; } '
    . 'if ($arg_b) { set $b 2; } proxy_pass https://adc; } }');

warns('... named location', qr{location "\@o" .* not guarded}, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } '
    . 'location @o { citrix_guard off; proxy_pass https://adc; } }');

warns('underscores_in_headers on', qr/underscores_in_headers/,
    "server { $LISTEN citrix_guard on; underscores_in_headers on; "
    . 'location / { proxy_pass https://adc; } }');

my $DROP = 'proxy_set_header NSC_USER ""; proxy_set_header Nsc_Nonce "";';

silent('underscores_in_headers on, and both are dropped',
    "server { $LISTEN citrix_guard on; underscores_in_headers on; $DROP "
    . 'location / { proxy_pass https://adc; } }');

warns('... but not everywhere', qr/underscores_in_headers/,
    "server { $LISTEN citrix_guard on; underscores_in_headers on; $DROP "
    . 'location / { proxy_pass https://adc; } location /b/ { '
    . 'proxy_set_header NSC_USER ""; proxy_pass https://adc; } }');

warns('... but not with a value', qr/underscores_in_headers/,
    "server { $LISTEN citrix_guard on; underscores_in_headers on; "
    . 'proxy_set_header NSC_USER ""; proxy_set_header NSC_NONCE a; '
    . 'location / { proxy_pass https://adc; } }');

warns('ignore_invalid_headers off', qr/ignore_invalid_headers/,
    "ignore_invalid_headers off; server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } }', 2);

# each server once: this one, and that of CitrixGuard::Nginx
warns('underscores_in_headers on for all', qr/underscores_in_headers/,
    "underscores_in_headers on; server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } '
    . 'location /b/ { proxy_pass https://adc; } }', 2);

warns('a blind Upgrade', qr/Upgrade/, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_set_header Upgrade $http_upgrade; '
    . 'proxy_pass https://adc; } }');

warns('a blind Upgrade from the server level', qr/Upgrade/i,
    "server { $LISTEN citrix_guard on; "
    . 'proxy_set_header upgrade $http_upgrade; '
    . 'location / { proxy_pass https://adc; } }');

warns('... in capitals', qr/Upgrade/, "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_set_header Upgrade ${HTTP_UPGRADE}; '
    . 'proxy_pass https://adc; } }');

silent('the Upgrade from another field',
    "server { $LISTEN citrix_guard on; "
    . 'location / { proxy_set_header Upgrade $http_upgrade_to; '
    . 'proxy_pass https://adc; } }');

warns('an error log that hides the guard\'s lines', qr/error_log/,
    "server { $LISTEN citrix_guard on; error_log %%DIR%%/own.log error; "
    . 'location / { proxy_pass https://adc; } }');

warns('one such log for many', qr/error_log/,
    "error_log %%DIR%%/own.log error; server { $LISTEN citrix_guard on; "
    . 'location / { proxy_pass https://adc; } '
    . 'location /b/ { proxy_pass https://adc; } }');

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

warns 'a certificate in several lines', qr/puts \$ssl_client_cert into/,
    'server { location / { citrix_guard on; proxy_pass http://adc;
              proxy_set_header X-Cert "a${ssl_client_cert}"; } }';
silent 'a certificate in one line',
    'server { location / { citrix_guard on; proxy_pass http://adc;
              proxy_set_header X-Cert $ssl_client_escaped_cert; } }';

done_testing;
