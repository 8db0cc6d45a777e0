# citrix_guard_canary: the operator's own checks, recognised by a token in a
# header field. They are recorded and counted separately, and raise no alarm
# unless the guard is on and does not refuse them. The token is never
# forwarded.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp);

my $be = CitrixGuard::Recorder->new;

my $VERIFY = 'verify-token-1234567890';
my $SCANNER = 'scanner-token-0987654321';

my $HTTP = join '', <<'END',
    citrix_guard_zone guard:1m canary=kanarie-4711;
    citrix_guard_canary verify  verify-token-1234567890;
    citrix_guard_canary scanner scanner-token-0987654321;
    include %%FORMATS%%;
    log_format name escape=none '$citrix_guard_canary $citrix_guard_severity';
    access_log %%DIR%%/event.log citrix_guard if=$citrix_guard_event;
    access_log %%DIR%%/name.log name;
    access_log %%DIR%%/ecs.log citrix_guard_ecs if=$citrix_guard_event;
    server { listen 127.0.0.1:%%PORT4%%; server_name monitor;
             location /guard { citrix_guard_monitor;
                               allow 127.0.0.1; deny all; } }
END
    map { "server { listen 127.0.0.1:%%PORT$_->[0]%%; server_name s$_->[0]; "
          . "citrix_guard $_->[1];" . <<'END' }
    citrix_guard_rule seen path "^/seen" detect;
    location / { proxy_pass http://127.0.0.1:%%BE%%;
                 proxy_set_header Host $host;
                 proxy_set_header X-Real-IP $remote_addr; } }
END
    [1, 'on'], [2, 'detect'], [3, 'on; citrix_guard_exempt traversal'];

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, http => $HTTP, expected => qr/citrix_guard: the canary/,
    vars => { BE => $be->port, FORMATS => "$FindBin::Bin/../../"
        . 'ngx_citrix_guard/conf/event-formats.conf' })->start;


sub zone {
    $nginx->settle;
    return decode_json(get($nginx->port(4), '/guard?format=json')->{body});
}


sub outcomes {
    my ($zone) = @_;
    my %sum;
    for my $server (@{ $zone->{servers} }) {
        $sum{$_} += $server->{outcomes}{$_}{count}
            for keys %{ $server->{outcomes} };
    }
    return \%sum;
}


sub canaries {
    my ($zone) = @_;
    return { map {
        my $canary = $_;
        $_->{name} => { let_by => $_->{let_by}{count},
                        map { $_ => $canary->{verdicts}{$_}{count} }
                            keys %{ $_->{verdicts} } }
    } @{ $zone->{canaries} } };
}


my ($events, $alerts) = (0, 0);


sub events {
    $nginx->settle;
    my @all = split /\n/, $nginx->access_log('event.log');
    my @new = map { decode_json($_) } @all[$events .. $#all];
    $events = @all;
    return @new;
}


sub alerts {
    my @all = grep {/\[(?:crit|alert)\]/} split /\n/, $nginx->error_log;
    my @new = @all[$alerts .. $#all];
    $alerts = @all;
    return @new;
}


my $ATTACK = '/vpn/../vpns/portal/x.xml';

subtest 'in detect' => sub {
    for my $name (qw(X-Citrix-Guard-Canary x-citrix-guard-canary)) {
        is get($nginx->port(2), $ATTACK, headers => [
            'X-Before', 1, $name, $VERIFY, 'X-After', 2])->{status}, 200,
            'let by';
        my ($event, @more) = events();
        is scalar @more, 0, 'one event';
        is_deeply [@$event{qw(canary canary_name outcome verdict)}],
                  [JSON::PP::true, 'verify', 'exploit-suspected',
                   'detected'], '... says whose it is, and what came of it';
        is_deeply [alerts()], [], '... no alarm';
        my @arrived = $be->arrivals($nginx);
        is scalar @arrived, 1, 'the ADC had it';
        unlike $arrived[0]{head}, qr/canary|verify/i, '... without the token';
        like $arrived[0]{head}, qr/^X-Before: 1\r\n(?:.*\n)*X-After: 2\r$/m,
             '... with the fields around it';
    }
    my $zone = zone();
    is_deeply outcomes($zone), {}, 'counted nowhere';
    is_deeply canaries($zone)->{verify}, { detected => 2, let_by => 0 },
              '... but apart';
    is_deeply $zone->{sources}, [], 'it is no source';
    is((split /\n/, $nginx->access_log('name.log'))[-2], 'verify 1',
       'the variable, and a severity that nobody is called for');
    is_deeply [map { decode_json($_)->{event}{kind} }
               split /\n/, $nginx->access_log('ecs.log')],
              ['event', 'event'], 'ECS: no alert';
};


subtest 'in on' => sub {
    is get($nginx->port, $ATTACK, headers => [
        'X-Citrix-Guard-Canary', $SCANNER])->{status}, 403, 'refused';
    is_deeply [$be->arrivals($nginx)], [], 'nothing has arrived';
    is_deeply [map { $_->{canary_name} } events()], ['scanner'], 'whose';
    is_deeply [alerts()], [], 'no alarm';
    get($nginx->port, '/seen', headers => ['X-Citrix-Guard-Canary',
                                           $SCANNER]);
    is_deeply [map {"@$_{qw(canary_name verdict)}"} events()],
              ['scanner detected'], 'what a rule only sees';
    is_deeply [alerts()], [], '... no alarm';
    get($nginx->port, '/clean', headers => ['X-Citrix-Guard-Canary',
                                            $SCANNER]);
    my @arrived = $be->arrivals($nginx);
    is scalar @arrived, 2, 'both have arrived';
    unlike $_->{head}, qr/scanner|canary/i, '... without the token'
        for @arrived;

    get($nginx->port(3), $ATTACK, headers => ['X-Citrix-Guard-Canary',
                                              $SCANNER]);
    is_deeply [map {"@$_{qw(canary_name verdict)}"} events()],
              ['scanner exempted'], 'it stops being refused';
    my @alarms = alerts();
    is scalar @alarms, 1, '... an alarm';
    like $alarms[0], qr/the\ canary\ "scanner"\ was\ exempted\ and\ not
        \ refused,\ where\ the\ guard\ is\ on/x, '... says what';
    my $zone = zone();
    is_deeply canaries($zone)->{scanner},
              { blocked => 1, detected => 1, exempted => 1, let_by => 1 },
              '... and is counted';
    is_deeply outcomes($zone), {}, 'nothing else is';
};


subtest 'who does not know the token' => sub {
    my $n = 0;
    for my $value ('', 'x', substr($VERIFY, 0, -1), $VERIFY . 'x',
                   substr($VERIFY, 0, -1) . 'x', 'x' . substr($VERIFY, 1),
                   'kanarie-4711', "$VERIFY, $VERIFY", "verify $VERIFY") {
        get($nginx->port(2), $ATTACK, headers => ['X-Citrix-Guard-Canary',
                                                  $value]);
        my ($event) = events();
        $n++;
        ok !$event->{canary}, "'$value': is none";
        is scalar(my @alarms = alerts()), 1, '... an alarm';
        my ($arrived) = $be->arrivals($nginx);
        unlike $arrived->{head}, qr/canary/i, '... nor is it forwarded';
    }
    is outcomes(zone())->{'exploit-suspected'}, $n, 'each counts';
    get($nginx->port(2), $ATTACK, headers => ['X-Canary', $VERIFY,
                                              'Cookie', $VERIFY]);
    ok !(events())[0]{canary}, 'in another field it is none';
    alerts();
    $be->take;
};


subtest 'many fields' => sub {
    for my $place (0, 1, 18, 19, 20, 21, 39, 40, 60) {
        my @fields = map { ("X-$_", "v$_") } 1 .. 60;
        splice @fields, 2 * $place, 0, 'X-Citrix-Guard-Canary', $VERIFY;
        push @fields, 'X-Citrix-Guard-Canary', 'wrong';
        get($nginx->port(2), $ATTACK, headers => \@fields);
        my ($arrived, @more) = $be->arrivals($nginx);
        is scalar @more, 0, 'it arrives once';
        is_deeply [$arrived->{head} =~ /^(X-\d+: v\d+)\r$/mg],
                  [map {"X-$_: v$_"} 1 .. 60], "at $place: all others arrive";
        unlike $arrived->{head}, qr/canary/i, '... and no token';
        is((events())[0]{canary_name}, 'verify', '... whose it is');
    }
    is_deeply [alerts()], [], 'no alarm';
};


subtest 'before nginx has read the head' => sub {
    CitrixGuard::Raw::ask($nginx->port(2), "GET /../vpns/x HTTP/1.1\r\n"
        . "Host: x\r\nX-Citrix-Guard-Canary: $VERIFY\r\n\r\n");
    my ($event) = events();
    is_deeply [@$event{qw(status at canary_name)}], [400, 'nginx', 'verify'],
              'it is known all the same';
    is_deeply [$be->arrivals($nginx)], [], 'nothing has arrived';
};


subtest 'the canary of the zone' => sub {
    get($nginx->port, '/vpn/../vpns/kanarie-4711');
    is((events())[0]{canary_name}, 'canary', 'has a name, too');
};


# one's own check raises no alarm, however many lines it writes
subtest 'log_rate' => sub {
    my $limited = CitrixGuard::Nginx->new(ports => 4, http =>
        "citrix_guard_log_rate 2r/m;\n$HTTP", vars => $nginx->{vars})->start;
    my $lines = sub {
        return scalar split /\n/, $limited->access_log('event.log');
    };
    get($limited->port, $ATTACK, headers => ['X-Citrix-Guard-Canary', $VERIFY])
        for 1 .. 9;
    get($limited->port, "$ATTACK/kanarie-4711") for 1 .. 3;
    is scalar($limited->events), 12, 'a canary always has its line';
    is $lines->(), 12, '... and its event';
    my $lost = sub {
        my $text = get($limited->port(4), '/guard?format=prometheus')->{body};
        return $text =~ /^citrix_guard_lost_total\{what="line"\} (\d+)/m;
    };
    is_deeply [$lost->()], [0], '... so none is missing';
    get($limited->port, $ATTACK) for 1 .. 5;
    is $lines->(), 14, 'others have their share';
    is_deeply [$lost->()], [3], '... and no more';
    $limited->stop;
};


subtest 'Prometheus' => sub {
    my $text = get($nginx->port(4), '/guard?format=prometheus')->{body};
    like $text, qr/^\Q$_\E$/m, $_ for
        'citrix_guard_canary_let_by_total{canary="scanner"} 1',
        'citrix_guard_canary_let_by_total{canary="verify"} 0',
        'citrix_guard_canary_total{canary="scanner",verdict="blocked"} 1';
};


subtest 'nginx -t' => sub {
    my %case = (
        'citrix_guard_canary a short;' => qr/invalid token of the canary "a"/,
        'citrix_guard_canary a with/slash;' => qr/invalid token/,
        'citrix_guard_canary "a b" 12345678;' => qr/invalid name "a b"/,
        'citrix_guard_canary ' . 'a' x 33 . ' 12345678;' => qr/invalid name/,
        'citrix_guard_canary a 12345678; citrix_guard_canary a 87654321;' =>
            qr/the canary "a" has the name or the token of another one/,
        'citrix_guard_canary a 12345678; citrix_guard_canary b 12345678;' =>
            qr/the canary "b" has the name or the token/,
        join(' ', map {"citrix_guard_canary c$_ 1234567$_;"} 1 .. 8) =>
            qr/there are more than 7 canaries/,
    );
    for my $http (sort keys %case) {
        my ($status, $said) = $nginx->configure(http => $http)->check;
        is $status, 1, "$http: refused";
        like $said, $case{$http}, '... why';
        unlike $said, qr/short|12345678/, '... without the token';
    }
};

done_testing;
