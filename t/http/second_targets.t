# Header fields from which some servers take a target: they are judged as
# targets, as the client sent them and as nginx sends them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived printable);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;
my $H2 = CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT2%%');

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => <<"END")->start;
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             underscores_in_headers on;
             location /made/ { proxy_set_header x-original-url /vpn\$http_x_t;
                               proxy_pass http://be; }
             location /made/X-REWRITE-URL {
                               proxy_set_header X-REWRITE-URL /vpn\$http_x_t;
                               proxy_pass http://be; }
             location /made/Destination {
                               proxy_set_header Destination /vpn\$http_x_t;
                               proxy_pass http://be; }
             location /uri/  { proxy_set_header X-Original-URL
                                   \$scheme://\$host\$request_uri;
                               proxy_pass http://be; }
             location / { proxy_pass http://be; } }
    server { $H2 citrix_guard on; location / { proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT3%%; citrix_guard detect;
             location / { proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT4%%; citrix_guard on;
             citrix_guard_traversal any; citrix_guard_sslvpn off;
             location / { proxy_pass http://be; } }
END

my @ATTACKS = ('/vpn/../vpns/cfg/smb.conf', '/vpn/%252e%252e/vpns/x',
               'https://gateway.example.test/vpn/..;/vpns/portal/x.xml',
               '/a?next=/../vpns/', '//gw/vpn/..%2fvpns/');
my @HONEST = ('https://dav.example.test/Files/../c.txt', '/vpns/portal/a.html',
              "/caf\xc3\xa9/a b", '/a%20b?c=/x/../y', '', 'gateway', '3');
my @NAMES = ('Destination', 'X-Original-URL', 'X-Rewrite-URL', 'destination',
             'x_original_url', 'X-REWRITE_URL');

for my $name (@NAMES) {
    subtest "from the client: $name" => sub {
        for my $target (@ATTACKS) {
            for my $method (qw(MOVE COPY GET)) {
                refused get($nginx->port, '/dav/a', method => $method,
                            headers => [$name, $target]),
                        "$method " . printable($target);
                nothing_arrived $nginx, $be, '... nothing arrived';
                one_event $nginx, { at => 'request', in => 'header',
                    reason => $target =~ /\?/ ? 'query' : 'traversal' },
                    '... one event';
            }
        }
        for my $target (@HONEST) {
            is get($nginx->port, '/dav/a', method => 'MOVE',
                   headers => [$name, $target])->{status}, 200,
               printable("'$target'") . ': served';
            my ($got) = $be->arrivals($nginx);
            like $got->{head}, qr/^\Q$name: $target\E\r$/m, '... arrived';
        }
        is_deeply [$nginx->events], [], 'no event';
    };
}


subtest 'among many, and after others' => sub {
    my @many = map { ("X-Header-$_", 'a') } 1 .. 40;
    refused get($nginx->port, '/', headers => [@many, 'Destination',
                                               $ATTACKS[0]]), 'the last';
    refused get($nginx->port, '/', headers => ['Destination', '/a',
                'Destination', $ATTACKS[0]]), 'the second of a name';
    nothing_arrived $nginx, $be, '... nothing arrived';
    for my $name ('Destinations', 'X-Original-UR', 'X-Original-Host',
                  'X-Rewritten-URL', 'Xdestination') {
        is get($nginx->port, '/', headers => [$name, $ATTACKS[0]])->{status},
           200, "$name is another";
    }
    is scalar(my @got = $be->arrivals($nginx)), 5, '... arrived';
    $nginx->events;
};


subtest 'HTTP/2' => sub {
    my $h2 = CitrixGuard::Http2->new($nginx->port(2));
    for my $name ('destination', 'x-original-url', 'x-rewrite-url') {
        is $h2->ask(path => '/', headers => [$name, $ATTACKS[0]])->{status},
           403, $name;
        nothing_arrived $nginx, $be, '... nothing arrived';
    }
    is $h2->ask(path => '/', headers => ['destination', '/a'])->{status}, 200,
       'clean: served';
    is scalar(my @got = $be->arrivals($nginx)), 1, '... arrived';
    $nginx->events;
};


subtest 'as nginx sends it' => sub {
    for my $name (qw(x-original-url X-REWRITE-URL Destination)) {
        for my $target ('/../vpns/x', '/%2e%2e/vpns/x', '/..;/vpns/?a') {
            refused get($nginx->port, "/made/$name",
                        headers => ['X-T', $target]), "$name: $target";
            nothing_arrived $nginx, $be, '... nothing arrived';
            one_event $nginx, { at => 'egress', in => 'header',
                                reason => 'traversal' }, '... one event';
        }
    }
    is get($nginx->port, '/made/', headers => ['X-T', '/a#b'])->{status}, 200,
       'clean: served';
    is get($nginx->port, '/uri/a?b=c')->{status}, 200, '$request_uri: served';
    my @heads = map { $_->{head} } $be->arrivals($nginx);
    like $heads[0], qr{^x-original-url: /vpn/a#b\r$}m, '... arrived';
    like $heads[1], qr{^X-Original-URL: http://gateway.example.test/uri/a\?b=c\r$}m,
         '... arrived';
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'detect' => sub {
    is get($nginx->port(3), '/', headers => ['Destination', $ATTACKS[0]])
       ->{status}, 200, 'served';
    is scalar(my @got = $be->arrivals($nginx)), 1, '... arrived';
    one_event $nginx, { verb => 'detected', reason => 'traversal',
                        in => 'header' }, '... one event';
};


subtest 'under the policy of the location' => sub {
    for my $row (['Destination', '/vpns/a', 'vpns'],
                 ['Destination', '/a/../vpns/b', 'vpns'],
                 ['Destination', '/a/../%2576pns/', 'vpns'],
                 ['X-Original-URL', '/a/../b', 'parent'],
                 ['X-Rewrite-URL', '/a/..;/b', 'parent']) {
        my ($name, $target, $reason) = @$row;
        refused get($nginx->port(4), '/', method => 'MOVE',
                    headers => [$name, $target]), "$name: $target";
        my $event = one_event $nginx, { verb => 'blocked', in => 'header' },
                              '... one event';
        like $event->{reason}, qr/^(?:traversal|$reason)$/, '... and why';
    }
    nothing_arrived $nginx, $be, 'nothing arrived';
    # clients of WebDAV write it so
    is get($nginx->port(4), '/', method => 'MOVE',
           headers => ['Destination', '/a/../b'])->{status}, 200,
       'a parent segment in Destination: served';
    is scalar(my @got = $be->arrivals($nginx)), 1, '... arrived';
};

done_testing;
