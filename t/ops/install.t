#!/usr/bin/perl

# `make install` into a folder: what is installed, that nginx accepts it, that
# changed files are kept, and that uninstall leaves nothing else.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $top = abs_path("$FindBin::Bin/../..");
my $binary = CitrixGuard::Nginx::binary();
my $module = CitrixGuard::Nginx::module();

plan skip_all => 'the module is linked statically' if !$module;

my @rules = map { basename($_) } glob "$top/ngx_citrix_guard/conf/rules/*.conf";
my $root = scratch();


sub install {
    my @command = ("$top/ngx_citrix_guard/tools/install", @_, $binary, $module,
                   $root);
    # it runs nginx -t, which exits without freeing anything
    local $ENV{ASAN_OPTIONS} = join ':', $ENV{ASAN_OPTIONS} // (),
                                    'detect_leaks=0';
    open my $from, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command
        or die "sh: $!";
    my $said = do { local $/; <$from> } // '';
    close $from;
    return ($? >> 8, $said);
}


sub files {
    my $list = qx(cd '$root' && find . -type f | sort);
    return split /\n/, $list;
}


my ($status, $said) = install();
is $status, 0, 'install' or diag $said;

my @files = files();
my ($so) = grep {m{/\Q${\basename($module)}\E$}} @files;
ok $so && slurp("$root/$so") eq slurp($module), 'the module, unchanged';
is_deeply [sort map { basename($_) } grep {m{/citrix-guard/cve-[^/]+$}} @files],
    [sort @rules], 'the rule files';
is scalar(grep {/\/ngx_stream_citrix_guard_module\.so\z/} @files),
    (-e $module =~ s/ngx_http_(?=[^\/]+\z)/ngx_stream_/r ? 1 : 0),
    'the module for stream, if there is one';
like $said, qr/^\Q$root\E\Q${\substr $_, 1}\E$/m, "$_ is named" for @files;
for my $name (qw(gateway.conf settings.conf closed/closed.html)) {
    ok scalar(grep {/\/citrix-guard\/\Q$name\E\z/} @files),
        "$name for a whole Gateway";
}
is scalar(grep {/\.new\z/} @files), 0, 'no unfinished files';
my ($monitoring) = map { dirname($_) } grep {m{/monitoring/[^/]+$}} @files;
is scalar(grep { m{/citrix-guard/monitoring/} } @files),
    2 + (() = qx(find '$top/ngx_citrix_guard/conf/monitoring' -type f)),
    'the files for monitoring';
ok -x "$root/$monitoring/canary", '... the canary is executable';
ok -x "$root/" . dirname($monitoring) . '/alive', '... and so is alive';
is_deeply [grep { !-s "$root/$_" } @files], [], 'none of them is empty';

my ($folder) = map { dirname($_) } grep {m{/citrix-guard/[^/]+$}} @files;
my $nginx = CitrixGuard::Nginx->new(http => join "\n",
    "include $root/$monitoring/event-formats.conf;",
    (map {"include $root/$folder/$_;"} @rules),
    'server { listen 127.0.0.1:%%PORT1%%; citrix_guard on; }');
($status, $said) = $nginx->check;
is $status, 0, 'nginx accepts all rules' or diag $said;
unlike $said, qr/\[warn\]/, '... without a warning';

my $changed = "$root/$folder/$rules[0]";
spew($changed, "# mine\n");

($status, $said) = install();
is $status, 0, 'a second install' or diag $said;
like $said, qr/^\Q$root\E\S*\Q$rules[0]\E: kept, as it was changed$/m,
    'a changed file is reported';
is slurp($changed), "# mine\n", '... and kept';

($status, $said) = install('-u');
is $status, 0, 'uninstall' or diag $said;
is_deeply [files()], ["$folder/$rules[0]"], 'only the changed file is left';

unlink $changed;
install();
my ($dropin) = grep {m{/nginx\.service\.d/citrix-guard\.conf\z}} files();
SKIP: {
    skip 'this nginx is not Debian\'s', 1
        if !grep {m{/modules-available/}} @files;
    like slurp("$root/" . ($dropin // '')), qr/^Restart=on-failure$/m,
        'systemd restarts nginx after a crash';
}
mkdir "$root/$folder/kept";
spew("$root/$folder/kept/list", "file nginx.conf\n");
install('-u');
is_deeply [files()], [], 'nothing is left, not even what setup kept';
ok !-d "$root/$folder", '... with the folder of the rules';

done_testing;
