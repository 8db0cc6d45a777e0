#!/usr/bin/perl

# citrix-guard verify --monitor: the guard's own counters have to confirm the
# answers; otherwise verify believes neither.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Apache;
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(free_port scratch slurp spew);
use CitrixGuard::Verify qw(verify verdict_is $SPELLINGS @SHARED);

my $adc = CitrixGuard::Apache->new;

my $OFF = 'location /public/ { citrix_guard off; '
    . 'proxy_pass http://127.0.0.1:%%ADC%%; }';

# the purpose of each port of the front
my %SERVERS = (
    1 => 'citrix_guard on;',
    2 => 'citrix_guard detect;',
    3 => '',
    4 => "citrix_guard on; $OFF",
    5 => 'citrix_guard on; ' . ($OFF =~ s/ off/ detect/r),
    6 => 'citrix_guard on; citrix_guard_exempt traversal query;',
    7 => 'citrix_guard on; citrix_guard_status 444;',
    8 => 'citrix_guard on; citrix_guard_detect_for 127.0.0.0/8;',
    9 => "citrix_guard on; citrix_guard_status 444; $OFF",
);

my $MONITOR = <<'END';
    server { listen 127.0.0.1:%%PORT10%%; server_name monitor;
        location = /guard { citrix_guard_monitor; allow 127.0.0.1; deny all; }
        location = /locked { citrix_guard_monitor; auth_basic guard;
                             auth_basic_user_file %%DIR%%/users; }
        location = /nowhere { return 302 /guard; }
        location = /page { return 200 "<html>"; } }
END

my $front = guard(map { server($_, $SERVERS{$_}) } sort keys %SERVERS);
my $other = guard(server(1, 'citrix_guard on;'));
spew($front->dir . '/users', "watch:{PLAIN}secret\n");


sub guard {
    return CitrixGuard::Nginx->new(ports => 10, vars => { ADC => $adc->port },
        http => join '', "citrix_guard_zone guard:1m;\n", @_, $MONITOR)->start;
}


sub server {
    my ($port, $lines) = @_;
    return "server { listen 127.0.0.1:%%PORT$port%%; server_name s$port;\n"
        . "error_log %%DIR%%/guard$port.log warn; $lines\n"
        . "location / { proxy_pass http://127.0.0.1:%%ADC%%; } }\n";
}


sub url { return 'http://127.0.0.1:' . $front->port($_[0]) }


sub monitor {
    my ($of, $path) = @_;
    return '--monitor=http://127.0.0.1:' . $of->port(10) . ($path // '/guard');
}


sub asked { return verify(url($_[0]), '--no-ica', @_[1 .. $#_]) }


subtest 'on' => sub {
    my ($is, $ran) = asked(1, monitor($front));
    verdict_is $is, $ran, 'shielded', 0, qr/which its monitor confirms/,
        'shielded';
    my ($m) = @{ $is->{monitors} };
    is_deeply [@$m{qw(error blocked detected exempted)}],
        ['', $SPELLINGS, 0, 0], 'each of this run, and no other';
    my ($s) = grep { $_->{name} eq 's1' } @{ $m->{servers} };
    is_deeply $s->{modes}, ['on'], 'the mode in force';
    like $s->{since}, qr/^20\d\d-\d\d-\d\dT/, '... and the start';
    cmp_ok $s->{grown}{blocked}, '>=', $SPELLINGS, 'the counters have grown';
    my ($s2) = grep { $_->{name} eq 's2' } @{ $m->{servers} };
    is $s2->{grown}{blocked}, 0, '... and those of the other server have not';

    $ran = citrix_guard(['verify', '--no-ica', monitor($front), url(1)]);
    like $ran->{out}, qr/^  monitor    http:\S+: of these requests $SPELLINGS /m,
        'for people';
    like $ran->{out}, qr/server "s1": mode on, since 20/, '... the mode';
    $ran = citrix_guard(['verify', '--nagios', monitor($front), url(1)]);
    like $ran->{out}, qr/ counted=$SPELLINGS$/, 'for Nagios';
};


# Requests with the canary's token are counted separately, but belong to the
# run.
subtest 'the token of the canary' => sub {
    for (['on', 'shielded', 0, qr/which its monitor confirms/],
         ['detect', 'detect only', 1, qr/the mode is "detect"/]) {
        my ($mode, $verdict, $status, $reason) = @$_;
        my $own = guard("citrix_guard_canary verify 5d41402abc4b2a76b9719d91;\n",
                        server(1, "citrix_guard $mode;"));
        my ($is, $ran) = verify('http://127.0.0.1:' . $own->port(1), '--no-ica',
            '--canary=5d41402abc4b2a76b9719d91', monitor($own));
        verdict_is $is, $ran, $verdict, $status, $reason, $mode;
        my ($s) = grep { $_->{name} eq 's1' } @{ $is->{monitors}[0]{servers} };
        is $s->{grown}{blocked} + $s->{grown}{detected}, 0,
            '... and no alarm: they are counted separately';
    }
};


subtest 'the answers alone do not show it' => sub {
    my ($is, $ran) = asked(2, monitor($front));
    verdict_is $is, $ran, 'detect only', 1, qr/the mode is "detect"/, 'detect';
    ($is, $ran) = asked(7, monitor($front));
    verdict_is $is, $ran, 'shielded', 0, qr/the guard's monitor shows that all/,
        'status 444';
    ($is, $ran) = asked(6, monitor($front));
    verdict_is $is, $ran, 'not shielded', 2, qr/an exception let them pass/,
        'exempted';
    ($is, $ran) = asked(6, '--error-log=' . $front->dir . '/guard6.log');
    verdict_is $is, $ran, 'not shielded', 2, qr/an exception let them pass/,
        '... by the log';
    ($is, $ran) = asked(8, monitor($front));
    verdict_is $is, $ran, 'cannot tell', 3, qr/only logs requests from here/,
        'from an address of citrix_guard_detect_for';
    ($is, $ran) = asked(3, monitor($front));
    verdict_is $is, $ran, 'not shielded', 2,
        qr/refused none; its monitor did not count them/, 'off';
};


subtest 'some location of the server is not on' => sub {
    my ($is, $ran) = asked(4, monitor($front));
    verdict_is $is, $ran, 'cannot tell', 3, qr/"s4" has the mode "off"/, 'off';
    ($is, $ran) = asked(4);
    verdict_is $is, $ran, 'shielded', 0, qr/served/, '... from outside';
    ($is, $ran) = asked(5, monitor($front));
    verdict_is $is, $ran, 'detect only', 1, qr/"s5" has the mode "detect"/,
        'detect';
    ($is, $ran) = asked(9, monitor($front));
    verdict_is $is, $ran, 'cannot tell', 3, qr/"s9" has the mode "off"/,
        'off, and 444';
};


subtest 'the monitor contradicts the answers' => sub {
    my ($is, $ran) = asked(1, monitor($other));
    verdict_is $is, $ran, 'cannot tell', 3,
        qr/\d\d answers have X-Citrix-Guard, but the monitor shows 0 of/,
        'another guard\'s monitor';
    ($is, $ran) = asked(1, monitor($other), monitor($front));
    verdict_is $is, $ran, 'shielded', 0, qr/confirms/, 'one of two guards';
    is_deeply [map { $_->{blocked} } @{ $is->{monitors} }], [0, $SPELLINGS],
        '... which of them';
};


# A balancer sends half of the requests to each guard.
subtest 'two guards behind one name' => sub {
    my $balancer = CitrixGuard::Nginx->new(without_module => 1,
        vars => { A => $front->port(1), B => $other->port(1) },
        http => <<'END')->start;
        upstream both { server 127.0.0.1:%%A%%; server 127.0.0.1:%%B%%; }
        server { listen 127.0.0.1:%%PORT1%%;
                 location / { proxy_pass http://both; } }
END
    my $url = 'http://127.0.0.1:' . $balancer->port;
    my ($is, $ran) = verify($url, '--no-ica', monitor($front));
    my $counted = $is->{monitors}[0]{blocked};
    verdict_is $is, $ran, 'cannot tell', 3, qr/shows $counted of/,
        'the monitor of one of them';
    like $is->{todo}, qr/a --monitor for each/, '... what to do';
    ($is, $ran) = verify($url, '--no-ica', monitor($front), monitor($other));
    verdict_is $is, $ran, 'shielded', 0, qr/confirms/, 'both';
    cmp_ok $_->{blocked}, '>', 5, '... and each counted some'
        for @{ $is->{monitors} };
};


# Monitors that lie: each request gets the next of these answers.
sub told {
    my ($change, $port) = @_;
    my $asked = 0;
    my $server = CitrixGuard::Recorder->new(answer => sub {
        my %zone = (version => 1, started => '2020-01-17T00:00:00.000Z',
            last => 0, events => [], servers => [
                { name => 's1', modes => ['on'], since => '2020',
                  verdicts => { blocked => { count => 9000 } } } ]);
        my $body = $change->(\%zone, $asked++);
        # closed explicitly, so that curl does not try twice
        return { status => 200, close => 1, headers => [Connection => 'close'],
                 body => $body // JSON::PP->new->encode(\%zone) };
    });
    my ($is, $ran) = asked($port // 1, '--monitor=http://127.0.0.1:' . $server->port);
    return ($is, $ran);
}


subtest 'monitors that are not believed' => sub {
    my ($is, $ran) = told(sub { my ($zone, $n) = @_; $zone->{last} = 5 * $n;
        $zone->{started} .= $n; return });
    verdict_is $is, $ran, 'cannot tell', 3, qr/its counters were reset/,
        'restarted during the run';
    ($is, $ran) = told(sub { $_[0]{last} = $_[1] % 2 ? 9 : 3; return });
    verdict_is $is, $ran, 'cannot tell', 3, qr/its counters were reset/,
        'two nodes in turn';
    ($is, $ran) = told(sub { $_[0]{servers}[0]{verdicts}{blocked}{count}
        -= $_[1]; return });
    verdict_is $is, $ran, 'cannot tell', 3, qr/did not grow/,
        'a counter goes back';
    ($is, $ran) = told(sub { $_[0]{version} = 2; return });
    verdict_is $is, $ran, 'cannot tell', 3, qr/is not the answer of a citrix/,
        'another version';
    for (['', 'empty'], ['{', 'cut'], ['[1,2', 'cut'], ['{"a":1', 'cut'],
         ['{"version":1}', 'half of it'],
         ['{"version":1,"started":"2020","last":0', 'all but the end'],
         ['{"version":1,"started":"2020","' . 'k' x 100 . '":{"' . 'k' x 100
          . '":1}}', 'a long path'], ['{"a" 1}', 'no colon'],
         ["\0\xff", 'bytes'], ['[' x 99, 'deep'],
         ['{"' . 'k' x 500 . '":1}', 'a long key'],
         ['{"version":1,"started":"\\', 'in an escape'],
         [' ' x 17_000_000, 'large']) {
        my ($text, $name) = @$_;
        ($is, $ran) = told(sub { return $text });
        verdict_is $is, $ran, 'cannot tell', 3, qr/is not the answer of a citrix/,
            $name;
    }
};


# The ring has lost the events of the run; only the counters are left.
subtest 'a flood of attacks during the run' => sub {
    my ($is, $ran) = told(sub {
        my ($zone, $n) = @_;
        $zone->{last} = $n ? 5000 : 0;
        $zone->{servers}[0]{verdicts}{blocked}{count} += $n ? 4000 : 0;
        return;
    });
    verdict_is $is, $ran, 'shielded', 0, qr/confirms/, 'by the counters';
    ($is, $ran) = told(sub {
        my ($zone, $n) = @_;
        $zone->{last} = $n ? 5000 : 0;
        $zone->{servers}[0]{verdicts}{blocked}{count} += $n ? 20 : 0;
        return;
    }, 7);
    verdict_is $is, $ran, 'cannot tell', 3, qr/closed connection, though/,
        'not if only half of the requests were counted';
    ($is, $ran) = told(sub {
        my ($zone, $n) = @_;
        $zone->{last} = $n ? 500 : 0;
        $zone->{servers}[0]{verdicts}{blocked}{count} += $n ? 400 : 0;
        return;
    });
    verdict_is $is, $ran, 'cannot tell', 3, qr/shows 0 of/,
        'by the events, if all are still in the ring';
};


subtest 'it does not answer' => sub {
    my %is = (
        '/nothing' => qr/it answers 404/,
        '/locked'  => qr/it answers 401/,
        '/nowhere' => qr/it answers 302/,
        '/page'    => qr/is not the answer of a citrix_guard_monitor/,
    );
    for my $path (sort keys %is) {
        my ($is, $ran) = asked(1, monitor($front, $path));
        verdict_is $is, $ran, 'cannot tell', 3, $is{$path}, $path;
    }
    my $closed = '--monitor=http://127.0.0.1:' . free_port() . '/';
    my ($is, $ran) = asked(1, $closed);
    verdict_is $is, $ran, 'cannot tell', 3, qr/cannot confirm it: .*connect/i,
        'closed';
    ($is, $ran) = asked(3, $closed);
    verdict_is $is, $ran, 'not shielded', 2, qr/refused none$/,
        'an open ADC is still reported as open';
};


subtest 'with a password' => sub {
    my $port = $front->port(10);
    my ($is, $ran) = asked(1,
        "--monitor=http://watch:secret\@127.0.0.1:$port/locked");
    verdict_is $is, $ran, 'shielded', 0, qr/confirms/, 'in the URL';
    unlike "$ran->{out}$ran->{err}", qr/secret/, '... never shown';

    my $home = scratch();
    spew("$home/.netrc", "machine 127.0.0.1 login watch password secret\n");
    $ran = citrix_guard(['verify', '--no-ica', monitor($front, '/locked'),
                         url(1)], '', env => { HOME => "$home" });
    is $ran->{status}, 0, 'in ~/.netrc' or diag $ran->{out};
};


subtest 'errors' => sub {
    for my $url ('', 'guard', 'ftp://a/b', 'http://a/b?format=json',
                 'http://a b/') {
        my $ran = citrix_guard(['verify', "--monitor=$url", url(1)]);
        is $ran->{status}, 3, "--monitor=$url";
        is $ran->{err}, 'citrix-guard: --monitor: it must be the '
            . "http://HOST[:PORT]/PATH of a citrix_guard_monitor\n", '... with a message';
    }
    my $ran = citrix_guard(['verify', ('--monitor=http://a/') x 9, url(1)]);
    like $ran->{err}, qr/--monitor: more than 8$/, 'too many';
    is_deeply [grep {/guard/} $adc->requests('')], [],
        'the ADC was never asked for a monitor';
};

done_testing;
