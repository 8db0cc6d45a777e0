#!/usr/bin/perl

# The Debian packages are built on a machine that has only the packages listed
# in their control file. So it has to list each library that `make` installs,
# and `make deb` has to install everything that it lists.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Scratch qw(slurp);

my $top = "$FindBin::Bin/../..";
my $control = slurp("$top/ngx_citrix_guard/debian/control");

# what these stand for
my %IS = ('debhelper-compat' => 'debhelper', 'dh-sequence-nginx' => 'nginx-dev');

my ($list) = $control =~ /^Build-Depends:\n((?: .*\n)+)/m;
my %named = map { $IS{$_} // $_ => 1 } $list =~ /^ ([\w.+-]+)/mg;

# every Debian machine that builds packages has these
my %ESSENTIAL = map { $_ => 1 } qw(gcc libc6-dev dpkg-dev);

my %installed = map { $_ => 1 } map { packages($_) } qw(build deb);

cmp_ok scalar keys %installed, '>', 10, 'the Makefile names packages';
is_deeply [grep { !$named{$_} && !$ESSENTIAL{$_} } sort keys %installed], [],
    'debian/control lists what make installs to build';
is_deeply [grep { !$installed{$_} } sort keys %named], [],
    'make deb installs what debian/control lists';

done_testing;


# the value in make with its own compiler, without command-line variables
sub packages {
    my ($target) = @_;
    delete local @ENV{qw(CC MAKEFLAGS MAKEOVERRIDES)};
    my $said = qx{make -s -C '$top' --no-print-directory -f Makefile \\
        --eval 'print-it: ; \@echo \$(PACKAGES_$target)' print-it};
    return split ' ', $said;
}
