# NSC_USER and NSC_NONCE in every spelling that CGI maps to them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived
                          printable);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Vectors;

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => <<'END')->start;
    large_client_header_buffers 8 64k;
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard on;
        underscores_in_headers on;
        ignore_invalid_headers off;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
    # headers that nginx makes
    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard on;
        set $literal 127.0.0.1:%%BE%%;
        location /a { proxy_set_header NSC_USER $arg_u;
                      proxy_pass http://127.0.0.1:%%BE%%; }
        location /b { proxy_set_header nsc.nonce $http_x_user;
                      proxy_pass http://$literal; }
        location /c { proxy_set_header X-User $http_x_user;
                      proxy_pass http://127.0.0.1:%%BE%%; }
        location /d { proxy_set_header NSC_USER "";
                      proxy_pass http://127.0.0.1:%%BE%%; }
    }
    server {
        listen 127.0.0.1:%%PORT4%%;
        citrix_guard detect;
        underscores_in_headers on;
        location / { proxy_set_header X-Detect 1;
                     proxy_pass http://127.0.0.1:%%BE%%; }
    }
END

# What may come before the colon of a header line.
my @rows = grep { $_->{name} !~ /[:\r\n]/ && $_->{value} !~ /[\r\n]/ }
           CitrixGuard::Vectors::rows('headers');


sub send_row {
    my ($port, $row) = @_;
    my $answer = get($port, '/vpns/portal/scripts/newbm.pl',
                     method => 'POST', body => 'url=a',
                     headers => [$row->{name}, $row->{value}]);
    return ($answer, CitrixGuard::Raw::header($answer, 'X-Citrix-Guard') // '-',
            $be->arrivals($nginx));
}


# Does a head hold a header that CGI would hand on as one of the two?
sub folded {
    my ($head) = @_;
    return scalar grep {
        my ($name) = /^(.*?):/s;
        defined $name && uc($name) =~ s/[^A-Z0-9]/_/gr
            =~ /^NSC_(?:USER|NONCE)$/;
    } split /\r\n/, $head;
}


subtest 'default header rules: it does not arrive' => sub {
    my ($by_guard, @faults) = 0;
    for my $row (grep { $_->{verdict} eq 'refuse' } @rows) {
        my ($answer, $mark, @got) = send_row($nginx->port, $row);
        my $lines = () = $nginx->events;
        $by_guard++ if $mark eq 'blocked';
        my $good = $mark eq 'blocked'
            ? $answer->{status} == 403 && !@got && $lines == 1
            : !grep { folded($_->{head}) } @got;
        push @faults, "line $row->{line} " . printable($row->{name})
                    . ": $answer->{status} $mark, $lines lines" if !$good;
    }
    is join("\n", @faults), '', 'refused, or dropped by nginx';
    cmp_ok $by_guard, '>', 3, "$by_guard refused by the guard";
};


subtest 'all names let in: every one is refused' => sub {
    my ($by_guard, @faults) = 0;
    for my $row (grep { $_->{verdict} eq 'refuse' } @rows) {
        my ($answer, $mark, @got) = send_row($nginx->port(2), $row);
        my $lines = () = $nginx->events;
        $by_guard++ if $mark eq 'blocked';
        push @faults, "line $row->{line} " . printable("$row->{name}: "
                    . "$row->{value}") . ": $answer->{status} $mark"
            if @got || $mark eq 'blocked' && $lines != 1
            || $mark ne 'blocked' && $answer->{status} != 400;
    }
    is join("\n", @faults), '', 'refused by the guard, or 400 by nginx';
    cmp_ok $by_guard, '>', 40, "$by_guard by the guard";
};


subtest 'what passes arrives' => sub {
    my ($arrived, @faults) = 0;
    for my $row (grep { $_->{verdict} eq 'pass' } @rows) {
        my ($answer, $mark, @got) = send_row($nginx->port(2), $row);
        next if $answer->{status} == 400 && $mark eq '-';
        my $line = "$row->{name}: $row->{value}\r\n";
        $arrived++;
        push @faults, "line $row->{line} " . printable($row->{name})
                    . ": $answer->{status} $mark"
            if @got != 1
            || $row->{value} =~ /^\S.*\S$/ && index($got[0]{head}, $line) < 0;
    }
    is join("\n", @faults), '', 'as it was sent';
    cmp_ok $arrived, '>', 10, "$arrived of them";
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'the second of two, and the cookie of that name' => sub {
    for my $order (['a.b', '../x'], ['../x', 'a.b']) {
        refused get($nginx->port, '/vpns/',
            headers => [map { ('NSC-USER', $_) } @$order]), "@$order";
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { reason => 'header', at => 'request' },
                  '... one event';
    }
    my $answer = get($nginx->port, '/vpns/',
                     headers => [Cookie => 'NSC_USER=../../a; NSC_NONCE=1']);
    is $answer->{status}, 200, 'the cookie is legitimate';
    is scalar(my @got = $be->arrivals($nginx)), 1, '... and arrives';
};


# nginx keeps them in lists of twenty.
subtest 'at every place among many' => sub {
    my @faults;
    for my $before (0 .. 45) {
        my @headers = ((map { ("X-$_", $_) } 1 .. $before),
                       'NSC-USER', '../x');
        my $answer = get($nginx->port, '/vpns/', version => '1.0',
                         no_host => 1, headers => \@headers);
        my @got = $be->arrivals($nginx);
        push @faults, $before if $answer->{status} != 403 || @got;
    }
    is "@faults", '', 'refused, whatever stands before it';
    my @lines = $nginx->events;
    is scalar @lines, 46, '... an event each';
    is scalar(grep {/ at=request in=header /} @lines), 46, '... on arrival';
};


subtest 'headers that nginx makes' => sub {
    for my $case (['/a?u=../../x', [], 'from an argument'],
                  ['/b', ['X-User', '..%2f..%2fx'], 'to a literal address']) {
        my ($target, $headers, $name) = @$case;
        refused get($nginx->port(3), $target, headers => $headers), $name;
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { reason => 'header', at => 'egress' },
                  '... one event';
    }
    for my $case (['/a?u=jdoe', [], 'a plain user'],
                  ['/c', ['X-User', '../x'], 'a header of another name'],
                  ['/d', ['X-User', '../x'], 'an empty one']) {
        my ($target, $headers, $name) = @$case;
        is get($nginx->port(3), $target, headers => $headers)->{status}, 200,
           $name;
        is scalar(my @got = $be->arrivals($nginx)), 1, '... arrives';
    }
    is get($nginx->port(3), '/a?u=jdoe', headers => [
           'X-Line', '/vpn/../vpns/ HTTP/1.1'])->{status}, 200,
       'a header that ends as a request line does';
    is scalar(my @got = $be->arrivals($nginx)), 1, '... arrives';
    # set to "": the field is not forwarded; an attack in what the client
    # sends there may be refused all the same, but never arrives
    get($nginx->port(3), '/d', headers => ['NSC-USER', '../x']);
    ok !(grep { $_->{head} =~ /\.\.\/x/ && folded($_->{head}) }
         $be->arrivals($nginx)), 'cleared: it does not arrive';
};


subtest 'detect' => sub {
    $nginx->events;
    my $answer = get($nginx->port(4), '/vpns/',
                     headers => ['NSC_USER', '../x']);
    is $answer->{status}, 200, 'answered';
    my ($got) = $be->arrivals($nginx);
    like $got->{head}, qr/^NSC_USER: \.\.\/x\r$/m, 'arrived';
    one_event $nginx, { verb => 'detected', reason => 'header' }, 'one event';
};

done_testing;
