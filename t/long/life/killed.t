# Workers that are killed under load, by -TERM, -QUIT and -KILL: service goes
# on, what other workers serve is not touched, nothing hostile gets through.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Load;
use CitrixGuard::Process qw(alive children);
use CitrixGuard::Scratch qw(slurp wait_until);

use constant KILLS => 30;

my $load = CitrixGuard::Load->new;
my $nginx = $load->guard(workers => 4,
                         expected => qr/worker process \d+ exited on signal 9/);
$load->with_tls;
$nginx->configure(http => $load->http('on'))->start;

my @kinds = qw(keep keep new h2 tls tls-h2);
$load->begin(@kinds);


sub workers {
    return grep { slurp("/proc/$_/cmdline") =~ /worker process(?:$|\0)/ }
           children($nginx->pid);
}


my (%killed, @bad);
my $rough = 0;

for my $n (0 .. KILLS - 1) {
    my $signal = (qw(TERM QUIT KILL))[$n % 3];
    my $before = $load->answers;
    wait_until(sub { $load->answers > $before + 2000 })
        or push @bad, "no service before kill $n";
    my @workers = workers();
    my $victim = $workers[rand @workers];
    kill $signal, $victim;
    $killed{$victim} = $signal;
    $rough++ if $signal ne 'QUIT';
    wait_until(sub { !alive($victim) && workers() == 4 })
        or push @bad, "kill $n: no new worker";
}

my $result = $load->finish;

is "@bad", '', KILLS . ' workers killed, each was replaced';
is "@{[grep { !/^(?:lost|half):/ } @{ $result->{bad} }]}", '',
   'no hostile request got through, no answer was wrong';

# what was not answered was the business of a worker that was killed
my @unanswered = @{ $result->{rows} };
my @others = grep { $_->{pid} ne '-' && !$killed{ $_->{pid} } } @unanswered;
is "@{[map {qq($_->{what} $_->{kind} $_->{pid})} @others]}", '',
   'no request of another worker went unanswered';

# or, on a fresh connection, may have been: one exchange of each client; with
# HTTP/2 that is all streams at once, and a worker that quits does it, too
my @fresh = grep { $_->{pid} eq '-' } @unanswered;
my ($h2, $http1) = map { scalar @$_ } [grep { $_->{kind} =~ /h2/ } @fresh],
                                      [grep { $_->{kind} !~ /h2/ } @fresh];
cmp_ok $http1, '<=', $rough * 4, "$http1 on a fresh connection";
cmp_ok $h2, '<=', KILLS * 2 * CitrixGuard::Load::STREAMS,
       "... and $h2 with HTTP/2";
is "@{[grep { !$result->{served}{$_} } @kinds]}", '',
   'there were answers for each kind of client';

my @gentle = grep { ($killed{ $_->{pid} } // '') eq 'QUIT' } @unanswered;
is "@{[map { $_->{what} } grep { $_->{what} ne 'cut' } @gentle]}", '',
   'a worker that quits answers what it has begun';

is $nginx->sanitizer_report, '', 'no worker died of anything else';

figure('workers killed', KILLS);
figure('requests', $result->{requests});
figure('unanswered by killed workers', scalar @unanswered);
figures();
done_testing;
