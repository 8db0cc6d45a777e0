#!/usr/bin/perl

# The core against the oracle and against generated attacks: a short version of
# `make oracle` and `make attacks`. `make test` builds the programs.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/../..');
my $dir = abs_path($ENV{TEST_UNIT_DIR} // "$top/build/unit");

# fewer under sanitizers
my ($strings, $count) = ($ENV{ASAN_OPTIONS} // '') eq ''
    ? (15_000, 1_000_000) : (1_000, 200_000);

my $oracle = run('compare', 'short', 0, $strings);

like $oracle, qr/^oracle: \d{4,} strings/, 'core against oracle';
like $oracle, qr/ 0 missed, 0 needless, 0 for another reason, 0 reported wrongly/,
    'they agree';

my $attacks = run('attacks', $count);

like $attacks, qr/^attacks: \d{6,} spellings/, 'generated attacks';
like $attacks, qr/ 0 passed;/, 'all are refused';

done_testing;


# the last line; lines before it are failures
sub run {
    my ($name, @arguments) = @_;

    my $program = "$dir/$name";

    if (!-x $program) {
        fail "$program is missing: run `make unit`";
        return '';
    }

    my @lines = split /\n/, `'$program' @arguments`;
    my $last = pop @lines // '';

    is $?, 0, "$name @arguments";
    diag $_ for @lines > 20 ? @lines[0 .. 19] : @lines;
    note $last;

    return $last;
}
