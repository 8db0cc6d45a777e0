# Two nodes of one Gateway, on a network of the test's own with the addresses
# that stand in the files: behind an address that keepalived moves, and behind a
# real HAProxy that sends the PROXY protocol. What fails is gone round, no
# session ends but those of what failed, clients keep their addresses; and
# Prometheus and rsyslog bring together what both have seen.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use CitrixGuard::Lan;

BEGIN { CitrixGuard::Lan::enter() }

use HTTP::Tiny;
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep time);

use CitrixGuard::Check qw(request refused);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Program;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

plan skip_all => 'a network of its own needs root, unshare and ip'
    if !$ENV{TEST_LAN};
plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $CONF = "$FindBin::Bin/../../../ngx_citrix_guard/conf";
my ($MOVES, $BALANCER, $CLIENT, $OTHER) =
    ('192.0.2.60', '192.0.2.30', '192.0.2.201', '192.0.2.202');

# who asks Prometheus' questions and takes syslog, the ADC, and two users
my $lan = CitrixGuard::Lan->new('192.0.2.40', '192.0.2.10', $CLIENT, $OTHER);
my %on = map { ($_->[0] => [$lan->machine(@$_)]) } ['node1', '192.0.2.51'],
    ['node2', '192.0.2.52'], ['balancer', $BALANCER];
my @NODES = qw(node1 node2);

my $dir = scratch();
my $web = CitrixGuard::Recorder->new;
my %node;


sub nodes {
    my ($file) = @_;
    my $like = $node{node1};
    for my $name (@NODES) {
        $like = $node{$name} = CitrixGuard::Gateway->new(on => $on{$name},
            file => $file, web => $web->port, like => $like,
            # they are ended with sessions in them
            expected => qr/open socket #\d+ left in connection|aborting/)->start;
    }
    return;
}


sub to {
    my ($host, %more) = @_;
    return (host => $host, from => $CLIENT, $node{node1}->tls, %more);
}


# One request of HTTP; nothing if nobody answers.
sub ask {
    my ($host, $target, %more) = @_;
    return eval { CitrixGuard::Raw::ask(443, request($target, no_host => 1,
        headers => [Host => $CitrixGuard::Gateway::NAME]), to($host, %more)) };
}


sub serves {
    my ($host) = @_;
    my $answer = ask($host, '/', timeout => 2);
    return $answer && $answer->{status} == 200;
}


# A session of ICA.
sub session {
    my ($host) = @_;
    return CitrixGuard::Ica::cgp(443, to($host)) // die 'no session';
}


sub alive { return CitrixGuard::Ica::echoes($_[0], 'still here') }


# Who has the address that moves?
sub holders {
    return grep { my @command = (@{ $on{$_} }, qw(ip -4 address show eth0));
                  CitrixGuard::Nginx::_output(@command) =~ /\Q$MOVES\E/ } @NODES;
}


sub other { return grep { $_ ne $_[0] } @NODES }


# A node's nginx ends at once, with all that it has.
sub crash {
    my ($name) = @_;
    kill 'TERM', $node{$name}->pid;
    $node{$name}->stop;
    return;
}


sub addresses {
    my ($name, $what) = @_;
    return grep {/^\Q$CLIENT\E .*\Q$what\E/}
        split /\n/, slurp($node{$name}->dir . '/gateway.log');
}


subtest 'keepalived' => sub {
    nodes('gateway.conf');
    mkdir '/run/citrix-guard';
    spew('/run/citrix-guard/alive', slurp("$CONF/gateway/alive"));
    chmod 0755, '/run/citrix-guard/alive';
    my $text = slurp("$CONF/gateway/keepalived.conf")
        =~ s{/etc/nginx/citrix-guard/}{/run/citrix-guard/}r;
    my %daemon;
    for my $name (@NODES) {
        spew("$dir/$name.conf", $text);
        $daemon{$name} = CitrixGuard::Program->new("$dir/$name.log",
            @{ $on{$name} }, 'keepalived', '-nlP', '-f', "$dir/$name.conf",
            '-p', "/run/$name.pid", '-r', "/run/$name.vrrp");
    }
    ok wait_until(sub { holders() == 1 }, 30), 'one node has the address'
        or diag map { $_->said } values %daemon;
    my ($first) = holders();
    my ($second) = other($first);

    ok wait_until(sub { serves($MOVES) }), 'HTTP';
    refused ask($MOVES, '/vpn/../vpns/'), 'an attack';
    like +($node{$first}->events)[-1], qr/client: \Q$CLIENT\E,/,
        '... recorded there, with the client';
    ok scalar addresses($first, 'GET / '), 'the access log has it as well';
    like +($web->take)[-1]{head}, qr/^X-Forwarded-For: \Q$CLIENT\E\r$/m,
        '... and the ADC';
    my $session = session($MOVES);
    ok alive($session), 'ICA';

    ok $node{$first}->reload, 'a reload';
    sleep 5;
    is_deeply [holders()], [$first], '... moves nothing';
    ok alive($session), '... and cuts nothing';

    my $start = time;
    crash($first);
    ok wait_until(sub { serves($MOVES) }, 30), 'nginx fails: it goes on';
    figure('seconds until another node serves', sprintf '%.1f', time - $start);
    is_deeply [holders()], [$second], '... on the other node';
    my $later = session($MOVES);
    ok alive($later), '... with ICA';

    $node{$first}->start;
    sleep 8;
    is_deeply [holders()], [$second], 'the first is back, and leaves it there';
    ok alive($later), '... so nothing is cut';

    system(@{ $on{$second} }[0 .. 3], qw(ip link set eth0 down));
    ok wait_until(sub { serves($MOVES) }, 30), 'a machine is gone: it goes on'
        or diag map { $_->said } values %daemon;
    ok scalar(grep { $_ eq $first } holders()), '... on the first node';
    $_->stop for values %daemon;
    system(@{ $on{$second} }[0 .. 3], qw(ip link set eth0 up));
    # what is over is not waited for
    crash($_) for @NODES;
};


# ---- behind a balancer ----

nodes('nodes.conf');

my ($haproxy) = slurp("$FindBin::Bin/../../../docs/nodes.md")
    =~ /^```text\n(listen gateway\n.*?)^```/ms;
spew("$dir/haproxy.cfg", <<"END");
global
    maxconn 1000
defaults
    default-server inter 1s fall 2 rise 2
$haproxy
END

# what comes by syslog, where the example has /var/log
mkdir "$dir/collected";
spew("$dir/rsyslog.conf", qq{global(workDirectory="$dir")\n}
    . slurp("$CONF/monitoring/rsyslog.conf")
      =~ s{/var/log/citrix-guard}{$dir/collected}gr);

# the example, for several nodes, and in a test's time
my $prometheus_yml = slurp("$CONF/monitoring/prometheus.yml")
    =~ s{- alerts\.yml}{- $CONF/monitoring/alerts.yml}r
    =~ s/^ *- targets: \["127\.0\.0\.1:8089"\]\n//mr
    =~ s/# (?=- targets)//r
    =~ s/scrape_interval: 15s/scrape_interval: 1s/r;
spew("$dir/prometheus.yml",
     "global:\n  evaluation_interval: 1s\n$prometheus_yml");

my $rsyslog = CitrixGuard::Program->new("$dir/rsyslog.log", 'rsyslogd', '-n',
    '-f', "$dir/rsyslog.conf", '-i', "$dir/rsyslog.pid");
my $prometheus = CitrixGuard::Program->new("$dir/prometheus.log", 'prometheus',
    "--config.file=$dir/prometheus.yml", "--storage.tsdb.path=$dir/data",
    '--web.listen-address=127.0.0.1:9090');
my $balancer = CitrixGuard::Program->new("$dir/haproxy.log",
    @{ $on{balancer} }, 'haproxy', '-db', '-f', "$dir/haproxy.cfg");

my $attacks = 0;


sub attack {
    my (%more) = @_;
    my $answer = ask($BALANCER, '/vpn/../vpns/n' . ++$attacks, %more);
    return $answer && $answer->{status} == 403;
}


sub value {
    my ($expression) = @_;
    $expression =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;
    my $reply = HTTP::Tiny->new(timeout => 10)->get(
        "http://127.0.0.1:9090/api/v1/query?query=$expression");
    my $json = eval { decode_json($reply->{content}) } || {};
    my $result = $json->{data}{result} // [];
    return @$result ? $result->[0]{value}[1] : undef;
}


sub collected {
    my ($file) = @_;
    return split /\n/, slurp("$dir/collected/$file");
}


subtest 'clients behind the balancer' => sub {
    ok $balancer->until(sub { serves($BALANCER) }, 30), 'HTTP'
        or diag $balancer->said;
    # syslog is there when its first line is
    ok $rsyslog->until(sub { attack() && collected('events.json') }, 30),
        'syslog has heard of an attack' or diag $rsyslog->said;
    my $refused = 0;
    $refused += attack(from => $_ % 2 ? $CLIENT : $OTHER) for 1 .. 20;
    is $refused, 20, 'attacks are refused';
    my @events = map { $node{$_}->events } @NODES;
    is scalar @events, $attacks, '... and recorded, each once';
    is scalar(grep { !/client: 192\.0\.2\.20[12],/ } @events), 0,
        '... with the clients\' own addresses';
    is scalar(grep { $_->{head} !~ /^X-Forwarded-For: 192\.0\.2\.20[12]\r$/m }
        $web->take), 0, 'which the ADC hears';
    ok scalar(addresses($_, 'GET /vpn/../vpns/n')), "$_ had some" for @NODES;
};


subtest 'somebody who is no balancer' => sub {
    my $socket = CitrixGuard::Raw::connection(443, host => '192.0.2.51',
                                              from => $OTHER);
    syswrite $socket, "PROXY TCP4 198.51.100.9 192.0.2.51 1000 443\r\n";
    IO::Socket::SSL->start_SSL($socket, { $node{node1}->tls }->{tls}->%*)
        or die $IO::Socket::SSL::SSL_ERROR;
    print {$socket} "GET /liar HTTP/1.0\r\nHost: "
        . "$CitrixGuard::Gateway::NAME\r\n\r\n";
    like scalar(<$socket>), qr/^HTTP/, 'is served';
    close $socket;
    ok wait_until(sub {
        $node{node1}->access_log('gateway.log') =~ m{^\Q$OTHER\E .*GET /liar}m;
    }), '... under its own address';
    for my $path ('alive', 'citrix-guard') {
        my $answer = CitrixGuard::Raw::ask(8081,
            "GET /$path HTTP/1.0\r\n\r\n", host => '192.0.2.51',
            from => $OTHER);
        is $answer->{status}, 403, "/$path is not for it";
    }
};


subtest 'Prometheus brings counts together' => sub {
    ok $prometheus->until(sub {
        return (value('sum(citrix_guard_events_total{job="citrix_guard"})')
                // 0) == $attacks
    }, 30), 'the sum is what was sent' or diag $prometheus->said;
    ok value("citrix_guard_events_total{instance=~\"$_:8081\","
             . 'verdict="blocked"}') > 0, "... of which $_ had some"
        for '192.0.2.51', '192.0.2.52';
    ok $prometheus->until(sub { (value('citrix_guard:nodes') // 0) == 2 }),
        'citrix_guard:nodes';
    attack() for 1 .. 10;
    ok $prometheus->until(sub {
        return (value('sum(citrix_guard:events:rate5m)') // 0) > 0;
    }), 'citrix_guard:events:rate5m';
    is value('count(count by (instance) (citrix_guard_mode{mode="on"} == 1))'),
        2, 'both are on';
};


subtest 'syslog brings events together' => sub {
    ok $rsyslog->until(sub { collected('events.json') == $attacks }),
        'each has arrived';
    my @lines = map { decode_json($_) } collected('events.json');
    my %from;
    push @{ $from{"$_->{node} $_->{from}"} }, $_->{event} for @lines;
    is_deeply [sort keys %from], ['node1 192.0.2.51', 'node2 192.0.2.52'],
        'told apart by node';
    my %client = map { ($_->{event}{client} => 1) } @lines;
    is_deeply [sort keys %client], [$CLIENT, $OTHER], '... with the clients';
    my %id = map { ($_->{event}{id} => 1) } @lines;
    is scalar keys %id, $attacks, '... each with a reference of its own';
    for my $name (@NODES) {
        my ($key) = grep {/^$name /} keys %from;
        is_deeply [map { decode_json($_)->{id} } collected("$name.json")],
            [map { $_->{id} } @{ $from{$key} }], "a file for $name";
    }
    my @rest = collected('nodes.log');
    for my $name (@NODES) {
        ok scalar(grep {/ $name citrix_guard: .*citrix_guard: blocked /} @rest),
            "what nginx on $name says";
        ok scalar(grep {/ $name citrix_guard_access: /} @rest),
            '... and its access log';
    }
};


subtest 'a node is taken out' => sub {
    my @sessions = map { session($BALANCER) } 1 .. 6;
    my ($quiet, $gone) = @NODES;
    kill 'QUIT', $node{$quiet}->pid;
    my $served = 0;
    for (1 .. 20) {
        $served += serves($BALANCER);
        sleep 0.1;
    }
    is $served, 20, 'new clients are served, at once and later';
    is scalar(grep { alive($_) } @sessions), 6, 'no session is cut';
    @sessions = ();
    ok wait_until(sub { $node{$quiet}->_ended }), 'it ends with its sessions';

    ok $prometheus->until(sub { (value('citrix_guard:nodes') // 0) == 1 }),
        'Prometheus sees one node';
    is value('ALERTS{alertname="CitrixGuardNodeGone",instance="192.0.2.51:8081"'
             . ',alertstate="pending"}'), 1, '... and is about to say so';

    $node{$quiet}->start;
    ok wait_until(sub { serves($BALANCER) }), 'it is back';
    sleep 3;
    @sessions = map { session($BALANCER) } 1 .. 6;
    crash($gone);
    $served = 0;
    for (1 .. 20) {
        $served += serves($BALANCER);
        sleep 0.1;
    }
    is $served, 20, 'one crashes: new clients are served, at once and later';
    my $alive = grep { alive($_) } @sessions;
    ok $alive > 0 && $alive < 6, "... and sessions on the other go on: $alive";
    figure('nodes', 2);
    figure('attacks refused', $attacks);
};

figures();

done_testing;
