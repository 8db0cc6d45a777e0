# Every vector through nginx, with every way of forwarding: nothing of a
# refused target reaches the upstream, and what passes arrives as it would
# without the guard.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request printable);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Vectors;

my @FORWARD = (
    ['raw'         => 'proxy_pass http://127.0.0.1:%%BE%%;'],
    ['slash'       => 'proxy_pass http://127.0.0.1:%%BE%%/;'],
    ['request_uri' => 'set $b 127.0.0.1:%%BE%%; '
                    . 'proxy_pass http://$b$request_uri;'],
    ['uri'         => 'set $b 127.0.0.1:%%BE%%; proxy_pass http://$b$uri;'],
);

my %POLICY = (
    '-'            => '',
    'sslvpn=off'   => 'citrix_guard_sslvpn off;',
    'traversal=any' => 'citrix_guard_traversal any;',
    'sslvpn=off,traversal=any' =>
        'citrix_guard_sslvpn off; citrix_guard_traversal any;',
);

my $be = CitrixGuard::Recorder->new;
my $http = CitrixGuard::Nginx::forwards();

my (@servers, %number);

for my $policy (sort keys %POLICY) {
    for my $forward (@FORWARD) {
        for my $merge (qw(on off)) {
            _server($policy, $forward, $merge, 'on');
        }
    }
}
_server('-', $FORWARD[0], $_, 'off') for qw(on off);

sub _server {
    my ($policy, $forward, $merge, $mode) = @_;
    my $n = @servers + 1;
    $number{"$policy $forward->[0] $merge $mode"} = $n;
    push @servers, "server { listen 127.0.0.1:%%PORT$n%%; citrix_guard $mode;"
        . " merge_slashes $merge; $POLICY{$policy}"
        . " location / { $forward->[1] } }\n";
    return;
}

my $nginx = CitrixGuard::Nginx->new(
    ports => scalar @servers, vars => { BE => $be->port },
    http => join '', 'large_client_header_buffers 4 128k;', @servers)->start;

# The authority of an absolute target is not forwarded.
my $AUTHORITY = qr{^https?://(?:\.\.|vpns)/};

# A raw LF, CR or blank ends the target in HTTP/1 (t/http/http2.t sends those).
my @all = grep { $_->{input} ne '' && $_->{input} !~ /[\r\n ]/ }
          CitrixGuard::Vectors::rows('vectors');
my @rows = grep { $_->{input} !~ $AUTHORITY } @all;

my %client;


sub port_of {
    my ($policy, $forward, $merge, $mode) = @_;
    return $nginx->port($number{"$policy $forward $merge $mode"} // die);
}


# One request, over the connection of before if that was left open.
sub ask {
    my ($port, $bytes) = @_;
    my $client = $client{$port};
    $client = $client{$port} = CitrixGuard::Raw->new($port)
        if !$client || !$client->usable;
    $client->put($bytes);
    my $answer = $client->get // { status => 'closed', headers => [] };
    # nginx logs what it closes when the client has closed, too
    delete $client{$port} if $client->parted($answer);
    return $answer;
}


# What is wrong with the answer to a refusable row: '' if nothing.
sub fault {
    my ($row, $answer, @lines) = @_;
    return 'lines: ' . scalar @lines if @lines != 1;
    my $event = parse_event($lines[0]) or return "grammar: $lines[0]";
    my $guard = CitrixGuard::Raw::header($answer, 'X-Citrix-Guard') // '';
    my $is = "$answer->{status} $guard $event->{verb} $event->{at}";
    return $is if $is ne '403 blocked blocked request'
               && $is ne '400  blocked nginx';
    return "reason $event->{reason}, not $row->{reason}"
        if $event->{reason} ne $row->{reason};
    return '';
}


# Rows are sent in a row, so that an event that is missing or stray shows in
# the comparison of counts; only then each is looked at by itself.
sub refuse_all {
    my ($forward, $merge) = @_;
    my (@faults, $sent);
    for my $row (grep { $_->{verdict} eq 'refuse' } @rows) {
        my $port = port_of($row->{policy} || '-', $forward, $merge, 'on');
        my $answer = ask($port, request($row->{input}));
        my $fault = fault($row, $answer, $nginx->events);
        push @faults, "line $row->{line} " . printable($row->{input})
                    . ": $fault" if $fault;
        $sent++;
    }
    is "@faults[0 .. ($#faults > 9 ? 9 : $#faults)]", '',
       "$sent refused targets: refused by the guard or by nginx, one event";
    my @arrived = map { printable($_->{line}) } $be->arrivals($nginx);
    is "@arrived", '', 'nothing of them arrived';
    return;
}


for my $forward (map { $_->[0] } @FORWARD) {
    for my $merge (qw(on off)) {
        subtest "refused, forwarding $forward, merge_slashes $merge" => sub {
            refuse_all($forward, $merge);
        };
    }
}


# The record of what passes: [status, target at the upstream].
sub outcome {
    my ($port, $row) = @_;
    my $answer = ask($port, request($row->{input}));
    return join ' ', $answer->{status},
                     map { $_->{target} } $be->arrivals($nginx);
}


subtest 'a sign in the authority of an absolute target' => sub {
    for my $row (grep { $_->{input} =~ $AUTHORITY } @all) {
        my $port = port_of($row->{policy} || '-', 'raw', 'on', 'on');
        my $is = join ' ', ask($port, request($row->{input}))->{status},
                           map { $_->{line} } $be->arrivals($nginx);
        my $path = $row->{input} =~ s{^https?://[^/]*}{}r;
        like $is, qr{^(?:200 GET \Q$path $http\E|400|403)$},
             "$row->{input}: its path alone is forwarded, or nothing";
    }
    $nginx->events;
};


for my $merge (qw(on off)) {
    subtest "passed, merge_slashes $merge" => sub {
        my ($forwarded, @faults) = 0;
        for my $row (grep { $_->{verdict} eq 'pass' } @rows) {
            my $on = outcome(port_of($row->{policy} || '-', 'raw', $merge,
                                     'on'), $row);
            my $off = outcome(port_of('-', 'raw', $merge, 'off'), $row);
            my $path = $row->{input} =~ s{^https?://[^/]*}{}r;
            my $exact = $on eq "200 $path";
            $forwarded++ if $exact;
            push @faults, "line $row->{line} " . printable($row->{input})
                . ': ' . printable($on) . ', off: ' . printable($off)
                if $on ne $off || $on =~ /^200/ && !$exact;
        }
        is "@faults", '', 'as without the guard, byte for byte';
        cmp_ok $forwarded, '>', 100, "$forwarded of them were forwarded";
        is_deeply [$nginx->events], [], 'no event';
    };
}

done_testing;
