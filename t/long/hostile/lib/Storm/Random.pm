package Storm::Random;

# What the generators choose with. All of it is rand(), so that a seed and a
# connection's number give the same bytes again.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(one_of chance below between garbage mutated);


sub one_of { return $_[rand @_] }

# true in so many of a hundred cases
sub chance { return rand(100) < $_[0] }

sub below { return int rand $_[0] }

sub between { return $_[0] + int rand $_[1] - $_[0] + 1 }

sub garbage { return join '', map { chr int rand 256 } 1 .. $_[0] }


# A few bytes changed, dropped, doubled, or put in.
sub mutated {
    my ($bytes) = @_;
    for (1 .. between(1, 4)) {
        my $at = below(1 + length $bytes);
        my $length = $at < length $bytes ? 1 : 0;
        my $piece = one_of(
            '', garbage(1), '%', '/', '..', "\\", '%25', '%2e', '%c0%ae', '?',
            '#', ';', ' ', "\t", "\0", "\x80", '%00', '%0d%0a', 'vpns',
            substr($bytes, $at, $length) x 2);
        substr $bytes, $at, below($length + 1), $piece;
    }
    return $bytes;
}

1;
