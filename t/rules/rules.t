# Rules at work: the verdict of a match, in each place, and exceptions.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp);

my $be = CitrixGuard::Recorder->new;

my $PASS = 'proxy_pass http://127.0.0.1:%%BE%%;';

# more than a word of bits has, and a message that is longer than its room
my $MANY = join "\n", map {"citrix_guard_rule n$_ path ^/n$_\$ msg=;"} 1 .. 70;
my $LONG = 'x' x 700;

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => <<"END")->start;
    log_format rule '\$citrix_guard_verdict|\$citrix_guard_reason|'
                    '\$citrix_guard_rule|\$request_uri';
    access_log %%DIR%%/rules.log rule;
    underscores_in_headers on;
    citrix_guard on;
    citrix_guard_rule report path ^/pcidss/report "msg=CVE-2020-8193 \\"x\\"";
    citrix_guard_rule host   length:host >32 and path ^/oauth/;
    citrix_guard_rule agent  header:user_agent sqlmap detect;
    citrix_guard_rule method method ^(trace|track)\$;
    citrix_guard_rule many   count:headers >=9;
    citrix_guard_rule secret header:x-secret ^a case;
    citrix_guard_rule saml   path ^/saml/ pass of=report,query;
    citrix_guard_rule slow   query "^(a+)+\$" and path "^/(failing/)?slow";
    citrix_guard_rule xml    path "\\.xml\$";
    citrix_guard_rule any    path ^/any/ pass;
    citrix_guard_rule idle   query "^(b+)+\$" pass of=method;
    citrix_guard_rule report2 path ^/(?:ex2?|over)/report2;
    citrix_guard_rule rep    path ^/saml/rep\$;
    citrix_guard_rule port   host :8443\$;
    citrix_guard_rule evil   query ^evil=1;
    citrix_guard_rule long   path ^/long "msg=$LONG";
    server {
        listen 127.0.0.1:%%PORT1%%;
        location /          { $PASS }
        location /ex/       { citrix_guard_exempt report traversal; $PASS }
        location /over/     { citrix_guard_rule report path ^/over/x;
                              citrix_guard_rule report2 path ^/over/none;
                              citrix_guard_rule own path ^/over/own; $PASS }
        location /off/      { citrix_guard off; $PASS }
        location /ex2/      { citrix_guard_exempt report2; $PASS }
        location /wide/     { citrix_guard_exempt many; $PASS }
        location /out/      { citrix_guard_exempt traversal; proxy_pass
                              http://127.0.0.1:%%BE%%/vpn/../vpns/; }
        location /changed/  { rewrite ^ /elsewhere?evil=1 last; }
        location /rewrite/  { rewrite ^ /pcidss/report?x last; }
        location /detect/   { citrix_guard detect; $PASS }
        location /all/      { citrix_guard_exempt rule; $PASS }
        location /failing/  { citrix_guard_exempt error; $PASS }
        location /break/    { rewrite ^/break(/.*) \$1 break; $PASS }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard_detect_for 192.0.2.0/24 127.0.0.1;
        location / { $PASS }
        location /socket/ { citrix_guard_detect_for unix:; $PASS }
    }
    server {
        listen unix:%%DIR%%/socket;
        citrix_guard_detect_for unix:;
        location / { $PASS }
        location /one/ { citrix_guard_detect_for 127.0.0.1; $PASS }
    }
    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard_detect_for 192.0.2.0/24 2001:db8::/32;
        location / { $PASS }
    }
    server {
        listen 127.0.0.1:%%PORT4%%;
        citrix_guard_exempt method;
        $MANY
        location / { $PASS }
        location /deep/ { citrix_guard_exempt report2; $PASS }
    }
END


# port, target, more for the request, verdict, reason, rule
my @CASES = (
    [1, '/', [], 'pass', '', ''],
    [1, '/pcidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/PCIDSS/Report', [], 'blocked', 'rule', 'report'],
    [1, '/%70cidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/%2570cidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/.//pcidss/%2e/report?x', [], 'blocked', 'rule', 'report'],
    [1, '/x/..;/pcidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/pcidss%5creport', [], 'blocked', 'rule', 'report'],
    [1, '/x/pcidss/report', [], 'pass', '', ''],
    [1, '/?/pcidss/report', [], 'pass', '', ''],
    [1, '/rewrite/', [], 'blocked', 'rule', 'report'],
    [1, '/off/../pcidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/ex/../pcidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/oauth/', [], 'pass', '', ''],
    [1, '/oauth/', [host => 'h' x 33], 'blocked', 'rule', 'host'],
    [1, '/oauth', [host => 'h' x 33], 'pass', '', ''],
    [1, '/', [headers => ['User-Agent' => 'SQLMap']], 'detected', 'rule',
     'agent'],
    [1, '/', [headers => ['User_Agent' => 'SQLMap']], 'detected', 'rule',
     'agent'],
    [1, '/pcidss/report', [headers => ['User-Agent' => 'sqlmap']],
     'blocked', 'rule', 'report'],
    [1, '/vpn/../vpns/', [headers => ['User-Agent' => 'sqlmap']],
     'blocked', 'traversal', ''],
    [1, '/', [method => 'TRACK'], 'blocked', 'rule', 'method'],
    [1, '/', [headers => [map { ("X-$_" => 1) } 1 .. 7]], 'pass', '', ''],
    [1, '/', [headers => [map { ("X-$_" => 1) } 1 .. 8]], 'blocked', 'rule',
     'many'],
    [1, '/', [headers => ['X-Secret' => 'A']], 'pass', '', ''],
    [1, '/', [headers => ['X-Secret' => 'b', 'x_secret' => 'a']], 'blocked',
     'rule', 'secret'],
    [1, '/', [headers => ['X-Secret' => '%61']], 'blocked', 'rule',
     'secret'],
    [1, '/', [headers => ['X-Secret' => '%61' x 1000]], 'blocked', 'rule',
     'secret'],
    [1, '/saml/?/../vpns/', [], 'exempted', 'query', ''],
    [1, '/saml/../vpns/', [], 'blocked', 'traversal', ''],
    [1, '/saml/../?/../vpns/', [], 'blocked', 'query', ''],
    [1, '/saml/../pcidss/report', [], 'blocked', 'rule', 'report'],
    [1, '/ex/..%252fvpns', [], 'exempted', 'traversal', ''],
    [1, '/ex/', [headers => ['User-Agent' => 'sqlmap']], 'detected', 'rule',
     'agent'],
    [1, '/over/own', [], 'blocked', 'rule', 'own'],
    [1, '/over/x', [], 'blocked', 'rule', 'report'],
    [1, '/over/', [method => 'TRACK'], 'blocked', 'rule', 'method'],
    [1, '/off/x', [method => 'TRACK'], '', '', ''],
    [1, '/detect/', [method => 'TRACK'], 'detected', 'rule', 'method'],
    [1, '/slow?' . 'a' x 40, [], 'blocked', 'rule', 'slow'],
    [1, '/slow?' . 'a' x 40 . '!', [], 'blocked', 'error', 'slow'],
    [1, '/detect/slow?a', [], 'pass', '', ''],
    [1, '/all/?aaa', [method => 'TRACK'], 'exempted', 'rule', 'method'],
    [1, '/failing/slow?' . 'a' x 40 . '!', [], 'exempted', 'error', 'slow'],
    [1, '/failing/', [method => 'TRACK'], 'blocked', 'rule', 'method'],
    [1, '/break/a%3fb.xml', [], 'blocked', 'rule', 'xml'],
    [1, '/break/a.xml%3fb', [], 'pass', '', ''],
    [1, '/break/a%3fb?c.xml', [], 'pass', '', ''],
    [1, '/break/a.xml?%3f', [], 'blocked', 'rule', 'xml'],
    [1, '/ex/', [method => 'TRACK'], 'blocked', 'rule', 'method'],
    [1, '/ex/report2', [], 'blocked', 'rule', 'report2'],
    [1, '/ex/..%252fvpns', [method => 'TRACK'], 'blocked', 'rule', 'method'],
    [1, '/ex2/report2', [], 'exempted', 'rule', 'report2'],
    [1, '/ex2/report2', [headers => ['User-Agent' => 'sqlmap']], 'detected',
     'rule', 'agent'],
    [1, '/over/report2', [], 'pass', '', ''],
    [1, '/saml/rep', [], 'blocked', 'rule', 'rep'],
    [1, '/saml/', [method => 'TRACK'], 'blocked', 'rule', 'method'],
    [1, '/any/', [method => 'TRACK'], 'exempted', 'rule', 'method'],
    [1, '/any/?/../vpns/', [], 'blocked', 'query', ''],
    [1, '/?b', [method => 'TRACK'], 'exempted', 'rule', 'method'],
    [1, '/?' . 'b' x 40 . '!', [method => 'TRACK'], 'blocked', 'rule',
     'method'],
    [1, '/', [host => 'Gw:8443'], 'blocked', 'rule', 'port'],
    [1, '/changed/', [], 'blocked', 'rule', 'evil'],
    [1, '/out/', [], 'exempted', 'traversal', ''],
    [1, '/long', [], 'blocked', 'rule', 'long'],
    (map { [1, '/wide/', [headers => [(map { ("X-$_" => 1) } 1 .. $_),
                                      'X-Secret' => 'a']],
            'blocked', 'rule', 'secret'] } 15 .. 22),
    [4, '/n1', [], 'blocked', 'rule', 'n1'],
    [4, '/n70', [], 'blocked', 'rule', 'n70'],
    [4, '/deep/', [method => 'TRACK'], 'exempted', 'rule', 'method'],
    [2, '/slow?' . 'a' x 40 . '!', [], 'detected', 'error', 'slow'],
    [2, '/pcidss/report', [], 'detected', 'rule', 'report'],
    [2, '/vpn/../vpns/', [], 'detected', 'traversal', ''],
    [3, '/vpn/../vpns/', [], 'blocked', 'traversal', ''],
);

for my $case (@CASES) {
    my ($port, $target, $more, @expected) = @$case;
    my %more = @$more;
    my $host = delete $more{host};
    $more{headers} = [Host => $host], $more{no_host} = 1 if $host;
    my $name = "$port $target" . join '', map { ref ? " @$_" : " $_" } @$more;
    $name = substr $name, 0, 80;
    $nginx->events;
    $be->take;
    my $answer = get($nginx->port($port), $target, %more);
    my $refused = $expected[0] eq 'blocked';
    is $answer->{status}, $refused ? 403 : 200, "$name: status";
    is scalar($be->arrivals($nginx)), $refused ? 0 : 1, '... what arrived';
    my ($line) = reverse split /\n/, slurp($nginx->dir . "/rules.log");
    is $line, join('|', @expected, $target), '... variables';
    my @events = map { parse_event($_) // { verb => "no event: $_" } }
                 grep { !/could not be judged/ } $nginx->events;
    is join(' ', map { ($_->{verb}, $_->{reason}, $_->{rule} // ()) }
            @events),
       join(' ', grep { length && $_ ne 'pass' } @expected), '... events';
}

# a host in the target is the one that nginx takes for $host
for my $case (['http://' . 'h' x 33, 'x', 403],
              ['http://x', 'h' x 33, 403],
              ['http://' . 'h' x 32, 'x', 200],
              ['http://X:8080', 'x.:80', 200]) {
    my ($origin, $host, $status) = @$case;
    my $answer = CitrixGuard::Raw::ask($nginx->port(1),
        "GET $origin/oauth/ HTTP/1.1\r\nHost: $host\r\n"
        . "Connection: close\r\n\r\n");
    is $answer->{status}, $status, "$origin, Host: $host";
}


# the line's other fields: the exception, where it was found, the message
for my $case (
    ['/any/', [method => 'TRACK'], { by => 'any', in => 'request' }],
    ['/saml/?/../vpns/', [], { by => 'saml', in => 'target' }],
    ['/ex2/report2', [], { by => undef, in => 'target' }],
    ['/', [headers => ['X-Secret' => 'a']], { in => 'header', msg => undef }],
    ['/rewrite/', [], { in => 'uri', msg => 'CVE-2020-8193 \\x22x\\x22' }],
) {
    my ($target, $more, $expected) = @$case;
    $nginx->events;
    get($nginx->port(1), $target, @$more);
    my ($event) = map { parse_event($_) } $nginx->events;
    is $event->{$_}, $expected->{$_}, "$target: $_" for sort keys %$expected;
}

get($nginx->port(1), '/long');
my ($line) = $nginx->events;
like $line, qr/ msg="x{400,511}"(?:, |$)/, 'a long message is cut';
get($nginx->port(4), '/n1');
unlike +($nginx->events)[0], qr/msg=/, 'an empty message is not there';


subtest 'clients at a socket' => sub {
    require IO::Socket::UNIX;
    for my $case (['/..;/vpns/', 200], ['/one/..;/vpns/', 403]) {
        my ($target, $status) = @$case;
        my $c = IO::Socket::UNIX->new($nginx->dir . '/socket') or die "$!";
        print $c "GET $target HTTP/1.0\r\n\r\n";
        like scalar <$c>, qr/^HTTP\/1\.1 $status /, "$target: $status";
    }
    is get($nginx->port(2), '/socket/..;/vpns/')->{status}, 403,
        'others are none of them';
};

done_testing;
