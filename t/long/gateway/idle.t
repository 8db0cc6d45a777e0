# A day at work, in 24 seconds: with all timeouts of a day so much shorter, a
# websocket and sessions of ICA are silent for an hour, and then for an evening,
# which is longer than the day that they are given.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Check qw(request);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $web = CitrixGuard::Recorder->new(answer => sub {
    return { status => 101, tunnel => 1, headers => [Connection => 'upgrade',
             Upgrade => 'websocket'] };
});
my $gateway = CitrixGuard::Gateway->new(web => $web->port);
$gateway->{files}{$_} =~ s/(?<=_timeout )1d;/24s;/g
    for qw(guard.conf stream.conf);
is scalar(map {/_timeout 24s;/g} values %{ $gateway->{files} }), 4,
    'four timeouts of a day';
$gateway->start;

my @TLS = $gateway->tls;
my %session = (
    socks5 => CitrixGuard::Ica::socks5($gateway->front, @TLS),
    cgp => CitrixGuard::Ica::cgp($gateway->front, @TLS),
    websocket => CitrixGuard::Raw->new($gateway->front, @TLS),
);
$session{websocket}->put(request('/ws', no_host => 1, headers => [
    Host => $CitrixGuard::Gateway::NAME, Upgrade => 'websocket',
    Connection => 'Upgrade']));
is $session{websocket}->get->{status}, 101, 'a websocket';

for my $hours (1, 8, 20) {
    sleep $hours;
    ok CitrixGuard::Ica::echoes($session{$_}, 'still here'),
        "$_: there after $hours hours" for sort keys %session;
}
sleep 27;
ok $session{$_}->closed(2), "$_: gone after a day" for sort keys %session;

figure('hours of silence', 20);
figures();

done_testing;
