# auth_request, mirror, SSI and other subrequests: what they would forward is
# judged, too, and a client's request has at most one event.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port }, http => <<'END');
    upstream be { server 127.0.0.1:%%BE%%; }
    map $http_x_path $sub { default $http_x_path; "" /clean; }
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        root %%DIR%%/html;
        location /auth/   { auth_request /sub; proxy_pass http://be; }
        location /auth-same/ { auth_request /same; proxy_pass http://be; }
        location /mirror/ { mirror /sub; proxy_pass http://be; }
        location /mirror-same/ { mirror /same; proxy_pass http://be; }
        location /mirror-twice/ { mirror /sub; mirror /sub;
                                  proxy_pass http://be; }
        location /ssi/    { ssi on; }
        location /body/   { add_before_body /sub; }
        location = /sub   { internal; proxy_pass http://be$sub; }
        location = /same  { internal; proxy_pass http://be$request_uri; }
        location /inc/    { proxy_pass http://be; }
    }
    # the guard is off for the client's request and on for the subrequest
    server {
        listen 127.0.0.1:%%PORT2%%;
        location /mirror/ { mirror /same; proxy_pass http://be/main; }
        location = /same  { internal; citrix_guard on;
                            proxy_pass http://be$request_uri; }
        location /gone/   { mirror /none; proxy_pass http://be/main; }
        location = /none  { internal; citrix_guard on; log_subrequest on;
                            return 404; }
    }
END
mkdir $nginx->dir . "/html/$_" for qw(ssi body);
spew($nginx->dir . '/html/ssi/sub.html',
     "begin <!--# include virtual=\"/sub\" --> end\n");
spew($nginx->dir . '/html/ssi/twice.html', "begin "
   . "<!--# include virtual=\"/sub\" --> "
   . "<!--# include virtual=\"/sub\" --> end\n");
spew($nginx->dir . '/html/ssi/direct.html',
     "begin <!--# include virtual=\"/inc/..;/vpns/a\" --> end\n");
spew($nginx->dir . '/html/ssi/escaped.html',
     "begin <!--# include virtual=\"/inc/%252e%252e/vpns/a\" --> end\n");
for my $first ('/sub', '/inc/..;/vpns/a') {
    spew($nginx->dir . '/html/ssi/' . ($first eq '/sub' ? 'sub' : 'direct')
       . '-first.html', "begin <!--# include virtual=\"$first\" --> "
       . "<!--# include virtual=\"/inc/a\" --> end\n");
}
spew($nginx->dir . '/html/ssi/clean.html',
     "begin <!--# include virtual=\"/inc/a\" --> end\n");
spew($nginx->dir . '/html/body/a.html', "body\n");
$nginx->start;

my $ATTACK = '/vpn/..;/vpns/cfg/smb.conf';


sub ask {
    my ($target, $path) = @_;
    return get($nginx->port, $target, $path ? (headers => ['X-Path', $path])
                                            : ());
}


subtest 'clean subrequests are made' => sub {
    is ask('/auth/a')->{status}, 200, 'auth_request';
    is_deeply [sort($be->targets($nginx))], ['/auth/a', '/clean'], '... both';
    is ask('/mirror/a')->{status}, 200, 'mirror';
    is_deeply [sort($be->targets($nginx))], ['/clean', '/mirror/a'],
              '... both';
    like ask('/ssi/sub.html')->{body}, qr/begin recorded\s+end/, 'SSI';
    like ask('/ssi/clean.html')->{body}, qr/begin recorded\s+end/,
         'SSI with a path';
    is_deeply [$be->targets($nginx)], ['/clean', '/inc/a'], '... both';
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'an attack of the client starts no subrequest' => sub {
    for my $place (qw(auth auth-same mirror mirror-same mirror-twice ssi
                      body)) {
        refused ask("/$place/..;/vpns/a"), $place;
        nothing_arrived $nginx, $be, '... nothing sent';
        one_event $nginx, { at => 'request' }, '... one event';
    }
};


subtest 'auth_request that becomes an attack' => sub {
    my $answer = ask('/auth/a', $ATTACK);
    is $answer->{status}, 403, 'the request is not authorised';
    nothing_arrived $nginx, $be, 'nothing sent';
    one_event $nginx, { at => 'egress', verb => 'blocked',
                        reason => 'traversal' }, 'one event';
};


for my $place (qw(mirror mirror-twice)) {
    subtest "$place that becomes an attack" => sub {
        my $answer = ask("/$place/a", $ATTACK);
        is $answer->{status}, 200, 'the request itself is answered';
        is_deeply [$be->targets($nginx)], ["/$place/a"],
                  'and the only one forwarded';
        one_event $nginx, { at => 'egress', verb => 'blocked' }, 'one event';
    };
}


subtest 'SSI that becomes an attack' => sub {
    for my $page (qw(sub twice)) {
        my $answer = ask("/ssi/$page.html", $ATTACK);
        like $answer->{body}, qr/^begin .*end$/s, "$page: the page is served";
        unlike $answer->{body}, qr/recorded/, '... without the included';
        nothing_arrived $nginx, $be, '... nothing sent';
        one_event $nginx, { verb => 'blocked' }, '... one event';
    }
    for my $page (qw(direct escaped)) {
        my $answer = ask("/ssi/$page.html");
        unlike $answer->{body}, qr/recorded/, "$page: nothing is included";
        nothing_arrived $nginx, $be, '... nothing sent';
        one_event $nginx, { verb => 'blocked', at => 'request' },
                  '... one event';
    }
    for my $page (qw(sub-first direct-first)) {
        my $answer = ask("/ssi/$page.html", $ATTACK);
        like $answer->{body}, qr/^begin .*recorded\s+end$/s,
             "$page: the clean one behind it is included";
        is_deeply [$be->targets($nginx)], ['/inc/a'], '... and it alone sent';
        one_event $nginx, { verb => 'blocked' }, '... one event';
    }
};


subtest 'guard only on the subrequest\'s location' => sub {
    my $answer = get($nginx->port(2), '/mirror/..;/vpns/a');
    is $answer->{status}, 200, 'the request itself is answered';
    is_deeply [$be->targets($nginx)], ['/main..;/vpns/a'],
              'and forwarded, the mirrored one is not';
    one_event $nginx, { verb => 'blocked' }, 'one event';
    is get($nginx->port(2), '/mirror/a')->{status}, 200, 'clean: answered';
    is scalar(my @got = $be->targets($nginx)), 2, 'clean: mirrored';
};


subtest 'an error of a subrequest does not count for the target' => sub {
    is get($nginx->port(2), '/gone/..;/vpns/a')->{status}, 200, 'answered';
    is_deeply [$be->targets($nginx)], ['/main..;/vpns/a'], 'and forwarded';
    is_deeply [$nginx->events], [], 'no event says otherwise';
};

done_testing;
