# Values that lua and njs have made, with a line feed in them, in what nginx
# writes into the head: "on" refuses each, "detect" logs each, and the guard
# in front of these modules sees no less than behind them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived printable);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);

my ($FOLDER) = CitrixGuard::Nginx::built() =~ /--modules-path=(\S+)/
    or BAIL_OUT('nginx -V names no --modules-path');

# the client sends a value as hexadecimal digits, and the module decodes it
my $JS = <<'END';
function made(r) {
    return Buffer.from(r.headersIn["X-Made"] || "", "hex").toString();
}
function assign(r) {
    r.variables.js_assigned = made(r);
    r.internalRedirect("/back/js-assigned");
}
async function args(r) {
    let got = await r.subrequest("/back/args", { args: "a=" + made(r) });
    r.return(got.status, got.responseText);
}
async function bodied(r) {
    let got = await r.subrequest("/back/body",
                                 { method: "POST", body: made(r) });
    r.return(got.status, got.responseText);
}
export default { made, assign, args, bodied };
END

my $LUA = <<'END';
local function made()
    local hex = ngx.var.http_x_made or ""
    return (hex:gsub("%x%x", function(h)
        return string.char(tonumber(h, 16)) end))
end
return { made = made }
END

my $CONF = <<'END';
    lua_package_path "%%DIR%%/?.lua;;";
    js_import main from %%DIR%%/main.js;
    js_set $js_made main.made;
    js_var $js_assigned;
    map $js_made $js_mapped { default "m$js_made"; }
    upstream be { server 127.0.0.1:%%BE%%; }
    server {
        listen 127.0.0.1:%%PORT1%%;
        GUARD;
        set $made "";

        location /js/header { proxy_set_header X-Made-By $js_made;
                              proxy_pass http://be; }
        location /js/host   { proxy_set_header Host $js_made;
                              proxy_pass http://be; }
        location /js/within { proxy_set_header X-Made-By "a ${js_made} b";
                              proxy_pass http://be; }
        location /js/map    { proxy_set_header X-Made-By $js_mapped;
                              proxy_pass http://be; }
        location /js/path   { proxy_pass http://be/z/$js_made/; }
        location /js/query  { proxy_pass http://be/z?a=$js_made; }
        location /js/address {
                              proxy_pass http://127.0.0.1:%%BE%%/z$js_made; }
        location /js/method { proxy_method $js_made; proxy_pass http://be; }
        location /js/assign { js_content main.assign; }
        location /back/js-assigned {
                              proxy_set_header X-Made-By $js_assigned;
                              proxy_pass http://be/; }
        location /js/args   { js_content main.args; }
        location /back/args { proxy_pass http://be/z$is_args$args; }
        location /js/body   { js_content main.bodied; }
        location /back/body { proxy_set_header X-Made-By $request_body;
                              proxy_pass http://be/; }

        location /lua/header {
            set_by_lua_block $made { return require("made").made() }
            proxy_set_header X-Made-By $made; proxy_pass http://be; }
        location /lua/path {
            set_by_lua_block $made { return require("made").made() }
            proxy_pass http://be/z/$made/; }
        location /lua/rewrite {
            rewrite_by_lua_block { ngx.var.made = require("made").made() }
            proxy_set_header X-Made-By $made; proxy_pass http://be; }
        location /lua/access {
            access_by_lua_block { ngx.var.made = require("made").made() }
            proxy_set_header X-Made-By $made; proxy_pass http://be; }
        location /lua/upgrade {
            access_by_lua_block { ngx.var.made = require("made").made() }
            proxy_set_header Upgrade $made; proxy_pass http://be; }
        location /lua/cookie {
            access_by_lua_block { ngx.var.made = require("made").made() }
            proxy_set_header Cookie "a=$cookie_a; b=$made";
            proxy_pass http://be; }
        location /lua/address {
            access_by_lua_block { ngx.var.made = require("made").made() }
            proxy_pass http://127.0.0.1:%%BE%%/z$made; }
        location /lua/exec {
            content_by_lua_block {
                ngx.var.made = require("made").made()
                ngx.exec("@made") } }
        location @made { proxy_set_header X-Made-By $made;
                         proxy_pass http://be; }
        location /lua/capture {
            set $taken "";
            content_by_lua_block {
                local got = ngx.location.capture("/back/captured",
                    { vars = { taken = require("made").made() } })
                ngx.status = got.status
                ngx.print(got.body) } }
        location /back/captured { proxy_set_header X-Made-By $taken;
                                  proxy_pass http://be; }
        location /lua/body {
            access_by_lua_block {
                ngx.req.read_body()
                ngx.req.set_body_data(require("made").made()) }
            proxy_set_header X-Made-By $request_body; proxy_pass http://be; }

        # in these lua escapes what it is given
        location /lua/own-header {
            access_by_lua_block {
                ngx.req.set_header("X-Made-By", require("made").made()) }
            proxy_pass http://be; }
        location /lua/own-uri {
            access_by_lua_block {
                ngx.req.set_uri_args("a=" .. ngx.escape_uri(
                    require("made").made())) }
            proxy_pass http://be; }
    }
END

# a request, a header field of stage 1, a line's end as some read it, a NUL
my %VALUES = (
    'a second request' =>
        "x\r\n\r\nGET /vpn/../vpns/cfg/smb.conf HTTP/1.0\r\nA: b",
    'a second request, HTTP/0.9' => "x\n\nGET /vpn/../vpns/a",
    'a header field' => "x\nNSC_USER: ../../../netscaler/portal/templates/a",
    'a carriage return' => "x\rNSC_USER: ../../x",
    'a NUL' => "x\0y",
);

my @HONEST = ('Jane Doe', "caf\xc3\xa9 \xe2\x82\xac", 'CN=Doe, O=A', '',
              'a' x 3_000, "a\tb");

my @PLACES = map {"/js/$_"} qw(header host within map path query address
                               method assign args body);
push @PLACES, map {"/lua/$_"} qw(header path rewrite access upgrade cookie
                                 address exec capture body);
my %SUBREQUEST = map { $_ => 1 } qw(/js/args /js/body /lua/capture);
my @ESCAPED = qw(/lua/own-header /lua/own-uri);

my $be = CitrixGuard::Recorder->new;
my %nginx = (
    'off'           => start('last',  'off'),
    'on, first'     => start('first', 'on'),
    'on, last'      => start('last',  'on'),
    'detect, first' => start('first', 'detect'),
    'detect, last'  => start('last',  'detect'),
);


sub start {
    my ($where, $mode) = @_;
    my @load = map {"load_module $FOLDER/${_}_module.so;"}
               qw(ndk_http ngx_http_lua ngx_http_js);
    my $own = 'load_module ' . CitrixGuard::Nginx::module() . ';';
    @load = $where eq 'first' ? ($own, @load) : (@load, $own);
    my $nginx = CitrixGuard::Nginx->new(
        without_module => 1, main => join("\n", @load),
        vars => { BE => $be->port },
        http => $CONF =~ s/GUARD/citrix_guard $mode/r);
    spew($nginx->dir . '/main.js', $JS);
    spew($nginx->dir . '/made.lua', $LUA);
    return $nginx->start;
}


sub asked {
    my ($way, $place, $value) = @_;
    return get($nginx{$way}->port, $place,
               headers => ['X-Made', unpack 'H*', $value]);
}


# What the upstream got of it, without what each request has of its own.
sub arrived {
    my ($way) = @_;
    return join "\n----\n", map { $_->{raw} } $be->arrivals($nginx{$way});
}


# an attack in the query of a subrequest is found before it leaves
sub found {
    my ($place, $value) = @_;
    return (reason => 'query', at => 'request')
        if $place eq '/js/args' && $value =~ /vpns/;
    return (reason => 'injection', at => 'egress');
}


for my $place (@PLACES) {
    subtest $place => sub {
        for my $name (sort keys %VALUES) {
            my $value = $VALUES{$name};
            asked('off', $place, $value);
            my $off = arrived('off');
            like $off, qr/[\r\n\0]\Q@{[$value =~ m{[\r\n\0]+(.+)}]}\E/,
                 "$name: leaves with off";

            for my $way ('on, first', 'on, last') {
                my $answer = asked($way, $place, $value);
                # of a subrequest lua and njs have the status only
                my $is = $SUBREQUEST{$place}
                    ? is $answer->{status}, 403, "$name: $way"
                    : refused $answer, "$name: $way";
                figure('refused', 1) if $is;
                nothing_arrived $nginx{$way}, $be, '... nothing arrived';
                one_event $nginx{$way},
                    { found($place, $value), mode => 'on' }, '... one event';
            }

            for my $way ('detect, first', 'detect, last') {
                asked($way, $place, $value);
                is arrived($way), $off, "$name: leaves with $way";
                one_event $nginx{$way},
                    { found($place, $value), mode => 'detect' },
                    '... one event' and figure('detected', 1);
            }
        }
    };
}


subtest 'what is honest' => sub {
    for my $place (grep { !m{/(?:method|host|upgrade)$} } @PLACES) {
        for my $value (@HONEST) {
            next if $value =~ /[ \t\x80-\xff]/ && $place =~ m{/(?:path|query|address|args)};
            my $shown = substr printable($value), 0, 20;
            my $off = asked('off', $place, $value)->{status};
            my $wanted = arrived('off');
            is $off, 200, "$place: '$shown': served with off";
            for my $way ('on, first', 'on, last') {
                is asked($way, $place, $value)->{status}, 200, "... $way"
                    and figure('honest values served', 1);
                is arrived($way), $wanted, '... the same arrived';
            }
        }
    }
    is_deeply [map { $nginx{$_}->events } sort keys %nginx], [], 'no event';
};


subtest 'what lua escapes' => sub {
    for my $place (@ESCAPED) {
        for my $name (sort keys %VALUES) {
            for my $way (sort keys %nginx) {
                asked($way, $place, $VALUES{$name});
                unlike arrived($way),
                    qr{[\r\n\0](?:NSC_USER|GET /vpn/\.\.|y)},
                    "$place: $name: $way";
            }
        }
    }
};

figure('places', scalar @PLACES);
figures();
done_testing;
