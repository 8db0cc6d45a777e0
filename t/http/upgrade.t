# Upgrade: a Gateway needs websocket; anything else would open a tunnel that
# nobody inspects.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    my ($to) = $request->{head} =~ /^Upgrade: (.*)\r$/mi or return;
    return { status => 101, tunnel => 1,
             headers => [Upgrade => $to, Connection => 'upgrade'] };
});

my $BLIND = 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; '
          . 'proxy_set_header Connection upgrade; '
          . 'proxy_pass http://127.0.0.1:%%BE%%;';

my $nginx = CitrixGuard::Nginx->new(
    ports => 5, vars => { BE => $be->port }, http => <<"END")->start;
    map \$http_upgrade \$gateway_upgrade {
        default ""; "~*^websocket\$" websocket;
    }
    map \$http_upgrade \$gateway_connection {
        default close; "~*^websocket\$" upgrade;
    }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location / { $BLIND } }
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard detect;
             location / { $BLIND } }
    server {
        listen 127.0.0.1:%%PORT3%%; citrix_guard on;
        location / {
            proxy_http_version 1.1;
            proxy_set_header Upgrade \$gateway_upgrade;
            proxy_set_header Connection \$gateway_connection;
            proxy_pass http://127.0.0.1:%%BE%%;
        }
    }
    server {
        listen 127.0.0.1:%%PORT4%%; citrix_guard on;
        location / {
            proxy_http_version 1.1;
            proxy_set_header Upgrade \$arg_to;
            proxy_set_header Connection upgrade;
            proxy_pass http://127.0.0.1:%%BE%%;
        }
    }
    server {
        listen 127.0.0.1:%%PORT5%%; citrix_guard on;
        location / {
            proxy_http_version 1.1;
            proxy_set_header Upgrade "\$http_upgrade\$arg_to";
            proxy_set_header Connection upgrade;
            proxy_pass http://127.0.0.1:%%BE%%;
        }
    }
END


sub upgrade {
    my ($port, $target, @protocols) = @_;
    my $client = CitrixGuard::Raw->new($port);
    $client->put(request($target, headers => [
        Connection => 'Upgrade', (map { (Upgrade => $_) } @protocols),
        'Sec-WebSocket-Key' => 'x', 'HTTP2-Settings' => 'AAMAAABk']));
    return ($client, $client->get);
}


sub echoes {
    my ($client, $bytes, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $client->put($bytes);
    return is $client->bytes(length $bytes), $bytes, $name;
}


for my $n (1, 3) {
    subtest "websocket, server $n" => sub {
        for my $word (qw(websocket WebSocket WEBSOCKET)) {
            my ($client, $answer) = upgrade($nginx->port($n), '/ws', $word);
            is $answer->{status}, 101, "$word: switched";
            echoes($client, "one\n", '... and tunnelled');
            echoes($client, "GET /vpn/../vpns/ HTTP/1.1\r\n\r\n",
                   '... whatever it holds');
            my ($got) = $be->arrivals($nginx);
            like $got->{head}, qr/^Upgrade: websocket\r$/mi, '... as asked';
        }
        is_deeply [$nginx->events], [], 'no event';
        my ($client, $answer) = upgrade($nginx->port($n),
                                        '/vpn/../vpns/ws', 'websocket');
        refused $answer, 'an attack is refused';
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { reason => 'traversal' }, '... one event';
    };
}


for my $case (['h2c'], ['H2C'], ['TLS/1.0'], ['tunnel'], ['websocketx'],
              ['xwebsocket'], ['h2c, websocket'], ['websocket, h2c'],
              ['tunneling'], ['websocket/13'], ['"websocket"'],
              ['connect-udp']) {
    my $name = join ' and ', @$case;
    subtest "blind configuration: $name" => sub {
        my ($client, $answer) = upgrade($nginx->port, '/a', @$case);
        refused $answer, 'refused';
        nothing_arrived $nginx, $be, 'nothing arrived';
        one_event $nginx, { reason => 'upgrade', at => 'egress',
                            start => 0, end => length $case->[0] },
                  'one event';
    };
    subtest "a map of websocket only: $name" => sub {
        my $answer = get($nginx->port(3), '/a', headers => [
            Connection => 'Upgrade', Upgrade => $case->[0]]);
        is $answer->{status}, 200, 'answered';
        my ($got) = $be->arrivals($nginx);
        unlike $got->{head}, qr/^Upgrade:/mi, 'forwarded without Upgrade';
        is_deeply [$nginx->events], [], 'no event';
    };
}


subtest 'two Upgrade headers' => sub {
    my ($client, $answer) = upgrade($nginx->port, '/a', 'websocket', 'h2c');
    # older versions of nginx pass on only the first, newer ones both
    my @arrived = $be->arrivals($nginx);
    ok !(grep { $_->{head} =~ /h2c/i } @arrived), 'h2c never arrives';
    is scalar @arrived, $answer->{status} == 101 ? 1 : 0,
       'websocket alone, or refused';
    $nginx->events;
};


subtest 'one that the configuration makes, no client sends' => sub {
    for my $n (4, 5) {
        refused get($nginx->port($n), '/a?to=h2c'), 'refused';
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { reason => 'upgrade', in => 'header' },
                  '... one event';
        is get($nginx->port($n), '/a')->{status}, 200,
           'an empty one: answered';
        is scalar(my @got = $be->arrivals($nginx)), 1, '... and forwarded';
    }
};


subtest 'detect' => sub {
    my ($client, $answer) = upgrade($nginx->port(2), '/a', 'h2c');
    is $answer->{status}, 101, 'switched';
    echoes($client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 'tunnelled');
    $be->take;
    one_event $nginx, { verb => 'detected', reason => 'upgrade' },
              'one event';
};

done_testing;
