#!/usr/bin/perl

# The judges that every machine with the tests has, with few targets. `make
# judges` runs all of them, with many.

use strict;
use warnings;

use File::Basename ();
use lib File::Basename::dirname(__FILE__) . '/../long/judges/lib';

use Test::More;

use CitrixGuard::Check qw(printable);
use Judge::Hidden;
use Judge::Sight;
use Judge::Targets;
use Judge::Trial;

use constant { COUNT => 3_000, HIDDEN => 1_000 };

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
    '/%e2%93%a5pns/x', "/vpns/\r\n/../x", 'http://ho?st/vpns/x';
ok(!Judge::Trial::plain($_), 'no plain one: ' . printable($_)) for
    '/vpn/../vpns/x', '/vpns/../vpns/x', '//vpn/../vpns/x', '/vpn/..;/vpns/x',
    '/%2e%2e/vpns/x', '/x/vpns/x', "/vpn/..\n/vpns/x", '/vpn/%252e./vpns/x',
    'http://ho?st/../vpns/x', 'http://ho?/../st/vpns/x', '/x?/vpns/x';

# Without the guard it must find what gets through.
my $off = Judge::Trial::hold(judge => 'httpd', count => COUNT, seed => 1,
                             mode => 'off');
my $through = grep {/^served: /} @{ $off->{failures} };
cmp_ok($through, '>', COUNT / 20, 'off: what gets through is found');
cmp_ok($off->{refused}, '==', 0, 'off: nothing is taken for a refusal');

# Judges that find a sign in what is not plain ASCII.
for my $judge ('python-ascii', 'python-7bit', 'python-escapes') {
    my $result = Judge::Trial::hold(judge => $judge, count => HIDDEN,
                                    seed => 1);
    is_deeply($result->{failures}, [], "$judge: nothing gets through");
    cmp_ok($result->{refused} + $result->{nginx}, '>', HIDDEN / 50,
           "$judge: enough of them led to /vpns/");
}

my $open = Judge::Trial::hold(judge => 'python-ascii', count => HIDDEN,
                              seed => 1, mode => 'off');
cmp_ok(scalar(grep {/^served: /} @{ $open->{failures} }), '>', HIDDEN / 50,
       'off: what is hidden from plain sight gets through');

# What hides is hidden: a server that decodes once and drops nothing is led
# there by none.
my $hidden = Judge::Trial::hold(judge => 'httpd', count => HIDDEN, seed => 1,
                                hidden => 1);
is($hidden->{targets}, HIDDEN, 'hidden: httpd was asked for every target');
is($hidden->{resolved}, 0, 'hidden: httpd finds none');

# One sign in plain sight, and what may be the other one.
ok(Judge::Sight::bound($_), 'hidden: ' . printable($_)) for
    '/vpn/%ae%ae/vpns/x', '/vpn/../%f6pns/x', '/vpn/%252e./v%ffpns/x',
    '/vpn/.%25./vpns/x', '/vpn/.%252f./vpns/x', "/vpn/\xae./VPNS;x/x",
    '/vpns/%e9%98%ae./%2576pns/x', '/vpn/../x%ff/marker', '/%u2f2e./vpns/x',
    '/vpn/%2%65%2%65/v%c3pns/x', '/vpn/..;x/vp%u0170/x';
ok(!Judge::Sight::bound($_), 'not hidden: ' . printable($_)) for
    '/vpn/../vpns/x', '/vpn/%2e%252e/vpns/%ff', '/vpn/..%20/vpns/%ff',
    '/vpn/%ae%ae/%f6pns/x', '/vpns/%ae%ae/x', '/vpn/..+/%ff/vpns./x',
    '/vpns/portal/B%c3%bcro.html', '/x?/../v%ffpns/', '/vpn/%ff../vpn%ffs/',
    '/vpn/...;/%ff/vpns/x', '/vpns/../x%ff/marker';
ok(Judge::Sight::led('/x%ff/vpns/x'), 'led to vpns by the unknown');
ok(!Judge::Sight::led('/vpns/%ff/x'), 'an unknown after vpns is not a climb');

my @targets = Judge::Targets->new(1, hidden => 1)->grammar(HIDDEN);
is(scalar(grep { !Judge::Sight::bound($_) } @targets), 0,
   'each target for them has one sign in plain sight');
for my $family (Judge::Hidden::families()) {
    my @spelled = map { Judge::Hidden::spelled($family, $_) } qw(. / v p n s);
    is(scalar(grep {/[%\x80-\xff]/} @spelled), @spelled,
       "$family: every character hides");
}

done_testing();
