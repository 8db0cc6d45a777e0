# The fuzz targets of t/long/fuzz without libFuzzer, on the data of t/data and
# the inputs that earlier runs have kept.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use File::Basename qw(basename);
use Test::More;

use CitrixGuard::Scratch qw(scratch spew);

my $fuzz = "$FindBin::Bin/../long/fuzz";
my $programs =
    abs_path($ENV{TEST_UNIT_DIR} // "$FindBin::Bin/../../build/unit");
my $dir = scratch();

my @targets = grep { $_ ne 'regressions' }
              map { basename($_, '.txt') } sort glob "$fuzz/corpus/*.txt";
is "@targets", 'agree decision header prefilter reading rules scan',
   'the targets';

# what this build leaves out: make proof sets it
my %left_out = map { $_ => 1 } split ' ', $ENV{TEST_LEFT_OUT} // '';

for my $target (grep { !$left_out{"fuzz_$_"} } @targets) {
    spew("$dir/vectors.txt", scalar `$fuzz/inputs vectors $target`);
    my $said = `$programs/fuzz_$target $fuzz/corpus/$target.txt \\
                $fuzz/corpus/regressions.txt $dir/vectors.txt 2>&1`;
    is $?, 0, "$target: exit status" or diag $said;
    my ($count) = $said =~ /^(\d+) inputs$/m;
    cmp_ok $count // 0, '>', 200, "$target: inputs";
}

done_testing;
