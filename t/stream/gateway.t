# The configuration for a whole Gateway: TLS on both sides; browsers, ICA and
# websockets through one port. What the ADC received decides.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Check qw(request refused);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $HOST = [Host => $CitrixGuard::Gateway::NAME];

my $web = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 101, tunnel => 1, headers => [Connection => 'upgrade',
             Upgrade => 'websocket'] } if $request->{head} =~ /^Upgrade:/mi;
    return { status => 302, headers => [Location => '/vpns/cvpnpage.html',
             'Set-Cookie' => 'NSC_AAAC=' . 'a' x 3000 . '; Secure',
             'Set-Cookie' => 'NSC_TMAS=1'] }
        if $request->{target} eq '/cgi/login';
    return { body => 'z' x 3_000_000 } if $request->{target} =~ /download/;
    return { body => $request->{memory}{user} //= $1 }
        if $request->{head} =~ /^Authorization: NTLM (\w+)\r$/m;
    return { body => $request->{memory}{user} // 'nobody' }
        if $request->{target} eq '/ntlm';
    return;
});

my $gateway = CitrixGuard::Gateway->new(web => $web->port);


subtest 'nginx -t' => sub {
    for my $file (qw(gateway.conf browser-only.conf nodes.conf)) {
        my $other = CitrixGuard::Gateway->new(file => $file);
        my ($status, $said) = $other->check;
        is $status, 0, "$file: accepted" or diag $said;
        unlike $said, qr/\[warn\]/, '... without a warning';
        next if $file eq 'browser-only.conf';
        $other->set($file, qr/# (?=include citrix-guard\/edt)/, '');
        ($status, $said) = $other->check;
        is $status, 0, '... with EDT' or diag $said;
        unlike $said, qr/\[warn\]/, '... without a warning';
    }
};


$gateway->start;
$gateway->settle;

my @TLS = $gateway->tls;


# One request through the front.
sub ask {
    my ($target, %given) = @_;
    $given{headers} = [@$HOST, @{ $given{headers} // [] }];
    return CitrixGuard::Raw::ask($gateway->front,
        request($target, no_host => 1, %given), @TLS);
}


sub header { return CitrixGuard::Raw::header(@_) }


subtest 'a login' => sub {
    is ask('/vpn/index.html')->{status}, 200, 'the page';
    my $answer = ask('/cgi/login', method => 'POST', body => 'login=a');
    is $answer->{status}, 302, 'the form';
    is header($answer, 'Location'), '/vpns/cvpnpage.html',
        '... with its target unchanged';
    my @cookies = grep { lc $_->[0] eq 'set-cookie' } @{ $answer->{headers} };
    is scalar @cookies, 2, '... with both cookies';
    is ask('/vpns/cvpnpage.html', headers => [Cookie => 'NSC_AAAC='
        . 'a' x 12_000])->{status}, 200, 'a cookie of 12k';
    my @got = $web->arrivals($gateway);
    is_deeply [map { $_->{line} } @got], ['GET /vpn/index.html HTTP/1.1',
        'POST /cgi/login HTTP/1.1', 'GET /vpns/cvpnpage.html HTTP/1.1'],
        'what the ADC received';
    like $got[0]{head}, qr/^Host: gateway\.example\.com\r$/m, '... Host';
    like $got[0]{head}, qr/^X-Forwarded-For: 127\.0\.0\.1\r$/m, '... client';
    like $got[0]{head}, qr/^X-Forwarded-Proto: https\r$/m, '... scheme';
    is $got[1]{body}, 'login=a', '... body';
};


subtest 'by IPv6' => sub {
    my $socket = IO::Socket::SSL->new(PeerAddr => '[::1]:' . $gateway->front,
        { @TLS }->{tls}->%*) or die $IO::Socket::SSL::SSL_ERROR;
    print {$socket} "GET /six HTTP/1.0\r\nHost: $CitrixGuard::Gateway::NAME"
        . "\r\n\r\n";
    like scalar(<$socket>), qr{^HTTP/1\.1 200 }, 'answered';
    my ($got) = $web->arrivals($gateway);
    like $got->{head}, qr/^X-Forwarded-For: ::1\r$/m, '... with its address';
};


subtest 'attacks' => sub {
    for my $target ('/vpn/../vpns/cfg/smb.conf', '/vpn/%2e%2e/vpns/a',
                    '/vpn/..%252fvpns/a', '/x/..;/vpns/') {
        refused ask($target), $target;
        like +($gateway->events)[-1], qr/client: 127\.0\.0\.1,/,
            '... recorded with the client';
    }
    is ask('/vpn/../vpns/', headers => [], no_host => 1)->{status}, 403,
        'refused';
    is $web->arrivals($gateway), 0, 'none of them reached the ADC';
    like $gateway->access_log('gateway.log'),
        qr{^127\.0\.0\.1 \[\S+\] "GET /vpn/\.\./vpns/cfg/smb\.conf HTTP/1\.1" }m,
        'the access log';
    like $gateway->access_log('gateway.log'), qr{ 403 .* blocked traversal$}m,
        '... says why';

    # the product's own log, read by the product's own command
    my $log = $gateway->dir . '/gateway.log';
    my $ran = citrix_guard(['scan', $log]);
    like $ran->{out}, qr/gateway\.log, \d+ lines\n/,
        'scan knows the format';
    unlike $ran->{out}, qr/damaged/, '... of every line';
    like $ran->{out}, qr/^  blocked +5 /m, '... and finds the attacks';
    is $ran->{status}, 1, '... all of them refused';
};


subtest 'another name' => sub {
    for my $host ('adc.example.com', '192.0.2.1', 'x' x 300) {
        my $answer = CitrixGuard::Raw::ask($gateway->front,
            "GET /vpn/../vpns/ HTTP/1.1\r\nHost: $host\r\n\r\n", @TLS);
        is $answer->{status}, 421, 'refused';
        like +($gateway->events)[-1], qr/blocked reason=traversal/,
            '... and recorded';
    }
    is $web->arrivals($gateway), 0, 'none of them reached the ADC';
};


subtest 'names, and a request without one' => sub {
    my $bare = CitrixGuard::Raw::ask($gateway->front,
        "GET /old HTTP/1.0\r\n\r\n", @TLS);
    is $bare->{status}, 200, 'HTTP/1.0 without a name';
    my ($got) = $web->arrivals($gateway);
    like $got->{head}, qr/^Host: gateway\.example\.com\r$/m, '... gets one';
    refused CitrixGuard::Raw::ask($gateway->front,
        "GET /vpn/../vpns/ HTTP/1.0\r\n\r\n", @TLS), 'an attack without one';
    my $second = 'vpn.example.com';
    my $two = "GET / HTTP/1.1\r\nHost: $second\r\n\r\n";
    is CitrixGuard::Raw::ask($gateway->front, $two, @TLS)->{status}, 421,
        'a name that is not in the list';
    my $more = CitrixGuard::Gateway->new(web => $web->port, names => [$second]);
    $more->set('settings.conf', qr/# portal\S+ \S+;/, "$second $second;")->start;
    is CitrixGuard::Raw::ask($more->front, $two, $more->tls)->{status}, 200,
        'a name in the list';
    ($got) = $web->arrivals($more);
    like $got->{head}, qr/^Host: vpn\.example\.com\r$/m, '... unchanged';
    is CitrixGuard::Raw::ask($more->front, $two =~ s/vpn/no/r,
        $more->tls)->{status}, 421, 'and no other';
};


subtest 'header fields with "_"' => sub {
    is ask('/a', headers => [X_Ctx_Id => 'abc', NSC_USER => 'u',
                             Nsc_Nonce => 'n'])->{status}, 200, 'served';
    my ($got) = $web->arrivals($gateway);
    like $got->{head}, qr/^X_Ctx_Id: abc\r$/m, 'passed on';
    unlike $got->{head}, qr/^NSC.(?:USER|NONCE)/mi, '... except two';
    refused ask('/a', headers => [NSC_USER => '../../x']), 'an attack in one';
    $gateway->events;
};


subtest 'TLS of older clients' => sub {
    my $old = CitrixGuard::Gateway->new(web => $web->port);
    my $to = sub {
        my ($port, $cipher) = @_;
        return CitrixGuard::Nginx::_output('openssl', 's_client', '-connect',
            "127.0.0.1:$port", '-tls1_2', '-cipher', $cipher, '-brief');
    };
    $old->set('tls.conf', qr/tls-modern/, 'tls-compatible')->start;
    for my $cipher (qw(ECDHE-ECDSA-AES256-SHA ECDHE-ECDSA-AES128-SHA256)) {
        unlike $to->($gateway->front, $cipher), qr/Ciphersuite: $cipher/,
            "$cipher: not with tls-modern.conf";
        like $to->($old->front, $cipher), qr/Ciphersuite: $cipher/,
            '... but with tls-compatible.conf';
    }
    like $to->($gateway->front, 'ECDHE-ECDSA-AES128-GCM-SHA256'),
        qr/Ciphersuite: ECDHE/, 'what all have';
};


subtest 'big bodies, without temporary files' => sub {
    is ask('/upload', method => 'POST', body => 'u' x 3_000_000)->{status},
        200, 'an upload';
    my ($got) = $web->arrivals($gateway);
    is length $got->{body}, 3_000_000, '... all of it';
    is length ask('/download')->{body}, 3_000_000, 'a download';
    $web->arrivals($gateway);
    is_deeply [glob $gateway->dir . '/{client_body,proxy}/*'], [],
        'no temporary files';
    unlike $gateway->error_log, qr/buffered to a temporary file/, '... ever';
};


subtest 'NTLM' => sub {
    my $user = sub {
        my ($client, @more) = @_;
        $client->put(request('/ntlm', no_host => 1, headers => [@$HOST, @more]));
        return $client->get->{body};
    };
    my ($anna, $berta) = map { CitrixGuard::Raw->new($gateway->front, @TLS) }
                         1 .. 2;
    is $user->($anna, Authorization => 'NTLM anna'), 'anna', 'logged in';
    is $user->($berta), 'nobody', 'another client is not logged in';
    is $user->($anna), 'anna', '... the first one stays logged in' for 1 .. 3;
    is $user->($berta, Authorization => 'NTLM berta'), 'berta', 'another login';
    is $user->($anna), 'anna', '... has a connection of its own';
    $web->arrivals($gateway);
};


subtest 'websocket' => sub {
    my $client = CitrixGuard::Raw->new($gateway->front, @TLS);
    $client->put(request('/ws', no_host => 1, headers => [@$HOST,
        Upgrade => 'websocket', Connection => 'Upgrade']));
    is $client->get->{status}, 101, 'upgraded';
    ok CitrixGuard::Ica::echoes($client, 'echo'), '... and back';
    my $answer = ask('/h2c', headers => [Upgrade => 'h2c',
        Connection => 'Upgrade, HTTP2-Settings', 'HTTP2-Settings' => 'AA']);
    is $answer->{status}, 200, 'h2c is served without the upgrade';
    my ($first, $second) = $web->arrivals($gateway);
    unlike $second->{head}, qr/^(?:Upgrade|HTTP2)/mi, '... nothing arrived'
        or diag $second->{head};
};


subtest 'ICA' => sub {
    my $all = join '', map { chr } 0 .. 255;
    my @clients;
    for my $how (\&CitrixGuard::Ica::socks5, \&CitrixGuard::Ica::cgp) {
        my $client = $how->($gateway->front, @TLS);
        ok $client, 'a session';
        ok CitrixGuard::Ica::echoes($client, $all x 4096),
            '... a MiB there and back';
        push @clients, $client;
    }
    for (1 .. 5) {
        ok $gateway->reload, 'reload';
        refused ask('/vpn/../vpns/'), '... an attack';
        ok CitrixGuard::Ica::echoes($_, $all), '... a session continues'
            for @clients;
    }
    is $web->arrivals($gateway), 0, 'none of it was HTTP';
    ok !CitrixGuard::Ica::socks5($gateway->front, @TLS, second =>
        CitrixGuard::Ica::connect_to('vda.example.com')), 'no ticket: closed';
    like $gateway->error_log, qr/closed\ protocol=socks5\ why=ticket:\ .*no\ STA\ ticket\ [^,]*,
        \ client:\ 127\.0\.0\.1,/x, '... with a line';
};


subtest 'port 80' => sub {
    my $answer = CitrixGuard::Raw::ask($gateway->plain,
        "GET /a?b HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    is $answer->{status}, 301, 'a redirect';
    is header($answer, 'Location'),
        "https://$CitrixGuard::Gateway::NAME/a?b", '... to the right name';
};


subtest 'browsers only, by HTTP/1.1 and HTTP/2' => sub {
    my $site = CitrixGuard::Gateway->new(web => $web->port,
                                         file => 'browser-only.conf');
    my $two = CitrixGuard::Nginx::built() =~ /--with-http_v2_module/;
    $site->set('front.conf', qr/ ssl /, ' ssl http2 ') if $two;
    $site->start;
    my @curl = ('curl', '-s', '-i', '--path-as-is', '--cacert',
        "$site->{certs}/ca.pem", '--resolve',
        "$CitrixGuard::Gateway::NAME:" . $site->front . ':127.0.0.1');
    my $url = "https://$CitrixGuard::Gateway::NAME:" . $site->front;
    for my $version ('http1.1', $two ? 'http2' : ()) {
        my $number = $version =~ s/http(\d).*/$1/r;
        my $said = CitrixGuard::Nginx::_output(@curl, "--$version",
                                               "$url/vpn/index.html");
        like $said, qr{^HTTP/$number\S* 200}, "$version: a page";
        $said = CitrixGuard::Nginx::_output(@curl, "--$version",
                                            "$url/vpn/../vpns/");
        like $said, qr{^HTTP/$number\S* 403.*X-Citrix-Guard: blocked}si,
            '... an attack';
    }
    my @lines = map { $_->{line} } $web->arrivals($site);
    is_deeply [grep { $_ ne 'GET /vpn/index.html HTTP/1.1' } @lines], [],
        'what the ADC received';
    is scalar(my @events = $site->events), $two ? 2 : 1, 'what was recorded';
    ok !CitrixGuard::Ica::cgp($site->front, $site->tls, timeout => 5),
        'ICA is not HTTP';
    is $web->arrivals($site), 0, '... and does not reach the ADC';
};


subtest 'behind a balancer' => sub {
    my $node = CitrixGuard::Gateway->new(web => $web->port,
                                         file => 'nodes.conf')->start;
    my $balancer = CitrixGuard::Nginx->new(without_module => 1,
        vars => { NODE => $node->front }, stream => 'server {
            listen 127.0.0.1:%%PORT1%%; proxy_protocol on; proxy_pass 127.0.0.1:%%NODE%%; }')->start;
    refused CitrixGuard::Raw::ask($balancer->port, "GET /vpn/../vpns/ HTTP/1.1"
        . "\r\nHost: $CitrixGuard::Gateway::NAME\r\n\r\n", $node->tls),
        'an attack';
    ok CitrixGuard::Ica::socks5($balancer->port, $node->tls), 'ICA';
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $node->front) or die "node: $@";
    syswrite $socket, "PROXY TCP4 203.0.113.9 192.0.2.1 1000 443\r\n";
    IO::Socket::SSL->start_SSL($socket, { $node->tls }->{tls}->%*)
        or die $IO::Socket::SSL::SSL_ERROR;
    print {$socket} "GET /vpn/../vpns/ HTTP/1.0\r\n"
        . "Host: $CitrixGuard::Gateway::NAME\r\n\r\n";
    like scalar(<$socket>), qr{^HTTP/1\.1 403 }, 'an attack from elsewhere';
    close $socket;
    $node->settle;
    like $node->access_log('gateway.log'),
        qr{^203\.0\.113\.9 \[\S+\] "GET /vpn/\.\./vpns/ .* blocked }m,
        '... is logged with the address from the balancer';
    is CitrixGuard::Raw::ask($node->alive,
        "GET /alive HTTP/1.0\r\n\r\n")->{status}, 204, 'it is up';
    is $web->arrivals($node), 0, 'no HTTP has reached the ADC';
};


subtest 'another server in place of the ADC' => sub {
    my $other = CitrixGuard::Gateway->new(web => $web->port);
    $other->set('settings.conf', qr/gateway\.example\.com/, 'not.example.com');
    $other->start;
    my $answer = CitrixGuard::Raw::ask($other->front,
        "GET / HTTP/1.1\r\nHost: not.example.com\r\n\r\n", $other->tls);
    is $answer->{status}, 502, 'HTTP: its certificate is refused';
    ok !CitrixGuard::Ica::cgp($other->front, $other->tls, timeout => 5),
        'ICA: the same';
    is scalar(grep { length $_->{bytes} } $other->adc->sessions), 0,
        'and it has received nothing';
};

done_testing;
