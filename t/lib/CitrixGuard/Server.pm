package CitrixGuard::Server;

# What the tests' own servers share: a port of 127.0.0.1, a process, and a
# control socket to it. The process ends when the control socket is closed,
# which happens when the object is destroyed.
#
#   package A; use parent -norequire, 'CitrixGuard::Server';
#   A->start(sub { my ($listener, $control) = @_; ... }, 512)

use strict;
use warnings;

use Errno qw(EINTR);
use IO::Socket::INET ();
use POSIX ();
use Socket qw(AF_UNIX PF_UNSPEC SOCK_STREAM);

use CitrixGuard::Scratch qw(end_process);


sub start {
    my ($class, $serve, $backlog) = @_;
    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => 0, Listen => $backlog,
        ReuseAddr => 1) or die "$class: $@";
    socketpair my $mine, my $its, AF_UNIX, SOCK_STREAM, PF_UNSPEC
        or die "socketpair: $!";
    binmode $_ for $mine, $its;
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        close $mine;
        $SIG{PIPE} = 'IGNORE';
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
        $listener->blocking(0);
        eval { $serve->($listener, $its); 1 } or print STDERR "# $class: $@";
        # no END blocks or destructors: they belong to the test
        POSIX::_exit(0);
    }
    close $its;
    my $port = $listener->sockport;
    close $listener;
    return bless { pid => $pid, control => $mine, owner => $$,
                   port => $port }, $class;
}


sub port { return $_[0]{port} }


# Sends an order of one byte; returns the number that begins the answer.
sub order {
    my ($self, $order) = @_;
    syswrite $self->{control}, $order or die ref($self) . " is gone: $!";
    return unpack 'N', $self->read_exactly(4);
}


sub read_exactly {
    my ($self, $length) = @_;
    my $got = '';
    while (length $got < $length) {
        my $n = sysread $self->{control}, $got, $length - length $got,
                        length $got;
        next if !defined $n && $!{EINTR};
        $n or die ref($self) . ' is gone';
    }
    return $got;
}


# One record: its length, then its bytes.
sub read_record {
    my ($self) = @_;
    return $self->read_exactly(unpack 'N', $self->read_exactly(4));
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    close delete $self->{control};
    end_process($self->{pid}, 'TERM', 5);
    return;
}

1;
