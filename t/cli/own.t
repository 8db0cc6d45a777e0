#!/usr/bin/perl

# citrix-guard verify tests a real guard in front of a real Apache, and
# citrix-guard scan reads the logs: the requests are the operator's own in every
# kind of log, and scan does not conclude that there was an attack.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Apache;
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Scan qw(scan);
use CitrixGuard::Scratch qw(slurp);
use CitrixGuard::Verify qw(verify $SPELLINGS);

my @LOGS = qw(combined json pairs event error);
my $CANARY = 'operator-0123456789';

my $adc = CitrixGuard::Apache->new;
my $front = CitrixGuard::Nginx->new(ports => 2, vars => { ADC => $adc->port },
    http => <<"END" =~ s/SERVER(\d) (\w+)/server($1, $2)/ger)->start;
    citrix_guard_canary verify $CANARY;
    log_format json escape=json '{"time":"\$time_iso8601","client":"\$remote_addr",'
        '"request":"\$request","status":\$status,"size":\$body_bytes_sent,'
        '"agent":"\$http_user_agent"}';
    log_format pairs escape=json 'time="\$time_iso8601" client=\$remote_addr '
        'request="\$request" status=\$status bytes=\$body_bytes_sent';
    log_format event escape=none '\$citrix_guard_event';
    SERVER1 on
    SERVER2 detect
END


sub server {
    my ($port, $mode) = @_;
    return <<"END";
    server {
        listen 127.0.0.1:%%PORT$port%%;
        error_log %%DIR%%/error-$mode.log warn;
        access_log %%DIR%%/combined-$mode.log combined;
        access_log %%DIR%%/json-$mode.log json;
        access_log %%DIR%%/pairs-$mode.log pairs;
        access_log %%DIR%%/event-$mode.log event if=\$citrix_guard_event;
        citrix_guard $mode;
        location / { proxy_pass http://127.0.0.1:%%ADC%%; }
    }
END
}


sub logs {
    my ($mode) = @_;
    return map { $front->dir . "/$_-$mode.log" } @LOGS;
}


sub url { return 'http://127.0.0.1:' . $front->port($_[0]) }


# The token of the run, from its requests.
sub token {
    my ($file) = @_;
    my ($token) = slurp($file) =~ /[?&](cg[0-9a-f]{16})-\d/;
    ok $token, 'the log has the token';
    return $token;
}


my ($is) = verify(url(1), '--no-ica');
is $is->{verdict}, 'shielded', 'verify, to the guard';
my @logs = logs('on');
my $token = token($logs[0]);

# How many requests have each outcome.
sub outcomes {
    my ($found) = @_;
    my %count = map { $_ => $found->{$_} }
        qw(own look-at-it blocked attempt not-known scan-success
           exploit-suspected);
    return { map { $_ => $count{$_} } grep { $count{$_} } keys %count };
}


for my $n (0 .. $#LOGS) {
    subtest "refused: $LOGS[$n]" => sub {
        my ($ran, $found) = scan([], $logs[$n]);
        is $ran->{status}, 1, 'no attack got through';
        is_deeply [keys %{ outcomes($found) }], ['look-at-it'],
            '... and all look like requests of verify';
        my $all = $found->{'look-at-it'};
        cmp_ok $all, '>=', $SPELLINGS / 2, '... one for most spellings';
        like citrix_guard(['scan', $logs[$n]])->{out}, qr/--own=TOKEN/,
            '... and how to count them separately';

        ($ran, $found) = scan(["--own=$token"], $logs[$n]);
        is $ran->{status}, 0, 'own: nothing found';
        is_deeply outcomes($found), { own => $all }, '... and each is listed';
        like citrix_guard(['scan', "--own=$token", $logs[$n]])->{out},
            qr/$all of your own \(--own\) are counted separately/, '... in words';
    };
}

subtest 'all logs of the run together' => sub {
    my ($ran, $found) = scan(["--own=$token"], @logs);
    is $ran->{status}, 0, 'nothing found';
    my ($one) = scan([], @logs);
    cmp_ok $one->{status}, '<=', 1, '... without the token: no attack';
};

subtest 'it is reported if something got through' => sub {
    ($is) = verify(url(2), '--no-ica');
    my @open = logs('detect');
    my ($ran) = scan(['--own=' . token($open[0])], $open[0]);
    is $ran->{status}, 0, 'own: nothing found';
    like $ran->{out} . citrix_guard(['scan', '--own=' . token($open[0]),
                                     $open[0]])->{out},
        qr/got through:\s+the ADC was open/, '... but the ADC was open';
    my ($other) = scan(["--own=$token"], $open[0]);
    is $other->{status}, 3, 'the token of another run does not count';
};

subtest 'a run with a canary' => sub {
    my @before = map { slurp($_) } @logs;
    ($is) = verify(url(1), '--no-ica', "--canary=$CANARY");
    is $is->{verdict}, 'shielded', 'verify';
    my ($ran, $found) = scan(["--own=$token"], $logs[3]);
    is $ran->{status}, 0, 'its events count as own';
    ($ran) = scan(["--own=$token", '--own=127.0.0.1'], @logs);
    is $ran->{status}, 0, 'the other logs, by the address';
};

done_testing;
