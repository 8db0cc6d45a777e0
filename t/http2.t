# Every vector over HTTP/2, also those that no HTTP/1 request line can hold.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;

use CitrixGuard::Check qw(printable one_event nothing_arrived);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Vectors;

my $be = CitrixGuard::Recorder->new;

my %POLICY = (
    '-'             => '',
    'sslvpn=off'    => 'citrix_guard_sslvpn off;',
    'traversal=any' => 'citrix_guard_traversal any;',
    'sslvpn=off,traversal=any' =>
        'citrix_guard_sslvpn off; citrix_guard_traversal any;',
);
my @policies = sort keys %POLICY;
my $n = 0;
my %number = map { $_ => ++$n } @policies;

my $nginx = CitrixGuard::Nginx->new(
    ports => 5, vars => { BE => $be->port },
    http => join('', "large_client_header_buffers 4 128k;\n", map {
        'server { ' . CitrixGuard::Http2::listen_lines(
            "127.0.0.1:%%PORT$number{$_}%%")
        . " citrix_guard on; $POLICY{$_} "
        . "location / { proxy_pass http://127.0.0.1:%%BE%%; } }\n"
    } @policies)
    . 'server { ' . CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT5%%')
    . ' citrix_guard on; citrix_guard_status 444; '
    . 'location / { proxy_pass http://127.0.0.1:%%BE%%; } }')->start;

my %client;


sub ask {
    my ($policy, %request) = @_;
    my $client = $client{$policy};
    $client = $client{$policy} =
        CitrixGuard::Http2->new($nginx->port($number{$policy}))
        if !$client || $client->over;
    return $client->ask(%request);
}


sub header {
    my ($answer, $name) = @_;
    return join ', ', map { $_->[1] } grep { $_->[0] eq $name }
                      @{ $answer->{headers} };
}


subtest 'refused' => sub {
    my ($sent, %seen, @faults) = 0;
    for my $row (CitrixGuard::Vectors::rows('vectors')) {
        next if $row->{verdict} ne 'refuse';
        my $answer = ask($row->{policy} || '-', path => $row->{input});
        my @lines = $nginx->events;
        my $event = @lines == 1 && parse_event($lines[0]);
        my $is = join ' ', $answer->{status} // 'closed',
            header($answer, 'x-citrix-guard') || '-',
            $event ? @$event{qw(at reason)} : scalar(@lines) . ' lines';
        $sent++;
        $seen{ $answer->{status} // 'closed' }++;
        next if $is eq "403 blocked request $row->{reason}"
             || $is eq "400 - nginx $row->{reason}";
        # a header with such a byte ends the stream: there is no request
        next if $is =~ /^(?:closed|400) - 0 lines\z/
            && $row->{input} =~ /[\0\r\n]/;
        push @faults, "line $row->{line} " . printable($row->{input})
                    . ": $is, row: $row->{reason}\n";
    }
    is "@faults", '', "$sent targets: refused by the guard or nginx, one event";
    cmp_ok $seen{403}, '>', 400, 'most of them by the guard';
    nothing_arrived $nginx, $be, 'nothing of them arrived';
};


subtest 'passed' => sub {
    my ($forwarded, @faults) = 0;
    for my $row (CitrixGuard::Vectors::rows('vectors')) {
        next if $row->{verdict} ne 'pass';
        my $answer = ask($row->{policy} || '-', path => $row->{input});
        my @got = map { $_->{target} } $be->arrivals($nginx);
        $forwarded += @got;
        next if ($answer->{status} // 'closed') =~ /^(?:400|closed)$/ && !@got;
        next if $answer->{status} == 200 && "@got" eq $row->{input};
        push @faults, "line $row->{line} " . printable($row->{input}) . ': '
            . ($answer->{status} // 'closed') . printable(" @got") . "\n";
    }
    is "@faults", '', 'forwarded as sent, unless nginx refuses them';
    cmp_ok $forwarded, '>', 100, "$forwarded of them were forwarded";
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'the refusal' => sub {
    my $answer = ask('-', path => '/vpn/../vpns/');
    is $answer->{status}, 403, 'status';
    is header($answer, 'x-citrix-guard'), 'blocked', 'X-Citrix-Guard';
    is header($answer, 'content-type'), 'text/html', 'Content-Type';
    my $event = one_event $nginx, { at => 'request' }, 'one event';
    like $answer->{body}, qr/reference: $event->{id}</, 'reference';
    $answer = ask('-', path => '/vpn/../vpns/', method => 'HEAD');
    is $answer->{status}, 403, 'HEAD: status';
    is $answer->{body}, '', 'HEAD: no body';
    $nginx->events;
};


subtest 'streams beside a refused one' => sub {
    my $client = CitrixGuard::Http2->new($nginx->port($number{'-'}));
    my @streams = map { $client->request(path => $_) }
                  '/one', '/vpn/../vpns/a', '/two',
                  '/vpn/%252e%252e/vpns/b', '/three';
    my @answers = map { $client->answer($_) } @streams;
    is join(' ', map { $_->{status} } @answers), '200 403 200 403 200',
       'each has its own answer';
    is join(' ', sort $be->targets($nginx)), '/one /three /two',
       'the clean ones arrived';
    is scalar(my @lines = $nginx->events), 2, 'two events';
};


subtest 'a refused POST' => sub {
    my $client = CitrixGuard::Http2->new($nginx->port($number{'-'}));
    my $answer = $client->ask(method => 'POST', path => '/vpn/../vpns/a',
                              body => 'x' x 20_000);
    is $answer->{status}, 403, 'refused';
    is $client->ask(path => '/clean')->{status}, 200, 'the next is answered';
    is_deeply [$be->targets($nginx)], ['/clean'], '... and forwarded alone';
    $nginx->events;
};


subtest 'status 444' => sub {
    my $client = CitrixGuard::Http2->new($nginx->port(5));
    my $answer = $client->ask(path => '/vpn/../vpns/a');
    is $answer->{status}, undef, 'no answer';
    is $answer->{body}, '', 'no body';
    nothing_arrived $nginx, $be, 'nothing arrived';
    one_event $nginx, { verb => 'blocked' }, 'one event';
};


subtest 'NSC_USER' => sub {
    my $answer = ask('-', path => '/vpns/portal/scripts/newbm.pl',
                     headers => ['nsc-user', '../../x']);
    is $answer->{status}, 403, 'refused';
    nothing_arrived $nginx, $be, 'nothing arrived';
    one_event $nginx, { reason => 'header' }, 'one event';
};

# nginx need not wait for them
%client = ();

done_testing;
