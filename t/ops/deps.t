#!/usr/bin/perl

# The step that installs missing packages: what a Gateway needs stays enabled
# at boot as its packages say; what only tests need is disabled, with a
# message. With stand-ins for apt and systemd, in a separate mount namespace.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use Test::More;

use CitrixGuard::Scratch qw(scratch slurp spew);

my $deps = abs_path("$FindBin::Bin/../../ngx_citrix_guard/tools/deps");

plan skip_all => 'needs root, and a namespace'
    if $> != 0 || system('unshare --mount true 2>/dev/null') != 0;

# the services of the installed packages, and what happens to each
my @COMES_BACK = qw(nginx rsyslog logrotate cron);
my @TESTS_ONLY = qw(prometheus prometheus-alertmanager haproxy);

my $dir = scratch();
mkdir "$dir/bin";
tool('dpkg-query', 'echo not-installed');
tool('systemctl', "echo \"\$*\" >>'$dir/systemctl'");
tool('update-rc.d', "echo \"\$*\" >>'$dir/update-rc.d'");
tool('apt-get', <<"END");
case "\$*" in
*install*)
    test -x /usr/sbin/policy-rc.d && echo forbidden >'$dir/policy'
    for service in @COMES_BACK @TESTS_ONLY; do
        : >/lib/systemd/system/\$service.service
    done ;;
esac
END
spew("$dir/$_", '') for qw(systemctl update-rc.d said);


sub tool {
    my ($name, $text) = @_;
    spew("$dir/bin/$name", "#!/bin/sh\n$text\n");
    chmod 0755, "$dir/bin/$name";
    return;
}


my $status = system 'unshare', '--mount', 'sh', '-ec', <<'END', $dir, $deps;
    for folder in /lib/systemd/system /etc/systemd/system /etc/init.d; do
        [ ! -d $folder ] || mount -t tmpfs none $folder
    done
    : >/lib/systemd/system/yaws.service
    PATH=$0/bin:$PATH exec "$1" some-package >"$0/said" 2>&1
END
my $said = slurp("$dir/said");
is $status, 0, 'it succeeds' or diag $said;
is slurp("$dir/policy"), "forbidden\n", 'no service is started';

my $done = slurp("$dir/systemctl") . slurp("$dir/update-rc.d");
unlike $done, qr/\b\Q$_\E\b/, "$_ is not touched" for @COMES_BACK, 'yaws';
for my $service (@TESTS_ONLY) {
    like $done, qr/^disable \Q$service\E\.service$/m, "$service is disabled";
    like $said, qr/\Q$service\E was installed for.*systemctl enable \Q$service\E$/m,
        '... with a message on how to undo it';
}

done_testing;
