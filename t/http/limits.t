# The guard is the last handler of PREACCESS: limit_req and limit_conn see
# attacks, realip has set the client's address, and no other handler of the
# phase can bypass it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(time);

use CitrixGuard::Check qw(get request refused one_event nothing_arrived);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Foreign;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);

my $be = CitrixGuard::Recorder->new;
my $REALIP = CitrixGuard::Nginx::built() =~ /http_realip_module/;
my $realip = $REALIP ? 'set_real_ip_from 127.0.0.1;
                        real_ip_header X-Real-IP;' : '';

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port }, http => <<"END")->start;
    limit_req_zone \$server_port zone=req:1m rate=6r/m;
    limit_req_zone \$server_port zone=dry:1m rate=6r/m;
    limit_req_zone \$server_port zone=page:1m rate=6r/m;
    limit_req_zone \$server_port zone=slow:1m rate=2r/s;
    limit_conn_zone \$server_port zone=conn:1m;
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
        location /req/ { limit_req zone=req burst=1 nodelay;
                         proxy_pass http://be; }
        location /dry/ { limit_req zone=dry; limit_req_dry_run on;
                         proxy_pass http://be; }
        location /page/ { limit_req zone=page; error_page 503 = \@adc;
                          proxy_pass http://be; }
        location \@adc { proxy_pass http://be; }
        location /slow/ { limit_req zone=slow burst=9; proxy_pass http://be; }
        location /conn/ { limit_conn conn 1; proxy_pass http://be; }
        location /real/ { $realip proxy_pass http://be; }
        location /trial/ { $realip citrix_guard_detect_for 192.0.2.7;
                           proxy_pass http://be; }
    }
END


subtest 'limit_req counts what the guard refuses' => sub {
    my @status = map { get($nginx->port, "/req/$_/..;/vpns/a")->{status} }
                 1 .. 5;
    is "@status", '403 403 503 503 503', 'the rest is turned away';
    nothing_arrived $nginx, $be, 'nothing arrived';
    my @at = map { (parse_event($_) // { at => '?' })->{at} } $nginx->events;
    is scalar(grep { $_ eq 'nginx' } @at), 3,
       'what it turned away is recorded all the same';
    is get($nginx->port, '/req/a')->{status}, 503, 'and so is a clean one';
    $be->take;
};

subtest 'a dry run changes nothing' => sub {
    for my $n (1 .. 3) {
        refused get($nginx->port, "/dry/$n/..;/vpns/a"), "attack $n";
        one_event $nginx, { at => 'request', reason => 'traversal' }, '... one';
        is get($nginx->port, "/dry/$n")->{status}, 200, "clean $n";
    }
    is_deeply [$be->targets($nginx)], ['/dry/1', '/dry/2', '/dry/3'],
              'what arrived';
    like $nginx->error_log, qr/limiting requests, dry run/, 'it did count';
};

subtest 'the page of limit_req is no way round' => sub {
    for my $n (1 .. 3) {
        refused get($nginx->port, "/page/$n/..;/vpns/a"), "attack $n";
        one_event $nginx, { at => 'request', reason => 'traversal' }, '... one';
    }
    nothing_arrived $nginx, $be, 'nothing arrived';
    is get($nginx->port, '/page/a')->{status}, 200, 'a clean one';
    is_deeply [$be->targets($nginx)], ['/page/a'], '... arrived';
};

subtest 'what limit_req delays is judged then' => sub {
    my $began = time;
    refused get($nginx->port, "/slow/$_/..;/vpns/a"), "attack $_" for 1 .. 3;
    cmp_ok time - $began, '>', 0.8, 'they had to wait';
    is scalar($nginx->events), 3, 'an event for each';
    nothing_arrived $nginx, $be, 'nothing arrived';
    is get($nginx->port, '/slow/a')->{status}, 200, 'a clean one';
    is_deeply [$be->targets($nginx)], ['/slow/a'], '... arrived';
};

subtest 'limit_conn counts what the guard refuses' => sub {
    my $held = CitrixGuard::Raw->new($nginx->port);
    $held->put("POST /conn/a HTTP/1.1\r\nHost: a\r\n"
                    . "Content-Length: 5\r\n\r\n");
    $nginx->settle;
    is get($nginx->port, '/conn/b/..;/vpns/a')->{status}, 503, 'one too many';
    one_event $nginx, { at => 'nginx', reason => 'traversal' }, '... recorded';
    undef $held;
    for my $n (1 .. 3) {
        refused get($nginx->port, "/conn/$n/..;/vpns/a"), "attack $n";
        one_event $nginx, { at => 'request' }, '... one event';
    }
    is get($nginx->port, '/conn/a')->{status}, 200, 'none is left counted';
    $be->arrivals($nginx);
};

SKIP: {
    skip 'nginx has no realip', 1 if !$REALIP;
    subtest 'realip of a location has set the address' => sub {
        my @from = (headers => ['X-Real-IP', '192.0.2.7']);
        refused get($nginx->port, '/real/..;/vpns/a', @from), 'an attack';
        my ($event) = map { parse_event($_) } $nginx->events;
        is $event->{client}, '192.0.2.7', 'the line names the client';
        is get($nginx->port, '/trial/..;/vpns/a', @from)->{status}, 200,
           'citrix_guard_detect_for knows it';
        one_event $nginx, { mode => 'on', at => 'request' }, 'detected';
        is_deeply [$be->targets($nginx)], ['/trial/..;/vpns/a'], 'arrived';
        refused get($nginx->port, '/trial/..;/vpns/a'), 'but no one else';
        nothing_arrived $nginx, $be, 'nothing arrived';
    };
}

$nginx->stop;


SKIP: {
    my $foreign = CitrixGuard::Foreign::module()
        or skip 'the module is linked statically', 2;
    for my $order ('behind', 'before') {
        subtest "a handler that ends PREACCESS, loaded $order the guard" => sub {
            ends_preaccess($foreign, $order);
        };
    }
}


sub ends_preaccess {
    my ($foreign, $order) = @_;
    my $n = CitrixGuard::Nginx->new(
        ports => 1, vars => { BE => $be->port },
        main => $order eq 'behind' ? "load_module $foreign;" : '',
        before => $order eq 'before' ? "load_module $foreign;" : '',
        http => <<'END')->start;
        upstream be { server 127.0.0.1:%%BE%%; }
        server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
                 underscores_in_headers on; citrix_guard_rule probe path ^/probe;
                 location /static/ { foreign_preaccess; root html; }
                 location / { foreign_preaccess; proxy_pass http://be; } }
END
    mkdir $n->dir . '/html/static';
    spew($n->dir . '/html/static/a', 'local');
    is get($n->port, '/static/a')->{body}, 'local', 'a file is served';
    refused get($n->port, '/static/a', headers => ['NSC_USER', '/../x']),
            'not with an attack in a header';
    one_event $n, { at => 'request', reason => 'header' }, '... one event';
    refused get($n->port, '/static/..%252f../vpns/../static/a'),
            'nor in the target';
    one_event $n, { at => 'request', reason => 'traversal' }, '... one event';
    refused get($n->port, '/vpn/../vpns/a'), 'proxied';
    one_event $n, { at => 'request', reason => 'traversal' }, '... one event';
    refused get($n->port, '/probe'), 'a rule';
    one_event $n, { at => 'request', reason => 'rule' }, '... one event';
    nothing_arrived $n, $be, 'nothing arrived';
    is get($n->port, '/a')->{status}, 200, 'a clean one';
    is_deeply [$be->targets($n)], ['/a'], '... arrived';
    $n->stop;
    return;
}

done_testing;
