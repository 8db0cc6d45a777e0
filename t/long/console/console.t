# The page of citrix_guard_monitor in a real Chromium: what it says, with
# nothing, with much and with hostile events, on small and wide screens, in two
# languages, light and dark, by keyboard, and when the connection is lost.
#
# TEST_PICTURES=FOLDER keeps pictures of it, to be looked at.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Browser;
use CitrixGuard::Check qw(request get);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

my $HTTP = <<'END';
    citrix_guard_zone guard:1m canary=kanarie-4711;
    set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
    # what stands around it is for other pages
    add_header Content-Security-Policy "default-src 'none'" always;
    server { listen 127.0.0.1:%%PORT1%%; server_name gateway.example.com;
             citrix_guard %%MODE%%;
             citrix_guard_rule a.rule path "^/ruled";
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%; server_name monitor;
             location = /guard { citrix_guard_monitor;
                                 allow 127.0.0.1; deny all; } }
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, http => $HTTP,
    vars => { BE => $be->port, MODE => 'on' })->start;

my $browser = CitrixGuard::Browser->new(width => 1_600);
my $url = 'http://127.0.0.1:' . $nginx->port(2) . '/guard';


sub picture {
    my ($name) = @_;
    $browser->picture("$ENV{TEST_PICTURES}/$name.png") if $ENV{TEST_PICTURES};
    return;
}


# The page has heard of everything that has happened.
sub refresh {
    $nginx->settle;
    $browser->script('return refresh()');
    return;
}


sub colour { return $browser->script('return at("answer").className') }


sub sentence { return $browser->text('#sentence') }


sub fits {
    my ($name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($is, $has) = @{ $browser->script(
        'return [document.documentElement.scrollWidth, innerWidth]') };
    return cmp_ok $is, '<=', $has, $name;
}


# Texts whose colour does not stand out from what is behind them (WCAG, 4.5).
my $CONTRAST = <<'END';
const rgb = c => c.match(/[\d.]+/g).map(Number);
const light = c => rgb(c).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const back = e => {
    for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor;
        if (!/, 0\)$/.test(c)) { return c; }
    }
    return "rgb(255, 255, 255)";
};
return [...document.querySelectorAll("body *")]
    .filter(e => [...e.childNodes].some(
        n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => e.getClientRects().length && !e.closest("svg, select"))
    .map(e => {
        const [a, b] = [light(getComputedStyle(e).color), light(back(e))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
                e.tagName + " " + e.className + ": " + e.textContent];
    })
    .filter(([ratio]) => ratio < 4.5).map(([r, t]) => r.toFixed(1) + " " + t);
END


subtest 'nothing yet' => sub {
    $browser->open($url);
    ok $browser->until('data !== null'), 'it has asked';
    like sentence(), qr/^We have been shielded since .* at (?#
         )gateway\.example\.com \(node \S+\), and there is no sign/,
         'the sentence';
    is $browser->script('return at("answer").dataset.state'), 'shielded',
       '... its state';
    ok !$browser->script('return at("todo").checkVisibility()'),
       '... nothing to do';
    like $browser->text('#about'), qr/Gateway\s+gateway\.example\.com.*
         Node\s+\S+.*nginx\s+1\.\d+.*citrix_guard\s+\d.*Counting\ since/xs,
         'Gateway, node, versions, since when';
    is colour(), 'answer green', '... in green';
    is $browser->text('#found'), '0 of 0 events', 'no events';
    like $browser->text('#servers'), qr/gateway\.example\.com\s+on\s/,
         'the server and its mode';
    is_deeply [$browser->complaints], [], 'the browser has no complaint';
    picture('none');
};


subtest 'a canary and a forwarded attempt' => sub {
    get($nginx->port, '/vpn/../vpns/kanarie-4711');
    get($nginx->port, '/clean') for 1 .. 3;
    refresh();
    is colour(), 'answer green', 'a canary is no attack';
    like $browser->text('#counts'), qr/Clean\s+3\s.*Canary\s+1\s+Blocked/s,
         'what is counted';
};


subtest 'hostile events' => sub {
    my @hostile = ('<script>window.hit=1</script>',
        '<img/src=x/onerror=window.hit=1>', '"onmouseover="window.hit=1',
        "\xe2\x80\xae\xe2\x81\xa6txet", "\x1b[31m", '{{hit}}', '%3Csvg%3E',
        'javascript:window.hit=1', "\xff\xfe", '</textarea><script>');
    for my $bytes (@hostile) {
        CitrixGuard::Raw::ask($nginx->port, "GET /vpn/../vpns/$bytes HTTP/1.1"
            . "\r\nHost: $bytes\r\nUser-Agent: $bytes\r\n\r\n");
        get($nginx->port, "/vpn/../vpns/$bytes",
            headers => ['User-Agent', $bytes]);
    }
    refresh();
    $browser->script('document.querySelectorAll("#events td button")'
                     . '.forEach(b => open.add(Number(b.getAttribute('
                     . '"aria-controls").slice(6)))); showEvents()');
    my $seen = $browser->text('#events');
    is $browser->script('return window.hit === undefined'), JSON::PP::true,
       'nothing has run';
    is $browser->script('return document.querySelectorAll('
        . '"#events img, #events script, #events svg, #events a, '
        . '#events textarea").length'), 0, 'nothing has become an element';
    like $seen, qr/\Q$_\E/, "seen as it is: $_"
        for @hostile[0, 1], '\x22onmouseover=\x22', '\xE2\x80\xAE',
            '\x1B[31m', '\xFF\xFE';
    unlike $seen, qr/[\x{202a}-\x{202e}\x{2066}-\x{2069}\x1b]/,
           'nothing turns the text around';
    fits('details fit');
    is_deeply [grep { !/favicon/ } $browser->complaints], [],
              'the browser has no complaint';
    picture('hostile');
    # the policy is in force, whatever gets into the page
    $browser->script('const s = document.createElement("script"); '
        . 's.textContent = "window.hit = 2"; document.body.append(s); '
        . 'document.body.insertAdjacentHTML("beforeend", '
        . '"<img src=/x onerror=window.hit=3>"); s.remove()');
    is $browser->script('return window.hit === undefined'), JSON::PP::true,
       'the policy would have stopped it';
    is scalar(grep {/Content Security Policy/} $browser->complaints) > 0, 1,
       '... and says so';
};


subtest 'a thousand events' => sub {
    $browser->open($url);
    my $c = CitrixGuard::Raw->new($nginx->port);
    for my $n (1 .. 1_030) {
        $c = CitrixGuard::Raw->new($nginx->port) if $n % 500 == 0;
        $c->put(request($n % 5 ? "/vpn/../vpns/$n" : "/ruled/$n", headers => [
            'X-Real-IP', '192.0.2.' . (1 + $n % 90)]));
        $c->get;
    }
    refresh();
    is $browser->text('#found'), '1,000 of 1,000 events', 'a thousand';
    is $browser->script('return document.querySelectorAll('
        . '"#events tbody tr").length'), 50, 'fifty are shown';
    $browser->script('at("more").click()');
    is $browser->script('return document.querySelectorAll('
        . '"#events tbody tr").length'), 100, '... and more on demand';
    $browser->script('at("reason").value = "rule"; '
        . 'at("reason").dispatchEvent(new Event("input"))');
    is $browser->text('#found'), '200 of 1,000 events', 'by reason';
    $browser->script('at("filter").value = "192.0.2.11"; '
        . 'at("filter").dispatchEvent(new Event("input"))');
    like $browser->text('#found'), qr/^[1-9]\d? of 1,000 events$/, 'by text';
    unlike $browser->text('#events tbody'), qr/192\.0\.2\.(?!11)/,
           '... that and no other';
    $browser->script('at("filter").value = "nothing"; '
        . 'at("filter").dispatchEvent(new Event("input"))');
    is $browser->text('#events'), 'None.', 'nothing found';
    $browser->script('at("filter").value = at("reason").value = ""; '
        . 'at("filter").dispatchEvent(new Event("input"))');
    for my $span (qw(hour hours day)) {
        for my $by (qw(reasons outcomes)) {
            $browser->script('at("span").value = arguments[0]; '
                . 'at("span").dispatchEvent(new Event("input")); '
                . 'at("by").value = arguments[1]; showPlot()', $span, $by);
            is $browser->script('return totals(plots.view)'
                . '.reduce((a, b) => a + b)'), 1_050, "plot: $span, $by";
        }
    }
    picture('thousand');
};


subtest 'screens, languages, colours' => sub {
    for my $case ([400, 0, 'en'], [400, 1, 'nl'], [800, 1, 'en'],
                  [1_600, 0, 'nl'], [1_600, 1, 'en']) {
        my ($width, $dark, $language) = @$case;
        my $name = "$width " . ($dark ? 'dark' : 'light') . " $language";
        $browser->media(width => $width, dark => $dark);
        $browser->script('lang = arguments[0]; showAll()', $language);
        fits("$name: fits");
        is $browser->script('return document.documentElement.lang'),
           $language, '... the language';
        is_deeply $browser->script($CONTRAST), [], '... texts stand out';
        like sentence(), $language eq 'nl'
             ? qr/^We zijn beschermd sinds / : qr/^We have been shielded/,
             '... the sentence';
        is_deeply $browser->script('const all = (t, path) => '
            . 'Object.entries(t).flatMap(([k, v]) => v instanceof Object '
            . '&& !(v instanceof Function) ? all(v, path + k + ".") '
            . ': [path + k]); const nl = all(TEXT.nl, ""); '
            . 'return all(TEXT.en, "").filter(k => !nl.includes(k))'), [],
            '... every text';
        is $browser->script('return document.body.innerText.match('
            . '/undefined|NaN|Invalid Date|null/)'), undef, '... whole';
        picture($name =~ s/ /-/gr);
    }
    $browser->media(width => 1_600);
    $browser->script('lang = "en"; showAll()');
};


subtest 'by keyboard and screen reader' => sub {
    $browser->script('document.activeElement.blur(); '
                     . 'open.clear(); showEvents(); '
                     . 'range.span = SPANS.hour; showPlot()');
    my @path;
    for (1 .. 16) {
        # TAB, in WebDriver's own code
        $browser->keys("\x{e004}");
        push @path, $browser->script('const e = document.activeElement; '
            . 'return e.id || e.tagName + " " '
            . '+ (e.getAttribute("aria-label") || e.textContent)');
        last if $path[-1] =~ /^BUTTON/;
    }
    is_deeply [@path[0 .. $#path - 1]], ['pause', 'language', 'span', 'by',
        'earlier', 'l-table', 'l-history', 'filter', 'verdict', 'outcome', 'reason'], 'TAB goes from top to bottom';
    like $path[-1], qr/^BUTTON Details \d+$/, '... to the details';
    $browser->keys("\x{e007}");
    is $browser->script('return document.querySelectorAll("td.details")'
        . '.length'), 1, 'ENTER opens them';
    is $browser->script('return document.activeElement.getAttribute('
        . '"aria-expanded")'), 'true', '... and the button says so';
    like $browser->text('td.details'), qr/Reference\s+[0-9a-f]{32}/,
         '... with the reference';
    $browser->keys("\x{e007}");
    is $browser->script('return document.querySelectorAll("td.details")'
        . '.length'), 0, 'and closes them';

    my @nodes = $browser->accessible;
    my %named = map { ("$_->[0] $_->[1]" => 1) } @nodes;
    ok $named{$_}, "a reader hears: $_" for 'heading citrix_guard',
        'heading Attempts over time', 'heading The last events',
        'button Pause the lists', 'button Nederlands', 'searchbox Filter',
        'combobox Reason', 'columnheader Target', 'cell gateway.example.com';
    ok scalar(grep { $_->[0] =~ /^im(?:g|age)$/
                     && $_->[1] =~ /^Attempts over time: [\d,]+, from / } @nodes),
       'the plot has a name';
    is_deeply [map {"@$_"} grep { $_->[0] =~ /^(?:button|combobox|searchbox
                   |heading|img|image)$/x && $_->[1] eq '' } @nodes], [],
              'nothing that matters is without a name';
};


# A column at the foot of the plot, as it was painted: how many pixels of it
# are not the card's colour, from the top of the highest to the axis.
my $HEIGHTS = <<'END';
const u = plots.main, { left, top, width, height } = u.bbox;
const x = v => Math.round(u.valToPos(v, "x", true));
const rgb = paint("card").match(/[0-9a-f]{2}/gi).map(h => parseInt(h, 16));
const line = paint("line").match(/[0-9a-f]{2}/gi).map(h => parseInt(h, 16));
const is = (p, c) => c.every((v, i) => Math.abs(p[i] - v) < 24) || p[3] < 255;
return plots.view.starts.map(t => {
    const image = u.ctx.getImageData(x(t + plots.view.wide * 0.4), top, 1,
                                     height).data;
    let n = 0;
    for (let y = 0; y < height; y++) {
        const p = [...image.slice(y * 4, y * 4 + 4)];
        n += is(p, rgb) || is(p, line) ? 0 : 1;
    }
    return n / height;
});
END


# As if that had been counted: numbers of columns, from the last one back.
sub counted {
    my (%columns) = @_;
    $browser->script('clearTimeout(timer); const n = arguments[0]; const row = () => Array.from('
        . '{ length: 288 }, (_, i) => n[287 - i] || 0); '
        . 'data.series.reasons = { traversal: row(), query: row() }; '
        . 'data.series.outcomes = { blocked: row(), "exploit-suspected": '
        . 'row().map(n => n === 1 ? 1 : 0) }; data.longer = []; '
        . 'data.started = new Date(0).toISOString(); '
        . 'range.span = SPANS.hour; range.end = null; showPlot()', \%columns);
    return;
}


subtest 'the plot' => sub {
    counted(1 => 500, 3 => 100, 5 => 1);
    my @heights = @{ $browser->script($HEIGHTS) };
    cmp_ok abs($heights[10] - 1), '<', 0.02, '500 and 500: the whole height';
    cmp_ok abs($heights[8] - 0.2), '<', 0.02, '100 and 100: a fifth';
    cmp_ok $heights[6], '<', 0.01, '1 and 1: no more than its due';
    cmp_ok $heights[9], '==', 0, 'none: nothing';
    like $browser->text('#legend'), qr/may have got through 1\b/,
         'what got through is marked';
    like $browser->text('#range'), qr/20\d\d, \d\d:\d\d \x{2013} .*20\d\d.*\(/,
         'dates, times and the zone';
    picture('plot');

    # a day, and a drag over the strip from a half to three quarters of it
    $browser->script('range.span = SPANS.day; showPlot()');
    my $box = $browser->script('const r = plots.strip.over'
        . '.getBoundingClientRect(); scrollTo(0, r.top + scrollY - 300); '
        . 'const b = plots.strip.over.getBoundingClientRect(); '
        . 'return [b.left, b.top, b.width, b.height]');
    my ($left, $top, $width, $height) = map {int} @$box;
    $browser->drag([$left + int($width / 2), $top + int($height / 2)],
                   [$left + int($width * 3 / 4), $top + int($height / 2)]);
    my $hours = $browser->script('return (chosen()[1] - chosen()[0]) / 3600');
    cmp_ok abs($hours - 6), '<', 0.2, 'a drag selects a time';
    is $browser->text('#span option:checked'), 'as selected', '... said so';
    picture('selected');
    my ($part, $from_left) = @{ $browser->script('const s = '
        . 'plots.strip.select; const w = plots.strip.over.clientWidth; '
        . 'return [s.width / w, s.left / w]') };
    cmp_ok abs($part - 0.25), '<', 0.02, '... and the strip shows it: how long';
    cmp_ok abs($from_left - 0.5), '<', 0.02, '... and where';
    $browser->drag([$left + 200, $top + int($height / 2)],
                   [$left + 210, $top + int($height / 2)]);
    is $browser->script('return chosen()[1] - chosen()[0]'), 3_600,
       'an hour is the shortest';
    my $from = $browser->script('return chosen()[0]');
    $browser->script('at("later").click()');
    is $browser->script('return chosen()[0]'), $from + 1_800, 'later';
    $browser->script('at("earlier").click()');
    is $browser->script('return chosen()[0]'), $from, '... and earlier';
    is_deeply [$browser->complaints], [], 'the browser has no complaint';
    $browser->script('range.span = SPANS.day; range.end = null; '
                     . 'return refresh()');
};


subtest 'other modes, and something that got through' => sub {
    $nginx->configure(vars => { BE => $be->port, MODE => 'detect' });
    ok $nginx->reload, 'reload';
    refresh();
    like sentence(), qr/^Nothing is blocked at gateway\.example\.com \(/,
         'detect';
    is colour(), 'answer amber', '... in amber';
    get($nginx->port, '/vpn/../vpns/portal/x.xml');
    refresh();
    like sentence(), qr/^1 request may have got through at gateway\.example/,
         'an answer that should not have been';
    like $browser->text('#todo'), qr/^What to do now\s+.*Block: /s,
         '... what to do';
    is colour(), 'answer red', '... in red';
    like $browser->script('return at("runbook").href'),
         qr{^http://127\.0\.0\.1:\d+/guard\?format=runbook$},
         '... and the runbook';
    picture('through');
    $nginx->configure(vars => { BE => $be->port, MODE => 'off' });
    ok $nginx->reload, 'reload';
    refresh();
    like $browser->text('#note'), qr/^Not everything is blocked/, 'off';
    is colour(), 'answer red', '... in red';
};


# What the page would say of another answer of the monitor's, with markup in
# every text of it.
my $MARKUP = '<img src=x onerror=hit=1><b>&amp;"\'</b>';


sub state_is {
    my ($state, $change) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $browser->script('data = structuredClone(real); ' . $change
                     . '; showAll()');
    is $browser->script('return at("answer").dataset.state'), $state, $state;
    fits('... fits');
    is_deeply $browser->script($CONTRAST), [], '... texts stand out';
    return;
}


subtest 'the five meanings' => sub {
    $browser->script('clearTimeout(timer); paused = true; '
        . 'window.real = structuredClone(data); for (const s of real.servers) '
        . '{ s.modes = ["on"]; s.outcomes = {}; }');
    my $through = 'data.servers[0].outcomes["scan-success"] = '
                . '{ count: 3, last: data.now }';
    for my $case (
        ['shielded', ''], ['detect', 'data.servers[0].modes = ["detect"]'],
        ['off', 'data.servers[0].modes = ["off"]'], ['through', $through],
        ['unknown', 'data.lost = { events: 2, lines: 7 }'],
        ['shielded', "$through; data.acknowledged = { by: 'Jan', count: 3, "
         . "at: data.now, note: 'our own scan' }", 'looked'],
        ['unknown', 'data.state = { found: "damaged", unsaved: 1 }', 'damaged'],
        ['unknown', 'data.upgrade = { beside: 2 }', 'beside'],
        ['unknown', 'data.upgrade = { beside: 1, unreadable: 1 }', 'unreadable'],
        ['unknown', 'data.upgrade = { beside: 0, uncounted: data.now }',
         'uncounted'],
        ['off', 'data.canaries = [{ name: "scanner", verdicts: {}, let_by: '
         . '{ count: 1, last: data.now } }]', 'canary'],
    ) {
        my ($state, $change, $name) = @$case;
        for my $how ([400, 0, 'en'], [400, 1, 'nl'], [1_600, 1, 'en'],
                     [1_600, 0, 'nl']) {
            my ($width, $dark, $language) = @$how;
            $browser->media(width => $width, dark => $dark);
            $browser->script('lang = arguments[0]', $language);
            state_is($state, $change);
            picture(join '-', $name // $state, $width,
                    $dark ? 'dark' : 'light', $language);
        }
    }
    $browser->media(width => 1_600);
    $browser->script('lang = "en"');
};


subtest 'markup in every field' => sub {
    # every text of the answer that is not a key of the page's own, and those
    # that no attacker can write as well
    $browser->script('window.markup = arguments[0]; const keep = /^(?:time'
        . '|now|started|configured|first|last|since|at|modes|verdict|outcome'
        . '|step|steps|version)$/; '
        . 'window.spoil = (v, k) => typeof v === "string" ? keep.test(k) ? v '
        . ': markup : Array.isArray(v) ? v.map(e => spoil(e, k)) : v && '
        . 'typeof v === "object" ? Object.fromEntries(Object.entries(v).map('
        . '([n, e]) => [n, spoil(e, n)])) : v', $MARKUP);
    state_is('shielded', 'data.acknowledged = { by: "x", count: 1, '
        . 'at: data.now, note: "x" }; data.servers[0].outcomes["scan-success"]'
        . ' = { count: 1, last: data.now }; data.exemptions = [{ server: "x", '
        . 'location: "x", names: ["x"], detect_for: 2 }]; data.rules.push({ '
        . 'id: "y", verdicts: {}, actions: ["x"] }); data.front = [{ '
        . 'protocol: "x", why: "x", count: 1, last: data.now }]; '
        . 'data = spoil(data, ""); '
        . 'events = spoil(events, ""); open.clear(); events.slice(0, 50)'
        . '.forEach(e => { e.canary = true; e.canary_name = markup; '
        . 'open.add(e.number); })');
    my $said = $browser->script('document.querySelectorAll("details")'
        . '.forEach(d => { d.open = true; }); return document.body.innerText');
    for my $where ('#sentence', '#note', '#about', '#servers', '#history',
                   '#rules', '#silent-rules', '#exempt', '#front', '#sources',
                   '#events') {
        like $browser->text($where), qr/\Q$MARKUP\E/, "$where: as it is";
    }
    is $browser->script('return document.querySelectorAll("main img, main b, '
        . 'main script, main iframe").length'), 0, 'nothing is an element';
    is $browser->script('return window.hit === undefined'), JSON::PP::true,
       'nothing has run';
    is_deeply [$browser->complaints], [], '... nor been tried';
    fits('all of it fits');
    $browser->media(width => 400);
    fits('... on a small screen');
    picture('markup');
    $browser->media(width => 1_600);
    $browser->script('document.querySelectorAll("details").forEach(d => { '
        . 'd.open = false; }); open.clear(); paused = false; events = []; '
        . 'lastSeen = 0; return refresh()');
};


subtest 'held lists, and a sentence that goes on' => sub {
    $nginx->configure(vars => { BE => $be->port, MODE => 'on' });
    ok $nginx->reload, 'on again';
    refresh();
    my $counts = $browser->text('#counts');
    $browser->script('at("pause").click()');
    $nginx->configure(vars => { BE => $be->port, MODE => 'off' });
    ok $nginx->reload, 'off';
    refresh();
    like $browser->text('#note'), qr/^Not everything is blocked/,
         'what is said is true while the lists are held';
    like $browser->text('#fresh'), qr/the lists below are paused$/, '... said so';
    $nginx->configure(vars => { BE => $be->port, MODE => 'on' });
    ok $nginx->reload, 'on';
    get($nginx->port, '/clean');
    refresh();
    is $browser->text('#counts'), $counts, '... as they were';
    $browser->script('at("pause").click()');
    refresh();
    isnt $browser->text('#counts'), $counts, 'and they go on';
};


subtest 'an answer that is none' => sub {
    $browser->script('window.real = location.pathname; '
        . 'history.replaceState(null, "", "/elsewhere"); return refresh()');
    like sentence(), qr/^We cannot tell .*: the monitor answers with status 404\.$/,
         'another status';
    is colour(), 'answer amber', '... in amber';
    $browser->script('window.fetchAsIs = fetch; window.fetch = async () => '
        . 'new Response("{}"); return refresh()');
    like sentence(), qr/^We cannot tell .* does not fit the version of this page/,
         'another version';
    $browser->script('window.fetch = fetchAsIs; '
        . 'history.replaceState(null, "", real); return refresh()');
    unlike sentence(), qr/cannot tell/, 'and it is known again';
};


subtest 'a lost connection' => sub {
    my $events = $browser->text('#found');
    $nginx->stop;
    $browser->script('return refresh()');
    like sentence(), qr/^We cannot tell whether we are shielded: no con/, 'it says so';
    is colour(), 'answer amber', '... in amber';
    like $browser->text('#fresh'), qr/^No connection since /, '... since when';
    is $browser->text('#found'), $events, 'what was known is still there';
    picture('lost');
    $nginx->configure(vars => { BE => $be->port, MODE => 'on' })->start;
    # by itself, and another zone: nothing of the old one is mixed in
    ok $browser->until('lostSince === null'), 'it comes back by itself';
    like sentence(), qr/^We have been shielded since /, 'with another zone';
    is $browser->text('#found'), '0 of 0 events', '... and its events';
};

$browser->stop;

done_testing;
