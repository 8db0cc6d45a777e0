# $citrix_guard_outcome: what the ADC's answer says about a suspicious request,
# and the line at alert when it says that something got through.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

# the status is in the query, or in a header field
my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    my ($status) = $request->{head} =~ /^X-Status: (\d+)/m;
    return { status => $status // 200, body => $status
             && $status =~ /^(?:204|304)$/ ? undef : "x\n" };
});

my $nginx = CitrixGuard::Nginx->new(
    ports => 3, vars => { BE => $be->port },
    http => join '', <<'END',
    proxy_cache_path %%DIR%%/cache keys_zone=store:1m;
    log_format outcome '$citrix_guard_outcome';
    access_log %%DIR%%/outcome.log outcome;
END
    map { "server { listen 127.0.0.1:%%PORT$_->[0]%%; citrix_guard "
        . $_->[1] . <<'END' } [1, 'on;'], [2, 'detect;'],
    proxy_intercept_errors on;
    error_page 404 418 =200 /page;
    location / { proxy_pass http://127.0.0.1:%%BE%%; }
    location /cached/ { proxy_cache store; proxy_cache_valid any 1h;
                        proxy_pass http://127.0.0.1:%%BE%%; }
    location = /page { return 200 "a page\n"; }
    location /moved/ { rewrite ^/moved/(.*)$ "/vpn/..;/vpns/$1" break;
                       proxy_pass http://127.0.0.1:%%BE%%; }
    location /local/ { return 200 "x\n"; }
}
END
    [3, 'on; citrix_guard_exempt traversal header;']
)->start;

my $seen = 0;


sub outcome {
    my $log = $nginx->access_log('outcome.log');
    my $new = substr $log, $seen;
    $seen = length $log;
    return join ' ', split /\n/, $new;
}


sub alerts {
    my $log = $nginx->error_log;
    my $from = $nginx->{alerts} // 0;
    $nginx->{alerts} = length $log;
    return grep {/\[alert\]/} split /\n/, substr $log, $from;
}


my $dir = '/vpn/../vpns';

my @cases = (
    # target, status of the ADC, outcome
    ["$dir/portal/scripts/newbm.pl", 200, 'scan-success'],
    ["$dir/portal/scripts/newbm.pl", 304, 'exploit-suspected'],
    ["$dir/portal/scripts/newbm.pl", 206, 'scan-success'],
    ["$dir/portal/scripts/newbm.pl", 403, 'attempt'],
    ["$dir/portal/scripts/newbm.pl", 404, 'attempt'],
    ["$dir/portal/scripts/newbm.pl", 401, 'attempt'],
    ["$dir/portal/scripts/newbm.pl", 500, 'attempt'],
    ["$dir/portal/scripts/newbm.pl?a=.xml", 200, 'scan-success'],
    ["$dir/portal/scripts/newbm.pl/more", 200, 'scan-success'],
    ["$dir/portal/scripts/newbm.pl;x.xml", 200, 'scan-success'],
    ["$dir/portal/scripts/newbm.plx", 200, 'attempt'],
    ["$dir/cfg/smb.conf", 200, 'scan-success'],
    ["$dir/cfg/smb%2econf", 200, 'scan-success'],
    ["$dir/cfg/smb.conf%3fa", 200, 'scan-success'],
    ["$dir/cfg/smb.conf", 304, 'attempt'],
    ["$dir/portal/a.xml", 200, 'exploit-suspected'],
    ["$dir/portal/a.xml", 304, 'exploit-suspected'],
    ["$dir/portal/a.xml", 206, 'exploit-suspected'],
    ["$dir/portal/a.XML", 200, 'exploit-suspected'],
    ["$dir/portal/a.%78ml", 200, 'exploit-suspected'],
    ["$dir/portal/a.xml", 404, 'attempt'],
    ["$dir/portal/a.xml", 302, 'attempt'],
    ["$dir/portal/%5b%2525x%5d.xml", 200, 'exploit-suspected'],
    ["$dir/" . 'a' x 6_000 . '.xml', 200, 'exploit-suspected'],
    ["$dir/a.xml/" . 'a' x 6_000, 200, 'exploit-suspected'],
    ["$dir/homepage.html", 200, 'attempt'],
    ["$dir/", 200, 'attempt'],
    ['/vpn/%c0%ae%c0%ae/v%c3%a4pns/a.xml', 200, 'exploit-suspected'],
    ['/moved/a.xml', 200, 'exploit-suspected'],
    ["/local/../$dir/a.xml", 200, 'exploit-suspected'],
);

for my $case (@cases) {
    my ($target, $status, $outcome) = @$case;
    my $name = length $target > 60 ? substr($target, 0, 60) . '...' : $target;
    my @headers = (headers => ['X-Status', $status]);
    for my $n (2, 3) {
        next if $n == 3 && $target =~ /moved/;
        get($nginx->port($n), $target, @headers);
        is outcome(), $outcome,
           ($n == 2 ? 'detect' : 'exempted') . ": $name, $status";
        my @alerts = alerts();
        my $expected = $outcome =~ /^[se]/ ? 1 : 0;
        is scalar @alerts, $expected, "... $expected at alert";
        like $alerts[0], qr/citrix_guard:\ \Q$outcome\E\ reason=\w+
            .*\ status=$status\ id=[0-9a-f]{32}\ target="/x, '... the line'
            if $expected;
    }
    next if $target =~ /local/;
    get($nginx->port(1), $target, @headers);
    is outcome(), 'blocked', '... on: blocked';
    is scalar(my @none = alerts()), 0, '... and no alert';
}

subtest "from nginx's cache" => sub {
    for my $n (1 .. 2) {
        get($nginx->port(2), '/cached/..;/vpns/a.xml');
        is outcome(), 'exploit-suspected', "time $n";
    }
    is scalar(my @alerts = alerts()), 2, 'an alert each';
    is scalar(grep { $_->{target} =~ /cached/ } $be->arrivals($nginx)), 1,
       'one was forwarded';
};


subtest 'headers and other requests' => sub {
    get($nginx->port(2), '/vpns/portal/scripts/newbm.pl',
        headers => ['NSC-USER', '../x']);
    is outcome(), 'scan-success', 'a script, by its header';
    get($nginx->port(2), '/other/newbm.pl', headers => ['NSC-USER', '../x']);
    is outcome(), 'attempt', 'not below vpns';
    get($nginx->port(2), '/vpns/portal/a.xml');
    is outcome(), '', 'nothing suspicious: no outcome';
    get($nginx->port(2), '/../vpns/a.xml');
    is outcome(), 'attempt', "nginx's own 400";
    my @alerts = alerts();
    is scalar @alerts, 1, 'one alert';
};

done_testing;
