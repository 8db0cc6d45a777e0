#!/usr/bin/perl

# citrix-guard setup and rollback: the shipped configuration with a real nginx
# and TLS on both sides. Invalid values are refused before anything is written;
# if nginx refuses the configuration, nothing has changed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::INET ();
use POSIX ();
use Test::More;

use CitrixGuard::Check qw(request refused);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Gateway;
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(alive);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(free_port scratch slurp spew wait_until);

plan skip_all => 'this nginx has no stream' if !CitrixGuard::Nginx::has_stream();

my $SECOND = 'portal.example.com';
my $NAME = $CitrixGuard::Gateway::NAME;

my $web = CitrixGuard::Recorder->new(answer => sub {
    return { status => 200, body => "login\n" } });
my $gateway = CitrixGuard::Gateway->new(web => $web->port, names => [$SECOND]);
my $dir = $gateway->dir;
my $conf = "$dir/conf";
my $certs = $gateway->{certs};
my $adc = '127.0.0.1:' . $gateway->{tls_adc}->port;
my $listen = '127.0.0.1:' . $gateway->front;
my $before = before(200);

# what make install puts there, with the paths of the test
$gateway->text;
spew("$conf/citrix-guard/main.conf",
     slurp("$conf/citrix-guard/main.conf") =~ s/daemon off;//r);
spew("$conf/nginx.conf", $before);
# leaks of an nginx that refuses to start are nginx's own
spew("$dir/nginx", "#!/bin/sh\nASAN_OPTIONS=\$ASAN_OPTIONS:detect_leaks=0\n"
     . "export ASAN_OPTIONS\nexec '" . CitrixGuard::Nginx::binary()
     . "' -p '$dir/' -e '$dir/error.log' \"\$@\"\n");
chmod 0755, "$dir/nginx" or die "chmod: $!";
my %shipped = map { $_ => slurp("$conf/citrix-guard/$_") }
    qw(settings.conf names.conf front.conf mode.conf canary.conf);

# nginx is a daemon here: the test ends it by its pid
END {
    my $status = $?;
    my $pid = master();
    if ($pid) {
        kill 'QUIT', $pid;
        wait_until(sub { !alive($pid) });
    }
    $? = $status;
}


sub master {
    return '' if !defined $dir;
    my ($pid) = slurp("$dir/nginx.pid") =~ /^(\d+)$/;
    return $pid && alive($pid) ? $pid : '';
}


sub before {
    my ($status) = @_;
    return "pid $dir/nginx.pid; error_log $dir/error.log;\nevents { }\n"
        . 'http { ' . $gateway->temp_paths . " access_log off; server { listen 127.0.0.1:"
        . $gateway->alive . "; return $status; } }\n";
}


# the options that the test needs in place of the defaults
sub setup {
    my ($more, $input, %less) = @_;
    my %option = (name => $NAME, adc => $adc, 'adc-ca' => "$certs/ca.pem",
        certificate => "$certs/gateway.pem", key => "$certs/gateway.key",
        listen => $listen, conf => $conf, nginx => "$dir/nginx",
        monitor => $gateway->monitor, %less);
    return citrix_guard(['setup', @$more, map {"--$_=$option{$_}"}
        grep { defined $option{$_} } sort keys %option], $input);
}


sub rollback {
    return citrix_guard(['rollback', "--conf=$conf", "--nginx=$dir/nginx",
        '--monitor=' . $gateway->monitor, @_]);
}


sub kept { return map { s{.*/}{}r } sort glob "$conf/citrix-guard/kept/*" }


# the last line of the output
sub sentence { return (split /\n/, $_[0]{out})[-1] // '' }


sub get {
    my ($target, $host) = @_;
    return CitrixGuard::Raw::ask($gateway->front, request($target, no_host => 1,
        headers => [Host => $host // $NAME]), $gateway->tls);
}


sub untouched {
    my ($name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @changed = grep { slurp("$conf/citrix-guard/$_") ne $shipped{$_} }
        sort keys %shipped;
    push @changed, 'nginx.conf' if slurp("$conf/nginx.conf") ne $before;
    push @changed, glob "$conf/*.new $conf/*/*.new";
    is "@changed", '', $name // '... and nothing was written';
}


sub fails {
    my ($ran, $message, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is $ran->{status}, 2, $name;
    like $ran->{err}, $message, '... why';
    untouched();
}


subtest 'invalid values' => sub {
    my @bad = (
        [name => "a.example\n", qr/not a host name/],
        [name => 'a.example;', qr/not a host name/],
        [name => 'a b', qr/not a host name/],
        [name => '"a"', qr/not a host name/],
        [name => '-a.example', qr/not a host name/],
        [name => 'a-.example', qr/not a host name/],
        [name => 'a..example', qr/not a host name/],
        [name => 'a.example.', qr/not a host name/],
        [name => '192.0.2.1', qr/not a host name/],
        [name => '*.example', qr/not a host name/],
        [name => 'a' x 64, qr/not a host name/],
        [name => join('.', ('a' x 50) x 6), qr/not a host name/],
        [name => '', qr/not a host name/],
        [adc => 'http://a', qr/not an address of the ADC/],
        [adc => 'a:0', qr/not an address of the ADC/],
        [adc => 'a:65536', qr/not an address of the ADC/],
        [adc => 'a:44x', qr/not an address of the ADC/],
        [adc => 'a;b', qr/not an address of the ADC/],
        [adc => '[::1', qr/not an address of the ADC/],
        [adc => '[::g]:443', qr/not an address of the ADC/],
        [adc => 'https://a/path', qr/not an address of the ADC/],
        [adc => '', qr/not an address of the ADC/],
        [mode => 'off', qr/must be "on" or "detect"/],
        [listen => '0', qr/must be PORT or ADDRESS:PORT/],
        [listen => '1.2.3.4;:1', qr/must be PORT or ADDRESS:PORT/],
        [certificate => "$certs/none.pem", qr/No such file/],
        [certificate => $certs, qr/it is not a file/],
        [certificate => "$certs/a;b.pem", qr/may contain only letters/],
        [certificate => "$certs/\$a.pem", qr/may contain only letters/],
        [key => "$certs/a b", qr/may contain only letters/],
        [monitor => 'file:///etc/passwd', qr/must be the http/],
        [conf => 'relative', qr/must be the absolute path/],
        [balancer => '192.0.2.30;', qr/must be the address of a balancer/],
        [balancer => 'balancer.example', qr/must be the address of a balancer/],
        [balancer => '192.0.2.0/33', qr/must be the address of a balancer/],
        [balancer => '2001:db8::/129', qr/must be the address of a balancer/],
        [balancer => '', qr/must be the address of a balancer/],
        [collector => 'log.example:514', qr/must be ADDRESS, ADDRESS:PORT/],
        [collector => '192.0.2.40,x', qr/must be ADDRESS, ADDRESS:PORT/],
        [collector => '192.0.2.40', qr/--balancer= is missing/],
    );
    for (@bad) {
        my ($option, $value, $message) = @$_;
        my $ran = setup(['--yes'], '', $option => $value);
        is $ran->{status}, 2, "$option: " . CitrixGuard::Check::printable($value);
        like $ran->{err}, qr/\Acitrix-guard: [^\n]*$message[^\n]*\n\z/,
            '... one line';
    }
    untouched();
    is_deeply [kept()], [], '... or kept';
};


subtest 'values that are not usable' => sub {
    fails setup(['--yes'], '', key => "$certs/adc.key"),
        qr/the key \S+adc\.key does not fit the certificate/, 'another key';
    fails setup(['--yes'], '', key => "$certs/ca.pem"),
        qr/it is no key in PEM/, 'no key';
    fails setup(['--yes'], '', certificate => "$certs/ext"),
        qr/it contains no PEM certificate/, 'no certificate';
    fails setup(['--yes'], '', name => 'other.example.com'),
        qr/is not for the name other\.example\.com/, 'another name';
    fails setup(['--yes'], '', 'adc-ca' => "$certs/adc.pem"),
        qr/certificate at \S+ is not trusted .*--adc-ca=FILE/,
        'another authority';
    fails setup(['--yes'], '', adc => '127.0.0.1:' . free_port()),
        qr/the ADC does not answer over TLS at 127/, 'no server there';
    fails setup(['--yes'], '', adc => '127.0.0.1:' . $web->port),
        qr/the ADC does not answer over TLS/, 'no TLS there';
    fails setup(['--yes'], '', key => undef), qr/--key= is missing/,
        'an option is missing';
    fails setup(['--yes'], '', nginx => "$dir/none"), qr/none does not run/,
        'no nginx';
    fails setup(['--yes'], '', conf => scratch()),
        qr/the guard's configuration is not in/, 'nothing is installed';

    mkdir "$conf/modules-enabled" or die $!;
    fails setup(['--yes']), qr/nginx has no stream module.*--browser-only/,
        'no stream module';
    my $ran = setup(['--yes', '--browser-only', '--dry-run']);
    is $ran->{status}, 0, 'browser-only does not need it' or diag $ran->{err};
    like $ran->{out}, qr/^\+include citrix-guard\/browser-only\.conf;$/m,
        '... and another file is included';
    untouched();
    rmdir "$conf/modules-enabled" or die $!;

    my $other = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
        or die $@;
    fails setup(['--yes'], '', listen => $other->sockport),
        qr/port \d+ is in use: \S+ \(process $$\) listens there/,
        'a port that is in use';
    is_deeply [kept()], [], 'no files were kept for these';
};


# nginx opens and closes sockets while it runs: none belongs to another program
subtest 'a port whose sockets come and go' => sub {
    my $port = free_port();
    my $parent = $$;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        $0 = 'nginx';
        while (getppid == $parent) {
            my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                LocalPort => $port, Listen => 1, ReuseAddr => 1);
            select undef, undef, undef, 0.005;
            undef $socket;
            select undef, undef, undef, 0.005;
        }
        POSIX::_exit(0);
    }
    for (1 .. 10) {
        my $ran = setup(['--yes', '--dry-run'], '', listen => $port);
        is $ran->{status}, 0, "look $_" or diag $ran->{err};
    }
    kill 'KILL', $pid;
    waitpid $pid, 0;
    untouched();
};


subtest 'questions' => sub {
    my @no = map { $_ => undef } qw(name adc certificate key mode);
    fails setup([], '', @no), qr/no answer, and --name= is missing/,
        'no answer';
    my $answers = "a;b\n$NAME $SECOND\n$adc\n$certs/gateway.pem\n"
        . "$certs/gateway.key\n\n";
    my $ran = setup([], "${answers}no\n", @no);
    fails $ran, qr/a;b.*\n.*nothing was written/, 'no';
    like $ran->{out}, qr/^[ +]citrix_guard on;$/m, '... "on" is proposed';
    like $ran->{out}, qr/^\+server_name $NAME $SECOND;$/m, '... both names';
    $ran = setup(['--dry-run', '--mode=detect'], $answers, @no, mode => undef);
    is $ran->{status}, 0, 'a dry run' or diag $ran->{err};
    like $ran->{out}, qr/^\+citrix_guard detect;$/m, '... shows what changes';
    untouched('... and writes nothing');
};


subtest 'nginx refuses it' => sub {
    my $shutter = slurp("$conf/citrix-guard/shutter.conf");
    spew("$conf/citrix-guard/shutter.conf", "nonsense;\n");
    my $ran = setup(['--yes']);
    fails $ran, qr/unknown directive "nonsense"/, 'nginx -t';
    like $ran->{err}, qr/the old files are restored/, '... and says so';
    is_deeply [kept()], [], '... and no folder is left';
    spew("$conf/citrix-guard/shutter.conf", $shutter);
    is master(), '', 'nginx was not started';
};


subtest 'from nothing to shielded' => sub {
    my $ran = setup(['--yes', "--name=$SECOND"]);
    is $ran->{status}, 0, 'setup' or diag $ran->{out}, $ran->{err};
    like sentence($ran), qr/^Shielded: .* and users are served\.$/,
        '... and ends with one sentence';
    ok master(), 'nginx runs';
    is get('/vpn/index.html')->{status}, 200, 'a page';
    refused get('/vpn/../vpns/cfg/smb.conf'), 'an attack';
    is get('/vpn/index.html', $SECOND)->{status}, 200, 'the second name';
    is get('/vpn/index.html', 'x.example.com')->{status}, 421, 'another name';
    my @folder = kept();
    is scalar @folder, 1, 'the old files are kept';
    is slurp("$conf/citrix-guard/kept/$folder[0]/nginx.conf"), $before,
        '... nginx.conf';
    cmp_ok scalar(split /\n/, slurp("$conf/citrix-guard/settings.conf")), '<',
        20, 'one short file to edit';

    my $canary = "$conf/citrix-guard/canary.conf";
    my ($token) = slurp($canary) =~ /^citrix_guard_canary setup (\w{24});$/m;
    ok $token, 'its own checks have a token';
    is((stat $canary)[2] & 0777, 0600, '... that others may not read');
    unlike $ran->{out} . $ran->{err}, qr/$token/, '... and that is not shown';

    my $pid = master();
    $ran = setup(['--yes', "--name=$SECOND"]);
    is $ran->{status}, 0, 'a second time' or diag $ran->{err};
    like $ran->{out}, qr/^All files are up to date\.$/m,
        '... and nothing changes';
    is_deeply [kept()], \@folder, '... and nothing more is kept';
    is master(), $pid, '... nginx was reloaded';
};


subtest 'the answers of an earlier setup' => sub {
    my @no = map { $_ => undef }
        qw(name adc certificate key mode listen adc-ca);
    my $ran = setup(['--yes'], '', @no);
    is $ran->{status}, 0, '--yes takes them' or diag $ran->{out}, $ran->{err};
    like $ran->{out}, qr/^All files are up to date\.$/m, '... all of them';

    $ran = setup(['--dry-run'], "\n" x 5, @no);
    is $ran->{status}, 0, 'they are proposed' or diag $ran->{err};
    like $ran->{out}, qr/\Q[$_]\E: /, "... $_"
        for "$SECOND $NAME", $adc, "$certs/gateway.pem", "$certs/gateway.key",
            'on';

    my $front = "$conf/citrix-guard/front.conf";
    my $text = slurp($front);
    spew($front, $text =~ s/listen \S+/listen 127.0.0.1;x/r);
    $ran = setup(['--yes'], '', @no);
    is $ran->{status}, 2, 'an invalid value is not proposed';
    like $ran->{err}, qr/--listen=127\.0\.0\.1: it must be/, '... and says why';
    spew($front, $text);

    my $canary = "$conf/citrix-guard/canary.conf";
    chmod 0644, $canary or die $!;
    my @folder = kept();
    $ran = setup(['--yes'], '', @no);
    is $ran->{status}, 0, 'a token that others may read' or diag $ran->{err};
    is((stat $canary)[2] & 0777, 0600, '... is protected again');
    is_deeply [kept()], \@folder, '... which rollback does not count';
};


subtest 'detect' => sub {
    my $ran = setup(['--yes', '--mode=detect']);
    is $ran->{status}, 0, 'setup' or diag $ran->{out}, $ran->{err};
    is sentence($ran), 'Nothing is blocked: the mode is detect.',
        '... the last sentence';
    is scalar kept(), 2, 'the files of "on" are kept';
    $ran = citrix_guard(['status', '--monitor=' . $gateway->monitor]);
    is $ran->{status}, 1, 'its own checks have raised no alarm'
        or diag $ran->{out};
    is get('/vpn/index.html', $SECOND)->{status}, 421, 'one name is gone';
};


# The monitor of another guard, which has counted none of these requests.
subtest 'not shielded' => sub {
    my $other = CitrixGuard::Nginx->new(http => <<'END')->start;
        citrix_guard_zone other:1m;
        server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
                 location = /m { citrix_guard_monitor; allow 127.0.0.1;
                                 deny all; } }
END
    my $ran = setup(['--yes', '--mode=detect'], '',
        monitor => 'http://127.0.0.1:' . $other->port . '/m');
    is $ran->{status}, 1, 'setup';
    like sentence($ran), qr/^Not shielded: \Q$NAME\E: .*did not count them/,
        '... says why';
};


subtest 'rollback' => sub {
    my @dates = reverse kept();
    my $ran = rollback('--list');
    is $ran->{out}, join('', map {"$_\n"} @dates), 'the list, newest first';
    $ran = rollback('--dry-run');
    like $ran->{out}, qr/^Nothing was written/m, 'a dry run';

    $ran = rollback();
    is $ran->{status}, 0, 'back by one setup' or diag $ran->{err};
    like $ran->{out}, qr/before the setup of $dates[0]\.$/m, '... and says so';
    refused get('/vpn/../vpns/'), 'the mode is on again';
    is get('/vpn/index.html', $SECOND)->{status}, 200, '... with both names';
    like rollback('--list')->{out}, qr/^$dates[0]  as it is now$/m,
        'the list shows which is active';

    spew("$conf/citrix-guard/kept/$dates[1]/nginx.conf", 'nonsense;');
    my $now = slurp("$conf/citrix-guard/settings.conf");
    $ran = rollback();
    is $ran->{status}, 2, 'files that nginx rejects';
    like $ran->{err}, qr/unknown directive "nonsense"/, '... with its message';
    is slurp("$conf/citrix-guard/settings.conf"), $now, '... are not restored';
    like slurp("$conf/nginx.conf"), qr/^include citrix-guard/m, '... none';
    refused get('/vpn/../vpns/'), '... and the guard is still active';
    is_deeply [reverse kept()], \@dates, '... and no folder is left';

    spew("$conf/citrix-guard/kept/$dates[1]/nginx.conf", $before);
    $ran = rollback("--to=$dates[1]");
    is $ran->{status}, 0, 'back to a date' or diag $ran->{err};
    like $ran->{out}, qr/no guard from setup: nothing is refused/, '... warns';
    untouched('all is as it was before the first setup');
    ok CitrixGuard::Scratch::connectable($gateway->alive),
        'nginx uses them';
    ok !CitrixGuard::Scratch::connectable($gateway->front),
        '... and the guard is gone when the command ends';

    $ran = rollback();
    is $ran->{status}, 2, 'there is nothing before the first setup';
    like $ran->{err}, qr/already those from before the first setup/, '... why';
    for my $bad ('../..', '20200101T000000Z', '') {
        is rollback("--to=$bad")->{status}, 2, "--to=$bad";
    }
};


subtest 'a container' => sub {
    my $ran = setup(['--yes', '--no-start'], '', adc => '127.0.0.1:1',
        listen => free_port());
    is $ran->{status}, 0, 'setup without a start' or diag $ran->{err};
    is sentence($ran), 'Set up; nginx was not started.', 'its sentence';
    like slurp("$conf/citrix-guard/settings.conf"), qr/server 127\.0\.0\.1:1;/,
        '... the ADC was not asked';
    ok !CitrixGuard::Scratch::connectable($gateway->front),
        '... and nginx runs as before';
    is rollback()->{status}, 0, 'back';
    untouched('... as before');
};


subtest 'a node behind a balancer' => sub {
    my @kept = kept();
    my %node = (balancer => '192.0.2.30', collector => '127.0.0.1:'
        . $gateway->port(4), nginx => "$dir/nginx");
    my $ran = setup(['--yes', '--balancer=2001:db8::/64'], '', %node);
    is $ran->{status}, 0, 'setup' or diag $ran->{out}, $ran->{err};
    like sentence($ran), qr/^Shielded: .* and users are served\.$/,
        '... and ends with one sentence';
    my $read = sub { slurp("$conf/citrix-guard/$_[0].conf") };
    like $read->('front-node'), qr/^listen\ \Q$listen\E\ ssl\ .*proxy_protocol;
        \s+set_real_ip_from\ 2001:db8::\/64;
        \s+set_real_ip_from\ 192\.0\.2\.30;$/mx, 'the front';
    like $read->('balancers'), qr/^allow 2001:db8::\/64;\nallow 192\.0\.2\.30;$/m,
        'the balancers';
    like $read->('collector-errors'),
        qr/^error_log syslog:server=\Q$node{collector}\E,/m, 'its log';
    is(() = $read->('collector-events') =~ /server=\Q$node{collector}\E,/g, 2,
        '... requests and events');
    like $read->('collector-monitor'), qr/^allow 127\.0\.0\.1;$/m,
        '... and the counters';
    my $answer = eval { get('/vpn/') } // {};
    is $answer->{status} // '', '',
        'without the PROXY protocol nobody is served';

    $ran = citrix_guard(['verify', '--proxy-protocol', "https://$NAME"]);
    like $ran->{err}, qr/--proxy-protocol needs --connect/,
        '... which leads only to the node';
    $ran = citrix_guard(['verify', '--proxy-protocol', '--insecure',
        "--connect=$listen", "--direct=$adc", "https://$NAME"]);
    is $ran->{status}, 2, 'the ADC itself gets no PROXY protocol'
        or diag $ran->{out};

    my @no = map { $_ => undef } qw(name adc certificate key mode listen adc-ca);
    $ran = setup(['--yes'], '', @no);
    is $ran->{status}, 0, 'a second time, without options' or diag $ran->{err};
    like $ran->{out}, qr/^All files are up to date\.$/m,
        '... and nothing changes';
    $ran = setup(['--yes', '--dry-run', '--collector=none'], '', @no);
    like $ran->{out}, qr/^-error_log/m, 'no collector any more';
    $ran = setup(['--yes', '--dry-run', '--gateway'], '', @no);
    like $ran->{out}, qr/^\+include citrix-guard\/gateway\.conf;$/m,
        'no node any more';
    $ran = setup(['--yes', '--browser-only'], '', %node);
    is $ran->{status}, 2, 'options that exclude each other';
    like $ran->{err}, qr/set up a node/, '... and says why';
    is rollback()->{status}, 0, 'rollback';
    untouched();
};


subtest 'damaged' => sub {
    my ($first, $second) = reverse kept();
    my $list = "$conf/citrix-guard/kept/$first/list";
    for my $line ('file ../../x', 'file ../../settings.conf', 'absent ../gone',
                  'absent /gone', 'file /etc/passwd', 'nonsense',
                  'other mode.conf') {
        my $was = slurp($list);
        spew($list, "$line\n");
        my $ran = rollback("--to=$first");
        is $ran->{status}, 2, $line;
        like $ran->{err}, qr/are damaged/, '... and says why';
        spew($list, $was);
    }
};


subtest 'a link, and one command at a time' => sub {
    rename "$conf/nginx.conf", "$conf/mine.conf" or die $!;
    symlink 'mine.conf', "$conf/nginx.conf" or die $!;
    open my $lock, '<', "$conf/citrix-guard" or die $!;
    flock $lock, 2 or die $!;
    my $ran = setup(['--yes']);
    is $ran->{status}, 2, 'another setup is running';
    like $ran->{err}, qr/another citrix-guard is working/, '... and says why';
    close $lock;
    $ran = setup(['--yes']);
    is $ran->{status}, 0, 'setup' or diag $ran->{out}, $ran->{err};
    is slurp("$conf/mine.conf"), $before, 'the target of the link is unchanged';
    is rollback()->{status}, 0, 'rollback';
    is readlink("$conf/nginx.conf"), 'mine.conf', 'the link is back';
};

done_testing;
