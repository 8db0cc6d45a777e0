# The first sentence of the monitor's page, for each state: the page's own
# script runs without a browser, and says what it would show.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Page qw(page_says);


sub server {
    my ($name, $modes, %outcomes) = @_;
    return { name => $name, modes => $modes, since => '2026-01-10T03:00:00.000Z',
             passed => 1, verdicts => {}, reasons => {}, at => {},
             outcomes => { map { $_ => { count => $outcomes{$_},
                 last => '2026-01-10T04:00:00.000Z' } } keys %outcomes } };
}


# A script that returns what the page shows: {state, colour, sentence, note,
# todo}
sub asked {
    my ($lang, $servers, %more) = @_;
    my $without = delete $more{without};
    my $before = delete $more{before} // '';
    my $data = { version => 1, node => 'proxy1', loads => 1,
                 now => '2026-01-10T05:00:00.000Z',
                 started => '2026-01-10T02:00:00.000Z',
                 configured => '2026-01-10T03:00:00.000Z',
                 servers => $servers, %more };
    my $json = $without ? 'null' : JSON::PP->new->canonical->encode($data);
    return "(() => { lang = '$lang'; data = $json; lostSince = null; "
        . "problem = null; $before; return answer(); })()";
}


my $GATE = 'gateway.example.com';
my $AT = qr/gateway\.example\.com \(node proxy1\)/;
my @on = (server($GATE, ['on'], blocked => 3));
my @open = (server($GATE, ['on'], 'scan-success' => 1,
                   'exploit-suspected' => 2));
my $AT_FOUR = { count => 1, last => '2026-01-10T04:00:00.000Z' };
my %seen = (by => 'Jan <b>', at => '2026-01-10T04:30:00.000Z',
            note => 'looked <i>at it</i>');

my @cases = (
    # we have been shielded since
    ['shielded', \@on, 'shielded', 'green',
     qr/^We have been shielded since 10 Jan 2026, 04:00:00 CET at $AT, and (?#
       )there is no sign that anything got through since then\.\z/, qr/^\z/,
     qr/^\z/],
    ['a removed server, and the monitor', [@on, server('old', []),
      server('other', [], blocked => 2)], 'shielded', 'green',
     qr/^We have been shielded .* at $AT,/, qr/^\z/, qr/^\z/],
    ['attempts', [server($GATE, ['on'], attempt => 2)], 'shielded', 'green',
     qr/^We have been shielded/, qr/^2 reached the ADC, without a sign/,
     qr/^\z/],
    ['two Gateways', [@on, server('b.example', ['on'])], 'shielded', 'green',
     qr/at gateway\.example\.com, b\.example \(node proxy1\)/, qr/^\z/,
     qr/^\z/],
    ['no name', [server('', ['on'])], 'shielded', 'green', qr/ at proxy1, /,
     qr/^\z/, qr/^\z/],
    ['any name', [server('_', ['on']), server('proxy1', ['on'])], 'shielded',
     'green', qr/ at proxy1, /, qr/^\z/, qr/^\z/],
    ['nothing is lost', \@on, 'shielded', 'green', qr/^We have been shielded/,
     qr/^\z/, qr/^\z/, lost => { events => 0, lines => 0 }],
    ['the clock was moved a little', \@on, 'shielded', 'green',
     qr/^We have been shielded/, qr/^\z/, qr/^\z/,
     now => '2026-01-10T02:59:56.000Z'],

    # nothing is blocked
    ['detect', [server($GATE, ['detect'])], 'detect', 'amber',
     qr/^Nothing is blocked at $AT: the guard only detects, since 10 Jan/,
     qr/^There is no sign/, qr/^If the events below are attacks/],
    ['on and detect', [server($GATE, ['on', 'detect'])], 'detect', 'amber',
     qr/^In a part of $AT not everything is blocked/, qr/no sign/, qr/^If the/],
    ['detect at one of two', [@on, server('b', ['detect'])], 'detect',
     'amber', qr/^Nothing is blocked at b \(node proxy1\): /,
     qr/^Blocked at $AT, since .*no sign/, qr/^If the/],

    # off, or not loaded for a server
    ['off', [server($GATE, ['off'])], 'off', 'red',
     qr/^We are not shielded at $AT: the guard is off there, since 10 Jan/,
     qr/^Nothing is checked or recorded there/, qr/^See under Changes of modes since when/],
    ['off for one', [@on, server('b', ['off'])], 'off', 'amber',
     qr/^We are not shielded at b \(node proxy1\): the guard is off/,
     qr/^Blocked at $AT, since .*Nothing is checked/, qr/^See under/],
    ['off in one location', [server($GATE, ['detect', 'off'])], 'off', 'amber',
     qr/^We are not shielded in a part of $AT/, qr/^Nothing is checked/,
     qr/^See under/],
    ['off, the clock and lost events', [server($GATE, ['off'])], 'off', 'red',
     qr/^We are not shielded at $AT/, qr/^Nothing is checked/, qr/^See under/,
     now => '2026-01-09T05:00:00.000Z', lost => { events => 3 }],

    # something may have got through
    ['got through', \@open, 'through', 'red',
     qr/^3 requests may have got through at $AT, the last one on (?#
       )10 Jan 2026, 05:00:00 CET\.\z/, qr/^Blocked at $AT, since/,
     qr/^Block: .*Tell the people.*The runbook has all/],
    ['not answered', [server($GATE, ['detect'], unknown => 1)], 'through',
     'red', qr/^1 request may have got through at $AT/,
     qr/^The ADC's answer to 1 of them is not known.*Not everything is/,
     qr/^Block: /],
    ['got through a removed server', [@on, server('old', [],
        'scan-success' => 1)], 'through', 'red',
     qr/^1 request may have got through at old \(/, qr/^Blocked at/,
     qr/^Block: /],
    ['got through another server', [@on, server('other', [],
        'scan-success' => 1)], 'through', 'red',
     qr/^1 request may have got through at other servers \(/, qr/^Blocked at/,
     qr/^Block: /],
    ['got through, the clock and lost events', \@open, 'through', 'red',
     qr/^3 requests may have got through/, qr/^Blocked/, qr/^Block: /,
     now => '2026-01-09T05:00:00.000Z', lost => { events => 3 }],
    ['acknowledged', \@open, 'shielded', 'green',
     qr/^We have been shielded since .* at $AT\.\z/,
     qr{^3 that may have got through were acknowledged by Jan <b> on (?#
        )10 Jan 2026, 05:30:00 CET: \x{201c}looked <i>at it</i>\x{201d}\.\z},
     qr/^\z/, acknowledged => { %seen, count => 3 }],
    ['acknowledged, without a note', \@open, 'shielded', 'green',
     qr/^We have been shielded/, qr/ CET\.\z/, qr/^\z/,
     acknowledged => { %seen, count => 3, note => '' }],
    ['acknowledged, but off', [server($GATE, ['off'], 'scan-success' => 1)],
     'off', 'red', qr/^We are not shielded/, qr/Nothing is checked.*1 that .* was acknowledged/,
     qr/^See under/, acknowledged => { %seen, count => 1 }],
    ['acknowledged, and a new one', \@open, 'through', 'red',
     qr/^1 request may have got through/,
     qr/2 that may have got through were acknowledged by Jan/,
     qr/^Block: .*citrix-guard ack --count=3\./,
     acknowledged => { %seen, count => 2 }],
    ['acknowledged more than there are', \@on, 'shielded', 'green',
     qr/no sign/, qr/^\z/, qr/^\z/, acknowledged => { %seen, count => 9 }],

    # we cannot tell
    ['nothing configured', [], 'unknown', 'amber',
     qr/^We cannot tell .*: no server is configured/, qr/^\z/,
     qr/^Set citrix_guard on/],
    ['only a removed server', [server('old', [])], 'unknown', 'amber',
     qr/^We cannot tell .*: no server/, qr/^\z/, qr/^Set/],
    ['the clock', \@on, 'unknown', 'amber',
     qr/^We cannot tell .*: the server's clock/, qr/^\z/, qr/^Correct the clock/,
     now => '2026-01-10T02:59:54.000Z'],
    ['the clock, by an event', \@on, 'unknown', 'amber',
     qr/^We cannot tell .*: the server's clock/, qr/^\z/, qr/^Correct the clock/,
     servers => [{ %{ $on[0] }, verdicts => { blocked => { count => 1,
         last => '2026-01-10T06:00:00.000Z' } } }]],
    ['lost events', \@on, 'unknown', 'amber',
     qr/^We cannot tell whether anything got through: 3 events were not/,
     qr/^\z/, qr/^Check nginx's error log/, lost => { events => 3, lines => 2 }],
    ['lines that were left out', \@on, 'shielded', 'green',
     qr/^We have been shielded/, qr/^\z/, qr/^\z/,
     lost => { events => 0, lines => 2 }],
    ['the saved state is damaged', \@on, 'unknown', 'amber',
     qr/^We cannot tell whether anything got through before 10 Jan 2026, (?#
        )03:00:00 CET: the counters saved/, qr/^\z/, qr/^Look in the log of events/,
     state => { found => 'damaged', unsaved => 0 }],
    ['the same, and acknowledged', \@on, 'shielded', 'green',
     qr/^We have been shielded/, qr/^\z/, qr/^\z/,
     state => { found => 'damaged', unsaved => 0 },
     acknowledged => { %seen, count => 0 }],
    ['damaged, and one got through', \@open, 'through', 'red',
     qr/^3 requests may/, qr/^Blocked/, qr/^Block: /,
     state => { found => 'damaged', unsaved => 0 }],
    ['another nginx beside this one', \@on, 'unknown', 'amber',
     qr/^We cannot tell .*: after an upgrade another nginx accepts/, qr/^\z/,
     qr/^If the new nginx is the right one, end the old one: .*reload the old/,
     upgrade => { beside => 2 }],
    ['one beside it, and the clock', \@on, 'unknown', 'amber',
     qr/after an upgrade another nginx/, qr/^\z/, qr/^If the new/,
     upgrade => { beside => 1 }, now => '2026-01-09T05:00:00.000Z'],
    ['one beside it, and one got through', \@open, 'through', 'red',
     qr/^3 requests may/, qr/^Blocked/, qr/^Block: /, upgrade => { beside => 1 }],
    ['one beside it, and off', [server($GATE, ['off'])], 'off', 'red',
     qr/^We are not shielded/, qr/^Nothing is checked/, qr/^See under/,
     upgrade => { beside => 1 }],
    ['no other nginx', \@on, 'shielded', 'green', qr/^We have been shielded/,
     qr/^\z/, qr/^\z/, upgrade => { beside => 0 }],
    ['one that counted elsewhere', \@on, 'unknown', 'amber',
     qr/^We cannot tell whether anything got through before 10 Jan 2026, (?#
        )05:00:00 CET: until then another nginx served/, qr/^\z/,
     qr/^Look in the log of events/,
     upgrade => { beside => 0, uncounted => '2026-01-10T04:00:00.000Z' }],
    ['that, and detect', [server($GATE, ['detect'])], 'unknown', 'amber',
     qr/^We cannot tell whether anything got through before/, qr/^\z/,
     qr/^Look in/,
     upgrade => { beside => 0, uncounted => '2026-01-10T04:00:00.000Z' }],
    ['the state cannot be written', \@on, 'shielded', 'green',
     qr/^We have been shielded/, qr/^A restart would forget/, qr/^\z/,
     state => { found => 'new', unsaved => 2 }],
    ['a state that is written', \@on, 'shielded', 'green',
     qr/^We have been shielded/, qr/^\z/, qr/^\z/,
     state => { found => 'restored', unsaved => 0 }],
    ['our own attack is not refused', \@on, 'off', 'amber',
     qr/^We are not shielded everywhere: .* own test attack "pl<i>n", .* on (?#
        )10 Jan 2026, 05:00:00 CET/, qr/^Blocked at/, qr/^Look for/,
     canaries => [{ name => 'x', let_by => { count => 0 },
                    verdicts => { blocked => $AT_FOUR } }, { name => 'pl<i>n',
        let_by => $AT_FOUR, verdicts => { blocked => { count => 9,
        last => '2026-01-10T03:59:59.999Z' } } }]],
    ['it is refused again', \@on, 'shielded', 'green',
     qr/^We have been shielded/, qr/^\z/, qr/^\z/,
     canaries => [{ name => 'canary', let_by => $AT_FOUR, verdicts => {
        blocked => { count => 9, last => '2026-01-10T04:00:00.001Z' } } }]],
    ['our own attack, and detect', [server($GATE, ['on', 'detect'])], 'off',
     'amber', qr/^We are not shielded everywhere/, qr/^Not everything/,
     qr/^Look for/, canaries => [{ name => 'x', let_by => $AT_FOUR }]],
    ['our own attack, and off', [server($GATE, ['off'])], 'off', 'red',
     qr/^We are not shielded at/, qr/^Nothing is checked/, qr/^See under/,
     canaries => [{ name => 'x', let_by => $AT_FOUR }]],
    ['no connection', \@on, 'unknown', 'amber',
     qr/^We cannot tell .*: no connection/, qr/^No connection since 10 Jan/,
     qr/^Check that nginx is running/,
     before => 'lostSince = "2026-01-10T05:00:00.000Z"'],
    ['never a connection', \@on, 'unknown', 'amber',
     qr/^We cannot tell .*: no connection/, qr/^No connection since/,
     qr/^Check that nginx is running/, without => 1,
     before => 'lostSince = "2026-01-10T05:00:00.000Z"'],
    ['an error', \@on, 'unknown', 'amber',
     qr/^We cannot tell .*: the monitor answers with status 404\.\z/,
     qr/^No connection/,
     qr/^Check that nginx is running/, before => 'lostSince = '
         . '"2026-01-10T05:00:00.000Z"; problem = () => say().refused(404)'],
    ['another version', \@on, 'unknown', 'amber',
     qr/^We cannot tell .* does not fit the version of this/, qr/^No conn/,
     qr/^Check that nginx is running/, before => 'lostSince = '
         . '"2026-01-10T05:00:00.000Z"; problem = () => say().garbled'],
);

my $answers = page_says('[' . join(",\n", map {
    my (undef, $servers, undef, undef, undef, undef, undef, %more) = @$_;
    map { asked($_, $servers, %more) } 'en', 'nl' } @cases) . ']')
    or plan skip_all => 'no node: Debian package nodejs';

for my $case (@cases) {
    my ($name, $servers, $state, $colour, $sentence, $note, $todo) = @$case;
    my $said = shift @$answers;
    is "$said->{state} $said->{colour}", "$state $colour",
       "$name: $state, $colour";
    like $said->{sentence}, $sentence, '... the sentence';
    like $said->{note}, $note, '... and the note below it';
    like "@{ $said->{todo} }", $todo, '... and what to do';
    my $all = join ' ', @$said{qw(sentence note)}, @{ $said->{todo} };
    unlike $all, qr/undefined|NaN|no name|Invalid|\?|\b_\b(?!\w)/,
           '... names and times';
    my $dutch = shift @$answers;
    is "$dutch->{state} $dutch->{colour}", "$state $colour",
       '... the same in Dutch';
    isnt $dutch->{sentence}, $said->{sentence}, '... and not in English';
    is scalar @{ $dutch->{todo} }, scalar @{ $said->{todo} },
       '... with the same steps';
    unlike join(' ', @$dutch{qw(sentence note)}), qr/undefined|NaN|\?/,
           '... complete';
}

done_testing;
