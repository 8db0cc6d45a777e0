package Judge::Server;

# A real server in a folder of its own, started and ended by its pid. It is
# the head of a process group, which ends with it.
#
#   my $server = Judge::Server->new(
#       command => sub { my ($o) = @_; return ($program, ...) });
#
# The command is made for $o->{port}, a free port, $o->{dir}, an empty folder,
# and whatever else was given. On a busy machine some take long to start.

use strict;
use warnings;

use POSIX ();

use CitrixGuard::Scratch qw(scratch free_port wait_until connectable
                            end_process slurp);

use constant START => 60;


sub new {
    my ($class, %given) = @_;
    my $self = bless { %given, owner => $$ }, $class;
    for my $try (1 .. 3) {
        $self->{folder} = scratch();
        $self->{dir} = "$self->{folder}";
        $self->{port} = free_port();
        $self->_spawn($self->{command}->($self));
        return $self if $self->_up;
    }
    die "$self->{name} did not start:\n" . substr($self->said, -2000) . "\n";
}


sub port { return $_[0]{port} }
sub said { return slurp("$_[0]{dir}/said") }


sub _spawn {
    my ($self, @command) = @_;
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        setpgrp 0, 0;
        chdir $self->{dir};
        $ENV{HOME} = $self->{dir};
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/said";
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    return;
}


sub _up {
    my ($self) = @_;
    my $ended;
    my $up = wait_until(sub {
        return 1 if connectable($self->{port});
        $ended = waitpid $self->{pid}, POSIX::WNOHANG();
        return $ended;
    }, START);
    return 1 if $up && !$ended;
    $self->stop if !$ended;
    return 0;
}


sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    end_process($pid, 'TERM', 5);
    # what is left of its group
    kill 'KILL', -$pid;
    return;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->stop;
    return;
}

1;
