package CitrixGuard::Scratch;

# What every test server needs: a folder, a free loopback port, a wait with a
# time limit, and the end of the processes that it started.

use strict;
use warnings;

use Exporter 'import';
use File::Temp ();
use IO::Socket::INET ();
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(scratch free_port wait_until connectable end_process
                    slurp spew);

# below the range that the kernel gives to outgoing connections
my ($LOWEST, $HIGHEST) = (10_240, 32_000);

my %given;


sub scratch {
    my $dir = File::Temp->newdir('citrix_guard_XXXXXX', TMPDIR => 1,
                                 CLEANUP => !$ENV{TEST_KEEP});
    chmod 0755, "$dir" or die "chmod $dir: $!";
    return $dir;
}


sub free_port {
    for (1 .. 500) {
        my $port = $LOWEST + int rand($HIGHEST - $LOWEST);
        next if $given{$port};
        my $socket = IO::Socket::INET->new(
            LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1)
            or next;
        close $socket;
        $given{$port} = 1;
        return $port;
    }
    die "no free loopback port found";
}


# True as soon as the condition is true, false after the time limit.
sub wait_until {
    my ($condition, $seconds) = @_;
    my $end = time + ($seconds // 20);
    while (1) {
        return 1 if $condition->();
        return 0 if time > $end;
        sleep 0.01;
    }
}


sub connectable {
    my ($port) = @_;
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 2)
        or return 0;
    close $socket;
    return 1;
}


# Ends a child by its pid, with SIGTERM first; returns its wait status.
sub end_process {
    my ($pid, $signal, $seconds) = @_;
    my $status;
    my $gone = sub {
        my $got = waitpid $pid, WNOHANG;
        return 0 if $got == 0;
        $status = $got == $pid ? $? : undef;
        return 1;
    };
    local $?;
    return $status if $gone->();
    kill $signal, $pid;
    return $status if wait_until($gone, $seconds // 15);
    kill 'KILL', $pid;
    wait_until($gone, 5);
    return $status;
}


# A file's text, or what follows its first bytes; '' if there is none.
sub slurp {
    my ($path, $from) = @_;
    open my $file, '<:raw', $path or return '';
    seek $file, $from, 0 if $from;
    local $/;
    return scalar(<$file>) // '';
}


sub spew {
    my ($path, $text) = @_;
    open my $file, '>:raw', $path or die "$path: $!";
    print {$file} $text;
    close $file or die "$path: $!";
    return;
}

1;
