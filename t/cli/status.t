#!/usr/bin/perl

# citrix-guard status: one sentence, which never says "shielded" without
# evidence.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Apache;
use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(free_port slurp spew);

my $GATE = 'gateway.example.com';
my $json = JSON::PP->new->utf8;


sub status {
    my ($monitor, @options) = @_;
    my $ran = citrix_guard(['status', '--json', "--monitor=$monitor", @options]);
    my $is = eval { $json->decode($ran->{out}) };
    ok $is, 'valid JSON' or diag $ran->{out}, $ran->{err};
    is $ran->{status}, $is->{exit}, '... and its exit status' if $is;
    return ($is // {}, $ran);
}


sub server {
    my ($name, $modes, %outcomes) = @_;
    return { name => $name, modes => $modes, since => '2026-01-10T03:00:00.000Z',
             passed => 7, reasons => {}, at => {},
             verdicts => { blocked => { count => 3 } },
             outcomes => { map { $_ => { count => $outcomes{$_},
                 last => '2026-01-10T04:00:00.000Z' } } keys %outcomes } };
}


# A monitor with this in its zone, or with this text in place of JSON.
sub told {
    my ($servers, %more) = @_;
    my $text = delete $more{text};
    my $code = delete $more{code} // 200;
    my $zone = { version => 1, node => 'proxy1', module => '0.1.0',
        nginx => '1.22.1', now => '2026-01-10T05:00:00.000Z',
        started => '2026-01-10T02:00:00.000Z',
        configured => '2026-01-10T03:00:00.000Z', last => 0, events => [],
        errors => { count => 0 }, servers => $servers, %more };
    return CitrixGuard::Recorder->new(answer => sub {
        return { status => $code, close => 1,
                 headers => [Connection => 'close'],
                 body => $text // $json->canonical->encode($zone) };
    });
}


sub url { return 'http://127.0.0.1:' . $_[0]->port . '/citrix-guard' }

my @on = (server($GATE, ['on']));

for my $case (
    ['shielded', \@on, 0, qr/^We\ have\ been\ shielded\ since\ 2026-01-10T03:00:00
        \.000Z\ at\ gateway\.example\.com\ \(proxy1\):\ 3\ blocked,\ and\ there
        \ is\ no\ sign\ that\ anything\ got\ through\ since\ then\.$/x],
    ['a server that is no longer configured', [@on, server('old', [])], 0,
     qr/^We have been shielded .* at gateway\.example\.com \(proxy1\)/],
    ['attempts without success', [server($GATE, ['on'], attempt => 2)], 0,
     qr/^We have been shielded/],
    ['detect', [server($GATE, ['detect'])], 1,
     qr/^Nothing is blocked at gateway\.example\.com \(proxy1\) since .*: the mode is detect\.$/],
    ['on and detect', [server($GATE, ['on', 'detect'])], 1,
     qr/^We are partly shielded: .* at gateway/],
    ['one server of two', [@on, server('b', ['detect'])], 1,
     qr/^We are partly shielded: not everything is blocked at b \(proxy1\)/],
    ['off', [server($GATE, ['off'])], 2, qr/^We are not shielded: the guard is off at gateway/],
    ['off for one', [@on, server('b', ['off'])], 1,
     qr/^The guard is off in a part of b \(proxy1\)/],
    ['an unknown mode', [server($GATE, ['new'])], 2,
     qr/^We are not shielded/],
    ['got through', [server($GATE, ['on'], 'scan-success' => 1,
                            'exploit-suspected' => 2)], 2,
     qr/^3 requests may have got through \(of 0 .* at 2026-01-10T04:00:00/],
    ['got through in detect', [server($GATE, ['detect'], 'scan-success' => 1)],
     2, qr/^1 request may have got through/],
    ['not answered', [server($GATE, ['on'], unknown => 1)], 2,
     qr/^1 request may have got through \(of 1 /],
    ['an unknown outcome', [server($GATE, ['on'], newer => 1)], 2,
     qr/^1 request may have got through/],
    ['got through a removed server', [@on, server('old', [],
        'scan-success' => 1)], 2, qr/^1 request may/],
    ['looked at', [server($GATE, ['on'], 'scan-success' => 2)], 0,
     qr/^We have been shielded .*: 3 blocked; 2 that may have got through were acknowledged by Ann\.$/,
     acknowledged => { by => 'Ann', note => 'x', at => '2026-01-10T04:30:00.000Z',
                       count => 2 }],
    ['one more since then', [server($GATE, ['on'], 'scan-success' => 3)], 2,
     qr/^1 request may have got through/,
     acknowledged => { by => 'Ann', note => 'x', at => '2026-01-10T04:30:00.000Z',
                       count => 2 }],
    ['lost events', \@on, 3,
     qr/^Cannot tell whether anything got through: 2 events were not written/,
     lost => { events => 2, lines => 0 }],
    ['lost lines', \@on, 0, qr/^We have been shielded/,
     lost => { events => 0, lines => 9 }],
    ['lost events, and off', [server($GATE, ['off'])], 2, qr/^We are not shielded/,
     lost => { events => 2, lines => 0 }],
    ['lost events, and one got through', [server($GATE, ['on'], unknown => 1)], 2,
     qr/^1 request may have got through/, lost => { events => 2, lines => 0 }],
    ['damaged counters', \@on, 3,
     qr/^Cannot tell whether anything got through before 2026-01-10T02/,
     state => { found => 'damaged', unsaved => 0 }],
    ['damaged counters that somebody has looked at', \@on, 0,
     qr/^We have been shielded/, state => { found => 'damaged', unsaved => 0 },
     acknowledged => { by => 'Ann', note => 'x', count => 0,
                       at => '2026-01-10T04:30:00.000Z' }],
    ['another nginx beside this one', \@on, 3,
     qr/^Cannot tell .*: after an upgrade another nginx accepts connections/,
     upgrade => { beside => 2 }],
    ['one that nobody can see', \@on, 3,
     qr/^Cannot tell .*: the guard may not read whether another nginx/,
     upgrade => { beside => 1, unreadable => 1 }],
    ['no other nginx', \@on, 0, qr/^We have been shielded/,
     upgrade => { beside => 0 }],
    ['an invalid number of others', \@on, 3,
     qr/not that of a citrix_guard_monitor/, upgrade => { beside => '?' }],
    ['one beside it, and one got through', [server($GATE, ['on'],
        unknown => 1)], 2, qr/^1 request may/, upgrade => { beside => 1 }],
    ['one that counted elsewhere', \@on, 3,
     qr/^Cannot tell whether anything got through before 2026-01-10T04:00:00/,
     upgrade => { beside => 0, uncounted => '2026-01-10T04:00:00.000Z' }],
    ['a canary that was let by', \@on, 1,
     qr/^We are not shielded everywhere: .* attack "b", .* at 2026-01-10T04:00/,
     canaries => [{ name => 'a', verdicts => { blocked => { count => 1,
            last => '2026-01-10T04:10:00.000Z' } }, let_by => { count => 1,
            last => '2026-01-10T04:05:00.000Z' } },
        { name => 'b', let_by => { count => 1,
            last => '2026-01-10T04:00:00.000Z' } }]],
    ['one that is refused', \@on, 0, qr/^We have been shielded/,
     canaries => [{ name => 'a', verdicts => { blocked => { count => 1,
        last => '2026-01-10T04:10:00.000Z' } }, let_by => { count => 0 } }]],
    ['lost events that are no number', \@on, 3,
     qr/not that of a citrix_guard_monitor/, lost => { events => 'x' }],
    ['nothing configured', [], 3, qr/^Cannot tell .*: no server/],
    ['the clock', \@on, 3, qr/^Cannot tell .*: the clock/,
     now => '2026-01-09T05:00:00.000Z'],
    ['the clock, by an event', [{ %{ server($GATE, ['on']) }, verdicts => {
        blocked => { count => 1, last => '2026-01-10T05:00:05.001Z' } } }], 3,
     qr/^Cannot tell .*: the clock/],
    ['the clock, by a server that is gone', [@on, { %{ server('old', []) },
        since => '2026-01-10T05:01:00.000Z' }], 3, qr/^Cannot tell .*: the clock/],
    ['the clock was moved a little', \@on, 0, qr/^We have been shielded/,
     now => '2026-01-10T02:59:55.000Z'],
    ['the clock was moved a little more, over midnight', \@on, 3,
     qr/^Cannot tell .*: the clock/, configured => '2026-01-11T00:00:04.000Z',
     now => '2026-01-10T23:59:58.999Z'],
    ['another version', \@on, 3, qr/not that of a citrix_guard_monitor/,
     version => 2],
    ['no JSON', \@on, 3, qr/not that of a citrix_guard_monitor/,
     text => '<html>'],
    ['half of it', \@on, 3, qr/not that of a citrix_guard_monitor/,
     text => '{"version":1,"now":"2","started":"1","configured":"1","servers":['],
    ['an invalid count', [{ %{ server($GATE, ['on']) }, passed => '-1' }],
     3, qr/not that of a citrix_guard_monitor/],
    ['nothing', \@on, 3, qr/not that of a citrix_guard_monitor/, text => ''],
    ['another page', \@on, 3, qr/it answers 404/, code => 404],
    ['a redirect', \@on, 3, qr/it answers 302/, code => 302],
) {
    my ($name, $servers, $exit, $sentence, %more) = @$case;
    my $monitor = told($servers, %more);
    my ($is) = status(url($monitor));
    is $is->{exit}, $exit, "$name: $exit";
    like $is->{sentence}, $sentence, '... the sentence';
    is $is->{status}, (qw(ok warning critical unknown))[$exit], '... a word';
}


subtest 'no monitor' => sub {
    my $nobody = 'http://127.0.0.1:' . free_port() . '/citrix-guard';
    my ($is) = status($nobody);
    is $is->{exit}, 3, 'no server there';
    like $is->{sentence}, qr/^Cannot tell .*: no answer from the monitor at /,
        '... and says so';
    is $is->{counts}, undef, '... no counts';
    my $ran = citrix_guard(['status', '--nagios', "--monitor=$nobody"]);
    is $ran->{status}, 3, 'Nagios: 3';
    like $ran->{out}, qr/\ACITRIX_GUARD UNKNOWN - Cannot tell[^\n|]*\n\z/,
        '... one line, no figures';
    $ran = citrix_guard(['status', "--monitor=$nobody"]);
    is $ran->{status}, 3, 'for people: 3';
    unlike $ran->{out}, qr/shielded since|clean/, '... and nothing reassuring';
};


subtest 'for people, and Nagios' => sub {
    my $told = told([server('a|b "c"', ['on'])]);
    my $monitor = url($told);
    my $ran = citrix_guard(['status', "--monitor=$monitor"]);
    is $ran->{status}, 0, 'for people';
    like $ran->{out}, qr/\AWe have been shielded since /, 'the sentence first';
    like $ran->{out}, qr/: 7 clean, 3 blocked, 0 detected, 0 exempted$/m,
        '... counts';
    like $ran->{out}, qr/^  server     a\|b "c": on, since 2026/m, '... modes';
    like $ran->{out},
        qr/^  versions   citrix-guard \S+, module 0\.1\.0, nginx 1\.22\.1$/m,
        '... versions';
    $ran = citrix_guard(['status', '--nagios', "--monitor=$monitor"]);
    is $ran->{status}, 0, 'Nagios: 0';
    like $ran->{out}, qr/\ACITRIX_GUARD\ OK\ -\ We\ [^|\n]*\ \|\ passed=7c\ blocked=3c
        \ detected=0c\ exempted=0c\ through=0c\ errors=0c\n\z/x, '... one line';
};


subtest 'wrong options' => sub {
    for (['--monitor=file:///etc/passwd'], ['--nonsense'], ['x'],
         ['--monitor']) {
        my $ran = citrix_guard(['status', @$_]);
        is $ran->{status}, 3, "@$_";
        is $ran->{out}, '', '... no sentence';
    }
};


subtest 'a real guard' => sub {
    my $adc = CitrixGuard::Apache->new;
    my $front = CitrixGuard::Nginx->new(ports => 3,
        vars => { ADC => $adc->port }, http => <<'END')->start;
        citrix_guard_zone guard:1m;
        citrix_guard_canary setup 5d41402abc4b2a76b9719d91;
        server { listen 127.0.0.1:%%PORT1%%; server_name on;
            citrix_guard on; location / { proxy_pass http://127.0.0.1:%%ADC%%; } }
        server { listen 127.0.0.1:%%PORT3%%; server_name monitor;
            citrix_guard on;
            location = /m { citrix_guard_monitor; allow 127.0.0.1; deny all; } }
END
    my $monitor = 'http://127.0.0.1:' . $front->port(3) . '/m';
    get($front->port(1), '/vpn/../vpns/');
    my ($is) = status($monitor);
    is $is->{exit}, 0, 'on';
    is $is->{counts}{blocked}, 1, '... what was counted';
    my ($version) = citrix_guard(['--version'])->{out} =~ /(\S+)$/;
    is_deeply $is->{versions}, { 'citrix-guard' => $version,
        module => $version, nginx => CitrixGuard::Nginx::version() },
        '... versions, and those of command and module agree';

    my $gate = 'http://127.0.0.1:' . $front->port(1);
    ($is) = status($monitor, "--verify=$gate");
    is $is->{exit}, 0, 'and verify';
    like $is->{verify}{reason}, qr/which its monitor confirms/,
        '... asks the monitor';
    my $blocked = sub { (status($monitor))[0]{counts}{blocked} };
    my $before = $blocked->();
    ($is) = status($monitor, "--verify=$gate",
        '--canary=5d41402abc4b2a76b9719d91');
    is $is->{exit}, 0, 'and with the token of a canary';
    is $blocked->(), $before, '... nothing of it is counted as an attack';
    ($is) = status($monitor, '--verify=http://127.0.0.1:' . $adc->port);
    is $is->{exit}, 2, 'verify says no';
    like $is->{sentence}, qr/^We are not shielded: verify says: /, '... why';
    ($is) = status($monitor, '--verify=http://127.0.0.1:' . free_port());
    is $is->{exit}, 3, 'verify cannot tell';
    ($is) = status('http://127.0.0.1:' . free_port(), "--verify=$gate");
    is $is->{exit}, 3, 'no monitor, and verify says yes';
};


# dpkg -i installs a module that does not fit the running nginx: its next start
# fails
subtest 'a module of another nginx' => sub {
    my $nginx = CitrixGuard::Nginx->new(ports => 2, without_module => 1,
        before => 'load_module %%DIR%%/guard.so;', http => <<'END');
        citrix_guard_zone guard:1m;
        server { listen 127.0.0.1:%%PORT1%%; server_name a.example;
            citrix_guard on; location / { proxy_pass http://127.0.0.1:9; } }
        server { listen 127.0.0.1:%%PORT2%%; location / {
            citrix_guard_monitor; allow 127.0.0.1; deny all; } }
END
    my $file = $nginx->dir . '/guard.so';
    my $module = slurp(CitrixGuard::Nginx::module());
    spew($file, $module);
    $nginx->start;
    my $monitor = 'http://127.0.0.1:' . $nginx->port(2) . '/';
    # nginx -t exits without freeing anything
    local $ENV{ASAN_OPTIONS} = join ':', $ENV{ASAN_OPTIONS} // (),
                                    'detect_leaks=0';
    my @asked = ('--nginx=' . CitrixGuard::Nginx::binary(),
                 '--conf=' . $nginx->dir . '/conf');
    my ($is) = status($monitor);
    is $is->{exit}, 0, 'with another monitor it does not run nginx -t';
    ok !$is->{next_start}, '... which may be another machine';
    my $ran;
    ($is, $ran) = status($monitor, @asked);
    is $is->{exit}, 0, 'nginx would start' or diag $ran->{out};
    is $is->{next_start}{verdict}, 'yes', '... and says so';

    # the signature of an nginx that was built in another way
    is $module =~ s/\b(\d,\d,\d,)([01]{30,})/$1 . $2 =~ tr{01}{10}r/eg, 1,
       'a module for another nginx';
    spew("$file.new", $module);
    rename "$file.new", $file or die "$file: $!";
    ($is, $ran) = status($monitor, @asked);
    is $is->{exit}, 1, 'is a warning' or diag $ran->{out};
    like $is->{sentence}, qr/^We have been shielded since .* got through since (?#
        )then; but nginx will not start again or reload: nginx -t says: (?#
        )module ".*guard\.so" is not binary compatible in /, '... says why';
    is $is->{next_start}{verdict}, 'no', '... in JSON';
    $ran = citrix_guard(['status', '--nagios', "--monitor=$monitor", @asked]);
    like $ran->{out}, qr/^CITRIX_GUARD WARNING - We have .*; but nginx will/,
        '... for Nagios';
    $ran = citrix_guard(['status', "--monitor=$monitor", @asked]);
    like $ran->{out}, qr/^  next start nginx will not start again.*compatible/m,
        '... for people';

    $ran = citrix_guard(['status', '--json', "--monitor=$monitor", $asked[0]],
        '', env => { CITRIX_GUARD_CONF => $nginx->dir . '/conf' });
    like $ran->{out}, qr/guard\.so\\" is not binary compatible/,
        '... where the environment says which configuration';

    my $open = told([server($GATE, ['off'])]);
    ($is) = status(url($open), @asked);
    is $is->{exit}, 2, 'a worse status is kept';
    is $is->{next_start}{verdict}, 'no', '... and the warning is shown, too';
    ($is) = status($monitor, '--nginx=/nonexistent/nginx');
    is $is->{exit}, 0, 'no nginx: not known';
    is $is->{next_start}{verdict}, 'unknown', '... and says so';
    $nginx->stop;
};


subtest 'is the ADC patched?' => sub {
    plan skip_all => 'this nginx has no stream'
        if !CitrixGuard::Nginx::has_stream();
    require CitrixGuard::Gateway;
    my $told = told(\@on);
    my $monitor = url($told);
    my $open = CitrixGuard::Recorder->new(answer => sub {
        return { status => 200, body => "[global]\n" } });
    my $gateway = CitrixGuard::Gateway->new(web => $open->port);
    my ($is) = status($monitor, '--adc=127.0.0.1:' . $gateway->{tls_adc}->port);
    is $is->{adc}{verdict}, 'is not patched', 'it answers the attack';
    is $is->{exit}, 0, '... and the status is still shielded';
    ($is) = status($monitor, '--adc=127.0.0.1:' . free_port());
    is $is->{adc}{verdict}, 'not known from outside whether it is patched',
        'nobody answers';
};

done_testing;
