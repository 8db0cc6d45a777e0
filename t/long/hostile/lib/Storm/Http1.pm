package Storm::Http1;

# What a hostile HTTP/1 client does with one connection: a list of steps.
#
#   [send => BYTES, PIECE]   in pieces of so many bytes
#   [wait => SECONDS]        for an answer, no longer than that
#   [half]                   says that it has no more to send
#   [drop]                   resets the connection
#
# At the end of the list it reads on until the server closes, or for a moment.

use strict;
use warnings;

use Storm::Random qw(one_of chance below between garbage mutated);
use Storm::Target qw(target path_field guarded_field);


sub steps {
    my @steps;
    for (1 .. chance(60) ? 1 : between(2, 4)) {
        my $bytes = join '', map { request() } 1 .. chance(70) ? 1
                                                  : between(2, 8);
        $bytes = mutated($bytes) if chance(5);
        $bytes = garbage(between(1, 600)) if chance(2);
        substr $bytes, below(length $bytes), length $bytes, '' if chance(8);
        push @steps, [send => $bytes, _piece(length $bytes)];
        push @steps, [wait => one_of(0, 0.01, 0.05)] if chance(50);
    }
    push @steps, [half => ()] if chance(12);
    push @steps, [drop => ()] if chance(15);
    return @steps;
}


# Most come in one piece, some byte by byte.
sub _piece {
    my ($length) = @_;
    return 1 if $length < 600 && chance(12);
    return between(2, 40) if $length < 4000 && chance(20);
    return between(1000, 1460) if chance(20);
    return $length || 1;
}


sub request {
    return 'GET ' . target() . one_of("\r\n", "\n") if chance(2);
    my $end = chance(95) ? "\r\n" : one_of("\n", "\r\r\n", "\r");
    my ($fields, $body) = chance(25) ? _with_body() : ('', '');
    my $blank = chance(96) ? ' ' : one_of('  ', "\t", "\x0b", "\0");
    my $line = join $blank, _method(length $fields), target(), _version();
    my $head = join $end, $line, _host(), _fields(), '';
    $head .= $fields =~ s/\r\n/$end/gr;
    return $head . $end . $body;
}


sub _method {
    my ($with_body) = @_;
    return one_of(qw(POST PUT PATCH)) if $with_body && chance(90);
    return 'GET' if chance(75);
    return one_of(qw(HEAD OPTIONS TRACE CONNECT PROPFIND MKCOL DELETE COPY get
                     G PRI), 'X' x 300, 'G E', "GET\t", '', 'GET/');
}


sub _version {
    return 'HTTP/1.1' if chance(80);
    return 'HTTP/1.0' if chance(75);
    return one_of('HTTP/1.2', 'HTTP/2.0', 'HTTP/1.', 'HTTP/11.1', 'http/1.1',
                  'HTTP/1.1 x', 'HTTP', 'HTTP/0.9', 'HTTP/1.99999');
}


sub _host {
    return 'Host: gateway.example.test' if chance(92);
    return one_of('Host:', 'Host: a b', "Host: a\r\nHost: b", 'Host: [::1',
                  "Host: x/../vpns", "Host: \xff", 'X-No-Host: 1',
                  'Host : x', "Host: a\0b");
}


sub _fields {
    my @fields;
    push @fields, join ': ', path_field() if chance(50);
    push @fields, join ': ', guarded_field() if chance(15);
    push @fields, _upgrade() if chance(8);
    push @fields, _odd() if chance(20);
    push @fields, _flood() if chance(3);
    return @fields;
}


sub _upgrade {
    my $protocol = one_of('websocket', 'h2c', 'websocket, h2c', 'TLS/1.0',
                          'WebSocket', "websocket\r\nUpgrade: x", '', ',');
    return ("Upgrade: $protocol",
            'Connection: ' . one_of('upgrade', 'Upgrade, HTTP2-Settings'),
            'HTTP2-Settings: AAMAAABkAAQAAP__', 'Sec-WebSocket-Key: x');
}


sub _odd {
    return one_of(
        "X-Folded: a\r\n /../vpns/\r\n\tb", "NSC_USER: a\r\n ../../x",
        'Connection: close', 'Connection: keep-alive', 'Expect: 100-continue',
        'Expect: 200-maybe', 'Range: bytes=0-,0-,0-', 'Range: bytes=-1',
        'If-Modified-Since: x', 'If-Match: *', 'TE: trailers',
        'Connection: NSC_USER', "Cookie: NSC_USER=../../x", ': x', 'x',
        "X\0Y: z", "X: \0", "X Y: z", 'Content-Length: -1', 'X:' . ' ' x 3000,
        'X' x 9000 . ': y', 'X-Accel-Redirect: /../vpns/', "\x80: \xff",
        'Transfer-Encoding: chunked', 'Content-Length: 0');
}


sub _flood {
    my $value = 'v' x one_of(0, 10, 1000);
    return map {"X-$_: $value"} 1 .. one_of(50, 99, 101, 400);
}


# Header fields (with their ends), and a body that they may or may not fit.
sub _with_body {
    my $body = one_of('', 'a=b', garbage(between(1, 200)), 'x' x 20_000,
                      "GET /vpn/../vpns/ HTTP/1.1\r\nHost: x\r\n\r\n");
    my $length = length $body;
    my $cl = 'Content-Length: ';
    my $te = "Transfer-Encoding: chunked\r\n";
    return ("$cl$length\r\n", $body) if chance(30);
    return ("$cl" . ($length + between(-3, 30)) . "\r\n", $body)
        if chance(20);
    return ($cl . one_of('+1', '0x5', '1 1', '1,1', '99999999999999999999',
                         '', '1e3', ' 3 ') . "\r\n", $body) if chance(10);
    return ("$cl$length\r\n$te", _chunks($body)) if chance(15);
    return (one_of("Transfer-Encoding: identity\r\n",
                   "Transfer-Encoding: gzip, chunked\r\n",
                   "Transfer-Encoding: \x0bchunked\r\n",
                   "Transfer-Encoding : chunked\r\n",
                   "$te$te"), _chunks($body)) if chance(15);
    return ($te, _chunks($body));
}


sub _chunks {
    my ($body) = @_;
    my $out = '';
    while (length $body) {
        my $part = substr $body, 0, between(1, 5000), '';
        $out .= sprintf one_of('%x', '%X', '%04x', '%x;a=b', '%x;"'),
                        length $part;
        $out .= "\r\n$part\r\n";
    }
    $out .= "0\r\n" . one_of('', '', '', "T: x\r\n", "NSC_USER: ../x\r\n")
          . "\r\n";
    return $out if chance(60);
    return one_of("ffffffffffffffff\r\nx", "-1\r\n", "5\nabcde\n0\n\n",
                  "1\r\nab\r\n0\r\n\r\n", "x\r\n", "5;" . 'a' x 5000, "\r\n",
                  '0' x 3000 . "\r\n\r\n", mutated($out),
                  substr $out, 0, -3);
}

1;
