# Every vector over HTTP/2, including those that no HTTP/1 request line can
# contain.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::AnyTarget;
use CitrixGuard::Http2;

my %client;

my $t = CitrixGuard::AnyTarget->new(
    listen => sub {
        CitrixGuard::Http2::listen_lines("127.0.0.1:%%PORT$_[0]%%")
    },
    ask => sub {
        my ($port, %request) = @_;
        $client{$port} = CitrixGuard::Http2->new($port)
            if !$client{$port} || $client{$port}->over;
        return $client{$port}->ask(%request);
    });

$t->run;


subtest 'streams beside a refused one' => sub {
    my $client = CitrixGuard::Http2->new($t->port);
    my @streams = map { $client->request(path => $_) }
                  '/one', '/vpn/../vpns/a', '/two',
                  '/vpn/%252e%252e/vpns/b', '/three';
    my @answers = map { $client->answer($_) } @streams;
    is join(' ', map { $_->{status} } @answers), '200 403 200 403 200',
       'each has its own answer';
    is join(' ', sort $t->be->targets($t->nginx)), '/one /three /two',
       'the clean ones arrived';
    is scalar(my @lines = $t->nginx->events), 2, 'two events';
};

# nginx need not wait for them
%client = ();

done_testing;
