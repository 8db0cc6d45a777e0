# One client cannot lock others out: connections that send nothing or stop in
# the middle of TLS, of a signature or of a session, and datagrams of one
# byte, first from one address, then from many. Meanwhile users connect from
# other addresses, and each is served. TEST_FLOOD= sets the number of each
# (`make gateway`: 20,000, with the limits as shipped).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib", "$FindBin::Bin/../../lib";

use IO::Select ();
use IO::Socket::INET ();
use IO::Socket::SSL ();
use Test::More;

use CitrixGuard::Check qw(request);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $MANY = $ENV{TEST_FLOOD} // 300;
my $SHIPPED = $ENV{TEST_FLOOD} ? 1 : 0;
my $EACH = int $MANY / 20;

use constant HOLDERS => 4;

my $web = CitrixGuard::Recorder->new;
my $gateway = CitrixGuard::Gateway->new(web => $web->port);
$gateway->set('gateway.conf', qr/# (?=include citrix-guard\/edt)/, '');
# a worker that shuts down waits for it
$gateway->set('edt.conf', qr/proxy_timeout 10m/, 'proxy_timeout 5s');
if (!$SHIPPED) {
    $gateway->set('main.conf', qr/worker_connections \d+/,
                  'worker_connections 256');
    $gateway->set('stream.conf', qr/(?<=citrix_client )2000/, 40);
    $gateway->set('edt.conf', qr/(?<=citrix_edt_all )4000/, 60);
    $gateway->set('edt.conf', qr/(?<=citrix_edt_client )1000/, 20);
}
my $limit = $SHIPPED ? 2000 : 40;
$gateway->start;

my @TLS = $gateway->tls;
my $GET = request('/vpn/index.html', no_host => 1,
                  headers => [Host => $CitrixGuard::Gateway::NAME]);

my ($users, $served) = (0, 0);


# A user with an address of its own: a page, and a session of ICA.
sub user {
    my @from = (@TLS, from => '127.9.9.9', timeout => 20);
    $users++;
    my $page = eval {
        my $client = CitrixGuard::Raw->new($gateway->front, @from);
        $client->put($GET);
        $client->get->{status};
    };
    my $ica = eval {
        my $client = CitrixGuard::Ica::cgp($gateway->front, @from);
        $client && CitrixGuard::Ica::echoes($client, 'x' x 1000);
    };
    my $well = ($page // 0) == 200 && $ica;
    $served++ if $well;
    return $well;
}


# The first bytes of a client, as they are on the wire.
sub client_hello {
    my $listener = IO::Socket::INET->new(Listen => 1,
        LocalAddr => '127.0.0.1') or die "hello: $@";
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $listener->sockport, Blocking => 0) or die "hello: $@";
    IO::Socket::SSL->start_SSL($client, SSL_startHandshake => 0,
        SSL_hostname => $CitrixGuard::Gateway::NAME, SSL_verify_mode => 0);
    $client->blocking(0);
    $client->connect_SSL;
    my $server = $listener->accept;
    sysread $server, my $hello, 65_536 or die "hello: $!";
    return $hello;
}


sub raw {
    my ($from, $bytes) = @_;
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $gateway->front, LocalAddr => $from, Timeout => 10)
        or return;
    setsockopt $client, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
        pack 'ii', 1, 0;
    $client->blocking(0);
    local $SIG{PIPE} = 'IGNORE';
    syswrite $client, $bytes if defined $bytes;
    return $client;
}


sub in_tls {
    my ($from, $bytes) = @_;
    my $client = eval { CitrixGuard::Raw->new($gateway->front, @TLS,
                                              from => $from) } or return;
    $client->put($bytes) if length $bytes;
    return $client;
}


my $HELLO = client_hello();
my @ADDRESSES = map {"127.0.7.$_"} 1 .. 60;

# by name: how to open such a connection from one address
my %STATES = (
    'nothing' => sub { raw($_[0]) },
    'half a ClientHello' => sub { raw($_[0], substr $HELLO, 0, 20) },
    'a ClientHello' => sub { raw($_[0], $HELLO) },
    'TLS' => sub { in_tls($_[0], '') },
    'half a signature' => sub { in_tls($_[0], "\x1aCG") },
    'half a session, CGP' => sub { in_tls($_[0], $CitrixGuard::Ica::CGP) },
    'half a session, SOCKS5' =>
        sub { in_tls($_[0], $CitrixGuard::Ica::GREETING) },
    'half a request' => sub { in_tls($_[0], "GET /vpn/") },
);

user();
is $served, 1, 'a user before it';

for my $state (sort keys %STATES) {
    subtest "from one address: $state" => sub {
        my ($before, $well) = ($users, $served);
        my @open;
        for my $n (1 .. $MANY) {
            push @open, $STATES{$state}->('127.0.7.7');
            # those above the limit were closed
            pop @open if @open > $limit + 100;
            user() if $n % $EACH == 0;
        }
        cmp_ok scalar @open, '>=', $limit, 'the connections are open';
        is $served - $well, $users - $before,
            'each of ' . ($users - $before) . ' users was served';
        undef @open;
        figure('connections that say nothing', $MANY);
        # the next state starts with as many free connections as this one
        $gateway->settle;
    };
}

# Holds this many connections of a state, in several processes because of the
# limit of open files, while users connect. Returns how many there are.
sub held_by_many {
    my ($state) = @_;
    my @children = map { holder($state, $_) } 0 .. HOLDERS - 1;
    my $count = 0;
    my $select = IO::Select->new(map { $_->{from} } @children);
    while ($select->count) {
        for my $from ($select->can_read(120)) {
            sysread $from, my $bytes, 1 or die "holder: $!";
            $bytes eq '+' ? $count++ : $select->remove($from);
            user() if $bytes eq '+' && $count % ($MANY / 100) == 0;
        }
    }
    user() for 1 .. 5;
    kill 'KILL', map { $_->{pid} } @children;
    waitpid $_->{pid}, 0 for @children;
    return $count * 5;
}


# Writes "+" for each five, "." at the end, and holds them until it is killed.
sub holder {
    my ($state, $number) = @_;
    pipe my $from, my $says or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if ($pid) {
        close $says;
        return { pid => $pid, from => $from };
    }
    my @open;
    for my $n (1 .. $MANY / HOLDERS) {
        push @open, $STATES{$state}->(
            $ADDRESSES[($n + $number) % @ADDRESSES]) || last;
        syswrite $says, '+' if $n % 5 == 0;
    }
    syswrite $says, '.';
    sleep 3600;
    require POSIX;
    POSIX::_exit(0);
}


for my $state ('nothing', 'a ClientHello') {
    subtest "from many addresses: $state" => sub {
        my ($before, $well) = ($users, $served);
        is held_by_many($state), $MANY, "$MANY connections were accepted";
        is $served - $well, $users - $before,
            'each of ' . ($users - $before) . ' users was served';
        figure('connections that say nothing', $MANY);
        $gateway->settle;
    };
}

subtest 'datagrams of one byte' => sub {
    my ($before, $well) = ($users, $served);
    my @sockets;
    for my $n (1 .. $MANY) {
        my $udp = IO::Socket::INET->new(Proto => 'udp',
            PeerAddr => '127.0.0.1', PeerPort => $gateway->front,
            LocalAddr => $ADDRESSES[$n % 2 ? 0 : $n % @ADDRESSES])
            or die "udp: $@";
        send $udp, 'x', 0;
        push @sockets, $udp;
        shift @sockets if @sockets > 3000;
        user() if $n % $EACH == 0;
    }
    is $served - $well, $users - $before,
        'each of ' . ($users - $before) . ' users was served';
    figure('datagrams of one byte', $MANY);
};

cmp_ok $users, '>', 200, "$users users";
is $served, $users, '... each was served';
figure('users, each served', $served);
$gateway->settle;
unlike $gateway->error_log, qr/worker_connections are not enough(?!, reusing)/,
    'nginx never ran out of connections';
figures();

done_testing;
