# Upgrade on the fly: the binary is replaced (USR2, WINCH, QUIT), and an upgrade
# is taken back (HUP to the old master), under load. Both have the module.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Daemon;
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Load;
use CitrixGuard::Process qw(alive children);
use CitrixGuard::Scratch qw(slurp wait_until);

my $load = CitrixGuard::Load->new;
my $nginx = $load->guard(workers => 2, class => 'CitrixGuard::Daemon');
$load->with_tls;
$nginx->configure(http => $load->http('on'))->start;
$load->begin(qw(keep new h2 tls tls-h2));


# The load goes on for a while.
sub serve {
    my $before = $load->answers;
    return wait_until(sub { $load->answers > $before + 12_000 });
}


sub workers {
    my ($master) = @_;
    return grep { slurp("/proc/$_/cmdline") =~ /worker process/ }
           children($master);
}


# A second master beside the first; its pid.
sub upgrade {
    my ($mode) = @_;
    my $old = $nginx->master;
    # what the new one reads may be another configuration
    $nginx->configure(http => $load->http($mode))->_write;
    $nginx->signal('USR2', $old);
    wait_until(sub {
        my $new = $nginx->master;
        return $new && $new != $old && $nginx->master(before => 1)
            && workers($new) == 2;
    }) or return;
    return $nginx->{pid} = $nginx->master;
}


for my $round (1 .. 3) {
    subtest "round $round" => sub {
        my $old = $nginx->master;
        my $new = upgrade($round % 2 ? 'detect' : 'on');
        ok $new, 'the new master has its workers' or return;
        is $nginx->master(before => 1), $old, 'beside the old one';
        ok serve(), 'both serve';
        $nginx->signal('WINCH', $old);
        ok wait_until(sub { !workers($old) }), 'the old workers have gone';
        ok serve(), 'the new one serves';

        # taken back
        $nginx->signal('HUP', $old);
        ok wait_until(sub { workers($old) == 2 }), 'the old one is back';
        ok serve(), 'both serve';
        $nginx->signal('QUIT', $new);
        ok wait_until(sub { !alive($new) }), 'the new one has gone';
        ok wait_until(sub { ($nginx->master // 0) == $old }),
           'the old one is in its place';
        $nginx->{pid} = $old;
        ok serve(), 'the old one serves';

        # and once more, for good
        $new = upgrade('on');
        ok $new, 'the new master has its workers' or return;
        ok serve(), 'both serve';
        $nginx->signal('WINCH', $old);
        ok wait_until(sub { !workers($old) }), 'the old workers have gone';
        $nginx->signal('QUIT', $old);
        ok wait_until(sub { !alive($old) }), 'the old one has gone';
        ok serve(), 'the new one serves';
        figure('upgrades', 2);
        figure('taken back', 1);
    };
}

my $result = $load->finish;
is "@{ $result->{bad} }", '', 'every answer is that of its generation';
is $result->{$_}, 0, "$_: 0" for qw(lost half wrong);
is $nginx->sanitizer_report, '', 'no worker died';

figure('requests', $result->{requests});
figure('failed', $result->{lost} + $result->{half} + $result->{wrong});
figure('asked again', $result->{cut});
figures();
done_testing;
