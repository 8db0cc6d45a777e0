# A few seconds of the hostile traffic of `make hostile`, with this test's
# nginx.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../long/hostile/lib";

use Cwd qw(abs_path);
use Test::More;

use Storm;
use Storm::Site;

my $programs = abs_path($ENV{TEST_UNIT_DIR} // "$FindBin::Bin/../../build/unit");
my $seed = $ENV{TEST_SEED} || time % 1_000_000;

my $site = Storm::Site->new("$programs/judge");
my $storm = Storm->new(seed => $seed, plans => $site->plans,
                       every => sub { $site->look });
$storm->blow(4);
$site->calm;

is join("\n", @{ $site->{faults} }), '', "no fault with seed $seed";
cmp_ok $storm->{opened}, '>', 100, 'connections';
cmp_ok $site->{requests}, '>', 100, 'requests that nginx answered';
cmp_ok $site->{refused}, '>', 50, 'requests refused';
cmp_ok $site->{passed}, '>', 10, 'requests that passed the guard, judged again';
cmp_ok $site->{attacks}, '>', 1, 'attacks that arrived where it is off';

done_testing;
