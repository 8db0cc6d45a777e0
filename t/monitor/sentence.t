# The first sentence of the monitor's page, for each state that it may be in:
# the page's own script, without a browser, says what it would show.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Scratch qw(scratch slurp spew);

plan skip_all => 'no node: Debian package nodejs'
    if system('node --version >/dev/null 2>&1') != 0;

my $SCRIPT = slurp("$FindBin::Bin/../../ngx_citrix_guard/http/monitor/page.js");
my $dir = scratch();


sub server {
    my ($name, $modes, %outcomes) = @_;
    return { name => $name, modes => $modes, since => '2026-01-10T03:00:00.000Z',
             passed => 1, verdicts => {}, reasons => {}, at => {},
             outcomes => { map { $_ => { count => $outcomes{$_},
                 last => '2026-01-10T04:00:00.000Z' } } keys %outcomes } };
}


# what the page says: [colour, sentence, note]
sub said {
    my ($lang, $servers, %more) = @_;
    my $data = { node => 'proxy1', now => '2026-01-10T05:00:00.000Z',
                 started => '2026-01-10T02:00:00.000Z',
                 configured => '2026-01-10T03:00:00.000Z',
                 servers => $servers, %more };
    my $json = JSON::PP->new->canonical->encode($data);
    my $lost = $more{lost} ? '"2026-01-10T05:00:00.000Z"' : 'null';
    spew("$dir/page.js", <<"END" . $SCRIPT . <<"END");
const thing = () => new Proxy(function () {}, { get: (t, k) =>
    k === Symbol.toPrimitive ? () => "" : thing(),
    set: () => true, apply: () => thing() });
globalThis.document = thing();
globalThis.window = thing();
Object.defineProperty(globalThis, "navigator",
    { value: { language: "$lang" }, configurable: true });
globalThis.fetch = () => new Promise(() => {});
globalThis.location = { pathname: "/" };
END
;data = $json; lostSince = $lost;
console.log(JSON.stringify(answer()));
process.exit(0);
END
    my $said = `node $dir/page.js 2>&1`;
    return eval { JSON::PP::decode_json($said) } || die $said;
}


my $GATE = 'gateway.example.com';
my @on = (server($GATE, ['on'], blocked => 3));

for my $case (
    ['shielded', \@on, 'green',
     qr/^We\ have\ been\ shielded\ since\ .*\ at\ gateway\.example\.com
        \ \(proxy1\),\ and\ nothing\ got\ through/x, qr/^\z/],
    ['one that is gone, and the monitor', [@on, server('old', []),
      server('other', [], blocked => 2)], 'green',
     qr/^We have been shielded .* at gateway\.example\.com \(proxy1\)/,
     qr/^\z/],
    ['attempts', [server($GATE, ['on'], attempt => 2)], 'green',
     qr/^We have been shielded/, qr/^2 went to the ADC/],
    ['detect', [server($GATE, ['detect'])], 'amber',
     qr/^Nothing is blocked at gateway\.example\.com \(proxy1\)/,
     qr/no sign/],
    ['on and detect', [server($GATE, ['on', 'detect'])], 'amber',
     qr/^We are partly shielded: .* at gateway\.example\.com \(proxy1\)/,
     qr/no sign/],
    ['one server of two', [@on, server('b', ['detect'])], 'amber',
     qr/^We are partly shielded: not everything is blocked at b \(proxy1\)/,
     qr/no sign/],
    ['off', [server($GATE, ['off'])], 'red', qr/^We are not shielded/,
     qr/^gateway\.example\.com \(proxy1\)\z/],
    ['off for one', [@on, server('b', ['off'])], 'amber',
     qr/^The guard is off in some place of b \(proxy1\)/, qr/no sign/],
    ['off in a place', [server($GATE, ['detect', 'off'])], 'amber',
     qr/^The guard is off in some place of gateway/, qr/no sign/],
    ['got through', [server($GATE, ['on'], 'scan-success' => 1,
                            'exploit-suspected' => 2)], 'red',
     qr/^3 requests may have got through, the last one at /,
     qr/^The guard has been blocking since .*What to do now: block/],
    ['not answered', [server($GATE, ['detect'], unknown => 1)], 'red',
     qr/^1 request may have got through/,
     qr/^Of 1 the ADC's answer is not known.*What to do now/],
    ['got through a server that is gone', [@on, server('old', [],
                                             'scan-success' => 1)], 'red',
     qr/^1 request may have got through/, qr/What to do now/],
    ['nothing configured', [], 'amber', qr/^We cannot tell: no server/,
     qr/^\z/],
    ['only what is gone', [server('old', [])], 'amber',
     qr/^We cannot tell: no server/, qr/^\z/],
    ['the clock', \@on, 'amber', qr/^We cannot tell: the clock/, qr/^\z/,
     now => '2026-01-09T05:00:00.000Z'],
    ['no connection', \@on, 'amber', qr/^Nobody knows whether we are/,
     qr/^No connection since/, lost => 1],
) {
    my ($name, $servers, $colour, $sentence, $note, %more) = @$case;
    my $said = said('en', $servers, %more);
    is $said->[0], $colour, "$name: $colour";
    like $said->[1], $sentence, '... the sentence';
    like $said->[2], $note, '... and what stands below it';
    unlike "@$said", qr/undefined|NaN|no name|Invalid/, '... names and times';
    my $dutch = said('nl', $servers, %more);
    is $dutch->[0], $colour, '... the same in Dutch';
    isnt $dutch->[1], $said->[1], '... in its own words';
    unlike "@$dutch", qr/undefined|NaN/, '... whole';
}

done_testing;
