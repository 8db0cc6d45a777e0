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

done_testing;
