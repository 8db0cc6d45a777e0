package CitrixGuard::Ica;

# The first words of the clients that share a Gateway's port with browsers:
# the Workspace app by SOCKS5 with an STA ticket, and by CGP; and RDP.
#
#   my $client = CitrixGuard::Ica::socks5($port, tls => {...});
#   my $client = CitrixGuard::Ica::cgp($port);
#   my $client = CitrixGuard::Ica::rdp($port);
#
# A client is a CitrixGuard::Raw; undef if the other side has hung up.

use strict;
use warnings;

use IO::Select ();

use CitrixGuard::Raw;

our $TICKET = ';40;STA0123456789AB;0A1B2C3D4E5F60718293A4B5C6D7E8F9';
our $GREETING = "\x05\x01\x00";
our $CGP = "\x1aCGP/01";
our $ICA = "\x7f\x7fICA\0";


sub connect_to {
    my ($name, $port) = @_;
    return pack 'C4 C/a n', 5, 1, 0, 3, $name, $port // 443;
}


sub socks5 {
    my ($port, %given) = @_;
    my $client = CitrixGuard::Raw->new($port, %given);
    $client->put($GREETING);
    return if (_answer($client, 2) // '') ne "\x05\x00";
    $client->put($given{second} // connect_to($TICKET));
    return if (_answer($client, 10) // '') !~ /^\x05\x00/;
    return $client;
}


sub cgp {
    my ($port, %given) = @_;
    my $client = CitrixGuard::Raw->new($port, %given);
    my $first = $given{signature} // $CGP;
    $client->put($first);
    return if (_answer($client, length $first) // '') ne $first;
    return $client;
}


sub rdp {
    my ($port, %given) = @_;
    my $client = CitrixGuard::Raw->new($port, %given);
    $client->put(connection_request());
    return if (_answer($client, 19) // '') !~ /^\x03\0\0\x13\x0e\xd0/;
    return $client;
}


# Such a request of RDP, with what may be behind its head: a line, and the
# protocols that the client knows.
sub connection_request {
    my ($parts) = @_;
    $parts //= "Cookie: mstshash=eltons\r\n" . "\x01\0\x08\0\x0b\0\0\0";
    my $length = 11 + length $parts;
    return pack 'C2 n C2 x5 a*', 3, 0, $length, $length - 5, 0xe0, $parts;
}


# What a client of CGP sends behind its signature, with such a ticket when it
# reconnects: capabilities for reliability, keepalive, services, the STA ticket
# and the address that it stands for.
sub bind_request {
    my ($reconnect) = @_;
    my $body = pack 'C4 C (C/a)*', 1, 0, 0, 0, 5,
        map { pack 'v3 a*', 0, $_->[0], 0, $_->[1] }
        [5, "\1\1" . "\1\2\5\0" x 2 . pack 'V C2 C/a C', 3,
            defined $reconnect ? 1 : 0, 2, $reconnect // '', 0],
        [7, pack 'V2', 3000, 3000],
        [1, pack 'C C/a', 1, pack 'v C v C/a', 1, 1, 0, 'Citrix.TcpProxyService'],
        [6, pack 'C C/a', 0, $TICKET],
        [2, pack 'C2', 3, 0];
    my $length = length $body;
    return pack('C2', $length & 0x7f | 0x80, $length >> 7) . $body;
}


sub _answer {
    my ($client, $length) = @_;
    return eval { $client->bytes($length) };
}


# Does it come back as it went? Both ways at once.
sub echoes {
    my ($client, $bytes) = @_;
    $client->put($bytes) or return 0;
    return (_answer($client, length $bytes) // '') eq $bytes;
}


# So many bytes there and back, at the same time, each compared; those that came
# back as they went. "between" is called now and then.
sub pump {
    my ($client, $total, $between) = @_;
    # a length that no buffer has, so that a byte's place shows in the byte
    my $pattern = join '', map { pack 'N', $_ * 2_654_435_761 % 4_294_967_296 }
        1 .. 65_537;
    my $period = length $pattern;
    $pattern .= $pattern;
    my ($socket, $sent, $got) = ($client->{socket}, 0, 0);
    my $select = IO::Select->new($socket);
    my ($stuck, $turn) = (0, 0);
    local $SIG{PIPE} = 'IGNORE';
    while ($got < $total) {
        my $moved = 0;
        my $ahead = $total - $sent;
        # no more on the way than all buffers take
        $ahead = 131_072 if $ahead > 131_072;
        if ($ahead && $sent - $got < 1 << 20) {
            my $n = syswrite $socket, $pattern, $ahead, $sent % $period;
            if ($n) { $sent += $n; $moved = 1 }
        }
        my $n = sysread $socket, my $bytes, 131_072;
        return $got if defined $n && !$n;
        if ($n) {
            my $at = $got % $period;
            # no longer than the pattern that is there twice
            return $got if $bytes ne substr $pattern, $at, $n;
            $got += $n;
            $moved = 1;
        }
        if ($moved) { $stuck = 0 }
        elsif (++$stuck > 600) { return $got }
        else { $select->can_read(0.1) }
        $between->() if $between && ++$turn % 1000 == 0;
    }
    return $got;
}

1;
