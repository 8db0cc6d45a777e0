package CitrixGuard::Recorder;

# An upstream that keeps, byte for byte, what it receives. It runs in a process
# of its own and hands its records out over a control socket: take() first
# reads everything that has arrived on any connection, so that "nothing
# arrived" needs no waiting (call $nginx->settle before, as arrivals() does).
#
#   my $be = CitrixGuard::Recorder->new(answer => sub { my ($request) = @_; ... });
#   $be->port; $be->take; $be->arrivals($nginx)
#
# answer runs in the recorder's process; it returns undef for the default or
# { status, headers => [name, value, ...], body, chunked, close, raw, tunnel };
# a tunnel echoes, or is a function that takes what it can off the bytes that it
# is given (by reference), and returns what goes back.
# A record: line, method, target, head, body, raw, conn (number), complete.

use strict;
use warnings;

use Errno qw(EAGAIN EINTR EWOULDBLOCK);

use parent 'CitrixGuard::Server';


sub new {
    my ($class, %given) = @_;
    return $class->start(sub { _serve(@_, $given{answer}) }, 512);
}


# The records since the last call, the oldest first.
sub take {
    my ($self) = @_;
    return map { _record($self) } 1 .. $self->order('T');
}


# The records when nginx has done all that it had begun.
sub arrivals {
    my ($self, $nginx) = @_;
    $nginx->settle;
    return $self->take;
}


sub targets {
    my ($self, $nginx) = @_;
    return map { $_->{target} } $self->arrivals($nginx);
}


sub _record {
    my ($self) = @_;
    my ($conn, $complete, $head, $body) =
        unpack 'NC N/a N/a', $self->read_record;
    my ($line) = $head =~ /^([^\r\n]*)/;
    my ($method, $target) = $line =~ /^(\S+) (.*) HTTP\/\d\.\d\z/s;
    return { conn => $conn, complete => $complete, head => $head,
             body => $body, raw => $head . $body, line => $line,
             method => $method, target => $target };
}


# ---- in the recorder's process ----

sub _serve {
    my ($listener, $control, $answer) = @_;
    my $state = { listener => $listener, conns => {}, number => 0,
                  records => [], answer => $answer };
    while (1) {
        my $read = '';
        vec($read, fileno $_, 1) = 1
            for $listener, $control,
                map { $_->{socket} } values %{ $state->{conns} };
        my $write = '';
        for my $conn (grep { length $_->{out} } values %{ $state->{conns} }) {
            vec($write, fileno $conn->{socket}, 1) = 1;
        }
        next if select($read, $write, undef, undef) < 0;
        while (_progress($state)) { }
        next if !vec $read, fileno $control, 1;
        sysread $control, my $order, 1 or return;
        _hand_out($state, $control);
    }
}


# Checks every socket once; true if there was anything.
sub _progress {
    my ($state) = @_;
    my $any = 0;
    while (my $socket = $state->{listener}->accept) {
        $socket->blocking(0);
        binmode $socket;
        my $number = ++$state->{number};
        $state->{conns}{$number} = { socket => $socket, number => $number,
                                     in => '', out => '' };
        $any = 1;
    }
    for my $conn (values %{ $state->{conns} }) {
        $any = 1 if _receive($state, $conn);
        _send($state, $conn);
    }
    return $any;
}


sub _receive {
    my ($state, $conn) = @_;
    return 0 if $conn->{over};
    my $n = sysread $conn->{socket}, $conn->{in}, 65_536, length $conn->{in};
    if ($n) {
        _requests($state, $conn);
        return 1;
    }
    return 0 if !defined $n && ($!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR});
    # an incomplete request was received all the same
    _keep($state, $conn, 0, $conn->{in}, '') if length $conn->{in};
    $conn->{in} = '';
    $conn->{over} = 1;
    delete $state->{conns}{ $conn->{number} };
    return 1;
}


sub _requests {
    my ($state, $conn) = @_;
    if ($conn->{tunnel}) {
        $conn->{out} .= ref $conn->{tunnel}
            ? $conn->{tunnel}->(\$conn->{in})
            : substr $conn->{in}, 0, length $conn->{in}, '';
        return;
    }
    while (my ($head, $body) = _cut($conn)) {
        my $record = _keep($state, $conn, 1, $head, $body);
        _answer($state, $conn, $record);
        return if $conn->{tunnel} || $conn->{ending};
    }
    return;
}


# Takes one complete request from the connection's input, or nothing.
sub _cut {
    my ($conn) = @_;
    my $end = index $conn->{in}, "\r\n\r\n";
    return if $end < 0;
    my $head = substr $conn->{in}, 0, $end + 4;
    my $length = 0;
    if ($head =~ /^Transfer-Encoding:\s*chunked\r$/im) {
        substr($conn->{in}, $end + 4)
            =~ /\A(?:0*[1-9a-f][0-9a-f]*\r\n.*?\r\n)*?0+\r\n\r\n/si
            or return;
        $length = $+[0];
    }
    elsif ($head =~ /^Content-Length:\s*(\d+)\r$/im) {
        $length = $1;
        return if length $conn->{in} < $end + 4 + $length;
    }
    substr $conn->{in}, 0, $end + 4, '';
    return ($head, substr $conn->{in}, 0, $length, '');
}


sub _keep {
    my ($state, $conn, $complete, $head, $body) = @_;
    push @{ $state->{records} },
        pack 'N/a', pack 'NC N/a N/a', $conn->{number}, $complete, $head,
                         $body;
    my ($method, $target) = $head =~ /^(\S+) (.*?) HTTP\//s;
    return { method => $method // '', target => $target // '', head => $head,
             body => $body, conn => $conn->{number},
             memory => $conn->{memory} //= {},
             open => scalar keys %{ $state->{conns} } };
}


sub _answer {
    my ($state, $conn, $request) = @_;
    my $answer = $state->{answer} ? $state->{answer}->($request) : undef;
    $answer //= {};
    $conn->{out} .= $answer->{raw} // _answer_bytes($answer, $request);
    $conn->{tunnel} = $answer->{tunnel};
    $conn->{ending} = 1 if $answer->{close} || !_persistent($request);
    $conn->{ending} = 0 if $answer->{tunnel};
    return;
}


sub _persistent {
    my ($request) = @_;
    return 0 if $request->{head} =~ /^Connection:\s*close\r$/im;
    return $request->{head} =~ /^[^\r]* HTTP\/1\.1\r/
        || $request->{head} =~ /^Connection:\s*keep-alive\r$/im;
}


sub _answer_bytes {
    my ($answer, $request) = @_;
    my $status = $answer->{status} // 200;
    my $body = $answer->{body} // "recorded\n";
    my $head = "HTTP/1.1 $status Answer\r\n";
    my @headers = @{ $answer->{headers} // ['Content-Type', 'text/plain'] };
    while (my ($name, $value) = splice @headers, 0, 2) {
        $head .= "$name: $value\r\n";
    }
    $head .= "Connection: close\r\n" if !_persistent($request);
    return "$head\r\n" if $status =~ /^1\d\d\z/;
    if ($answer->{chunked}) {
        my $chunk = sprintf "%x\r\n%s\r\n0\r\n\r\n", length $body, $body;
        return "${head}Transfer-Encoding: chunked\r\n\r\n$chunk";
    }
    $head .= 'Content-Length: ' . length($body) . "\r\n\r\n";
    return $request->{method} eq 'HEAD' ? $head : $head . $body;
}


sub _send {
    my ($state, $conn) = @_;
    while (length $conn->{out}) {
        my $n = syswrite $conn->{socket}, $conn->{out};
        last if !defined $n;
        substr $conn->{out}, 0, $n, '';
    }
    return if length $conn->{out} || !$conn->{ending};
    # what follows on this connection is still recorded
    shutdown $conn->{socket}, 1 if !$conn->{shut}++;
    return;
}


sub _hand_out {
    my ($state, $control) = @_;
    my $bytes = pack('N', scalar @{ $state->{records} })
              . join '', @{ $state->{records} };
    # a request that has only begun to arrive counts as well
    my @begun = grep { length $_->{in} && !$_->{shown}++ }
                values %{ $state->{conns} };
    if (@begun) {
        substr $bytes, 0, 4, pack 'N', @{ $state->{records} } + @begun;
        $bytes .= join '', map {
            pack 'N/a', pack 'NC N/a N/a', $_->{number}, 0, $_->{in}, ''
        } @begun;
    }
    $state->{records} = [];
    while (length $bytes) {
        my $n = syswrite $control, $bytes or die "control: $!";
        substr $bytes, 0, $n, '';
    }
    return;
}

1;
