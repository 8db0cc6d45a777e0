package Judge::Spelling;

# In how many ways a character may be written. A profile is a set of ways with
# weights, so that a target for a strict parser is not spoiled by a way that
# only a lenient one knows.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(spellings profiles unlike);


sub _hex   { return map { sprintf $_, ord $_[0] } '%02x', '%02X' }
sub _bytes { return join '', map { sprintf '%%%02x', $_ } @_ }


# The overlong forms of an ASCII character, of 2 to 6 bytes.
sub _overlong {
    my ($char) = @_;
    my $c = ord $char;
    my @last = (0x80 | $c >> 6, 0x80 | $c & 0x3f);
    return ([0xc0 | $c >> 6, $last[1]],
            map { [@$_, @last] } [0xe0], [0xf0, 0x80], [0xf8, 0x80, 0x80],
                                 [0xfc, 0x80, 0x80, 0x80]);
}


# Code points that may be taken for a character: by Unicode's normalisation,
# as look-alikes, or by the transliteration of glibc's iconv().
my %LIKE = (
    '.' => [0xff0e, 0x2024, 0xfe52, 0xb7],
    '/' => [0xff0f, 0x2215, 0x2044, 0xf7, 0x2571],
    '\\' => [0xff3c, 0x2216, 0xfe68, 0x2572],
    's' => [0x17f, 0xff53, 0x24e2, 0x3c2, 0x441, 0x282, 0x1cce8, 0xa7f1],
    'v' => [0xff56, 0x24e5, 0x2174, 0x3b2, 0x432, 0x28b, 0x1cceb],
    'p' => [0xff50, 0x24df, 0x43f, 0x1a5, 0x1cce5],
    'n' => [0xff4e, 0x207f, 0xf1, 0x3bd, 0x43d, 0x14b, 0x1cce3],
    ';' => [0xff1b, 0x37e, 0x387],
);

my %UNLIKE = map { my $char = $_; map { chr($_) => $char } @{ $LIKE{$char} } }
             keys %LIKE;


# The text with each of these as what it is like.
sub unlike {
    my ($text) = @_;
    return join '', map { $UNLIKE{$_} // $_ } split //, $text;
}


sub _utf8 {
    my ($point) = @_;
    my $text = chr $point;
    utf8::encode($text);
    return map {ord} split //, $text;
}


my %WAY = (
    raw     => sub { $_[0] },
    escape  => sub { map {"%$_"} _hex($_[0]) },
    twice   => sub { map {"%25$_"} _hex($_[0]) },
    more    => sub { map { ("%2525$_", "%252525$_", "%%32%35$_") }
                     _hex($_[0]) },
    nested  => sub {
        map {
            my ($high, $low) = map { sprintf '%%%02x', ord } split //;
            my ($h, $l) = split //;
            ("%$high$low", "%$h$low", "%$high$l", "%25$h$low")
        } _hex($_[0]);
    },
    u       => sub { map { ("%u00$_", "%U00$_") } _hex($_[0]) },
    u_twice => sub { map { ("%25u00$_", "%u0025$_", "%u00%$_") }
                     _hex($_[0]) },
    overlong => sub { map { _bytes(@$_) } (_overlong($_[0]))[0, 0, 0, 1, 2] },
    longer  => sub { map { _bytes(@$_) } _overlong($_[0]) },
    overlong_raw   => sub { map { pack 'C*', @$_ } (_overlong($_[0]))[0, 1] },
    overlong_twice => sub {
        map { _bytes(@$_) =~ s/%/%25/gr } (_overlong($_[0]))[0, 1];
    },
    lenient => sub {
        my ($lead, $last) = @{ (_overlong($_[0]))[0] };
        (_bytes($lead, $last & 0x3f | 0x40), _bytes($lead, $last & 0x3f),
         sprintf '%%%02x%s', $lead, chr($last & 0x3f | 0x40));
    },
    like    => sub { map { _bytes(_utf8($_)) } @{ $LIKE{ $_[0] } // [] } },
    like_raw => sub { map { pack 'C*', _utf8($_) } @{ $LIKE{ $_[0] } // [] } },
    like_u  => sub { map { sprintf '%%u%04x', $_ } @{ $LIKE{ $_[0] } // [] } },
    back    => sub { $_[0] eq '/' ? '\\' : () },
    back_escape => sub { $_[0] eq '/' ? ('%5c', '%5C') : () },
    back_more => sub { $_[0] eq '/' ? ('%255c', '%u005c', '%c1%9c') : () },
    letter  => sub { $_[0] =~ /[a-z]/i ? $_[0] ^ ' ' : () },
);

# ways and their weights; the first profiles are there twice, every parser
# knows them
my @PROFILES = (
    [raw => 1], [raw => 1],
    [raw => 2, escape => 1], [raw => 2, escape => 1], [escape => 1],
    [raw => 8, letter => 1], [raw => 8, escape => 1, back => 1],
    [raw => 3, back => 2, back_escape => 2],
    [raw => 4, twice => 1], [raw => 2, escape => 1, twice => 1],
    [raw => 6, twice => 1, more => 1, nested => 1],
    [raw => 4, u => 1], [raw => 6, escape => 2, u => 1, u_twice => 1],
    [raw => 4, overlong => 1], [raw => 6, overlong_raw => 1],
    [raw => 8, longer => 1, overlong_twice => 1, lenient => 1],
    [raw => 4, like => 1], [raw => 4, like_raw => 1],
    [raw => 6, like => 1, like_u => 1, escape => 1],
    [raw => 20, (map { $_ => 1 } sort grep { $_ ne 'raw' } keys %WAY)],
);

# places in a list for a weight of 1
use constant SHARE => 12;

my @cache;


sub profiles { return 0 .. $#PROFILES }


# Each way to write a character in a profile, as often as its weight says.
sub spellings {
    my ($profile, $char) = @_;
    return $cache[$profile]{$char} //= do {
        my %weight = @{ $PROFILES[$profile] };
        my @all;
        for my $way (sort keys %weight) {
            my @spelled = $WAY{$way}->($char);
            # the ways of one kind share its weight
            push @all, map { $spelled[$_ % @spelled] }
                       0 .. SHARE * $weight{$way} - 1 if @spelled;
        }
        \@all;
    };
}

1;
