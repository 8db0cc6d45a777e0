# What nginx itself refuses with 400 never reaches the upstream; if it was an
# attack, it is recorded all the same.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get one_event nothing_arrived printable);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => join '',
    (map {
        my ($n, $mode) = @$_;
        "server { listen 127.0.0.1:%%PORT$n%%; citrix_guard $mode; "
        . "citrix_guard_status 404; "
        . "location / { proxy_pass http://127.0.0.1:%%BE%%; } }\n"
    } [1, 'on'], [2, 'detect'], [3, 'off']),
    'server { ' . CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT4%%')
    . ' citrix_guard on; location / { proxy_pass http://127.0.0.1:%%BE%%; } }'
)->start;

my %attack = (
    '/../vpns/a'              => 'traversal',
    '/..%2fvpns/a'            => 'traversal',
    '/%2e%2e/vpns/a'          => 'traversal',
    '/vpn/../../vpns/'        => 'traversal',
    '/vpn%00/../vpns/'        => 'traversal',
    '/vpn/..%00/vpns/a'       => 'traversal',
    '/vpn/%u002e%u002e/vpns/' => 'traversal',
    '/vpn/%zz/..;/vpns/'      => 'traversal',
    '/vpn/%00'                => 'malformed',
    '/../?/vpns/'             => 'query',
);

my %clean = (
    '/%zz'       => 'a bad escape',
    '/../'       => 'above the root',
    '*'          => 'asterisk form',
    'vpn/../x'   => 'a relative target',
);

for my $target (sort keys %attack) {
    for my $case ([1, 'blocked', 'on'], [2, 'detected', 'detect']) {
        my ($n, $verb, $mode) = @$case;
        my $answer = get($nginx->port($n), $target);
        is $answer->{status}, 400, "$mode $target: nginx's own 400";
        unlike $answer->{raw}, qr/citrix/i, '... without a trace of the guard';
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'nginx', verb => $verb, mode => $mode,
                            reason => $attack{$target},
                            target => $target }, '... one event';
    }
    get($nginx->port(3), $target);
    is_deeply [$nginx->events], [], "off $target: no event";
}

for my $target (sort keys %clean) {
    my $answer = get($nginx->port, $target);
    is $answer->{status}, 400, "$clean{$target}: 400";
    nothing_arrived $nginx, $be, '... nothing arrived';
    is_deeply [$nginx->events], [], '... no event';
}


subtest 'an attack whose headers are bad' => sub {
    my %request = (
        'no Host'      => request('/vpn/../vpns/', no_host => 1),
        'two Hosts'    => request('/vpn/../vpns/', headers => [Host => 'b']),
        'a bad length' => request('/vpn/../vpns/',
                                  headers => ['Content-Length', '-1']),
        'NUL in a header' => request('/vpn/../vpns/',
                                     headers => ['X-A', "a\0b"]),
    );
    for my $name (sort keys %request) {
        my $answer = CitrixGuard::Raw::ask($nginx->port, $request{$name});
        is $answer->{status}, 400, "$name: 400";
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'nginx', reason => 'traversal',
                            target => '/vpn/../vpns/' }, '... one event';
    }
    my $answer = CitrixGuard::Raw::ask($nginx->port,
                                       request('/a', no_host => 1));
    is $answer->{status}, 400, 'a clean target with bad headers: 400';
    is_deeply [$nginx->events], [], '... no event';
};


# nginx gives up within the target: the line is read again from its start.
subtest 'an attack in a target that nginx cannot read' => sub {
    for my $target ('vpn/../vpns/', 'x:/../vpns/', '../vpns',
                    '%2fvpn/../vpns/') {
        for my $tail (' HTTP/1.1', ' HTTP/1.0', '', ' HTTP/1.1  ') {
            my $answer = CitrixGuard::Raw::ask($nginx->port,
                "GET  $target$tail\r\nHost: x\r\nX-A: /vpns/\r\n\r\n");
            is $answer->{status}, 400, "$target$tail: 400";
            one_event $nginx, { at => 'nginx', reason => 'traversal',
                                target => $target }, '... one event';
        }
    }
    my $answer = CitrixGuard::Raw::ask($nginx->port,
        "GET vpn/../x HTTP/1.1\r\nHost: x\r\nX-A: /vpns/\r\n\r\n");
    is $answer->{status}, 400, 'the other sign is in a header: 400';
    is_deeply [$nginx->events], [], '... no event';
};


subtest 'bytes that are not a request' => sub {
    for my $bytes ("\x05\x01\x00\r\n\r\n", "\x16\x03\x01\x02\x00\x01\r\n\r\n",
                   "GET\r\n\r\n", "/../vpns/\r\n\r\n", "\0" x 100,
                   "get /vpn/../vpns/ HTTP/1.1\r\n\r\n",
                   "GET /vpn/../vpns/\tHTTP/1.1\r\n\r\n",
                   "GET /vpn/../vpns/ HTTX/1.1\r\n\r\n",
                   "GET /vpn/../vpns/ HTTP/7.1\r\n\r\n") {
        my $client = CitrixGuard::Raw->new($nginx->port);
        $client->put($bytes);
        my $answer = eval { $client->get };
        my $is = $answer ? $answer->{status} : 'closed';
        like $is, qr/^(?:400|405|505|closed)$/, printable($bytes) . ": $is";
        nothing_arrived $nginx, $be, '... nothing arrived';
    }
    is get($nginx->port, '/clean')->{status}, 200, 'nginx goes on';
    $be->take;
    $nginx->events;
};


subtest 'HTTP/2' => sub {
    for my $target (sort keys %attack) {
        my $client = CitrixGuard::Http2->new($nginx->port(4));
        my $answer = $client->ask(path => $target);
        is $answer->{status}, 400, "$target: 400";
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'nginx', reason => $attack{$target},
                            target => $target }, '... one event';
    }
    for my $target ('/%zz', '/../') {
        my $client = CitrixGuard::Http2->new($nginx->port(4));
        is $client->ask(path => $target)->{status}, 400, "$target: 400";
        is_deeply [$nginx->events], [], '... no event';
    }
};

# nginx moves what it has of the line to a larger buffer, and with it the ends
# of a target that it has not found. Connections that end leave room for the
# larger buffers below the smaller ones.
subtest 'a target without an end' => sub {
    my @clients = map { CitrixGuard::Raw->new($nginx->port) } 1 .. 200;
    $_->put('GET /') for @clients;
    $nginx->settle;
    splice @clients, 0, 100;
    $nginx->settle;
    $_->put('a' x 40_000) for @clients;
    my @answers = map { eval { $_->get } } @clients;
    is scalar(grep { $_ && $_->{status} == 414 } @answers), 100, '414 for all';
    # nginx logs after they have disconnected
    @clients = ();
    is_deeply [$nginx->events], [], '... no event';
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put('GET /vpn/../vpns/');
    $nginx->settle;
    $client->put('a' x 40_000);
    is $client->get->{status}, 414, 'an attack in one: 414';
    undef $client;
    one_event $nginx, { at => 'nginx', reason => 'traversal' },
              '... one event';
};

done_testing;
