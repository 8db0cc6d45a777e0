package CitrixGuard::Foreign;

# A module that is not nginx's own (t/http/foreign/), built beside the guard's.
#
#   my $foreign = CitrixGuard::Foreign::module() or plan skip_all => ...;
#   main => "load_module $foreign;"

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $TOP = abs_path(dirname(__FILE__) . '/../../..');


my $dir;    # as long as the test runs


# The path of the module; undef for a static build, which has no tree for it.
sub module {
    my $guard = CitrixGuard::Nginx::module() or return;
    my $tree = dirname($guard) . '/../nginx';
    my $make = slurp("$tree/objs/Makefile");
    my ($cc) = $make =~ /^CC =\s*(.*)/m;
    my ($flags) = $make =~ /^CFLAGS =\s*(.*)/m;
    my ($incs) = $make =~ /^ALL_INCS =\s*((?:.*\\\n)*.*)/m;
    $incs =~ s/\\\n//g;
    my $name = 'ngx_http_foreign_module';
    $dir = scratch();
    spew("$dir/modules.c", <<"END");
#include <ngx_config.h>
#include <ngx_core.h>
extern ngx_module_t  $name;
ngx_module_t *ngx_modules[] = { &$name, NULL };
char *ngx_module_names[] = { "$name", NULL };
char *ngx_module_order[] = { NULL };
END
    system("cd '$tree' && $cc $flags $incs -fPIC -shared -o '$dir/$name.so'"
         . " '$TOP/t/http/foreign/$name.c' '$dir/modules.c'") == 0
        or die "the foreign module was not built\n";
    return "$dir/$name.so";
}

1;
