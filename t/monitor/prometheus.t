# A real Prometheus scrapes the monitor, loads the alerts, and understands
# every query of the dashboard.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use HTTP::Tiny;
use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Program;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(free_port scratch slurp spew);

my $CONF = "$FindBin::Bin/../../ngx_citrix_guard/conf/monitoring";

is system("promtool check rules $CONF/alerts.yml >/dev/null") >> 8, 0,
   'promtool accepts the alerts';
like `promtool test rules $FindBin::Bin/../data/alerts.test.yml 2>&1`,
     qr/SUCCESS/, 'they come when they should, and at no other time';
my $alerts = slurp("$CONF/alerts.yml");
my $alert = () = $alerts =~ /- alert: /g;
my @runbooks = $alerts =~ m{^ +runbook_url: "file:///\S+/docs/(\w+\.md)(?:#\w+)?"$}mg;
is scalar @runbooks, $alert, 'each alert has a runbook';
is_deeply [grep { !-f "$FindBin::Bin/../../docs/$_" } @runbooks], [],
    '... and the page exists';
like `amtool check-config $CONF/alertmanager.yml 2>&1`, qr/SUCCESS/,
     'Alertmanager accepts its example';

my $scratch = scratch();
my $port = free_port();
my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port },
    http => <<'END')->start;
    citrix_guard_zone guard:1m canary=kanarie-4711;
    server { listen 127.0.0.1:%%PORT1%%; server_name gateway.example.com;
             citrix_guard on;
             citrix_guard_rule a.rule path "^/ruled";
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%; server_name monitor;
             location = /citrix-guard { citrix_guard_monitor;
                                        allow 127.0.0.1; deny all; } }
END

# the example, with the ports and times of the test
my $config = slurp("$CONF/prometheus.yml");
$config =~ s/- alerts\.yml/- $CONF\/alerts.yml/;
$config =~ s/127\.0\.0\.1:8089/'127.0.0.1:' . $nginx->port(2)/e;
$config =~ s/scrape_interval: 15s/scrape_interval: 1s/;
spew("$scratch/prometheus.yml", "global:\n  evaluation_interval: 1s\n$config");

my $prometheus = CitrixGuard::Program->new("$scratch/log", 'prometheus',
    "--config.file=$scratch/prometheus.yml",
    "--storage.tsdb.path=$scratch/data",
    "--web.listen-address=127.0.0.1:$port");


sub api {
    my ($path) = @_;
    my $reply = HTTP::Tiny->new(timeout => 10)->get(
        "http://127.0.0.1:$port/api/v1/$path");
    return eval { decode_json($reply->{content}) } || {};
}


sub query {
    my ($expression) = @_;
    $expression =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;
    return api("query?query=$expression");
}


sub value {
    my ($expression) = @_;
    my $result = query($expression)->{data}{result} // [];
    return @$result ? $result->[0]{value}[1] : undef;
}


get($nginx->port, '/vpn/../vpns/') for 1 .. 3;
get($nginx->port, $_) for '/ruled', '/../vpns/', '/clean',
                          '/vpn/../vpns/kanarie-4711';
$nginx->settle;

ok $prometheus->until(sub {
    return (value('sum(citrix_guard_events_total)') // 0) == 5;
}, 60), 'it has scraped the events' or diag $prometheus->said;

my ($target) = @{ api('targets')->{data}{activeTargets} };
is $target->{health}, 'up', 'the target is up';
is $target->{lastError}, '', '... without an error';

my %expected = (
    'citrix_guard_events_total{verdict="blocked"}' => 5,
    'citrix_guard_reasons_total{reason="traversal"}' => 4,
    'citrix_guard_found_total{at="nginx"}' => 1,
    'citrix_guard_rules_total{rule="a.rule",verdict="blocked"}' => 1,
    'citrix_guard_canary_total{verdict="blocked"}' => 1,
    'citrix_guard_passed_total' => 1,
    'citrix_guard_mode{mode="on",server="gateway.example.com"}' => 1,
    'citrix_guard_errors_total' => 0,
    'citrix_guard_lost_total{what="event"}' => 0,
    'citrix_guard_lost_total{what="line"}' => 0,
    'citrix_guard_upgrade_beside' => 0,
    'citrix_guard_upgrade_uncounted' => 0,
);

is value($_), $expected{$_}, $_ for sort keys %expected;
cmp_ok abs(time - value('citrix_guard_mode_timestamp_seconds')), '<', 120,
       'since when';

my @rules = map { @{ $_->{rules} } } @{ api('rules')->{data}{groups} };
is scalar @rules, 21, 'the alerts are loaded';
ok $prometheus->until(sub {
    @rules = map { @{ $_->{rules} } } @{ api('rules')->{data}{groups} };
    return !grep { $_->{health} eq 'unknown' } @rules;
}), 'and evaluated';
is_deeply [grep { $_->{health} ne 'ok' } @rules], [], '... without an error';

subtest 'the dashboard' => sub {
    my $dashboard = decode_json(slurp("$CONF/grafana.json"));
    my @expressions = map { $_->{expr} }
        map({ @{ $_->{targets} } } @{ $dashboard->{panels} }),
        @{ $dashboard->{annotations}{list} };
    cmp_ok scalar @expressions, '>', 10, 'it has queries';
    for my $expression (@expressions) {
        # what Grafana would insert
        $expression =~ s/\$__(?:range|rate_interval)/5m/g;
        $expression =~ s/\$server/.*/g;
        unlike $expression, qr/\$/, "$expression: known";
        my $reply = query($expression);
        is $reply->{status}, 'success', '... is valid'
            or diag $reply->{error};
        for my $name ($expression =~ /(citrix_guard_\w+)/g) {
            ok defined value("count($name)"), "... there is $name";
        }
    }
};

done_testing;
