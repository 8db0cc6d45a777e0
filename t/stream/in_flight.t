# Sessions in every state survive what an operator does: a reload, the end of
# another worker, a new nginx (USR2), and the quit of the old one. A killed
# nginx leaves nothing behind that keeps the next one from starting. What the
# client gets and what the ADC received decide. TEST_SESSIONS= sets their
# number.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Check qw(request);
use CitrixGuard::Daemon;
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Process qw(alive children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp wait_until);

use IO::Socket::SSL ();

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

# A Gateway that runs as a daemon. The nginx that replaces it needs the options
# of the sanitizers, if there are any.
package CitrixGuard::InFlight {
    use mro 'c3';
    our @ISA = ('CitrixGuard::Daemon', 'CitrixGuard::Gateway');

    sub _filled_in {
        my ($self, @given) = @_;
        return $self->next::method(@given)
            =~ s/^daemon off; /env ASAN_OPTIONS; env LSAN_OPTIONS; /mr;
    }
}

# of each state at a time; more would take too long.  Where a worker dies, at
# least half of the sessions are not its own.
my ($EACH, $ROUNDS) = $ENV{TEST_SESSIONS}
    ? (25, int 1 + ($ENV{TEST_SESSIONS} - 1) / (25 * 7 * 3.5)) : (3, 1);
my %count = (sessions => 0, cut => 0);

# On a loaded machine silent clients need longer timeouts.
sub patient {
    my ($new) = @_;
    $new->set('demultiplexer.conf', qr/^ssl_handshake_timeout 30s;/m,
        'ssl_handshake_timeout 120s; preread_timeout 120s; '
        . 'citrix_guard_preread_timeout 110s;');
    return $new->with_rdp;
}


my $web = CitrixGuard::Recorder->new;
our $gateway = patient(CitrixGuard::Gateway->new(web => $web->port,
    workers => 2, expected => qr/exited on signal 9/));
my $number = 0;


# An HTTP client that has reached the given state.
sub begin {
    my ($state) = @_;
    my $client = CitrixGuard::Raw->new($gateway->front);
    my $target = '/page/' . ++$number;
    my $self = { state => $state, client => $client, target => $target,
        left => request($target, no_host => 1, method => 'POST',
            body => 'b' x 100, headers => [Host => $CitrixGuard::Gateway::NAME,
                                           Connection => 'close']) };
    return $self if $state eq 'TCP only';
    if ($state eq 'half of RDP') {
        my $request = CitrixGuard::Ica::connection_request();
        @$self{qw(rdp left)} = (1, substr $request, 9);
        $client->put(substr $request, 0, 9);
        return $self;
    }
    handshake($self, $state eq 'in TLS');
    return $self if $state eq 'in TLS' || $state eq 'TLS done';
    if ($state eq 'half a signature') {
        @$self{qw(cgp left)} = (1, substr $CitrixGuard::Ica::CGP, 3);
        $client->put(substr $CitrixGuard::Ica::CGP, 0, 3);
        return $self;
    }
    my $length = $state eq 'half a line' ? 4 : length($self->{left}) - 50;
    $client->put(substr $self->{left}, 0, $length, '');
    return $self;
}


# TLS with the front: the whole handshake, or until the front has answered.
sub handshake {
    my ($self, $half) = @_;
    my $socket = $self->{client}{socket};
    if (!$self->{tls}++) {
        my %options = $gateway->tls;
        IO::Socket::SSL->start_SSL($socket, %{ $options{tls} },
            SSL_startHandshake => 0) or die $IO::Socket::SSL::SSL_ERROR;
        $socket->blocking(0);
    }
    return $socket->connect_SSL if $half;
    wait_until(sub {
        $socket->connect_SSL && return 1;
        die "TLS: $IO::Socket::SSL::SSL_ERROR\n"
            if $IO::Socket::SSL::SSL_ERROR != IO::Socket::SSL::SSL_WANT_READ()
               && $IO::Socket::SSL::SSL_ERROR
                  != IO::Socket::SSL::SSL_WANT_WRITE();
        return 0;
    }) or die "TLS: not in time\n";
    return;
}


# Continues to the end; true if it was served.
sub finish {
    my ($self) = @_;
    my $done = eval {
        handshake($self) if $self->{state} =~ /^(?:TCP only|in TLS)$/;
        $self->{client}->put($self->{left});
        return $self->{client}->bytes(7) eq $CitrixGuard::Ica::CGP
            if $self->{cgp};
        return $self->{client}->bytes(6) eq "\x03\0\0\x13\x0e\xd0"
            if $self->{rdp};
        return ($self->{client}->get // { status => 0 })->{status} == 200;
    };
    diag "$self->{state}: " . ($@ || 'closed') if !$done;
    return $done;
}


my @STATES = ('TCP only', 'half of RDP', 'in TLS', 'TLS done',
              'half a signature', 'half a line', 'half a request');


# The worker that has a connection, by the client's port.
sub workers_by_port {
    my (@workers) = @_;
    my $front = sprintf ':%04X', $gateway->front;
    my (%port, %worker);
    for my $line (split /\n/, slurp('/proc/net/tcp')) {
        my @field = split ' ', $line;
        next if $field[1] !~ /$front\z/ || $field[2] !~ /:(\w+)\z/;
        $port{"socket:[$field[9]]"} = hex $1;
    }
    for my $pid (@workers) {
        for my $socket (map { readlink // '' } glob "/proc/$pid/fd/*") {
            $worker{ $port{$socket} } = $pid if $port{$socket};
        }
    }
    return \%worker;
}


# Sessions in all states, then the event, then how they continue.
sub through {
    my ($what, $happens) = @_;
    my @sessions = map { my $state = $_; map { begin($state) } 1 .. $EACH }
        @STATES;
    sleep 0.3;
    my @theirs = $happens->(@sessions);
    my %served;
    $served{ $_->{state} } += finish($_) ? 1 : 0 for @theirs;
    $count{sessions} += @theirs;
    for my $state (@STATES) {
        my $count = grep { $_->{state} eq $state } @theirs;
        is $served{$state} // 0, $count, "$what: $state";
        $count{cut} += $count - ($served{$state} // 0);
    }
    my %wanted = map { ($_->{target} => 1) } grep { !$_->{cgp} && !$_->{rdp} }
        @theirs;
    my %got = map { ($_->{target} => 1) }
        grep { $_->{body} eq 'b' x 100 } $web->take;
    is_deeply [sort grep { !$got{$_} } keys %wanted], [],
        '... and the ADC has received each completely';
    return;
}


$gateway->start;

subtest 'a reload' => sub {
    through('reload', sub { ok $gateway->reload, 'reloaded'; return @_ })
        for 1 .. $ROUNDS;
};


subtest 'a worker dies that has other sessions' => sub {
    through('death', sub {
        my @all = children($gateway->pid);
        my %count;
        my $worker = workers_by_port(@all);
        my @mine = map { [$_, $worker->{ $_->{client}{socket}->sockport } // 0] }
            @_;
        $count{ $_->[1] }++ for @mine;
        my ($least) = sort { ($count{$a} // 0) <=> ($count{$b} // 0) } @all;
        kill 'KILL', $least;
        ok wait_until(sub { my @now = children($gateway->pid);
            @now == 2 && !grep { $_ == $least } @now }), 'another worker';
        my @theirs = map { $_->[0] }
            grep { $_->[1] && $_->[1] != $least } @mine;
        ok @theirs >= @mine / 2, '... of ' . @theirs . ' sessions';
        return @theirs;
    }) for 1 .. $ROUNDS;
};


# The same as a daemon, because only a daemon accepts USR2.
subtest 'another nginx' => sub {
    my $daemon = patient(CitrixGuard::InFlight->new(web => $web->port,
                                                    workers => 2));
    local $gateway = $daemon->start;
    for my $round (1 .. $ROUNDS) {
        my $old = $daemon->master;
        my $new;
        through('USR2', sub {
            kill 'USR2', $old;
            ok wait_until(sub { $daemon->master(before => 1)
                && ($new = $daemon->master) && $new != $old
                && children($new) == 2 }), 'a new master';
            kill 'QUIT', $old;
            sleep 0.5;
            return @_;
        });
        ok wait_until(sub { !alive($old) }), 'the old one has ended';
    }
    is scalar(grep { finish(begin($_)) } @STATES), @STATES,
        'the new one serves';
    $web->take;
    $daemon->stop;
};


subtest 'a quit' => sub {
    for my $round (1 .. $ROUNDS) {
        $gateway->start if $round > 1;
        through('quit', sub {
            kill 'QUIT', $gateway->pid;
            sleep 0.5;
            return @_;
        });
        $gateway->stop;
    }
};


subtest 'after kill -9' => sub {
    $gateway->start;
    my $master = $gateway->pid;
    kill 'KILL', $master, children($master);
    waitpid delete $gateway->{pid}, 0;
    is_deeply [grep { -S } glob $gateway->dir . '/*'], [],
        'there is no socket file';
    unlink $gateway->dir . '/nginx.pid';
    ok eval { $gateway->start; 1 }, 'nginx starts' or diag $@;
    ok finish(begin('TLS done')), '... and serves';
};

cmp_ok $count{sessions}, '>=', $ENV{TEST_SESSIONS}, 'as many as asked for'
    if $ENV{TEST_SESSIONS};

figure($_ eq 'cut' ? 'sessions cut' : 'sessions in flight', $count{$_})
    for sort keys %count;
figures();

done_testing;
