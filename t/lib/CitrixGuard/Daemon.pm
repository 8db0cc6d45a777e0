package CitrixGuard::Daemon;

# An nginx that has left its parent, as installed ones do: only such a master
# takes USR2. It is known by its pid files, and so is the one that replaces it.

use strict;
use warnings;

use parent 'CitrixGuard::Nginx';

use CitrixGuard::Process qw(alive);
use CitrixGuard::Scratch qw(slurp wait_until);


sub _daemon { return '' }


sub _spawn {
    my ($self) = @_;
    defined(my $pid = fork) or die "fork: $!";
    $self->_exec if !$pid;
    waitpid $pid, 0;
    # the command itself has ended, and says whether there is a daemon
    $self->{failed} = $?;
    wait_until(sub { -s $self->dir . '/nginx.pid' }) if !$?;
    $self->{pid} = $self->master;
    return;
}


sub _ended {
    my ($self) = @_;
    return 0 if !$self->{failed};
    delete $self->{pid};
    return 1;
}


# The pid of the master; before => 1: of the one that it is to replace.
sub master {
    my ($self, %given) = @_;
    my $file = $self->dir . '/nginx.pid' . ($given{before} ? '.oldbin' : '');
    my ($pid) = slurp($file) =~ /^(\d+)$/m;
    return $pid && _is_nginx($pid, $self->dir) ? $pid : undef;
}


# A pid from a file may be another's by now.
sub _is_nginx {
    my ($pid, $dir) = @_;
    return alive($pid) && index(slurp("/proc/$pid/cmdline"), $dir) >= 0;
}


# Sends a signal to a master.
sub signal {
    my ($self, $name, $pid) = @_;
    return kill $name, $pid // $self->{pid};
}


sub stop {
    my ($self) = @_;
    delete $self->{pid} or return;
    for my $signal ('QUIT', 'KILL') {
        my @masters = grep {defined} $self->master(before => 1),
                                     $self->master or last;
        kill $signal, @masters;
        wait_until(sub { !grep { alive($_) } @masters }, 15);
    }
    $self->_note_reports($self->stderr . $self->error_log);
    return;
}

1;
