#!/usr/bin/perl

# citrix-guard scan over annotated logs, t/data/logs: above each line is an
# annotation that says what must be found in it.
#
#   #= FORMAT    what scan calls the format
#   #! OPTION    given to scan
#   #: nothing                              a request, and no finding
#   #: OUTCOME REASON CLIENT STATUS [TIME]  a finding; after a comma, why
#   #: other                                no request
#   #: damaged [OUTCOME REASON]             counted as such
#   # ...        a comment

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Scan qw(samples sample text scan spewed $dir);
use CitrixGuard::Scratch qw(spew);


# A line's finding, in the form of its annotation.
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


# The second of two equal lines takes the fast path, if the format has one.
subtest 'lines that resemble the one before' => sub {
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


subtest 'times that are like the one before' => sub {
    my %line = (
        combined => '192.0.2.1 - - [%3$02d/%2$s/%1$04d:%4$02d:%5$02d:%6$02d '
            . '+0100] "GET /vpn/index.html HTTP/1.1" 200 5 "-" "-"',
        json => '{"client":"192.0.2.1","time":"%1$04d-%7$02d-%3$02dT%4$02d:'
            . '%5$02d:%6$02d+01:00","request":"GET / HTTP/1.1","status":200}');
    my @before = (2020, 'Jan', 10, 8, 20, 30, 1);
    for my $format (sort keys %line) {
        for ([2021, 'Jan', 10, 8, 20, 30, 1, '2021-01-10T07:20:30Z'],
             [2020, 'Feb', 10, 8, 20, 30, 2, '2020-02-10T07:20:30Z'],
             [2020, 'Jan', 20, 8, 20, 30, 1, '2020-01-20T07:20:30Z'],
             [2020, 'Jan', 10, 18, 20, 30, 1, '2020-01-10T17:20:30Z'],
             [2020, 'Jan', 10, 8, 21, 30, 1, '2020-01-10T07:21:30Z'],
             [2020, 'Jan', 10, 8, 20, 40, 1, '2020-01-10T07:20:40Z'],
             [2020, 'Jan', 10, 8, 20, 31, 1, '2020-01-10T07:20:31Z'])
        {
            my ($time, @at) = reverse @$_;
            my $log = sprintf("$line{$format}\n", @before) x 9
                . sprintf("$line{$format}\n", reverse @at) x 3;
            my (undef, $is) = scan([], spewed('log', $log));
            is $is->{last}, $time, "$format, $time";
            is $is->{requests}, 12, '... and all are read';
        }
        my $log = sprintf "$line{$format}\n", @before;
        my (undef, $is) = scan([], spewed('log', $log x 9 . $log =~ s/:30/:3x/r));
        is $is->{without_time} + $is->{files}[0]{damaged}, 1,
            "$format: a time that is none";
    }
};


subtest 'lines with CR LF' => sub {
    for my $name (samples()) {
        my $sample = sample($name);
        my $text = text($sample);
        my $is = (scan($sample->{options}, spewed('crlf', $text)))[1];
        my $crlf = (scan($sample->{options},
                         spewed('crlf', $text =~ s/\n/\r\n/gr)))[1];
        # a damaged line keeps all of its bytes
        $_->{target} =~ s/\\x0D$// for @{ $crlf->{findings} };
        is_deeply $crlf, $is, $name;
    }
};


subtest 'the parts of a request' => sub {
    my $up = '/vpn/../vpns/';
    my @all = (
        ["GET $up HTTP/1.1", 'GET', $up],
        ["FOO-1   $up   HTTP/1.1", 'FOO-1', $up],
        ["GET ${up}a b HTTP/1.0", 'GET', "${up}a b"],
        ["GET $up http/1.0", 'GET', $up],
        ["GET $up HTTP/2", 'GET', $up],
        ["GET $up", 'GET', $up],
        ["GET $up x", 'GET', "$up x"],
        ['GET /vpns/ /../1.1', 'GET', '/vpns/ /../1.1'],
        ['GET /vpns/ /../a1.1', 'GET', '/vpns/ /../a1.1'],
        ["GET ${up}a\\\"b\\x01 HTTP/1.1", 'GET', "${up}a\\x22b\\x01"],
        ["get http://gw$up HTTP/1.1", 'get', "http://gw$up"],
    );
    my $log = join '', map { qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] }
                             . qq{"$_->[0]" 404 1 "-" "-"\r\n} } @all;
    my (undef, $is) = scan([], spewed('parts', $log));
    is_deeply [map { [@$_{qw(method target)}] } @{ $is->{findings} }],
        [map { [@$_[1, 2]] } @all], 'method and target of each';
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
        qr/after --shield-up: something bypasses the guard/, 'said';
};


# Anybody can write a token; only the operator knows which one is real.
subtest 'the operator\'s own' => sub {
    my $token = 'cg0123456789abcdef';
    my $line = qq{%s - - [10/Jan/2020:08:00:00 +0000] "GET %s HTTP/1.1" %d 1}
             . qq{ "-" "-"\n};
    my $conf = '/vpn/../vpns/cfg/smb.conf';
    my %all = (
        'refused'  => ['192.0.2.1', "$conf?$token-1", 404],
        'open'     => ['192.0.2.1', "$conf?$token-1", 200],
        'unknown'  => ['192.0.2.1', "$conf?$token-1", 499],
        'template' => ['192.0.2.1', "/vpn/../vpns/portal/x.xml?$token-1", 404],
        'no token' => ['192.0.2.1', "$conf?cg0123456789abcdeX-1", 404],
        'another'  => ['192.0.2.11', $conf, 404],
    );
    # without the option; by token; by address
    my %is = (
        'refused'  => ['look-at-it 1', 'own 0', 'own 0'],
        'open'     => ['scan-success 3', 'own 2', 'own 2'],
        'unknown'  => ['not-known 2', 'own 0', 'own 0'],
        'template' => ['attempt 1', 'own 0', 'own 0'],
        'no token' => ['attempt 1', 'attempt 1', 'own 0'],
        'another'  => ['attempt 1', 'attempt 1', 'attempt 1'],
    );
    for my $name (sort keys %all) {
        my $log = spewed('mine', sprintf $line, @{ $all{$name} });
        is_deeply [map { my ($ran, $case) = scan($_, $log);
                         "$case->{findings}[0]{outcome} $ran->{status}" }
                   [], ["--own=$token"], ['--own=192.0.2.1']], $is{$name},
            $name;
    }
    spewed('mine', sprintf $line, @{ $all{open} });
    my $said = citrix_guard(['scan', '-q', "--own=$token", "$dir/mine"])->{out};
    like $said, qr/^  The ADC was open\. .*1 of your own.*1 of them got through/s,
        'what got through is said';
    unlike $said, qr/Nothing found|compromised/, '... and nothing else';
    is((scan(["--own=$token"], "$dir/mine"))[1]{conclusion}, 'the ADC was open',
        '... to a program as well');

    spewed('mine', join '', map { sprintf $line, @{ $all{$_} } }
        qw(another open));
    my $ran = citrix_guard(['scan', '-q', "--own=$token", "$dir/mine"]);
    like $ran->{out}, qr/^  Attempts, and the ADC was open\./, 'among attempts';
    is $ran->{status}, 2, '... are more than attempts only';

    spewed('mine', sprintf $line, @{ $all{unknown} });
    like citrix_guard(['scan', '-q', "--own=$token", "$dir/mine"])->{out},
        qr/1 of your own.*of 1 the answer is not known/s,
        'an answer that is not known is said';
};


# A front that does not know the answer, and one behind it that does.
subtest 'the operator\'s own, in several logs' => sub {
    my $token = 'cg0123456789abcdef';
    my $line = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0000] "GET }
             . qq{/vpn/../vpns/cfg/smb.conf?$token-1 HTTP/1.1" %d 1 "-" "-"\n};
    my ($log, $event) = (sprintf $line, 499);
    $event = qq({"version":1,"time":"2020-01-10T08:00:00Z","id":"-","client":)
        . qq("192.0.2.1","target":"/vpn/../vpns/cfg/smb.conf?$token-1",)
        . qq("verdict":"detected","outcome":"scan-success","status":200}\n);
    my @files = (spewed('unknown', $log), spewed('open', $event));
    for my $order ([@files], [reverse @files]) {
        my ($ran, $is) = scan(["--own=$token"], @$order);
        is $is->{own}, 1, 'it counts once';
        is $ran->{status}, 2, '... as one that got through';
    }
};


# The same moment in a log without a zone and in one that has its own.
subtest 'times without a zone' => sub {
    my $line = '2020/%s [warn] 29#29: *1 citrix_guard: blocked'
        . ' reason=traversal at=request in=target depth=0 range=5-12 mode=on'
        . ' id=- target="/vpn/../vpns/" reading="/vpn/../vpns/",'
        . " client: 192.0.2.40, server: gw\n";
    my $log = spewed('local', join '', map { sprintf $line, $_ }
                     '01/10 07:00:01', '07/10 07:00:01');
    my %zones = ('UTC' => [7, 7], '+01:00' => [6, 6], '-0930' => [16, 16],
                 'Europe/Amsterdam' => [6, 5]);
    for my $zone (sort keys %zones) {
        my (undef, $is) = scan(["--timezone=$zone"], $log);
        is_deeply [map { $_->{time} =~ /T(\d+)/ } @{ $is->{findings} }],
            [map { sprintf '%02d', $_ } @{ $zones{$zone} }], $zone;
    }
    my $own = spewed('own', '{"time":"2020-01-10T08:00:00+01:00","status":404,'
        . '"target":"/vpn/../vpns/"}' . "\n" . '{"time":"2020-01-10T08:00:00",'
        . '"status":404,"target":"/vpn/../vpns/"}' . "\n");
    my (undef, $is) = scan(['--timezone=+02:00', '--since=2020-01-10T06:30'],
                           $own);
    is_deeply [map { $_->{time} } @{ $is->{findings} }],
        [qw(2020-01-10T07:00:00Z 2020-01-10T06:00:00Z)],
        'an offset in the log takes precedence';
    is $is->{periods}[-1]{attempts}, 1, 'times in options are UTC';
};


subtest 'the timeline is in order' => sub {
    my $line = qq{192.0.2.%d - - [10/Jan/2020:08:00:%02d +0000] "GET }
             . qq{/vpn/../vpns/cfg/smb.conf HTTP/1.1" %d 1 "-" "-"\n};
    my $late = spewed('late', join '', map { sprintf $line, $_, $_, 404 }
                      30 .. 38);
    my $early = spewed('early', join '', map { sprintf $line, $_, $_, 404 }
                       reverse 10 .. 18);
    spewed('success', sprintf $line, 20, 20, 200);
    my $ran = citrix_guard(['scan', $late, "$dir/success", $early]);
    my ($timeline) = $ran->{out} =~ /^Timeline.*?\n(.*?)\n\n/ms;
    is_deeply [$timeline =~ /T08:00:(\d\d)Z  192/g], [10 .. 14, 20],
        'the first attempts in order of time, and the success in between';
};


# A request of the access log is also in the error log and among the events.
subtest 'one request in several logs counts once' => sub {
    my $up = '/vpn/../vpns/portal';
    my $guard = '[%s] 7#7: *1 citrix_guard: %s reason=traversal%s id=%s '
        . 'target="%s", client: 192.0.2.40, server: x, request: "GET %s '
        . 'HTTP/1.1", host: "x"';
    my ($one, $two) = ('0123456789abcdef' x 2, '1123456789abcdef' x 2);
    my %log = (
        access => join('', map {
            qq{192.0.2.40 - - [10/Jan/2020:07:00:0$$_[0] +0000] "GET $$_[1]}
            . qq{ HTTP/1.1" $$_[2] 0 "-" "-"\n}
        } [1, "$up/", 404], [2, "$up/x.xml", 304], [3, "$up/y", 404],
          [3, "$up/y", 404]),
        error => join('', map { "2020/01/10 07:00:$$_[0] "
            . sprintf("$guard\n", @$_[1 .. 5], $$_[5]) }
            ['00', 'warn', 'detected', '', $one, "$up/"],
            ['02', 'warn', 'detected', '', $two, "$up/x.xml"],
            ['02', 'alert', 'exploit-suspected', ' status=304', $two,
             "$up/x.xml"]),
        events => qq({"version":1,"time":"2020-01-10T07:00:09.000Z","id":)
            . qq("$one","client":"192.0.2.40","target":"$up/","verdict":)
            . qq("detected","outcome":"attempt","reason":"traversal",)
            . qq("status":404}\n),
    );
    spew("$dir/$_", $log{$_}) for keys %log;
    for my $order ([qw(access error events)], [qw(events error access)],
                   [qw(error events access)]) {
        my (undef, $is) = scan([], map {"$dir/$_"} @$order);
        my @outcomes = qw(attempt exploit-suspected not-known);
        is_deeply [@$is{@outcomes}], [3, 1, 0], "@$order";
        is_deeply [@{ $is->{sources}[0] }{@outcomes}], [3, 1, 0],
            '... of the source';
        is $is->{days}[0]{attempts}, 4, '... of the day';
    }
};


subtest 'a source of one attempt' => sub {
    my (undef, $is) = scan([], spewed('log', '192.0.2.7 - -'
        . ' [10/Jan/2020:07:00:00 +0000] "GET /vpn/../vpns/ HTTP/1.1" 404 0'
        . qq{ "-" "-"\n}));
    is_deeply [map { [@$_{qw(client attempt)}] } @{ $is->{sources} }],
        [['192.0.2.7', 1]], 'is one';
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
        is_deeply [sort map { $_->{outcome} } @{ $case->{findings} }],
            [qw(exploit-suspected look-at-it)], '... each is a finding';
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

    # of similar lines, the second one may take the fast path
    my $log = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET /vpns/a}
            . qq{ HTTP/1.1" 404 1 "-" "-"\n};
    (undef, $is) = scan(['--sslvpn=off'], spewed('vpns', $log x 3));
    is_deeply [map {"$_->{line} $_->{reason}"} @{ $is->{findings} }],
        ['1 vpns', '2 vpns', '3 vpns'], '... of each line';
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
        'the report has no control bytes';
};


subtest 'escapes of JSON' => sub {
    my $log = '{"client":"192.0.2.1","status":404,"target":'
        . '"/vpn/\uff0e\u00e4\u002e\u0001\/\t\\x/../vpns/"}' . "\n";
    my (undef, $is) = scan([], spewed('escapes', $log));
    is $is->{findings}[0]{target},
        '/vpn/\xEF\xBC\x8E\xC3\xA4.\x01/\x09\x5Cx/../vpns/', 'each';
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


# "time" takes precedence over "ts"; most of the lines take the fast path.
subtest 'keys that mean the same' => sub {
    my $line = '{"ts":"2021-%1$s","time":"2020-%1$s","date":"2022-%1$s",'
             . '"target":"/a","status":200}' . "\n";
    my $log = join '', map { sprintf $line, "01-0${_}T08:00:00Z" } 1 .. 5;
    my (undef, $is) = scan([], spewed('alike', $log));
    is "$is->{first} $is->{last}", '2020-01-01T08:00:00Z 2020-01-05T08:00:00Z',
        'the time of the more specific key';
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


# What follows the first request on a line.
subtest 'two requests on one line' => sub {
    my $up = '/vpn/../vpns/portal/a.xml';
    my $clf = '192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET %s HTTP/1.1"'
            . ' 200 1 "-" "-"';
    my $haproxy = 'lb haproxy[1]: 192.0.2.1:3 [10/Jan/2020:08:00:00.1] f b/s'
                . ' 1/0/3/6/1 200 9 - - ---- 1/1/1/1/0 0/0 "GET %s HTTP/1.1"';
    my $json = '{"client":"192.0.2.1","target":"%s","status":200}';
    for (['combined' => $clf, '', 3], ['combined, CR' => $clf, "\r", 3],
         ['JSON' => $json, '', 3], ['JSON, a comma' => $json, ', ', 3],
         ['HAProxy' => $haproxy, '', 'damaged'])
    {
        my ($name, $line, $between, $expected) = @$_;
        my $log = sprintf("$line\n", '/') x 3 . sprintf($line, '/') . $between
                . sprintf("$line\n", $up) . sprintf("$line\n", '/') x 3;
        my ($ran, $is) = scan([], spewed('two', $log));
        my @found = @{ $is->{findings} };
        is_deeply [map { $_->{line} } @found], [4], "$name: found";
        cmp_ok $ran->{status}, '>', 0, '... the log is not clean';
        if ($expected eq 'damaged') { ok $found[0]{damaged}, '... as damaged' }
        else { is $ran->{status}, $expected, '... with its answer' }
    }
};


subtest 'conclusions' => sub {
    my @all = (
        [nothing => 'GET / HTTP/1.1" 200', 0, qr/Nothing found\./],
        [attempt => 'GET /vpn/../vpns/ HTTP/1.1" 404', 1, qr/Attempts only\./],
        [success => 'GET /vpn/../vpns/ HTTP/1.1" 200', 3,
         qr/Success suspected\. Treat the ADC as compromised/],
        [look => 'POST /vpns/portal/scripts/newbm.pl HTTP/1.1" 200', 1,
         qr/Look at it\. .*1 finding to look at/s],
        [unknown => 'GET /vpn/../vpns/portal/x.xml HTTP/1.1" 499', 2,
         qr/not all answers are known\. .*Of 1 the answer is not known/s],
    );
    for (@all) {
        my ($name, $request, $status, $text) = @$_;
        my $log = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "$request 1\n};
        my $ran = citrix_guard(['scan', '-q', spewed($name, $log)]);
        is $ran->{status}, $status, $name;
        like $ran->{out}, $text, '... in words';
        like $ran->{out}, qr/logs begin on 2020-01-10/, '... and the start'
            if $status < 3;
    }
    # the worse of two findings, and lines that were not understood
    for (['attempt look', 1, qr/Attempts only.*1 finding to look at/s],
         ['look attempt unknown', 2, qr/not all answers are known/],
         ['unknown success', 3, qr/Success suspected/]) {
        my ($names, $status, $text) = @$_;
        my $ran = citrix_guard(['scan', '-q', map {"$dir/$_"} split / /,
                                $names]);
        is $ran->{status}, $status, $names;
        like $ran->{out}, $text, '... in words';
    }
    spewed('noise', "no line of any format\n");
    my %noise = (nothing => [2, qr/Could not be read/],
                 look => [2, qr/Could not be read.*1 finding to look at/s],
                 attempt => [2, qr/Attempts, and not all could be read/],
                 success => [3, qr/Success suspected.*Not all was read/s]);
    for my $name (sort keys %noise) {
        my $ran = citrix_guard(['scan', '-q', "$dir/$name", "$dir/noise"]);
        is $ran->{status}, $noise{$name}[0], "$name and noise";
        like $ran->{out}, $noise{$name}[1], '... both are mentioned';
    }
    my $ran = citrix_guard(['scan', "$dir/nothing", "$dir/nowhere"]);
    is $ran->{status}, 2, 'a missing file never ends with "Nothing found"';
    like $ran->{out}, qr/Not all was read/, '... with a message';
};


# The guard logs how many of its own lines it has left out.
subtest 'what the guard has not logged' => sub {
    my $at = '2020/01/10 08:00:00';
    my $log = qq{$at [info] 7#7: *1 open() failed, client: 192.0.2.1, }
        . qq{server: x, request: "GET / HTTP/1.1", host: "x"\n} x 2;
    my ($ran) = scan([], spewed('error', $log));
    is $ran->{status}, 0, 'an error log without an attack';
    my ($said, $is) = scan([], spewed('error', $log
        . qq{$at [warn] 7#7: citrix_guard: log_rate left out 12 requests of }
        . "192.0.2.9: 9 refused, 3 not refused\n"
        . qq{$at [warn] 7#7: citrix_guard: log_rate left out 1 requests of }
        . "others: 0 refused, 1 not refused\n"));
    is $said->{status}, 2, '... and with requests that are not in it';
    is $is->{left_out}, 13, '... the number';
    is $is->{files}[0]{damaged}, 0, '... in lines that are understood';
    like citrix_guard(['scan', "$dir/error"])->{out},
        qr/Could not be read\..*has not logged 13 requests/s, '... message';
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
        [['--own=short', '-'], qr/--own=short: it must be/],
        [['--own=vpns/cfg/smb.conf', '-'], qr/--own=.*: it must be/],
        [[('--own=192.0.2.1') x 33, '-'], qr/--own: more than 32/],
        [['--timezone=Mars/Base', '-'], qr/--timezone=Mars.Base: it must be/],
        [['--timezone=../x', '-'], qr/it must be \+01:00/],
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


done_testing;
