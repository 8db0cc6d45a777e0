# Silent clients do not lock others out: when a worker runs out of
# connections, it closes silent ones, the oldest first. And no client gets
# more connections than the shipped configuration allows.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

use constant { SLOTS => 96, MANY => 250 };

my $web = CitrixGuard::Recorder->new;
my $gateway = CitrixGuard::Gateway->new(web => $web->port);
$gateway->set('main.conf', qr/worker_connections \d+/,
              'worker_connections ' . SLOTS);
$gateway->start;
my @TLS = $gateway->tls;
my $GET = request('/vpn/index.html', no_host => 1,
                  headers => [Host => $CitrixGuard::Gateway::NAME]);


# A new user: a page, and a session of ICA.
sub served {
    my ($name) = @_;
    my $client = eval { CitrixGuard::Raw->new($gateway->front, @TLS) };
    $client->put($GET) if $client;
    is $client && $client->get->{status}, 200, "$name: a page";
    my $ica = eval { CitrixGuard::Ica::cgp($gateway->front, @TLS) };
    ok $ica && CitrixGuard::Ica::echoes($ica, 'x' x 1000), '... ICA';
    return $ica;
}


# What a silent client has sent before.
my %begin = (
    'nothing' => sub { CitrixGuard::Raw->new($gateway->front) },
    'half a hello' => sub {
        my $client = CitrixGuard::Raw->new($gateway->front);
        $client->put("\x16\x03\x01");
        return $client;
    },
    'TLS' => sub { CitrixGuard::Raw->new($gateway->front, @TLS) },
    'half a signature' => sub {
        my $client = CitrixGuard::Raw->new($gateway->front, @TLS);
        $client->put(substr $CitrixGuard::Ica::CGP, 0, 3);
        return $client;
    },
);

my $session = served('at first');

for my $state (sort keys %begin) {
    subtest $state => sub {
        my @silent;
        for (1 .. MANY) {
            push @silent, eval { $begin{$state}->() };
            # the oldest is closed; a user connects now and then
            served(scalar @silent) if @silent % 100 == 0;
        }
        is scalar @silent, MANY, MANY . ' clients have connected';
        served('then');
        ok CitrixGuard::Ica::echoes($session, 'y' x 1000),
            'the earlier session continues';
        ok $silent[0]->closed, 'the oldest was closed';
        ok $silent[-1]->usable, 'the newest is still open';
    };
}

$gateway->settle;
like $gateway->error_log, qr/reusing connections/, 'nginx ran out of them';
like $gateway->error_log, qr/citrix_guard: closed protocol=http why=silent: /,
    '... and closed silent ones';
like $gateway->access_log('gateway.log'), qr/ http open 503 /,
    '... with a line in the log';


# a worker would wait for it
undef $session;


subtest 'the limit of one address' => sub {
    my $few = CitrixGuard::Gateway->new(web => $web->port);
    $few->set('stream.conf', qr/(?<=limit_conn citrix_client )2000/, 20);
    $few->start;
    my @clients = map { CitrixGuard::Raw->new($few->front) } 1 .. 30;
    ok $_->closed, 'one above the limit is closed' for @clients[20 .. 29];
    is scalar(grep { $_->usable } @clients[0 .. 19]), 20, 'the others are not';
    my @from = (from => '127.0.0.2');
    my $other = CitrixGuard::Raw->new($few->front, $few->tls, @from);
    $other->put($GET);
    is $other->get->{status}, 200, 'another address is served';
    my $plain = CitrixGuard::Raw->new($few->plain);
    ok $plain->closed, 'port 80 is within the same limit';
    undef @clients;
    $few->settle;
    my $again = CitrixGuard::Raw->new($few->front, $few->tls);
    $again->put($GET);
    is $again->get->{status}, 200, 'the first one as well, later';
    is scalar(() = $few->access_log('gateway.log')
              =~ /^127\.0\.0\.1 .* http open 503 /mg), 11, 'in the log';
};


subtest 'an old worker whose time is over turns nobody away' => sub {
    my $old = CitrixGuard::Gateway->new(web => $web->port);
    $old->set('main.conf', qr/# worker_shutdown_timeout 12h/,
              'worker_shutdown_timeout 1s');
    $old->start;
    my @clients = map { CitrixGuard::Raw->new($_) } $old->front, $old->plain;
    $old->settle;
    ok $old->reload, 'reload';
    ok $_->closed, 'a silent client is closed' for @clients;
    $old->settle;
    is $old->access_log('citrix-guard-front.json'), '', '... without an event';
};


subtest 'an IPv6 network is one client' => sub {
    my $nginx = CitrixGuard::Nginx->new(stream => <<'END')->start;
        limit_conn_zone $citrix_guard_source zone=client:1m;
        server {
            listen 127.0.0.1:%%PORT1%% proxy_protocol;
            set_real_ip_from 127.0.0.1;
            citrix_guard_preread on;
            citrix_guard_preread_timeout 60s;
            preread_timeout 61s;
            limit_conn client 1;
            return "";
        }
END
    my $from = sub {
        my ($address) = @_;
        my $client = CitrixGuard::Raw->new($nginx->port);
        my $family = $address =~ /:/ ? 6 : 4;
        my $to = $family == 6 ? '::1' : '127.0.0.1';
        $client->put("PROXY TCP$family $address $to 1000 443\r\n");
        return $client;
    };
    for my $way (['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'],
                 ['192.0.2.1', '192.0.2.1', '192.0.2.2']) {
        my ($first, $same, $other) = @$way;
        my $client = $from->($first);
        $nginx->settle;
        ok $client->usable, "$first waits";
        ok $from->($same)->closed, "... $same is the same client";
        my $another = $from->($other);
        $nginx->settle;
        ok $another->usable, "... and $other another";
    }
};

done_testing;
