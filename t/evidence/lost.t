# Evidence that could not be written leaves a trace: events that were lost
# completely or in part on a full disk, and lines of the error log, are
# counted.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep time);

use CitrixGuard::Check qw(get refused);
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $be = CitrixGuard::Recorder->new(answer => sub { { status => 404 } });
my $ATTACK = '/a/..;/vpns/a';
my $FULL = qr/write\(\) to "[^"]*" (?:failed|was incomplete)/;

my $HTTP = <<'END';
    citrix_guard_zone guard:1m;
    log_format event escape=none $citrix_guard_event;
    log_format cef escape=none $citrix_guard_cef;
    log_format mine $request;
    %%HEAD%%
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             %%LOG%%
             location /detect/ { citrix_guard detect; proxy_pass http://be; }
             location /unwritten/ { access_log off; proxy_pass http://be; }
             location / { proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT2%%; allow 127.0.0.1; deny all;
             location / { citrix_guard_monitor; } }
END


sub nginx {
    my ($log, %more) = @_;
    return CitrixGuard::Nginx->new(
        ports => 2, expected => $FULL, http => $HTTP,
        workers => $more{workers} // 1,
        vars => { BE => $be->port, HEAD => $more{head} // '',
                  LOG => $log });
}


# when so many events have come
sub lost {
    my ($nginx, $events) = @_;
    wait_until(sub {
        my $now = get($nginx->port(2), '/?format=json')->{body};
        return decode_json($now)->{last} >= ($events // 0);
    }) or die "no $events events";
    my $zone = decode_json(get($nginx->port(2), '/?format=json')->{body});
    my $text = get($nginx->port(2), '/?format=prometheus')->{body};
    my %shown = $text =~ /^citrix_guard_lost_total\{what="(\w+)"\} (\d+)/mg;
    is $shown{event}, $zone->{lost}{events}, 'Prometheus: the same events';
    is $shown{line}, $zone->{lost}{lines}, '... and lines';
    return $zone->{lost};
}


sub lost_events {
    my ($nginx) = @_;
    my $zone = eval {
        decode_json(get($nginx->port(2), '/?format=json')->{body})
    };
    return $zone ? $zone->{lost}{events} : -1;
}


my $EVENT = 'access_log event.log event if=$citrix_guard_event;';


subtest 'all is written' => sub {
    my $nginx = nginx($EVENT)->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 3;
    get($nginx->port, '/clean');
    get($nginx->port, "/unwritten$ATTACK");
    my $lost = lost($nginx);
    is $lost->{events}, 0, 'no event is lost';
    is $lost->{lines}, 0, 'nor a line';
    $nginx->stop;
};


subtest 'a full disk' => sub {
    my $nginx = nginx('access_log /dev/full event if=$citrix_guard_event;',
                      workers => 2)->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 7;
    get($nginx->port, '/clean') for 1 .. 3;
    get($nginx->port, "/detect$ATTACK");
    get($nginx->port, "/unwritten$ATTACK");
    is lost($nginx, 9)->{events}, 8, 'each event is counted as lost';
    my $seconds = time + 1.1;
    sleep 0.1 while time < $seconds;
    refused get($nginx->port, "$ATTACK?8"), 'and in the next second';
    is lost($nginx, 10)->{events}, 9, '... another one';
    $nginx->reload;
    is lost($nginx)->{events}, 9, 'a reload forgets none';
    $nginx->stop;
};


# a real file system of 64 KiB: what is on it is whole, the rest is counted
subtest 'a small disk' => sub {
    my $dir = scratch();
    plan skip_all => 'no file system can be mounted here'
        if $> || system("mount -t tmpfs -o size=64k tmpfs $dir 2>/dev/null");
    my $nginx = nginx("access_log $dir/event.log event"
                      . ' if=$citrix_guard_event;')->start;
    is scalar(grep { get($nginx->port, "$ATTACK?" . $_ x 50)->{status} == 403 }
              100 .. 400), 301, 'all are refused';
    my $lost = lost($nginx, 301)->{events};
    my $text = slurp("$dir/event.log");
    my @whole = grep { eval { decode_json($_) } } split /\n/, $text;
    is @whole + $lost, 301, scalar(@whole) . " are whole, $lost are counted";
    cmp_ok $lost, '>', 50, '... of which there are';
    spew("$dir/event.log", '');

    # nginx does not write to a full disk again within the same second
    my $seconds = time + 1.1;
    sleep 0.1 while time < $seconds;
    refused get($nginx->port, $ATTACK), 'there is room again';
    is lost($nginx, 302)->{events}, $lost, '... and its event is there';
    $nginx->stop;
    is system("umount $dir"), 0, 'unmounted';
};


# an attack that is at the ADC when its worker dies: nobody knows what came of it
subtest 'a worker that is killed' => sub {
    for my $case (['KILL', 'killed', 2], ['TERM', 'stopped at once', 2],
                  ['QUIT', 'left to finish', 0, '/detect/..;/vpns/a']) {
        my ($signal, $what, $expected, $target) = @$case;
        my $slow = CitrixGuard::Recorder->new(answer => sub {
            my ($request) = @_;
            sleep 60 if $request->{target} =~ /slow/;
            return { status => 404 };
        });
        my $nginx = CitrixGuard::Nginx->new(
            ports => 2, http => $HTTP, workers => 2,
            expected => qr/exited on signal|ended while it waited/,
            vars => { BE => $slow->port, HEAD => '', LOG => $EVENT })->start;
        $target //= '/detect/..;/vpns/slow';
        # the third is refused, the fourth clean
        my @targets = ($target, $target, '/slow/..;/vpns/b',
                       $target =~ s{[.]+;/vpns/}{}r);
        my @open = map { CitrixGuard::Raw->new($nginx->port) } @targets;
        $open[$_]->put("GET $targets[$_] HTTP/1.0\r\n\r\n") for 0 .. $#open;
        sleep 1;
        is lost($nginx)->{events}, 0, 'while they wait none is lost';
        kill $signal, children($nginx->pid);
        sleep 0.2;
        is wait_until(sub { lost_events($nginx) >= $expected })
            && lost_events($nginx), $expected, "$what: $expected are counted";
        like $nginx->error_log, qr/\[alert\] .*ended while it waited .* [12] att/,
             '... and said' if $expected;
        undef @open;
        $nginx->stop;
    }
};


# nginx goes on writing to a file that has no name any more: whoever rotates
# logs without telling nginx so loses them with the compression
subtest 'a log that was removed' => sub {
    my $nginx = nginx($EVENT)->start;
    my $file = $nginx->dir . '/event.log';
    refused get($nginx->port, $ATTACK), 'attack';
    is lost($nginx, 1)->{events}, 0, 'it is there';
    rename $file, "$file.1" or die "$file: $!";
    refused get($nginx->port, $ATTACK), 'attack';
    is lost($nginx, 2)->{events}, 0, 'under another name it is there';
    unlink "$file.1";
    refused get($nginx->port, "$ATTACK?$_"), 'attack' for 1 .. 2;
    is lost($nginx, 4)->{events}, 2, 'removed: lost, and counted';
    kill 'USR1', $nginx->pid;
    wait_until(sub { -e $file }) or die 'not opened again';
    $nginx->settle;
    refused get($nginx->port, $ATTACK), 'attack';
    is lost($nginx, 5)->{events}, 2, 'opened again: no more';
    is scalar(split /\n/, slurp($file)), 1, '... it is written';
    $nginx->stop;

    $nginx = nginx("$EVENT error_log lines.log warn;")->start;
    unlink $nginx->dir . '/lines.log';
    refused get($nginx->port, $ATTACK), 'attack';
    my $lost = lost($nginx, 1);
    is_deeply [@$lost{qw(events lines)}], [0, 1], 'a line of the error log';
    $nginx->stop;
};


subtest 'one log of two' => sub {
    my $nginx = nginx("$EVENT access_log /dev/full cef"
                      . ' if=$citrix_guard_cef;')->start;
    refused get($nginx->port, $ATTACK), 'attack';
    is lost($nginx)->{events}, 1, 'one of its logs has lost it';
    $nginx->stop;
};


subtest 'logs of other things' => sub {
    my $nginx = nginx("$EVENT access_log /dev/full mine;"
                      . ' access_log /dev/full event if=$arg_never;')->start;
    refused get($nginx->port, $ATTACK), 'attack';
    is lost($nginx)->{events}, 0, 'are no matter of ours';
    $nginx->stop;
};


subtest 'one that is wanted now and then' => sub {
    my $nginx = nginx('access_log /dev/full event if=$arg_yes;')->start;
    for my $n (1 .. 3) {
        refused get($nginx->port, "$ATTACK?yes=1"), 'wanted';
        refused get($nginx->port, "$ATTACK?$_"), 'not wanted' for 1 .. 3;
        is lost($nginx, 4 * $n)->{events}, $n, 'only that one is lost';
    }
    $nginx->stop;
};


subtest 'a limit on the size of files' => sub {
    local $SIG{XFSZ} = 'IGNORE';
    my $size = 1_000_000;
    my $nginx = nginx($EVENT);
    spew($nginx->dir . '/event.log', "\n" x ($size - 100));
    $nginx->start;
    for my $worker (children($nginx->pid)) {
        is system('prlimit', '--pid', $worker, "--fsize=$size"), 0,
           'the worker may write no larger files';
    }
    refused get($nginx->port, $ATTACK), 'attack';
    cmp_ok -s $nginx->dir . '/event.log', '<=', $size, 'its event has no room';
    is lost($nginx)->{events}, 1, '... which is lost';
    refused get($nginx->port, "$ATTACK?$_"), 'attack' for 1 .. 4;
    is lost($nginx)->{events}, 5, 'none of the next, each counted';
    spew($nginx->dir . '/event.log', '');
    refused get($nginx->port, "$ATTACK?$_"), 'attack' for 1 .. 2;
    is lost($nginx)->{events}, 5, 'there is room again: no more';
    $nginx->stop;
};


subtest 'lines' => sub {
    my $nginx = nginx("$EVENT error_log /dev/full warn;")->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 4;
    my $lost = lost($nginx);
    is $lost->{events}, 0, 'the events are there';
    is $lost->{lines}, 4, 'the lines are lost';
    $nginx->stop;

    $nginx = nginx($EVENT, head => 'citrix_guard_log_rate 2r/m;')->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 9;
    $lost = lost($nginx);
    is $lost->{events}, 0, 'what log_rate leaves out is no lost event';
    is $lost->{lines}, 7, '... but counted';
    $nginx->stop;

    $nginx = nginx('access_log /dev/full event;',
                   head => 'citrix_guard_log_rate 2r/m;')->start;
    refused get($nginx->port, "$ATTACK?$_"), "attack $_" for 1 .. 9;
    $lost = lost($nginx);
    is $lost->{events}, 2, 'nor is it lost twice';
    is $lost->{lines}, 7, '... the rest has not been written for its rate';
    $nginx->stop;
};


subtest 'what is not seen is said' => sub {
    for my $log ('access_log e.log event buffer=4k;',
                 'access_log e-$host.log event;') {
        my ($status, $said) = nginx($log)->check;
        is $status, 0, "nginx -t takes $log";
        like $said, qr/\[warn\] .*writes events through a buffer/, '... warns';
    }
    for my $log ($EVENT, 'access_log e.log mine buffer=4k;',
                 'access_log syslog:server=127.0.0.1:9 event;') {
        my ($status, $said) = nginx($log)->check;
        is $status, 0, "nginx -t takes $log";
        unlike $said, qr/through a buffer/, '... without a word';
    }
};

done_testing;
