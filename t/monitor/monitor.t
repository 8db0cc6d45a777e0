# citrix_guard_zone and citrix_guard_monitor: exact counts from many workers,
# over reloads and killed workers, as JSON and for Prometheus.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Digest::SHA qw(sha256_base64);
use JSON::PP qw(decode_json);
use List::Util qw(sum);
use POSIX ();
use Test::More;
use Time::Piece ();

use CitrixGuard::Check qw(request get);
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $be = CitrixGuard::Recorder->new;

# a guarded server and a monitor; the modes vary
my $HTTP = <<'END';
    citrix_guard_zone guard:1m canary=kanarie-4711;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/event.log event if=$citrix_guard_event;
    server { listen 127.0.0.1:%%PORT1%%; server_name one.example;
             citrix_guard %%ONE%%;
             citrix_guard_rule a.rule path "^/ruled";
             citrix_guard_rule seen path "^/seen" detect;
             location / { proxy_pass http://127.0.0.1:%%BE%%; }
             location /made/ { proxy_pass http://127.0.0.1:%%BE%%$http_x; } }
    server { listen 127.0.0.1:%%PORT2%%; server_name two.example;
             citrix_guard %%TWO%%;
             set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT3%%; server_name monitor;
             location /guard { citrix_guard_monitor;
                               allow 127.0.0.1; deny all; } }
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 3, workers => 3, http => $HTTP,
    expected => qr/signal 9/,
    vars => { BE => $be->port, ONE => 'on', TWO => 'detect' })->start;


sub ask {
    my ($query, %given) = @_;
    return get($nginx->port(3), "/guard$query", %given);
}


sub monitor { return decode_json(ask("?format=json$_[0]")->{body}) }


sub zone { return monitor('') }


sub server {
    my ($zone, $name) = @_;
    return (grep { $_->{name} eq $name } @{ $zone->{servers} })[0];
}


# milliseconds from a time in JSON
sub seconds {
    my ($time, $part) = $_[0] =~ /^(.*)(\.\d{3})Z\z/ or return;
    return Time::Piece->strptime($time, '%Y-%m-%dT%H:%M:%S')->epoch . $part;
}


sub counts {
    my ($of) = @_;
    return { map { $_ => $of->{$_}{count} } keys %$of };
}


subtest 'the page' => sub {
    my $tool = "$FindBin::Bin/../../ngx_citrix_guard/tools/page";
    is system($^X, $tool, '--check') >> 8, 0, 'is up to date with its sources'
        or diag 'run ngx_citrix_guard/tools/page';
    my $page = ask('');
    my $policy = CitrixGuard::Raw::header($page, 'Content-Security-Policy');
    my %hash = map { $_ => 1 } $policy =~ /'sha256-([^']+)'/g;
    my %parts = map { $_ => [$page->{body} =~ m{<$_>(.*?)</$_>}sg] }
        'script', 'style';
    is scalar @{ $parts{style} }, 1, 'one style';
    is scalar @{ $parts{script} }, 2, 'two scripts: the plot, the page';
    ok $hash{ sha256_base64($_) . '=' }, '... which the policy allows'
        for map {@$_} values %parts;
    is scalar keys %hash, 3, 'and nothing else';
    unlike $policy, qr/unsafe|https?:|\*/, 'nothing from elsewhere';
    unlike $page->{body}, qr{https?://(?!github\.com/leeoniya/uPlot )},
           'it refers to no other site';
    unlike $page->{body}, qr/\s(?:on\w+|style)\s*=\s*["']/,
           'no attribute has what the policy forbids';
    like $parts{script}[0], qr{^/\*\nThe MIT License.*uPlot \(v1\.6\.32\)}s,
         'uPlot, with its license';
    cmp_ok length $page->{body}, '<', 128 * 1024, 'it is small';
};


subtest 'the runbook' => sub {
    my $runbook = ask('?format=runbook');
    is $runbook->{status}, 200, 'is served';
    is CitrixGuard::Raw::header($runbook, 'Content-Type'),
       'text/plain; charset=utf-8', '... as text';
    is $runbook->{body}, slurp("$FindBin::Bin/../../docs/incident.md"),
       'the same as in docs/' or diag 'run ngx_citrix_guard/tools/page';
    like ask('')->{body}, qr/href="\?format=runbook"/, 'the page links to it';
};


subtest 'third-party files' => sub {
    my $sources = "$FindBin::Bin/../../ngx_citrix_guard";
    my $dir = scratch();
    mkdir "$dir/ngx_citrix_guard";
    system 'cp', '-a', "$sources/tools", "$sources/http",
           "$dir/ngx_citrix_guard";
    mkdir "$dir/docs";
    spew("$dir/docs/incident.md", "# Runbook\n");
    my $tool = "$^X $dir/ngx_citrix_guard/tools/page";
    is `$tool 2>&1`, '', 'made from another runbook';
    my $uplot = "$dir/ngx_citrix_guard/http/monitor/uplot";
    spew("$uplot/uPlot.iife.min.js", slurp("$uplot/uPlot.iife.min.js") . ';');
    is `$tool 2>&1`,
       "page: uplot/uPlot.iife.min.js is not the file that uplot/README names\n",
       'another file is refused';
};


subtest 'nothing yet' => sub {
    my $zone = zone();
    is $zone->{version}, 1, 'version';
    my ($nginx_version) = CitrixGuard::Nginx::version();
    is $zone->{nginx}, $nginx_version, "nginx's";
    my ($version) = `$ENV{TEST_CITRIX_GUARD} --version` =~ /(\S+)$/;
    is $zone->{module}, $version, "module and command have one version";
    is_deeply [map { $_->{name} } @{ $zone->{servers} }],
              ['one.example', 'two.example'], 'servers';
    is_deeply server($zone, 'one.example')->{modes}, ['on'], 'mode';
    is_deeply server($zone, 'two.example')->{modes}, ['detect'], 'mode';
    is_deeply [map {"$_->{server} @{ $_->{modes} }"} @{ $zone->{history} }],
              ['one.example on', 'two.example detect'], 'history';
    is_deeply [$zone->{events}, $zone->{sources}], [[], []], 'no events';
};


subtest 'one event of each kind' => sub {
    get($nginx->port, '/clean') for 1 .. 5;
    get($nginx->port, '/vpn/../vpns/a', headers => ['User-Agent', 'x"y']);
    get($nginx->port, '/../vpns/b');
    get($nginx->port, '/ruled');
    get($nginx->port, '/seen');
    get($nginx->port, '/made/', headers => ['X', '/vpn/../vpns/c']);
    get($nginx->port, '/a?b=/../vpns/');
    get($nginx->port(2), '/vpn/../vpns/d');
    get($nginx->port(2), '/vpn/../vpns/kanarie-4711');
    get($nginx->port, '/vpn/..%2fvpns/kanarie-4711');
    get($nginx->port, '/vpn/../vpns/kanarie-4711/x');
    # the client may get its answer before it is counted
    wait_until(sub { @{ zone()->{events} } >= 10 });
    my $zone = zone();
    my ($one, $two) = map { server($zone, $_) } 'one.example', 'two.example';
    is $one->{passed}, 5, 'passed';
    is_deeply counts($one->{verdicts}), { blocked => 6, detected => 1 },
              'verdicts';
    is_deeply counts($one->{reasons}), { traversal => 4, rule => 2,
                                         query => 1 }, 'reasons';
    is_deeply counts($one->{outcomes}), { blocked => 6, attempt => 1 },
              'outcomes';
    is_deeply counts($one->{at}), { request => 5, egress => 1, nginx => 1 },
              'where';
    is_deeply counts($two->{verdicts}), { detected => 1 }, 'another server';
    is_deeply counts($zone->{canary}), { detected => 1, blocked => 1 },
              'canaries are counted separately';
    my @scales = ($zone->{series}, @{ $zone->{longer} });
    is_deeply [map {"$_->{step} $_->{steps}"} @scales],
              ['300 288', '3600 336', '86400 366'], 'by time: a day, two '
              . 'weeks, a year';
    for my $scale (@scales) {
        is scalar @{ $scale->{reasons}{traversal} }, $scale->{steps},
           "$scale->{step}: each step";
        is sum(map {@$_} values %{ $scale->{reasons} }),
           sum(map { $_->{count} } map { values %{ $_->{reasons} } }
               @{ $zone->{servers} }), '... all are counted';
        my $now = seconds($zone->{now});
        my $end = seconds($scale->{first}) + $scale->{steps} * $scale->{step};
        ok $end > $now && $end - $now <= $scale->{step}, '... until now';
    }
    is_deeply { map { $_->{id} => counts($_->{verdicts}) } @{ $zone->{rules} } },
              { 'a.rule' => { blocked => 1 }, seen => { detected => 1 } },
              'rules';
    is_deeply [map { [@$_{qw(source count error)}] } @{ $zone->{sources} }],
              [['127.0.0.1', 8, 0]], 'sources';
    my $step = $zone->{series}{reasons}{traversal};
    is scalar @$step, 288, 'steps of one day';
    is $step->[-1] + $step->[-2], 5, 'the last two have the events';
    my ($now, $size) = (seconds($zone->{now}), $zone->{series}{step});
    is seconds($zone->{series}{first}),
       sprintf('%.3f', (int($now / $size) - 287) * $size), 'and the first';
    my @events = @{ $zone->{events} };
    is scalar @events, 10, 'events';
    my ($first) = grep { $_->{target} eq '/vpn/../vpns/a' } @events;
    is_deeply { map { $_ => $first->{$_} } qw(client server host method
                    target reading user_agent verdict outcome reason at
                    status) },
        { client => '127.0.0.1', server => 'one.example', method => 'GET',
          host => 'gateway.example.test', target => '/vpn/../vpns/a',
          reading => '/vpn/../vpns/a', user_agent => 'x\x22y',
          verdict => 'blocked', outcome => 'blocked', reason => 'traversal',
          at => 'request', status => 403 }, 'what an event says';
    is scalar(grep { $_->{canary} } @events), 2, 'canaries among them';
    my @log = map { decode_json($_) }
              split /\n/, slurp($nginx->dir . '/event.log');
    is_deeply [sort map { $_->{id} } @log], [sort map { $_->{id} } @events],
              'the same as in the log';
    is scalar(grep { $_->{canary} } @log), 2, '... canaries, too';
    is_deeply monitor("&since=$zone->{last}")->{events}, [], 'none since';
    is scalar @{ monitor('&since=' . ($zone->{last} - 3))->{events} }, 3,
       'some since';
    is scalar @{ monitor('&since=99999')->{events} }, 10,
       'all of them, if the number is of another zone';
};


subtest 'how it answers' => sub {
    for my $case (['', 'text/html; charset=utf-8'],
                  ['?format=json', 'application/json'],
                  ['?format=prometheus',
                   'text/plain; version=0.0.4; charset=utf-8']) {
        my ($query, $type) = @$case;
        my $answer = ask($query);
        is $answer->{status}, 200, "'$query': 200";
        is CitrixGuard::Raw::header($answer, 'Content-Type'), $type, $type;
        is CitrixGuard::Raw::header($answer, 'Cache-Control'), 'no-store',
           'not to be cached';
        like CitrixGuard::Raw::header($answer, 'Content-Security-Policy'),
             qr/^default-src 'none'/, 'policy';
        unlike $answer->{head}, qr/unsafe|\*/, '... a strict policy';
        my $head = ask($query, method => 'HEAD');
        is $head->{status}, 200, 'HEAD';
        is ask($query, method => $_)->{status}, 405, "$_: 405"
            for qw(POST PUT DELETE OPTIONS);
    }
    is ask('?format=xml')->{status}, 404, 'another format: 404';
    is ask('?format=')->{status}, 404, 'no format: 404';
    my $before = server(zone(), 'one.example')->{passed};
    zone() for 1 .. 3;
    is server(zone(), 'one.example')->{passed}, $before,
       'requests to the monitor are not counted';
};


subtest 'Prometheus' => sub {
    my $dir = scratch();
    my $text = ask('?format=prometheus')->{body};
    spew("$dir/metrics", $text);
    is `promtool check metrics <$dir/metrics 2>&1`, '', 'promtool is silent';
    like $text, qr/^\Q$_\E$/m, $_ for
        'citrix_guard_events_total{server="one.example",verdict="blocked"} 6',
        'citrix_guard_outcomes_total{server="one.example",'
            . 'outcome="exploit-suspected"} 0',
        'citrix_guard_passed_total{server="one.example"} 5',
        'citrix_guard_mode{server="two.example",mode="detect"} 1',
        'citrix_guard_mode{server="two.example",mode="on"} 0',
        'citrix_guard_rules_total{rule="a.rule",verdict="blocked"} 1',
        'citrix_guard_canary_total{canary="canary",verdict="blocked"} 1',
        'citrix_guard_canary_let_by_total{canary="canary"} 0';
    unlike $text, qr/^citrix_guard_events_total\{[^}]*verdict="pass/m,
           'a clean request is counted once';

    my $zone = zone();
    my ($one, $two) = map { server($zone, $_) } 'one.example', 'two.example';
    for my $case (['start_timestamp_seconds', $zone->{started}],
                  ['config_load_timestamp_seconds', $zone->{configured}],
                  ['mode_timestamp_seconds{server="two.example"}',
                   $two->{since}],
                  ['last_event_timestamp_seconds{outcome="blocked"}',
                   $one->{outcomes}{blocked}{last}],
                  ['last_event_timestamp_seconds{outcome="attempt"}',
                   (sort map { $_->{outcomes}{attempt}{last} }
                         $one, $two)[-1]]) {
        my $line = "citrix_guard_$case->[0] " . seconds($case->[1]);
        like $text, qr/^\Q$line\E$/m, $line;
    }

    spew("$dir/metrics", $text =~ s/_total/_count/gr);
    isnt `promtool check metrics <$dir/metrics 2>&1`, '', '... not always';
};


# Sends requests over separate connections from several processes at once;
# returns how many were refused.
sub storm {
    my ($processes, $each, @requests) = @_;
    my $dir = scratch();
    my @pids = map {
        my $n = $_;
        defined(my $pid = fork) or die "fork: $!";
        if (!$pid) {
            my $answers = 0;
            for (my $sent = 0; $sent < $each; ) {
                my $c = eval { CitrixGuard::Raw->new($nginx->port) } or next;
                for (1 .. 50) {
                    $c->put($requests[$sent++ % @requests]);
                    my $answer = eval { $c->get } or last;
                    $answers++ if $answer->{status} == 403;
                    last if $sent == $each;
                }
            }
            spew("$dir/$n", $answers);
            POSIX::_exit(0);
        }
        $pid;
    } 1 .. $processes;
    return sub {
        waitpid $_, 0 for @pids;
        my $sum = 0;
        $sum += slurp("$dir/$_") for 1 .. $processes;
        return $sum;
    };
}


subtest 'many workers' => sub {
    my $before = zone();
    my @storm = (3, 600, request('/vpn/../vpns/x'), request('/clean'));
    is storm(@storm)->(), 900, 'nine hundred are refused';
    $nginx->settle;
    my $after = zone();
    my ($was, $is) = map { server($_, 'one.example') } $before, $after;
    is $is->{verdicts}{blocked}{count} - $was->{verdicts}{blocked}{count},
       900, 'each is counted once';
    is $is->{passed} - $was->{passed}, 900, 'so are clean requests';
    is $after->{sources}[0]{count}, 908, 'and its source';

    my $answers = storm(@storm);
    $nginx->reload for 1 .. 3;
    my $refused = $answers->();
    cmp_ok $refused, '>', 800, "$refused are refused over reloads";
    # an old worker may not have counted yet
    my $count;
    wait_until(sub {
        $after = zone();
        $count = server($after, 'one.example')->{verdicts}{blocked}{count}
               - $is->{verdicts}{blocked}{count};
        return $count >= $refused;
    });
    ok $count >= $refused && $count <= 900, "$count are counted";
    is scalar @{ $after->{events} }, 1_000, 'the ring holds a thousand events';
    is $after->{started}, $before->{started}, 'the zone is the same';
    is $after->{loads}, $before->{loads} + 3, 'reloads are counted';
    is_deeply $after->{history}, $before->{history}, 'no mode has changed';
};


subtest 'other modes' => sub {
    my $before = zone();
    $nginx->configure(vars => { BE => $be->port, ONE => 'detect',
                                TWO => 'detect' });
    ok $nginx->reload, 'reload';
    my $zone = zone();
    is_deeply server($zone, 'one.example')->{modes}, ['detect'], 'in force';
    is server($zone, 'two.example')->{since},
       server($before, 'two.example')->{since}, 'since then, the other';
    is_deeply [map {"$_->{server} @{ $_->{modes} }"} @{ $zone->{history} }],
              ['one.example on', 'two.example detect', 'one.example detect'],
              'in the history';
    is server($zone, 'one.example')->{passed},
       server($before, 'one.example')->{passed}, 'counts stay';

    # a rejected configuration changes nothing
    $nginx->configure(http => $HTTP . 'nonsense;');
    ok !$nginx->reload, 'a bad configuration';
    is_deeply zone()->{history}, $zone->{history}, '... the history is kept';
    $nginx->configure(
        http => $HTTP =~ s/(server_name) two\S+;/$1 'three"x.example';/r,
        vars => { BE => $be->port, ONE => 'on', TWO => 'off' });
    ok $nginx->reload, 'another server';
    $zone = zone();
    is_deeply server($zone, 'two.example')->{modes}, [], 'the old one is gone';
    is_deeply [map {"$_->{server} @{ $_->{modes} }"}
               @{ $zone->{history} }[3 .. $#{ $zone->{history} }]],
              ['one.example on', 'two.example ', 'three\\x22x.example off'],
              'in the history';
    my $dir = scratch();
    my $text = ask('?format=prometheus')->{body};
    spew("$dir/metrics", $text);
    is `promtool check metrics <$dir/metrics 2>&1`, '',
       'a quote does not end a name';
    like $text, qr/server="three\\\\x22x\.example"/, '... and is escaped';
    $nginx->configure(http => $HTTP, vars => { BE => $be->port, ONE => 'on',
                                               TWO => 'detect' });
    ok $nginx->reload, 'the first configuration';
};


subtest 'killed workers' => sub {
    my $before = server(zone(), 'one.example')->{verdicts}{blocked}{count};
    my $answers = storm(3, 800, request('/vpn/../vpns/x'));
    my $kills = 0;
    for (1 .. 6) {
        select undef, undef, undef, 0.1;
        for my $pid ((children($nginx->pid))[0]) {
            $kills += kill 'KILL', $pid if $pid;
        }
    }
    my $answered = $answers->();
    $nginx->settle;
    my $zone = zone();
    my $counted = server($zone, 'one.example')->{verdicts}{blocked}{count}
                - $before;
    cmp_ok $kills, '>=', 5, "$kills workers were killed";
    # each may lose at most one that it has answered or counted
    cmp_ok abs($counted - $answered), '<=', $kills,
           "$answered answered, $counted counted";
    my $one = server($zone, 'one.example');
    my %sum;
    for my $kind (qw(verdicts reasons outcomes at)) {
        $sum{$kind} += $_->{count} for values %{ $one->{$kind} };
    }
    cmp_ok abs($sum{verdicts} - $sum{$_}), '<=', $kills, "... by $_"
        for qw(reasons outcomes at);
    cmp_ok scalar @{ $zone->{events} }, '>=', 1_000 - $kills, 'events';
    get($nginx->port, '/vpn/../vpns/x') for 1 .. 20;
    is server(zone(), 'one.example')->{verdicts}{blocked}{count},
       $one->{verdicts}{blocked}{count} + 20, 'and it goes on';
};


subtest 'sources' => sub {
    my $before = zone();
    for my $n (1 .. 300) {
        get($nginx->port(2), '/vpn/../vpns/', headers => [
            'X-Real-IP', '192.0.2.' . ($n % 250)]);
    }
    get($nginx->port(2), '/vpn/../vpns/', headers => [
        'X-Real-IP', "2001:db8:1:2::$_"]) for 1 .. 9;
    my %of = map { $_->{source} => $_ } @{ zone()->{sources} };
    is $of{'2001:db8:1:2::/64'}{count}, 9, 'a network is one source';
    cmp_ok scalar keys %of, '==', 50, 'the first fifty';
};


subtest 'which servers are listed' => sub {
    $nginx->configure(vars => { BE => $be->port }, http => <<'END');
    citrix_guard_zone names:1m;
    citrix_guard on;
    add_header X-Before one always;
    add_header content-security-policy "default-src 'self'" always;
    add_header X-After two always;
    server { listen 127.0.0.1:%%PORT1%%; server_name _;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%;
             citrix_guard detect;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT3%%; server_name monitor;
             location / { return 404; }
             location /guard { citrix_guard_monitor;
                               allow 127.0.0.1; deny all; } }
END
    $nginx->stop;
    ok $nginx->start, 'a new zone';
    my $zone = zone();
    my $node = lc((POSIX::uname())[1]);
    is $zone->{node}, $node, 'the node';
    is_deeply [map {"$_->{name} @{ $_->{modes} }"} @{ $zone->{servers} }],
              ["$node on detect"],
              'those without a name have the name of the node; no monitor';
    my $head = ask('')->{head};
    my @policies = $head =~ /^Content-Security-Policy: (.*?)\r?$/mgi;
    is scalar @policies, 1, "the page has only its own policy";
    like $policies[0], qr/'sha256-/, '... which allows its script';
    like $head, qr/^X-$_\r?$/m, '... and what else is added'
        for 'Before: one', 'After: two';
    is CitrixGuard::Raw::header(get($nginx->port, '/clean'),
        'Content-Security-Policy'), "default-src 'self'",
       'other pages keep theirs';
    $be->take;
    get($nginx->port(3), '/vpn/../vpns/x');
    get($nginx->port(3), '/clean');
    $nginx->settle;
    # it is counted a moment after the answer
    wait_until(sub { server(zone(), 'other') });
    $zone = zone();
    is server($zone, 'other')->{verdicts}{blocked}{count}, 1,
       'an attack on the monitor is still counted';
    is_deeply server($zone, 'other')->{modes}, [], '... but not as a server';
};


# 62 servers with numbers from $from on, the harness's server, and the monitor
sub crowd {
    my ($from) = @_;
    my $guarded = join '', map {<<"END"} $from .. $from + 61;
    server { listen 127.0.0.1:%%PORT1%%; server_name s$_.example;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
END
    $nginx->configure(vars => { BE => $be->port }, http => <<"END");
    citrix_guard_zone crowd:1m;
    citrix_guard on;
    server_names_hash_max_size 4096;
$guarded
    server { listen 127.0.0.1:%%PORT3%%; server_name monitor;
             location /guard { citrix_guard_monitor;
                               allow 127.0.0.1; deny all; } }
END
    $nginx->stop if $from == 1;
    ok $from == 1 ? $nginx->start : $nginx->reload, "servers from $from on";
    # an old worker may still accept a connection, and knows other names
    ok wait_until(sub { children($nginx->pid) == 3 }), '... and no old worker';
    return;
}


sub attack_on {
    my ($name) = @_;
    my $last = zone()->{last};
    get($nginx->port, '/vpn/../vpns/x', no_host => 1,
        headers => [Host => $name]);
    # it is counted a moment after the answer
    wait_until(sub { zone()->{last} > $last }) or die 'no event';
    return;
}


subtest 'servers that are no longer configured' => sub {
    crowd(1);
    attack_on('s1.example') for 1 .. 3;
    is server(zone(), 's1.example')->{verdicts}{blocked}{count}, 3, 'counted';
    is $_->{server}, 's1.example', 'an event of it' for @{ zone()->{events} };
    crowd(2);
    attack_on('s63.example');
    my $zone = zone();
    is server($zone, 's63.example')->{verdicts}{blocked}{count}, 1,
       'a new server gets a place at once';
    is_deeply server($zone, 's63.example')->{modes}, ['on'], '... its mode';
    is server($zone, 's1.example'), undef, 'the place of the removed server';
    is server($zone, 'other')->{verdicts}{blocked}{count}, 3,
       'whose counts are kept as "other"';
    is_deeply [map { $_->{server} } @{ $zone->{events} }],
              [('other') x 3, 's63.example'], 'and so are its events';
    crowd(100);
    attack_on('s161.example');
    is server(zone(), 's161.example')->{verdicts}{blocked}{count}, 1,
       'all of them are replaced';
};


subtest 'nginx -t' => sub {
    my %case = (
        'citrix_guard_zone guard;' => qr/invalid zone "guard"/,
        'citrix_guard_zone :1m;' => qr/invalid zone ":1m"/,
        'citrix_guard_zone guard:x;' => qr/invalid zone "guard:x"/,
        'citrix_guard_zone guard:900k;' => qr/is too small, it needs 1m/,
        'citrix_guard_zone a:1m; citrix_guard_zone b:1m;' => qr/is duplicate/,
        'citrix_guard_zone a:1m canary=short;' =>
            qr/invalid parameter "canary=short"/,
        'citrix_guard_zone a:1m canary=with/slash;' => qr/invalid parameter/,
        'citrix_guard_zone a:1m other=12345678;' => qr/invalid parameter/,
        'server { location / { citrix_guard_monitor; deny all; } }' =>
            qr/but there is no "citrix_guard_zone"/,
    );
    for my $http (sort keys %case) {
        my ($status, $said) = $nginx->configure(http => $http)->check;
        is $status, 1, "$http: refused";
        like $said, $case{$http}, '... why';
    }
    my $zone = 'citrix_guard_zone a:1m; server { listen 127.0.0.1:%%PORT1%%; ';
    my $open = qr/shows "citrix_guard_monitor" to everyone/;
    for my $inside ('', 'allow all;', 'allow 127.0.0.1;', 'auth_basic off;',
                    'satisfy any;') {
        my ($status, $said) = $nginx->configure(http => $zone
            . "location / { citrix_guard_monitor; $inside } }")->check;
        is $status, 0, "'$inside': accepted";
        like $said, $open, '... with a warning';
    }
    for my $inside ('deny all;', 'allow 127.0.0.1; deny all;',
                    'auth_basic x; auth_basic_user_file x;',
                    'auth_request /x;') {
        my ($status, $said) = $nginx->configure(http => $zone
            . "location / { citrix_guard_monitor; $inside } }")->check;
        unlike $said, $open, "'$inside': no warning";
        ($status, $said) = $nginx->configure(http => "$zone $inside"
            . 'location / { citrix_guard_monitor; } }')->check;
        unlike $said, $open, '... nor from the server' if $inside =~ /deny/;
    }
};

done_testing;
