#!/usr/bin/perl

# nginx loads modules with RTLD_GLOBAL, so the symbols that a module exports
# are visible to all others. So each module exports only what nginx looks for,
# and links no further library.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Scratch qw(scratch spew);

my $top = abs_path(dirname(__FILE__) . '/../..');
my $module = $ENV{TEST_NGINX_MODULE}
    // "$top/build/modules/ngx_http_citrix_guard_module.so";

plan skip_all => 'built in statically' if $module eq '';

open my $list, '<', "$top/t/data/exports.txt" or die "exports.txt: $!";
chomp(my @allowed = <$list>);

for my $so (grep {-e} $module, $module =~ s/ngx_http_(?=[^\/]+\z)/ngx_stream_/r) {
    my $name = basename($so, '.so');
    my @exports = grep {!/^__|^_(?:init|fini)$/}
        map {/^(\S+)/} output('nm', '-D', '--defined-only', '-P', $so);
    my @libraries = map {/\(NEEDED\).*\[(.*)\]/} output('readelf', '-d', $so);

    is_deeply [sort @exports],
        [grep { $_ eq $name || !/^ngx_(?:http|stream)_/
                || ($name =~ /_stream_|^ngx_stream/ && /_name_module$/) }
         @allowed],
        "$name: exported symbols";
    is_deeply [grep {!/^(?:libc|lib[au]bsan|lib[au]san)\.so/} @libraries], [],
        '... libraries';
}

# An nginx that contains PCRE2 exports what the linker took for nginx's own
# calls. They are derived from the packaged nginx and the static library.
SKIP: {
    my $nginx = $ENV{TEST_NGINX_BINARY} || '/usr/sbin/nginx';
    my @nginx = pcre2($nginx);
    skip 'this nginx has PCRE2 linked into it already', 1 if !@nginx;
    my $dir = scratch();
    spew("$dir/main.c", join '',
        (map {"extern int $_();\n"} @nginx), 'void *calls[] = { ',
        join(', ', map {"(void *) $_"} @nginx), " };\n",
        "int main(void) { return calls[0] == 0; }\n");
    system('cc', '-w', '-Wl,-E', '-o', "$dir/main", "$dir/main.c",
           '-Wl,-Bstatic', '-lpcre2-8', '-Wl,-Bdynamic') == 0 or die "cc\n";
    my %there = map { /^(\S+)/ => 1 }
        output('nm', '-D', '--defined-only', '-P', "$dir/main");
    is_deeply [grep { !$there{$_} } pcre2($module)], [],
        'a static nginx exports what the module uses of PCRE2';
}

done_testing;


# what a file uses of PCRE2; newer versions add @VERSION to the names
sub pcre2 {
    my ($file) = @_;
    return grep {/^pcre2_/} map {/^([^\s@]+)/}
           output('nm', '-D', '--undefined-only', '-P', $file);
}



sub output {
    my (@command) = @_;
    open my $from, '-|', @command or die "$command[0]: $!";
    my @lines = <$from>;
    close $from or die "$command[0] failed";
    return @lines;
}
