# nginx itself is changed, as an nginx of tomorrow might be: the calls that the
# egress check and PREACCESS rest on are moved or left out. Each time the
# self-test at start is an alert, and nothing leaves, not even what is clean.
#
# NGINX_SRC: the source, or that of Debian's package. TEST_HOOKS: a pattern.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Check qw(get refused nothing_arrived);
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $TOP = abs_path("$FindBin::Bin/../../..");

my $LOCAL = <<'END';
    if (ngx_http_upstream_set_local(r, u, u->conf->local) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
END
my $CREATE = <<'END';
    if (u->create_request(r) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
END

my $UPSTREAM = 'src/http/ngx_http_upstream.c';

# name, file, what the guard notices, and what stands in place of what
my @CHANGES = (
    ['nothing', $UPSTREAM, '', [$CREATE, $CREATE]],
    ['proxy_bind is asked before there is a head', $UPSTREAM, 'start',
     ["$CREATE\n$LOCAL", "$LOCAL\n$CREATE"]],
    ['proxy_bind is not asked', $UPSTREAM, 'start',
     ["$CREATE\n$LOCAL", $CREATE]],
    ['peer.init is not called', $UPSTREAM, 'start',
     ['    if (uscf->peer.init(r, uscf) != NGX_OK) {',
      '    if (ngx_http_upstream_init_round_robin_peer(r, uscf) != NGX_OK) {']],
    ['the head is built after both', $UPSTREAM, 'start',
     [$CREATE, ''],
     ["    rc = ngx_event_connect_peer(&u->peer);\n",
      "$CREATE\n    rc = ngx_event_connect_peer(&u->peer);\n"]],
    ['PREACCESS is another phase', 'src/http/ngx_http.c', 'start',
     ['        case NGX_HTTP_ACCESS_PHASE:',
      "        case NGX_HTTP_PREACCESS_PHASE:\n            continue;\n\n"
    . '        case NGX_HTTP_ACCESS_PHASE:']],
    ['it is newer than those that were tested', 'src/core/nginx.h', 'newer',
     ['#define NGINX_VERSION ', "#define NGX_HTTP_CITRIX_GUARD_NEWEST  1022000\n"
                              . '#define NGINX_VERSION ']],
);

my $only = $ENV{TEST_HOOKS} // '';
my $be = CitrixGuard::Recorder->new;
my $dir = scratch();
my $from = $ENV{NGINX_SRC}
    || qx($TOP/ngx_citrix_guard/tools/source $TOP/build/src);
chomp $from;

run("cp -rL '$from' $dir/src");
my $configure = -e "$dir/src/configure" ? './configure' : 'auto/configure';
run("cd $dir/src && sh $configure --with-compat --add-module=$TOP"
  . " --with-cc-opt='-O1 -Wno-error' --without-http_gzip_module");

$ENV{TEST_NGINX_BINARY} = "$dir/src/objs/nginx";
$ENV{TEST_NGINX_MODULE} = '';
require CitrixGuard::Nginx;

for my $change (@CHANGES) {
    my ($name, $file, $lost, @pairs) = @$change;
    next if $name !~ /$only/;
    my $text = slurp("$dir/src/$file");
    my $changed = $text;
    for my $pair (@pairs) {
        my ($was, $is) = @$pair;
        (() = $changed =~ /\Q$was\E/g) == 1
            or die "$name: the text is not there once:\n$was";
        $changed =~ s/\Q$was\E/$is/;
    }
    spew("$dir/src/$file", $changed);
    run("make -s -C $dir/src -j2 -f objs/Makefile binary");
    subtest $name => sub { tried($lost) };
    spew("$dir/src/$file", $text);
}

done_testing;


sub run {
    my ($command) = @_;
    system("($command) >$dir/log 2>&1") == 0 or die slurp("$dir/log");
    return;
}


sub tried {
    my ($lost) = @_;
    my $alert = qr/\[alert\] .*citrix_guard: (?:an upstream|this nginx has phases|the self-test)/;
    my $nginx = CitrixGuard::Nginx->new(
        ports => 1, vars => { BE => $be->port }, expected => $alert,
        http => <<'END')->start;
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location /known/ { proxy_pass http://be/vpn/..%3b/vpns/; }
             location /address/ { proxy_pass
                                  http://127.0.0.1:%%BE%%$arg_x/vpn/..%3b/vpns/; }
             location /clean/ { proxy_pass http://be; } }
END
    for my $path ('/known/a', '/address/a', '/known/a', '/address/a') {
        refused get($nginx->port, $path), "$path: refused";
        nothing_arrived $nginx, $be, '... and nothing arrived';
    }
    my $clean = get($nginx->port, '/clean/a');
    my @got = $be->targets($nginx);
    if ($lost eq 'start') {
        refused $clean, 'a clean one is refused';
        is "@got", '', '... and does not arrive';
        like $nginx->error_log, $alert, '... with an alert at start';
    }
    else {
        is "@got", '/clean/a', 'a clean one arrives';
        unlike $nginx->error_log, $alert, '... without an alert';
    }
    my ($status, $said) = $nginx->check;
    my $warned = $said =~ /is newer than/ ? 1 : 0;
    my $is_new = CitrixGuard::Nginx::at_least('1.30.7');
    is $warned, $lost eq 'newer' || $is_new ? 1 : 0, 'the warning of a newer one';
    $nginx->stop;
    return;
}
