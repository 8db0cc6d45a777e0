# t/stream/in_flight.t with 10,000 sessions.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

$ENV{TEST_SESSIONS} //= 10_000;

require "$FindBin::Bin/../../stream/in_flight.t";
