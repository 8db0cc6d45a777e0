# t/stream/flood.t with 20,000 of each kind, and the limits as they are shipped.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

$ENV{TEST_FLOOD} //= 20_000;

# both ends of all of them are of this machine
BEGIN {
    my $files = 70_000;
    system("prlimit --pid $$ --nofile=$files:$files 2>&1") == 0
        or plan skip_all => "so many open files ($files) need root";
}

require "$FindBin::Bin/../../stream/flood.t";
