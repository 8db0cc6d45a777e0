#!/usr/bin/perl

# citrix-guard scan reads a large file through windows of the page cache: what
# is found there is what is found in the same bytes of a pipe, and nothing that
# others do to the file meanwhile makes it crash, or say that all was read.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Fcntl qw(SEEK_SET);
use JSON::PP ();
use POSIX ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard program);
use CitrixGuard::Scan qw(scan strip spewed $dir);
use CitrixGuard::Scratch qw(slurp);

my $json = JSON::PP->new->utf8;
my $WINDOW = 1 << 20;
my ($CLEAN, $ATTACK) = ('/vpn/index.html', '/vpn/../vpns/portal/x.xml');

my %line = (
    combined => qq{192.0.2.1 - - [10/Jan/2020:08:00:%02d +0100] "GET %s?%s }
        . qq{HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n},
    json => '{"client":"192.0.2.1","time":"2020-01-10T08:00:%02d+01:00",'
        . qq{"request":"GET %s?%s HTTP/1.1","status":200,"bytes":1\}\n},
    haproxy => 'Jan 10 08:00:%02d lb haproxy[1]: 192.0.2.1:51234 '
        . '[10/Jan/2020:08:00:00.123] fe~ be/adc1 0/0/1/2/3 200 512 - - ---- '
        . qq{1/1/0/0/0 0/0 "GET %s?%s HTTP/1.1"\n},
);


sub line {
    my ($format, $n, $target, $more) = @_;
    return sprintf $line{$format}, $n % 60, $target, $more // $n;
}


# So many bytes or a little more; lines of any length, so that a window may end
# anywhere in one.
sub lines {
    my ($format, $bytes) = @_;
    my ($log, $n) = ('', 0);
    $log .= line($format, $n++, $CLEAN, 'x' x ($n * 7919 % 311))
        while length $log < $bytes;
    return $log;
}


# The same findings, through windows and through a pipe; how many.
sub same {
    my ($text, $name) = @_;
    my $piped = citrix_guard(['scan', '--json', '-'], undef,
                             stdin => pipe_of(spewed('log', $text)));
    my $expected = strip($json->decode($piped->{out}));
    for my $threads (1, 3) {
        my ($ran, $is) = scan(["-t$threads"], "$dir/log");
        is $ran->{status}, $piped->{status}, "$name, $threads threads";
        is_deeply strip($is), $expected, '... the same findings';
    }
    return scalar @{ $expected->{findings} };
}


# A FIFO that somebody writes the file to.
sub pipe_of {
    my ($file) = @_;
    my $fifo = "$dir/fifo";
    unlink $fifo;
    POSIX::mkfifo($fifo, 0600) or die "$fifo: $!";
    defined(my $pid = fork) or die "fork: $!";
    return $fifo if $pid;
    open my $to, '>', $fifo or POSIX::_exit(1);
    print {$to} slurp($file);
    close $to;
    POSIX::_exit(0);
}


for my $format (sort keys %line) {
    subtest $format => sub {
        my $log = lines($format, 5 * $WINDOW);
        is same($log, 'nothing'), 0, 'nothing found';

        # in each window, and around each edge of the first ones
        my @lines = split /^/, $log;
        my ($at, $attacks) = (0, 0);
        for (@lines) {
            my $before = $at;
            $at += length;
            next if int(($before - 400) / $WINDOW) == int(($at + 400) / $WINDOW)
                && $attacks % 3000;
            $_ = line($format, $attacks++, $ATTACK);
        }
        cmp_ok $attacks, '>=', 10, "$attacks attacks";
        is same(join('', @lines), 'attacks'), $attacks, 'each is found';
    };
}

subtest 'lines that no window holds' => sub {
    my $some = lines('combined', 2 * $WINDOW);
    my $attack = line('combined', 0, $ATTACK);
    my $long = line('combined', 0, $CLEAN, 'x' x (2.5 * $WINDOW));
    my $nearly = line('combined', 0, $CLEAN, 'x' x ($WINDOW - 500));
    is same("$some$attack$long$attack$some$attack", 'a long line'), 3,
        'before and behind a line of several windows';
    is same("$some$nearly$attack$nearly$some$attack", 'as long as one'), 2,
        'between lines as long as a window';
    is same($some . ($long =~ s/\n//r) . $ATTACK, 'no end'), 0,
        'a line without an end';
    is same($some . ($attack =~ s/\n//r), 'no end'), 1, 'the last line';
};

subtest 'another format, within a window' => sub {
    my $log = join '', map {
        lines($_, 0.7 * $WINDOW) . line($_, 1, $ATTACK)
    } qw(combined haproxy json combined json haproxy json);
    is same($log, 'seven logs in one'), 7, 'each attack is found';
};

subtest 'standard input, of which a part was read' => sub {
    my $attack = line('combined', 0, $ATTACK);
    my $file = spewed('log', $attack . lines('combined', 3 * $WINDOW) . $attack);
    my ($size, $program) = (length $attack, program());
    my $out = `{ dd bs=$size count=1 status=none; "$program" scan --json -; } \\
               <"$file" | sed 1d`;
    is scalar @{ $json->decode($out)->{findings} }, 1, 'the rest is read';
};


sub shrinking {
    my ($size) = @_;
    return { LD_PRELOAD => "$dir/shrink.so", SHRINK => $size,
             ASAN_OPTIONS => join ':', $ENV{ASAN_OPTIONS} // (),
                 'verify_asan_link_order=0' };
}


subtest 'a file that becomes shorter while it is read' => sub {
    system('cc', qw(-W -Wall -Werror -O1 -fPIC -shared -o), "$dir/shrink.so",
           "$FindBin::Bin/shrink.c") == 0 or die "cc failed\n";
    for my $format ('combined', 'json') {
        my $log = lines($format, 4 * $WINDOW);

        # nothing of the window is left, half of it, or all but the last page
        for my $size ($WINDOW / 2, 1.5 * $WINDOW, 2 * $WINDOW - 8192) {
            my $file = spewed('log', $log);
            my $ran = citrix_guard(['scan', '-q', $file], undef,
                                   env => shrinking($size));
            is -s $file, $size, "$format, down to $size bytes";
            is $ran->{status}, 2, '... could not be read';
            like $ran->{err}, qr/\Q$file\E: it became shorter/, '... and why';
            unlike $ran->{out}, qr/Nothing found/, '... and is not clean';
        }
    }
};

subtest 'a file that somebody writes over' => sub {
    for my $format ('combined', 'json') {
        my $log = lines($format, 3 * $WINDOW);
        my $file = spewed('log', $log);
        defined(my $pid = fork) or die "fork: $!";
        scribble($file, $log) if !$pid;
        my %status;
        $status{ citrix_guard(['scan', '-q', $file])->{status} }++ for 1 .. 40;
        kill KILL => $pid;
        waitpid $pid, 0;
        is_deeply [grep { $_ > 3 } keys %status], [],
            "$format: " . join ', ', map {"$status{$_} times $_"}
                sort keys %status;
    }
};


# Takes the line ends and quotes away, and gives them back, for 20 seconds.
sub scribble {
    my ($file, $log) = @_;
    open my $to, '+<', $file or POSIX::_exit(1);
    my $end = time + 20;
    while (time < $end) {
        for my $text ($log =~ tr/\n"/xx/r, $log =~ tr/\n/x/r, $log) {
            for (0 .. 47) {
                sysseek $to, $_ * 65536, SEEK_SET;
                syswrite $to, $text, 65536, $_ * 65536;
            }
        }
    }
    POSIX::_exit(0);
}

done_testing;
