# The line in the error log: a fixed grammar, the attacker's bytes escaped and
# limited in length, one line for each refused request of a client.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get one_event);
use CitrixGuard::Event qw(parse_event unescape_field);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 6, vars => { BE => $be->port }, http => <<'END')->start;
    large_client_header_buffers 4 256k;
    server {
        listen 127.0.0.1:%%PORT1%%;
        server_name gateway.example.test;
        citrix_guard on;
        location /      { proxy_pass http://127.0.0.1:%%BE%%; }
        location /made/ { proxy_pass http://127.0.0.1:%%BE%%$http_x_path; }
        location /moved/ { rewrite ^/moved/(.*)$ /vpn/$1 break;
                           proxy_pass http://127.0.0.1:%%BE%%; }
    }
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard on;
             citrix_guard_log_level info; }
    server { listen 127.0.0.1:%%PORT3%%; citrix_guard on;
             citrix_guard_log_level notice; }
    server { listen 127.0.0.1:%%PORT4%%; citrix_guard on;
             citrix_guard_log_level error; }
    # a log of its own, that takes errors only
    server { listen 127.0.0.1:%%PORT5%%; citrix_guard on;
             error_log %%DIR%%/errors.log error; }
    server { listen 127.0.0.1:%%PORT6%%; citrix_guard on;
             citrix_guard_log_level error;
             error_log %%DIR%%/errors.log error; }
END


subtest 'every part' => sub {
    get($nginx->port, '/vpn/%2e%2e/vpns/cfg/smb.conf?a=b');
    one_event $nginx, {
        level => 'warn', verb => 'blocked', reason => 'traversal',
        at => 'request', depth => 1, start => 5, end => 16, mode => 'on',
        target => '/vpn/%2e%2e/vpns/cfg/smb.conf?a=b',
        reading => '/vpn/../vpns/cfg/smb.conf?a=b', client => '127.0.0.1',
        server => 'gateway.example.test',
    }, 'percent';
    get($nginx->port, '/vpn/%252e%252e/%76pns/');
    one_event $nginx, { depth => 2, start => 5, end => 22,
                        reading => '/vpn/../vpns/' }, 'two layers';
    get($nginx->port, '/vpn/..%252fvpns/');
    one_event $nginx, { depth => 0, reason => 'traversal' },
              'the separator does not count';
    get($nginx->port, '/vpn/..%c0%afvpns/');
    one_event $nginx, { depth => 2, start => 5, end => 17 },
              'one that may be dropped does: it is in the segment, too';
    get($nginx->port, '/vpn/%c0%ae%c0%ae/vpns/');
    one_event $nginx, { depth => 2, start => 5, end => 22 }, 'utf-8';
    get($nginx->port, '/vpn/..;a/VPNS\\x');
    one_event $nginx, { target => '/vpn/..;a/VPNS\\x5Cx',
                        reading => '/vpn/../VPNS/x' }, 'other rewrites';
    get($nginx->port, '/a?b=/../vpns');
    one_event $nginx, { reason => 'query', start => 6, end => 13 }, 'query';
    get($nginx->port, '/a%01b');
    one_event $nginx, { reason => 'malformed', start => 2, end => 5 },
              'malformed';
    get($nginx->port, '/vpns/', headers => ['NSC-USER', 'x/../y']);
    one_event $nginx, { reason => 'header', in => 'header', start => 2,
                        end => 4 }, 'header';
    get($nginx->port, '/made/a', headers => ['X-Path', '/vpn/../vpns/b']);
    one_event $nginx, { at => 'egress', in => 'head', target => '/made/a',
                        reading => '/vpn/../vpns/b', start => 5,
                        end => 12 }, 'egress';
};


subtest 'levels' => sub {
    my %level = (2 => 'info', 3 => 'notice', 4 => 'error');
    for my $n (sort keys %level) {
        get($nginx->port($n), '/vpn/../vpns/');
        one_event $nginx, { level => $level{$n} }, $level{$n};
        get($nginx->port($n), '/../vpns/');
        one_event $nginx, { level => $level{$n}, at => 'nginx' },
                  "$level{$n}, nginx's own 400";
    }
    get($nginx->port(5), '/vpn/../vpns/');
    is_deeply [$nginx->events('errors.log'), $nginx->events], [],
              'warn is not in a log of errors';
    get($nginx->port(6), '/vpn/../vpns/');
    is scalar(my @lines = $nginx->events('errors.log')), 1, 'error is';
};


# Every byte that can stand in a target, and how it comes out.
subtest 'escaping' => sub {
    for my $byte (grep { !/[\0\r\n ]/ } map { chr } 0 .. 255) {
        get($nginx->port, "/vpn/../vpns/$byte");
        my @lines = $nginx->events;
        my $event = @lines == 1 && parse_event($lines[0]);
        if (!$event) {
            fail sprintf 'byte %02X: one line of the grammar', ord $byte;
            diag @lines;
            next;
        }
        my $is = unescape_field($event->{target});
        is $is, substr("/vpn/../vpns/$byte", 0, length $is),
           sprintf 'byte %02X comes back', ord $byte;
    }
    for my $byte (map { sprintf '%%%02x', $_ } 0 .. 255) {
        get($nginx->port, "/vpn/../vpns/a${byte}b");
        my @lines = $nginx->events;
        ok @lines == 1 && parse_event($lines[0]),
           "$byte: one line of the grammar" or diag @lines;
    }
};


subtest 'a forged line' => sub {
    my $forged = 'blocked reason=traversal at=request depth=0 range=0-1 '
        . 'mode=on id=' . '0' x 32 . ' target="" reading="", client: 192.0.2.1';
    (my $encoded = "\" \n2026/01/01 00:00:00 [warn] 1#1: *1 citrix_guard: "
                 . $forged) =~ s/([^A-Za-z0-9])/sprintf '%%%02x', ord $1/ge;
    get($nginx->port, "/vpn/../vpns/$encoded");
    my $event = one_event $nginx, { client => '127.0.0.1' }, 'one line';
    unlike $event->{reading}, qr/[\n"]/, 'the reading keeps its end';
    get($nginx->port, '/vpns/', headers => ['NSC-USER',
        "../\" reading=\"x\", client: 192.0.2.1, server: y"]);
    one_event $nginx, { client => '127.0.0.1', reason => 'header' },
              'a forged header value';
};


subtest 'bounds' => sub {
    my %tail = (letters => 'a', high => "\xff", escapes => '%ff',
                quotes => '"', backslashes => '\\', encoded => '%22',
                slashes => '/');
    for my $name (sort keys %tail) {
        for my $size (400, 512, 513, 4_000, 65_000) {
            my $filler = $tail{$name} x ($size / length $tail{$name});
            for my $target ("/vpn/../vpns/$filler", "/x$filler/../vpns/") {
                my $answer = get($nginx->port, $target);
                is $answer->{status}, 403, "$name $size: refused";
                my $event = one_event $nginx, {
                    verb => 'blocked', reason => 'traversal',
                    client => '127.0.0.1' }, '... one line, client and all'
                    or next;
                my $is = unescape_field($event->{target});
                cmp_ok length $event->{target}, '<=', 512,
                       '... target bounded';
                cmp_ok length $is, '>=', 100, '... but not empty';
                cmp_ok index($target, $is), '>=', 0, '... and of the target';
                cmp_ok length $event->{reading}, '<=', 384,
                       '... reading bounded';
            }
        }
    }
    my $far = '/' . 'a' x 60_000 . '/../vpns/';
    get($nginx->port, $far);
    my $event = one_event $nginx, { start => 60_002, end => 60_009 },
                          'an attack far behind';
    like $event->{reading}, qr{^/?\.\./vpns}, '... is in the reading';

    # nginx keeps URI and arguments apart; together they are one string
    for my $size (10, 500, 3_000, 60_000) {
        get($nginx->port, "/moved/a?b=" . "c" x $size . "/../vpns/");
        $event = one_event $nginx, {
            reason => 'query', in => 'uri', at => 'request',
            start => $size + 10, end => $size + 17,
        }, "in arguments of $size bytes, behind a rewrite";
        like $event->{reading}, qr{\.\./vpns}, "... is in the reading";
        is $event->{reading}, '/vpn/a?b=cccccccccc/../vpns/', '... all of it'
            if $size == 10;
    }
};


subtest 'a clean request has no line' => sub {
    get($nginx->port, $_) for '/', '/vpns/', '/vpn/../x', '/a?b=../vpns/';
    is_deeply [$nginx->events], [], 'none';
    is_deeply [grep {/\*\d+ citrix_guard: (?!blocked |detected )/}
               split /\n/, $nginx->error_log], [],
              'and no other line of the guard';
};

done_testing;
