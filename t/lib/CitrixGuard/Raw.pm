package CitrixGuard::Raw;

# An HTTP/1 client that sends exactly the bytes it is given.
#
#   my $answer = CitrixGuard::Raw::ask($port, "GET / HTTP/1.1\r\n...");
#   my $c = CitrixGuard::Raw->new($port); $c->put($bytes); $c->get;
#
# An answer is a hash: status, head (raw), headers ([name, value] ...), body,
# raw (everything). undef: the connection was closed without an answer.

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use IO::Select ();
use IO::Socket::INET ();
use Socket qw(IPPROTO_TCP SOL_SOCKET SO_LINGER TCP_NODELAY);
use Time::HiRes qw(time);


sub new {
    my ($class, $port, %given) = @_;
    my $socket = connection($port, %given);
    # the client's end leaves no TIME_WAIT behind: there are thousands of them
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    $socket->blocking(0);
    return bless { socket => $socket, buffer => '', eof => 0,
                   timeout => $given{timeout} // 20 }, $class;
}


# A connection to a port; with tls (options of IO::Socket::SSL) over TLS; host and
# from: the addresses of both ends.
sub connection {
    my ($port, %given) = @_;
    my @to = (PeerAddr => $given{host} // '127.0.0.1', PeerPort => $port,
              $given{from} ? (LocalAddr => $given{from}) : (), Timeout => 10);
    my $socket;
    if ($given{tls}) {
        require IO::Socket::SSL;
        # the server may close before TLS has begun
        local $SIG{PIPE} = 'IGNORE';
        $socket = IO::Socket::SSL->new(@to, %{ $given{tls} })
            or die "connect to port $port: $IO::Socket::SSL::SSL_ERROR";
    }
    else {
        $socket = IO::Socket::INET->new(@to)
            or die "connect to port $port: $@";
        binmode $socket;
    }
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    return $socket;
}


# Is there something to read, including bytes that TLS has read already?
sub readable {
    my ($socket, $seconds) = @_;
    return 1 if $socket->can('pending') && $socket->pending;
    return scalar IO::Select->new($socket)->can_read($seconds);
}


# One request over one connection.
sub ask {
    my ($port, $bytes, %given) = @_;
    my $self = __PACKAGE__->new($port, %given);
    $self->put($bytes);
    return $self->get(%given);
}


sub put {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $end = time + $self->{timeout};
    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes;
        if (defined $n) { substr $bytes, 0, $n, ''; next }
        next if $!{EINTR};
        return 0 if !($!{EAGAIN} || $!{EWOULDBLOCK});
        # the server may answer (and stop reading) before everything is sent
        $self->_fill(0);
        my $left = $end - time;
        return 0 if $left <= 0;
        IO::Select->new($self->{socket})->can_write($left < 1 ? $left : 1);
    }
    return 1;
}


# Reads once more into the buffer; false at the end or after the time limit.
sub _fill {
    my ($self, $seconds) = @_;
    return 0 if $self->{eof};
    readable($self->{socket}, $seconds) or return 0;
    my $n = sysread $self->{socket}, $self->{buffer}, 65_536,
                    length $self->{buffer};
    return 1 if $n;
    return 1 if !defined $n && ($!{EINTR} || $!{EAGAIN} || $!{EWOULDBLOCK});
    $self->{eof} = 1;
    return 0;
}


sub _until {
    my ($self, $enough) = @_;
    my $end = time + $self->{timeout};
    until ($enough->()) {
        my $left = $end - time;
        die "no answer in time, got: $self->{buffer}\n" if $left <= 0;
        $self->_fill($left) or $self->{eof} && return $enough->();
    }
    return 1;
}


sub _cut {
    my ($self, $length) = @_;
    return substr $self->{buffer}, 0, $length, '';
}


# method: HEAD has no body; interim: hand out 1xx answers as well
sub get {
    my ($self, %given) = @_;
    while (1) {
        my $answer = $self->_head or return;
        if ($answer->{status} >= 200 || $answer->{status} == 101) {
            $answer->{body} = $self->_body($answer, $given{method} // '');
            $answer->{raw} = $answer->{head} . $answer->{body};
            return $answer;
        }
        return $answer if $given{interim};
    }
}


sub _head {
    my ($self) = @_;
    my $at = -1;
    $self->_until(sub {
        return ($at = index $self->{buffer}, "\r\n\r\n") >= 0;
    });
    if ($at < 0) {
        die "half an answer: $self->{buffer}\n" if length $self->{buffer};
        return;
    }
    my $head = $self->_cut($at + 4);
    my ($line, @lines) = split /\r\n/, $head;
    my ($status) = $line =~ m{^HTTP/1\.[01] (\d{3})\b}
        or die "no status line: $line\n";
    return { status => $status, head => $head, body => '', raw => $head,
             headers => [map { [split /:\s*/, $_, 2] } @lines] };
}


# All values of a header, joined as RFC 9110 allows; undef if it is absent.
sub header {
    my ($answer, $name) = @_;
    my @values = map { $_->[1] }
                 grep { lc $_->[0] eq lc $name } @{ $answer->{headers} };
    return @values ? join ', ', @values : undef;
}


sub _body {
    my ($self, $answer, $method) = @_;
    my $status = $answer->{status};
    return '' if $method eq 'HEAD' || $status =~ /^(?:101|204|304)$/;
    my $coding = header($answer, 'Transfer-Encoding') // '';
    return $self->_chunked if $coding =~ /chunked/i;
    my $length = header($answer, 'Content-Length');
    return $self->rest if !defined $length;
    $self->_until(sub { length $self->{buffer} >= $length })
        or die "body cut short\n";
    return $self->_cut($length);
}


sub _chunked {
    my ($self) = @_;
    my $body = '';
    while (1) {
        my $size;
        $self->_until(sub {
            return $self->{buffer} =~ /^([0-9a-fA-F]+)[^\n]*\r\n/
                ? (($size = [$+[0], hex $1]), 1)[1] : 0;
        }) or die "chunk cut short\n";
        $self->_cut($size->[0]);
        $self->_until(sub { length $self->{buffer} >= $size->[1] + 2 })
            or die "chunk cut short\n";
        $body .= $self->_cut($size->[1]);
        $self->_cut(2);
        return $body if !$size->[1];
    }
}


# Everything until the server closes: HTTP/0.9, or what follows an upgrade.
sub rest {
    my ($self) = @_;
    $self->_until(sub { $self->{eof} });
    return $self->_cut(length $self->{buffer});
}


# A number of bytes, for tunnels.
sub bytes {
    my ($self, $length) = @_;
    $self->_until(sub { length $self->{buffer} >= $length })
        or die "closed after " . length($self->{buffer}) . " bytes\n";
    return $self->_cut($length);
}


# Has the server closed (waits for that)? False if it is still open after that.
sub closed {
    my ($self, $seconds) = @_;
    my $end = time + ($seconds // 5);
    while (!$self->{eof} && !length $self->{buffer}) {
        my $left = $end - time;
        return 0 if $left <= 0;
        $self->_fill($left);
    }
    return $self->{eof};
}


# Does an answer say that the server closes?
sub parted {
    my ($self, $answer) = @_;
    return !$answer || (header($answer, 'Connection') // '') =~ /close/i;
}


# Was the connection left open by the answers so far?
sub usable {
    my ($self) = @_;
    $self->_fill(0);
    return !$self->{eof} && !length $self->{buffer};
}

1;
