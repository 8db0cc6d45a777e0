#!/usr/bin/perl

# citrix-guard scan and its input: compressed files, truncated and damaged
# ones, standard input, folders, long lines, a terminal, Ctrl-C.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Encode qw(encode);
use File::Path qw(make_path remove_tree);
use IO::Compress::Bzip2 qw(bzip2);
use IO::Compress::Gzip qw(gzip);
use IO::Compress::Zip qw(zip);
use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard program);
use CitrixGuard::Scan qw(sample text scan strip spewed $dir);
use CitrixGuard::Scratch qw(slurp spew wait_until);

my $json = JSON::PP->new->utf8;
spewed('combined', text(sample('combined')));


subtest 'the same findings, however the log is packed' => sub {
    my $log = join '', map { text(sample($_)) } qw(combined httpaccess);
    my ($plain) = map { strip($_) } (scan([], spewed('plain', $log)))[1];

    # several compressed pieces in one file, as after a rotation
    my ($half, $rest) = (substr($log, 0, 2000), substr $log, 2000);
    gzip(\$half => \my $one);
    gzip(\$rest => \my $two);
    spew("$dir/gz", $one . $two);
    bzip2(\$half => \$one);
    bzip2(\$rest => \$two);
    spew("$dir/bzip2", $one . $two);
    zip(\$log => "$dir/zip", Name => 'access.log');
    packed($_, $log) for qw(xz zstd);

    for my $kind (qw(gz bzip2 zip xz zstd)) {
        my (undef, $is) = scan([], "$dir/$kind");
        is $is->{files}[-1]{packed}, $kind eq 'gz' ? 'gzip' : $kind, $kind;
        is_deeply strip($is), $plain, '... the same findings';
    }

    my $ran = citrix_guard(['scan', '--json', '-'], $log);
    is_deeply strip($json->decode($ran->{out})), $plain, 'standard input';

    is_deeply strip((scan(["-t$_"], "$dir/plain"))[1]), $plain, "$_ threads"
        for 1, 2, 7;
};


sub packed {
    my ($kind, $text) = @_;
    open my $to, '|-', "$kind -c >'$dir/$kind'" or die "$kind: $!";
    print {$to} $text;
    close $to or die "$kind failed";
    return;
}


# Each line of the log is one of NAME => BYTES.
sub tar {
    my ($name, %member) = @_;
    make_path("$dir/in");
    spew("$dir/in/$_", $member{$_}) for keys %member;
    run('tar', '-C', "$dir/in", '-cf', "$dir/$name", sort keys %member);
    remove_tree("$dir/in");
    return slurp("$dir/$name");
}


sub run { system(@_) == 0 or die "@_ failed"; return }


# 9 bits a byte, no dictionary
sub compressed {
    my ($text) = @_;
    my $bits = join '', map { unpack('b8', $_) . '0' } split //, $text;
    return "\x1f\x9d\x89" . pack 'b*', $bits;
}


sub lz4 {
    my ($text) = @_;
    return "\x04\x22\x4d\x18\x60\x40\x82"
        . pack('V', length($text) | 1 << 31) . $text . pack 'V', 0;
}


subtest 'archives, and files that are packed twice' => sub {
    my $line = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET %s HTTP/1.1"}
             . qq{ 200 1 "-" "-"\n};
    my ($clean, $attack) = map { sprintf $line, $_ }
        '/vpn/index.html', '/vpn/../vpns/portal/x.xml';
    # a hostile name, and a log whose last line has no line end
    my %log = ("a\e[1m.log" => $clean x 3, 'b.log' => $attack =~ s/\n//r);
    gzip(\$attack => \my $gz);
    gzip(\$gz => \my $twice);
    gzip(\$clean => \my $once);
    gzip(\$once => \my $both);
    my $tar = tar('x.tar', %log, 'c.gz' => $gz);
    gzip(\$tar => \my $targz);
    my $zip = '';
    my $to = IO::Compress::Zip->new(\$zip, Name => 'a.gz');
    $to->print($gz);
    $to->newStream(Name => 'b.log');
    $to->print($clean);
    $to->close;
    zip(\$targz => \my $outer, Name => 'all.tgz');
    my $gnu = tar('y.tar', ('n' x 150) . '.log' => $attack);
    my $nested = tar('z.tar', 'a.tar' => tar('w.tar', 'c.log' => $clean),
                     'b.log' => $attack);

    for (['gzip in gzip' => $twice, 'x', '', 'gzip in gzip'],
         ['compress' => compressed($attack), 'x', '', 'compress'],
         ['lz4' => lz4($attack), 'x', '', 'lz4'],
         ['gzip in lz4' => lz4($gz), 'x', '', 'gzip in lz4'],
         ['a tar' => $tar, 'x', ':b.log', 'tar'],
         ['... in it, gzip' => $tar, 'x', ':c.gz', 'gzip in tar'],
         ['a tar in gzip' => $targz, 'x', ':b.log', 'tar in gzip'],
         ['a long name' => $gnu, 'x', ':' . 'n' x 150 . '.log', 'tar'],
         ['... behind another tar' => $nested, 'x', ':b.log', 'tar'],
         ['gzip in a zip' => $zip, 'x', ':a.gz', 'gzip in zip'],
         ['all of it' => $outer, 'x', ':all.tgz:c.gz',
          'gzip in tar in gzip in zip'])
    {
        my ($name, $bytes, $file, $member, $packed) = @$_;
        my ($ran, $is) = scan([], spewed($file, $bytes));
        is $ran->{status}, 3, $name;
        my ($f) = grep { $_->{file} eq "$dir/$file$member" }
            @{ $is->{findings} };
        is $f->{line}, 1, '... in which file, and line'
            or diag explain [map { $_->{file} } @{ $is->{findings} }];
        my ($from) = grep { $_->{name} eq "$dir/$file$member" }
            @{ $is->{files} };
        is $from->{packed}, $packed, '... packed';
        is $ran->{err}, '', '... without a message';
    }
    my ($ran, $is) = scan([], spewed('x', $targz));
    is_deeply [map { $_->{format} } @{ $is->{files} }],
        ['archive of 3 files', ('combined (nginx, Apache)') x 3], 'formats';
    is $is->{files}[1]{name}, "$dir/x:a\\x1B[1m.log", 'a hostile name';
    my $text = citrix_guard(['scan', "$dir/x"])->{out};
    like $text, qr/x: archive of 3 files, tar in gzip, 0 lines$/m, 'report';
    like $text, qr/\(\S+x:c\.gz:1\)$/m, '... timeline';

    # none of these ends with "Nothing found"
    my $cut = tar('x.tar', 'a.log' => $clean x 100);
    my $quine = $clean;
    for (1 .. 12) { gzip(\$quine => \my $packed); $quine = $packed }
    my @bad = (
        ['a truncated tar' => substr($cut, 0, 4000), qr/x:a\.log: .*damaged/],
        ['a tar with a damaged header' => $cut =~ s/ustar\K.*/"\0" x 900/ser,
         qr/x: the tar data is damaged/],
        ['truncated gzip in gzip' => substr($both, 0, -9), qr/missing/],
        ['packed too often' => $quine, qr/archives in archives: too many/],
        ['7-Zip' => "7z\xbc\xaf\x27\x1c" . 'x' x 600, qr/7-Zip.*unpack it/],
        ['RAR' => "Rar!\x1a\7\0" . 'x' x 600, qr/RAR.*unpack it/],
        ['damaged lz4' => substr(lz4($clean), 0, -9), qr/damaged/],
    );
    for (@bad) {
        my ($name, $bytes, $message) = @$_;
        my ($bad) = scan([], spewed('x', $bytes));
        is $bad->{status}, 2, $name;
        like $bad->{err}, $message, '... with a message';
    }
    # the attacker chooses the bytes from 257 on
    my $evil = sprintf $line, '/' . 'a' x (256 - index $line, '%s') . 'ustar'
        . 'b' x 300;
    is substr($evil, 257, 5), 'ustar', 'a request that looks like a tar';
    is((scan([], spewed('x', $evil . $attack)))[0]{status}, 3, '... is none');
};


# Windows writes such logs, with or without a byte order mark.
subtest 'UTF-16 and UTF-32' => sub {
    my $log = text(sample('combined')) =~ s/[^\n\x20-\x7e]/?/gr;
    my ($plain) = map { strip($_) } (scan([], spewed('ascii', $log)))[1];
    for my $charset (qw(UTF-16LE UTF-16BE UTF-32LE UTF-32BE)) {
        for (['' => 'without a mark'], ["\x{feff}" => 'with a mark']) {
            my ($mark, $name) = @$_;
            spew("$dir/wide", encode($charset, "$mark$log"));
            is_deeply strip((scan([], "$dir/wide"))[1]), $plain,
                "$charset $name";
        }
    }
    # a pair of halves, half of one, and half of a character
    my $line = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET }
             . qq{/vpn/../vpns/%s HTTP/1.1" 200 1 "-" "-"\n};
    my ($one, $two) = map { encode('UTF-16LE', $_) } split /%s/, $line;
    spew("$dir/wide", "\xff\xfe$one\x3d\xd8\x00\xde\x3d\xd8$two\x41");
    my ($ran, $is) = scan([], "$dir/wide");
    is $is->{findings}[0]{target},
        '/vpn/../vpns/\xF0\x9F\x98\x80\xEF\xBF\xBD', 'halves of pairs';
};


subtest 'the columns of W3C after a byte order mark, in a large file' => sub {
    my $line = "2020-01-10 08:00:00 192.0.2.1 GET %s - 200\r\n";
    my $log = "\xef\xbb\xbf#Software: IIS\r\n#Fields: date time c-ip"
        . " cs-method cs-uri-stem cs-uri-query sc-status\r\n"
        . sprintf($line, '/') x 12_000
        . sprintf $line, '/vpn/../vpns/portal/x.xml';
    my ($ran, $is) = scan([], spewed('w3c', $log));
    is $ran->{status}, 3, 'the last line is found';
    is $is->{requests}, 12_001, '... and all are read';
};


# A typical record, and a log of such records with one attack among them.
sub records {
    my ($n, $attack) = @_;
    my @all = map { { client => '192.0.2.1', time => '2020-01-10T07:00:00Z',
                      request => { method => 'GET', uri => '/vpn/[a]{' },
                      headers => [{ name => 'a', value => '}]' }],
                      status => 200 } } 1 .. $n;
    $all[$n / 2]{request}{uri} = '/vpn/../vpns/portal/x.xml' if $attack;
    return @all;
}


subtest 'JSON documents over many lines, and long ones' => sub {
    my $plain = JSON::PP->new->utf8->canonical;
    my $pretty = JSON::PP->new->utf8->canonical->pretty;
    my $wrapped = sub { { took => 5, hits => { max => 1, hits => [@_] } } };
    my %log = (
        'records over many lines' => sub { map { $pretty->encode($_) } @_ },
        '... with CR LF' =>
            sub { map { $pretty->encode($_) =~ s/\n/\r\n/gr } @_ },
        'an array over many lines' => sub { $pretty->encode([@_]) },
        'an array on one line' => sub { $plain->encode([@_]) },
        'records on one line' => sub { map { $plain->encode($_) } @_ },
        'an answer of a search, over many lines' =>
            sub { $pretty->encode($wrapped->(@_)) },
        'an answer of a search, on one line' =>
            sub { $plain->encode($wrapped->(@_)) },
    );
    for my $name (sort keys %log) {
        for my $n (10, 8000) {
            for my $attack (0, 1) {
                my $text = join '', $log{$name}->(records($n, $attack));
                my ($ran, $is) = scan([], spewed('json', $text));
                is $ran->{status}, 3 * $attack, "$name: $n";
                is $is->{requests}, $n, '... each is read';
            }
        }
    }
    # an attack outside the records is found
    my $hidden = $wrapped->(records(8000));
    $hidden->{first} = '/vpn/../vpns/portal/x.xml';
    my ($ran) = scan([], spewed('json', $plain->encode($hidden)));
    cmp_ok $ran->{status}, '>', 0, 'an attack around the records';
    # a truncated record does not spoil those after it
    my $cut = qq({"client":"192.0.2.1","time":\n)
        . join '', map { $plain->encode($_) . "\n" } records(10, 1);
    is((scan([], spewed('json', $cut)))[0]{status}, 3, 'the first is cut');
};


subtest 'truncated and damaged archives' => sub {
    # each line is different, so that the packed file is not tiny
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
        like $ran->{err}, qr/^citrix-guard: .*half: .*missing$/m, '... message';
        is $ran->{status}, 3, '... and what was read counts';

        substr $bytes, length($bytes) / 2, 40, "\xff" x 40;
        ($ran, $is) = scan([], spewed('damaged', $bytes));
        like $is->{files}[0]{error}, qr/damaged|missing/, "$kind: damaged";
    }

    gzip(\"192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] \"GET / HTTP/1.1\" 200 1\n"
         => \my $clean);
    is((scan([], spewed('x', substr $clean, 0, -9)))[0]{status}, 2,
       'a truncated file never ends with "Nothing found"');
    is((scan([], spewed('x', $clean . "\0" x 100)))[0]{status}, 0,
       'zeros after the end are not damage');
};


subtest 'what was unpacked before the damage counts' => sub {
    my $log = text(sample('combined'));
    my ($whole) = map { strip($_) } (scan([], spewed('whole', $log)))[1];
    packed($_, $log) for qw(xz zstd);
    gzip(\$log => "$dir/gz");
    # zstd knows the size of a file, but not of a pipe
    system("zstd -qfo '$dir/sized' '$dir/whole'") == 0 or die 'zstd failed';

    for my $kind (qw(gz xz zstd sized)) {
        my $bytes = slurp("$dir/$kind");
        substr $bytes, -4, 4, "\xff" x 4;
        my ($ran, $is) = scan([], spewed('damaged', $bytes));
        like $is->{files}[0]{error}, qr/damaged/, "$kind: damaged at the end";
        is $ran->{status}, 3, '... and what was found counts';
        is_deeply strip($is)->{findings}, $whole->{findings}, '... every line';
    }

    # Two pieces, so that the second one's blocks, of 128 KiB, do not end where
    # scan's own pieces do; one of them gets a kind that is none.
    my $first = slurp("$dir/zstd");
    packed('zstd', $log x 100);
    my $at = 6;
    for my $good (1, 2) {
        my $bytes = slurp("$dir/zstd");
        $at += 3 + (unpack('V', substr $bytes, $at, 4) >> 3 & 0x1fffff);
        substr($bytes, $at, 1) |= "\6";
        my (undef, $is) = scan([], spewed('damaged', $first . $bytes));
        like $is->{files}[0]{error}, qr/damaged/, "zstd: damage after $good";
        is $is->{files}[0]{lines},
            1 + ($log . substr $log x 100, 0, $good * 131_072) =~ tr/\n//,
            '... up to there';
    }
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
    is $is->{requests}, 2 + 11 + 2, 'requests';
    is $is->{files}[1]{format}, 'no known format', 'a file that is not a log';
    is $ran->{status}, 3, 'exit status';

    ($ran, $is) = scan([], "$dir/logs/notes");
    is $ran->{status}, 2, 'an error by its name';
    like $is->{files}[0]{error}, qr/^no line has a known format/, '... and why';
};


subtest 'long lines, and many lines' => sub {
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
        ['3 scan-success'], 'a shorter one is judged';
};


# What the command writes to a terminal of 80 columns.
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

    # two pieces, the second one with a delay
    my $slow = "(head -c 1500000 $dir/many; sleep 0.4; cat $dir/many)";
    system('mkfifo', "$dir/slow") == 0 or die "mkfifo: $?";
    my $said = on_terminal("$slow >$dir/slow &", 'scan', "$dir/slow",
                           map {"$dir/many"} 1 .. 3);
    my @bars = $said =~ /\r\e\[K(\[[#.]{12}\] \d+ %, \d+ s left, \d+ MB, [^\r\e]*)/g;
    ok scalar @bars, 'a bar, the time left, the rate';
    is_deeply [grep { length > 79 } @bars], [], '... on one line';
    like $said, qr/\e\[1;33mAttempts only\e\[0m/, 'colours';
    unlike $said, qr/left.*left[^\r]*\n/, '... and the bar is removed';

    $said = on_terminal('NO_COLOR=1', 'scan', "$dir/combined");
    unlike $said, qr/\e\[[^K]/, 'NO_COLOR';
    $said = on_terminal("$slow |", 'scan', '-');
    like $said, qr/\r\e\[K\d+ MB, \d+ MB\/s, \d+ attempts/, 'for a pipe';
    unlike $said, qr/ s left/, '... whose size is not known';
    unlike on_terminal('', 'scan', '--json', '--quiet', "$dir/combined"),
        qr/\e\[[^K]/, 'no colour in JSON';
    unlike citrix_guard(['scan', "$dir/combined"])->{out}, qr/\e/,
        'nor in a file';
};


# The result for a pipe, and the exit status. A piece is written when the one
# before it has been read; after the last the command gets the signal, if any.
sub of_pipe {
    my ($signal, @pieces) = @_;
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
    for my $piece (@pieces) {
        syswrite $to, $piece;
        # FIONREAD: nothing is left in the pipe
        wait_until(sub { ioctl $from, 0x541B, my $left = pack 'i', 0 or die;
                         return !unpack 'i', $left });
    }
    kill $signal, $pid if $signal;
    close $to;
    my $is = do { local $/; eval { $json->decode(scalar <$out>) } // {} };
    waitpid $pid, 0;
    return ($is, $? >> 8);
}


subtest 'after Ctrl-C it reports what it has found' => sub {
    my ($is, $status) = of_pipe('INT', text(sample('combined')));
    ok $is->{interrupted}, 'it says so';
    cmp_ok scalar @{ $is->{findings} // [] }, '>', 10, 'findings so far';
    is $status, 3, 'exit status';
    ($is, $status) = of_pipe('INT',
        qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] "GET / HTTP/1.1" 200 1\n});
    is $is->{requests}, 1, 'nothing so far';
    is $status, 2, '... does not end with "Nothing found"';
};


subtest 'a line that is not understood is not "nothing found"' => sub {
    my $known = qq{192.0.2.1 - - [10/Jan/2020:08:00:00 +0100]}
              . qq{ "GET / HTTP/1.1" 200 1 "-" "-"\n};
    mkdir "$dir/unread" or die "unread: $!";
    for (['known lines alone' => $known x 2, 0],
         ['one line among known ones' => "$known- what is this\n$known", 2],
         ['unknown and blank lines' => "what is this\n\n", 2],
         ['no line' => q{}, 2],
         ['a record without the names of a request' =>
            $known . qq({"what":"/","code":200}\n), 2],
         ['blank lines' => "\n\n", 2],
         ['columns without a request' => "#Fields: date cs-uri-stem\n", 2])
    {
        my ($name, $log, $status) = @$_;
        spew("$dir/unread/log", $log);
        my $ran = citrix_guard(['scan', "$dir/unread"]);
        is $ran->{status}, $status, $name;
        like $ran->{out}, $status ? qr/^  Could not be read\. /m
                                  : qr/^  Nothing found\. /m, '... words';
        my ($rc, $is) = scan([], "$dir/unread");
        is $is->{conclusion}, $status ? 'could not be read' : 'nothing found',
            '... JSON';
    }
};


subtest 'packed data whose first byte arrives alone' => sub {
    my $log = text(sample('common'));
    packed($_, $log) for qw(xz zstd);
    gzip(\$log => "$dir/gz");
    for my $kind (qw(gz xz zstd)) {
        my $bytes = slurp("$dir/$kind");
        my ($is) = of_pipe(undef, map { substr $bytes, $$_[0], $$_[1] }
                                  [0, 1], [1, length $bytes]);
        is $is->{requests}, 2, $kind;
    }
};


subtest 'more sources and readings than scan can keep apart' => sub {
    my $line = qq{%s - - [10/Jan/2020:08:00:00 +0100]}
             . qq{ "GET /vpn/..;/vpns/%d HTTP/1.1" 404 1 "-" "-"\n};
    my $log = join '', map { sprintf $line, "s$_", $_ }
        0 .. 65_535, 0, 65_536, 65_537;
    my $is = citrix_guard(['scan', '--would-block', spewed('full', $log)]);
    like $is->{out}, qr/^  65,536\n  and other sources, .*: 2 requests\n/m,
        'sources that are left out';
    like $is->{out}, qr/^  s0  .* 2 attempts, /m, '... the first one is listed';
    like $is->{out}, qr/^  and 49,154 requests that are not grouped/m,
        'readings';
};

done_testing;
