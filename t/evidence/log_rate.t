# citrix_guard_log_rate limits the error log lines and events that one source
# may cause. The rest is counted, one line reports the number, and the zone
# counts all requests.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Check qw(get request refused);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(wait_until);

my $be = CitrixGuard::Recorder->new(answer => sub { { status => 404 } });
my $ATTACK = '/a/..;/vpns/a';

my $LOG = <<'END';
    citrix_guard_zone guard:1m;
    log_format event escape=none $citrix_guard_event;
    log_format cef escape=none $citrix_guard_cef;
    access_log %%DIR%%/event.log event if=$citrix_guard_event;
    access_log %%DIR%%/cef.log cef if=$citrix_guard_cef;
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location /detect/ { citrix_guard detect; proxy_pass http://be; }
             location / { proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT2%%; allow 127.0.0.1; deny all;
             location / { citrix_guard_monitor; } }
END


sub nginx {
    my ($rate) = @_;
    return CitrixGuard::Nginx->new(ports => 2, vars => { BE => $be->port },
                                   http => "citrix_guard_log_rate $rate;\n$LOG");
}


sub lines {
    my ($nginx, $name) = @_;
    my @lines = split /\n/, $nginx->access_log($name);
    return scalar @lines;
}


sub left_out { return $_[0]->error_log =~ /citrix_guard: (log_rate .*)/g }


sub counted {
    my ($nginx, $verdict) = @_;
    my $answer = get($nginx->port(2), '/?format=prometheus');
    my ($n) = $answer->{body}
        =~ /^citrix_guard_events_total\{.*verdict="$verdict"\} (\d+)/m;
    return $n // $answer->{body};
}


sub from { return CitrixGuard::Raw::ask($_[0], request($_[2]), from => $_[1]) }


subtest 'a source has its share' => sub {
    my $nginx = nginx('3r/m')->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 10;
    is scalar($nginx->events), 3, 'three lines';
    is lines($nginx, 'event.log'), 3, '... events';
    is lines($nginx, 'cef.log'), 3, '... of each kind';
    is counted($nginx, 'blocked'), 10, 'the zone has counted all';

    is get($nginx->port, "/detect$ATTACK")->{status}, 404, 'one that leaves';
    my @lines = map { parse_event($_) } $nginx->events;
    is_deeply [map { $_->{verb} } @lines], ['detected'],
              '... has a line, whatever was refused';
    is lines($nginx, 'event.log'), 4, '... and an event';
    get($nginx->port, "/detect$ATTACK?$_") for 1 .. 5;
    is scalar($nginx->events), 2, '... but no more than its share';
    is counted($nginx, 'detected'), 6, '... all counted';

    refused from($nginx->port, '127.0.0.2', $ATTACK), 'another source';
    my ($event) = map { parse_event($_) } $nginx->events;
    is $event->{client}, '127.0.0.2', '... has a share of its own';
    is_deeply [left_out($nginx)], [], 'nothing is said before it is over';

    CitrixGuard::Raw::ask($nginx->port, "GET /../..$ATTACK HTTP/1.0\r\n\r\n");
    is scalar($nginx->events), 0, "nginx's own refusals have no other share";
    $nginx->stop;
    is_deeply [left_out($nginx)],
        ['log_rate left out 11 requests of 127.0.0.1: '
         . '8 refused, 3 not refused'], 'the end says what was left out';
    is scalar($be->take), 6, 'what arrived';
};


subtest 'what may have got through is never left out' => sub {
    my $silent = CitrixGuard::Recorder->new(answer => sub {
        return { raw => '', close => 1 } });
    my $nginx = nginx('1r/m')->configure(vars => { BE => $silent->port },
        http => "citrix_guard_log_rate 1r/m;\n$LOG")->start;
    get($nginx->port, "/detect$ATTACK?$_") for 1 .. 4;
    $nginx->settle;
    my @events = split /\n/, $nginx->access_log('event.log');
    is scalar(grep { /"outcome":"unknown"/ } @events), 4, 'each has its event';
    is scalar(grep { / unknown / } split /\n/, $nginx->error_log), 4,
        '... and its alarm';
    $nginx->stop;
};


subtest 'when the second is over' => sub {
    my $nginx = nginx('2r/s')->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 5;
    is scalar($nginx->events), 2, 'two lines';
    ok wait_until(sub { left_out($nginx) }), 'a line says what was left out';
    is_deeply [left_out($nginx)],
        ['log_rate left out 3 requests of 127.0.0.1: '
         . '3 refused, 0 not refused'], '... once, without another request';
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 6 .. 8;
    is scalar($nginx->events), 2, 'two more';
    $nginx->stop;
    is scalar(my @said = left_out($nginx)), 2, 'and the last one';
    is scalar($be->take), 0, 'nothing arrived';
};


subtest 'a share comes back though nothing was left out' => sub {
    my $nginx = nginx('2r/s')->start;
    for my $round (1, 2) {
        refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1, 2;
        is scalar($nginx->events), 2, 'two lines';
        sleep 1.1;
    }
    $nginx->stop;
    is_deeply [left_out($nginx)], [], 'nothing is said';
};


subtest 'many sources share what is left of the table' => sub {
    my $nginx = nginx('1r/m')->configure(http => "citrix_guard_log_rate 1r/m;
        $LOG" =~ s/(citrix_guard on;)/$1 set_real_ip_from 127.0.0.1;/r)->start;
    my $c = CitrixGuard::Raw->new($nginx->port);
    for my $n (1 .. 2500) {
        $c->put(request($ATTACK, headers => ['X-Real-IP',
                sprintf '10.0.%d.%d', $n >> 8, $n & 255]));
        $c->get->{status} == 403 or die "attack $n";
        $c = CitrixGuard::Raw->new($nginx->port) if $n % 500 == 0;
    }
    undef $c;
    my $written = $nginx->events;
    cmp_ok $written, '>', 900, 'most of the table was used';
    cmp_ok $written, '<=', 1025, 'and no more';
    is counted($nginx, 'blocked'), 2500, 'the zone has counted all';
    $nginx->stop;
    my ($n) = join("\n", left_out($nginx)) =~ /out (\d+) requests of others/;
    is $written + $n, 2500, 'nothing is lost';
} if CitrixGuard::Nginx::built() =~ /http_realip_module/;


subtest 'off, and what is no rate' => sub {
    my $nginx = nginx('off')->start;
    get($nginx->port, "$ATTACK?$_") for 1 .. 70;
    is scalar($nginx->events), 70, 'off: all are written';
    $nginx->stop;
    for my $bad ('', '0r/m', '1', 'r/m', '1r/h', '-1r/s', '1000001r/s', '1 2',
                 '1r/m; citrix_guard_log_rate 1r/m', 'on') {
        my ($status, $said) = nginx($bad)->check;
        isnt $status, 0, "'$bad' is refused";
        like $said, qr/citrix_guard_log_rate/, '... by name';
    }
};

done_testing;
