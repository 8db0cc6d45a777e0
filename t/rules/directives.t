# The directives of rules: what they accept, what nginx -t says about them, and
# which rules are in force where.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

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


# the output of nginx -t for a rule
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
    ['a path x pass of=query,b', qr/unknown "b" in "citrix_guard_rule"/],
    ['a path x pass of=b', qr/unknown "b" in "citrix_guard_rule" directive/],
    ['a body:9 x pass',    qr/a rule with "pass" cannot examine a body/],
    ['a path x' . ' and path x' x 8, qr/too many conditions, at most 8/],
    ['a path x; citrix_guard_rule a path y',
                           qr/rule "a" is already defined in \S+:\d+/],
);

for my $case (@BAD) {
    my ($rule, $message) = @$case;
    my ($status, $out) = check("citrix_guard_rule $rule;", '', '');
    isnt $status, 0, "citrix_guard_rule $rule is rejected";
    like $out, qr/\[emerg\].*$message/, '... with the reason';
}

for my $case (['citrix_guard_exempt x;', qr/unknown "x" in "citrix_guard_exe/],
              ['citrix_guard_detect_for ten;', qr/invalid address "ten"/]) {
    my ($status, $out) = check('', $case->[0], '');
    isnt $status, 0, "$case->[0] is rejected";
    like $out, qr/\[emerg\].*$case->[1]/, '... with the reason';
}


like +(check('citrix_guard_exempt x;', '', ''))[1], qr/\[emerg\].*unknown "x"/,
     'a name that is unknown at the outermost level';
like +(check('citrix_guard_rule abc path ^/x; citrix_guard_exempt ab;', '',
             ''))[1], qr/\[emerg\].*unknown "ab"/, 'the beginning of an ID';
like +(check('', '', 'citrix_guard_exempt trav;'))[1],
     qr/\[emerg\].*unknown "trav"/, 'the beginning of a reason';
is +(check('', '', 'citrix_guard_exempt traversal query vpns parent malformed '
                   . 'header injection upgrade unseen rule error;'))[0], 0,
   'all reasons may be exempt';
like +(check('', '', 'citrix_guard_detect_for 10.1.0.0/8;'))[1],
     qr/\[warn\].*low address bits of 10.1.0.0\/8 are meaningless/,
     'address bits without a meaning';


# what it warns of, and what not
my @WARNED = (
    ['a path ^/(a+)+$',  qr/rule "a" .* reaches a limit of PCRE2 \(error -47\)/],
    ['a path ^/vpn',     qr{rule\ "a" .*\ refuses\ ordinary\ requests,
                            \ such\ as\ "GET\ /vpn/index.html"}x],
    ['a length:host >3', qr/refuses ordinary requests, such as "GET \/"/],
    ['a header:accept-language nl', qr/refuses ordinary requests/],
    ['a method post and header:cookie nsc_aaac', qr/such as "POST /],
    ['a path ^/vpn detect'],
    ['a path ^/vpn pass'],
    ['a path ^/vpn and body:9 x'],
    ['a query ^[abc]*$ and path ^/zzz'],
    ['a length:host >300 and path ^/zzz'],
    ['a path ^/zzz and query ^(a+)+$', qr/reaches a limit of PCRE2/],
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
    is scalar(() = $out =~ /rule "\w" \(\S+:\d+\) has no effect/g),
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
    like $out, qr/\[emerg\].*too many rules in force at one level, at most 4096/,
         '... and not one more';
}

for my $http2 (0, 1) {
    my $listen = $http2 ? CitrixGuard::Http2::listen_lines(
                              '127.0.0.1:%%PORT1%%')
                        : 'listen 127.0.0.1:%%PORT1%%;';
    for my $case (['64k', 'on'], ['65k', 'on'], ['65k', 'detect']) {
        my ($size, $mode) = @$case;
        my (undef, $out) = $checked->configure(http =>
            "citrix_guard_rule a path ^/zzz and body:$size x;"
            . "server { $listen citrix_guard $mode; "
            . 'location / { proxy_pass http://127.0.0.1:%%BE%%; } '
            . 'location /b/ { proxy_pass http://127.0.0.1:%%BE%%; } }')->check;
        my $count = () = $out =~ /examines \d+ bytes of a body, but HTTP/g;
        is $count, $http2 && "@$case" eq '65k on' ? 1 : 0,
           "$listen, @$case: $count warnings";
    }
}

# where PCRE2 makes no machine code: here for one pattern
for my $case (['(*NO_JIT)', 1], ['', 0]) {
    my ($begin, $said) = @$case;
    my $nginx = CitrixGuard::Nginx->new(http =>
        "server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;\n"
        . "citrix_guard_rule a path \"${begin}^/zzz\"; }");
    my ($status) = $nginx->check;
    is $status, 0, "$begin^/zzz is taken";
    is scalar(() = slurp($nginx->dir . '/error.log') =~ /\[notice\].*citrix_guard: PCRE2 JIT is unavailable/g),
       $said, '... with the notice' . ($said ? '' : ' left out');
}

done_testing;
