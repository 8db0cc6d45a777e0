# Many long sessions of ICA at once, and through all of it reloads, attacks and
# browsers: no session is cut, no attack gets through.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;
use Time::HiRes qw(time);

use CitrixGuard::Check qw(request refused);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my ($SESSIONS, $RELOADS) = ($ENV{TEST_SESSIONS} // 2000,
                            $ENV{TEST_GATEWAY_RELOADS} // 50);

my $web = CitrixGuard::Recorder->new;
my $gateway = CitrixGuard::Gateway->new(web => $web->port);
# all of them have one address
$gateway->set('stream.conf', qr/(?<=limit_conn citrix_client )2000/,
              $SESSIONS + 100);
$gateway->start;
my @TLS = $gateway->tls;
my @HOST = (Host => $CitrixGuard::Gateway::NAME);

my (@sessions, $attacks, $pages);


sub session {
    my $open = @sessions % 2 ? \&CitrixGuard::Ica::cgp
                             : \&CitrixGuard::Ica::socks5;
    my $client = $open->($gateway->front, @TLS, timeout => 60) or return 0;
    push @sessions, $client;
    return CitrixGuard::Ica::echoes($client, pack 'N', scalar @sessions);
}


sub ask {
    my ($target) = @_;
    return CitrixGuard::Raw::ask($gateway->front,
        request($target, no_host => 1, headers => [@HOST]), @TLS);
}


sub alive {
    my (@which) = @_;
    my $n = 0;
    $n += CitrixGuard::Ica::echoes($_, 'x' x (1 + int rand 2000)) for @which;
    return $n;
}


# The rest comes while nginx reloads: each worker gets some.
my $each = int $SESSIONS / ($RELOADS * 2);
my $first = $SESSIONS - $each * $RELOADS;

my $opened = 0;
$opened += session() for 1 .. $first;
is $opened, $first, "$first sessions";

my $cut = 0;
for my $n (1 .. $RELOADS) {
    $gateway->reload or fail "reload $n";
    for (1 .. $each) { $cut++ if !session() }
    my @some = map { $sessions[rand @sessions] } 1 .. 20;
    $cut += 20 - alive(@some);
    my $answer = ask('/vpn/../vpns/cfg/smb.conf');
    $attacks++ if $answer && $answer->{status} == 403;
    $answer = ask("/page?$n");
    $pages++ if $answer && $answer->{status} == 200;
}
is scalar @sessions, $SESSIONS, "$SESSIONS sessions at once";
is $cut, 0, "$RELOADS reloads: none of them cut";
is alive(@sessions), $SESSIONS, 'each is alive in the end';
is $attacks, $RELOADS, 'attacks were refused meanwhile';
is $pages, $RELOADS, '... and pages served';

my @events = grep {/client: 127\.0\.0\.1,/} $gateway->events;
is scalar @events, $RELOADS, 'each attack is recorded, with its address';
is_deeply [grep {/vpns/} map { $_->{line} } $web->arrivals($gateway)], [],
    'none has reached the ADC';

# nginx waits for them
undef @sessions;

figure('sessions at once', $SESSIONS);
figure('reloads', $RELOADS);
figure('attacks refused', $attacks);
figure('sessions cut', $cut);
figures();

done_testing;
