# Every vector over HTTP/3, if nginx supports it and a client is installed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::AnyTarget;
use CitrixGuard::Http3;

if (my $missing = CitrixGuard::Http3::missing()) {
    plan skip_all => $missing;
}

my %client;

my $t = CitrixGuard::AnyTarget->new(
    listen => sub {
        CitrixGuard::Http3::listen_lines("127.0.0.1:%%PORT$_[0]%%")
    },
    ask => sub {
        my ($port, %request) = @_;
        $client{$port} //= CitrixGuard::Http3->new($port);
        return $client{$port}->ask(%request);
    });

$t->run;

like $t->nginx->access_log, qr{GET /clean HTTP/3\.0"},
     'it was HTTP/3';

%client = ();

done_testing;
