# RDP on the port of all other protocols: before TLS, and only if it is
# allowed. What the ADC received decides.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Adc;
use CitrixGuard::Check qw(refused);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Schema qw(validated);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $ATTACK = "GET /vpn/../vpns/cfg/smb.conf HTTP/1.1\r\nHost: a\r\n\r\n";
my $REQUEST = CitrixGuard::Ica::connection_request();
my $CONFIRM = "\x03\0\0\x13\x0e\xd0";

my $web = CitrixGuard::Recorder->new;
my $adc = CitrixGuard::Adc->new(http => $web->port);
my $certs = CitrixGuard::Gateway::certificates();
my %TLS = (tls => { SSL_verify_mode => 0 });


# A front with these lines in the server that listens on its first port.
sub front {
    my ($lines, %more) = @_;
    return CitrixGuard::Nginx->new(ports => 3, %more,
        vars => { ADC => $adc->port, HTTP => $web->port, CERTS => $certs,
                  LINES => $lines },
        http => 'server { citrix_guard_http_name gateway; citrix_guard on;
                          location / { proxy_pass http://127.0.0.1:%%HTTP%%; } }',
        stream => <<'END')->start;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/front.json event if=$citrix_guard_event;
    map $citrix_guard_protocol $to {
        default ""; rdp adc; "~^(socks5|cgp|ica)$" adc;
    }
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    citrix_guard_preread on;
    citrix_guard_preread_pass $to;
    server { listen 127.0.0.1:%%PORT1%% ssl; citrix_guard_http_pass gateway;
             %%LINES%% }
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard_http_pass gateway;
             %%LINES%% }
    server { listen 127.0.0.1:%%PORT3%% ssl proxy_protocol;
             citrix_guard_http_pass gateway; %%LINES%% }
    server { citrix_guard_preread_name adc; proxy_pass 127.0.0.1:%%ADC%%; }
END
}


# Everything that such a client receives, until the end or a silence.
sub talk {
    my ($port, @say) = @_;
    my %how = ref $say[0] ? %{ shift @say } : ();
    my $client = CitrixGuard::Raw->new($port, timeout => 5, %how);
    for my $piece (@say) {
        $client->put($piece);
        sleep 0.02 if @say > 1;
    }
    return eval { $client->rest } // 'not ended';
}


# What reached the ADC since the last call: the kinds, and all bytes.
sub arrived {
    my ($nginx) = @_;
    $nginx->settle;
    my @sessions = $adc->sessions;
    $adc->forget;
    return (join(' ', map { $_->{kind} // '' } @sessions),
            join '', map { $_->{bytes} } @sessions);
}


my ($seen, $of) = (0, 0);
sub events {
    my ($nginx) = @_;
    $seen = 0 if $of != $nginx->port;
    $of = $nginx->port;
    $nginx->settle;
    my $text = substr $nginx->access_log('front.json'), $seen;
    $seen += length $text;
    return join ', ', map {"$_->{protocol} $_->{why}"}
        validated($text, 'front.schema.json');
}


my $nginx = front('citrix_guard_preread_rdp on;
                   citrix_guard_preread_timeout 2s;');

subtest 'a session' => sub {
    my $client = CitrixGuard::Ica::rdp($nginx->port);
    ok $client, 'before TLS';
    my (undef, $bytes) = arrived($nginx);
    is $bytes, $REQUEST, 'the ADC received the request unchanged';
    ok CitrixGuard::Ica::echoes($client, join '', map { chr } 0 .. 255),
        '... then all bytes pass';
    ok CitrixGuard::Ica::echoes($client, $ATTACK x 400),
        '... even what looks like HTTP';
    ok CitrixGuard::Ica::rdp($nginx->port(2)), 'on a port without TLS';
    ok CitrixGuard::Ica::rdp($nginx->port, %TLS), 'within TLS';
    my $behind = CitrixGuard::Raw->new($nginx->port(3));
    $behind->put("PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n");
    $behind->put($REQUEST);
    is $behind->bytes(6), $CONFIRM, 'after the PROXY protocol';
    $behind = CitrixGuard::Raw->new($nginx->port(3));
    $behind->put("PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n$REQUEST");
    is $behind->bytes(6), $CONFIRM, '... in one piece';
    is events($nginx), '', 'none of it is turned away';
    arrived($nginx);
};


subtest 'any split' => sub {
    for my $port (1, 2) {
        my @wrong;
        for my $at (1 .. length($REQUEST) - 1) {
            my $client = CitrixGuard::Raw->new($nginx->port($port));
            $client->put(substr $REQUEST, 0, $at);
            sleep 0.003;
            $client->put(substr $REQUEST, $at);
            push @wrong, $at if (eval { $client->bytes(6) } // '') ne $CONFIRM;
        }
        is "@wrong", '', "port $port";
    }
    my $client = CitrixGuard::Raw->new($nginx->port);
    for my $byte (split //, $REQUEST) { $client->put($byte); sleep 0.002 }
    is $client->bytes(6), $CONFIRM, 'byte by byte';
    undef $client;
    arrived($nginx);
    is events($nginx), '', 'none is turned away';
};


subtest 'the other protocols on that port' => sub {
    my $ica = CitrixGuard::Ica::cgp($nginx->port, %TLS);
    ok $ica && CitrixGuard::Ica::echoes($ica, 'x' x 1000), 'ICA';
    my $get = "GET /vpn/index.html HTTP/1.1\r\nHost: a\r\n\r\n";
    is CitrixGuard::Raw::ask($nginx->port, $get, %TLS)->{status}, 200, 'HTTP';
    refused CitrixGuard::Raw::ask($nginx->port, $ATTACK, %TLS), 'an attack';
    my $client = CitrixGuard::Raw->new($nginx->port);
    sleep 2.5;
    ok $client->usable, 'a silent client is not closed at once';
    IO::Socket::SSL->start_SSL($client->{socket}, SSL_verify_mode => 0,
        SSL_startHandshake => 0);
    $client->{socket}->blocking(1);
    ok $client->{socket}->connect_SSL, '... and may begin TLS later';
    my $short = front('citrix_guard_preread_rdp on; ssl_handshake_timeout 300ms;
                       citrix_guard_preread_timeout 300ms;');
    $client = CitrixGuard::Raw->new($short->port);
    ok $client->closed, '... and is closed if it does not';
    undef $client;
    arrived($nginx);
    is scalar(my @page = $web->arrivals($nginx)), 1, 'the page has arrived';
};


subtest 'what is not a connection request' => sub {
    my $ask = \&CitrixGuard::Ica::connection_request;
    my %with = (
        'HTTP after the first byte' => ["\x03$ATTACK"],
        'HTTP after the first bytes' => ["\x03\0", $ATTACK],
        'HTTP after it' => ["$REQUEST$ATTACK"],
        'a line end and HTTP after it' => ["$REQUEST\r\n$ATTACK"],
        'HTTP within' => [$ask->(" /vpn/../vpns/ HTTP/1.0\r\n")],
        'HTTP/0.9 within' => [$ask->(" /vpn/../vpns/x\r\n")],
        'a path as a name' =>
            [$ask->("Cookie: mstshash=\\vpn\\..\\vpns\\x\r\n")],
        'a slash in a name' => [$ask->("Cookie: mstshash=a/b\r\n")],
        'an escape' => [$ask->("Cookie: mstshash=%2fvpn\r\n")],
        'another cookie' => [$ask->("Cookie: x\r\n")],
        'another header' => [$ask->("X: mstshash=x\r\n")],
        'another version' => ["\x03\1" . substr $REQUEST, 2],
        'a confirmation' => ["\x03\0\0\x0b\x06\xd0\0\0\0\0\0"],
        'data' => ["\x03\0\0\x0c\x02\xf0\x80" . 'x' x 5],
    );
    for my $name (sort keys %with) {
        for my $port (1, 2) {
            my $said = talk($nginx->port($port), @{ $with{$name} });
            unlike $said, qr/\A\x03|200 OK|global/, "$name, port $port";
            is events($nginx), 'rdp form', '... an event' if $port == 1;
        }
    }
    my (undef, $bytes) = arrived($nginx);
    is $bytes, '', 'none of it reached the ADC';
    is scalar(my @pages = $web->arrivals($nginx)), 0, '... nor the guard';
    my $half = CitrixGuard::Raw->new($nginx->port);
    $half->put(substr $REQUEST, 0, 20);
    ok $half->closed, 'half a request times out';
    is events($nginx), 'rdp form', '... an event';
};


subtest 'a client that does not wait for the answer' => sub {
    # a silent ADC
    my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 9)
        or die $@;
    my $other = CitrixGuard::Nginx->new(
        vars => { ADC => $silent->sockport, CERTS => $certs },
        stream => <<'END')->start;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/front.json event if=$citrix_guard_event;
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    server { listen 127.0.0.1:%%PORT1%% ssl; citrix_guard_preread on;
             citrix_guard_preread_rdp on; proxy_pass 127.0.0.1:%%ADC%%;
             citrix_guard_preread_answer_timeout 500ms; }
END
    is talk($other->port, $REQUEST, $ATTACK), '', 'HTTP before the answer';
    is events($other), 'rdp early', '... an event';
    is talk($other->port, $REQUEST), '', 'no answer';
    is events($other), 'rdp slow', '... an event';
    my @got = map { my $end = $silent->accept; local $/; scalar <$end> } 1 .. 2;
    is_deeply \@got, [$REQUEST, $REQUEST], 'the ADC received only the requests';
    for my $answer ("HTTP/1.1 400 Bad\r\n\r\n", "<html>", "\x03\0\0\x0c",
                    "\x03\0\0\x0b\x06\xe0", "\x16\x03\x01") {
        my $client = CitrixGuard::Raw->new($other->port);
        $client->put($REQUEST);
        my $end = $silent->accept;
        syswrite $end, $answer;
        is eval { $client->rest } // 'not ended', '', 'another answer stops';
        is events($other), 'rdp answer', '... an event';
    }
};


subtest 'off' => sub {
    my $off = front('');
    ok !CitrixGuard::Ica::rdp($off->port, timeout => 5), 'before TLS';
    is events($off), 'http tls', '... an event';
    is talk($off->port(2), $REQUEST) =~ /\A\x03/, '', 'without TLS';
    is talk($off->port, { %TLS }, $REQUEST) =~ /\A\x03/, '', 'within TLS';
    my ($kinds) = arrived($off);
    is $kinds, '', 'nothing reached the ADC';
};


subtest 'silent clients' => sub {
    my $few = front('citrix_guard_preread_rdp on;
        citrix_guard_preread_timeout 60s; preread_timeout 61s;',
        connections => 64);
    my @silent = map { CitrixGuard::Raw->new($few->port) } 1 .. 150;
    ok $silent[0]->closed, 'the oldest is closed when there are too many';
    ok $silent[-1]->usable, '... the youngest is not';
    ok CitrixGuard::Ica::rdp($few->port), 'a new one is served';
    my @half = map {
        my $client = CitrixGuard::Raw->new($few->port);
        $client->put(substr $REQUEST, 0, 9);
        $client;
    } 1 .. 150;
    ok $half[0]->closed, 'the same with half a request';
    ok CitrixGuard::Ica::rdp($few->port), '... a new one is served';
};


subtest 'over a reload' => sub {
    my $client = CitrixGuard::Ica::rdp($nginx->port);
    my $silent = CitrixGuard::Raw->new($nginx->port);
    my $half = CitrixGuard::Raw->new($nginx->port);
    $half->put(substr $REQUEST, 0, 9);
    $nginx->settle;
    ok $nginx->reload, 'reload';
    $half->put(substr $REQUEST, 9);
    is $half->bytes(6), $CONFIRM, 'half a request';
    $silent->put($REQUEST);
    is $silent->bytes(6), $CONFIRM, 'a silent client';
    ok CitrixGuard::Ica::echoes($client, 'x' x 1000), 'a session';
};


subtest 'the shipped configuration' => sub {
    my $gateway = CitrixGuard::Gateway->new(web => $web->port);
    $gateway->with_rdp->start;
    my $client = CitrixGuard::Ica::rdp($gateway->front);
    ok $client && CitrixGuard::Ica::echoes($client, 'x' x 100_000), 'RDP';
    my $ica = CitrixGuard::Ica::cgp($gateway->front, $gateway->tls);
    ok $ica && CitrixGuard::Ica::echoes($ica, 'x' x 100_000), 'ICA';
    unlike $gateway->error_log, qr/\[(?:warn|error|alert|crit|emerg)\]/,
        'no warning';
    $gateway->set('shutter.conf', qr/default\s+open;/, 'default closed;');
    ok $gateway->reload, 'the shutter is closed';
    ok !CitrixGuard::Ica::rdp($gateway->front, timeout => 5), '... for RDP, too';
    ok CitrixGuard::Ica::echoes($client, 'x' x 1000), '... sessions continue';
};

done_testing;
