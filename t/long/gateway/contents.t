# t/stream/contents.t with a gibibyte in each kind of session.

use strict;
use warnings;

use FindBin;

$ENV{TEST_CONTENT_MIB} //= 1024;

require "$FindBin::Bin/../../stream/contents.t";
