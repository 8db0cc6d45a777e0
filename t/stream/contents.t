# The contents of a session are never taken for an attack: random bytes, and
# HTTP with attacks in it, in both directions of each kind of session. The ADC
# and the client compute checksums of what they receive. TEST_CONTENT_MIB=
# sets the size (`make gateway`: 1024).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../lib";

use Digest::SHA ();
use IO::Select ();
use IO::Socket::INET ();
use Test::More;
use Time::HiRes qw(time);

use CitrixGuard::Check qw(request);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(wait_until);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $BYTES = ($ENV{TEST_CONTENT_MIB} // 8) << 20;

# no more in transit than the buffers can hold
use constant { PIECE => 100_003, AHEAD => 1 << 20, DATAGRAM => 1200,
               DATAGRAMS => 16 };

my $web = CitrixGuard::Recorder->new(answer => sub {
    return { status => 101, tunnel => 1, headers => [Connection => 'upgrade',
             Upgrade => 'websocket'] };
});
my $gateway = CitrixGuard::Gateway->new(web => $web->port, sha => 1);
$gateway->set('gateway.conf', qr/# (?=include citrix-guard\/edt)/, '');
# a worker that shuts down waits for it
$gateway->set('edt.conf', qr/proxy_timeout 10m/, 'proxy_timeout 5s');
$gateway->with_rdp->start;
my @TLS = ($gateway->tls, timeout => 60);
my @HOST = (Host => $CitrixGuard::Gateway::NAME);

open my $random, '<:raw', '/dev/urandom' or die "random: $!";

# as seen in captures, and as attackers send it
my $HTTP = join '', map { request($_, headers => ['X-Old' => 'y' x 300]) }
    '/vpn/../vpns/cfg/smb.conf', '/vpn/%2e%2e/vpns/portal/x.xml', '/',
    '//x/..%2f../vpns/services.html';
$HTTP .= request('/vpn/../vpns/portal/scripts/newbm.pl', method => 'POST',
    body => 'url=http://x&title=[%template%]', headers => [
    NSC_USER => '../../../netscaler/portal/templates/x'])
    . "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[global]\n"
    . "$CitrixGuard::Ica::CGP$CitrixGuard::Ica::ICA" . "\r\n" x 4
    . "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n";
$HTTP x= 1 + PIECE / length $HTTP;


# Returns the next piece: random bytes, or text that begins anywhere in a line.
sub pieces {
    my ($size) = @_;
    my $turn = 0;
    return sub {
        my $length = 1 + int rand $size;
        if ($turn++ % 2) {
            my $at = int rand length($HTTP) - $length;
            return substr $HTTP, $at, $length;
        }
        read $random, my $bytes, $length or die "random: $!";
        return $bytes;
    };
}


# Sends everything and reads it back; the checksums of both.
sub through {
    my ($client) = @_;
    my ($sent, $got) = map { Digest::SHA->new(256) } 1, 2;
    my ($out, $ahead, $back, $next) = ('', 0, 0, pieces(PIECE));
    my $socket = $client->{socket};
    my $select = IO::Select->new($socket);
    my $last = time;
    while ($back < $BYTES && time - $last < 60) {
        if (!length $out && $ahead < $BYTES && $ahead - $back < AHEAD) {
            $out = substr $next->(), 0, $BYTES - $ahead;
            $sent->add($out);
            $ahead += length $out;
        }
        my $n = length $out ? syswrite $socket, $out : 0;
        substr $out, 0, $n, '' if $n;
        my $m = sysread $socket, my $bytes, 131_072;
        last if defined $m && !$m;
        if ($m) { $got->add($bytes); $back += $m }
        if ($n || $m) { $last = time }
        else { $select->can_read(0.05) }
    }
    return ($sent->hexdigest, $got->hexdigest);
}


my %open = (
    SOCKS5 => sub { CitrixGuard::Ica::socks5($gateway->front, @TLS) },
    CGP => sub { CitrixGuard::Ica::cgp($gateway->front, @TLS) },
    ICA => sub { CitrixGuard::Ica::cgp($gateway->front, @TLS,
                     signature => $CitrixGuard::Ica::ICA) },
    RDP => sub { CitrixGuard::Ica::rdp($gateway->front, timeout => 60) },
    websocket => sub {
        my $client = CitrixGuard::Raw->new($gateway->front, @TLS);
        $client->put(request('/ws', no_host => 1, headers => [@HOST,
            Upgrade => 'websocket', Connection => 'Upgrade']));
        return $client->get->{status} == 101 && $client;
    },
);

for my $name (sort keys %open) {
    subtest $name => sub {
        my $client = $open{$name}->();
        ok $client, 'a session' or return;
        my $start = time;
        my ($sent, $got) = through($client);
        my $seconds = time - $start;
        is $got, $sent, ($BYTES >> 20) . ' MiB come back unchanged';
        undef $client;
        $gateway->adc->idle;
        is_deeply [map { $_->{sha} } $gateway->adc->sessions], [$sent],
            '... and the ADC has received them unchanged';
        $gateway->adc->forget;
        figure("MiB/s $name", sprintf '%.0f', 2 * $BYTES / (1 << 20) / $seconds);
        figure('MiB of contents', 2 * $BYTES >> 20);
    };
}


# EDT: the ADC answers each datagram with itself, in a process of its own.
subtest 'EDT' => sub {
    my $adc = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1',
        LocalPort => $gateway->{tls_adc}->port) or die "adc: $@";
    pipe my $from, my $to or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        my $sum = Digest::SHA->new(256);
        while (IO::Select->new($adc)->can_read(60)) {
            my $peer = recv $adc, my $bytes, 65_536, 0;
            last if $bytes eq 'over';
            $sum->add($bytes);
            send $adc, $bytes, 0, $peer;
        }
        syswrite $to, $sum->hexdigest;
        require POSIX;
        POSIX::_exit(0);
    }
    close $to;
    my $client = IO::Socket::INET->new(Proto => 'udp',
        PeerAddr => '127.0.0.1', PeerPort => $gateway->front)
        or die "client: $@";
    my $select = IO::Select->new($client);
    my ($sent, $got) = map { Digest::SHA->new(256) } 1, 2;
    my ($ahead, $back, $next) = (0, 0, pieces(DATAGRAM));
    my @way;
    while ($back < $BYTES) {
        while ($ahead < $BYTES && @way < DATAGRAMS) {
            my $bytes = substr $next->(), 0, $BYTES - $ahead;
            send $client, $bytes, 0;
            $sent->add($bytes);
            $ahead += length $bytes;
            push @way, length $bytes;
        }
        $select->can_read(30) or last;
        defined recv $client, my $bytes, 65_536, 0 or last;
        $got->add($bytes);
        $back += length $bytes;
        shift @way;
    }
    send $client, 'over', 0;
    my $sum = $sent->hexdigest;
    is $got->hexdigest, $sum, ($BYTES >> 20) . ' MiB come back unchanged';
    my $received = <$from>;
    waitpid $pid, 0;
    is $received, $sum,
        '... and the ADC has received them unchanged';
    figure('MiB of contents', 2 * $BYTES >> 20);
};


$gateway->settle;
unlike $gateway->error_log, qr/citrix_guard: (?:closed|blocked|detected)/,
    'nothing was taken for an attack';
is_deeply [$gateway->events], [], '... and there is no event';
is $gateway->access_log('citrix-guard-front.json'), '', '... nor there';
figures();

done_testing;
