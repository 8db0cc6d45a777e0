# A request that is clean on arrival, and an attack once nginx has built the
# request for the upstream, is never sent.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived);
use CitrixGuard::Dns;
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;
my $dns = CitrixGuard::Dns->new;

my $H2 = CitrixGuard::Http2::listen_lines("127.0.0.1:%%PORT5%%");

# X-Path is the way to have any bytes in a target that nginx builds.
my $nginx = CitrixGuard::Nginx->new(
    ports => 7, vars => { BE => $be->port, DNS => $dns->port },
    http => (<<'END' =~ s{%%H2%%}{$H2}r))->start;
    proxy_cache_path %%DIR%%/cache keys_zone=cache:1m;
    upstream be       { server 127.0.0.1:%%BE%%; }
    upstream kept     { server 127.0.0.1:%%BE%%; keepalive 4; }
    upstream hashed   { hash $http_x_path; server 127.0.0.1:%%BE%%; }
    upstream pinned   { ip_hash; server 127.0.0.1:%%BE%%; }
    upstream random   { random; server 127.0.0.1:%%BE%%; }
    upstream least    { least_conn; server 127.0.0.1:%%BE%%; }
    upstream two      { server 127.0.0.1:1 max_fails=0;
                        server 127.0.0.1:%%BE%%; }
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        set $literal 127.0.0.1:%%BE%%;
        set $name be;
        set $cached kept;

        location /literal/  { proxy_pass http://$literal$http_x_path; }
        location /name/     { proxy_pass http://$name$http_x_path; }
        location /whole/    { proxy_pass http://127.0.0.1:%%BE%%$http_x_path; }
        location /upstream/ { proxy_pass http://be$http_x_path; }
        location /hashed/   { proxy_pass http://hashed$http_x_path; }
        location /pinned/   { proxy_pass http://pinned$http_x_path; }
        location /random/   { proxy_pass http://random$http_x_path; }
        location /least/    { proxy_pass http://least$http_x_path; }
        location /two/      { proxy_pass http://two$http_x_path; }
        location /bound/    { proxy_bind 127.0.0.1;
                              proxy_pass http://$literal$http_x_path; }
        location /bound-variable/ {
                              proxy_bind $server_addr;
                              proxy_pass http://$literal$http_x_path; }
        location /bound-off/ { proxy_bind off;
                              proxy_pass http://$literal$http_x_path; }
        location /kept/     { proxy_http_version 1.1;
                              proxy_set_header Connection "";
                              proxy_pass http://kept$http_x_path; }
        location /kept-variable/ {
                              proxy_http_version 1.1;
                              proxy_set_header Connection "";
                              proxy_pass http://$cached$http_x_path; }
        location /kept-bound/ {
                              proxy_http_version 1.1;
                              proxy_bind 127.0.0.1;
                              proxy_set_header Connection "";
                              proxy_pass http://$cached$http_x_path; }
        location /unbuffered/ {
                              proxy_request_buffering off;
                              proxy_http_version 1.1;
                              proxy_pass http://$literal$http_x_path; }
        location /cached/   { proxy_cache cache; proxy_cache_valid 1m;
                              proxy_cache_key $http_x_path$http_x_key;
                              proxy_cache_methods GET HEAD POST;
                              proxy_cache_lock on;
                              proxy_pass http://be$http_x_path; }
        location /cached-literal/ {
                              proxy_cache cache; proxy_cache_valid 1m;
                              proxy_cache_key literal$http_x_path$http_x_key;
                              proxy_pass http://$literal$http_x_path; }
        location /intercepted/ {
                              proxy_intercept_errors on;
                              recursive_error_pages on;
                              error_page 403 500 502 = @open;
                              proxy_pass http://$literal$http_x_path; }
        location /resolved/ { resolver 127.0.0.1:%%DNS%% ipv6=off;
                              set $host_name adc.example.test;
                              proxy_pass
                                 http://$host_name:%%BE%%$http_x_path; }
        location /if/       { if ($http_x_path) {
                                  proxy_pass http://$literal$http_x_path; } }
        location /if-if/    { if ($http_x_path) { set $a 1; }
                              if ($a) {
                                  proxy_pass http://be$http_x_path; } }
        location /except/   { limit_except OPTIONS {
                                  proxy_pass http://$literal$http_x_path; } }
        location /nested    { location /nested/ {
                                  location ~ ^/nested/$ {
                                      proxy_pass
                                          http://$literal$http_x_path; } } }
        location = /exact/  { proxy_pass http://$literal$http_x_path; }
        location ~* ^/REGEX/ { proxy_pass http://$literal$http_x_path; }
        location ^~ /first/ { proxy_pass http://$literal$http_x_path; }
        location /to-named/ { try_files /none @made; }
        location @made      { proxy_pass http://$literal$http_x_path; }
        location /inherited/ { proxy_bind 127.0.0.1;
                              location /inherited/ {
                                  proxy_pass http://$literal$http_x_path; } }
        location @open      { citrix_guard off;
                              proxy_pass http://$literal$http_x_path; }

        # a prefix that makes the sign
        location /x         { proxy_pass http://be/vpn; }
        location /w         { proxy_pass http://127.0.0.1:%%BE%%/vpn; }
        location /y         { proxy_pass http://be/vpn/.; }
        location /z/        { proxy_pass http://be/vpn/../; }
        location ~ ^/r/(.*) { proxy_pass http://be/vpn/../$1; }

        location /rewrite/  { rewrite ^/rewrite/(.*)$ "/vpn/..;/vpns/$1" break;
                              proxy_pass http://be; }
        location /last/     { rewrite ^/last/(.*)$ "/vpn/..;/vpns/$1" last; }
        location /args/     { set $args "next=/../vpns/";
                              proxy_pass http://be; }
        # one request becomes two
        location /method/   { proxy_method $http_x_path;
                              proxy_pass http://be; }
        location /body/     { proxy_set_header X-Body $request_body;
                              proxy_pass http://be; }

        location /added/    { proxy_pass http://be/vpn/?next=/../vpns/$uri; }
        location /          { proxy_pass http://be; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard detect;
        location / { proxy_pass http://be$http_x_path; }
    }
    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard on;
        citrix_guard_status 444;
        location / { proxy_pass http://be$http_x_path; }
    }
    # post_action runs when the client has its answer
    server {
        listen 127.0.0.1:%%PORT4%%;
        citrix_guard on;
        location /after/  { post_action /made; proxy_pass http://be/main; }
        location /refused/ { post_action @open;
                            proxy_pass http://be$http_x_path; }
        location /open/   { post_action @open; proxy_pass http://be/main; }
        location = /made  { internal; proxy_pass http://be$http_x_path; }
        location @open    { citrix_guard off; proxy_pass http://be; }
    }
    server {
        %%H2%%
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%BE%%$http_x_path; }
    }
    # says who asks
    server {
        listen 127.0.0.1:%%PORT6%%;
        return 200 $remote_addr;
    }
    server {
        listen 127.0.0.1:%%PORT7%%;
        citrix_guard on;
        citrix_guard_sslvpn off;
        citrix_guard_traversal any;
        set $literal 127.0.0.1:%%PORT6%%;
        location /made/     { proxy_pass http://be$http_x_path; }
        location /rewrite/  { rewrite ^/rewrite/(.*)$ /$1 break;
                              proxy_pass http://be; }
        location /address/  { proxy_bind 127.0.0.7;
                              proxy_pass http://$literal; }
        location /variable/ { proxy_bind $http_x_bind;
                              proxy_pass http://$literal; }
    }
END

my @BY_HEADER = qw(literal name whole upstream hashed pinned random least two
                   bound bound-variable bound-off kept kept-variable
                   kept-bound unbuffered cached cached-literal intercepted
                   resolved if if-if except nested exact regex first to-named
                   inherited);

for my $way (@BY_HEADER) {
    subtest "proxy_pass with variables: $way" => sub {
        my $answer = get($nginx->port, "/$way/",
                         headers => ['X-Path', '/vpn/index.html']);
        is $answer->{status}, 200, 'clean: answered';
        is_deeply [$be->targets($nginx)], ['/vpn/index.html'],
                  'clean: forwarded';
        $nginx->events;
        for my $path ('/vpn/../vpns/portal/x.xml', '/vpn/%252e%252e/vpns/',
                      '/a?b=/../vpns/', '/a /vpn/../vpns/') {
            for my $method (qw(GET POST)) {
                refused get($nginx->port, "/$way/", method => $method,
                            headers => ['X-Path', $path],
                            $method eq 'POST' ? (body => 'a=b') : ()),
                        "$method $path: refused";
                nothing_arrived $nginx, $be, '... and nothing sent';
                one_event $nginx, { at => 'egress', verb => 'blocked',
                    reason => $path =~ /\?/ ? 'query' : 'traversal' },
                    '... one event';
            }
        }
        $answer = get($nginx->port, "/$way/", headers => ['X-Path', '/again']);
        is $answer->{status}, 200, 'the upstream is still used';
        is_deeply [$be->targets($nginx)], ['/again'], '... as before';
    };
}


# of what is sent, or of what nginx makes of the target as it arrives
my $REQUEST = qr{^/(?:rewrite|last|args)/};

my %made = (
    '/xs/%252e%252e/a'  => 'a vpns segment by concatenation',
    '/ws/%252e%252e/a'  => 'the same, to an upstream without a name',
    '/xs/..;/a'         => 'the same, with a parameter',
    '/y./vpns/a'        => 'a parent segment by concatenation',
    '/y.;/vpns/a'       => 'the same, with a parameter',
    '/z/vpns/a'         => 'a parent segment of the configuration',
    '/r/vpns/a'         => 'the same, with a capture',
    '/rewrite/a'        => 'rewrite ... break',
    '/last/a'           => 'rewrite ... last',
    '/args/a'           => 'set $args',
    '/added/a'          => 'arguments of the configuration',
);

for my $target (sort keys %made) {
    refused get($nginx->port, $target), "$made{$target}: refused";
    nothing_arrived $nginx, $be, '... and nothing sent';
    one_event $nginx, { verb => 'blocked',
                        at => $target =~ $REQUEST ? 'request' : 'egress' },
              '... one event';
}

is get($nginx->port, '/xs/portal/a')->{status}, 200,
   'concatenation to /vpns/ alone is a path of the Gateway';
is_deeply [$be->targets($nginx)], ['/vpns/portal/a'], '... and forwarded';


subtest 'as long as the target that was let go' => sub {
    my $path = '/vpn/../vpns/abc';
    my $target = '/upstream/' . 'x' x (length($path) - 10);
    refused get($nginx->port, $target, headers => ['X-Path', $path]),
            'refused';
    nothing_arrived $nginx, $be, '... and nothing sent';
    one_event $nginx, { at => 'egress' }, '... one event';
};


subtest 'under the policy of the location' => sub {
    my %reason = ('/vpns/a' => 'vpns', '/a/..;/b' => 'parent');
    for my $path (sort keys %reason) {
        refused get($nginx->port(7), '/made/', headers => ['X-Path', $path]),
                "$path, made by a variable";
        one_event $nginx, { at => 'egress', reason => $reason{$path} },
                  '... one event';
    }
    my %made = ('/rewrite/%76pns' => 'vpns', '/rewrite/a/..%3b/b' => 'parent');
    for my $target (sort keys %made) {
        refused get($nginx->port(7), $target), "$target, made by rewrite";
        one_event $nginx, { at => 'request', in => 'uri',
                            reason => $made{$target} }, '... one event';
    }
    nothing_arrived $nginx, $be, 'nothing sent';
};


subtest 'one request becomes two' => sub {
    my $post = sub {
        my ($body) = @_;
        return get($nginx->port, '/body/', method => 'POST', body => $body);
    };
    my %head = (
        'a second request line' => "a\r\n\r\nGET /vpn/../vpns/ HTTP/1.1",
        '... of HTTP/1.0' => "a\r\n\r\nGET /vpn/../vpns/ HTTP/1.0",
        'a header of it' => "a\r\n\r\nGET / HTTP/1.1\r\nNSC_USER: ../x",
        'a header of the first' => "a\r\nnsc-nonce:../x",
        'an Upgrade' => "a\r\nupgrade:\th2c",
        'headers that say nothing' => "a\r\nX: b\r\n /vpn/ HTTP/1.1",
    );
    for my $name (sort keys %head) {
        refused $post->("$head{$name}\r\nX: "), "$name: refused";
        nothing_arrived $nginx, $be, '... nothing sent';
        one_event $nginx, { at => 'egress', reason => 'injection' },
                  '... one event';
    }
    for my $method ('GET /vpn/../vpns/', 'GET /vpns/..;/a HTTP/1.1 ') {
        refused get($nginx->port, '/method/', headers => ['X-Path', $method]),
                "method \"$method\": refused";
        nothing_arrived $nginx, $be, '... nothing sent';
        one_event $nginx, { at => 'egress' }, '... one event';
    }
    is get($nginx->port, '/method/', headers => ['X-Path', 'PUT'])->{status},
       200, 'method "PUT": answered';
    is_deeply [map { $_->{line} } $be->arrivals($nginx)],
              ['PUT /method/ ' . CitrixGuard::Nginx::forwards()],
              '... and sent';
};


subtest 'proxy_bind is what it was' => sub {
    is get($nginx->port(7), '/address/')->{body}, '127.0.0.7', 'an address';
    for my $from ('127.0.0.8', '127.0.0.9') {
        is get($nginx->port(7), '/variable/',
               headers => ['X-Bind', $from])->{body}, $from, "a variable";
    }
};


subtest 'detect: it leaves, and is logged' => sub {
    $nginx->events;
    my $answer = get($nginx->port(2), '/',
                     headers => ['X-Path', '/vpn/../vpns/a']);
    is $answer->{status}, 200, 'answered';
    is_deeply [$be->targets($nginx)], ['/vpn/../vpns/a'], 'forwarded';
    one_event $nginx, { at => 'egress', verb => 'detected', mode => 'detect',
                        reason => 'traversal',
                        in => 'head', target => '/' }, 'one event';
};

subtest 'a refusal leaves the connection usable' => sub {
    my @attack = ('X-Path', '/vpn/../vpns/');
    for my $way (qw(upstream literal kept unbuffered cached)) {
        my $client = CitrixGuard::Raw->new($nginx->port);
        for my $size (undef, 0, 10, 300_000) {
            my $body = defined $size ? request('/hidden') . 'x' x $size : undef;
            $client->put(request("/$way/", headers => \@attack,
                defined $body ? (method => 'POST', body => $body) : ()));
            refused $client->get, "$way: refused, body of "
                                . ($size // 'nothing');
            $client->put(request("/$way/", headers => [
                'X-Path', '/after', 'X-Key', $size // 'none']));
            my @next = map { $_->{status} } $client->get // ();
            my @got = $be->targets($nginx);
            if (!@next && $way eq 'unbuffered' && ($size // 0) > 65_536) {
                # nginx never keeps a connection whose body it still reads
                is_deeply \@got, [], '... closed, and nothing forwarded';
                $client = CitrixGuard::Raw->new($nginx->port);
                next;
            }
            is_deeply \@next, [200], '... the next is answered';
            is_deeply \@got, ['/after'], '... and alone forwarded';
        }
    }
    $nginx->events;
};


subtest 'HEAD, status 444 and HTTP/2' => sub {
    my @attack = ('X-Path', '/vpn/../vpns/');
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put(request('/upstream/', method => 'HEAD', headers => \@attack));
    refused $client->get(method => 'HEAD'), 'HEAD: refused';
    $client->put(request('/upstream/', headers => ['X-Path', '/a']));
    is $client->get->{status}, 200, '... without a body';
    $be->take;
    is get($nginx->port(3), '/', headers => \@attack), undef,
       '444: closed without an answer';
    is get($nginx->port(3), '/', headers => ['X-Path', '/a'])->{status}, 200,
       '... clean: answered';
    is_deeply [$be->targets($nginx)], ['/a'], '... and alone forwarded';
    my $h2 = CitrixGuard::Http2->new($nginx->port(5));
    my @answers = map { $h2->ask(path => '/', headers => ['x-path', $_]) }
                  '/a', '/vpn/../vpns/', '/b';
    is join(' ', map { $_->{status} } @answers), '200 403 200',
       'HTTP/2: each has its answer';
    is_deeply [$be->targets($nginx)], ['/a', '/b'], '... two are forwarded';
    $nginx->events;
};


subtest 'post_action' => sub {
    my $ask = sub {
        my ($target, $path) = @_;
        my $answer = get($nginx->port(4), $target,
                         headers => ['X-Path', $path // '/clean']);
        $nginx->settle;
        return ($answer, map { $_->{target} } $be->arrivals($nginx));
    };
    my ($answer, @got) = $ask->('/after/a');
    is $answer->{status}, 200, 'clean: answered';
    is_deeply [sort @got], ['/clean', '/maina'], 'clean: both are forwarded';
    ($answer, @got) = $ask->('/after/a', '/vpn/../vpns/');
    is $answer->{status}, 200, 'the action is an attack: answered';
    is_deeply \@got, ['/maina'], '... the action is not forwarded';
    one_event $nginx, { verb => 'blocked', at => 'egress' }, '... one event';
    ($answer, @got) = $ask->('/refused/', '/clean');
    is_deeply [sort @got], ['/clean', '/refused/'], 'both are forwarded';
    ($answer, @got) = $ask->('/refused/', '/vpn/../vpns/');
    refused $answer, 'refused on the way out';
    is_deeply \@got, [], '... nothing is forwarded afterwards';
    one_event $nginx, { at => 'egress' }, '... one event';
    for my $place (qw(/after/ /open/)) {
        ($answer, @got) = $ask->("$place..;/vpns/a");
        refused $answer, "$place: a refused request";
        is_deeply [grep {/vpns/} @got], [], '... is not forwarded afterwards';
        one_event $nginx, { verb => 'blocked', at => 'request' },
                  '... one event';
    }
};


subtest 'upstreams of different kinds balance as without the guard' => sub {
    my @both = map { CitrixGuard::Recorder->new } 1, 2;
    my $kinds = CitrixGuard::Nginx->new(ports => 1,
        vars => { ONE => $both[0]->port, TWO => $both[1]->port },
        http => <<'END')->start;
    upstream turns  { server 127.0.0.1:%%ONE%%; server 127.0.0.1:%%TWO%%; }
    upstream hashed { hash $arg_key;
                      server 127.0.0.1:%%ONE%%; server 127.0.0.1:%%TWO%%; }
    upstream also   { server 127.0.0.1:%%ONE%%; server 127.0.0.1:%%TWO%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location /turns/  { proxy_pass http://turns; }
             location /hashed/ { proxy_pass http://hashed; }
             location /also/   { proxy_pass http://also; } }
END
    my %want = (turns => '2 2', hashed => '0 4', also => '2 2');
    for my $kind (sort keys %want) {
        get($kinds->port, "/$kind/a?key=same") for 1 .. 4;
        my @came = map { scalar(my @got = $_->targets($kinds)) } @both;
        is join(' ', sort @came), $want{$kind}, $kind;
    }
    $kinds->stop;
};

done_testing;
