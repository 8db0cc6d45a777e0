#!/usr/bin/perl

# nginx opens modules RTLD_GLOBAL: what a module exports is seen by every other
# module. So each exports what nginx looks for and nothing else, and brings no
# library of its own.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
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
        [grep { $_ eq $name || !/^ngx_(?:http|stream)_/ } @allowed],
        "$name: exported symbols";
    is_deeply [grep {!/^(?:libc|lib[au]bsan|lib[au]san)\.so/} @libraries], [],
        '... libraries';
}

done_testing;


sub output {
    my (@command) = @_;
    open my $from, '-|', @command or die "$command[0]: $!";
    my @lines = <$from>;
    close $from or die "$command[0] failed";
    return @lines;
}
