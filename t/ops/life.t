# Reloads under load: each request is answered once, by the configuration of
# its worker; nothing grows. TEST_RELOADS=200 sets the number. From 100 on
# clients also speak TLS, and the memory of master and worker after the first
# tenth is compared with that at the end.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Heap;
use CitrixGuard::Load;
use CitrixGuard::Process qw(children usage);
use CitrixGuard::Scratch qw(slurp wait_until);

my $RELOADS = $ENV{TEST_RELOADS} || 10;
my $LONG = $RELOADS >= 100;

my $load = CitrixGuard::Load->new;
my $heap = $LONG ? CitrixGuard::Heap->new : undef;
my $nginx = $load->guard(workers => 2, env => $heap ? $heap->env : {});
$load->with_tls if $LONG;
my @kinds = (qw(keep new h2), $LONG ? qw(tls tls-h2) : ());


sub workers {
    return grep { slurp("/proc/$_/cmdline") =~ /worker process/ }
           children($nginx->pid);
}


# The memory of the master and of the only generation of workers, after a reload
# without load, always in the same mode.
sub holdings {
    $load->pause;
    $nginx->configure(http => $load->http('on'))->reload;
    # the old workers are gone, and the new ones have their names
    wait_until(sub {
        my @children = children($nginx->pid);
        return @children == 2 && workers() == 2
            && !grep { slurp("/proc/$_/cmdline") =~ /shutting/ } @children;
    }, 60) or die 'old workers stay';
    my $module = 'ngx_http_citrix_guard_module.so';
    my $master = usage($nginx->pid, $module);
    my ($worker) = map { usage($_, $module) }
        workers();
    $master->{heap} = $heap->bytes;
    return { master => $master, worker => $worker };
}


my ($failed, $idle) = (0, 0);

sub reloads {
    my ($count) = @_;
    for my $n (1 .. $count) {
        my $before = $load->answers;
        $nginx->configure(http => $load->http($n % 2 ? 'detect' : 'on'));
        $failed++ if !$nginx->reload;
        # each generation has served
        wait_until(sub { $load->answers > $before + 2000 }) or $idle++;
    }
    return;
}


$nginx->configure(http => $load->http('on'))->start;
$load->begin(@kinds);

my $before;
my $first = $LONG ? int $RELOADS / 10 : $RELOADS;
reloads($first);
if ($LONG) {
    $before = holdings();
    $load->begin(@kinds);
    reloads($RELOADS - $first);
}
is $failed, 0, "$RELOADS reloads, none failed"
    or diag grep {/\[(?:emerg|alert)\]/} split /^/, $nginx->error_log;
is $idle, 0, 'each generation has served';

my $after = $LONG ? holdings() : undef;
my $result = $load->finish;

is join("\n", @{ $result->{bad} }), '',
   'every answer fits the configuration of its worker';
is $result->{$_}, 0, "$_: 0" for qw(lost half wrong);
cmp_ok $result->{answered}, '>', 50 * $RELOADS,
       "$result->{requests} requests, $result->{hostile} of them hostile, "
       . "$result->{cut} asked again";
is $nginx->sanitizer_report, '', 'no worker died';

figure('reloads', $RELOADS);
figure('requests', $result->{requests});
figure('hostile', $result->{hostile});
figure('failed', $result->{lost} + $result->{half} + $result->{wrong});
figure('asked again', $result->{cut});

if ($LONG) {
    # KiB of pages, which depend on the kernel; bytes
    my %allowed = (rss => 512, private => 512, heap => 4096);
    for my $who (qw(master worker)) {
        for my $what (sort keys %{ $before->{$who} }) {
            my ($was, $is) = map { $_->{$who}{$what} } $before, $after;
            cmp_ok $is - $was, '<=', $allowed{$what} // 0,
                   "$who, $what: $was, then $is";
            figure("$who $what", "$was -> $is")
                if $what =~ /rss|fds|heap|zones|code/;
        }
    }
}

figures();
done_testing;
