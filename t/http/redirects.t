# A refusal is final: no redirect within nginx forwards the request, not even
# into a location where the guard is off.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    my ($to) = $request->{head} =~ /^X-Want: (.*)\r$/m;
    return if !defined $to || $request->{target} ne '/accel';
    return { headers => ['X-Accel-Redirect', $to] };
});

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => <<'END');
    log_format verdict '$citrix_guard_verdict $citrix_guard_reading';
    upstream be { server 127.0.0.1:%%BE%%; }

    # everything that could take a refusal to the upstream does
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        root %%DIR%%/html;
        recursive_error_pages on;
        error_page 400 401 402 403 404 405 410 414 429 500 502 503 504
                   = @open;
        location /            { proxy_pass http://be; }
        location /files/      { }
        location /try/        { try_files $uri $uri/ @open; }
        location /try-uri/    { try_files $uri /open/$uri; }
        location /fallback/   { error_page 403 404 = /open/; }
        location /answer/     { error_page 403 =200 /open/; }
        location /variable/   { error_page 403 = /open$request_uri; }
        location /external/   { error_page 403 = http://127.0.0.1/x; }
        location /closed/     { deny all; }
        location /satisfy/    { satisfy any; allow all; deny all;
                                auth_basic x; auth_basic_user_file none;
                                proxy_pass http://be; }
        location /accel       { proxy_set_header X-Want $http_x_go;
                                proxy_pass http://be; }
        location /guarded/    { internal; proxy_pass http://be; }
        location @guarded     { proxy_pass http://be; }
        location /open/       { citrix_guard off; proxy_pass http://be; }
        location @open        { citrix_guard off; proxy_pass http://be; }
    }

    # off where the request comes in, on where it is forwarded
    server {
        listen 127.0.0.1:%%PORT2%%;
        root %%DIR%%/html;
        location /          { error_page 404 = @guarded; }
        location /try/      { try_files $uri @guarded; }
        location /rewrite/  { rewrite ^/rewrite(/.*)$ /guarded$1 last; }
        location /guarded/  { citrix_guard on; proxy_pass http://be; }
        location @guarded   { citrix_guard on; proxy_pass http://be; }
    }

    # the same without any guard: these ways do lead to the upstream
    server {
        listen 127.0.0.1:%%PORT3%%;
        root %%DIR%%/html;
        error_page 403 404  = @open;
        location /          { deny all; }
        location /files/    { }
        location /try/      { try_files $uri $uri/ @open; }
        location @open      { proxy_pass http://be; }
    }

    # detect where the request comes in, on where it is forwarded
    server {
        listen 127.0.0.1:%%PORT4%%;
        access_log %%DIR%%/verdict.log verdict;
        location /          { citrix_guard detect; error_page 404 = @guarded;
                              root %%DIR%%/html; }
        location @guarded   { citrix_guard on; proxy_pass http://be; }
    }
END
spew($nginx->dir . '/html/index.html', "static\n");
$nginx->start;

my @PLACES = qw(/ /files/ /try/ /try-uri/ /fallback/ /answer/ /variable/
                /external/ /closed/ /satisfy/ /open-not/);

# spellings that nginx leaves in their location
my @ATTACKS = ('%252e%252e/vpns/a', '..;/vpns/a', '%c0%ae%c0%ae/vpns/a',
               '..%5cvpns/a', 'a%23/..;/vpns/a');


subtest 'the ways are open where there is no guard' => sub {
    for my $place (qw(/ /files/ /try/)) {
        my $target = $place . $ATTACKS[0];
        is get($nginx->port(3), $target)->{status}, 200, "$target: answered";
        is_deeply [$be->targets($nginx)], [$target], '... by the upstream';
    }
};


for my $place (@PLACES) {
    subtest "refused for good: $place" => sub {
        for my $attack (@ATTACKS) {
            my $target = $place . $attack;
            refused get($nginx->port, $target), $target;
            nothing_arrived $nginx, $be, '... nothing sent';
            one_event $nginx, { verb => 'blocked', reason => 'traversal',
                                at => 'request', target => $target },
                      '... one event';
        }
    };
}


subtest 'a refusal by header is final as well' => sub {
    refused get($nginx->port, '/files/none',
                headers => ['NSC-USER', '../../x']), 'refused';
    nothing_arrived $nginx, $be, 'nothing sent';
    one_event $nginx, { reason => 'header' }, 'one event';
};


subtest 'error_page works for what is no refusal' => sub {
    my $answer = get($nginx->port, '/closed/a');
    is $answer->{status}, 200, 'answered';
    is_deeply [$be->targets($nginx)], ['/closed/a'], 'by the upstream';
    is_deeply [$nginx->events], [], 'no event';
};


for my $place (qw(/ /try/ /rewrite/)) {
    subtest "on only where it is forwarded: $place" => sub {
        is get($nginx->port(2), "${place}clean")->{status}, 200, 'clean';
        is scalar(my @got = $be->targets($nginx)), 1, '... is forwarded';
        for my $attack (@ATTACKS) {
            refused get($nginx->port(2), $place . $attack), $place . $attack;
            nothing_arrived $nginx, $be, '... nothing sent';
            one_event $nginx, { verb => 'blocked' }, '... one event';
        }
    };
}


subtest 'detect where it comes in, on where it is forwarded' => sub {
    refused get($nginx->port(4), "/$ATTACKS[0]"), 'refused';
    nothing_arrived $nginx, $be, '... nothing sent';
    my @verbs = map { /citrix_guard: (\w+)/ } $nginx->events;
    is "@verbs", 'detected blocked', '... a line for each';
    like $nginx->access_log('verdict.log'), qr{^blocked /../vpns/a$}m,
         '... the verdict is the last one';
};


subtest 'X-Accel-Redirect' => sub {
    my $ask = sub {
        my $answer = get($nginx->port, '/accel',
                         headers => ['X-Go', $_[0]]);
        return ($answer, grep { $_ ne '/accel' } $be->targets($nginx));
    };
    my ($answer, @got) = $ask->('/guarded/clean');
    is $answer->{status}, 200, 'to a clean target: answered';
    is_deeply \@got, ['/guarded/clean'], '... and forwarded';
    is_deeply [$nginx->events], [], '... without event';
    ($answer, @got) = $ask->('@guarded');
    is $answer->{status}, 200, 'to a named location: answered';
    for my $to ('/guarded/..;/vpns/a', '/guarded/%252e%252e/vpns/a',
                '/guarded/a?b=/../vpns/') {
        ($answer, @got) = $ask->($to);
        isnt $answer->{status}, 200, "to $to: not answered";
        is_deeply \@got, [], '... and not forwarded';
        one_event $nginx, { verb => 'blocked' }, '... one event';
    }
};

done_testing;
