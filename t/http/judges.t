#!/usr/bin/perl

# The judges that every machine with the tests has, with few targets. All of
# them, with many: make judges.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__) . '/../long/judges/lib';

use Test::More;

use CitrixGuard::Check qw(printable);
use Judge::Trial;

use constant COUNT => 3_000;

for my $judge ('httpd', 'nginx', 'nginx>httpd') {
    my $result = Judge::Trial::hold(judge => $judge, count => COUNT,
                                    seed => 1);
    is_deeply($result->{failures}, [], "$judge: nothing gets through");
    is($result->{targets}, COUNT, "$judge: was asked for every target");
    cmp_ok($result->{refused} + $result->{nginx}, '>', COUNT / 20,
           "$judge: enough of them led to /vpns/");
    is($result->{closed}, $result->{resolved},
       "$judge: without a Gateway there is no exception");
}

# The trial itself: what counts as led there without a climb, and what not.
ok(Judge::Trial::plain($_), 'plain: ' . printable($_)) for
    '/vpns/x', '//vpns/x', '/%76pns/x', '/vpns;x/x', '/./vpns./x', '/vpns+/x',
    '/%c1%96pns/x', '//host/vpns/x', 'http://host//a%2f%2e./vpns/x',
    '/.;%2fa/./vpns/x', '//v..\\vpns\\x', '/\\a//./vpns/x',
    '/%e2%93%a5pns/x', "/vpns/\r\n/../x";
ok(!Judge::Trial::plain($_), 'no plain one: ' . printable($_)) for
    '/vpn/../vpns/x', '/vpns/../vpns/x', '//vpn/../vpns/x', '/vpn/..;/vpns/x',
    '/%2e%2e/vpns/x', '/x/vpns/x', "/vpn/..\n/vpns/x", '/vpn/%252e./vpns/x';

# Without the guard it must find what gets through.
my $off = Judge::Trial::hold(judge => 'httpd', count => COUNT, seed => 1,
                             mode => 'off');
my $through = grep {/^served: /} @{ $off->{failures} };
cmp_ok($through, '>', COUNT / 20, 'off: what gets through is found');
cmp_ok($off->{refused}, '==', 0, 'off: nothing is taken for a refusal');

done_testing();
