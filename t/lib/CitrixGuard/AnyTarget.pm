package CitrixGuard::AnyTarget;

# Tests of the protocols that carry any bytes as target, HTTP/2 and HTTP/3:
# every vector, including those that no HTTP/1 request line can contain.
#
#   my $t = CitrixGuard::AnyTarget->new(listen => sub { ... },
#                                       ask => sub { ... });
#   $t->run;
#
# listen gives the lines that make a server listen at the n-th port; ask gets
# the port and what to send (path, method, headers, body), and returns an
# answer: status (undef if there was none), headers ([name, value] ...), body.

use strict;
use warnings;

use Test::More ();

use CitrixGuard::Check qw(printable one_event nothing_arrived);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Vectors;

my %POLICY = (
    '-'             => '',
    'sslvpn=off'    => 'citrix_guard_sslvpn off;',
    'traversal=any' => 'citrix_guard_traversal any;',
    'sslvpn=off,traversal=any' =>
        'citrix_guard_sslvpn off; citrix_guard_traversal any;',
);


# http: more for the block http; timeouts and certificates, say
sub new {
    my ($class, %given) = @_;
    my $self = bless { ask => $given{ask}, number => {} }, $class;
    my @policies = sort keys %POLICY;
    my $own = @policies + 1;
    @{ $self->{number} }{@policies} = 1 .. @policies;
    $self->{number}{444} = $own;

    my $be = $self->{be} = CitrixGuard::Recorder->new;
    my $location = 'location / { proxy_pass http://127.0.0.1:%%BE%%; }';
    my $http = join '', "large_client_header_buffers 4 128k;\n",
        "keepalive_requests 100000;\n",
        $given{http} // '',
        (map { 'server { ' . $given{listen}->($self->{number}{$_})
               . " citrix_guard on; $POLICY{$_} $location }\n" } @policies),
        'server { ' . $given{listen}->($own)
        . " citrix_guard on; citrix_guard_status 444; $location }\n";
    $self->{nginx} = CitrixGuard::Nginx->new(ports => $own,
        vars => { BE => $be->port, %{ $given{vars} // {} } },
        http => $http)->start;
    return $self;
}


sub nginx { return $_[0]{nginx} }
sub be    { return $_[0]{be} }
sub port  { return $_[0]{nginx}->port($_[0]{number}{ $_[1] // '-' }) }


sub ask {
    my ($self, $policy, %request) = @_;
    return $self->{ask}->($self->port($policy), %request);
}


sub header {
    my ($answer, $name) = @_;
    return join ', ', map { $_->[1] } grep { $_->[0] eq $name }
                      @{ $answer->{headers} };
}


sub run {
    my ($self) = @_;
    my @tests = (
        'refused'        => \&_refused,
        'passed'         => \&_passed,
        'the refusal'    => \&_refusal,
        'a refused POST' => \&_post,
        'status 444'     => \&_closed,
        'NSC_USER'       => \&_header,
    );
    while (my ($name, $test) = splice @tests, 0, 2) {
        Test::More::subtest($name => sub { $test->($self) });
    }
    return;
}


sub _refused {
    my ($self) = @_;
    my ($sent, %seen, @faults) = 0;
    for my $row (CitrixGuard::Vectors::rows('vectors')) {
        next if $row->{verdict} ne 'refuse';
        my $answer = $self->ask($row->{policy} || '-', path => $row->{input});
        my @lines = $self->nginx->events;
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
    Test::More::is("@faults", '',
        "$sent targets: refused by the guard or nginx, one event");
    Test::More::cmp_ok($seen{403}, '>', 400, 'most of them by the guard');
    nothing_arrived $self->nginx, $self->be, 'nothing of them arrived';
    return;
}


sub _passed {
    my ($self) = @_;
    my ($forwarded, @faults) = 0;
    for my $row (CitrixGuard::Vectors::rows('vectors')) {
        next if $row->{verdict} ne 'pass';
        my $answer = $self->ask($row->{policy} || '-', path => $row->{input});
        my @got = $self->be->targets($self->nginx);
        $forwarded += @got;
        next if ($answer->{status} // 'closed') =~ /^(?:400|closed)$/ && !@got;
        next if $answer->{status} == 200 && "@got" eq $row->{input};
        push @faults, "line $row->{line} " . printable($row->{input}) . ': '
            . ($answer->{status} // 'closed') . printable(" @got") . "\n";
    }
    Test::More::is("@faults", '',
                   'forwarded as sent, unless nginx refuses them');
    Test::More::cmp_ok($forwarded, '>', 100,
                       "$forwarded of them were forwarded");
    Test::More::is_deeply([$self->nginx->events], [], 'no event');
    return;
}


sub _refusal {
    my ($self) = @_;
    my $answer = $self->ask('-', path => '/vpn/../vpns/');
    Test::More::is($answer->{status}, 403, 'status');
    Test::More::is(header($answer, 'x-citrix-guard'), 'blocked',
                   'X-Citrix-Guard');
    Test::More::is(header($answer, 'content-type'), 'text/html',
                   'Content-Type');
    my $event = one_event $self->nginx, { at => 'request' }, 'one event';
    Test::More::like($answer->{body}, qr/reference: $event->{id}</,
                     'reference');
    $answer = $self->ask('-', path => '/vpn/../vpns/', method => 'HEAD');
    Test::More::is($answer->{status}, 403, 'HEAD: status');
    Test::More::is($answer->{body}, '', 'HEAD: no body');
    $self->nginx->events;
    return;
}


sub _post {
    my ($self) = @_;
    my $answer = $self->ask('-', method => 'POST', path => '/vpn/../vpns/a',
                            body => 'x' x 20_000);
    Test::More::is($answer->{status}, 403, 'refused');
    Test::More::is($self->ask('-', path => '/clean')->{status}, 200,
                   'the next is answered');
    Test::More::is_deeply([$self->be->targets($self->nginx)], ['/clean'],
                          '... and forwarded alone');
    $self->nginx->events;
    return;
}


sub _closed {
    my ($self) = @_;
    my $answer = $self->ask(444, path => '/vpn/../vpns/a');
    Test::More::is($answer->{status}, undef, 'no answer');
    Test::More::is($answer->{body}, '', 'no body');
    nothing_arrived $self->nginx, $self->be, 'nothing arrived';
    one_event $self->nginx, { verb => 'blocked' }, 'one event';
    return;
}


sub _header {
    my ($self) = @_;
    my $answer = $self->ask('-', path => '/vpns/portal/scripts/newbm.pl',
                            headers => ['nsc-user', '../../x']);
    Test::More::is($answer->{status}, 403, 'refused');
    nothing_arrived $self->nginx, $self->be, 'nothing arrived';
    one_event $self->nginx, { reason => 'header' }, 'one event';
    return;
}

1;
