#!/usr/bin/perl

# An installed nginx that is not Debian's package: built here as nginx.org
# builds its packages (a position-independent executable, --with-compat), and
# with an argument that needs quoting in a shell. `make NGINX= NGINX_SRC=`
# builds the modules for it from its -V, and `make install` installs them where
# it looks; then it refuses the attack.
#
# NGINX_SRC: the source, or that of Debian's package.

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Scratch qw(scratch free_port wait_until connectable slurp
                            spew);

my $TOP = abs_path("$FindBin::Bin/../../..");

my $dir = scratch();
my $nginx = "$dir/it/sbin/nginx";
my $own = "$dir/nginx";

# settings such as BUILD are not meant for the make that is called here
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL BUILD NGINX_FLAGS STATIC)};

my $source = $ENV{NGINX_SRC}
             || qx('$TOP/ngx_citrix_guard/tools/source' '$TOP/build/src');
chomp $source;

# a clean copy of the project: its build/ is its own
mkdir "$dir/project";
run("cd '$TOP'; tar -cf - --exclude=./build . | tar -C $dir/project -xf -")
    or die 'no copy';
system('cp', '-R', $source, $own) == 0 or die 'no source';

ok run(<<"END"), 'an nginx is built and installed';
    cd '$own'
    sh ./configure --prefix=$dir/it --conf-path=$dir/it/etc/nginx.conf \\
        --build='a word, and another' --with-compat --with-http_ssl_module \\
        --with-http_v2_module --with-stream --with-stream_ssl_module \\
        --with-cc-opt='-g -O2 -fPIE -D_FORTIFY_SOURCE=2' \\
        --with-ld-opt='-Wl,-z,relro -Wl,-z,now -pie'
    make -j2
    make install
END

my $named = "make -C '$dir/project' DEPS=no NGINX=$nginx";

refused('without its source', $named, qr/needs NGINX_SRC=.*nginx\/1/);
refused('with STATIC', "$named NGINX_SRC=$own STATIC=1", qr/neither STATIC=1/);
refused('with what is no nginx',
    "make -C '$dir/project' DEPS=no NGINX=/bin/false NGINX_SRC=$own",
    qr/\/bin\/false/);

system 'cp', '-R', $own, "$dir/other";
my $header = slurp("$dir/other/src/core/nginx.h");
spew("$dir/other/src/core/nginx.h",
    $header =~ s/(define NGINX_VERSION\s+)"[^"]+"/$1"1.99.0"/r);
refused('with the source of another version',
    "$named NGINX_SRC=$dir/other", qr/is nginx 1\.\d+\.\d+, .* is nginx 1\.99/);

ok run("$named NGINX_SRC=$own PREFIX=$dir/usr install"),
    'the modules are built for it and installed';
ok -e "$dir/it/modules/ngx_${_}_citrix_guard_module.so", "the one for $_"
    for qw(http stream);
ok -e "$dir/it/etc/citrix-guard/gateway.conf", 'and the examples';
ok !-e "$dir/project/build/release-nginx/sbin/nginx", 'no nginx was built';

my ($port, $adc) = (free_port(), free_port());
spew("$dir/it/etc/nginx.conf", <<"END");
load_module modules/ngx_http_citrix_guard_module.so;
load_module modules/ngx_stream_citrix_guard_module.so;
events { }
stream {
    server { listen 127.0.0.1:@{[free_port()]}; citrix_guard_preread on;
             proxy_pass 127.0.0.1:$adc; }
}
http {
    server { listen 127.0.0.1:$port; citrix_guard on;
             location / { proxy_pass http://127.0.0.1:$adc; } }
    server { listen 127.0.0.1:$adc; return 200 "the ADC\\n"; }
}
END
ok run("$nginx -t && $nginx"), 'it starts with them';
ok wait_until(sub { connectable($port) }), 'it listens';
like qx(curl -s --path-as-is http://127.0.0.1:$port/vpn/index.html),
    qr/the ADC/, 'a page is served';
my $said = qx(curl -si --path-as-is http://127.0.0.1:$port/vpn/../vpns/);
like $said, qr/^X-Citrix-Guard: blocked/mi, 'the attack is refused';

ok run("$nginx -s stop"), 'it ends';
wait_until(sub { !connectable($port) });

done_testing;


sub run {
    my ($script) = @_;
    open my $to, '>', "$dir/script" or die "$dir/script: $!";
    print {$to} "set -e\n$script\n";
    close $to;
    my $failed = system "sh '$dir/script' >'$dir/said' 2>&1";
    diag(substr slurp("$dir/said"), -2000) if $failed;
    return !$failed;
}


sub refused {
    my ($name, $command, $says) = @_;
    my $said = qx($command build 2>&1);
    ok $? != 0 && $said =~ $says, "$name: make says so" or diag $said;
    return;
}
