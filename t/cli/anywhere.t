#!/usr/bin/perl

# citrix-guard scan and lines with the attack outside the request: in another
# field, after the request or before it. No such line ends with "Nothing
# found". Each one is surrounded by lines that take the fast path.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Scan qw(scan spewed $dir);

my $UP = '/vpn/../vpns/portal/a.xml';

my $COMBINED = '192.0.2.1 - FRONT [10/Jan/2020:08:00:00 +0100]'
    . ' "GET /vpn/index.html HTTP/1.1" 200 5 "https://gw.example.com/LINK"'
    . ' "Mozilla/5.0 (X11; Linux) AGENT"';
my $JSON = '{"client":"192.0.2.1","time":"2020-01-10T08:00:00Z",'
    . '"request":"GET / HTTP/1.1","status":200,'
    . '"http_referer":"https://gw.example.com/LINK","agent":"x AGENT"}';


# A line with these values in its fields.
sub filled {
    my ($line, %field) = @_;
    return $line =~ s{FRONT|LINK|AGENT}{$field{$&} // '-'}ger;
}


# The result of scan for the line among others, and where it finds something.
sub said {
    my ($plain, $line) = @_;
    my $log = join '', ("$plain\n") x 40, "$line\n", ("$plain\n") x 40;
    my ($ran, $is) = scan([], spewed('log', $log));
    return ($ran->{status}, [map { $_->{line} } @{ $is->{findings} }]);
}


subtest 'an attack in another field' => sub {
    my $plain = filled($COMBINED);
    my $get = qq{"GET $UP HTTP/1.1"};
    for (['a request behind it, with a status' => qq{$plain- $get 200 9}, 3],
         ['... and without one'                => qq{$plain $get}, 3],
         ['... and refused'                    => qq{$plain $get 403 9}, 1],
         ['... in a field' => filled($COMBINED, AGENT => "GET $UP 200"), 2],
         ['... and its own answer is not known' => qq{$plain $get 499 9}, 2],
         ['a target behind it'         => qq{$plain "$UP"}, 3],
         ['... encoded' => qq{$plain "/vpn/%2e%2e/%76pns/portal/a.xml"}, 3],
         ['... escaped' => qq{$plain "/vpn/\\x2e./vpns/portal/a.xml"}, 3],
         ['... with dropped bytes' => qq{$plain /vpn/.+./vp+ns/a.xml}, 3],
         ['a target in front of it'    => qq{"$UP" $plain}, 3],
         ['a method' => $plain =~ s{"GET}{"GET/../vpns/}r, 2],
         ['a target as a name'         => filled($COMBINED, FRONT => $UP), 3],
         ['a link' => filled($COMBINED, LINK => "vpn/../vpns/a.xml"), 2])
    {
        my ($name, $line, $expected) = @$_;
        my ($status, $found) = said($plain, $line);
        is $status, $expected, $name;
        is_deeply $found, [41], '... in that line';
    }
};


subtest 'an attack in a field of JSON that is not the target' => sub {
    my $plain = filled($JSON);
    for (['a target'  => filled($JSON, AGENT => "$UP "), 2],
         ['... with escapes'
            => filled($JSON, AGENT => '\/vpn\/..\/vpns\/portal\/a.xml'), 2],
         ['... of letters'
            => filled($JSON, AGENT => '/vpn/\u002e./v\u0070ns/a.xml'), 2],
         ['a number' => $plain =~ s{200}{20/../vpns/0}r, 2],
         ['a link' => filled($JSON, LINK => "vpn/../vpns/a.xml"), 2])
    {
        my ($name, $line, $expected) = @$_;
        my ($status, $found) = said($plain, $line);
        is $status, $expected, $name;
        is_deeply $found, [41], '... in that line';
    }
};


# the field is as long as in the lines before, and the same but for that
subtest 'an attack at each place of a long field' => sub {
    my $part = 'vpn/../vpns/a.xml';
    my %plain = (json => $JSON,
        logfmt => 'client=192.0.2.1 time=2020-01-10T08:00:00Z method=GET '
            . 'path=/vpn/index.html status=200 agent="x AGENT"');
    for my $name (sort keys %plain) {
        # with an even and an odd number of windows
        for my $long ('a' x 168, 'a' x 200) {
            my $plain = filled($plain{$name}, AGENT => $long);
            my @missed = grep {
                my $agent = $long;
                substr $agent, $_, length $part, $part;
                (said($plain, filled($plain{$name}, AGENT => $agent)))[0] < 2
            } map { 5 * $_ } 0 .. 30;
            is_deeply \@missed, [], "$name, " . length $long;
        }
    }
};


# formats whose lines are compared with the layout or shape of the line before
my %LAYOUT = (
    csv    => ["date,client,time,method,url,status,agent,note\n",
        '2020-01-10,192.0.2.1,08:00:00,GET,"/vpn/index.html",200,"x AGENT",LINK'],
    ltsv   => ['', "time:2020-01-10T08:00:00Z\thost:192.0.2.1\tmethod:GET"
        . "\turi:/vpn/index.html\tstatus:200\tua:x AGENT\tlink:LINK"],
    logfmt => ['', 'client=192.0.2.1 time=2020-01-10T08:00:00Z method=GET '
        . 'path=/vpn/index.html status=200 agent="x AGENT" link=LINK'],
    alb    => ['', 'https 2020-01-10T08:00:00.123456Z app/lb/50dc6c4 192.0.2.1:512'
        . ' 10.0.0.1:443 0.001 0.002 0.000 200 200 75 512 "GET https://gw.example'
        . '.com:443/vpn/index.html HTTP/1.1" "x AGENT" ECDHE-RSA TLSv1.2 "LINK"'],
    haproxy => ['', 'Jan 10 08:00:00 lb haproxy[123]: 192.0.2.1:51234 '
        . '[10/Jan/2020:08:00:00.123] fe~ be/adc1 0/0/1/2/3 200 512 - - ---- '
        . '1/1/0/0/0 0/0 "GET /vpn/index.html HTTP/1.1" "x AGENT" "LINK"'],
    squid  => ['', '1578639600.123 45 192.0.2.1 TCP_MISS/200 512 GET '
        . 'http://gw/vpn/index.html - HIER_DIRECT/10.0.0.1 "x AGENT" "LINK"'],
    w3c    => ["#Fields: date time c-ip cs-method cs-uri-stem sc-status"
        . " cs(User-Agent) cs(Referer)\n",
        '2020-01-10 08:00:00 192.0.2.1 GET /vpn/index.html 200 x+AGENT LINK'],
);

for my $name (sort keys %LAYOUT) {
    my ($head, $format) = @{ $LAYOUT{$name} };
    my $plain = filled($format);

    subtest "an attack in another field: $name" => sub {
        my @long = map { filled($format, AGENT => "$_" x 40) } 'a', 'b';
        for (['a target' => filled($format, LINK => $UP)],
             ['... in a name' => filled($format, AGENT => $UP)],
             ['... encoded' => filled($format,
                LINK => '/vpn/%2e%2e/%76pns/portal/a.xml')],
             ['... in a long one' =>
                filled($format, AGENT => 'a' x 20 . $UP . 'a' x 20)])
        {
            my ($what, $line) = @$_;
            my $log = join '', map {"$_\n"} ($plain, @long) x 20, $line,
                                            ($long[0], $plain) x 9;
            my ($ran, $is) = scan([], spewed('log', $head . $log));
            cmp_ok $ran->{status}, '>=', 2, $what or diag $line;
            is_deeply [map { $_->{line} } @{ $is->{findings} }],
                [61 + ($head ne '')], '... in that line';
        }
    };

    subtest "... of an odd line: $name" => sub {
        for my $odd ('a..b', 'a%76pns', "\xc3\xa4", 'x%', '[x]', '{x}') {
            my $line = filled($format, LINK => $odd);
            my ($ran) = scan([], spewed('log', $head . join '', map {"$_\n"}
                ($plain) x 9, $line, ($plain) x 9));
            is $ran->{status}, 0, $line;
        }
    };
}


subtest 'odd fields without an attack' => sub {
    my @odd = ('a..b', '%2e%2e/', 'a%76pns', '\\"', "\xc3\xa4", 'x%', '..',
               'vpns/portal/homepage.html');
    for my $plain ($COMBINED, $JSON) {
        for my $odd (@odd) {
            my $line = filled($plain, LINK => $odd);
            is((said(filled($plain), $line))[0], 0, $line);
        }
    }
};


# a client may write anything into a field, even what looks like an answer
subtest 'a status in text that the client sent' => sub {
    my $line = qq{client: 192.0.2.1, request: "GET $UP HTTP/1.1", }
             . qq{agent: "x status: 404", status: 200\n};
    my ($ran, $is) = scan([], spewed('log', $line x 3));
    is $ran->{status}, 3, 'it does not count as the answer';
    is $is->{findings}[0]{status}, 200, '... the one outside quotes does';
};


# with wrong quotes, a row does not get the answer of another row
subtest 'an open quote that swallows rows' => sub {
    my $head = "time,client,method,url,status,agent\n";
    my $row = "2020-01-10T08:00:00Z,192.0.2.1,GET,%s,%s,%s\n";
    my $log = join '', $head, (sprintf $row, '/vpn/index.html', 200, 'x') x 9,
        sprintf($row, '/x', 404, '"never closed'),
        sprintf($row, $UP, 200, 'x'),
        (sprintf $row, '/vpn/index.html', 200, '"x"') x 9;
    my ($ran, $is) = scan([], spewed('log', $log));
    is $ran->{status}, 2, 'not known';
    my ($open) = scan([], spewed('log', $head . ('"' . 'x' x 200 . "\n") x 2000
        . sprintf $row, $UP, 200, 'x'));
    is $open->{status}, 3, 'one that is never closed ends at a limit';
};


# journalctl -o export puts each field of a record on a line of its own
subtest 'the export of a journal' => sub {
    for (['/vpn/index.html', 0], [$UP, 3]) {
        my ($target, $expected) = @$_;
        my $log = join '', map { "_HOSTNAME=lb\nPRIORITY=6\nMESSAGE=$_\n\n" }
            map { filled($COMBINED) =~ s{/vpn/index\.html}{$_}r }
            ('/vpn/index.html') x 3, $target;
        my ($ran, $is) = scan([], spewed('journal', $log));
        is $ran->{status}, $expected, $target;
        is $is->{files}[0]{damaged}, 0, '... every line is understood';
    }
    my ($ran) = scan([], spewed('journal', "_HOSTNAME=$UP\n"));
    is $ran->{status}, 2, 'an attack there is found';
};


done_testing;
