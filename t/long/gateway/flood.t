# t/stream/flood.t with 20,000 of each kind, and the limits as they are shipped.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

$ENV{TEST_FLOOD} //= 20_000;

require "$FindBin::Bin/../../stream/flood.t";
