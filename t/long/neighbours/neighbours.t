# The module beside those that Debian packages: lua, njs, headers-more,
# modsecurity and others, loaded before it and behind it. What is clean is
# answered and forwarded byte for byte as without the guard; what a neighbour
# makes an attack of never leaves.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Check qw(get printable);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);

my @MODULES = qw(ndk_http http_lua http_js http_headers_more_filter
                 http_modsecurity http_echo http_brotli_filter http_dav_ext
                 http_geoip2 http_image_filter http_subs_filter);

my ($FOLDER) = CitrixGuard::Nginx::built() =~ /--modules-path=(\S+)/
    or BAIL_OUT('nginx -V names no --modules-path');

# a traversal, in a spelling that no neighbour resolves on its way
my $ATTACK = '/vpn/..;/vpns/x';

my $JS = <<'END';
function content(r) { r.return(200, "js " + r.uri + "\n"); }
async function sub(r) {
    let got = await r.subrequest("/back/js");
    r.return(200, "js got " + got.status + " " + got.responseText);
}
async function subAttack(r) {
    let got = await r.subrequest("/vpn/..;/vpns/x");
    r.return(got.status, "js got " + got.status);
}
function redirect(r) { r.internalRedirect("/back/redirected"); }
function redirectAttack(r) { r.internalRedirect("/vpn/..;/vpns/x"); }
function path(r) { return r.headersIn["X-Path"] || "/js-path"; }
export default { content, sub, subAttack, redirect, redirectAttack, path };
END

my $CONF = <<'END';
    js_import main from %%DIR%%/main.js;
    js_set $js_path main.path;
    modsecurity_rules '
        SecRuleEngine On
        SecRule ARGS "@contains forbidden" "id:1,phase:2,deny,status:406"
    ';
    upstream balanced {
        server 192.0.2.1;
        balancer_by_lua_block {
            assert(require("ngx.balancer").set_current_peer("127.0.0.1",
                                                            %%BE%%))
        }
    }
    upstream be { server 127.0.0.1:%%BE%%; }
    server {
        listen 127.0.0.1:%%PORT1%%;
        GUARD;
        root %%DIR%%/html;

        location /          { proxy_pass http://be; }
        location /back/     { proxy_pass http://be; }
        location @back      { proxy_pass http://be; }

        location /lua/rewrite {
            rewrite_by_lua_block { ngx.req.set_uri("/from-lua") }
            proxy_pass http://be; }
        location /lua/access {
            access_by_lua_block { ngx.req.set_header("X-Lua", "access") }
            proxy_pass http://be; }
        location /lua/content {
            content_by_lua_block { ngx.say("lua ", ngx.var.uri) } }
        location /lua/capture {
            content_by_lua_block {
                local got = ngx.location.capture("/back/captured?a=b")
                ngx.say(got.status, " ", got.body) } }
        location /lua/exec {
            content_by_lua_block { ngx.exec("/back/executed") } }
        location /lua/named {
            content_by_lua_block { ngx.exec("@back") } }
        location /lua/filter {
            header_filter_by_lua_block {
                ngx.header["X-Lua"] = "filter"
                ngx.header.content_length = nil }
            body_filter_by_lua_block {
                ngx.arg[1] = string.upper(ngx.arg[1]) }
            proxy_pass http://be; }
        location /lua/balancer { proxy_pass http://balanced; }
        location /lua/var {
            set_by_lua_block $made { return "/lua-path" }
            proxy_pass http://127.0.0.1:%%BE%%$made; }

        location /js/content  { js_content main.content; }
        location /js/sub      { js_content main.sub; }
        location /js/redirect { js_content main.redirect; }
        location /js/path     { proxy_pass http://be$js_path; }

        location /more/ {
            more_set_input_headers "X-More: in";
            more_set_headers "X-More: out" "Server: more";
            proxy_pass http://be; }
        location /modsecurity/ { modsecurity on; proxy_pass http://be; }
        location /echo/text   { echo hello; }
        location /echo/main   { echo before; echo_location /back/echo; }
        location /echo/sub    { echo_subrequest POST /back/echo -b a=b; }
        location /echo/exec   { echo_exec /back/echo; }
        location /brotli/     { brotli on; brotli_types text/plain;
                                brotli_min_length 1; proxy_pass http://be; }
        location /subs/       { subs_filter recorded replaced;
                                subs_filter_types text/plain;
                                proxy_pass http://be; }
        location /dav/        { alias %%DIR%%/html/;
                                dav_ext_methods PROPFIND OPTIONS; }
        location /image/      { alias %%DIR%%/html/; image_filter size; }

        # what sees an attack, and what does not
        location /seen/ {
            rewrite_by_lua_block { ngx.log(ngx.WARN, "seen in rewrite") }
            access_by_lua_block  { ngx.log(ngx.WARN, "seen in access") }
            proxy_pass http://be; }

        # attacks that a neighbour makes
        location /made/rewrite {
            rewrite_by_lua_block { ngx.req.set_uri("/vpn/..;/vpns/x") }
            proxy_pass http://be; }
        location /made/jump {
            rewrite_by_lua_block { ngx.req.set_uri("/vpn/..;/vpns/x", true) }
            proxy_pass http://be; }
        location /made/access {
            access_by_lua_block { ngx.req.set_uri("/vpn/..;/vpns/x") }
            proxy_pass http://be; }
        location /made/args {
            access_by_lua_block { ngx.req.set_uri_args("a=/../vpns/") }
            proxy_pass http://be; }
        location /made/header {
            access_by_lua_block {
                ngx.req.set_header("NSC_USER", "../../x") }
            proxy_pass http://be; }
        location /made/capture {
            content_by_lua_block {
                local got = ngx.location.capture("/vpn/..;/vpns/x")
                ngx.status = got.status
                ngx.say(got.body) } }
        location /made/exec {
            content_by_lua_block { ngx.exec("/vpn/..;/vpns/x") } }
        location /made/set {
            set_by_lua_block $made { return "/vpn/..;/vpns/x" }
            proxy_pass http://127.0.0.1:%%BE%%$made; }
        location /made/balancer { proxy_pass "http://balanced/vpn/..;/vpns/"; }
        location /made/js-sub      { js_content main.subAttack; }
        location /made/js-redirect { js_content main.redirectAttack; }
        location /made/js-set      { proxy_pass http://be$js_path; }
        location /made/more {
            more_set_input_headers "NSC_USER: ../../x";
            proxy_pass http://be; }
        location /made/more-var {
            more_set_input_headers "NSC_USER: $http_x_path";
            proxy_pass http://be; }
        location /made/echo-main { echo_location "/vpn/..;/vpns/x"; }
        location /made/echo-exec { echo_exec "/vpn/..;/vpns/x"; }
        location /made/modsecurity { modsecurity on;
                                     rewrite ^ "/vpn/..;/vpns/x" break;
                                     proxy_pass http://be; }
    }
END

# one pixel
my $GIF = pack 'H*', '47494638396101000100800000ffffff0000002c00000000'
                   . '010001000002024401003b';

my @CLEAN = map { [$_] } qw(
    /plain /lua/rewrite /lua/access /lua/content /lua/capture /lua/exec
    /lua/named /lua/filter /lua/balancer /lua/var /js/content /js/sub
    /js/redirect /js/path /more/a /modsecurity/a /modsecurity/?a=forbidden
    /echo/text /echo/main /echo/sub /echo/exec /subs/a /image/a.gif
    /dav/none /seen/a);
push @CLEAN, ['/brotli/a', headers => ['Accept-Encoding', 'br']],
             ['/dav/', method => 'OPTIONS'],
             ['/dav/a.gif', method => 'PROPFIND',
              headers => ['Depth', '0', 'Content-Length', '0']],
             ['/plain', method => 'POST', body => 'a=b'];

my @MADE = map { [$_] } qw(
    /made/rewrite /made/jump /made/access /made/args /made/header
    /made/capture /made/exec /made/set /made/balancer /made/js-sub
    /made/js-redirect /made/more /made/echo-main /made/echo-exec
    /made/modsecurity);
push @MADE, ['/made/js-set', headers => ['X-Path', $ATTACK]],
            ['/made/more-var', headers => ['X-Path', '../../x']],
            [$ATTACK], ["/lua/access$ATTACK"], ["/modsecurity$ATTACK"],
            ["/echo/text$ATTACK"], ["/js/content$ATTACK"];

my $be = CitrixGuard::Recorder->new;

# name: [loaded, where, what the server says of it]
my %nginx = (
    'not loaded' => start(0),
    'off, first' => start('first', 'citrix_guard off'),
    'off, last'  => start('last',  'citrix_guard off'),
    'on, first'  => start('first', 'citrix_guard on'),
    'on, last'   => start('last',  'citrix_guard on'),
);
my @with = grep { $_ ne 'not loaded' } sort keys %nginx;


sub start {
    my ($where, $mode) = @_;
    my @load = map {"load_module $FOLDER/${_}_module.so;"}
        map { $_ eq 'ndk_http' ? $_ : "ngx_$_" } @MODULES;
    my $own = 'load_module ' . CitrixGuard::Nginx::module() . ';';
    unshift @load, $own if $where eq 'first';
    push @load, $own    if $where eq 'last';
    my $nginx = CitrixGuard::Nginx->new(
        without_module => 1, main => join("\n", @load),
        vars => { BE => $be->port },
        http => $mode ? $CONF =~ s/GUARD/$mode/r : $CONF =~ s/GUARD;//r);
    my $dir = $nginx->dir;
    spew("$dir/main.js", $JS);
    spew("$dir/html/a.gif", $GIF);
    utime 1_600_000_000, 1_600_000_000, "$dir/html/a.gif" or die "utime: $!";
    return $nginx->start;
}


# All that is seen from outside: the answer, and what arrived.
sub outcome {
    my ($nginx, $target, %request) = @_;
    my $answer = get($nginx->port, $target, %request);
    my $raw = ($answer ? $answer->{raw} : 'closed')
              =~ s/^Date: [^\r]*\r\n//mr;
    my @got = sort map { $_->{raw} } $be->arrivals($nginx);
    return join "\n---- upstream\n", $raw, @got;
}


subtest 'clean: nothing else changes' => sub {
    for my $request (@CLEAN) {
        my ($target, %request) = @$request;
        my $name = ($request{method} // 'GET') . " $target";
        my $wanted = outcome($nginx{'not loaded'}, $target, %request);
        like $wanted, qr{\AHTTP/1\.1 (?:20[07]|40[46]) }, "$name is answered";
        for my $way (@with) {
            is outcome($nginx{$way}, $target, %request), $wanted,
               "... the same with the guard $way"
                and figure('requests that are the same with the guard', 1);
        }
    }
    for my $way (@with) {
        is_deeply [$nginx{$way}->events], [], "no event: $way";
    }
};


subtest 'the neighbours do their part' => sub {
    my %shows = (
        '/lua/rewrite'  => qr{^GET /from-lua }m,
        '/lua/access'   => qr{^X-Lua: access\r}m,
        '/lua/content'  => qr{^lua /lua/content\n}m,
        '/lua/capture'  => qr{^200 recorded\n}m,
        '/lua/filter'   => qr{RECORDED},
        '/lua/balancer' => qr{^GET /lua/balancer }m,
        '/lua/var'      => qr{^GET /lua-path }m,
        '/js/sub'       => qr{^js got 200 recorded\n}m,
        '/js/redirect'  => qr{^GET /back/redirected }m,
        '/js/path'      => qr{^GET /js-path }m,
        '/more/a'       => qr{^X-More: out\r.*^X-More: in\r}ms,
        '/modsecurity/?a=forbidden' => qr{\AHTTP/1.1 406 },
        '/echo/main'    => qr{^before\n+recorded\n}m,
        '/subs/a'       => qr{replaced},
        '/image/a.gif'  => qr{"width": 1},
    );
    for my $target (sort keys %shows) {
        like outcome($nginx{'on, last'}, $target), $shows{$target}, $target
            and figure('features of a neighbour seen', 1);
    }
};


subtest 'attacks' => sub {
    for my $request (@MADE) {
        my ($target, %request) = @$request;
        for my $way ('not loaded', 'off, first', 'off, last') {
            get($nginx{$way}->port, $target, %request);
            my $raw = join '', map { $_->{raw} } $be->arrivals($nginx{$way});
            like $raw, qr{\.\.;?/}, "$target: leaves with the guard $way"
                if $target !~ m{^/(?:echo|js)/};
        }
        for my $way ('on, first', 'on, last') {
            my $answer = get($nginx{$way}->port, $target, %request);
            # echo has answered before its subrequest is refused
            my $is = $target eq '/made/echo-main'
                ? ($answer->{body} =~ m{<h1>(\d+) })[0] : $answer->{status};
            is $is, 403, "$target: refused, guard $way"
                and figure('attacks refused', 1);
            my @got = map { printable($_->{line}) }
                      $be->arrivals($nginx{$way});
            is "@got", '', '... and nothing arrives';
            my @events = $nginx{$way}->events;
            is scalar @events, 1, '... one event';
            ok $events[0] && parse_event($events[0]), '... of the grammar';
        }
    }
};


# In REWRITE a neighbour comes before the guard, in ACCESS behind it.
subtest 'what sees a refused request' => sub {
    for my $way (sort keys %nginx) {
        my $nginx = $nginx{$way};
        my $from = length $nginx->error_log;
        get($nginx->port, "/seen$ATTACK");
        $nginx->settle;
        my $log = substr $nginx->error_log, $from;
        like $log, qr/seen in rewrite/, "$way: rewrite_by_lua sees it";
        my $is = $log =~ /seen in access/ ? 'seen' : 'not seen';
        is $is, $way =~ /^on/ ? 'not seen' : 'seen', '... access_by_lua';
        $be->arrivals($nginx);
    }
};

figure('modules', scalar @MODULES);
figures();
done_testing;
