# Paths that nginx takes as they are: the guard sees most of them at a glance,
# and misses nothing, wherever the byte is that counts.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get request refused one_event nothing_arrived
                          printable);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 3, vars => { BE => $be->port }, http => <<"END")->start;
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location / { proxy_pass http://be; }
             location /redirected-to-another/ {
                 rewrite ^/redirected-to-another(/.*) \$1; }
             location /rules-are-in-force-here/ {
                 citrix_guard_rule not-that path "/not-that-one\$";
                 proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard on;
             citrix_guard_sslvpn off;
             location / { proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT3%%; citrix_guard detect;
             location / { proxy_pass http://be; } }
END

# nginx finds nothing to decode or to resolve in any of these
my @ATTACKS = ("\\..\\", "/+../", "/\x80../", "/\xff..\xc0\x80/",
               "\\..;a/", "/\xc0\xae\xc0\xae/", "\xef\xbc\x8f..\xef\xbc\x8f");
my @HONEST = ('/a..b/', '/-/', '/~a../', '/;../', '/|..^', "/\x7b..`/",
              '/caf\xc3\xa9/', '/a+b/', "/\$&'()*/", '/,/', '/_.._/');

# the windows are 16 bytes wide, and the last one overlaps
for my $attack (@ATTACKS) {
    subtest printable("an attack at each offset: $attack") => sub {
        for my $before (0 .. 33) {
            my $behind = $before % 2 ? 'a' x ($before * 7 % 18) : '';
            my $target = '/vpn/' . 'a' x $before . "${attack}vpns/$behind";
            refused get($nginx->port, $target), printable($target);
            nothing_arrived $nginx, $be, '... nothing arrived';
            one_event $nginx, { at => 'request', in => 'target',
                                reason => 'traversal' }, '... one event';
        }
    };
}

subtest 'attacks in detect' => sub {
    for my $attack (@ATTACKS) {
        my $target = "/vpn/aaaaaaaaaaaaa${attack}vpns/a";
        is get($nginx->port(3), $target)->{status}, 200, printable($target);
        one_event $nginx, { reason => 'traversal' }, '... one event';
        is_deeply [$be->targets($nginx)], [$target], '... it arrived';
    }
};

subtest 'what only looks so' => sub {
    for my $honest (@HONEST) {
        for my $before (0, 7, 12 .. 17) {
            my $target = '/vpn/' . 'a' x $before . "${honest}vpns/aaaaaa";
            is get($nginx->port, $target)->{status}, 200, printable($target);
            is_deeply [$be->targets($nginx)], [$target], '... it arrived';
        }
    }
    is_deeply [$nginx->events], [], 'no event';
};

subtest 'a plain path is not all that counts' => sub {
    my $plain = '/this-path-is-plain-and-long/a.html';

    refused get($nginx->port, $plain, headers => ['NSC-USER', '../../x']),
            'a header field of stage 1';
    one_event $nginx, { in => 'header', reason => 'header' }, '... one event';

    refused get($nginx->port, "$plain?a=/../vpns/"), 'the query';
    one_event $nginx, { reason => 'query' }, '... one event';

    refused get($nginx->port, "/rules-are-in-force-here/not-that-one"),
            'a rule';
    one_event $nginx, { reason => 'rule' }, '... one event';

    refused get($nginx->port(2), '/this-path-is-plain-and-long/vpns/a.html'),
            'citrix_guard_sslvpn off';
    one_event $nginx, { reason => 'vpns' }, '... one event';

    nothing_arrived $nginx, $be, 'nothing arrived';
};

subtest 'the URI that nginx has built counts' => sub {
    refused get($nginx->port, '/redirected-to-another/vpn/a\\..\\vpns/aaaa'),
            'an attack after a rewrite';
    one_event $nginx, { in => 'uri', reason => 'traversal' }, '... one event';
    nothing_arrived $nginx, $be, '... nothing arrived';

    is get($nginx->port, '/redirected-to-another/vpn/aaaaaaaaaaa')->{status},
       200, 'a clean path';
    is_deeply [$be->targets($nginx)], ['/vpn/aaaaaaaaaaa'], '... it arrived';
};

done_testing;
