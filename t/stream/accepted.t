# A connection that stream has handed over is like one that http has accepted
# itself: what a client sees, what variables and the log say, how it is closed,
# and what it costs. The same http server is reached both ways, with TLS and
# without.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::SSL ();
use Net::SSLeay ();
use POSIX ();
use Socket qw(SO_ERROR SOL_SOCKET);
use Test::More;
use Time::HiRes qw(sleep time);

use CitrixGuard::Check qw(request);
use CitrixGuard::Gateway;
use CitrixGuard::Heap;
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(children);
use CitrixGuard::Raw;
use CitrixGuard::Scratch qw(wait_until);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

# a sanitizer has an allocator of its own
my $sanitizer = CitrixGuard::Nginx::built() =~ /sanitize|NGX_DEBUG_PALLOC/;
my $heap = $sanitizer ? undef : CitrixGuard::Heap->new;
my $nginx = CitrixGuard::Nginx->new(
    env => $heap ? $heap->env : {}, ports => 4, connections => 4096,
    vars => { CERTS => CitrixGuard::Gateway::certificates() },
    http => <<'END', stream => <<'END')->start;
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    log_format way '$server_port $status "$request" $connection_requests';
    access_log %%DIR%%/http.log way;
    keepalive_timeout 60s;
    client_header_timeout 4s;
    lingering_timeout 2s;
    server {
        listen 127.0.0.1:%%PORT1%%;
        listen 127.0.0.1:%%PORT2%% ssl;
        citrix_guard_http_name gateway;
        server_name a;
        citrix_guard on;
        client_max_body_size 1000;
        location /own {
            return 200 "$server_addr|$remote_addr|$scheme|$https|$ssl_protocol|$ssl_server_name|$server_protocol|$connection_requests|$request_length|$pipe|$host|$is_args|$tcpinfo_snd_cwnd";
        }
        location /port { return 200 "$server_port"; }
        location /away { return 302 /there; }
    }
END
    log_format way '$server_port $status';
    access_log %%DIR%%/stream.log way;
    ssl_certificate     %%CERTS%%/gateway.pem;
    ssl_certificate_key %%CERTS%%/gateway.key;
    citrix_guard_preread on;
    server { listen 127.0.0.1:%%PORT3%%; citrix_guard_http_pass gateway; }
    server { listen 127.0.0.1:%%PORT4%% ssl; citrix_guard_http_pass gateway; }
END

# [without TLS, with it]: accepted by http, handed over by stream
my %PORT = (accepted => [1, 2], handed => [3, 4]);
my @WAYS = map { my $tls = $_; [$tls, $tls ? 'TLS' : 'without TLS'] } 0, 1;


sub client {
    my ($way, $tls) = @_;
    return CitrixGuard::Raw->new($nginx->port($PORT{$way}[$tls]),
        $tls ? (tls => { SSL_verify_mode => 0, SSL_hostname => 'a' }) : ());
}


# Runs a function on a connection of each kind: the results must be the same.
sub alike {
    my ($name, $do, $expected) = @_;
    for my $case (@WAYS) {
        my ($tls, $with) = @$case;
        my ($accepted, $handed) = map { $do->($_, $tls) } qw(accepted handed);
        is_deeply $handed, $accepted, "$name, $with";
        like $accepted, $expected, '... as expected' if $expected;
    }
    return;
}


sub http { return request($_[0], no_host => 1, @_[1 .. $#_],
    headers => [Host => 'a', @{ { @_[1 .. $#_] }->{headers} // [] }]) }


alike('variables', sub {
    my $client = client(@_);
    my @said;
    for (1, 2) {
        $client->put(http('/own?x'));
        # the kernel's count depends on when packets arrived
        push @said, $client->get->{body} =~ s/\|\d+\z/|a number/r;
    }
    return join "\n", @said;
}, qr/^127\.0\.0\.1\|127\.0\.0\.1\|https?\|.*\|2\|.*\|a\ number$/m);

for my $way (sort keys %PORT) {
    for my $tls (0, 1) {
        my $client = client($way, $tls);
        my $port = $nginx->port($PORT{$way}[$tls]);
        $client->put(http('/port') . http('/away'));
        is $client->get->{body}, $port, "$way: \$server_port";
        like $client->get->{head}, qr{^Location: https?://a:$port/there\r$}m,
            '... in a redirect';
    }
}

alike('each header of an answer', sub {
    my $client = client(@_);
    $client->put(http('/own'));
    my $head = $client->get->{head} =~ s/^Date: .*\r\n//mr;
    return $head;
}, qr{^HTTP/1\.1 200 OK\r\n});

alike('a request in pieces, and two in one', sub {
    my $client = client(@_);
    for my $piece (unpack '(a5)*', http('/own?1')) {
        $client->put($piece);
        sleep 0.002;
    }
    my @status = $client->get->{status};
    $client->put(http('/own?2') . http('/vpn/../vpns/'));
    push @status, map { $client->get->{status} } 1, 2;
    return "@status";
}, qr/^200 200 403$/);


# How the server ends it: the bytes read, whether TLS and TCP were closed, when.
sub ending {
    my ($client, $seconds) = @_;
    my $socket = $client->{socket};
    my $ssl = $socket->can('_get_ssl_object') && $socket->_get_ssl_object;
    my $start = time;
    my $answer = eval { $client->get };
    my $rest = eval { length $client->rest } // 'not closed';
    my $error = unpack 'i', getsockopt $socket, SOL_SOCKET, SO_ERROR;
    my $notified = $ssl
        ? Net::SSLeay::get_shutdown($ssl) & 2 ? ' close_notify' : ' cut' : '';
    return join ' ', $answer ? $answer->{status} : 'none', $rest,
        ($error ? 'reset' : 'closed') . $notified,
        time - $start < $seconds ? 'in time' : 'late';
}


# Has the server closed the socket, or does it linger? Written below TLS.
sub let_go {
    my ($client) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $lingers = 1;
    for (1 .. 2) {
        $lingers &&= POSIX::write(fileno $client->{socket}, 'x', 1);
        sleep 0.2;
    }
    return $lingers ? 'lingers' : 'let go';
}


alike('an answer is the end of it, and nothing is waited for', sub {
    my $client = client(@_);
    # nothing that arrived with the handshake is left in the socket
    sleep 0.2;
    $client->put(http('/own', headers => [Connection => 'close']));
    return ending($client, 1.5) . ', ' . let_go($client);
}, qr/^200 0 \w+(?: close_notify)? in time, let go$/);

for my $case (['a request', ''], ['half a head', 'not']) {
    my ($what, $not) = @$case;
    alike("$what, and then nothing more", sub {
        my $client = client(@_);
        sleep 0.1;
        # the end of the connection arrives with it
        my @workers = $nginx->children;
        kill 'STOP', @workers;
        $client->put("GET /own HTTP/1.1\r\nHost: a\r\n" . ($not ? '' : "\r\n"));
        my $socket = $client->{socket};
        if ($_[1]) { Net::SSLeay::shutdown($socket->_get_ssl_object) }
        else { shutdown $socket, 1 }
        kill 'CONT', @workers;
        return ending($client, 3);
    }, qr/^(?:200|none) 0 \w+(?: \w+)? in time$/);
}

alike('closed at once, with close_notify, whatever the client says', sub {
    my $client = client(@_);
    $client->put(http('/own', headers => [Connection => 'close']));
    # the client never answers close_notify, and nginx does not wait for that
    return ending($client, 1.5);
}, qr/^200 0 \w+(?: close_notify)? in time$/);

alike('lingering: an answer before the body is read', sub {
    my $client = client(@_);
    my $body = 'b' x 300_000;
    $client->put("POST /own HTTP/1.1\r\nHost: a\r\nContent-Length: "
                 . length($body) . "\r\n\r\n");
    sleep 0.1;
    for my $piece (unpack '(a50000)*', $body) {
        $client->put($piece) or return 'cut while it sends';
        sleep 0.02;
    }
    return ending($client, 15);
}, qr/^413 0 closed/);

alike('a header that does not end', sub {
    my $client = client(@_);
    $client->put("GET /own HTTP/1.1\r\nHost: a\r\n");
    return ending($client, 10);
}, qr/^none 0 \w+/);

alike('plain HTTP where TLS is spoken, and the other way', sub {
    my ($way, $tls) = @_;
    my $client = CitrixGuard::Raw->new($nginx->port($PORT{$way}[$tls]));
    $client->put($tls ? '' : "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
                             . "x" x 80 . "\r\n\r\n");
    return 'as it is' if $tls;
    return ending($client, 10) =~ s/\d+ (?=closed)//r;
});


subtest 'the logs' => sub {
    $nginx->settle;
    my $log = $nginx->access_log('http.log');
    for my $tls (0, 1) {
        my %lines;
        for my $way (sort keys %PORT) {
            my $port = $nginx->port($PORT{$way}[$tls]);
            $lines{$way} = [map { s/^$port //r } grep {/^$port /}
                            split /\n/, $log];
        }
        is_deeply $lines{handed}, $lines{accepted},
            'the same lines in the log of http' . ($tls ? ', TLS' : '');
        cmp_ok scalar @{ $lines{handed} }, '>', 9, '... and there are some';
    }
    my @before = $nginx->access_log('stream.log') =~ /\n/g;
    for my $tls (0, 1) {
        my $client = client('handed', $tls);
        sleep 0.2;
        undef $client;
    }
    ok wait_until(sub { 2 + @before
        == (() = $nginx->access_log('stream.log') =~ /\n/g) }),
        'a client without a request has a line in the log of stream';
    is $nginx->access_log('http.log'), $log, '... and none in that of http';
};


# What the worker has allocated: exact, which resident memory is not.
sub allocated {
    $nginx->settle;
    return $heap->bytes(children($nginx->pid));
}


# The memory for each of this many connections that are kept alive.
sub cost {
    my ($way, $tls, $count) = @_;
    my @clients;
    my $open = sub {
        my $client = client($way, $tls);
        $client->put(http('/port'));
        $client->get;
        push @clients, $client;
    };
    $open->() for 1 .. 20;
    my $first = allocated();
    $open->() for 1 .. $count;
    return (allocated() - $first) / $count;
}


subtest 'memory' => sub {
    plan skip_all => 'a sanitizer has an allocator of its own' if $sanitizer;
    for my $case (@WAYS) {
        my ($tls, $with) = @$case;
        my %cost = map { $_ => cost($_, $tls, 100) } sort keys %PORT;
        note sprintf '%s: accepted %d bytes, handed over %d', $with,
            @cost{qw(accepted handed)};
        cmp_ok $cost{handed}, '<', $cost{accepted} + 2048,
            "no more than 2 KiB above, $with";
    }
};

done_testing;
