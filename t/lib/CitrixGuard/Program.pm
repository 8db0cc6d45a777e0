package CitrixGuard::Program;

# A program of someone else's that runs beside a test: rsyslog, Prometheus, a
# browser's driver. It stays in the foreground, and ends with the test.
#
#   my $syslog = CitrixGuard::Program->new($log, 'rsyslogd', '-n', ...);
#   $syslog->until(sub { ... }) or die $syslog->said;

use strict;
use warnings;

use POSIX qw(WNOHANG);

use CitrixGuard::Scratch qw(wait_until slurp);

my @all;


# log: the file for its output
sub new {
    my ($class, $log, @command) = @_;
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        # its own process group: whatever it starts ends with it
        setpgrp;
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $log;
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    my $self = bless { pid => $pid, log => $log, owner => $$,
                       name => $command[0] }, $class;
    push @all, $self;
    return $self;
}


sub pid  { return $_[0]{pid} }
sub said { return "$_[0]{name}:\n" . slurp($_[0]{log}) }


sub running {
    my ($self) = @_;
    return 0 if !$self->{pid};
    return 1 if waitpid($self->{pid}, WNOHANG) == 0;
    delete $self->{pid};
    return 0;
}


# Waits for the condition; dies with what the program said if it ends.
sub until {
    my ($self, $condition, $seconds) = @_;
    my $met = 0;
    wait_until(sub {
        $met = $condition->();
        return $met || !$self->running;
    }, $seconds);
    die "ended: " . $self->said if !$met && !$self->{pid};
    return $met;
}


sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    local $?;
    for my $signal ('TERM', 'KILL') {
        kill $signal, -$pid;
        last if wait_until(sub { waitpid($pid, WNOHANG) != 0 }, 10);
    }
    # what it has left behind in its process group
    kill 'KILL', -$pid;
    return;
}


END {
    my $status = $?;
    $_->stop for grep { $_->{owner} == $$ } @all;
    $? = $status;
}

1;
