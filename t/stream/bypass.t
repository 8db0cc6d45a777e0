# Every known way around the guard on a Gateway's port, through the whole
# configuration with TLS on both sides. What the ADC received decides: no
# request line of an attack, whatever nginx answered.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Check qw(refused);
use CitrixGuard::Gateway;
use CitrixGuard::Http2;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $web = CitrixGuard::Recorder->new;
my $gateway = CitrixGuard::Gateway->new(web => $web->port)->start;
my @TLS = $gateway->tls;

my $HOST = "Host: $CitrixGuard::Gateway::NAME\r\n";
my $TARGET = '/vpn/../vpns/cfg/smb.conf';
my $ATTACK = "GET $TARGET HTTP/1.1\r\n$HOST\r\n";


# A client that sends these pieces, and everything that it receives.
sub said {
    my ($tls, @pieces) = @_;
    my $client = CitrixGuard::Raw->new($gateway->front, tls => $tls,
                                       timeout => 0.7);
    for my $piece (@pieces) {
        $client->put($piece) or last;
        sleep 0.02 if @pieces > 1;
    }
    my $bytes = '';
    while (length(my $byte = eval { $client->bytes(1) } // '')) {
        $bytes .= $byte;
    }
    return $bytes;
}


# What the ADC received is clean: the request lines as it reads them, and all
# lines outside of bodies that a parser could take for one.
sub clean {
    my ($name, %given) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @records = $web->arrivals($gateway);
    my @bad = grep {/vpns|\.\./} map { $_->{line}, $_->{head} } @records;
    is "@bad", '', "$name: no attack reached the ADC";
    my $count = $given{requests};
    is scalar @records, $count, "... requests: $count" if defined $count;
    my %seen;
    is scalar(grep { $seen{ $_->{conn} }++ } @records), 0,
        '... no connection is shared';
    is scalar(grep { $_->{head} =~ /^Content-Length:/mi
                     && $_->{head} =~ /^Transfer-Encoding:/mi } @records), 0,
        '... none has two lengths';
    my @raw = grep { ($_->{kind} // '') ne 'http' && $_->{bytes} =~ /vpns/ }
        $gateway->adc->sessions;
    is scalar @raw, 0, '... nor anything after a signature';
    $gateway->adc->forget;
    return;
}


my %tls = (@TLS)[1]->%*;

subtest 'signatures' => sub {
    for my $first ($CitrixGuard::Ica::CGP, $CitrixGuard::Ica::ICA,
                   $CitrixGuard::Ica::GREETING) {
        for my $between ('', "\r\n", "\r\n\r\n", "\n") {
            said(\%tls, "$first$between$ATTACK");
            # the stand-in answers CGP and ICA, and then any bytes are allowed
            said(\%tls, $first, "$between$ATTACK")
                if $first eq $CitrixGuard::Ica::GREETING;
        }
    }
    clean('a signature, then HTTP');
    for my $byte (map {chr} 0 .. 32, 127 .. 255) {
        said(\%tls, "$byte$ATTACK") if ord($byte) % 5 == 0 || $byte =~ /\s/;
    }
    clean('a fake first byte');
};


subtest 'ALPN' => sub {
    my $h2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . "\0\0\0\4\0\0\0\0\0"
        . pack('CnCCNa*', 0, 3 + length $TARGET, 1, 5, 1,
               "\x82\x87\x04" . pack 'C/a', $TARGET);
    for my $alpn ([], ['h2'], ['h2', 'http/1.1'], ['ica'], ['socks5'],
                  ['x' x 200]) {
        my $with = { %tls, @$alpn ? (SSL_alpn_protocols => $alpn) : () };
        my $name = @$alpn ? substr "@$alpn", 0, 20 : 'none';
        my $client = CitrixGuard::Raw->new($gateway->front, tls => $with);
        is $client->{socket}->alpn_selected, undef, "$name: none is chosen";
        $client->put($ATTACK);
        refused $client->get, '... HTTP/1.1 is judged';
        unlike said($with, $h2), qr/\A\0\0/, '... HTTP/2 is not accepted';
    }
    clean('ALPN', requests => 0);
};


subtest 'SNI' => sub {
    for my $name ('other.example.com', 'localhost', 'a' x 60 . '.example') {
        my $with = { %tls, SSL_hostname => $name,
                     SSL_verifycn_scheme => 'none' };
        my $client = CitrixGuard::Raw->new($gateway->front, tls => $with);
        $client->put($ATTACK);
        refused $client->get, "$name: judged";
        $client = CitrixGuard::Raw->new($gateway->front, tls => $with);
        $client->put("GET $TARGET HTTP/1.1\r\nHost: $name\r\n\r\n");
        is $client->get->{status}, 421, '... as Host: is refused';
    }
    clean('SNI', requests => 0);
};


subtest 'renegotiation and 0-RTT' => sub {
    my $client = CitrixGuard::Raw->new($gateway->front, timeout => 3,
        tls => { %tls, SSL_version => 'TLSv1_2' });
    my $ssl = $client->{socket}->_get_ssl_object;
    is Net::SSLeay::version($ssl), 0x0303, 'TLS 1.2';
    Net::SSLeay::renegotiate($ssl);
    Net::SSLeay::do_handshake($ssl);
    $client->put($ATTACK);
    my $answer = eval { $client->get };
    ok !$answer || $answer->{status} == 403, 'a renegotiation does not help';

    my $dir = scratch();
    spew("$dir/attack", $ATTACK);
    my @client = ('openssl', 's_client', '-connect',
        '127.0.0.1:' . $gateway->front, '-servername',
        $CitrixGuard::Gateway::NAME, '-tls1_3', '-ign_eof');
    my $first = shell("(cat $dir/attack; sleep 1) | timeout 5 @client"
        . " -sess_out $dir/session");
    like $first, qr/X-Citrix-Guard: blocked/, 'TLS 1.3, at first';
    ok -s "$dir/session", '... and a session to resume';
    my $second = shell("sleep 1 | timeout 5 @client -sess_in $dir/session"
        . " -early_data $dir/attack");
    like $second, qr/Early data was (?:not sent|rejected)|Max Early Data: 0/i,
        'no early data';
    clean('TLS', requests => 0);
};


sub shell {
    my ($command) = @_;
    return scalar qx{$command 2>&1};
}


subtest 'the PROXY protocol' => sub {
    my $v1 = "PROXY TCP4 198.51.100.9 192.0.2.8 1000 443\r\n";
    my $v2 = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x09\xc0\0\2\x08"
        . "\0\1\0\2";
    for my $header ($v1, $v2) {
        my $plain = CitrixGuard::Raw->new($gateway->front, timeout => 2);
        $plain->put($header . "\x16\x03\x01");
        unlike eval { $plain->rest } // '', qr/HTTP\S+ 200/, 'before TLS';
        unlike said(\%tls, $header . $ATTACK), qr/HTTP\S+ 200/, 'inside TLS';
        unlike said(\%tls, $header, $CitrixGuard::Ica::CGP), qr/CGP/,
            '... and then CGP';
    }
    refused CitrixGuard::Raw::ask($gateway->front, $ATTACK =~
        s/\r\n\r\n/\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n/r, @TLS),
        'an address in a header';
    unlike $gateway->error_log, qr/client: 198\.51\.100\.9/,
        'no client has another address';
    clean('the PROXY protocol', requests => 0);
};


subtest 'smuggling' => sub {
    my $inner = "GET $TARGET HTTP/1.1\r\n$HOST\r\n";
    my $length = length $inner;
    my $chunk = sprintf '%x', $length;
    my @HEADS = (
        ['CL.TE', "Content-Length: $length\r\nTransfer-Encoding: chunked",
         "0\r\n\r\n$inner"],
        ['TE.CL', "Transfer-Encoding: chunked\r\nContent-Length: 4",
         "$chunk\r\n$inner\r\n0\r\n\r\n"],
        ['two CL', "Content-Length: 0\r\nContent-Length: $length", $inner],
        ['CL, CL', "Content-Length: 0, $length", $inner],
        ['CL with a sign', "Content-Length: +$length", $inner],
        ['TE twice', "Transfer-Encoding: chunked\r\n"
            . 'Transfer-Encoding: identity', "0\r\n\r\n$inner"],
        ['TE with a tab', "Transfer-Encoding:\tchunked", "0\r\n\r\n$inner"],
        ['TE with a blank', 'Transfer-Encoding : chunked',
         "0\r\n\r\n$inner"],
        ['TE xchunked', 'Transfer-Encoding: xchunked', "0\r\n\r\n$inner"],
        ['TE in quotes', 'Transfer-Encoding: "chunked"', "0\r\n\r\n$inner"],
        ['TE after a bare line feed', "X: y\nTransfer-Encoding: chunked",
         "0\r\n\r\n$inner"],
        ['obs-fold', "Transfer-Encoding:\r\n chunked", "0\r\n\r\n$inner"],
        ['obs-fold of CL', "Content-Length: 0\r\n $length", $inner],
        ['obs-fold with a request', "X: y\r\n $inner", ''],
        ['chunk extension', 'Transfer-Encoding: chunked',
         "1;a=\"\r\n$inner\"\r\nx\r\n0\r\n\r\n"],
        ['chunk extension with line feeds', 'Transfer-Encoding: chunked',
         "1;\n$inner\r\nx\r\n0\r\n\r\n"],
        ['chunk of a hidden size', 'Transfer-Encoding: chunked',
         "0x1\r\nx\r\n0\r\n\r\n$inner"],
        ['chunk too large', 'Transfer-Encoding: chunked',
         "ffffffffffffffff1\r\n$inner"],
        ['trailer', 'Transfer-Encoding: chunked',
         "0\r\nX: y\r\n$inner"],
        ['a body that is a request', "Content-Length: $length", $inner],
        ['pipelined', 'X: y', $inner],
        ['a refused websocket', "Connection: upgrade\r\n"
            . "Upgrade: websocket\r\nSec-WebSocket-Version: 13", $inner],
        ['h2c', "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            . 'HTTP2-Settings: AAMAAABk', "PRI * HTTP/2.0\r\n\r\n$inner"],
        ['Expect', "Expect: 100-continue\r\nContent-Length: 5", $inner],
        ['a bare CR', "X: y\rTransfer-Encoding: chunked", "0\r\n\r\n$inner"],
    );
    for my $case (@HEADS) {
        my ($name, $head, $body) = @$case;
        my $method = $name =~ /pipelined|socket|h2c|fold with/ ? 'GET' : 'POST';
        my $request = "$method /clean HTTP/1.1\r\n$HOST$head\r\n\r\n$body";
        for my $pieces ([$request], [split /(?<=\r\n\r\n)/, $request]) {
            my $said = said(\%tls, @$pieces);
            unlike $said, qr/\[global\]/, $name;
            clean($name);
        }
    }
};


subtest 'methods and targets of proxies' => sub {
    for my $line ("CONNECT 127.0.0.1:443 HTTP/1.1", "TRACE $TARGET HTTP/1.1",
                  "GET https://other.example$TARGET HTTP/1.1",
                  "OPTIONS * HTTP/1.1", "get $TARGET HTTP/1.1") {
        said(\%tls, "$line\r\n$HOST\r\n");
        clean($line);
    }
};

done_testing;
