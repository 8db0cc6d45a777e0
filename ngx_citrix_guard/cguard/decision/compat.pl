#!/usr/bin/perl

# Makes cguard_compat_table.h: what ASCII a code point may be read as by a
# parser that normalises Unicode, converts it to a Windows code page, or
# transliterates it.
#
#   perl compat.pl             write the table beside this script
#   perl compat.pl --check     exit 1 if the table on disk is another one
#   perl compat.pl --verbose   print where two readings compete, and counts
#
# The answer of the first of these that has one:
#
#   1. blanks, default-ignorable code points, marks, C1 controls: one blank
#   2. NFKC, with the look-alikes of / \ . put in
#   3. NFKD without combining marks, if more than blanks is left
#   4. private-use code points that stand for / \ . and blank
#   5. best fit, t/data/bestfit.tsv
#   6. the ASCII that is in NFKD, if there is more than blanks: what is left
#      of it where all else is dropped
#   7. transliteration, t/data/translit.tsv
#   8. what step 3 left, if it is blanks only (a spacing accent is a blank
#      and a mark; best fit is the more telling reading)
#
# A surrogate of UTF-16 that stands alone (%uD835, or a sequence of three bytes)
# may be half of a pair.  A low one is read as the mathematical letter that it
# is with D835 before it, any other as a blank.
#
# Left out: an answer that holds none of the characters that make a parent
# segment, a vpns segment, or an escape of one.

use strict;
use warnings;

use FindBin;
use Getopt::Long;
use Unicode::Normalize qw( NFKC NFKD );
use Unicode::UCD;


my $BESTFIT = "$FindBin::Bin/../../../t/data/bestfit.tsv";
my $TRANSLIT = "$FindBin::Bin/../../../t/data/translit.tsv";
my $TABLE = "$FindBin::Bin/cguard_compat_table.h";

my $UNICODE = Unicode::UCD::UnicodeVersion();

my $MATTERS = qr{[./\\;?\#%+ 0-9a-fA-FuUvVpPnNsS]};

# Where two of a table disagree: the character that the signs need the most.
my $RANK = './\\%vpnsVPNSuU2e5fc' . ';?# +0134678abdABCDEF9';

my %LOOKALIKE = (
    0x2044 => '/', 0x2215 => '/', 0x29F8 => '/',
    0x2216 => '\\', 0x29F5 => '\\', 0x29F9 => '\\',
    0xFE68 => '\\', 0xFF3C => '\\',
    0x2024 => '.', 0xFE52 => '.', 0xFF0E => '.',
    0x3002 => '.', 0xFF61 => '.',               # dots to IDNA
);

my %PRIVATE = (
    0xF022 => '/', 0xF025 => '\\', 0xF026 => '\\', 0xEFC8 => '\\',
    0xF028 => ' ', 0xF029 => '.',
);

my ($check, $verbose);

GetOptions('check' => \$check, 'verbose' => \$verbose)
    or die "usage: compat.pl [--check] [--verbose]\n";

exit check_table($TABLE) if $check;

my ($text, $count) = make_table();

open my $out, '>', $TABLE or die "$TABLE: $!\n";
binmode $out;
print $out $text or die "$TABLE: $!\n";
close $out or die "$TABLE: $!\n";

print "$_: $count->{$_}\n" for $verbose ? sort keys %$count : ();

exit 0;


sub check_table {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!\n";
    binmode $in;
    my $have = do { local $/; <$in> };
    close $in;

    my ($version) = $have =~ /Unicode (\d+\.\d+\.\d+)/
        or die "$file: says no Unicode version\n";

    if ($version ne $UNICODE) {
        print "table not checked: it is of Unicode $version, "
              . "this perl has $UNICODE\n";
        return 0;
    }

    my ($want) = make_table();

    if ($have ne $want) {
        print "table differs: run compat.pl\n";
        return 1;
    }

    print "table is as generated\n";
    return 0;
}


sub make_table {
    my $bestfit = read_table($BESTFIT);
    my $translit = read_table($TRANSLIT);
    my (%entry, %id, @rows, %row, %page);

    for my $cp (0x80 .. 0x10FFFF) {
        my $ascii = $cp >= 0xD800 && $cp <= 0xDFFF
                    ? surrogate($cp, $bestfit, $translit)
                    : reading($cp, $bestfit, $translit);

        $entry{$cp} = $ascii if defined $ascii && $ascii =~ $MATTERS;
    }

    my @texts = ('', sort { length $a <=> length $b || $a cmp $b }
                         keys %{{ reverse %entry }});
    @id{@texts} = (0 .. $#texts);

    @rows = ([ (0) x 64 ]);

    for my $n (sort { $a <=> $b } keys %{{ map { ($_ >> 6, 1) }
                                                keys %entry }})
    {
        my @cells = map { $id{$entry{($n << 6) + $_} // ''} } 0 .. 63;
        my $key = "@cells";

        if (!exists $row{$key}) {
            push @rows, \@cells;
            $row{$key} = $#rows;
        }

        $page{$n} = $row{$key};
    }

    my ($last) = sort { $b <=> $a } keys %page;
    my ($max) = sort { $b <=> $a } map { length } @texts;

    my %size = (
        entries => scalar keys %entry,
        max     => $max,
        pages   => $last + 1,
        rows    => scalar @rows,
        texts   => scalar @texts,
        ptype   => @rows > 256 ? 'uint16_t' : 'uint8_t',
        ctype   => @texts > 256 ? 'uint16_t' : 'uint8_t',
    );

    $size{bytes} = $size{pages} * (@rows > 256 ? 2 : 1)
                   + $size{rows} * 64 * (@texts > 256 ? 2 : 1)
                   + $size{texts} * ($max + 1);

    return (format_table(\%size, \%page, \@rows, \@texts), \%size);
}


sub surrogate {
    my ($cp, $bestfit, $translit) = @_;

    my $ascii = $cp < 0xDC00 ? undef
                : reading(0x1D400 + $cp - 0xDC00, $bestfit, $translit);

    return defined $ascii && $ascii =~ $MATTERS ? $ascii : ' ';
}


# The ASCII that the code point may be read as; undef for none.

sub reading {
    my ($cp, $bestfit, $translit) = @_;

    my $c = chr $cp;

    return ' ' if $cp <= 0x9F
                  || $c =~ /[\p{White_Space}\p{Default_Ignorable_Code_Point}
                             \p{Mn}\p{Me}]/x;

    my $nfkc = lookalikes(NFKC($c));
    my $bare = NFKD($c);

    $bare =~ s/\p{Mn}+//g;
    $bare = lookalikes($bare);

    my ($unicode) = grep { /^[\x00-\x7F]+\z/ } $nfkc, $bare;
    my ($left) = $bare =~ s/[^\x00-\x7F]+//gr =~ /^(?=.*[^ ])(.*$MATTERS.*)\z/;
    my $best = $bestfit->{$cp};
    my $ascii = $unicode;

    if (!defined $ascii || $ascii =~ /^ +\z/) {
        $ascii = $PRIVATE{$cp} // $best // $left // $translit->{$cp}
                 // $unicode;
    }

    if ($verbose && defined $best && $best ne $ascii) {
        compete($cp, "Unicode \"$ascii\" before best fit \"$best\"");
    }

    if ($verbose && defined $unicode && $unicode ne $ascii) {
        compete($cp, "best fit \"$ascii\" before Unicode \"$unicode\"");
    }

    return $ascii;
}


sub lookalikes {
    my ($s) = @_;

    return join '', map { $LOOKALIKE{ord $_} // $_ } split //, $s;
}


sub read_table {
    my ($file) = @_;

    my %best;

    open my $in, '<', $file or die "$file: $!\n";

    while (my $line = <$in>) {
        next if $line =~ /^#/;

        my ($hex, $c) = $line =~ /^([0-9A-F]{4,6})\t([ -~]+)\t[\w -]+$/
            or die "$file:$.: not understood\n";

        my $cp = hex $hex;

        $c = ' ' if $c eq 'SP';

        my $old = $best{$cp};

        if (!defined $old) {
            $best{$cp} = $c;
            next;
        }

        $best{$cp} = $c if rank($c) < rank($old);

        compete($cp, "\"$old\" and \"$c\": \"$best{$cp}\"")
            if $verbose;
    }

    close $in;

    return \%best;
}


sub rank {
    my ($text) = @_;

    my ($best) = sort { $a <=> $b } grep { $_ >= 0 }
                     map { index $RANK, $_ } split //, $text;

    return $best;
}


sub compete {
    my ($cp, $what) = @_;

    printf "U+%04X: %s\n", $cp, $what;
}


sub format_table {
    my ($size, $page, $rows, $texts) = @_;

    my @pages = map { sprintf '[0x%04x] = %3u,', $_, $page->{$_} }
                    sort { $a <=> $b } keys %$page;

    my @cells = map {
                    "    {\n"
                    . cells('        ', 16, @$_)
                    . "    },\n"
                } @$rows;

    my @quoted = map { s/([\\"])/\\$1/gr } @$texts;

    my $text = <<"EOT";
/* Generated by compat.pl from Unicode $UNICODE and two tables.  Do not edit. */

/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The two tables are t/data/bestfit.tsv and t/data/translit.tsv.
 *
 * $size->{entries} code points, $size->{bytes} bytes.
 */


#ifndef _CGUARD_COMPAT_TABLE_H_INCLUDED_
#define _CGUARD_COMPAT_TABLE_H_INCLUDED_


#include <stdint.h>


#define CGUARD_COMPAT_ENTRIES  $size->{entries}
#define CGUARD_COMPAT_MAX      $size->{max}
#define CGUARD_COMPAT_PAGES    $size->{pages}
#define CGUARD_COMPAT_ROWS     $size->{rows}
#define CGUARD_COMPAT_TEXTS    $size->{texts}


static const $size->{ptype}  cguard_compat_page[CGUARD_COMPAT_PAGES] = {
EOT

    $text .= lines('    ', 4, @pages)
             . "};\n\n\n"
             . "static const $size->{ctype}  "
             . "cguard_compat_cell[CGUARD_COMPAT_ROWS][64] = {\n"
             . join('', @cells)
             . "};\n\n\n"
             . "static const char\n"
             . "    cguard_compat_text"
             . "[CGUARD_COMPAT_TEXTS][CGUARD_COMPAT_MAX + 1] =\n{\n"
             . lines('    ', 6, map { sprintf '%-11s', "\"$_\"," } @quoted)
             . "};\n\n\n"
             . "#endif /* _CGUARD_COMPAT_TABLE_H_INCLUDED_ */\n";

    return $text;
}


sub cells {
    my ($indent, $n, @cells) = @_;

    my $text = '';

    while (my @part = splice @cells, 0, $n) {
        $text .= $indent . join('', map { sprintf '%3u,', $_ } @part) . "\n";
    }

    return $text;
}


sub lines {
    my ($indent, $n, @items) = @_;

    my $text = '';

    while (my @part = splice @items, 0, $n) {
        my $line = $indent . join ' ', @part;

        $line =~ s/ +\z//;
        $text .= "$line\n";
    }

    return $text;
}
