# A request that is clean when it arrives and an attack when nginx has built
# what it would send: it never leaves.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

# X-Path is the way to have any bytes in a target that nginx builds.
my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port }, http => <<'END')->start;
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
        location /cached/   { proxy_pass http://be$http_x_path;
                              proxy_next_upstream error timeout http_500; }

        # a prefix that makes the sign
        location /x         { proxy_pass http://be/vpn; }
        location /y         { proxy_pass http://be/vpn/.; }
        location /z/        { proxy_pass http://be/vpn/../; }
        location ~ ^/r/(.*) { proxy_pass http://be/vpn/../$1; }

        location /rewrite/  { rewrite ^/rewrite/(.*)$ "/vpn/..;/vpns/$1" break;
                              proxy_pass http://be; }
        location /last/     { rewrite ^/last/(.*)$ "/vpn/..;/vpns/$1" last; }
        location /args/     { set $args "next=/../vpns/";
                              proxy_pass http://be; }
        location /added/    { proxy_pass http://be/vpn/?next=/../vpns/$uri; }
        location /          { proxy_pass http://be; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard detect;
        location / { proxy_pass http://be$http_x_path; }
    }
END

my @BY_HEADER = qw(literal name whole upstream hashed pinned random least two
                   bound bound-variable bound-off kept kept-variable
                   kept-bound unbuffered cached);

for my $way (@BY_HEADER) {
    subtest "proxy_pass with variables: $way" => sub {
        my $answer = get($nginx->port, "/$way/",
                         headers => ['X-Path', '/vpn/index.html']);
        is $answer->{status}, 200, 'clean: answered';
        is_deeply [$be->targets($nginx)], ['/vpn/index.html'],
                  'clean: forwarded';
        $nginx->events;
        for my $path ('/vpn/../vpns/portal/x.xml', '/vpn/%252e%252e/vpns/',
                      '/a?b=/../vpns/') {
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


my %made = (
    '/xs/%252e%252e/a'  => 'a vpns segment by concatenation',
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
    one_event $nginx, { verb => 'blocked' }, '... one event';
}

is get($nginx->port, '/xs/portal/a')->{status}, 200,
   'concatenation to /vpns/ alone is a path of the Gateway';
is_deeply [$be->targets($nginx)], ['/vpns/portal/a'], '... and forwarded';


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

done_testing;
