# Findings of a hostile review, one subtest each, so that they stay fixed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived
                          printable);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 404 } if $request->{target} =~ m{^/off/};
    return { headers => ['X-Accel-Redirect', '/there', 'Set-Cookie', 'a=b',
                         'Cache-Control', 'public', 'Accept-Ranges', 'bytes'] }
        if $request->{target} eq '/accel';
    return;
});

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => <<'END');
    log_format verdict '[$citrix_guard_verdict] $status $request_uri';

    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        access_log %%DIR%%/verdict.log verdict;
        error_page 404 /nf;
        proxy_intercept_errors on;
        location = /nf  { return 404 "nf\n"; }
        location /off/  { citrix_guard off; proxy_pass http://127.0.0.1:%%BE%%; }
        location /long/ { proxy_pass http://127.0.0.1:%%BE%%; }
        location /b/    { error_page 404 =200 @b; return 404; }
        location @b     { proxy_pass http://127.0.0.1:%%BE%%$http_x_t; }
        location /mirror/ { mirror /m; proxy_pass http://127.0.0.1:%%BE%%/ok; }
        location = /m   { internal; error_page 403 = @open;
                          proxy_pass http://127.0.0.1:%%BE%%$http_x_t; }
        location @open  { citrix_guard off;
                          proxy_pass http://127.0.0.1:%%BE%%$http_x_t; }
        location = /accel { proxy_pass http://127.0.0.1:%%BE%%; }
        location = /there { proxy_pass http://127.0.0.1:%%BE%%$http_x_t; }
        location /body/ { client_body_buffer_size 64k;
                          proxy_set_body $request_body;
                          proxy_set_header NSC_USER "";
                          proxy_pass http://127.0.0.1:%%BE%%; }
        location /fcgi/ { set $b 127.0.0.1:%%BE%%; fastcgi_pass $b;
                          fastcgi_param REQUEST_URI $request_uri; }
    }

    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard on;
        error_page 400 /400.html;
        location = /400.html { internal; return 400 "own\n"; }
    }

    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard on;
        error_page 400 =200 /fine;
        location = /fine { return 200 "fine\n"; }
    }

    server {
        listen 127.0.0.1:%%PORT4%%;
        citrix_guard on;
        citrix_guard_status 444;
        location /        { mirror /m; proxy_pass http://127.0.0.1:%%BE%%; }
        location = /m     { internal;
                            proxy_pass http://127.0.0.1:%%BE%%$http_x_t; }
    }
END
$nginx->start;

my $ATTACK = '/vpn/..;/vpns/x';
my @SEND = (headers => ['X-T', $ATTACK]);


subtest 'what was forwarded is not called blocked' => sub {
    my $answer = get($nginx->port, "/off$ATTACK");
    is $answer->{status}, 404, 'answered by the upstream, then by a page';
    is_deeply [$be->targets($nginx)], ["/off$ATTACK"], '... it was forwarded';
    is_deeply [$nginx->events], [], '... no event says otherwise';
    like $nginx->access_log('verdict.log'), qr/^\[(?:pass)?\] 404 /m,
         '... nor does the variable';
};


subtest "nginx's own 400 is evidence, whatever error_page makes of it" => sub {
    for my $case ([2, 400], [3, 200]) {
        my ($n, $status) = @$case;
        my $answer = get($nginx->port($n), '/../vpns/a');
        is $answer->{status}, $status, "status $status";
        one_event $nginx, { at => 'nginx', verb => 'blocked' }, '... one event';
    }
};


subtest 'the status is the configured one after error_page' => sub {
    refused get($nginx->port, '/b/', @SEND), 'error_page 404 =200';
    nothing_arrived $nginx, $be, '... nothing arrived';
    one_event $nginx, { at => 'egress', reason => 'traversal' }, '... logged';
};


subtest 'a refused subrequest is not sent anywhere else' => sub {
    get($nginx->port, '/mirror/', @SEND);
    is_deeply [$be->targets($nginx)], ['/ok'], 'only the clean one arrived';
    one_event $nginx, { at => 'egress', reason => 'traversal' }, '... logged';

    my $answer = get($nginx->port(4), '/clean', @SEND);
    is $answer && $answer->{status}, 200, '444 of a mirror is not the client\'s';
    is_deeply [$be->targets($nginx)], ['/clean'], '... which is served';
    $nginx->events;
};


subtest 'an earlier answer leaves nothing in the refusal' => sub {
    my $answer = get($nginx->port, '/accel', @SEND);
    refused $answer, 'X-Accel-Redirect to an attack';
    unlike $answer->{raw}, qr/^(?:Set-Cookie|Accept-Ranges)/mi, '... no cookie';
    unlike $answer->{raw}, qr/public/, '... cached nowhere';
    is_deeply [$be->targets($nginx)], ['/accel'], '... it did not arrive';
    $nginx->events;
};


# it would be asked before there is a head to judge
subtest 'the internal variable cannot be named' => sub {
    my $other = CitrixGuard::Nginx->new(vars => { BE => $be->port });
    for my $use ('proxy_set_header X-Local "a$citrix_guard_local";',
                 'proxy_bind $citrix_guard_local;',
                 'set $a $citrix_guard_local;') {
        $other->configure(http => "server { listen 127.0.0.1:%%PORT1%%; "
            . "citrix_guard on; location / { $use "
            . 'proxy_pass http://127.0.0.1:%%BE%%$request_uri; } }');
        my ($status, $out) = $other->check;
        isnt $status, 0, "$use: refused";
        like $out, qr/\[emerg\].*"\$citrix_guard_local" is internal/,
             '... with the reason';
    }
};


subtest 'a body is no header' => sub {
    my $body = "a\r\nUpgrade: x\r\nNSC_USER: ../x\r\n";
    my $answer = get($nginx->port, '/body/', method => 'POST', body => $body);
    is $answer->{status}, 200, 'served';
    my ($arrived) = $be->arrivals($nginx);
    is $arrived->{body}, $body, '... the body arrived';
    is_deeply [$nginx->events], [], '... no event';
};


# the core reads no further; a path in many scripts is not that strange
subtest 'more unknown pieces than any path has' => sub {
    for my $piece ('%c3%a9a/', "\xc3\xa9a/", "%ae\xffa") {
        refused get($nginx->port, '/long/' . $piece x 600), printable($piece);
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'request', reason => 'malformed' },
                  '... one event';
    }
    my $path = '/long/' . '%e6%97%a5%e6%9c%ac/B%c3%bcro%20%e2%82%ac/' x 100;
    is get($nginx->port, $path)->{status}, 200, 'a long name: served';
    is_deeply [$be->targets($nginx)], [$path], '... as it is';
    is_deeply [$nginx->events], [], '... no event';
};


subtest 'what is not HTTP/1 does not leave' => sub {
    refused get($nginx->port, '/fcgi/x'), 'FastCGI by a variable';
    nothing_arrived $nginx, $be, '... nothing arrived';
    one_event $nginx, { at => 'egress', reason => 'unseen' }, '... logged';
};

$nginx->stop;
is $nginx->sanitizer_report, '', 'nothing to report';

done_testing;
