#!/usr/bin/perl

# citrix-guard scan over annotated logs, t/data/logs: in front of each line
# stands what must be found in it.
#
#   #= FORMAT    what scan calls the format
#   #! OPTION    given to scan
#   #: nothing                              a request, and no finding
#   #: OUTCOME REASON CLIENT STATUS [TIME]  a finding; behind a comma, why
#   #: other                                no request
#   #: damaged [OUTCOME REASON]             counted as such
#   # ...        a comment

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Compress::Gzip qw(gzip);
use JSON::PP ();
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard program);
use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

# the guard's own page, as t/page.t has it; here by the first request below
my $PAGE = 215;

my $json = JSON::PP->new->utf8;
my $dir = scratch();


sub samples { return map {m{([^/]+)\.log$}} glob "$FindBin::Bin/data/logs/*" }


# A sample: what scan calls the format, its options, the lines, and of each
# what is expected.
sub sample {
    my ($name) = @_;
    my %is = (name => $name, lines => [], options => []);
    my $expected;
    for my $line (split /\n/, slurp("$FindBin::Bin/data/logs/$name.log")) {
        if ($line =~ /^#= (.*)/) { $is{format} = $1 }
        elsif ($line =~ /^#! (.*)/) { push @{ $is{options} }, $1 }
        elsif ($line =~ /^#: (.*)/) { $expected = $1 }
        elsif (!defined $expected) { }
        else {
            $line =~ s/%%NUL%%/\0/g;
            $line =~ s/%%PAGE%%/$PAGE/g;
            push @{ $is{lines} }, { text => $line, expected => $expected };
            undef $expected;
        }
    }
    return \%is;
}


sub text { return join '', map {"$_->{text}\n"} @{ $_[0]{lines} } }


sub scan {
    my ($options, @files) = @_;
    my $ran = citrix_guard(['scan', '--json', @$options, @files]);
    my $is = eval { $json->decode($ran->{out}) };
    ok $is, 'valid JSON' or diag $ran->{out}, $ran->{err};
    return ($ran, $is // {});
}


# A line's finding as its annotation has it.
sub annotation {
    my ($finding, $expected) = @_;
    my $is = "$finding->{outcome} $finding->{reason}";
    return "damaged $is" if $finding->{damaged};
    my ($facts, $why) = split /, /, $expected, 2;
    $is .= " $finding->{client} $finding->{status}";
    $is .= " $finding->{time}" if $facts =~ /Z$/;
    $is .= ", $why" if defined $why && index($finding->{why}, $why) >= 0;
    return $is;
}


for my $name (samples()) {
    my $sample = sample($name);
    my @lines = @{ $sample->{lines} };

    subtest $name => sub {
        spew("$dir/$name", text($sample));
        my ($ran, $is) = scan($sample->{options}, "$dir/$name");
        my %found = map { $_->{line} => $_ } @{ $is->{findings} };
        my %damaged = map { $_ => 1 } @{ $is->{files}[0]{damaged_lines} };

        for my $n (1 .. @lines) {
            my ($text, $expected) = @{ $lines[$n - 1] }{qw(text expected)};
            my $got = $found{$n} ? annotation($found{$n}, $expected)
                    : $damaged{$n} ? 'damaged'
                    : $expected eq 'other' ? 'other' : 'nothing';
            is $got, $expected, "line $n" or diag $text;
            is !!$damaged{$n}, $expected =~ /^damaged/, '... damaged'
                if $damaged{$n} || $expected =~ /^damaged/;
        }

        is $is->{files}[0]{format}, $sample->{format}, 'format';
        is $is->{files}[0]{lines}, scalar @lines, 'lines';
        is $is->{requests},
            (grep { $_->{expected} !~ /^(?:other|damaged)/ } @lines),
            'requests';
        is $is->{status}, $ran->{status}, 'exit status';
    };
}


# The second time a line takes the short way past it, if it has one.
subtest 'lines that are like the one before' => sub {
    for my $name (samples()) {
        my $sample = sample($name);
        my $text = join '', map {"$_->{text}\n" x 3} @{ $sample->{lines} };
        my (undef, $once) = scan($sample->{options}, "$dir/$name");
        my (undef, $is) = scan($sample->{options}, spewed('thrice', $text));
        is $is->{requests}, 3 * $once->{requests}, "$name: requests";
        is $is->{files}[0]{damaged}, 3 * $once->{files}[0]{damaged},
            "$name: damaged";
        is_deeply found($is), [map { ($_) x 3 } @{ found($once) }],
            "$name: findings";
    }
};


sub found {
    return [map { join ' ', @$_{qw(outcome reason client status)},
                  $_->{time} // '-' } @{ $_[0]{findings} }];
}


subtest 'the same, whatever it comes in' => sub {
    my $log = join '', map { text(sample($_)) } qw(combined httpaccess);
    my ($plain) = map { strip($_) } (scan([], spewed('plain', $log)))[1];

    # several pieces, one behind the other, as after a rotation
    my ($half, $rest) = (substr($log, 0, 2000), substr $log, 2000);
    gzip(\$half => \my $one);
    gzip(\$rest => \my $two);
    spew("$dir/gz", $one . $two);
    packed($_, $log) for qw(xz zstd);

    for my $kind (qw(gz xz zstd)) {
        my (undef, $is) = scan([], "$dir/$kind");
        is $is->{files}[0]{packed}, $kind eq 'gz' ? 'gzip' : $kind, $kind;
        is_deeply strip($is), $plain, '... the same findings';
    }

    my $ran = citrix_guard(['scan', '--json', '-'], $log);
    is_deeply strip($json->decode($ran->{out})), $plain, 'standard input';
    is_deeply strip((scan(["-t$_"], "$dir/plain"))[1]), $plain, "$_ threads"
        for 1, 2, 7;
};


sub spewed { spew("$dir/$_[0]", $_[1]); return "$dir/$_[0]" }


sub packed {
    my ($kind, $text) = @_;
    open my $to, '|-', "$kind -c >'$dir/$kind'" or die "$kind: $!";
    print {$to} $text;
    close $to or die "$kind failed";
    return;
}


# without what depends on the file
sub strip {
    my ($is) = @_;
    delete $is->{files};
    delete $_->{file} for @{ $is->{findings} };
    return $is;
}


subtest 'archives that are cut or damaged' => sub {
    # each line another one, so that there is something to pack
    my $log = text(sample('combined')) x 200;
    srand 1;
    $log =~ s/"-"$/'"' . join('', map { chr 35 + rand 57 } 1 .. 40) . '"'/gme;
    packed($_, $log) for qw(xz zstd);
    gzip(\$log => "$dir/gz");

    for my $kind (qw(gz xz zstd)) {
        my $bytes = slurp("$dir/$kind");
        my $half = spewed('half', substr $bytes, 0, length($bytes) * 3 / 4);
        my ($ran, $is) = scan([], $half);
        like $is->{files}[0]{error}, qr/missing/, "$kind: cut";
        like $ran->{err}, qr/^citrix-guard: .*half: .*missing$/m, '... said';
        is $ran->{status}, 3, '... and what was read counts';

        substr $bytes, length($bytes) / 2, 40, "\xff" x 40;
        ($ran, $is) = scan([], spewed('damaged', $bytes));
        like $is->{files}[0]{error}, qr/damaged|missing/, "$kind: damaged";
    }

    gzip(\"192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] \"GET / HTTP/1.1\" 200 1\n"
         => \my $clean);
    is((scan([], spewed('x', substr $clean, 0, -9)))[0]{status}, 2,
       'no "nothing found" of a file that is cut');
    is((scan([], spewed('x', $clean . "\0" x 100)))[0]{status}, 0,
       'zeros behind the end are none');
};


subtest 'folders' => sub {
    mkdir "$dir/$_" for qw(logs logs/old logs/empty);
    spew("$dir/logs/access.log", text(sample('common')));
    spew("$dir/logs/old/access.log.1", text(sample('httpaccess')));
    spew("$dir/logs/notes", "remember the milk\n");
    symlink '..', "$dir/logs/old/circle";
    symlink "$dir/logs/access.log", "$dir/logs/old/link";

    my ($ran, $is) = scan([], "$dir/logs");
    is_deeply [map { $_->{name} =~ s{.*/logs/}{}r } @{ $is->{files} }],
        [qw(access.log notes old/access.log.1 old/link)], 'files';
    is $is->{requests}, 2 + 8 + 2, 'requests';
    is $is->{files}[1]{format}, 'no known format', 'what is no log';
    is $ran->{status}, 3, 'exit status';

    is((scan([], "$dir/logs/notes"))[0]{status}, 2, 'named, it is an error');
};


subtest 'long lines and many' => sub {
    my $line = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET %s HTTP/1.1"}
             . qq{ 200 1 "-" "-"\n};
    my $log = sprintf($line, '/' . 'a' x 200_000)
            . sprintf($line, '/' . 'b' x 1_500_000)
            . sprintf($line, '/' . 'a/../' x 20_000 . 'vpns/')
            . sprintf($line, '/') x 20_000
            . "\n" . 'x' x 3_000_000;
    my (undef, $is) = scan([], spewed('long', $log));
    is $is->{requests}, 20_002, 'requests';
    is_deeply $is->{files}[0]{damaged_lines}, [2, 20_005],
        'above 1 MiB a line counts as damaged';
    is_deeply [map {"$_->{line} $_->{outcome}"} @{ $is->{findings} }],
        ['3 scan-success'], 'below it is judged';
};


subtest 'moments' => sub {
    my $line = qq{192.0.2.1 - - [%s +0000] "GET /vpn/../vpns/cfg/smb.conf}
             . qq{ HTTP/1.1" %d 1 "-" "-"\n};
    my $log = join '', map { sprintf $line, @$_ }
        ['16/Dec/2019:23:59:59', 404], ['17/Dec/2019:00:00:00', 404],
        ['09/Jan/2020:00:00:00', 200], ['17/Jan/2020:11:59:59', 200],
        ['17/Jan/2020:12:00:00', 200], ['18/Jan/2020:00:00:00', 404];
    my (undef, $is) = scan(['--shield-up=2020-01-17T13:00+01:00',
                            '--since=2020-01-18'], spewed('moments', $log));
    is_deeply [map {"$_->{name}: $_->{attempts}, $_->{successes}"}
               @{ $is->{periods} }],
        ['before: 1, 0', 'advisory: 1, 0', 'scanning begins: 2, 2',
         'the shield is up: 1, 1', '--since: 1, 0'], 'periods';
    is_deeply [@$is{qw(first last first_attempt first_success last_success)}],
        [qw(2019-12-16T23:59:59Z 2020-01-18T00:00:00Z 2019-12-16T23:59:59Z
            2020-01-09T00:00:00Z 2020-01-17T12:00:00Z)], 'first and last';
    like citrix_guard(['scan', '--shield-up=2020-01-17T12:00Z',
                       "$dir/moments"])->{out},
        qr/after the shield was up: there is a way round/, 'said';
};


subtest 'a script, and then a template, by the same source' => sub {
    my $line = '%s - - [10/Jan/2020:08:00:%02d +0000] "GET /vpns/portal/%s'
             . ' HTTP/1.1" 200 1 "-" "-"' . "\n";
    my %is = (
        'in this order'   => [[1, 1, 'scripts/newbm.pl'], [1, 9, 'a.xml']],
        'the other order' => [[1, 9, 'scripts/newbm.pl'], [1, 1, 'a.xml']],
        'two sources'     => [[1, 1, 'scripts/newbm.pl'], [2, 9, 'a.xml']],
        'logs in the other order' =>
            [[1, 9, 'a.xml'], [1, 1, 'scripts/newbm.pl']],
    );
    for my $name (sort keys %is) {
        my $log = join '', map { sprintf $line, "192.0.2.$_->[0]",
                                 @$_[1, 2] } @{ $is{$name} };
        my (undef, $case) = scan([], spewed('sequence', $log));
        my @both = grep { $_->{script_then_template} } @{ $case->{sources} };
        is scalar @both, ($name =~ /^(?:in|logs)/ ? 1 : 0), $name;
        is scalar @{ $case->{findings} }, 1, '... the template is a finding';
    }
};


subtest 'what the guard would refuse' => sub {
    my $ran = citrix_guard(['scan', '--would-block', "$dir/combined"]);
    like $ran->{out}, qr{^\ +\d+\ +traversal\ +/vpn/\.\./vpns/cfg/smb\.conf\n
        \ +sent\ as\ .*\n\ +answered\ .*\b404\b}mx, 'grouped by reading';
    my (undef, $is) = scan(['--would-block', '--sslvpn=off',
                            '--traversal=any'], "$dir/combined");
    ok scalar(grep { $_->{reason} eq 'vpns' } @{ $is->{would_block} }),
        'with another policy';
};


subtest 'for a case file' => sub {
    my $log = qq{=1+1 - - [10/Jan/2020:08:00:00 +0100] "GET }
            . qq{/vpn/../vpns/\\"\\x1b[2J HTTP/1.1" 404 1 "-" "-"\n};
    my $ran = citrix_guard(['scan', '--csv', spewed('csv', $log)]);
    my @rows = split /\n/, $ran->{out};
    is $rows[0], 'time,client,method,target,status,bytes,reason,outcome,why,'
               . 'file,line', 'columns';
    like $rows[1], qr{^2020-01-10T07:00:00Z,"'=1\+1","GET",
        "/vpn/\.\./vpns/\\x22\\x1B\[2J",404,1,traversal,attempt,"[^"]*",
        "[^"]*csv",1$}x, 'a row: no formula, no escape';
    is scalar @rows, 2, '... the only one';
    unlike citrix_guard(['scan', "$dir/csv"])->{out}, qr/[^\x0a\x20-\x7e]/,
        'the report moves no terminal';
};


subtest 'keys of JSON lines' => sub {
    my $log = qq{{"wer":"192.0.2.1","was":"/vpn/../vpns/","wie":200}\n};
    my @keys = map {"--key=$_"} qw(client=wer target=was status=wie);
    my (undef, $is) = scan(\@keys, spewed('keys', $log));
    is $is->{findings}[0]{outcome}, 'scan-success', '--key';
    (undef, $is) = scan(['--log-format={"wer":"$remote_addr",'
        . '"was":"$request_uri","wie":$status}'], "$dir/keys");
    is $is->{findings}[0]{client}, '192.0.2.1', 'a log_format of JSON';
    is((scan([], "$dir/keys"))[0]{status}, 2, 'without: an error');
};


subtest 'a real nginx writes, scan reads' => sub {
    my $nginx = CitrixGuard::Nginx->new(http => <<'END')->start;
    log_format verdict '$remote_addr "$request" $status $citrix_guard_verdict';
    log_format lines escape=json '{"time":"$time_iso8601",'
        '"client":"$remote_addr","request":"$request","status":$status,'
        '"body_bytes_sent":$body_bytes_sent}';
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        access_log %%DIR%%/combined.log;
        access_log %%DIR%%/verdict.log verdict;
        access_log %%DIR%%/lines.log lines;
        error_log %%DIR%%/guard.log warn;
        location / { root %%DIR%%; }
    }
END
    my @targets = ('/vpn/../vpns/', "/vpn/\xc0\xae./vpns/\"\\", '/clean');
    get($nginx->port, $_) for @targets;
    $nginx->settle;
    my %options = ('combined' => [], 'lines' => [], 'guard' => [],
        'verdict' => ['--log-format=$remote_addr "$request" $status '
                      . '$citrix_guard_verdict']);

    for my $name (sort keys %options) {
        my (undef, $is) = scan($options{$name}, $nginx->dir . "/$name.log");
        is_deeply [map {"$_->{outcome} $_->{reason} $_->{target}"}
                   @{ $is->{findings} }],
            ['blocked traversal /vpn/../vpns/',
             'blocked traversal /vpn/\xC0\xAE./vpns/\x22\x5C'],
            "$name.log: both, as they were sent, and refused by the guard";
    }
};


subtest 'conclusions' => sub {
    my @all = (
        [nothing => 'GET / HTTP/1.1" 200', 0, qr/Nothing found\./],
        [attempt => 'GET /vpn/../vpns/ HTTP/1.1" 404', 1, qr/Attempts only\./],
        [success => 'GET /vpn/../vpns/ HTTP/1.1" 200', 3,
         qr/Success suspected\. Treat the ADC as compromised/],
    );
    for (@all) {
        my ($name, $request, $status, $text) = @$_;
        my $log = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "$request 1\n};
        my $ran = citrix_guard(['scan', '-q', spewed($name, $log)]);
        is $ran->{status}, $status, $name;
        like $ran->{out}, $text, '... in words';
        like $ran->{out}, qr/logs begin on 2020-01-10/, '... and since when'
            if $status < 3;
    }
    my $ran = citrix_guard(['scan', "$dir/nothing", "$dir/nowhere"]);
    is $ran->{status}, 2, 'a file that is missing is no "nothing found"';
    like $ran->{out}, qr/Not all was read/, '... said';
};


subtest 'errors' => sub {
    my @all = (
        [[], qr/no FILE/],
        [["$dir/nowhere"], qr/nowhere: No such file/],
        [['--threads=0', '-'], qr/--threads=0: it must be from 1 to 64/],
        [['--since=monday', '-'], qr/--since=monday: a time is/],
        [['--key=target', '-'], qr/it must be FIELD=KEY/],
        [['--key=x=y', '-'], qr/it must be FIELD=KEY/],
        [['--log-format=x', '-'], qr/it has no variable/],
        [['--log-format=$status$request', '-'], qr/nothing between them/],
        [['--log-format=$host', '-'], qr/neither the request/],
        [['--log-format=$request $', '-'], qr/without a name/],
        [['--log-format=%r %', '-'], qr/without a letter/],
        [['--log-format=%r %{x', '-'], qr/without a letter/],
        [['--log-format=' . '$host ' x 65, '-'], qr/more than 64/],
        [['--sslvpn=x', '-'], qr/must be "on" or "off"/],
        [['--nothing'], qr/^citrix-guard scan: .*--nothing/],
    );
    for (@all) {
        my ($arguments, $message) = @$_;
        my $ran = citrix_guard(['scan', @$arguments]);
        is $ran->{status}, 2, "@$arguments" =~ s/(.{60}).*/$1/r;
        like $ran->{err}, $message, '... message';
    }
    is citrix_guard(['scan', "$dir/combined"], '', stdout => '/dev/full')
        ->{status}, 2, 'no room left';

    my @lines = split /\n/, citrix_guard(['scan', '--help'])->{out};
    cmp_ok scalar @lines, '<', 24, 'help fits a screen';
    is_deeply [grep { length > 79 } @lines], [], '... and its width';
};


# On a terminal of 80 columns: what it writes to it.
sub on_terminal {
    my ($input, @arguments) = @_;
    local $ENV{TERM} = 'xterm';
    my $command = join ' ', map {"'$_'"} program(), @arguments;
    return scalar `python3 -c 'import pty, sys
pty.spawn(["sh", "-c", sys.argv[1]])' "$input $command" </dev/null`;
}


subtest 'on a terminal' => sub {
    my $line = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET /vpn/..;/vpns/}
             . qq{ HTTP/1.1" 404 1 "-" "-"\n};
    spew("$dir/many", $line x 20_000);

    # two pieces, of which the second is late
    my $slow = "(head -c 300000 $dir/many; sleep 0.4; cat $dir/many)";
    system('mkfifo', "$dir/slow") == 0 or die "mkfifo: $?";
    my $said = on_terminal("$slow >$dir/slow &", 'scan', "$dir/slow",
                           map {"$dir/many"} 1 .. 3);
    my @bars = $said =~ /\r\e\[K(\[[#.]{12}\] \d+ %, \d+ s left, \d+ MB, [^\r\e]*)/g;
    ok scalar @bars, 'a bar, the time left, the rate';
    is_deeply [grep { length > 79 } @bars], [], '... on one line';
    like $said, qr/\e\[1;33mAttempts only\e\[0m/, 'colours';
    unlike $said, qr/left.*left[^\r]*\n/, '... and the bar is gone in the end';

    $said = on_terminal('NO_COLOR=1', 'scan', "$dir/combined");
    unlike $said, qr/\e\[[^K]/, 'NO_COLOR';
    $said = on_terminal("$slow |", 'scan', '-');
    like $said, qr/\r\e\[K\d+ MB, \d+ MB\/s, \d+ attempts/, 'of a pipe';
    unlike $said, qr/ s left/, '... whose end nobody knows';
    unlike on_terminal('', 'scan', '--json', '--quiet', "$dir/combined"),
        qr/\e\[[^K]/, 'no colour in JSON';
    unlike citrix_guard(['scan', "$dir/combined"])->{out}, qr/\e/,
        'nor in a file';
};


subtest 'Ctrl-C ends with what was found' => sub {
    pipe my $from, my $to or die "pipe: $!";
    pipe my $out, my $child_out or die "pipe: $!";
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        close $to;
        open STDIN, '<&', $from;
        open STDOUT, '>&', $child_out;
        open STDERR, '>', '/dev/null';
        exec { program() } qw(citrix-guard scan --json -);
        die;
    }
    close $child_out;
    syswrite $to, text(sample('combined'));
    # FIONREAD: nothing is left in the pipe
    wait_until(sub { ioctl $from, 0x541B, my $left = pack 'i', 0 or die;
                     return !unpack 'i', $left });
    kill 'INT', $pid;
    my $is = do { local $/; eval { $json->decode(scalar <$out>) } // {} };
    waitpid $pid, 0;
    ok $is->{interrupted}, 'it says so';
    cmp_ok scalar @{ $is->{findings} // [] }, '>', 10, 'findings so far';
    is $? >> 8, 3, 'exit status';
};

done_testing;
