package Judge::Hidden;

# In how many ways a character may hide in what is not plain ASCII, so that
# some decoder finds it.
#
#   my @families = Judge::Hidden::families();
#   my $text = Judge::Hidden::spelled($family, $char);
#
# A family is what one kind of decoder does.

use strict;
use warnings;

# scripts whose digits Java takes in an escape: where their zero stands
my @ZEROS = (0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xbe6, 0xe50, 0xff10, 0xff10);

# the high part of code points, the low byte of which is the character
my @HIGH = (0x01, 0x02, 0x1e, 0x30, 0x4e, 0x51, 0x75, 0x96, 0x9f, 0xac, 0xff,
            0x1f4, 0x1f6, 0x200, 0x103);

# what is dropped: letters, marks, symbols, bytes of no sequence, a surrogate,
# and code points newer than most tables
my @DROPPED = ('%c3%a9', '%C3%BC', '%e6%97%a5', '%f0%9f%98%80', '%cc%81',
               '%ff', '%a0', '%c2', '%e9', '%ed%a0%80', '%f0%9c%b3%ab',
               '%ea%9f%b1', "\xc3\xa9", "\xe6\x97\xa5", "\xff", '%25c3%25a9',
               '%25ff', '%25e6%2597%25a5', '%c3%a9%d0%96', '%e2%80%8b');

my @BROKEN = ('%25', '%25', '%25', '%252z', '%252z', '%25z', '%252', '%25u',
              '%25u00', '%25%25', '%2525', '%');

my @REMOVED = ('%252f', '%255c', '%252e', '%252F', '%255C', '%252E',
               '%25252f');

my %FAMILY = (
    low => sub {
        my $point = _any(@HIGH) << 8 | $_[0];
        return sprintf '%%u%04x', $point if $point < 0x10000 && rand > .9;
        return _written(_utf8($point));
    },
    eighth => sub { return _written($_[0] | 0x80) },
    # behind a lead byte the low six bits count, whatever the byte is
    swallow => sub {
        my ($c) = @_;
        my $low = $c & 0x3f | _any(0x80, 0xc0);
        my $high = $c >> 6 | _any(0x80, 0xc0);
        return _written(_any([0xc0 | $c >> 6, $low], [0xe0, $high, $low],
                             [0xf0, $high, $low], [0x80, $high, $low],
                             [0xc0 | $c >> 6, $low])->@*);
    },
    broken => sub {
        my ($c) = @_;
        return rand > .1 ? _any(@BROKEN) . chr $c : chr($c) . _any(@BROKEN);
    },
    digits => sub {
        my @digits = map { _digit(hex) } split //, sprintf '%x', $_[0];
        return _any('%25', '%25', '%25', '%2525', '%') . join '', @digits;
    },
    dropped => sub {
        my ($c) = @_;
        return rand > .5 ? _any(@DROPPED) . chr $c : chr($c) . _any(@DROPPED);
    },
    like => sub {
        my ($c) = @_;
        # bold to monospace mathematical letters
        return _written(_utf8(0x1d41a + 52 * int(rand 13) + $c - 0x61))
            if chr $c =~ /[a-z]/ && rand > .7;
        return _written(_utf8($c + 0xfee0));
    },
    removed => sub {
        my ($c) = @_;
        return rand > .5 ? _any(@REMOVED) . chr $c : chr($c) . _any(@REMOVED);
    },
);

my @FAMILIES = sort keys %FAMILY;


sub families { return @FAMILIES }


sub spelled {
    my ($family, $char) = @_;
    return $FAMILY{$family}->(ord $char);
}


sub _any { return $_[rand @_] }


sub _utf8 {
    my ($point) = @_;
    my $text = chr $point;
    utf8::encode($text);
    return map {ord} split //, $text;
}


# Bytes as escapes of one or two layers, or as they are.
sub _written {
    my $way = rand;
    return pack 'C*', @_ if $way > .9;
    my $escape = $way > .8 ? '%%25%02x' : $way > .7 ? '%%%02X' : '%%%02x';
    return join '', map { sprintf $escape, $_ } @_;
}


# A digit of some script, or the ASCII one. Letters are there twice, in
# fullwidth.
sub _digit {
    my ($digit) = @_;
    return sprintf '%x', $digit if rand > .6;
    my $point = $digit < 10 ? _any(@ZEROS) + $digit
                            : _any(0xff21, 0xff41) + $digit - 10;
    return join '', map { sprintf '%%%02x', $_ } _utf8($point);
}

1;
