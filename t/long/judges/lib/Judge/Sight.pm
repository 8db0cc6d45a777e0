package Judge::Sight;

# Which sign of a target stands in plain sight, in a slow way of its own that
# shares nothing with the core: what is ASCII is decoded, and nothing else.
#
#   Judge::Sight::bound($target)   one sign is plain, and the other one is not,
#                                  but may be found in what is not plain: such
#                                  a target must be refused. It is a plain
#                                  parent, or a plain vpns with something
#                                  before it that is not plain
#   Judge::Sight::led($target)     something unknown stands before a plain
#                                  vpns
#
# A sign whose reading is in doubt (noise, "...", "?" behind it) is no plain
# one here.

use strict;
use warnings;

use constant LAYERS => 50;

# what a parser may remove before it decodes once more
my $REMOVED = qr{%(?:25)+(?:u00)?(?:2[ef]|5c)}i;


sub bound {
    my ($target) = @_;
    my ($path) = $target =~ /\A([^?#]*)/;
    my @parts = split m{[/\\]}, _decoded($path);
    return 0 if (grep { _parent(_bare($_)) } @parts)
             && (grep { _vpns(_bare($_)) } @parts);
    return 1 if grep { _parent($_) } @parts;
    return 1 if _led(@parts);
    return 1 if $path =~ $REMOVED && grep { _vpns($_) } @parts;
    return 0;
}


sub led {
    my ($target) = @_;
    my ($path) = $target =~ /\A([^?#]*)/;
    return _led(split m{[/\\]}, _decoded($path));
}


sub _led {
    my $unknown = 0;
    for my $part (@_) {
        return 1 if $unknown && _vpns($part);
        $unknown ||= $part =~ /[%\x80-\xff]/;
    }
    return 0;
}


# Every escape that makes ASCII, layer by layer. What is left of a "%" makes
# none: it is unknown, as a byte from 80 up is.
sub _decoded {
    my ($text) = @_;
    for (1 .. LAYERS) {
        my $before = $text;
        $text =~ s/%(?:u00)?([0-7][0-9a-f])/chr hex $1/gei;
        last if $text eq $before;
    }
    return $text;
}


# What is in doubt, taken away: as no hidden one should be.
sub _bare {
    return $_[0] =~ s/[\0-\x20\x7f+]//gr =~ s/[;?#].*//sr
                 =~ s/(?<=[^.])\.+\z//r =~ s/\A\.{3,}\z/../r;
}


# Segments count without their parameters.
sub _parent { return $_[0] =~ /\A\.\.(?:;[^%\x80-\xff]*)?\z/ }
sub _vpns   { return $_[0] =~ /\Avpns(?:;[^%\x80-\xff]*)?\z/i }

1;
