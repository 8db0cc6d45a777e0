# The plot of the monitor's page, without a browser: columns, ticks and times.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use List::Util qw(sum);
use POSIX qw(strftime);
use Test::More;

use CitrixGuard::Page qw(page_says);

# a day in steps of 5 minutes, two weeks of hours, a year: until 10:00 UTC
my $NOW = 1_782_122_400;
my %SCALE = (300 => 288, 3_600 => 336, 86_400 => 366);


# The counts, by the length of a step: {seconds before $NOW => count}
sub series {
    my ($step, %counts) = @_;
    my $first = (int(($NOW - 1) / $step) - $SCALE{$step} + 1) * $step;
    my @list = (0) x $SCALE{$step};
    my $i = sub { int(($NOW - 1 - $_[0] - $first) / $step) };
    $list[$i->($_)] += $counts{$_}
        for grep { $i->($_) >= 0 && $NOW - 1 - $_ >= $first } keys %counts;
    return { step => $step, steps => $SCALE{$step}, first => strftime('%Y-%m-%dT%H:%M:%S.000Z', gmtime $first),
             reasons => { traversal => \@list },
             outcomes => { 'scan-success' => \@list } };
}


my @counted = (10 => 955, 1_000 => 1, 90_000 => 20, 30 * 86_400 => 300);
my $DATA = JSON::PP->new->canonical->encode({ started => '1970-01-01T00:00:00.000Z',
    series => series(300, @counted), node => 'proxy1',
    longer => [series(3_600, @counted), series(86_400, @counted)] });

my $said = page_says(<<"END") or plan skip_all => 'no node: package nodejs';
(() => {
    data = $DATA;
    const shows = (span, end, room) => {
        Object.assign(range, { span, end });
        const view = columns(...chosen(), room, "reasons");
        return { view, totals: totals(view), around: around(),
                 chosen: chosen() };
    };
    return {
        ticks: [0, 1, 2, 3, 7, 10, 955, 1910, 4999, 5000, 1e6]
            .map(n => ticks(n)),
        hour: shows(3600, null, 1500), day: shows(86400, null, 1500),
        small: shows(86400, null, 300), week: shows(7 * 86400, null, 1500),
        year: shows(365 * 86400, null, 1500),
        before: shows(3600, $NOW - 89000, 1500),
        long: shows(9e9, null, 1500), late: shows(3600, 9e9, 1500),
        early: shows(3600, 1, 1500), reach: reach(),
        labels: [timeLabels([$NOW, $NOW + 3600, $NOW + 14 * 3600], 3600),
                 timeLabels([$NOW, $NOW + 86400 * 200], 86400)],
        moment: moment(new Date($NOW * 1000)), zone: zoneName(),
        midnight: (() => { lang = "nl"; return moment("2026-01-10T23:05:09Z");
                         })(),
    };
})()
END

is_deeply $said->{ticks}, [[0, 1], [0, 1], [0, 1, 2], [0, 1, 2, 3],
    [0, 2, 4, 6, 8], [0, 2, 4, 6, 8, 10], [0, 200, 400, 600, 800, 1_000],
    [0, 500, 1_000, 1_500, 2_000], [0, 1_000, 2_000, 3_000, 4_000, 5_000],
    [0, 1_000, 2_000, 3_000, 4_000, 5_000],
    [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]], 'round ticks';

for my $case (['hour', 956, 300, 3_600], ['day', 956, 300, 86_400],
              ['small', 956, 1_800, 86_400], ['week', 976, 3_600, 7 * 86_400],
              ['year', 1_276, 172_800, 365 * 86_400]) {
    my ($name, $total, $wide, $span) = @$case;
    my $shown = $said->{$name};
    is sum(@{ $shown->{totals} }), $total, "$name: everything that was counted";
    is $shown->{view}{wide}, $wide, '... the width of a column';
    is $shown->{chosen}[1] - $shown->{chosen}[0], $span, '... the time span';
    is_deeply [grep { $_ % $wide } @{ $shown->{view}{starts} }], [],
              '... at round times';
    is sum(@{ $shown->{view}{marks} }), $total, '... and what got through';
}
is $said->{hour}{totals}[-1], 955, 'a column has its own count';

is sum(@{ $said->{before}{totals} }), 20, 'an hour of yesterday';
is $said->{before}{view}{wide}, 3_600, '... by the hour';
is_deeply $said->{long}{chosen}, $said->{reach}, 'not longer than the data';
is $said->{late}{chosen}[1], $said->{reach}[1], 'not later than the data';
is $said->{early}{chosen}[0], $said->{reach}[0], 'not earlier than the data';

my $strip = sub { ($said->{$_[0]}{around}[1] - $said->{$_[0]}{around}[0]) / 86_400 };
cmp_ok $strip->('hour'), '==', 1, 'the strip shows a day around an hour';
cmp_ok $strip->('day'), '>', 13, '... two weeks around a day';
cmp_ok $strip->('week'), '>', 364, '... and a year around a week';

is_deeply $said->{labels}, [["12:00\n22 Jun", '13:00', "02:00\n23 Jun"],
    ["22 Jun\n2026", "8 Jan\n2027"]], 'a day stands where it changes';
is $said->{moment}, '22 Jun 2026, 12:00:00 CEST', 'a time has its zone';
like $said->{zone}, qr{^Europe/Amsterdam \(CES?T\)\z}, 'the zone by name';
is $said->{midnight}, '11 jan 2026, 00:05:09 CET', 'the 24-hour form, from 00';

done_testing;
