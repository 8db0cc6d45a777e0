# The directives of rules: what they accept, what is in force where, and what
# comes of a match.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp);

my $be = CitrixGuard::Recorder->new;
my $checked = CitrixGuard::Nginx->new(vars => { BE => $be->port });


sub check {
    my ($http, $server, $location) = @_;
    $checked->configure(http => "$http\nserver { listen 127.0.0.1:%%PORT1%%; "
        . "citrix_guard on; $server\nlocation / { $location\n"
        . 'proxy_pass http://127.0.0.1:%%BE%%; } }');
    return $checked->check;
}


# what nginx -t says to a rule
my @BAD = (
    ['',                   qr/invalid number of arguments/],
    ['a',                  qr/a rule needs a target and a pattern/],
    ['a path',             qr/a target without a pattern/],
    ['a/b path x',         qr{invalid rule ID "a/b", it must be 1 to 64}],
    ['traversal path x',   qr/invalid rule ID "traversal", it is the name/],
    ['a paths x',          qr/invalid target "paths", it must be one of path/],
    ['a length:body:9 >1', qr/invalid target "length:body:9"/],
    ['a header: x',        qr/invalid header name in target "header:"/],
    ['a body:0 x',         qr/invalid number in target "body:0"/],
    ['a body:1025k x',     qr/invalid number in target "body:1025k"/],
    ['a path "("',         qr/invalid pattern "\(": missing closing/],
    ['a path ""',          qr/empty pattern/],
    ['a path \C',          qr/invalid pattern "\\C"/],
    ['a length:path 9',    qr/invalid comparison "9", it must be ">"/],
    ['a path x deny',      qr/invalid parameter "deny", it must be "and"/],
    ['a path x and',       qr/a target without a pattern/],
    ['a path x and path',  qr/a target without a pattern/],
    ['a path x block detect', qr/more than one of "detect", "block"/],
    ['a path x of=a',      qr/"of=" is for a rule with "pass" only/],
    ['a path x pass of=b', qr/unknown "b" in "citrix_guard_rule" directive/],
    ['a body:9 x pass',    qr/a rule with "pass" cannot look at a body/],
    ['a path x' . ' and path x' x 8, qr/too many conditions, 8 at most/],
    ['a path x; citrix_guard_rule a path y',
                           qr/rule "a" is given already in \S+:\d+/],
);

for my $case (@BAD) {
    my ($rule, $message) = @$case;
    my ($status, $out) = check("citrix_guard_rule $rule;", '', '');
    isnt $status, 0, "citrix_guard_rule $rule is rejected";
    like $out, qr/\[emerg\].*$message/, '... and why is said';
}

for my $case (['citrix_guard_exempt x;', qr/unknown "x" in "citrix_guard_exe/],
              ['citrix_guard_detect_for ten;', qr/invalid address "ten"/]) {
    my ($status, $out) = check('', $case->[0], '');
    isnt $status, 0, "$case->[0] is rejected";
    like $out, qr/\[emerg\].*$case->[1]/, '... and why is said';
}


# what it warns of, and what not
my @WARNED = (
    ['a path ^/(a+)+$',  qr/rule "a" .* meets a limit of PCRE2 \(error -47\)/],
    ['a path ^/vpn',     qr{rule\ "a" .*\ refuses\ what\ everybody\ sends,
                            \ such\ as\ "GET\ /vpn/index.html"}x],
    ['a length:host >3', qr/refuses what everybody sends, such as "GET \/"/],
    ['a header:accept-language nl', qr/refuses what everybody sends/],
    ['a method post and header:cookie nsc_aaac', qr/such as "POST /],
    ['a path ^/vpn detect'],
    ['a path ^/vpn pass'],
    ['a path ^/vpn and body:9 x'],
    ['a query ^[abc]*$ and path ^/zzz'],
);

for my $case (@WARNED) {
    my ($rule, $message) = @$case;
    my ($status, $out) = check("citrix_guard_rule $rule;", '', '');
    is $status, 0, "citrix_guard_rule $rule is taken";
    $message ? like $out, qr/\[warn\] citrix_guard: .*$message/, '... warned of'
             : unlike $out, qr/\[warn\]/, '... without a warning';
}

# at the server, in the location, how often
for my $case (['', '', 0],
              ['', 'citrix_guard off; citrix_guard_rule b path ^/zzz;', 1],
              ['citrix_guard_rule a path ^/b;', '', 1],
              ['', 'citrix_guard_rule a path ^/b;', 0],
              ['', 'citrix_guard_exempt a;', 0]) {
    my ($server, $location, $count) = @$case;
    my (undef, $out) = check('citrix_guard_rule a path ^/zzz;', $server,
                             $location);
    is scalar(() = $out =~ /rule "\w" \(\S+:\d+\) is in force nowhere/g),
       $count, "$server $location: in force";
}

{
    my ($status, $out) = check(
        join("\n", map {"citrix_guard_rule r$_ path ^/abc$_/[a-z]+/x;"}
                   1 .. 4096), '', '');
    is $status, 0, '4096 rules at a level';
    ($status, $out) = check(
        join("\n", map {"citrix_guard_rule r$_ path ^/abc$_/[a-z]+/x;"}
                   1 .. 4097), '', '');
    like $out, qr/\[emerg\].*too many rules in force at one level, 4096 at/,
         '... and not one more';
}

for my $http2 (0, 1) {
    my $listen = $http2 ? CitrixGuard::Http2::listen_lines(
                              '127.0.0.1:%%PORT1%%')
                        : 'listen 127.0.0.1:%%PORT1%%;';
    for my $size ('64k', '65k') {
        my (undef, $out) = $checked->configure(http =>
            "citrix_guard_rule a path ^/zzz and body:$size x;"
            . "server { $listen citrix_guard on; location / { proxy_pass "
            . 'http://127.0.0.1:%%BE%%; } }')->check;
        $http2 && $size eq '65k'
            ? like $out, qr/rule "a" .* asks for 66560 bytes of a body, but/,
                   "HTTP/2, $size: warned of"
            : unlike $out, qr/\[warn\]/, "$listen, $size: no warning";
    }
}


my $PASS = 'proxy_pass http://127.0.0.1:%%BE%%;';

my $nginx = CitrixGuard::Nginx->new(
    ports => 3, vars => { BE => $be->port }, http => <<"END")->start;
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
    citrix_guard_rule slow   query "^(a+)+\$" and path ^/slow;
    server {
        listen 127.0.0.1:%%PORT1%%;
        location /          { $PASS }
        location /ex/       { citrix_guard_exempt report traversal; $PASS }
        location /over/     { citrix_guard_rule report path ^/over/x;
                              citrix_guard_rule own path ^/over/own; $PASS }
        location /off/      { citrix_guard off; $PASS }
        location /rewrite/  { rewrite ^ /pcidss/report?x last; }
        location /detect/   { citrix_guard detect; $PASS }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard_detect_for 192.0.2.0/24 127.0.0.1;
        location / { $PASS }
    }
    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard_detect_for 192.0.2.0/24 2001:db8::/32;
        location / { $PASS }
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

done_testing;
