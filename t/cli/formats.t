#!/usr/bin/perl

# citrix-guard scan and the formats of t/data/formats.tsv: a log with the attack
# never ends with "Nothing found", an honest one never with a finding, and an
# answer that the log does not contain is "not known".

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Scan qw(scan spewed);
use CitrixGuard::Scratch qw(slurp);

my @HONEST = qw(/vpn/index.html /logon/LogonPoint/index.html /favicon.ico
    /vpns/portal/homepage.html /vpns/scripts/vista/AGEE_setup.exe /cgi/login);
my $ATTACK = '/vpn/../vpns/portal/a.xml';
my $ENCODED = '/vpn/%2e%2e/%76pns/portal/a.xml';
my $STAGE = '/vpns/portal/scripts/newbm.pl';

my %ESCAPE = (n => "\n", r => "\r", t => "\t", e => "\e");

# the expected exit status, by what the log contains of the answer
my %EXPECTED = (
    #           honest attack refused front stage
    yes    => [ 0,     3,     1,      2,    1 ],
    no     => [ 0,     2,     2,      2,    1 ],
    partly => [ 2,     3,     2,      2,    2 ],
    unread => [ 2,     2,     2,      2,    2 ],
    some   => [ 0,     2,     2,      2,    2 ],
);

my @formats = map { [split /\t/, $_, 3] }
    grep { /^[^#]/ } split /\n/, slurp("$FindBin::Bin/../data/formats.tsv");
cmp_ok scalar @formats, '>=', 106, 'formats';


# "a\|b|c" is "a|b" and "c".
sub parts {
    my ($text) = @_;
    my ($once, $record) = $text =~ /^((?:[^\\|]|\\.)*)\|(.*)$/s;
    ($once, $record) = ('', $text) if ($once // '') !~ /\\n$/;
    return map { s/\\(.)/$ESCAPE{$1} \/\/ $1/gesr } $once, $record;
}


sub filled {
    my ($record, $target, $status) = @_;
    my %is = (T => $target, Q => substr($target, 1), S => $status);
    return $record =~ s/\{([TQS])\}/$is{$1}/gr;
}


for (@formats) {
    my ($name, $answer, $text) = @$_;
    my ($once, $record) = parts($text);
    my @honest = map { filled($record, $_, $_ eq '/favicon.ico' ? 404 : 200) }
        @HONEST;
    my $log = sub { return join '', $once, @honest[0 .. 2],
        @_ ? filled($record, @_) : (), @honest[3 .. 5] };
    my @expected = @{ $EXPECTED{$answer} };

    subtest $name => sub {
        my %log = (
            'an honest log'         => [$log->(), $expected[0]],
            'the attack'            => [$log->($ATTACK, 200), $expected[1]],
            '... in another spelling' => [$log->($ENCODED, 200), $expected[1]],
            '... at the beginning'  =>
                [join('', $once, filled($record, $ATTACK, 200), @honest),
                 $expected[1]],
            '... at the end, without a line end' =>
                [join('', $once, @honest, filled($record, $ATTACK, 200))
                 =~ s/\n$//r, $expected[1]],
            '... refused'           => [$log->($ATTACK, 404), $expected[2]],
            '... and no answer of the ADC' =>
                [$log->($ATTACK, 499), $expected[3]],
            'a stage without the traversal' =>
                [$log->($STAGE, 200), $expected[4]],
        );
        for my $kind (sort keys %log) {
            my ($bytes, $status) = @{ $log{$kind} };
            my ($ran, $is) = scan([], spewed('log', $bytes));
            is $ran->{status}, $status, $kind
                or diag "$ran->{err}$bytes";
        }
    };
}

done_testing;
