package CitrixGuard::Websocket;

# The server's end of a websocket (RFC 6455): the answer that a browser
# expects, and its frames.
#
#   answer => sub { CitrixGuard::Websocket::answer($_[0]{head}, $function) }
#
# "function" is given each message, and returns the one that goes back.

use strict;
use warnings;

use Digest::SHA qw(sha1_base64);

use constant { TEXT => 1, BINARY => 2, CLOSE => 8, PING => 9, PONG => 10 };

my $MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';


# The answer of CitrixGuard::Recorder to a request with that head.
sub answer {
    my ($head, $function) = @_;
    my ($key) = $head =~ /^Sec-WebSocket-Key:\s*(\S+)\r$/mi
        or return { status => 400 };
    my $message = '';
    return { status => 101, headers => [
            Upgrade => 'websocket', Connection => 'Upgrade',
            'Sec-WebSocket-Accept' => sha1_base64("$key$MAGIC") . '='],
        tunnel => sub { return _echo($_[0], \$message, $function) } };
}


sub _echo {
    my ($in, $message, $function) = @_;
    my $out = '';
    while (my $frame = take($in)) {
        my $kind = $frame->{kind};
        if ($kind == PING || $kind == CLOSE) {
            $out .= frame($kind == PING ? PONG : CLOSE, $frame->{data});
            next;
        }
        $$message .= $frame->{data};
        next if !$frame->{last};
        $out .= frame(BINARY, $function->($$message));
        $$message = '';
    }
    return $out;
}


# Takes one complete frame off the bytes, or nothing.
sub take {
    my ($in) = @_;
    return if length $$in < 2;
    my ($first, $length) = unpack 'CC', $$in;
    my $masked = $length & 0x80;
    $length &= 0x7f;
    my $at = 2 + ($length == 126 ? 2 : $length == 127 ? 8 : 0);
    return if length $$in < $at;
    $length = unpack $length == 126 ? 'x2n' : 'x2Q>', $$in if $length > 125;
    my $whole = $at + ($masked ? 4 : 0) + $length;
    return if length $$in < $whole;
    my $data = substr substr($$in, 0, $whole, ''), $at;
    if ($masked) {
        my $mask = substr $data, 0, 4, '';
        $data ^= substr $mask x (1 + length($data) / 4), 0, length $data;
    }
    return { kind => $first & 0x0f, last => $first & 0x80, data => $data };
}


sub frame {
    my ($kind, $data) = @_;
    my $length = length $data;
    return pack('C', 0x80 | $kind)
        . ($length < 126 ? pack 'C', $length
           : $length < 1 << 16 ? pack 'Cn', 126, $length
           : pack 'CQ>', 127, $length) . $data;
}

1;
