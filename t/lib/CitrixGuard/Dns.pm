package CitrixGuard::Dns;

# A name server that answers every question for an address with 127.0.0.1, in
# a process of its own.

use strict;
use warnings;

use IO::Socket::INET ();
use POSIX ();

use CitrixGuard::Scratch qw(end_process);


sub new {
    my ($class) = @_;
    my $socket = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => 0, Proto => 'udp')
        or die "name server: $@";
    my $parent = $$;
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
        # ends with the test, however that ends
        $SIG{ALRM} = sub { getppid == $parent or POSIX::_exit(0); alarm 5 };
        alarm 5;
        _serve($socket) while 1;
    }
    my $port = $socket->sockport;
    close $socket;
    return bless { pid => $pid, port => $port, owner => $$ }, $class;
}


sub port { return $_[0]{port} }


sub _serve {
    my ($socket) = @_;
    my $peer = recv $socket, my $question, 1500, 0;
    return if !defined $peer || length $question < 17;
    my ($id, $flags) = unpack 'nn', $question;
    # the name, the type and the class of the one question
    my ($asked) = substr($question, 12) =~ /\A((?:[^\0].*?)?\0....)/s or return;
    my $type = unpack 'n', substr $asked, -4;
    my $answer = $type == 1
        ? pack 'n n n N n C4', 0xc00c, 1, 1, 60, 4, 127, 0, 0, 1 : '';
    send $socket, pack('n6', $id, 0x8180, 1, $type == 1 ? 1 : 0, 0, 0)
                  . $asked . $answer, 0, $peer;
    return;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    end_process($self->{pid}, 'TERM', 5);
    return;
}

1;
