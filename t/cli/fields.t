#!/usr/bin/perl

# citrix-guard scan: time, client, status and target of a request are those that
# the line has, whatever else looks like one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Scan qw(scan spewed);

my ($A, $T) = ('/vpn/../vpns/a.xml', '2020-01-10T07:00:00Z');
my $REQUEST = qq{"GET $A HTTP/1.1" 200 512};
my $JSON = qq{"client":"192.0.2.1","url":"$A","status":200};
my $V6 = '2001:db8::66';
my $HAPROXY = '[10/Jan/2020:07:00:00.1] fe~ be/adc1 0/0/1/2/3 200 512 - - '
    . qq{---- 1/1/0/0/0 0/0 "GET $A HTTP/1.1"};

# name, line, and what differs from the fields below
my @lines = (
    # the offset of a time within the line
    ['an offset', "2020-01-10T08:00:00+01:00 lb 192.0.2.1 $REQUEST"],
    ['... with a fraction', "[2020-01-10T08:00:00.123+01:00] $REQUEST 192.0.2.1"],
    ['... without a colon', "2020-01-10T02:00:00-0500 lb 192.0.2.1 $REQUEST"],
    ['... behind a blank', "2020-01-10 08:00:00 +0100 192.0.2.1 $REQUEST"],
    ['... Z', "2020-01-10T07:00:00.1Z 192.0.2.1 $REQUEST"],
    ['... none, but a number', "2020-01-10 07:00:00 -55555 192.0.2.1 $REQUEST"],
    ['... an impossible one', "2020-01-10 07:00:00 -9999 192.0.2.1 $REQUEST"],

    # how long it took is no time
    ['a duration', qq{{"time":5,"starttime":"$T",$JSON}}],
    ['... and no time', qq{{"time":5000,$JSON}}, time => undef],
    ['milliseconds', qq{{"ts":1578639600123,$JSON}}],
    ['microseconds', qq{{"ts":1578639600123456,$JSON}}],
    ['nanoseconds', qq{{"ts":1578639600123456789,$JSON}}],
    ['11 digits', qq{{"ts":15786396001,$JSON}}, time => undef],
    ['20 digits', qq{{"ts":15786396001234567890,$JSON}}, time => undef],

    ['RFC 1123', qq{{"time":"Fri, 10 Jan 2020 07:00:00 GMT",$JSON}}],
    ['... with an offset', qq{{"time":"Fri, 10 Jan 2020 08:00:00 +0100",$JSON}}],
    ['... of another zone', qq{{"time":"Fri, 10 Jan 2020 08:00:00 CET",$JSON}},
     time => undef],

    # JSON without a time of its own
    ['a syslog header', qq{<13>1 2020-01-10T08:00:00+01:00 gw nginx 1 - - {$JSON}}],
    ['a container', qq{2020-01-10T07:00:00.1Z stdout F {$JSON}}],
    ['... and a time of its own',
     qq{2020-01-10T09:00:00Z stdout F {"time":"$T",$JSON}}],
    ['... of a document', qq{2020-01-10T07:00:00Z stdout F {"a":[{$JSON}]}}],

    # the client
    ['IPv6', "$T lb $V6 $REQUEST", client => $V6],
    ['... with a port', "$T lb [$V6]:51234 10.0.0.1:443 $REQUEST",
     client => $V6],
    ['... HAProxy', "Jan 10 07:00:00 lb haproxy[1]: $V6:51234 $HAPROXY",
     client => $V6],
    ['IPv4 within IPv6', "$T lb ::ffff:192.0.2.1 $REQUEST"],
    ['no address', "$T dead::beef::1 abc:def Face::Add 192.0.2.1:80 $REQUEST"],
    ['a byte order mark', '<190>1 2020-01-10T07:00:00Z gw nginx 1 - - '
     . "\xef\xbb\xbf192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] $REQUEST"],
    ['the export of journalctl',
     "MESSAGE=192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] $REQUEST"],
    ['... IPv6', "MESSAGE=$V6 - - [10/Jan/2020:08:00:00 +0100] $REQUEST",
     client => $V6],

    # the status
    ['the time it took is none', "1578639600.123    404 192.0.2.1 TCP_MISS/200 512"
     . " GET http://gw$A user HIER_DIRECT/192.0.2.9 text/html",
     target => "http://gw$A"],

    # the target
    ['header fields behind the request', qq{t="$T" ip="192.0.2.1" status="200" }
     . qq{request="GET $A HTTP/1.1\\r\\nHost: gw\\r\\nReferer: /x\\r\\n"},
     time => undef],
);

for (@lines) {
    my ($name, $line, %differs) = @$_;
    my (undef, $is) = scan([], spewed('log', "$line\n"));
    my ($found, @more) = @{ $is->{findings} };
    my %is = map { $_ => $found->{$_} } qw(time client target status);
    is_deeply \%is,
        { time => $T, client => '192.0.2.1', target => $A, status => 200,
          %differs }, $name or diag $line;
    is @more, 0, '... once';
}

# a log with one line, and the exit status
my %EXITS = (
    # what is not the first target by its name
    'a lower name' => ['"url":"/index.html","uri":"/vpns/portal/a.xml","status":200', 3],
    '... first' => ['"uri":"/vpns/portal/a.xml","url":"/index.html","status":200', 3],
    '... a request' => ['"target":"/x","request":"GET /vpns/portal/a.xml HTTP/1.1",'
        . '"status":200', 3],
    '... a script' => ['"url":"/x","uri":"/vpns/portal/scripts/newbm.pl",'
        . '"status":200', 1],
    '... refused' => ['"url":"/x","uri":"/vpns/portal/a.xml","status":404', 1],
    '... twice' => ['"uri":"/index.html","uri":"/vpns/portal/a.xml","status":200', 3],
    '... honest' => ['"request_uri":"/vpn/","uri":"/index.php","status":200', 0],

    'two answers' => [qq{"url":"$A","status":404,"status":200}, 2],
    '... the other way round' => [qq{"url":"$A","status":200,"status":404}, 2],
    '... that agree' => [qq{"url":"$A","status":404,"status":404}, 1],
    '... and honest' => ['"url":"/","status":404,"status":200', 0],

    'a text in the user agent' => [qq{"url":"/","status":200,"ua":"GET $A"}, 2],
    '... in an unknown field' => [qq{"url":"/","status":200,"x":"see GET $A"}, 2],
    'a request in one' => [qq{"url":"/","status":200,"x":"GET $A HTTP/1.1"}, 3],

    # a line within the line
    'a stage in one' => ['"url":"/x","status":200,"message":"GET /vpns/portal/a.xml'
        . ' HTTP/1.1"', 3],
    '... encoded' => ['"url":"/x","status":200,"message":"GET /%76pns/portal/a.xml'
        . ' HTTP/1.1"', 3],
    '... with an encoded dot' => ['"url":"/x","status":200,"message":"GET '
        . '/vpns/portal/a%2exml HTTP/1.1"', 3],
    '... in its extension' => ['"url":"/x","status":200,"message":"GET '
        . '/vpn/themes/x%2ephp HTTP/1.1"', 3],
    '... escaped' => ['"url":"/x","status":200,"message":"GET /\u0076pns/portal/a.xml'
        . ' HTTP/1.1"', 3],
    '... with its answer' => ['"url":"/x","status":404,"message":"192.0.2.1 - - '
        . '[10/Jan/2020:08:00:00 +0100] \"GET /vpns/portal/a.xml HTTP/1.1\" 200 9"', 3],
    '... that was refused' => ['"url":"/x","status":200,"message":"192.0.2.1 - - '
        . '[10/Jan/2020:08:00:00 +0100] \"GET /vpns/portal/a.xml HTTP/1.1\" 404 9"', 1],
    '... beside a stage' => ['"url":"/vpns/portal/scripts/newbm.pl","status":200,'
        . '"message":"GET /vpns/portal/a.xml HTTP/1.1"', 3],
    '... of another answer' => ['"url":"/vpns/portal/b.xml","status":404,'
        . '"message":"192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] '
        . '\"GET /vpns/portal/a.xml HTTP/1.1\" 200 9"', 2],
    '... only named' => ['"url":"/x","status":200,"message":"/vpns/portal/a.xml is new"',
        0],

    '... beside a text that names one' => ['"url":"/vpns/portal/b.xml","status":200,'
        . '"message":"192.0.2.1 - - [10/Jan/2020:08:00:00 +0100] \"GET /y HTTP/1.1\" '
        . '404 9 \"https://gw/vpns/portal/a.xml\" \"-\""', 3],

    'three targets' => ['"request_uri":"/x","url":"/vpns/portal/scripts/newbm.pl",'
        . '"uri":"/vpns/portal/a.xml","status":200', 3],
    '... with an encoded dot, second' => ['"url":"/x","uri":"/vpns/portal/a%2exml",'
        . '"status":200', 3],
    '... of one name' => ['"uri":"/x","uri":"/vpns/portal/scripts/newbm.pl",'
        . '"uri":"/vpns/portal/a.xml","status":200', 3],
    'more than anybody logs' => ['"uri":"/x",' . join('', map
        {qq{"uri":"/vpns/portal/scripts/$_.pl",}} 1 .. 8)
        . '"uri":"/vpns/portal/a.xml","status":200', 2],
);

for my $name (sort keys %EXITS) {
    my ($fields, $status) = @{ $EXITS{$name} };

    # lines before it that have the same layout, and such that have not
    (my $same = $fields) =~ s/vpns|%76pns|\\u0076pns|\.\.|%2ephp/x/g;
    $same =~ s/\b404\b/200/g;
    for my $plain ($same, '"url":"/","status":200') {
        my ($ran) = scan([], spewed('log', join '', map
            {qq{{"time":"$T","ip":"192.0.2.1",$_}\n}} ($plain) x 9, $fields,
            $plain));
        is $ran->{status}, $status, $name or diag $fields;
    }
}

# the last line of a log, behind lines that are much like it
my $CLF = '192.0.2.1 - - [10/Jan/2020:07:00:00 +0000]';
for (['a blank within the target', qq{$CLF "GET / HTTP/1.1" 200 9},
      qq{$CLF "GET /vpns/portal/a .xml/1.1" 200 9}],
     ['two dots in a name', qq{$CLF "GET / HTTP/1.1" 200 9},
      qq{$CLF "GET /vpn/themes/x..php HTTP/1.1" 200 9}],
     ['a target alone, in JSON', qq{{"time":"$T","ip":"192.0.2.1","url":"/","status":200}},
      qq{{"time":"$T","ip":"192.0.2.1","url":"/vpns/portal/a.xml","status":200}}],
     ['... in pairs', "time=$T ip=192.0.2.1 url=/ status=200",
      "time=$T ip=192.0.2.1 url=/vpns/portal/a.xml status=200"],
     ['a request before the request',
      qq{$T 192.0.2.1 abc de/f/gh/i.xyz "GET / HTTP/1.1" 200 9},
      qq{$T 192.0.2.1 GET /vpns/portal/a.xml "GET / HTTP/1.1" 200 9}]) {
    my ($name, $line, $end) = @$_;
    my ($ran) = scan([], spewed('log', "$line\n" x 9 . "$end\n"));
    is $ran->{status}, 3, $name or diag $end;
}

# the guard's event within another
{
    my (undef, $is) = scan([], spewed('log', qq({"\@timestamp":"$T","citrix_guard":)
        . qq({"client":"192.0.2.1","target":"$A","verdict":"blocked","outcome":)
        . qq("blocked","reason":"traversal","status":403}}\n)));
    is $is->{findings}[0]{outcome}, 'blocked', 'an event within another';
}

# a line that was cut holds no request, but is not one without a request either
for my $cut ('Jan 10 07:00:00 lb haproxy[1]: 192.0.2.1:51234 [10/Jan/2020:07:00:00.1]'
                 . ' fe~ be/adc1 0/0/1/2/3 200 512 "GET /vpns/portal/a.xml',
             'Jan 10 07:00:00 adc 01/10/2020:07:00:00 GMT adc 0-PPE-0 : default '
                 . 'SSLVPN HTTPREQUEST 1 0 : GET /vpns/portal/a.xml') {
    my ($ran) = scan([], spewed('log', "$cut\n"));
    cmp_ok $ran->{status}, '>=', 2, 'cut' or diag $cut;
}

done_testing;
