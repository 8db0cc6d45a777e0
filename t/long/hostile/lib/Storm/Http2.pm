package Storm::Http2;

# What a hostile HTTP/2 client does with one connection: steps as those of
# Storm::Http1.

use strict;
use warnings;

use CitrixGuard::Http2 qw(frame literal integer);

use Storm::Http1;
use Storm::Random qw(one_of chance below between garbage mutated);
use Storm::Target qw(target path_field guarded_field);

use constant { END_STREAM => 1, ACK => 1, END_HEADERS => 4, PADDED => 8,
               PRIORITY => 32 };

my $PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

# how often, and what
my @ATTACKS = (
    40 => \&_requests, 8 => \&_pseudo, 8 => \&_hpack, 5 => \&_continuations,
    6 => \&_resets, 6 => \&_windows, 5 => \&_settings, 6 => \&_data,
    5 => \&_pings, 6 => \&_invalid, 4 => \&_priorities, 3 => \&_garbage,
);


sub steps {
    my $client = { stream => chance(98) ? 1 : below(10) };
    my $bytes = chance(97) ? $PREFACE
        : one_of(mutated($PREFACE), '', Storm::Http1::request());
    $bytes .= frame('SETTINGS', 0, 0, _first_settings()) if chance(97);
    my @steps = [send => $bytes, 1 + length $bytes];
    for (1 .. between(1, 5)) {
        my $frames = join '', map { _attack()->($client) } 1 .. between(1, 3);
        $frames = mutated($frames) if chance(4);
        my $length = length $frames;
        push @steps, [send => $frames,
            $length < 600 && chance(10) ? 1
            : $length < 9000 && chance(20) ? between(3, 100) : $length || 1];
        push @steps, [wait => one_of(0, 0.01, 0.05)] if chance(40);
    }
    push @steps, [send => frame('GOAWAY', 0, 0, pack 'NN', below(9), 0), 99]
        if chance(10);
    push @steps, [half => ()] if chance(10);
    push @steps, [drop => ()] if chance(20);
    return @steps;
}


sub _attack {
    my $at = below(102);
    for (my $i = 0; $i < @ATTACKS; $i += 2) {
        return $ATTACKS[$i + 1] if ($at -= $ATTACKS[$i]) < 0;
    }
    die 'the shares do not sum up';
}


sub _first_settings {
    return '' if chance(50);
    return pack 'nN nN', 4, one_of(0, 1, 65_535, 0x7fffffff), 1,
                         one_of(0, 100, 4096, 0xffffffff);
}


sub _next {
    my ($client) = @_;
    my $stream = $client->{stream};
    $client->{stream} += 2;
    return $stream;
}


# The frames of a header block, split anywhere.
sub _headers {
    my ($stream, $block, $end) = @_;
    my $type = 'HEADERS';
    my $out = '';
    my $part = chance(80) ? 16_384 : between(1, 200);
    do {
        my $piece = substr $block, 0, $part, '';
        $out .= frame($type, (length $block ? 0 : END_HEADERS)
                             | ($type eq 'HEADERS' ? $end : 0), $stream,
                      $piece);
        $type = 'CONTINUATION';
    } while length $block;
    return $out;
}


sub _block {
    my @fields = (':method', one_of(qw(GET GET GET HEAD POST OPTIONS X)),
                  ':scheme', 'http', ':path', target(),
                  ':authority', 'gateway.example.test');
    push @fields, map {lc} path_field() if chance(50);
    push @fields, guarded_field() if chance(15);
    $fields[-2] = lc $fields[-2] if chance(90);
    my $block = '';
    while (my ($name, $value) = splice @fields, 0, 2) {
        $block .= literal($name, $value);
    }
    return $block;
}


sub _requests {
    my ($client) = @_;
    my $out = '';
    for (1 .. between(1, 12)) {
        my $stream = _next($client);
        my $body = chance(15) ? garbage(between(1, 3000)) : undef;
        $out .= _headers($stream, _block(),
                         defined $body ? 0 : END_STREAM);
        $out .= frame('DATA', END_STREAM, $stream, $body) if defined $body;
    }
    return $out;
}


# Pseudo header fields: doubled, missing, late, unknown, and fields that
# HTTP/2 does not know.
sub _pseudo {
    my ($client) = @_;
    my @fields = map { literal(@$_) }
        [':method', 'GET'], [':scheme', one_of('http', 'ftp', '')],
        [':path', target()], [':authority', one_of('x', 'a/b', '', 'x:1')];
    push @fields, literal(@{ one_of(
        [':path', target()], [':method', 'POST'], [':status', '200'],
        [':', 'x'], [':protocol', 'websocket'], ['Connection', 'close'],
        ['connection', 'upgrade'], ['upgrade', 'h2c'], ['te', 'gzip'],
        ['transfer-encoding', 'chunked'], ['content-length', '5'],
        ['host', 'a'], ['host', "b\r\nnsc_user: ../x"], ['x', "\0"],
        ['', 'x'], ['x' x 5000, 'y'], ['cookie', 'a=b'],
        ['nsc-user', '../../x']) }) for 1 .. between(1, 4);
    splice @fields, below(scalar @fields), 1 if chance(30);
    @fields = sort { rand() <=> 0.5 } @fields if chance(40);
    return _headers(_next($client), join('', @fields), END_STREAM);
}


sub _hpack {
    my ($client) = @_;
    my $block = one_of(
        garbage(between(1, 300)), mutated(_block()), "\x80", "\xff" x 20,
        "\x3f\xff\xff\xff\xff\x0f" . _block(), "\x20" x 100, "\xc0\xfe",
        "\0" . integer(1e9, 7, 0), "\0\x85" . garbage(5) . "\x85" . garbage(5),
        "\x40\x01a" . integer(70_000, 7, 0) . 'b' x 70_000,
        "\x82\x86\x84\x41\x8c" . garbage(12),
        join('', map { "\x40" . substr literal("x-$_", 'y' x 60), 1 } 1 .. 90)
            . ("\xbe" x 2000),
        "\x82\x86\x44" . integer(9, 7, 128) . garbage(9), '');
    return _headers(_next($client), $block, one_of(0, END_STREAM));
}


sub _continuations {
    my ($client) = @_;
    my $stream = _next($client);
    my $out = frame('HEADERS', END_STREAM, $stream, substr _block(), 0, 5);
    $out .= frame('CONTINUATION', 0, chance(98) ? $stream : 7,
                  one_of('', "\0\1a\1b", 'x')) for 1 .. between(1, 600);
    $out .= frame('CONTINUATION', END_HEADERS, $stream, '') if chance(40);
    return $out;
}


sub _resets {
    my ($client) = @_;
    my $out = '';
    for (1 .. between(1, 100)) {
        my $stream = _next($client);
        $out .= _headers($stream, _block(), END_STREAM);
        $out .= frame('RST_STREAM', 0, chance(95) ? $stream : below(999),
                      pack 'N', below(20));
    }
    return $out;
}


sub _windows {
    my ($client) = @_;
    my $last = $client->{stream};
    return join '', map {
        one_of(frame('WINDOW_UPDATE', 0, one_of(0, below($last + 3)),
                     pack 'N', one_of(0, 1, 0x7fffffff, 0xffffffff, 1000)),
               frame('SETTINGS', 0, 0, pack 'nN', 4,
                     one_of(0, 1, 0x7fffffff, 0xffffffff)))
    } 1 .. between(1, 30);
}


sub _settings {
    return join '', map {
        frame('SETTINGS', one_of(0, 0, 0, ACK), chance(97) ? 0 : 3,
              chance(90) ? join '', map { pack 'nN', below(9),
                  one_of(0, 1, 16_384, 0xffffff, 0xffffffff) } 1 .. below(20)
              : garbage(below(20)))
    } 1 .. between(1, 60);
}


sub _data {
    my ($client) = @_;
    my $stream = _next($client);
    my $out = chance(80) ? _headers($stream, _block(), 0) : '';
    for (1 .. between(1, 20)) {
        my $body = garbage(below(400));
        $out .= chance(30)
            ? frame('DATA', PADDED, $stream, chr(below(256)) . $body)
            : frame('DATA', chance(20) ? END_STREAM : 0, $stream, $body);
    }
    return $out;
}


sub _pings {
    return join '', map { frame('PING', one_of(0, 0, ACK), chance(98) ? 0 : 1,
                                garbage(chance(97) ? 8 : below(20))) }
                    1 .. between(1, 200);
}


sub _invalid {
    my ($client) = @_;
    my $stream = one_of(0, 2, _next($client), $client->{stream} - 2,
                        0x7fffffff, 0x80000001);
    my $frame = frame(below(16), below(256), $stream, garbage(below(60)));
    substr $frame, 0, 3, substr pack('N', one_of(0, 1, 16_385, 0xffffff)), 1
        if chance(30);
    return $frame;
}


sub _priorities {
    my ($client) = @_;
    my $out = '';
    for (1 .. between(1, 40)) {
        my $stream = below($client->{stream} + 50);
        $out .= frame('PRIORITY', 0, $stream,
            pack 'NC', one_of($stream, below(200), 0x80000000), below(256));
    }
    my $stream = _next($client);
    return $out . frame('HEADERS', END_HEADERS | END_STREAM | PRIORITY,
        $stream, pack('NC', one_of($stream, 0), 9) . _block());
}


sub _garbage { return garbage(between(1, 500)) }

1;
