# EDT, ICA over UDP: real datagrams of many clients through the shipped
# configuration. Each answer goes to the client that asked. Without edt.conf,
# or while the shutter is closed, nothing passes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Select ();
use IO::Socket::INET ();
use IO::Socket::IP ();
use Test::More;
use Time::HiRes qw(time);

use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Scratch qw(slurp wait_until);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $CLIENTS = $ENV{TEST_EDT_CLIENTS} // 200;

my $WORKERS = 2;
my $gateway = CitrixGuard::Gateway->new(workers => $WORKERS);

# a worker that shuts down waits for it
$gateway->set('edt.conf', qr/proxy_timeout 10m/, 'proxy_timeout 5s');

# the ADC has the same port for UDP as for TCP
my $adc = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1',
    LocalPort => $gateway->{tls_adc}->port) or die "adc: $@";


sub client {
    my ($address) = @_;
    return IO::Socket::IP->new(Proto => 'udp', PeerHost => $address
        // '127.0.0.1', PeerPort => $gateway->front) || die "client: $@";
}


# The datagrams that reach the ADC, by source address, until there are enough or
# the time is over. Each is answered with its bytes reversed.
sub serve {
    my ($expected, $seconds) = @_;
    my %got;
    my $end = time + ($seconds // 10);
    my $count = 0;
    while ($count < $expected && time < $end) {
        IO::Select->new($adc)->can_read(0.1) or next;
        my $from = recv $adc, my $bytes, 65_536, 0;
        push @{ $got{$from} }, $bytes;
        send $adc, scalar reverse($bytes), 0, $from;
        $count++;
    }
    return %got;
}


sub answer {
    my ($client, $seconds) = @_;
    IO::Select->new($client)->can_read($seconds // 10) or return;
    defined recv $client, my $bytes, 65_536, 0 or return "$!";
    return $bytes;
}


# Does the kernel have a UDP socket at the front's port?
sub listens {
    my $port = sprintf ':%04X ', $gateway->front;
    return scalar grep {/^\s*\d+: \w+$port/} map { split /\n/ }
        slurp('/proc/net/udp'), slurp('/proc/net/udp6');
}


# When this returns, the old workers no longer read datagrams.
sub reloaded {
    return $gateway->reload && wait_until(sub {
        my $count = () = $gateway->error_log =~ /gracefully shutting down/g;
        return $count % $WORKERS == 0;
    });
}


$gateway->start;

subtest 'off, as shipped' => sub {
    is listens(), 0, 'nothing listens';
    my $client = client();
    send $client, 'hello', 0;
    like answer($client), qr/refused/i, 'the port is closed';
    is_deeply { serve(1, 0.3) }, {}, 'nothing reached the ADC';
    ok CitrixGuard::Ica::cgp($gateway->front, $gateway->tls), 'ICA by TCP';
};


$gateway->set('gateway.conf', qr/# (?=include citrix-guard\/edt)/, '');
ok reloaded(), 'switched on by a reload';

subtest 'the limit of one address' => sub {
    $gateway->set('edt.conf', qr/(?<=limit_conn citrix_edt_all )4000/, 30);
    $gateway->set('edt.conf', qr/(?<=limit_conn citrix_edt_client )1000/, 20);
    ok reloaded(), 'with a small limit';
    my $other = IO::Socket::IP->new(Proto => 'udp', LocalHost => '127.0.0.2',
        PeerHost => '127.0.0.1', PeerPort => $gateway->front);
    my @clients = map { client() } 1 .. 25;
    send $_, 'x', 0 for @clients, $other;
    my %got = serve(30, 1);
    is scalar keys %got, 21, 'one address has no more sessions';
    is answer($other), 'x', '... and another one is still served';
    ok CitrixGuard::Ica::cgp($gateway->front, $gateway->tls), 'TCP works';
    $gateway->set('edt.conf', qr/(?<=limit_conn citrix_edt_all )30/, 4000);
    $gateway->set('edt.conf', qr/(?<=limit_conn citrix_edt_client )20/, 1000);
    ok reloaded(), 'the old limit again';
};


subtest 'many clients' => sub {
    cmp_ok listens(), '>=', 2, 'both families listen';
    my @clients = map { client() } 1 .. $CLIENTS;
    my %from;
    for my $round (1 .. 3) {
        # the longest for Ethernet, the longest of all, and the shortest
        my @sent = map { my $text = "$round $_ ";
            $text . 'x' x ((1_400, 8_000, 0)[$_ % 3]) } 0 .. $#clients;
        my %got;
        for my $n (0 .. $#clients) {
            send $clients[$n], $sent[$n], 0;
            next if $n % 20 != 19 && $n != $#clients;
            # no more in transit than the sockets can hold
            my %some = serve($n % 20 + 1);
            push @{ $got{$_} }, @{ $some{$_} } for keys %some;
        }
        my $wrong = grep { (answer($clients[$_]) // '')
                           ne reverse $sent[$_] } 0 .. $#clients;
        is $wrong, 0, "round $round: each client has the answer to its own";
        is_deeply [sort map {@$_} values %got], [sort @sent],
            '... and all have arrived unchanged';
        is scalar keys %got, $CLIENTS, '... each from an address of its own';
        %from = %got if !%from;
        is_deeply [sort keys %got], [sort keys %from], '... the same as before';
    }
};


subtest 'by IPv6' => sub {
    my $client = client('::1');
    send $client, 'six', 0;
    serve(1);
    is answer($client), 'xis', 'there and back';
};


subtest 'a reload' => sub {
    my $client = client();
    send $client, 'before', 0;
    my ($first) = serve(1);
    answer($client);
    ok reloaded(), 'reloaded';
    send $client, 'after', 0;
    my ($second) = serve(1);
    is answer($client), 'retfa', 'the client is answered again';
    isnt $second, $first, '... from another port: a DTLS session would end';
};


subtest 'the shutter' => sub {
    my $running = client();
    $gateway->set('shutter.conf', qr/^    default         open;/m,
                  '    default         closed;');
    ok reloaded(), 'closed';
    for my $client (client(), $running) {
        send $client, 'hello', 0;
        is_deeply { serve(1, 0.3) }, {}, 'nothing reaches the ADC';
        is answer($client, 0.2), undef, '... and there is no answer';
    }
    $gateway->set('shutter.conf', qr/^    192\.0\.2\.128\/25 /m,
                  '    127.0.0.0/8 ');
    ok reloaded(), 'open for one network';
    my $client = client();
    send $client, 'hello', 0;
    serve(1);
    is answer($client), 'olleh', 'it is served';
    unlike $gateway->error_log, qr/\[(?:error|crit|alert)\]/, 'no errors';
};


$gateway->set('gateway.conf', qr/(?=include citrix-guard\/edt)/, '# ');
ok reloaded(), 'off again';
ok wait_until(sub { !listens() }), 'nothing listens';

done_testing;
