# Where a session continues when its protocol is known: in another server of
# stream, or in an http server, on the client's own connection. What the
# upstreams received, and from whom, decides.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use IO::Socket::IP ();

use CitrixGuard::Adc;
use CitrixGuard::Check qw(refused);
use CitrixGuard::Gateway;
use CitrixGuard::Http2;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(wait_until);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $web = CitrixGuard::Recorder->new;
my $adc = CitrixGuard::Adc->new;

my $FRONT = <<'END';
    citrix_guard_preread on;
    citrix_guard_preread_pass $to;
    citrix_guard_http_pass gateway;
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 9, vars => { ADC => $adc->port, WEB => $web->port },
    http => <<'END'
    log_format who '$remote_addr $scheme $status $request_uri';
    access_log %%DIR%%/http.log who;
    client_header_buffer_size 64;
    client_body_timeout 3s;
    server {
        citrix_guard_http_name gateway;
        server_name a;
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%WEB%%;
                     proxy_set_header X-Client $remote_addr;
                     proxy_set_header X-Scheme $scheme; }
    }
    server { citrix_guard_http_name gateway; server_name b *.wild.test tail.*
                             ~^re(?<number>\d+)\.test$; return 204; }
    server { citrix_guard_http_name gateway; server_name c;
             location = /own { return 200 "$server_addr $server_port"; }
             location = /away { return 302 /there; } }
    server { citrix_guard_http_name single;
             server_name ~^(?<first>[a-z]+)\.test$; return 200 $first; }
END
    . 'server { citrix_guard_http_name two http2; citrix_guard on; location / { proxy_pass http://127.0.0.1:%%WEB%%; } }',
    stream => <<"END")->start;
    log_format protocol '\$remote_addr "\$citrix_guard_protocol" \$status';
    access_log %%DIR%%/stream.log protocol;
    map "\$server_port \$citrix_guard_protocol" \$to {
        "~^%%PORT9%% "              nobody;
        "~ http\$"                  "";
        "~^%%PORT1%% (ica|cgp)\$"   adc;
        "~^%%PORT1%% socks5\$"      closed;
        "~^%%PORT2%% "              nobody;
        default                     adc;
    }
    server {
        citrix_guard_preread_name adc;
        proxy_pass 127.0.0.1:%%ADC%%;
    }
    server { return "";
             citrix_guard_preread_name closed; }
    server { return "other";
             citrix_guard_preread_name nobody-else; }
    citrix_guard_preread_timeout 300ms;
    preread_buffer_size 300;
    server { listen 127.0.0.1:%%PORT1%%; listen [::1]:%%PORT1%%; $FRONT }
    server { listen 127.0.0.1:%%PORT2%%; $FRONT }
    server { listen 127.0.0.1:%%PORT3%%; citrix_guard_preread on;
             citrix_guard_http_pass two; }
    server { listen 127.0.0.1:%%PORT4%%; citrix_guard_preread on;
             citrix_guard_http_pass single; }
    server { listen 127.0.0.1:%%PORT5%%; deny all; $FRONT }
    server { listen 127.0.0.1:%%PORT6%%;
             citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT7%%; citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT9%%; $FRONT }
END


sub http {
    my ($target, %given) = @_;
    my $method = $given{method} // 'GET';
    my $host = $given{host} // 'a';
    return "$method $target HTTP/1.1\r\nHost: $host\r\n"
        . join('', map {"$_\r\n"} @{ $given{headers} // [] })
        . (defined $given{body}
           ? 'Content-Length: ' . length($given{body}) . "\r\n" : '')
        . "\r\n" . ($given{body} // '');
}


sub client { return CitrixGuard::Raw->new($nginx->port($_[0] // 1)) }


# true if the server hangs up without an answer
sub hung_up {
    my ($client) = @_;
    return !defined eval { $client->bytes(1) } && $@ !~ /in time/;
}


subtest 'HTTP continues in http, with the client\'s address' => sub {
    my $client = client();
    for my $split (0, 1, 7) {
        my $bytes = http("/split/$split");
        for my $piece ($split ? unpack "(a$split)*", $bytes : $bytes) {
            $client->put($piece);
            sleep 0.002 if $split;
        }
        is $client->get->{status}, 200, "in pieces of $split";
    }
    my ($first, @more) = $web->arrivals($nginx);
    like $first->{head}, qr/^X-Client: 127\.0\.0\.1\r$/m, 'the client';
    like $first->{head}, qr/^X-Scheme: http\r$/m, '... without TLS';
    is scalar @more, 2, 'three requests of one connection';
    my $other = client();
    $other->put(http('/', host => 'b'));
    is $other->get->{status}, 204, 'another server of http, by its name';
    refused CitrixGuard::Raw::ask($nginx->port, http('/vpn/../vpns/')),
        'an attack';
    is $web->arrivals($nginx), 0, '... which does not reach the ADC';
    like $nginx->access_log('http.log'),
        qr{^127\.0\.0\.1 http 403 /vpn/\.\./vpns/$}m, '... with the client';
};


subtest 'bytes that were read ahead arrive exactly once' => sub {
    # more than the preread buffer and the header buffer hold
    for my $size (0, 1, 63, 64, 65, 299, 300, 301, 20_000) {
        my $body = substr 'abcdefghij' x 2000, 0, $size;
        my $client = client();
        $client->put(http('/one', method => 'POST', body => $body)
                     . http('/two') . http('/vpn/../vpns/')
                     . http('/three'));
        is $client->get->{status}, 200, "$size bytes";
        is $client->get->{status}, 200, '... and one more request';
        refused $client->get, '... an attack after it';
        my @got = $web->arrivals($nginx);
        is $got[0]{body}, $body, '... the body';
        is_deeply [map { $_->{target} } @got[0, 1]], ['/one', '/two'],
            '... the targets';
        unlike join('', map { $_->{raw} } @got), qr/vpns/, '... no attack';
    }
    my $client = client();
    $client->put(http('/last', host => 'b'));
    shutdown $client->{socket}, 1;
    is $client->get->{status}, 204, 'a client that sends nothing more';
    $web->take;
};


subtest 'a silent client is HTTP' => sub {
    my $client = client();
    sleep 0.5;
    $client->put(http('/late'));
    is $client->get->{status}, 200, 'without a byte';
    $client = client();
    $client->put("\x1aCG");
    sleep 0.5;
    $client->put("P/01");
    like eval { $client->rest } // '', qr/\A(?:HTTP\S* |.*<title>)400 /s,
        'half a signature, the rest too late';
    $web->take;
};


subtest 'ICA continues in the named server' => sub {
    my $client = CitrixGuard::Ica::cgp($nginx->port);
    ok CitrixGuard::Ica::echoes($client, 'abc' x 10_000), 'CGP';
    undef $client;
    $adc->idle;
    is_deeply [map { $_->{kind} } $adc->sessions], ['cgp'], '... at the ADC';
    $adc->forget;
    $client = client();
    $client->put("$CitrixGuard::Ica::CGP\nGET /vpn/../vpns/ HTTP/1.1\r\n\r\n");
    ok hung_up($client), 'HTTP after the signature';
    unlike $adc->received, qr/GET/, '... does not arrive';
    like $nginx->error_log, qr/citrix_guard: closed protocol=cgp why=request: an HTTP/,
        '... and it is logged';
    $client = client();
    $client->put($CitrixGuard::Ica::GREETING);
    ok hung_up($client), 'a server that ends the session';
    $nginx->settle;
    like $nginx->access_log('stream.log'), qr/^127\.0\.0\.1 "cgp" 200$/m,
        'logged by the other server, with the protocol';
    like $nginx->access_log('stream.log'), qr/^127\.0\.0\.1 "socks5" 200$/m,
        '... that one, too';
    $adc->forget;
};


subtest 'access rules are those of the front' => sub {
    ok hung_up(client(5)), 'a denied client is closed';
    is_deeply [grep { -S } glob $nginx->dir . '/*'], [],
        'there is no other way to a named server';
    is scalar(() = $adc->sessions), 0, '... and none reached the ADC';
};


subtest 'over IPv6' => sub {
    my $socket = IO::Socket::IP->new(PeerAddr => '::1',
                                     PeerPort => $nginx->port)
        or plan skip_all => 'no IPv6 here';
    print {$socket} http('/six', headers => ['Connection: close']);
    like join('', <$socket>), qr{^HTTP/1\.1 200 }, 'an answer';
    my ($got) = $web->arrivals($nginx);
    like $got->{head}, qr/^X-Client: ::1\r$/m, 'the client';
};


subtest 'HTTP/2, where the http server has it' => sub {
    my $client = CitrixGuard::Http2->new($nginx->port(3));
    is $client->ask(path => '/two')->{status}, 200, 'a page';
    is $client->ask(path => '/vpn/../vpns/')->{status}, 403, 'an attack';
    is_deeply [$web->targets($nginx)], ['/two'], 'what arrived';
    is CitrixGuard::Raw::ask($nginx->port(3), http('/one'))->{status}, 200,
        'HTTP/1 as well';
    is_deeply [$web->targets($nginx)], ['/one'], '... arrives';
    my $tls = CitrixGuard::Nginx->new(
        vars => { CERTS => CitrixGuard::Gateway::certificates() },
        http => 'server { citrix_guard_http_name two http2; return 204; }',
        stream => <<'END')->start;
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    server { listen 127.0.0.1:%%PORT1%% ssl; ssl_alpn h2 http/1.1;
             citrix_guard_preread on; citrix_guard_preread_timeout 200ms;
             citrix_guard_http_pass two; }
END
    for my $version ('http1.1', 'http2') {
        like CitrixGuard::Nginx::_output('curl', '-skI', "--$version",
            'https://127.0.0.1:' . $tls->port . '/'),
            qr{^HTTP/\S+ 204}, "$version, by the client's choice in TLS";
    }
    my $silent = CitrixGuard::Raw->new($tls->port,
                                       tls => { SSL_verify_mode => 0 });
    sleep 0.5;
    $silent->put(http('/'));
    is eval { $silent->get->{status} }, 204,
        'HTTP/1 for a silent client that chose nothing in TLS';
};


subtest 'as if it had been accepted there' => sub {
    my $port = $nginx->port(7);
    my $own = CitrixGuard::Raw::ask($port, http('/own', host => 'c'));
    is $own->{body}, "127.0.0.1 $port", '$server_addr and $server_port';
    my $from = CitrixGuard::Raw::ask($port, http('/away', host => 'c'));
    is CitrixGuard::Raw::header($from, 'Location'), "http://c:$port/there",
        '... and the target of a redirect';
    for my $silent (client(7), client(1)) {
        sleep 0.4;
        shutdown $silent->{socket}, 1;
        ok $silent->closed, 'a silent client is closed';
    }
    ok wait_until(sub { 2 == (() = $nginx->access_log('stream.log')
        =~ /^127\.0\.0\.1 "(?:http)?" 200$/mg) }),
        'a client without a request is in the log of stream';
    my @http = $nginx->access_log('stream.log') =~ /"http"/g;
    CitrixGuard::Raw::ask($nginx->port, http('/', host => 'b'));
    is scalar(() = $nginx->access_log('stream.log') =~ /"http"/g), @http,
        '... one with a request is not';
    like $nginx->error_log, qr/\[info\].*client\ closed\ connection\ while
        \ waiting\ for\ request,\ client:\ 127\.0\.0\.1,\ server:\ gateway$/xm,
        '... and nginx logs the reason';
};


subtest 'servers that share a name, by server_name' => sub {
    for my $case (['a', 200], ['none', 200], ['b', 204], ['x.wild.test', 204],
                  ['tail.test', 204], ['re12.test', 204], ['rex.test', 200]) {
        my ($host, $status) = @$case;
        is CitrixGuard::Raw::ask($nginx->port, http('/', host => $host))
            ->{status}, $status, $host;
    }
    is CitrixGuard::Raw::ask($nginx->port(4), http('/', host => 'abc.test'))
        ->{body}, 'abc', 'a capture, with one server alone';
    $web->take;
};


subtest 'without preread' => sub {
    is CitrixGuard::Raw::ask($nginx->port(6), http('/plain'))->{status}, 200,
        'a server without citrix_guard_preread';
    $web->take;
};


subtest 'a name without a server' => sub {
    my $client = client(2);
    $client->put($CitrixGuard::Ica::CGP);
    ok hung_up($client), 'a name that no server has';
    like $nginx->error_log, qr/\[error\].*no server has "citrix_guard_preread_name nobody"/,
        '... is logged';
    ok hung_up(client(9)), '... for a silent client';
    is scalar(() = $adc->sessions), 0, 'nothing arrives';
    is $web->arrivals($nginx), 0, '... at either';
};


subtest 'reloads' => sub {
    my $kept = client();
    my $ica = CitrixGuard::Ica::cgp($nginx->port);
    $kept->put(http('/before', method => 'POST',
                    headers => ['Content-Length: 4'], body => undef));
    ok $nginx->reload, 'reloaded';
    $kept->put('body');
    is $kept->get->{status}, 200, 'a request continues';
    ok CitrixGuard::Ica::echoes($ica, 'still here'), 'ICA, too';
    is CitrixGuard::Raw::ask($nginx->port, http('/after'))->{status}, 200,
        'new ones as before';
};


my $bad = CitrixGuard::Nginx->new;
for my $case (
    ['citrix_guard_preread_name a;', qr/"citrix_guard_preread_name" directive is not allowed here/],
    ['server { listen %%PORT1%%; return x; citrix_guard_preread_name ""; }',
     qr/has an empty name/],
    ['server { listen %%PORT1%%; return x; citrix_guard_preread_name a; }'
     . 'server { listen 127.0.0.1:%%PORT1%%; return x; citrix_guard_preread_name a; }',
     qr/duplicate name "a" in "citrix_guard_preread_name" directive/],
    ['server { listen %%PORT1%%; return x; citrix_guard_preread_pass a; }',
     qr/unknown server "a" in "citrix_guard_preread_pass" directive in \S+:\d+/],
    ['server { listen %%PORT1%%; return x; citrix_guard_preread_pass a;
      citrix_guard_preread_pass a; }', qr/is duplicate/],
    ['server { listen %%PORT1%%; return x;
      citrix_guard_http_pass x; }', qr/is duplicate, or another directive/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass x;
      citrix_guard_http_pass x; }', qr/is duplicate, or another directive/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass x;
      proxy_pass 127.0.0.1:80; }',
     qr/"citrix_guard_http_pass" directive in \S+:\d+ has no effect/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass 127.0.0.1:80; }',
     qr/"127\.0\.0\.1:80" in "citrix_guard_http_pass" directive is an address/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass unix:/x; }',
     qr/"unix:\/x" in "citrix_guard_http_pass" directive is an address/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass x; }',
     qr/unknown http server "x" in "citrix_guard_http_pass" directive in \S+:\d+/],
) {
    my ($stream, $message) = @$case;
    my ($status, $out) = $bad->configure(stream => $stream)->check;
    isnt $status, 0, "refused: $stream";
    like $out, qr/\[emerg\].*$message/, '... with the reason';
}

my $LOAD = join ' ', map {"load_module $_;"} $nginx->stream_modules;

# the http servers, with the stream block after them or before
for my $case (
    ['citrix_guard_http_name "";', qr/\[emerg\].*has an empty name/],
    ['citrix_guard_http_name a; citrix_guard_http_name a;',
     qr/\[emerg\].*is duplicate/],
    ['citrix_guard_http_name a http3;', qr/\[emerg\].*invalid parameter "http3"/],
    ['citrix_guard_http_name a; ssl_verify_client optional_no_ca;',
     qr/\[warn\].*"ssl_verify_client" has no effect in the http server \(\S+:\d+\)/],
    ['citrix_guard_http_name b;',
     qr/\[emerg\].*unknown http server "a" in "citrix_guard_http_pass"/],
    ['citrix_guard_http_name a; listen %%PORT2%%;', qr/\[emerg\]|is successful/],
    ['citrix_guard_http_name a; } server { citrix_guard_http_name a;',
     qr/\[warn\].*conflicting server name "" of "citrix_guard_http_name a"/],
    ['citrix_guard_http_name a; server_name a.*.b; } '
     . 'server { citrix_guard_http_name a;',
     qr/\[emerg\].*invalid server name or wildcard "a\.\*\.b"/],
) {
    my ($server, $message) = @$case;
    my $stream = 'server { listen %%PORT1%%; citrix_guard_http_pass a; }';
    for my $first (0, 1) {
        my ($status, $out) = CitrixGuard::Nginx->new(ports => 2,
            http => "server { $server return 204; }",
            $first ? (main => "$LOAD stream { $stream }")
                   : (stream => $stream))->check;
        like $out, $message, "$server" . ($first ? ', stream first' : '');
        is $status, $message =~ /emerg\\\]\.\*/ ? 1 : 0, '... the status';
    }
}

done_testing;
