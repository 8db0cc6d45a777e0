package CitrixGuard::Http2;

# A small HTTP/2 client over cleartext with prior knowledge, or over TLS (given
# tls, as for CitrixGuard::Raw). Requests are sent as HPACK literals without
# Huffman coding and without any check, so that hostile bytes in :path arrive
# as they are.
#
#   my $c = CitrixGuard::Http2->new($port);
#   my $answer = $c->ask(path => '/vpn/../vpns/', headers => [name, value]);
#
# An answer: status, headers ([name, value] ...), body; reset (error code of
# RST_STREAM) or goaway (of GOAWAY) if there was one.

use strict;
use warnings;

use Exporter 'import';
use Time::HiRes qw(time);

use CitrixGuard::Nginx;
use CitrixGuard::Raw;

our @EXPORT_OK = qw(frame literal integer);

my %TYPE = (DATA => 0, HEADERS => 1, PRIORITY => 2, RST_STREAM => 3,
            SETTINGS => 4, PING => 6, GOAWAY => 7, WINDOW_UPDATE => 8,
            CONTINUATION => 9);

use constant { ACK => 1, END_STREAM => 1, END_HEADERS => 4, PADDED => 8,
               PRIORITY => 32, FRAME => 16_384 };


# The lines that make a server listen for HTTP/2.
sub listen_lines {
    my ($address) = @_;
    return CitrixGuard::Nginx::at_least('1.25.1')
        ? "listen $address; http2 on;" : "listen $address http2;";
}


sub new {
    my ($class, $port, %given) = @_;
    my $socket = CitrixGuard::Raw::connection($port, %given);
    my $self = bless { socket => $socket, in => '', stream => -1,
                       answers => {}, timeout => $given{timeout} // 20 },
                     $class;
    $self->_put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    # no dynamic table, no push, large windows
    $self->_frame('SETTINGS', 0, 0, pack 'nN nN nN', 1, 0, 2, 0, 4,
                  0x7fffffff);
    $self->_frame('WINDOW_UPDATE', 0, 0, pack 'N', 0x7fff0000);
    return $self;
}


sub _put {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes;
        return 0 if !defined $n;
        substr $bytes, 0, $n, '';
    }
    return 1;
}


# The bytes of a frame; the type is a name or a number.
sub frame {
    my ($type, $flags, $stream, $payload) = @_;
    return substr(pack('N', length $payload), 1)
         . pack('CCN', $TYPE{$type} // $type, $flags, $stream) . $payload;
}


sub _frame {
    my ($self, @frame) = @_;
    return $self->_put(frame(@frame));
}


# HPACK: an integer of so many bits behind the first bits of its first byte.
sub integer {
    my ($value, $bits, $first) = @_;
    my $limit = (1 << $bits) - 1;
    return chr($first | $value) if $value < $limit;
    my $bytes = chr($first | $limit);
    for ($value -= $limit; $value >= 128; $value >>= 7) {
        $bytes .= chr(($value & 127) | 128);
    }
    return $bytes . chr $value;
}


# HPACK: a header field without Huffman coding that goes into no table.
sub literal {
    my ($name, $value) = @_;
    return "\0" . join '', map { integer(length, 7, 0) . $_ } $name, $value;
}


# Sends a request and returns its stream's number. A body may be in pieces, a
# frame each, with a pause before it that is longer than nginx needs to look.
sub request {
    my ($self, %given) = @_;
    my $stream = $self->{stream} += 2;
    my @headers = (
        ':method' => $given{method} // 'GET', ':scheme' => 'http',
        ':path' => $given{path}, ':authority' => $given{authority} // 'x',
        @{ $given{headers} // [] });
    my $block = '';
    while (my ($name, $value) = splice @headers, 0, 2) {
        $block .= literal($name, $value);
    }
    my $end = defined $given{body} ? 0 : END_STREAM;
    my $type = 'HEADERS';
    do {
        my $part = substr $block, 0, FRAME, '';
        $self->_frame($type, $end | (length $block ? 0 : END_HEADERS),
                      $stream, $part);
        ($type, $end) = ('CONTINUATION', 0);
    } while length $block;
    my @pieces = ref $given{body} ? @{ $given{body} } : $given{body} // ();
    while (@pieces) {
        my $piece = shift @pieces;
        select undef, undef, undef, 0.02 if ref $given{body};
        $self->_frame('DATA', @pieces ? 0 : END_STREAM, $stream, $piece);
    }
    return $stream;
}


sub ask {
    my ($self, %given) = @_;
    return $self->answer($self->request(%given));
}


# Is it impossible to send another request?
sub over {
    my ($self) = @_;
    return $self->{eof} || defined $self->{goaway};
}


# The whole answer on a stream.
sub answer {
    my ($self, $stream) = @_;
    my $end = time + $self->{timeout};
    my $answer = $self->{answers}{$stream} //= { headers => [], body => '' };
    until ($answer->{over}) {
        $self->_read_frame($end) or last;
        if (defined $self->{goaway} && $self->{last} < $stream) {
            $answer->{goaway} = $self->{goaway};
            last;
        }
    }
    return $answer;
}


sub _read {
    my ($self, $length, $end) = @_;
    while (length $self->{in} < $length) {
        my $left = $end - time;
        die "no HTTP/2 answer in time\n" if $left <= 0;
        CitrixGuard::Raw::readable($self->{socket}, $left) or next;
        sysread $self->{socket}, $self->{in}, 65_536, length $self->{in}
            and next;
        $self->{eof} = 1;
        return;
    }
    return substr $self->{in}, 0, $length, '';
}


sub _read_frame {
    my ($self, $end) = @_;
    my $head = $self->_read(9, $end) // return 0;
    my ($high, $low, $type, $flags, $stream) = unpack 'CnCCN', $head;
    my $payload = '';
    if (my $length = $high << 16 | $low) {
        $payload = $self->_read($length, $end) // return 0;
    }
    $self->_take($type, $flags, $stream & 0x7fffffff, $payload);
    return 1;
}


sub _take {
    my ($self, $type, $flags, $stream, $payload) = @_;
    if ($type == $TYPE{SETTINGS} && !($flags & ACK)) {
        $self->_frame('SETTINGS', ACK, 0, '');
    }
    elsif ($type == $TYPE{PING} && !($flags & ACK)) {
        $self->_frame('PING', ACK, 0, $payload);
    }
    elsif ($type == $TYPE{GOAWAY}) {
        @$self{qw(last goaway)} = unpack 'NN', $payload;
    }
    return if !$stream;
    my $answer = $self->{answers}{$stream} //= { headers => [], body => '' };
    if ($type == $TYPE{RST_STREAM}) {
        $answer->{reset} = unpack 'N', $payload;
        $answer->{over} = 1;
        return;
    }
    $payload = _strip($type, $flags, $payload);
    $answer->{body} .= $payload if $type == $TYPE{DATA};
    if ($type == $TYPE{HEADERS} || $type == $TYPE{CONTINUATION}) {
        $answer->{block} .= $payload;
        _finish_head($answer) if $flags & END_HEADERS;
    }
    $answer->{ending} = 1 if $type <= $TYPE{HEADERS} && $flags & END_STREAM;
    $answer->{over} = 1 if $answer->{ending} && !length $answer->{block};
    return;
}


sub _strip {
    my ($type, $flags, $payload) = @_;
    return $payload if $type > $TYPE{HEADERS};
    if ($flags & PADDED) {
        my $padding = ord substr $payload, 0, 1, '';
        substr $payload, -$padding, $padding, '' if $padding;
    }
    substr $payload, 0, 5, '' if $type == $TYPE{HEADERS} && $flags & PRIORITY;
    return $payload;
}


sub _finish_head {
    my ($answer) = @_;
    for my $header (decode($answer->{block})) {
        if ($header->[0] eq ':status') { $answer->{status} = $header->[1] }
        else                           { push @{ $answer->{headers} }, $header }
    }
    $answer->{block} = '';
    return;
}


# ---- HPACK, as far as a server without dynamic table uses it ----

my @STATIC = (
    [':authority', ''], [':method', 'GET'], [':method', 'POST'],
    [':path', '/'], [':path', '/index.html'], [':scheme', 'http'],
    [':scheme', 'https'],
    (map { [':status', $_] } 200, 204, 206, 304, 400, 404, 500),
    ['accept-charset', ''], ['accept-encoding', 'gzip, deflate'],
    (map { [$_, ''] } qw(accept-language accept-ranges accept
        access-control-allow-origin age allow authorization cache-control
        content-disposition content-encoding content-language content-length
        content-location content-range content-type cookie date etag expect
        expires from host if-match if-modified-since if-none-match if-range
        if-unmodified-since last-modified link location max-forwards
        proxy-authenticate proxy-authorization range referer refresh
        retry-after server set-cookie strict-transport-security
        transfer-encoding user-agent vary via www-authenticate)),
);

# The Huffman code is canonical: the lengths and the order of the symbols
# give the codes. What no honest header of a server holds is left out.
my %HUFFMAN;
{
    my @lengths = (
        5 => '012aceiost', 6 => ' %-./3456789=A_bdfghlmnpru',
        7 => ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz', 8 => '&*,;XZ',
        10 => '!"()?', 11 => "'+|", 12 => '#>', 13 => "\0\$\@[]~",
        14 => '^}', 15 => '<`{', 19 => '\\');
    my ($code, $before) = (0, 0);
    while (my ($length, $symbols) = splice @lengths, 0, 2) {
        $code <<= $length - $before;
        $before = $length;
        $HUFFMAN{ sprintf '%0*b', $length, $code++ } = $_
            for split //, $symbols;
    }
}


sub _huffman {
    my ($bytes) = @_;
    my ($text, $code) = ('', '');
    for my $bit (split //, unpack 'B*', $bytes) {
        $code .= $bit;
        die "HPACK: unknown Huffman code\n" if length $code > 19;
        next if !exists $HUFFMAN{$code};
        $text .= $HUFFMAN{$code};
        $code = '';
    }
    die "HPACK: bad padding\n" if $code !~ /^1{0,7}$/;
    return $text;
}


sub _take_integer {
    my ($block, $bits) = @_;
    my $limit = (1 << $bits) - 1;
    my $value = ord(substr $$block, 0, 1, '') & $limit;
    return $value if $value < $limit;
    for (my $shift = 0; ; $shift += 7) {
        length $$block or die "HPACK: cut short\n";
        my $byte = ord substr $$block, 0, 1, '';
        $value += ($byte & 127) << $shift;
        return $value if $byte < 128;
    }
}


sub _take_string {
    my ($block) = @_;
    my $coded = ord($$block) & 128;
    my $length = _take_integer($block, 7);
    my $text = substr $$block, 0, $length, '';
    return $coded ? _huffman($text) : $text;
}


sub _static {
    my ($index) = @_;
    return $STATIC[$index - 1] // die "HPACK: no entry $index\n";
}


# A header block as a list of [name, value].
sub decode {
    my ($block) = @_;
    my @headers;
    while (length $block) {
        my $first = ord $block;
        if ($first & 128) {
            push @headers, _static(_take_integer(\$block, 7));
            next;
        }
        if (($first & 224) == 32) {
            _take_integer(\$block, 5);
            next;
        }
        my $index = _take_integer(\$block, $first & 64 ? 6 : 4);
        my $name = $index ? _static($index)->[0] : _take_string(\$block);
        push @headers, [$name, _take_string(\$block)];
    }
    return @headers;
}

1;
