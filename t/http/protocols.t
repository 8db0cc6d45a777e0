# Versions, methods, forms of the target, bodies, keepalive and pipelining.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;
my $http = CitrixGuard::Nginx::forwards();

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port }, http => <<'END')->start;
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
        location /stream/ { proxy_request_buffering off;
                            proxy_http_version 1.1;
                            proxy_pass http://127.0.0.1:%%BE%%; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard on;
        merge_slashes off;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
END

my $ATTACK = '/vpn/../vpns/portal/x.xml';


sub refused_alone {
    my ($answer, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    refused $answer, $name;
    nothing_arrived $nginx, $be, "$name: nothing arrived";
    return one_event $nginx, { verb => 'blocked' }, "$name: one event";
}


subtest 'HTTP/0.9' => sub {
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put("GET /clean\r\n");
    is $client->rest, "recorded\n", 'clean: the bare body';
    is_deeply [$be->targets($nginx)], ['/clean'], 'clean: forwarded';
    $client = CitrixGuard::Raw->new($nginx->port);
    $client->put("GET $ATTACK\r\n");
    my $body = $client->rest;
    unlike $body, qr/recorded/, 'attack: not the upstream\'s answer';
    like $body, qr/citrix_guard/, 'attack: the guard\'s page';
    nothing_arrived $nginx, $be, 'attack: nothing arrived';
    one_event $nginx, { reason => 'traversal' }, 'attack: one event';
};


subtest 'HTTP/1.0 and 1.1' => sub {
    for my $version (qw(1.0 1.1)) {
        my $answer = get($nginx->port, '/clean', version => $version);
        is $answer->{status}, 200, "$version clean";
        is_deeply [$be->targets($nginx)], ['/clean'], '... forwarded';
        refused_alone get($nginx->port, $ATTACK, version => $version),
                      "$version attack";
    }
    refused_alone get($nginx->port, $ATTACK, version => '1.0',
                      no_host => 1), 'without Host';
};


subtest 'methods' => sub {
    for my $method (qw(GET POST PUT DELETE OPTIONS PATCH PROPFIND MKCOL LOCK
                       TRACK DEBUG SEARCH X A_B RPC_IN_DATA BREW)) {
        refused_alone get($nginx->port, $ATTACK, method => $method), $method;
        is get($nginx->port, '/clean', method => $method)->{status}, 200,
           "$method clean";
        my ($got) = $be->arrivals($nginx);
        is $got->{line}, "$method /clean $http", '... forwarded';
    }
    my $answer = get($nginx->port, $ATTACK, method => 'HEAD');
    refused_alone $answer, 'HEAD';
    is $answer->{body}, '', 'HEAD has no body';
    for my $method (qw(get Get G-T TRACE CONNECT)) {
        $answer = get($nginx->port, $ATTACK, method => $method);
        cmp_ok $answer->{status}, '>=', 400, "$method is not answered";
        nothing_arrived $nginx, $be, "$method: nothing arrived";
    }
    $nginx->events;
};


subtest 'forms of the request line' => sub {
    for my $target ("http://gateway.example.test$ATTACK",
                    "HTTPS://other.example.test:443$ATTACK",
                    'http://gateway.example.test/vpn/%2e%2e/vpns/a',
                    'http://[::1]/vpn/..%5cvpns/a',
                    'http://x?/../vpns/', 'http://x/?a=/../vpns/') {
        refused_alone get($nginx->port, $target), $target;
    }
    is get($nginx->port, 'http://vpns/a/b')->{status}, 200,
       'absolute form, clean';
    is_deeply [$be->targets($nginx)], ['/a/b'], '... its path is forwarded';
    refused_alone get($nginx->port, $ATTACK, blank => '   '),
                  'several blanks';
    refused_alone CitrixGuard::Raw::ask($nginx->port,
        "GET $ATTACK  HTTP/1.1 \r\nHost: x\r\n\r\n"), 'blanks at the end';
    refused_alone CitrixGuard::Raw::ask($nginx->port,
        "GET $ATTACK HTTP/1.1\nHost: x\n\n"), 'bare line feeds';
    refused_alone CitrixGuard::Raw::ask($nginx->port,
        "\r\n\r\nGET $ATTACK HTTP/1.1\r\nHost: x\r\n\r\n"),
        'empty lines before';
    refused_alone get($nginx->port(2), '///vpn///..///vpns///a'),
                  'many slashes, kept';
    refused_alone get($nginx->port(2), '//x/../../vpns'),
                  'above the root of merged slashes';
};


subtest 'a refusal leaves the connection usable' => sub {
    my $client = CitrixGuard::Raw->new($nginx->port);
    for my $round (1 .. 3) {
        $client->put(request($ATTACK));
        refused $client->get, "refused $round";
        ok $client->usable, '... and open';
        $client->put(request("/clean$round"));
        is $client->get->{status}, 200, '... and usable';
        is_deeply [$be->targets($nginx)], ["/clean$round"], '... to forward';
    }
    is scalar(my @lines = $nginx->events), 3, 'an event for each refusal';
};


subtest 'the body of a refused request is discarded' => sub {
    my $client = CitrixGuard::Raw->new($nginx->port);
    my $hidden = request('/hidden');
    for my $size (0, 10, 5_000, 300_000) {
        $client->put(request($ATTACK, method => 'POST',
                             body => $hidden . 'x' x $size));
        refused $client->get, "body of $size and more";
        $client->put(request("/after$size"));
        is $client->get->{status}, 200, '... the next is answered';
        is_deeply [$be->targets($nginx)], ["/after$size"],
                  '... and alone forwarded';
    }
    $client->put(request($ATTACK, method => 'POST',
                         headers => ['Transfer-Encoding', 'chunked'])
        . sprintf("%x\r\n%s\r\n0\r\n\r\n", length $hidden, $hidden)
        . request('/after-chunks'));
    refused $client->get, 'a chunked body';
    is $client->get->{status}, 200, '... the next is answered';
    is_deeply [$be->targets($nginx)], ['/after-chunks'], '... and alone';
    $nginx->events;
};


subtest 'Expect: 100-continue' => sub {
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put(request($ATTACK, method => 'POST', headers => [
        'Expect', '100-continue', 'Content-Length', 5]));
    my $answer = $client->get(interim => 1);
    if ($answer->{status} == 100) {
        $client->put('a=b&c');
        $answer = $client->get;
    }
    refused $answer, 'refused';
    nothing_arrived $nginx, $be, 'nothing arrived';
    one_event $nginx, { verb => 'blocked' }, 'one event';
    $client = CitrixGuard::Raw->new($nginx->port);
    $client->put(request('/clean', method => 'POST', headers => [
        'Expect', '100-continue', 'Content-Length', 5]));
    is $client->get(interim => 1)->{status}, 100, 'clean: continue';
    $client->put('a=b&c');
    is $client->get->{status}, 200, 'clean: answered';
    my ($got) = $be->arrivals($nginx);
    is $got->{body}, 'a=b&c', 'clean: the body arrived';
};


subtest 'bodies of clean requests' => sub {
    my $big = join '', map { chr $_ % 256 } 1 .. 100_000;
    for my $place ('/', '/stream/') {
        is get($nginx->port, $place, method => 'POST', body => $big)->{status},
           200, "$place with a length";
        my ($got) = $be->arrivals($nginx);
        ok $got->{body} eq $big, '... arrived';
        my $bytes = request($place, method => 'POST',
                            headers => ['Transfer-Encoding', 'chunked'])
                  . "5\r\n/../v\r\n4\r\npns/\r\n0\r\n\r\n";
        is CitrixGuard::Raw::ask($nginx->port, $bytes)->{status}, 200,
           "$place chunked";
        ($got) = $be->arrivals($nginx);
        like $got->{body}, qr{/\.\./v(?:\r\n4\r\n)?pns/},
             '... arrived, its text is no target';
    }
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'pipelining' => sub {
    my $client = CitrixGuard::Raw->new($nginx->port);
    my @targets = ('/one', $ATTACK, '/two', '/vpn/%252e%252e/vpns/b',
                   '/vpn/..;/vpns/c', '/three');
    $client->put(join '', map { request($_) } @targets);
    my @answers = map { $client->get } @targets;
    is join(' ', map { $_->{status} } @answers), '200 403 200 403 403 200',
       'each has its answer';
    is_deeply [$be->targets($nginx)], ['/one', '/two', '/three'],
              'the clean ones arrived, in order';
    is scalar(my @lines = $nginx->events), 3, 'an event for each refusal';
};


subtest 'a request in pieces' => sub {
    for my $cut (1, 5, 9, 12, 20) {
        my $client = CitrixGuard::Raw->new($nginx->port);
        my $bytes = request($ATTACK);
        $client->put(substr $bytes, 0, $cut, '');
        $nginx->settle;
        $client->put($bytes);
        refused_alone $client->get, "cut behind byte $cut";
    }
};

done_testing;
