# $citrix_guard_outcome: what the ADC's answer says about a suspicious request,
# and the alert if it says that something got through.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch;

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


# What nginx makes of an ADC that does not answer is no answer of the ADC's.
my $slow = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    my ($what) = $request->{target} =~ m{/(\w+)-};
    $what //= '';
    return { raw => '', close => 1 } if $what eq 'silent';
    return { raw => "HTTP/1.1 200 OK\r\nX: y\r\n", close => 1 }
        if $what eq 'half';
    return { raw => "HTTP/1.1 200 OK\r\n\x01\x02: y\r\n\r\n", close => 1 }
        if $what eq 'broken';
    return { status => $what eq 'none' ? 404 : 200, body => "x\n", close => 1 }
        if $what =~ /^(?:now|none|allow)\z/;
    return { raw => "HTTP/1.1 $1 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx\n",
             close => 1 } if $what =~ /^early(\d+)/;
    select undef, undef, undef, $what eq 'late' ? 2.5 : 0.5;
    return { status => $what eq 'gone' ? 404 : 200, body => "x\n",
             close => 1 };
});

my $closed = CitrixGuard::Scratch::free_port();

my $other = CitrixGuard::Nginx->new(
    ports => 3, vars => { BE => $slow->port, CLOSED => $closed },
    expected => qr/upstream/,
    http => join '', <<'HEAD',
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/event.log event if=$citrix_guard_event;
    proxy_read_timeout 1s;
    proxy_next_upstream off;
    upstream both { server 127.0.0.1:%%CLOSED%%;
                    server 127.0.0.1:%%BE%% backup; }
HEAD
    map { "server { listen 127.0.0.1:%%PORT$_->[0]%%; citrix_guard $_->[1]; "
          . <<'END' } [1, 'on'], [2, 'detect'],
    location / { proxy_pass http://127.0.0.1:%%BE%%; }
    location /named/ { set $to 127.0.0.1:%%BE%%;
                       proxy_pass http://$to$request_uri; }
    location /unbuffered/ { proxy_request_buffering off;
                            proxy_http_version 1.1;
                            proxy_pass http://127.0.0.1:%%BE%%; }
    location /mirror/ { mirror /mirrored; proxy_pass http://127.0.0.1:%%BE%%/none-; }
    location = /mirrored { internal;
                           proxy_pass http://127.0.0.1:%%BE%%$request_uri; }
    location /asked/ { auth_request /mirrored; root %%DIR%%/html; }
    location /allowed/ { auth_request /allow;
                         proxy_pass http://127.0.0.1:%%BE%%; }
    location = /allow { internal; proxy_pass http://127.0.0.1:%%BE%%/allow-; }
    location /nobody/ { proxy_pass http://127.0.0.1:%%CLOSED%%; }
    location /twice/ { proxy_next_upstream error timeout non_idempotent;
                       proxy_pass http://both; }
}
END
    [3, 'on; citrix_guard_exempt traversal'])->start;

my $read = 0;


# The new events; they may come after the client has gone.
sub events {
    my ($n) = @_;
    my @new;
    CitrixGuard::Scratch::wait_until(sub {
        my @all = split /\n/, $other->access_log('event.log');
        @new = @all[$read .. $#all];
        return @new >= $n;
    });
    $other->settle;
    $read += @new;
    return map { JSON::PP::decode_json($_) } @new;
}


sub raised {
    my $log = $other->error_log;
    my $from = $other->{alerts} // 0;
    $other->{alerts} = length $log;
    return map {/\[(crit|alert)\] .* citrix_guard: (\S+) / ? "$1 $2" : ()}
        split /\n/, substr $log, $from;
}


subtest 'an ADC that does not answer' => sub {
    for my $case (
        # of the ADC, of the event, the ADC's status, alarm
        ['silent-a', 'unknown', undef, 502],
        ['late-a', 'unknown', undef, 504],
        ['half-a', 'exploit-suspected', 200, 502],
        ['half-b.txt', 'attempt', 200, 502],
        ['broken-a', 'exploit-suspected', 200, 502],
        # an interim answer, which nginx takes for the last one
        ['early100-a', 'unknown', 100, 100],
        CitrixGuard::Nginx::at_least('1.29.0')
            ? ['early103-b.txt', 'attempt', 200, 200]
            : ['early103-b.txt', 'unknown', 103, 103],
    ) {
        my ($what, $outcome, $answer, $status) = @$case;
        for my $n (2, 3) {
            my $file = $what =~ /\./ ? $what : "$what.xml";
            get($other->port($n), "$dir/portal/$file", version => '1.0');
            my ($event, @more) = events(1);
            is scalar @more, 0, "$what on $n: one event";
            is_deeply [@$event{qw(outcome status)},
                       $event->{upstream}{status}],
                      [$outcome, $status, $answer],
                      '... what came of it';
            cmp_ok $event->{upstream}{sent}, '>', 20, '... it was sent';
            is_deeply [raised()], $outcome eq 'attempt' ? []
                : [$outcome eq 'unknown' ? 'crit unknown'
                                         : "alert $outcome"], '... alarm';
            is scalar($slow->arrivals($other)), 1, '... the ADC had it';
        }
    }
};


subtest 'an ADC that had nothing' => sub {
    get($other->port(2), "/nobody/../$dir/portal/a.xml");
    get($other->port(2), "/nobody/..;/vpns/portal/a.xml");
    my @events = events(2);
    my ($event) = grep { $_->{upstream} && $_->{target} =~ /;/ } @events;
    ok $event, 'asked for' or diag explain \@events;
    is $event->{outcome}, 'attempt', 'a refused connection: an attempt';
    is $event->{status}, 502, "... nginx's own 502";
    is_deeply [@{ $event->{upstream} }{qw(status sent)}], [undef, 0],
              '... is no answer of the ADC';
    raised();
    $slow->take;
    get($other->port(2), "/twice/..;/vpns/portal/quick-a.xml");
    ($event) = events(1);
    is $event->{outcome}, 'exploit-suspected',
       'the second one has answered';
    is $event->{upstream}{status}, 200, '... its status';
    raised();
    $slow->take;
};


# What a subrequest has asked the ADC for counts, if it was an attack.
subtest 'answers to subrequests' => sub {
    for my $case (
        # the ADC's answer to it, outcome, status
        ['mirror', 'now-a.xml', 'exploit-suspected', 200],
        ['mirror', 'now-a.txt', 'attempt', 404],
        ['mirror', 'silent-a.xml', 'unknown', undef],
        ['mirror', 'none-a.xml', 'attempt', 404],
        ['asked', 'now-a.pl', 'scan-success', 200],
        ['asked', 'none-a.pl', 'attempt', 404],
        ['asked', 'silent-a.pl', 'unknown', undef],
        # a clean one, whatever is said of it
        ['allowed', 'none-a.xml', 'attempt', 404],
    ) {
        my ($place, $file, $outcome, $answer) = @$case;
        for my $n (2, 3) {
            get($other->port($n), "/$place/..;/vpns/portal/$file");
            my ($event, @more) = events(1);
            is scalar @more, 0, "$place, $file on $n: one event";
            is $event->{outcome}, $outcome, '... what came of it';
            is $event->{upstream}{status}, $answer, '... which answer';
            is_deeply [raised()], $outcome eq 'attempt' ? []
                : [$outcome eq 'unknown' ? 'crit unknown' : "alert $outcome"],
                '... alarm';
            ok scalar(grep { $_->{target} =~ /\Q$file\E/ }
                      $slow->arrivals($other)), '... the ADC had it';
        }
    }
    my $c = CitrixGuard::Raw->new($other->port(2));
    $c->put(CitrixGuard::Check::request('/asked/..;/vpns/portal/quick-a.xml'));
    select undef, undef, undef, 0.2;
    $c = undef;
    my ($event) = events(1);
    is $event->{outcome}, 'exploit-suspected', 'a client that hangs up';
    raised();
    $slow->take;
};


subtest 'a client that hangs up' => sub {
    for my $case ([2, '', 'quick-a.xml', 'exploit-suspected', 200],
                  [3, '', 'quick-a.xml', 'exploit-suspected', 200],
                  [2, '/named/..;/vpns/portal/', 'quick-b.xml',
                   'exploit-suspected', 200],
                  [2, '', 'gone-a.xml', 'attempt', 404],
                  [2, '', 'late-b.xml', 'unknown', undef]) {
        my ($n, $path, $file, $outcome, $answer) = @$case;
        my $c = CitrixGuard::Raw->new($other->port($n));
        $c->put(CitrixGuard::Check::request(
            ($path || "$dir/portal/") . $file));
        select undef, undef, undef, 0.2;
        $c = undef;
        my ($event) = events(1);
        is $event->{outcome}, $outcome, "$path$file on $n: $outcome";
        is $event->{upstream}{status}, $answer, "... the ADC's status";
        is_deeply [raised()], $outcome eq 'attempt' ? []
            : [$outcome eq 'unknown' ? 'crit unknown' : "alert $outcome"],
            '... alarm';
        is scalar($slow->arrivals($other)), 1, '... the ADC had it';
    }
    # a body that nginx does not buffer: it looks at the client again after it
    for my $n (2, 3) {
        my $c = CitrixGuard::Raw->new($other->port($n));
        $c->put("POST /unbuffered/..;/vpns/portal/quick-a.xml HTTP/1.1\r\n"
            . "Host: a\r\nContent-Length: 5\r\n\r\nx");
        select undef, undef, undef, 0.2;
        $c->put('=123');
        select undef, undef, undef, 0.2;
        $c = undef;
        my ($event) = events(1);
        is_deeply [$event->{outcome}, $event->{upstream}{status}],
            ['exploit-suspected', 200], "a body in pieces, on $n: its answer";
        is_deeply [raised()], ['alert exploit-suspected'], '... alarm';
        is scalar($slow->arrivals($other)), 1, '... the ADC had it';
    }
    # a clean request ends with its client, as without the guard
    my $c = CitrixGuard::Raw->new($other->port(2));
    $c->put(CitrixGuard::Check::request('/clean-a'));
    select undef, undef, undef, 0.1;
    $c = undef;
    $other->settle;
    is scalar(my @none = raised()), 0, 'a clean request: nothing';
};

done_testing;
