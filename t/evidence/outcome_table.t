# The table of outcomes in docs/events.md, row by row: what the ADC has got, the
# outcome, and who is alarmed. A row without a try fails, and so does a try
# without a row.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get request);
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(free_port slurp wait_until);

my $TOP = "$FindBin::Bin/../..";
my $ATTACK = '/vpn/../vpns/portal';
my $CANARY = 'kanarie-4711';

my $adc = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    my ($what) = $request->{target} =~ /answer=([a-z]+|\d+)/;
    return { raw => '', close => 1 } if ($what // '') eq 'silent';
    sleep 8 if ($what // '') eq 'never';
    return { status => $what // 200, close => 1 };
});

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $adc->port, CLOSED => free_port() },
    expected => qr/upstream|ended while it waited|exited on signal/,
    http => <<"HEAD" . join '', map { my ($n, $mode) = @$_; <<"END" }
    citrix_guard_zone guard:1m canary=$CANARY;
    log_format event escape=none '\$citrix_guard_event';
    access_log %%DIR%%/event.log event if=\$citrix_guard_event;
    proxy_read_timeout 1s;
    server { listen 127.0.0.1:%%PORT4%%; allow 127.0.0.1; deny all;
             location / { citrix_guard_monitor; } }
HEAD
    server { listen 127.0.0.1:%%PORT$n%%; citrix_guard $mode;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
        location /closed/ { proxy_pass http://127.0.0.1:%%CLOSED%%; }
        location /patient/ { proxy_read_timeout 1h;
                             proxy_pass http://127.0.0.1:%%BE%%; } }
END
    [1, 'on'], [2, 'detect'], [3, 'on; citrix_guard_exempt traversal'])->start;

my ($ON, $DETECT, $EXEMPT) = map { $nginx->port($_) } 1 .. 3;


# what may be alarmed by, as the monitor has it
sub counts {
    my $zone = decode_json(get($nginx->port(4), '/?format=json')->{body});
    my %n = (lost => $zone->{lost}{events},
             let_by => $zone->{canaries}[0]{let_by}{count});
    for my $server (@{ $zone->{servers} }) {
        $n{$_} += $server->{outcomes}{$_}{count}
            for keys %{ $server->{outcomes} };
    }
    return \%n;
}


my ($read, $said) = (0, 0);

# what has happened since: events, alarms in the error log, counts that rose
sub happened {
    my ($before, $do) = @_;
    $do->();
    my @events;
    wait_until(sub {
        @events = split /\n/, slurp($nginx->dir . '/event.log');
        return @events > $read || counts()->{lost} > $before->{lost};
    }, 10);
    $nginx->settle;
    my $now = counts();
    my $log = $nginx->error_log;
    my @alarms = map {/\[(crit|alert)\] .*? citrix_guard: (.*)/ ? "$1: $2" : ()}
        split /\n/, substr $log, $said;
    my @new = map { decode_json($_) } @events[$read .. $#events];
    ($read, $said) = (scalar @events, length $log);
    return { events => \@new, alarms => \@alarms, at => scalar $adc->arrivals($nginx),
             rose => join ' ', sort grep {
                 $now->{$_} > ($before->{$_} // 0) } keys %$now };
}


# sends, and goes
sub and_go {
    my ($port, $text) = @_;
    my $c = CitrixGuard::Raw->new($port);
    $c->put($text);
    select undef, undef, undef, 0.3;
    return;
}


# by the beginning of the row: [what is done, has the ADC got it, outcome, what
# rises, the alarm]
my %TRIED = (
    'the guard refused it' => [
        ['on', sub { get($ON, "$ATTACK/a.xml") }, 0, 'blocked', 'blocked'],
    ],
    'nginx refused it itself' => [
        ['400 in detect', sub { get($DETECT, '/../vpns/a.xml') }, 0, 'attempt',
         'attempt'],
        ['400 in on', sub { get($ON, '/../vpns/a.xml') }, 0, 'blocked',
         'blocked'],
        ['a client that is gone', sub {
            and_go($DETECT, "POST $ATTACK/a.xml HTTP/1.1\r\nHost: a\r\n"
                . "Content-Length: 9\r\n\r\nx");
         }, 0, 'attempt', 'attempt'],
    ],
    'no connection to the ADC' => [
        ['refused', sub { get($DETECT, '/closed/..;/vpns/portal/a.xml') }, 0,
         'attempt', 'attempt'],
    ],
    'any answer that is not listed below' => [
        ['404', sub { get($DETECT, "$ATTACK/a.xml?answer=404") }, 1, 'attempt',
         'attempt'],
        ['403', sub { get($EXEMPT, "$ATTACK/a.pl?answer=403") }, 1, 'attempt',
         'attempt'],
        ['a page', sub { get($DETECT, "$ATTACK/a.html") }, 1, 'attempt',
         'attempt'],
    ],
    'the request was sent, and no status came back' => [
        ['a broken connection', sub { get($DETECT,
            "$ATTACK/a.html?answer=silent") }, 1, 'unknown', 'unknown',
         qr/^crit: unknown /],
        ['an interim answer', sub { get($DETECT, "$ATTACK/a.html?answer=103",
            version => '1.0') }, 1, 'unknown', 'unknown', qr/^crit: unknown /],
    ],
    'its worker process was killed' => [
        ['killed', sub {
            my $c = CitrixGuard::Raw->new($DETECT);
            $c->put(request('/patient/..;/vpns/a.xml?answer=never'));
            wait_until(sub { $nginx->error_log =~ /answer=never/ });
            select undef, undef, undef, 0.3;
            kill KILL => children($nginx->pid);
         }, undef, undef, 'lost', qr/^alert: worker process \d+ ended while it waited/],
    ],
    '2xx on a `.pl` or `.conf` file below `/vpns/`' => [
        ['.pl', sub { get($DETECT, "$ATTACK/scripts/newbm.pl") }, 1,
         'scan-success', 'scan-success', qr/^alert: scan-success /],
        ['.conf, exempted', sub { get($EXEMPT, '/vpn/../vpns/smb.conf') }, 1,
         'scan-success', 'scan-success', qr/^alert: scan-success /],
    ],
    '2xx or 304 on an `.xml` file below `/vpns/`' => [
        ['.xml', sub { get($DETECT, "$ATTACK/a.xml") }, 1,
         'exploit-suspected', 'exploit-suspected', qr/^alert: exploit-sus/],
        ['304', sub { get($DETECT, "$ATTACK/a.xml?answer=304") }, 1,
         'exploit-suspected', 'exploit-suspected', qr/^alert: exploit-sus/],
        ['a client that hangs up', sub { and_go($DETECT,
            request("$ATTACK/b.xml")) }, 1, 'exploit-suspected',
         'exploit-suspected', qr/^alert: exploit-sus/],
        ['304 on a .pl', sub { get($DETECT, "$ATTACK/a.pl?answer=304") }, 1,
         'exploit-suspected', 'exploit-suspected', qr/^alert: exploit-sus/],
    ],
    'a [canary]' => [
        ['refused', sub { get($ON, "$ATTACK/$CANARY") }, 0, 'blocked', ''],
        ['in detect', sub { get($DETECT, "$ATTACK/a.xml/$CANARY") }, 1,
         'exploit-suspected', ''],
        ['let by', sub { get($EXEMPT, "$ATTACK/$CANARY") }, 1, 'attempt',
         'let_by', qr/^alert: the canary "canary" was exempted and not refused/],
    ],
);

my ($table) = slurp("$TOP/docs/events.md")
    =~ /^\| what nginx saw \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m;
my @rows = map { [split /\s*\|\s*/, s/^\|\s*//r] } split /\n/, $table;
my $alerts = slurp("$TOP/ngx_citrix_guard/conf/monitoring/alerts.yml");

# it takes its worker along, so it comes last
for my $row (sort { ($a->[0] =~ /killed/) <=> ($b->[0] =~ /killed/) } @rows) {
    my ($saw, undef, $outcome, $alarm) = @$row;
    my ($key) = grep { index($saw, $_) == 0 } keys %TRIED;
    ok $key, "a row that is tried: $saw" or next;
    for my $case (@{ delete $TRIED{$key} }) {
        my ($name, $do, $at, $is, $rises, $line) = @$case;
        my $got = happened(counts(), $do);
        is_deeply [map { $_->{outcome} } @{ $got->{events} }],
                  [defined $is ? $is : ()], "$name: the outcome";
        is $got->{at}, $at, '... what the ADC has got' if defined $at;
        ok index($outcome, "`$is`") >= 0, '... as the row says'
            if defined $is && $saw !~ /canary/;
        is $got->{rose}, $rises, '... what is counted';
        is scalar @{ $got->{alarms} }, $line ? 1 : 0, '... alarms';
        like $got->{alarms}[0], $line, '... in the error log' if $line;
        my $level = $line ? "$line" =~ /(crit|alert)/ ? $1 : '' : 'none';
        like $alarm, qr/\b(?:$level|the same)\b/, '... as the row says';
    }
    like $alerts, qr/- alert: $_$/m, "... $_ is there"
        for $alarm =~ /`(CitrixGuard\w+)`/g;
}
is_deeply [keys %TRIED], [], 'and no other';

done_testing;
