package Storm;

# Many hostile connections at a time, from one loop.
#
#   my $storm = Storm->new(seed => 1, plans => [[$port, $steps], ...]);
#   $storm->blow($seconds);
#
# A plan is a port and a function that makes the steps of a connection
# (Storm::Http1 says what steps there are). $storm->{opened} counts.

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS EINTR EWOULDBLOCK);
use Socket qw(AF_INET INADDR_LOOPBACK IPPROTO_TCP SOCK_STREAM SOL_SOCKET
              SO_LINGER TCP_NODELAY inet_ntoa pack_sockaddr_in);
use Time::HiRes qw(time);

use Storm::Random qw(one_of chance);

use constant { ABREAST => 48, PATIENCE => 6 };


sub new {
    my ($class, %given) = @_;
    return bless { opened => 0, refused => 0, answered => 0, open => {},
                   every => sub { }, %given }, $class;
}


# The generators' rand() goes on from the seed and the connection's number
# only, so that its bytes do not depend on what happened before.
sub _open {
    my ($self) = @_;
    my $number = ++$self->{opened};
    srand $self->{seed} * 1_000_003 + $number;
    my ($port, $make) = @{ one_of(@{ $self->{plans} }) };
    my @steps = $make->();
    my $patience = chance(75) ? 0.02 : 0.4;

    socket my $socket, AF_INET, SOCK_STREAM, 0 or die "socket: $!";
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    # no TIME_WAIT is left behind: there are tens of thousands of them
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    $socket->blocking(0);
    connect $socket, pack_sockaddr_in($port, INADDR_LOOPBACK)
        or $!{EINPROGRESS} or die "connect: $!";
    $self->{open}{ fileno $socket } = {
        socket => $socket, number => $number, steps => \@steps, out => '',
        piece => 1, until => 0, end => time + PATIENCE, patience => $patience,
    };
    return;
}


# For so many seconds; then all connections come to their end.
sub blow {
    my ($self, $seconds) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $end = time + $seconds;
    my $next = 0;
    while (time < $end || %{ $self->{open} }) {
        while (time < $end && keys %{ $self->{open} } < ABREAST) {
            $self->_open;
        }
        $self->_turn;
        next if time < $next;
        $next = time + 1;
        $self->{every}->($self) or last;
    }
    $self->{open} = {};
    return;
}


# The numbers of the connections that are open.
sub numbers {
    my ($self) = @_;
    return sort { $a <=> $b } map { $_->{number} } values %{ $self->{open} };
}


sub _turn {
    my ($self) = @_;
    my ($read, $write) = ('', '');
    my $now = time;
    while (my ($fd, $conn) = each %{ $self->{open} }) {
        vec($read, $fd, 1) = 1;
        vec($write, $fd, 1) = 1 if length $conn->{out}
            || @{ $conn->{steps} } && $conn->{until} <= $now;
    }
    select $read, $write, undef, 0.01;
    for my $fd (keys %{ $self->{open} }) {
        my $conn = $self->{open}{$fd};
        my $over = vec($read, $fd, 1) && !_hear($conn)
                || vec($write, $fd, 1) && !_act($conn)
                || _is_over($conn);
        delete $self->{open}{$fd} if $over;
    }
    return;
}


sub _is_over {
    my ($conn) = @_;
    my $now = time;
    return 1 if $now > $conn->{end};
    return 0 if length $conn->{out} || @{ $conn->{steps} };
    $conn->{until} ||= $now;
    return $now > $conn->{until} + $conn->{patience};
}


# False at the end of the connection.
sub _hear {
    my ($conn) = @_;
    my $n = sysread $conn->{socket}, my $bytes, 65_536;
    return 1 if $n || !defined $n && ($!{EAGAIN} || $!{EINTR});
    return 0;
}


# The next piece, or the next step.
sub _act {
    my ($conn) = @_;
    return _send($conn) if length $conn->{out};
    my ($what, @with) = @{ shift @{ $conn->{steps} } // return 1 };
    if ($what eq 'send') {
        @$conn{qw(out piece)} = @with;
        return length $conn->{out} ? _send($conn) : 1;
    }
    $conn->{until} = time + $with[0] if $what eq 'wait';
    shutdown $conn->{socket}, 1 if $what eq 'half';
    return $what ne 'drop';
}


sub _send {
    my ($conn) = @_;
    my $n = syswrite $conn->{socket}, $conn->{out}, $conn->{piece};
    return $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR} if !defined $n;
    substr $conn->{out}, 0, $n, '';
    return 1;
}

1;
