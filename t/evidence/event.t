# $citrix_guard_event: one line of valid JSON for each suspicious request of a
# client, whatever bytes it contains, and none for other requests.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get);
use CitrixGuard::Event qw(unescape_field);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Schema qw(validated complaints);
use CitrixGuard::Scratch qw(slurp wait_until);

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 404, body => "none\n" } if $request->{target} =~ /404/;
    return;
});

my $nginx = CitrixGuard::Nginx->new(
    ports => 5, vars => { BE => $be->port }, http => join '', <<'END',
    large_client_header_buffers 4 64k;
    log_format citrix_guard escape=none '$citrix_guard_event';
    access_log %%DIR%%/event.log citrix_guard if=$citrix_guard_event;
    access_log stderr citrix_guard if=$citrix_guard_event;
    log_format outcome '$citrix_guard_verdict $citrix_guard_outcome';
    access_log %%DIR%%/outcome.log outcome;
END
    (map {
        my ($n, $mode) = @$_;
        "server { listen 127.0.0.1:%%PORT$n%%; server_name gw.example.test x; "
        . "citrix_guard $mode; log_subrequest on;\n"
        . 'citrix_guard_rule a.rule path "^/ruled/" "msg=a text";'
        . 'citrix_guard_rule let-by path "^/ruled/not" pass of=a.rule;'
        . 'citrix_guard_rule b.rule path "^/looked/" and body:100 "evil";'
        . <<'END' } [1, 'on'], [2, 'detect'], [3, 'off']),
    location / { proxy_pass http://127.0.0.1:%%BE%%; }
    location /made/ { proxy_pass http://127.0.0.1:%%BE%%$http_x_path; }
    location /local/ { return 204; }
    location /twice/ { auth_request "/vpn/..;/vpns/"; mirror /sub;
                       proxy_pass http://127.0.0.1:%%BE%%; }
    location /gone/ { proxy_pass http://127.0.0.1:1; }
    location = /sub { internal; proxy_pass http://127.0.0.1:%%BE%%/x; }
}
END
    'server { ' . CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT4%%')
    . ' citrix_guard on; location / { proxy_pass http://127.0.0.1:%%BE%%; } }'
)->start;

my $seen = 0;


# the lines since the last look
# A line may come when the client has its answer already.
sub lines {
    my ($count) = @_;
    my $log;
    wait_until(sub {
        $log = $nginx->access_log('event.log');
        return substr($log, $seen) =~ tr/\n// >= $count;
    });
    my $new = substr $log, $seen;
    $seen = length $log;
    return $new;
}


sub events { return validated(lines($_[1] // 1), $_[0]) }


# exactly one event, with these fields
sub one {
    my ($expected, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @events = events("$name: valid");
    is scalar @events, 1, "$name: one event";
    my $event = $events[0] // {};
    is_deeply { map { $_ => $event->{$_} } keys %$expected }, $expected, $name;
    return $event;
}


subtest 'the validator sees what is wrong' => sub {
    get($nginx->port, '/vpn/../vpns/');
    my $line = lines(1);
    is complaints($line), '', 'a good line';
    for my $case (
        [sub { s/"version":1/"version":2/ }, 'another version'],
        [sub { s/"reason"/"raison"/ }, 'another name'],
        [sub { s/"verdict":"blocked"/"verdict":"pass"/ }, 'another value'],
        [sub { s/"id":"/"id":"0/ }, 'a longer id'],
        [sub { s/^\{/{"version":1,/ }, 'a name twice'],
        [sub { s/vpns/vp\xc3\xa4ns/ }, 'UTF-8'],
        [sub { s/vpns/vp\x1bns/ }, 'a control byte'],
        [sub { s/vpns/vp\\\\xffns/ }, 'an escape of another form'],
        [sub { s/\}\n/\n/ }, 'no end'],
    ) {
        my ($change, $name) = @$case;
        my $bad = $line;
        for ($bad) { $change->() }
        isnt $bad, $line, "$name: changed";
        isnt complaints($bad), '', '... and refused';
    }
};


subtest 'every field' => sub {
    get($nginx->port, '/vpn/%2e%2e/vpns/cfg/smb.conf?a=b',
        headers => ['User-Agent', 'a "quoted" agent', 'NSC_USER', '../x',
                    'Cookie', 'NSC_AAAC=secret']);
    my $event = one {
        version => 1, client => '127.0.0.1', server => 'gw.example.test',
        host => 'gateway.example.test', method => 'GET',
        protocol => 'HTTP/1.1',
        target => '/vpn/%2e%2e/vpns/cfg/smb.conf?a=b', target_length => 33,
        reading => '/vpn/../vpns/cfg/smb.conf?a=b', reason => 'traversal',
        verdict => 'blocked', outcome => 'blocked', mode => 'on',
        at => 'request', in => 'target', depth => 1, range => [5, 16],
        user_agent => 'a \x22quoted\x22 agent', nsc_user => '../x',
        status => 403, upstream => undef, rule => undef, canary => undef,
    }, 'blocked';
    my @line = $nginx->events;
    like $line[-1], qr/id=\Q$event->{id}\E /, 'the id is that of the log line';
    cmp_ok $event->{sent}, '>', 200, 'bytes sent';
    unlike slurp($nginx->dir . '/event.log'), qr/secret/, 'no cookie';

    get($nginx->port(2), '/vpn/../vpns/404', method => 'POST',
        body => 'a body');
    $event = one { verdict => 'detected', outcome => 'attempt',
                   mode => 'detect', method => 'POST', status => 404 },
                 'detected';
    is $event->{upstream}{address}, '127.0.0.1:' . $be->port, 'its address';
    is $event->{upstream}{status}, 404, 'its status';
    is $event->{upstream}{bytes}, 5, 'its bytes';
    like $event->{upstream}{seconds}, qr/^\d+(?:\.\d+)?$/, 'its time';
    unlike slurp($nginx->dir . '/event.log'), qr/a body/, 'no body';

    get($nginx->port(1), '/ruled/a');
    one { reason => 'rule', rule => 'a.rule', msg => 'a text',
          verdict => 'blocked' }, 'a rule';
    get($nginx->port(1), '/ruled/not');
    one { reason => 'rule', rule => 'a.rule', by => 'let-by',
          verdict => 'exempted', outcome => 'attempt' }, 'an exception';
    get($nginx->port, '/made/a', headers => ['X-Path', '/vpn/../vpns/b']);
    one { at => 'egress', in => 'head', target => '/made/a',
          reading => '/vpn/../vpns/b', upstream => undef }, 'egress';
    get($nginx->port, '/a', headers => ['NSC-USER', 'x/../y']);
    one { reason => 'header', nsc_user => 'x/../y' }, 'a header';
    get($nginx->port(2), '/local/../vpn/../vpns/');
    one { verdict => 'detected', outcome => 'attempt' }, 'not forwarded';
    get($nginx->port(2), '/gone/..;/vpns/');
    one { verdict => 'detected', outcome => 'attempt', status => 502 },
        'no answer';
    is slurp($nginx->dir . '/outcome.log'), join('', map {"$_\n"}
        'blocked blocked', 'blocked blocked', 'detected attempt',
        'blocked blocked', 'exempted attempt', 'blocked blocked',
        'blocked blocked', 'detected attempt', 'detected attempt'),
        '$citrix_guard_outcome';
};


subtest 'one a client request' => sub {
    get($nginx->port($_), '/twice/..;/x') for 1, 2;
    is_deeply [sort map { $_->{verdict} } events('subrequests', 2)],
              ['blocked', 'detected'], 'one for each client request';
    get($nginx->port, $_) for '/', '/vpns/', '/a?b=../vpns/';
    get($nginx->port(3), $_) for '/vpn/../vpns/', '/../vpns/';
    is lines(0), '', 'none for what is clean, or where the guard is off';
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put(request("/vpn/../vpns/$_") x 1
                 . request('/clean')) for 1 .. 3;
    $client->get for 1 .. 6;
    is_deeply [map { $_->{target} } events('pipelined', 3)],
              [map {"/vpn/../vpns/$_"} 1 .. 3], 'one for each of a pipeline';
};


subtest "nginx's own 400" => sub {
    for my $target ('/../vpns/a', '/vpn/%00', 'vpn/../vpns/') {
        get($nginx->port, $target);
        one { at => 'nginx', target => $target, status => 400,
              verdict => 'blocked', method => 'GET' }, "HTTP/1: $target";
        get($nginx->port(2), $target);
        one { at => 'nginx', verdict => 'detected', outcome => 'attempt' },
            "detect: $target";
    }
    for my $target ('/../vpns/a', '/vpn/%00', "/\x1b[2J/../vpns/\xff") {
        CitrixGuard::Http2->new($nginx->port(4))->ask(path => $target);
        one { at => 'nginx', protocol => 'HTTP/2.0', verdict => 'blocked',
              target => $target =~ s/([^ -~])/sprintf '\x%02X', ord $1/ger,
              status => 400 }, 'HTTP/2: ' . $target =~ s/[^ -~]/./gr;
    }
    CitrixGuard::Http2->new($nginx->port(4))->ask(path => '/vpn/../vpns/');
    one { at => 'request', protocol => 'HTTP/2.0', method => 'GET',
          verdict => 'blocked' }, 'HTTP/2: refused by the guard';
    CitrixGuard::Raw::ask($nginx->port,
        "get  /vpn/../vpns/ HTTP/1.1\r\nHost: a\r\n\r\n");
    lines(0);
};


# Each byte in each field that a client can fill, with what a terminal, a
# browser or a parser of logs might take for its own.
subtest 'hostile bytes' => sub {
    my @hostile = (map({ chr } 1 .. 9, 11, 12, 14 .. 255),
        "\x1b]0;title\x07", "\x1b[2J", "\xe2\x80\xae", "\xe2\x81\xa6",
        '","verdict":"pass","x":"', '\\', '\\"', '</script><script>',
        "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x9b31m",
        "\xef\xbb\xbf", '${jndi:ldap://x}', '%n%s', "{{x}}");
    my $expected = 0;
    for my $bytes (@hostile) {
        get($nginx->port, "/vpn/../vpns/" . $bytes =~ s/ /+/gr);
        get($nginx->port, '/vpn/../vpns/', headers => [
            'User-Agent', "a${bytes}b", 'NSC_USER', "c${bytes}d",
            'X-Other', "e${bytes}f"]);
        CitrixGuard::Raw::ask($nginx->port,
            "GET /vpn/../vpns/ HTTP/1.1\r\nHost: a${bytes}b\r\n\r\n");
        $expected += 3;
    }
    my @events = events(scalar(@hostile) . ' in target, agent, user and host',
                        $expected);
    is scalar @events, $expected, 'an event for each';
    my $n = 0;
    for my $bytes (@hostile) {
        my ($target, $fields) = @events[$n, $n + 1];
        $n += 3;
        is unescape_field($target->{target}),
           '/vpn/../vpns/' . $bytes =~ s/ /+/gr, 'the target comes back';
        next if $fields->{status} == 400;
        is unescape_field($fields->{user_agent} // ''), "a${bytes}b",
           'the agent comes back';
        is unescape_field($fields->{nsc_user} // ''), "c${bytes}d",
           'NSC_USER comes back';
    }
    ok scalar(grep { $_->{status} == 403 } @events) > 500, 'most are read';
};


# what stands in the place of the header, once rules have looked at a body
subtest 'no body in an event' => sub {
    my $body = "x\nNSC_USER: secret\r\nuser=evil";
    for my $version ('1.0', '1.1') {
        for my $dropped (0, 1) {
            my $client = CitrixGuard::Raw->new($nginx->port);
            $client->put("POST /looked/ HTTP/$version\r\nHost: x\r\n"
                         . ($dropped ? "NSC_USER: jdoe\r\n" : '')
                         . 'Content-Length: ' . length($body) . "\r\n\r\n");
            for my $piece (unpack '(a9)*', $body) {
                select undef, undef, undef, 0.01;
                $client->put($piece);
            }
            is $client->get->{status}, 403, 'refused';
            undef $client;
            $nginx->settle;
            my @events = events('a body that came late: valid');
            is scalar @events, 1, 'one event';
            is $events[0]{rule}, 'b.rule', '... of the rule';
            unlike $events[0]{nsc_user} // '', qr/secret/,
                '... without what is in the body';
        }
    }
};


# each ends by itself: what another one has found is not forgotten with it
subtest 'several at work at the same time' => sub {
    my @slow = map { CitrixGuard::Raw->new($nginx->port(2)) } 1 .. 3;
    for my $n (0 .. $#slow) {
        $slow[$n]->put(request("/vpn/../vpns/slow$n", method => 'POST',
                               headers => ['Content-Length', 4]));
    }
    $nginx->settle;

    get($nginx->port(2), '/vpn/../vpns/quick');
    one { target => '/vpn/../vpns/quick', verdict => 'detected' }, 'a quick one';
    is get($nginx->port(2), '/vpn/a')->{status}, 200, 'a clean one';

    for my $n (reverse 0 .. $#slow) {
        $slow[$n]->put('body');
        is $slow[$n]->get->{status}, 200, 'a slow one: answered';
        one { target => "/vpn/../vpns/slow$n", verdict => 'detected' },
            '... and recorded';
    }
};


subtest 'bounds' => sub {
    my $longest = 0;
    for my $filler ('a', "\xff", '"', '\\', '%22') {
        my $long = $filler x (12_000 / length $filler);
        get($nginx->port, "/vpn/../vpns/$long", headers => [
            Host => $long, 'User-Agent', $long, 'NSC_USER', $long]);
        get($nginx->port, "/vpn/../vpns/$long", no_host => 1, headers => [
            Host => 'a' x 2_000, 'User-Agent', $long, 'NSC-USER', $long]);
    }
    my $text = lines(10);
    for my $line (split /\n/, $text) {
        $longest = length $line if length $line > $longest;
    }
    my @events = validated($text, 'long fields: valid');
    is scalar @events, 10, 'an event for each';
    cmp_ok $longest, '<', 4_000, 'the longest line';
    cmp_ok $longest, '>', 1_500, '... is long';
    is length $_->{target}, 512, 'the target is cut'
        for grep { $_->{target} =~ /aa/ } @events;
};


subtest 'to the standard error as well' => sub {
    my @lines = grep {/^\{"version"/} split /\n/, $nginx->stderr;
    is join("\n", @lines, ''), slurp($nginx->dir . '/event.log'),
       'the same lines';
};

done_testing;
