# The demultiplexer: everything but an exact signature is HTTP. What the ADC
# received decides.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::INET ();
use Test::More;
use Time::HiRes qw(sleep time);

use CitrixGuard::Adc;
use CitrixGuard::Check qw(printable refused);
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $GET = "GET /vpn/../vpns/cfg/smb.conf HTTP/1.1\r\nHost: a\r\n\r\n";

my $web = CitrixGuard::Recorder->new;
my $adc = CitrixGuard::Adc->new(http => $web->port);

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { ADC => $adc->port }, http => <<'END',
    server {
        listen unix:%%DIR%%/http.sock proxy_protocol;
        set_real_ip_from unix:;
        real_ip_header proxy_protocol;
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%ADC%%; }
    }
END
    stream => <<'END')->start;
    log_format protocol '"$citrix_guard_protocol" $status';
    access_log %%DIR%%/stream.log protocol;
    map $citrix_guard_protocol $to {
        default unix:%%DIR%%/http.sock;
        ica     unix:%%DIR%%/raw.sock;
        cgp     unix:%%DIR%%/raw.sock;
        socks5  unix:%%DIR%%/raw.sock;
    }
    server {
        listen unix:%%DIR%%/raw.sock proxy_protocol;
        proxy_pass 127.0.0.1:%%ADC%%;
        proxy_protocol off;
        access_log off;
        citrix_guard_preread off;
    }
    citrix_guard_preread on;
    citrix_guard_preread_timeout 500ms;
    proxy_protocol on;
    server { listen 127.0.0.1:%%PORT1%%; proxy_pass $to; }
    server { listen 127.0.0.1:%%PORT2%%; proxy_pass $to;
             citrix_guard_preread_socks5 connect; }
    server { listen 127.0.0.1:%%PORT3%%; proxy_pass $to;
             citrix_guard_preread_answer_timeout 300ms; }
    server { listen 127.0.0.1:%%PORT4%%; citrix_guard_preread off;
             proxy_protocol off; return "[$citrix_guard_protocol]"; }
END


# Everything that the server answers to these pieces, until it hangs up, has
# sent what is expected, or is silent for a while.
sub said {
    my ($port, $expected, @pieces) = @_;
    my $client = CitrixGuard::Raw->new($nginx->port($port),
                                       timeout => $expected ? 10 : 0.4);
    for my $piece (@pieces) {
        $client->put($piece);
        sleep 0.003 if @pieces > 1;
    }
    my $bytes = '';
    while ($bytes eq '' || $bytes !~ /\r\n\r\n|\A\Q$expected\E\z/) {
        my $byte = eval { $client->bytes(1) } // '';
        return $bytes if $byte eq '';
        $bytes .= $byte;
    }
    return $bytes;
}


sub kinds {
    my @kinds = map { $_->{kind} // '' } $adc->sessions;
    $adc->forget;
    return "@kinds";
}


# The lines about streams that were ended since the last call.
my $seen = 0;
sub closed {
    $nginx->settle;
    my @lines = $nginx->error_log =~ /(citrix_guard: closed [^,]*), client/g;
    my @new = @lines[$seen .. $#lines];
    $seen = @lines;
    return "@new";
}


subtest 'clients other than browsers' => sub {
    for my $how ([ticket => \&CitrixGuard::Ica::socks5],
                 [cgp => \&CitrixGuard::Ica::cgp]) {
        my ($name, $open) = @$how;
        my $client = $open->($nginx->port);
        ok $client, "$name: a session";
        ok CitrixGuard::Ica::echoes($client, join '', map { chr } 0 .. 255),
            '... all bytes';
        ok CitrixGuard::Ica::echoes($client, $GET x 400),
            '... and what looks like HTTP, later on' if $name eq 'ticket';
    }
    my $client = CitrixGuard::Ica::cgp($nginx->port,
                                       signature => $CitrixGuard::Ica::ICA);
    ok $client && CitrixGuard::Ica::echoes($client, 'x' x 100_000), 'ica';
    undef $client;
    is kinds(), 'socks5 cgp ica', 'all of them reached the ADC';
    is closed(), '', 'there are no events for them';
    $nginx->settle;
    like $nginx->access_log('stream.log'),
        qr/^"socks5" 200\n"cgp" 200\n"ica" 200$/m, '$citrix_guard_protocol';
    is $web->arrivals($nginx), 0, 'none of it was HTTP';
};


subtest 'any split' => sub {
    my $socks = $CitrixGuard::Ica::GREETING;
    for my $first ($socks, "\x05\x03\x00\x01\x02", $CitrixGuard::Ica::CGP,
                   $CitrixGuard::Ica::ICA) {
        my $name = sprintf '%*v02x', ' ', $first;
        my $expected = $first =~ /^\x05/ ? "\x05\x00" : $first;
        for my $at (1 .. length($first) - 1) {
            is said(1, $expected, substr($first, 0, $at), substr $first, $at),
                $expected, "$name, split at $at";
        }
        is said(1, $expected, split //, $first), $expected, "$name, single bytes";
    }
    my $long = join '', "\x05\x0a", map {chr} 0 .. 9;
    is said(1, "\x05\x00", substr($long, 0, 7), substr $long, 7),
        "\x05\x00", 'ten methods';
    ok CitrixGuard::Ica::socks5($nginx->port), 'CONNECT in one';
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put($socks);
    $client->bytes(2);
    for my $byte (split //, CitrixGuard::Ica::connect_to(
                            $CitrixGuard::Ica::TICKET)) {
        $client->put($byte);
        sleep 0.002;
    }
    like eval { $client->bytes(10) }, qr/^\x05\x00/, 'CONNECT byte by byte';
    unlike kinds(), qr/http/, 'the ADC received only signatures';
    closed();
};


subtest 'everything else is HTTP and goes to the guard' => sub {
    my $attack = 'GET /vpn/../vpns/cfg/smb.conf HTTP/1.0';
    my %sent = (
        'the attack itself' => "$attack\r\n\r\n",
        'leading CRLF' => "\r\n$attack\r\n\r\n",
    );
    for my $name (sort keys %sent) {
        for my $pieces ([$sent{$name}], [split //, $sent{$name}]) {
            my $answer = said(1, '', @$pieces);
            like $answer, qr/^HTTP\S* 403 .*X-Citrix-Guard: blocked/s,
                "$name, in " . @$pieces;
            like +($nginx->events)[-1],
                qr/blocked reason=traversal.* client: 127\.0\.0\.1,/,
                '... recorded with the client';
        }
    }
    my %odd = (
        'a method too many' => "\x05\x01\x00\x00",
        'a greeting and a request' => "\x05\x01\x00$GET",
        'SOCKS5 without methods' => "\x05\x00$GET",
        'a line before SOCKS5' => "\r\n\x05\x01\x00",
        'a line before CGP' => "\r\n$CitrixGuard::Ica::CGP",
        'a line before ICA' => "\n$CitrixGuard::Ica::ICA",
        'SOCKS4' => "\x04\x01\x01\xbb\x7f\x00\x00\x01\x00",
        'CGP/02' => "\x1aCGP/02$GET",
        'ICA with another end' => "\x7f\x7fICA\x01$GET",
        '05 and a request' => "\x05$GET",
        '1A and a request' => "\x1a$GET",
        '7F and a request' => "\x7f$GET",
        'the PROXY protocol' => "PROXY TCP4 192.0.2.9 192.0.2.8 1 2\r\n$GET",
        'the PROXY protocol 2' => "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
            . "\xc0\0\x02\x09\xc0\0\x02\x08\0\1\0\2$GET",
        'HTTP/2 by prior knowledge' => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        'TLS' => "\x16\x03\x01\x00\x05\x01\0\0\1\0",
    );
    for my $name (sort keys %odd) {
        for my $pieces ([$odd{$name}], [split //, $odd{$name}]) {
            my $answer = said(1, '', @$pieces);
            unlike $answer, qr/^HTTP\S* [23]/, "$name, in " . @$pieces;
            is $adc->received =~ s/\A\x05\x01\x00\z//r, '',
                '... nothing reaches the ADC';
            $adc->forget;
        }
    }
    closed();
    is $web->arrivals($nginx), 0, 'nor anything after it';
};


subtest 'silence' => sub {
    for my $start ('', "\x05", "\x05\x02\x00", "\x1aCGP/0", "\x7f\x7f") {
        my $client = CitrixGuard::Raw->new($nginx->port);
        $client->put($start);
        sleep 0.7;
        $client->put("$GET");
        my $answer = eval { $client->get };
        my $name = sprintf 'silent behind "%*v02x"', ' ', $start;
        is $answer && $answer->{status}, $start eq '' ? 403 : 400,
            "$name: it becomes HTTP" if $start eq '' || $answer;
        is kinds(), '', '... and nothing reaches the ADC';
    }
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put("\x05");
    undef $client;
    $nginx->settle;
    is kinds(), '', 'a client that leaves before its protocol is known';
};


subtest 'the second message of SOCKS5' => sub {
    my $connect = \&CitrixGuard::Ica::connect_to;
    my $ticket = $connect->($CitrixGuard::Ica::TICKET);
    my $address = pack 'C4 C4 n', 5, 1, 0, 1, 127, 0, 0, 1, 80;
    my @CASES = (
        # name, message, allowed with "ticket", allowed with "connect"
        ['a ticket', $ticket, 1, 1],
        ['a name', $connect->('vda.example.test', 1494), 0, 1],
        ['an address', $address, 0, 1],
        ['a ticket with a slash', $connect->(';40;STA1;/vpns/'), 0, 1],
        ['a name with a line end', $connect->("a\r\nGET / HTTP/1.1"), 0, 0],
        ['BIND', $ticket =~ s/^\x05\x01/\x05\x02/r, 0, 0],
        ['HTTP', $GET, 0, 0],
    );
    for my $case (@CASES) {
        my ($name, $second, @through) = @$case;
        for my $mode (0 .. 1) {
            $adc->forget;
            my $client = CitrixGuard::Ica::socks5($nginx->port(1 + $mode),
                second => $second, timeout => 2);
            my $got = ($adc->sessions)[0]{bytes};
            my $what = qw(ticket connect)[$mode] . ": $name";
            if ($through[$mode]) {
                like $got, qr/\A\x05\x01\x00\Q$second\E/, "$what continues";
                is closed(), '', '... without a line in the log';
            }
            else {
                ok !$client, "$what ends the session";
                unlike $got, qr/GET|vpns/, '... and is not sent';
                like closed(), qr/^citrix_guard: closed protocol=socks5 why=\w+: \w/,
                    '... with a line';
            }
        }
    }
    closed();
};


subtest 'HTTP after a signature' => sub {
    my $target = '/vpn/../vpns/cfg/smb.conf';
    for my $first ($CitrixGuard::Ica::CGP, $CitrixGuard::Ica::ICA) {
        for my $behind ($GET, CitrixGuard::Ica::bind_request(" $target\n"),
                        CitrixGuard::Ica::bind_request . " $target\n",
                        "\r\n$GET", "\n$GET", 'x' x 100 . "\n$GET",
                        " $target\tHTTP/1.0\r\n\r\n", "\t$target\n",
                        "\f$target\r\n", "\x0b$target HTTP/1.0\n\n",
                        " http://a$target HTTP/1.0\n\n", "x $target\n",
                        " %2fvpn/..%2fvpns/ HTTP/1.0\n\n") {
            my $name = printable("$first$behind");
            $adc->forget;
            is said(1, '', "$first$behind"), '', "$name: no answer";
            unlike $adc->received, qr/vpn/, '... does not arrive at once';
            like closed(), qr/protocol=(?:cgp\ why=request:\ an\ HTTP
                |ica\ why=early:\ the\ client\ did)/x, '... a line';
        }
    }
    # a bind request, and the longest one
    my $bind = CitrixGuard::Ica::bind_request();
    my $longest = "\xff\xff\x01\0\0\0\0" . "\x01" x 32_762;
    # a silent ADC, so that later pieces are judged as they arrive
    my $silent = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
        or die "silent: $@";
    my $through = CitrixGuard::Nginx->new(
        vars => { ADC => $silent->sockport }, stream => <<'END')->start;
        log_format why '$citrix_guard_protocol $citrix_guard_why';
        access_log %%DIR%%/why.log why;
        citrix_guard_preread on;
        citrix_guard_preread_answer_timeout 600ms;
        server { listen 127.0.0.1:%%PORT1%%; proxy_pass 127.0.0.1:%%ADC%%; }
END
    for my $case ([request => $CitrixGuard::Ica::CGP, "\x05\x01\0", " $target\n"],
                  [request => $CitrixGuard::Ica::CGP . $bind, " $target\n"],
                  [form => $CitrixGuard::Ica::CGP, "\x05", "\x08"],
                  [long => $CitrixGuard::Ica::CGP, $longest, "\x01"],
                  [early => $CitrixGuard::Ica::ICA, "\x01"],
                  [early => $CitrixGuard::Ica::GREETING, "\x05"],
                  [slow => $CitrixGuard::Ica::CGP, "\x05"]) {
        my ($why, @pieces) = @$case;
        my $client = CitrixGuard::Raw->new($through->port, timeout => 3);
        $client->put(shift @pieces);
        my $server = $silent->accept;
        for my $piece (@pieces) {
            sleep 0.1;
            $client->put($piece);
        }
        is eval { $client->bytes(1) }, undef, "$why: ended";
        my $got = do { local $/; <$server> };
        is length $got, length(join '', @$case[1 .. $#$case])
            - ($why eq 'slow' ? 0 : length $case->[-1]),
            '... and the last piece is not sent';
        like $through->error_log, qr/closed protocol=\w+ why=$why: /,
            '... and logged';
    }
    $through->settle;
    is $through->access_log('why.log'), "cgp request\ncgp request\ncgp form\n"
        . "cgp long\nica early\nsocks5 early\ncgp slow\n",
        '$citrix_guard_why';
    $adc->forget;
};


subtest 'after both greetings any bytes are allowed' => sub {
    for my $open (sub { CitrixGuard::Ica::cgp(@_) },
                  sub { CitrixGuard::Ica::cgp(@_, signature =>
                        $CitrixGuard::Ica::ICA) },
                  # as clients send it: at first, and to reconnect
                  (map { my $ticket = $_; sub {
                      CitrixGuard::Ica::cgp(@_, signature =>
                          $CitrixGuard::Ica::CGP
                          . CitrixGuard::Ica::bind_request($ticket)) }
                   } undef, "NS\1\0 /x\n\xff a\n\r/%\0"),
                  sub { CitrixGuard::Ica::socks5(@_) }) {
        my $client = $open->($nginx->port(3));
        ok CitrixGuard::Ica::echoes($client, "\n$GET$_"), 'HTTP in it'
            for '', 'x' x 10_000;
        sleep 0.5;
        ok CitrixGuard::Ica::echoes($client, "\n$GET"),
            '... and the timeout for greetings is over';
    }
    my $client = CitrixGuard::Ica::socks5($nginx->port(2),
        second => CitrixGuard::Ica::connect_to('vda.example.test', 1494));
    ok CitrixGuard::Ica::echoes($client, $CitrixGuard::Ica::CGP),
        'CGP after any CONNECT';
    ok CitrixGuard::Ica::echoes($client, "\n$GET"), '... and then HTTP';
    is closed(), '', 'there are no events for them';
    $client = CitrixGuard::Ica::socks5($nginx->port(2),
        second => CitrixGuard::Ica::connect_to('127.0.0.1', 80));
    $adc->forget;
    $client->put($GET);
    is eval { $client->bytes(1) }, undef, 'HTTP after any CONNECT';
    like closed(), qr/why=inside: SOCKS5 carries/, '... is ended';
    unlike $adc->received, qr/GET/, '... and does not arrive';
    $adc->forget;
};


subtest 'an ADC that answers in HTTP' => sub {
    my $odd = CitrixGuard::Recorder->new(answer => sub {
        return { raw => "HTTP/1.1 200 OK\r\n\r\nsecret", close => 1 };
    });
    my $through = CitrixGuard::Nginx->new(
        vars => { ADC => $odd->port }, stream => <<'END')->start;
        server { listen 127.0.0.1:%%PORT1%%; citrix_guard_preread on;
                 proxy_pass 127.0.0.1:%%ADC%%; }
END
    my $client = CitrixGuard::Raw->new($through->port, timeout => 2);
    $client->put($CitrixGuard::Ica::CGP
                 . CitrixGuard::Ica::bind_request() . "\r\n\r\n");
    is eval { $client->bytes(1) }, undef, 'none of it reaches the client';
    like $through->error_log, qr/the ADC answers in another protocol/,
        '... and it is logged';
    $odd->take;

    # it does not answer a greeting at all
    $client = CitrixGuard::Raw->new($through->port, timeout => 2);
    $client->put($CitrixGuard::Ica::GREETING);
    sleep 0.2;
    $client->put(CitrixGuard::Ica::connect_to($CitrixGuard::Ica::TICKET));
    is eval { $client->bytes(1) }, undef, 'a client that does not wait';
    like $through->error_log, qr/the client did not wait/, '... is ended';
    is join('', map { $_->{raw} } $odd->arrivals($through)),
        $CitrixGuard::Ica::GREETING, '... and only the greeting arrived';

    # an answer in two pieces: none is forwarded before it is complete
    my $half = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
        or die "half: $@";
    my $to_half = CitrixGuard::Nginx->new(
        vars => { ADC => $half->sockport }, stream => <<'END')->start;
        server { listen 127.0.0.1:%%PORT1%%; citrix_guard_preread on;
                 proxy_pass 127.0.0.1:%%ADC%%; }
END
    for my $case (["\x1aCG", 'P/01yes', "\x1aCGP/01yes"],
                  ["\x1aCG", 'HTTP', undef], ["\x1aCGP", '!', "\x1aCGP!"]) {
        my ($first, $second, $shown) = @$case;
        $client = CitrixGuard::Raw->new($to_half->port, timeout => 3);
        $client->put($CitrixGuard::Ica::CGP);
        my $server = $half->accept;
        syswrite $server, $first;
        sleep 0.1;
        syswrite $server, $second;
        is eval { $client->bytes(length($shown // 'x')) }, $shown,
            printable($first . $second) . ', in two';
    }
};


is said(4, '[]', 'x'), '[]', 'no protocol where it is off';

subtest 'a reload does not cut sessions' => sub {
    my @clients = (CitrixGuard::Ica::socks5($nginx->port),
                   CitrixGuard::Ica::cgp($nginx->port));
    for (1 .. 3) {
        ok $nginx->reload, 'reloaded';
        ok CitrixGuard::Ica::echoes($_, 'still here') , '... still here'
            for @clients;
    }
};

done_testing;
