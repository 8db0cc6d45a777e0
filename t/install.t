# make install into a folder, and what uninstall leaves of it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use File::Find ();
use Test::More;

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $module = CitrixGuard::Nginx::module();
plan skip_all => 'built in statically' if !$module;

my $tool = "$FindBin::Bin/../ngx_citrix_guard/tools/install";
my $root = scratch();


sub install {
    my (@option) = @_;
    my @command = ($tool, @option, CitrixGuard::Nginx::binary(), $module,
                   "$root");
    open my $from, '-|', @command or die "$tool: $!";
    local $/;
    my $said = <$from> // '';
    close $from;
    is $?, 0, "@option: it works" or diag $said;
    return $said;
}


sub files {
    my @files;
    File::Find::find(sub { push @files, $File::Find::name if -f }, "$root");
    return sort @files;
}


my $said = install();
my @files = files();

my $stream = -e $module =~ s/ngx_http_(?=[^\/]+\z)/ngx_stream_/r;
is scalar(grep {/\/ngx_\w+_citrix_guard_module\.so\z/} @files),
   $stream ? 2 : 1, 'the modules';
like $said, qr/^\Q$_\E$/m, "$_ is named" for @files;
for my $name (qw(gateway.conf settings.conf closed/closed.html)) {
    ok scalar(grep {/\/citrix-guard\/\Q$name\E\z/} @files),
        "$name for a whole Gateway";
}
is scalar(grep {/\.new\z/} @files), 0, 'nothing half';

my ($site) = grep {/citrix-guard\.conf(?:\.example)?\z/ && !/mod-/} @files;
ok $site, 'the example';
spew($site, "# mine\n");
like install(), qr/^\Q$site\E: kept, as it was changed$/m,
    'a changed example is kept';
is slurp($site), "# mine\n", '... as it is';

install('-u');
is_deeply [files()], [$site], 'and it is all that is left in the end';

done_testing;
