package CitrixGuard::Adc;

# A stand-in for the port of a Gateway: one port for HTTP, SOCKS5, CGP, ICA and
# RDP, distinguished by the first byte only. It answers SOCKS5 and RDP and echoes
# what follows, as it does with CGP and ICA; it passes HTTP to a server of the test,
# or answers it with one line.
#
#   my $adc = CitrixGuard::Adc->new(http => $recorder->port);
#   $adc->port; $adc->sessions; $adc->received
#
# It keeps the first bytes of each connection, as they came. It runs in a
# process of its own; a session is { kind, bytes, over, sha }. With sha => 1 the
# last is the SHA-256 of all that came behind the greeting: a signature, CONNECT,
# a head.

use strict;
use warnings;

use Digest::SHA ();
use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use IO::Poll qw(POLLIN POLLOUT POLLHUP POLLERR);
use IO::Socket::INET ();
use Socket qw(IPPROTO_TCP TCP_NODELAY);

use parent 'CitrixGuard::Server';

use CitrixGuard::Scratch qw(wait_until);

# how much of a session is kept, and may wait to be written
use constant { KEPT => 65_536, PIECE => 131_072, WAITING => 1 << 20 };

my %KIND = ("\x05" => 'socks5', "\x1a" => 'cgp', "\x7f" => 'ica',
            "\x03" => 'rdp');


sub new {
    my ($class, %given) = @_;
    return $class->start(sub { _serve(@_, \%given) }, 4096);
}


# All sessions since the last call of forget, the oldest first.
sub sessions {
    my ($self) = @_;
    my $count = $self->order('S');
    return map {
        my ($kind, $over, $bytes, $sha) = unpack 'N/a C N/a N/a',
            $self->read_record;
        +{ kind => $kind, over => $over, bytes => $bytes, sha => $sha };
    } 1 .. $count;
}


sub forget { $_[0]->order('F'); return }


# What was received, of all sessions, one after another.
sub received {
    my ($self) = @_;
    return join '', map { $_->{bytes} } $self->sessions;
}


# Waits until no session is open.
sub idle {
    my ($self) = @_;
    return wait_until(sub { !grep { !$_->{over} } $self->sessions });
}


# ---- in the stand-in's process ----

sub _serve {
    my ($listener, $control, $given) = @_;
    my $state = { poll => IO::Poll->new, ends => {}, sessions => [],
                  given => $given };
    $state->{poll}->mask($_ => POLLIN) for $listener, $control;
    while (1) {
        $state->{poll}->poll(60);
        for my $handle ($state->{poll}->handles(POLLIN | POLLOUT | POLLHUP
                                                | POLLERR)) {
            if ($handle == $listener) { _accept($state, $listener) }
            elsif ($handle == $control) {
                sysread $control, my $order, 1 or return;
                _hand_out($state, $control, $order);
            }
            elsif (my $end = $state->{ends}{$handle}) { _turn($state, $end) }
        }
    }
}


sub _hand_out {
    my ($state, $control, $order) = @_;
    my @sessions = @{ $state->{sessions} };
    $state->{sessions} = [] if $order eq 'F';
    my $out = pack 'N', $order eq 'F' ? 0 : scalar @sessions;
    for my $s ($order eq 'F' ? () : @sessions) {
        $out .= pack 'N/a', pack 'N/a C N/a N/a', $s->{kind} // '',
                $s->{over} ? 1 : 0, $s->{bytes},
                $s->{sha} ? $s->{sha}->clone->hexdigest : '';
    }
    while (length $out) {
        my $n = syswrite $control, $out or return;
        substr $out, 0, $n, '';
    }
    return;
}


sub _accept {
    my ($state, $listener) = @_;
    while (my $socket = $listener->accept) {
        my $session = { bytes => '' };
        push @{ $state->{sessions} }, $session;
        _end($state, $socket, { session => $session, client => 1 });
    }
    return;
}


# One end of a connection; "to" is the end to which its bytes go.
sub _end {
    my ($state, $socket, $end) = @_;
    $socket->blocking(0);
    binmode $socket;
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    $end->{socket} = $socket;
    $end->{out} = '';
    $state->{ends}{$socket} = $end;
    $state->{poll}->mask($socket => POLLIN);
    return $end;
}


# Reads once, writes what can be written, and says what to wait for.
sub _turn {
    my ($state, $end) = @_;
    my $to = $end->{to} // $end;
    if (!$end->{eof} && length $to->{out} < WAITING) {
        my $n = sysread $end->{socket}, my $bytes, PIECE;
        if ($n) { _got($state, $end, $bytes) }
        elsif (defined $n || !($!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR})) {
            $end->{eof} = 1;
        }
    }
    $to = $end->{to} // $end;
    _write($_) for $end, $to;
    return _close($state, $end)
        if $end->{broken} || $to->{broken}
           || ($end->{eof} && !length $to->{out});
    _mask($state, $_) for $end, $to;
    return;
}


sub _got {
    my ($state, $end, $bytes) = @_;
    my $session = $end->{session};
    if ($end->{client}) {
        my $room = KEPT - length $session->{bytes};
        $session->{bytes} .= substr $bytes, 0, $room if $room > 0;
        $session->{kind} //= $KIND{ substr $bytes, 0, 1 } // 'http';
        _add($session, $bytes, $end->{connected})
            if $state->{given}{sha};
        return _socks5($end, $bytes)
            if $session->{kind} eq 'socks5' && !$end->{connected};
        return _rdp($end, $bytes)
            if $session->{kind} eq 'rdp' && !$end->{connected};
        if ($session->{kind} eq 'http' && !$end->{to}) {
            if (!$state->{given}{http}) {
                $end->{out} .= "HTTP/1.1 400 Bad Request\r\n\r\n";
                $end->{eof} = 1;
                return;
            }
            _relay($state, $end);
        }
    }
    ($end->{to} // $end)->{out} .= $bytes;
    return;
}


# What is behind the greeting goes into the sum; clients wait for the answer.
sub _add {
    my ($session, $bytes, $connected) = @_;
    if (!$session->{sha}) {
        $session->{first} .= $bytes;
        my $end = { cgp => qr/^.{7}/s, ica => qr/^.{6}/s,
                    http => qr/^.*?\r\n\r\n/s }->{ $session->{kind} };
        if ($end ? $session->{first} =~ $end : $connected) {
            $session->{sha} = Digest::SHA->new(256);
            $bytes = substr $session->{first}, $+[0] if $end;
        }
    }
    $session->{sha}->add($bytes) if $session->{sha};
    return;
}


# Answers greeting and CONNECT, whatever their form.
sub _socks5 {
    my ($end, $bytes) = @_;
    $end->{in} = ($end->{in} // '') . $bytes;
    if (!$end->{greeted}) {
        return if length $end->{in} < 2;
        my ($n) = unpack 'xC', $end->{in};
        return if length $end->{in} < 2 + $n;
        substr $end->{in}, 0, 2 + $n, '';
        $end->{greeted} = 1;
        $end->{out} .= "\x05\x00";
    }
    return if length $end->{in} < 5;
    my ($type, $length) = unpack 'x3CC', $end->{in};
    my $whole = { 1 => 10, 4 => 22 }->{$type} // 7 + $length;
    return if length $end->{in} < $whole;
    substr $end->{in}, 0, $whole, '';
    $end->{connected} = 1;
    $end->{out} .= "\x05\x00\x00\x01" . "\0" x 6 . $end->{in};
    return;
}


# Confirms a connection request when it is complete, whatever is in it.
sub _rdp {
    my ($end, $bytes) = @_;
    $end->{in} = ($end->{in} // '') . $bytes;
    return if length $end->{in} < 4;
    my ($length) = unpack 'x2n', $end->{in};
    return if length $end->{in} < $length;
    $end->{connected} = 1;
    $end->{out} .= "\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\0\x08\0\2\0\0\0"
                 . substr $end->{in}, $length;
    return;
}


sub _relay {
    my ($state, $end) = @_;
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $state->{given}{http})
        or die "adc: $@";
    $end->{to} = _end($state, $socket, { session => $end->{session},
                                         to => $end });
    return;
}


sub _write {
    my ($end) = @_;
    while (length $end->{out}) {
        my $n = syswrite $end->{socket}, $end->{out}, PIECE;
        if (!defined $n) {
            $end->{broken} = 1 if !($!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR});
            return;
        }
        substr $end->{out}, 0, $n, '';
    }
    return;
}


sub _mask {
    my ($state, $end) = @_;
    my $room = length(($end->{to} // $end)->{out}) < WAITING;
    my $mask = ($room && !$end->{eof} ? POLLIN : 0)
             | (length $end->{out} ? POLLOUT : 0);
    $state->{poll}->mask($end->{socket} => $mask)
        if $mask != ($end->{mask} // POLLIN);
    $end->{mask} = $mask;
    return;
}


sub _close {
    my ($state, $end) = @_;
    $end->{session}{over} = 1;
    for my $one ($end, $end->{to} // ()) {
        $state->{poll}->remove($one->{socket});
        delete $state->{ends}{ $one->{socket} };
        close $one->{socket};
    }
    delete @$end{qw(to socket)};
    return;
}

1;
