# Where a session goes on when its protocol is known: in another server of
# stream, or in an http server, over the client's own connection. What upstreams
# received, and from whom, is the judge.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use IO::Socket::IP ();

use CitrixGuard::Adc;
use CitrixGuard::Check qw(refused);
use CitrixGuard::Http2;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $web = CitrixGuard::Recorder->new;
my $adc = CitrixGuard::Adc->new;

my $FRONT = <<'END';
    citrix_guard_preread on;
    citrix_guard_preread_pass $to;
    citrix_guard_http_pass unix:%%DIR%%/http.sock;
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 9, vars => { ADC => $adc->port, WEB => $web->port },
    http => <<'END'
    log_format who '$remote_addr $scheme $status $request_uri';
    access_log %%DIR%%/http.log who;
    client_header_buffer_size 64;
    client_body_timeout 3s;
    server {
        listen unix:%%DIR%%/http.sock;
        server_name a;
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%WEB%%;
                     proxy_set_header X-Client $remote_addr;
                     proxy_set_header X-Scheme $scheme; }
    }
    server { listen unix:%%DIR%%/http.sock; server_name b; return 204; }
END
    . 'server { ' . CitrixGuard::Http2::listen_lines('unix:%%DIR%%/http2.sock')
    . ' citrix_guard on; location / { proxy_pass http://127.0.0.1:%%WEB%%; } }',
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
        listen unix:%%DIR%%/adc.sock;
        citrix_guard_preread_name adc;
        deny all;
        proxy_pass 127.0.0.1:%%ADC%%;
    }
    server { listen unix:%%DIR%%/closed.sock; return "";
             citrix_guard_preread_name closed; }
    server { listen unix:%%DIR%%/other.sock; return "other";
             citrix_guard_preread_name nobody-else; }
    citrix_guard_preread_timeout 300ms;
    preread_buffer_size 300;
    server { listen 127.0.0.1:%%PORT1%%; listen [::1]:%%PORT1%%; $FRONT }
    server { listen 127.0.0.1:%%PORT2%%; $FRONT }
    server { listen 127.0.0.1:%%PORT3%%; citrix_guard_preread on;
             citrix_guard_http_pass unix:%%DIR%%/http2.sock; }
    server { listen 127.0.0.1:%%PORT4%%; citrix_guard_preread on;
             citrix_guard_http_pass unix:%%DIR%%/nobody.sock; }
    server { listen 127.0.0.1:%%PORT5%%; deny all; $FRONT }
    server { listen 127.0.0.1:%%PORT6%%;
             citrix_guard_http_pass unix:%%DIR%%/http.sock; }
    server { listen 127.0.0.1:%%PORT7%%; proxy_pass unix:%%DIR%%/adc.sock; }
    # an address of stream is no http server
    server { listen 127.0.0.1:%%PORT8%%; citrix_guard_preread on;
             citrix_guard_http_pass unix:%%DIR%%/closed.sock; }
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


# true if the server hangs up without a word
sub hung_up {
    my ($client) = @_;
    return !defined eval { $client->bytes(1) } && $@ !~ /in time/;
}


subtest 'HTTP goes on in http, as its client' => sub {
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
    is $web->arrivals($nginx), 0, '... which does not arrive';
    like $nginx->access_log('http.log'),
        qr{^127\.0\.0\.1 http 403 /vpn/\.\./vpns/$}m, '... and who it was';
};


subtest 'what was read ahead is there, once' => sub {
    # more than the buffer for reading ahead, and than that for a header
    for my $size (0, 1, 63, 64, 65, 299, 300, 301, 20_000) {
        my $body = substr 'abcdefghij' x 2000, 0, $size;
        my $client = client();
        $client->put(http('/one', method => 'POST', body => $body)
                     . http('/two') . http('/vpn/../vpns/')
                     . http('/three'));
        is $client->get->{status}, 200, "$size bytes";
        is $client->get->{status}, 200, '... and one more request';
        refused $client->get, '... an attack behind it';
        my @got = $web->arrivals($nginx);
        is $got[0]{body}, $body, '... the body';
        is_deeply [map { $_->{target} } @got[0, 1]], ['/one', '/two'],
            '... the targets';
        unlike join('', map { $_->{raw} } @got), qr/vpns/, '... no attack';
    }
    my $client = client();
    $client->put(http('/last', host => 'b'));
    shutdown $client->{socket}, 1;
    is $client->get->{status}, 204, 'a client that says no more';
    $web->take;
};


subtest 'whoever is silent is HTTP' => sub {
    my $client = client();
    sleep 0.5;
    $client->put(http('/late'));
    is $client->get->{status}, 200, 'without a byte';
    $client = client();
    $client->put("\x1aCG");
    sleep 0.5;
    $client->put("P/01");
    like eval { $client->rest } // '', qr/\A(?:HTTP\S* |.*<title>)400 /s,
        'half a signature, and the rest too late';
    $web->take;
};


subtest 'ICA goes on in the server that is named' => sub {
    my $client = CitrixGuard::Ica::cgp($nginx->port);
    ok CitrixGuard::Ica::echoes($client, 'abc' x 10_000), 'CGP';
    undef $client;
    $adc->idle;
    is_deeply [map { $_->{kind} } $adc->sessions], ['cgp'], '... at the ADC';
    $adc->forget;
    $client = client();
    $client->put("$CitrixGuard::Ica::CGP\nGET /vpn/../vpns/ HTTP/1.1\r\n\r\n");
    ok hung_up($client), 'HTTP behind the signature';
    unlike $adc->received, qr/GET/, '... does not arrive';
    like $nginx->error_log, qr/citrix_guard: closed protocol=cgp why=request: an HTTP/,
        '... and it is said';
    $client = client();
    $client->put($CitrixGuard::Ica::GREETING);
    ok hung_up($client), 'a server that ends it';
    $nginx->settle;
    like $nginx->access_log('stream.log'), qr/^127\.0\.0\.1 "cgp" 200$/m,
        'logged by the other server, with the protocol';
    like $nginx->access_log('stream.log'), qr/^127\.0\.0\.1 "socks5" 200$/m,
        '... that one, too';
    $adc->forget;
};


subtest 'what was allowed is that of the front' => sub {
    ok hung_up(client(5)), 'who is denied there goes nowhere';
    my $client = client(7);
    $client->put($CitrixGuard::Ica::CGP);
    ok hung_up($client), 'nobody comes to the other server by its own address';
    is scalar(() = $adc->sessions), 0, '... or reaches the ADC';
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
};


subtest 'nothing is read ahead' => sub {
    is CitrixGuard::Raw::ask($nginx->port(6), http('/plain'))->{status}, 200,
        'a server without citrix_guard_preread';
    $web->take;
};


subtest 'a way that leads nowhere' => sub {
    my $client = client(2);
    $client->put($CitrixGuard::Ica::CGP);
    ok hung_up($client), 'a name that no server has';
    like $nginx->error_log, qr/\[error\].*no server has "citrix_guard_preread_name nobody"/,
        '... is said';
    ok hung_up(client(9)), '... for who is silent';
    for my $port (4, 8) {
        $client = client($port);
        $client->put(http('/'));
        ok hung_up($client), 'an address where no http server listens';
    }
    like $nginx->error_log,
        qr{\[error\].*no\ http\ server\ listens\ at\ unix:\S+/$_\.sock}x,
        "... is said of $_" for qw(nobody closed);
    like $nginx->error_log, qr{\[warn\].*no http server listens at "unix:\S+/nobody\.sock"},
        '... and was before';
    is scalar(() = $adc->sessions), 0, 'nothing arrives';
    is $web->arrivals($nginx), 0, '... nowhere';
};


subtest 'reloads' => sub {
    my $kept = client();
    my $ica = CitrixGuard::Ica::cgp($nginx->port);
    $kept->put(http('/before', method => 'POST',
                    headers => ['Content-Length: 4'], body => undef));
    ok $nginx->reload, 'reloaded';
    $kept->put('body');
    is $kept->get->{status}, 200, 'a request goes on';
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
      citrix_guard_http_pass unix:/x; }', qr/is duplicate, or there is another/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass 127.0.0.1; }',
     qr/invalid address "127\.0\.0\.1" in "citrix_guard_http_pass"/],
    ['server { listen %%PORT1%%; citrix_guard_http_pass nginx.org:80; }',
     qr/invalid address "nginx\.org:80" in "citrix_guard_http_pass"/],
) {
    my ($stream, $message) = @$case;
    my ($status, $out) = $bad->configure(stream => $stream)->check;
    isnt $status, 0, "refused: $stream";
    like $out, qr/\[emerg\].*$message/, '... and why is said';
}

done_testing;
