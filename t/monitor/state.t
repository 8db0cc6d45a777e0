# citrix_guard_state: counters, events and acknowledgements survive a restart;
# a file that is damaged, or of another version, is renamed and reported.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $be = CitrixGuard::Recorder->new(answer => sub { { status => 200 } });
my $dir = scratch();
my $FILE = "$dir/state/guard";

mkdir $_ or die "$_: $!" for "$dir/state", "$dir/full";
spew("$dir/secret", "correct-horse-battery\n");
chmod 0600, "$dir/secret";

my $HTTP = <<'END';
    citrix_guard_zone guard:1m canary=kanarie-4711;
    %%STATE%%
    server { listen 127.0.0.1:%%PORT1%%; server_name gateway.example.com;
             citrix_guard %%MODE%%;
             citrix_guard_rule a.rule path "^/ruled";
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%; allow 127.0.0.1; deny all;
             location / { citrix_guard_monitor;
                          citrix_guard_monitor_ack %%SECRET%%; } }
END


sub nginx {
    my (%more) = @_;
    return CitrixGuard::Nginx->new(
        ports => 2, workers => 2, http => $HTTP,
        expected => qr/is\ damaged\ or\ of\ another\ version|cannot\ be\ written
                      |nginx\ was\ killed,\ or/x,
        vars => { BE => $be->port, SECRET => "$dir/secret",
                  MODE => $more{mode} // 'detect',
                  STATE => "citrix_guard_state " . ($more{file} // $FILE)
                           . ';' });
}


sub zone {
    my ($nginx) = @_;
    return decode_json(get($nginx->port(2), '/?format=json')->{body});
}


sub attack {
    my ($nginx, $target) = @_;
    my $last = zone($nginx)->{last};
    get($nginx->port, $target // '/vpn/../vpns/cfg/smb.conf');
    wait_until(sub { zone($nginx)->{last} > $last }) or die 'no event';
    return;
}


sub acknowledge {
    my ($nginx) = @_;
    return get($nginx->port(2), '/', method => 'POST',
               body => 'by=Ann&note=looked',
               headers => ['X-Citrix-Guard-Secret', 'correct-horse-battery'],
               )->{status};
}


# what has to be the same after a restart
sub kept {
    my ($zone) = @_;
    my ($server) = grep { $_->{name} eq 'gateway.example.com' }
        @{ $zone->{servers} };
    return { server => { %$server, since => 0, modes => 0 }, map { $_ => $zone->{$_} }
        qw(started last events sources series rules errors lost acknowledged) };
}


my $before;

subtest 'a restart' => sub {
    my $nginx = nginx()->start;
    is zone($nginx)->{state}{found}, 'new', 'there is no file yet';
    is sprintf('%o', (stat $FILE)[2] & 07777), '600', 'it is private';
    get($nginx->port, '/clean') for 1 .. 5;
    attack($nginx) for 1 .. 3;
    attack($nginx, '/ruled');
    is acknowledge($nginx), 204, 'acknowledged';
    attack($nginx);
    $before = zone($nginx);
    is $before->{state}{unsaved}, 0, 'nothing has failed';
    $nginx->stop;

    $nginx = nginx(mode => 'on')->start;
    my $after = zone($nginx);
    is $after->{state}{found}, 'restored', 'the next nginx has restored it';
    # the series continues with the time
    my ($is, $was) = map { kept($_) } $after, $before;
    delete $_->{series}{first}, delete $_->{series}{reasons},
        delete $_->{series}{outcomes} for $is, $was;
    is_deeply $is, $was, 'counters, events, acknowledgement';
    is $after->{loads}, $before->{loads} + 1, 'one more configuration';
    is_deeply $after->{history}[-1]{modes}, ['on'], 'its modes are new';
    my ($server) = grep { $_->{name} eq 'gateway.example.com' }
        @{ $after->{servers} };
    cmp_ok $server->{since}, 'gt', $before->{now},
           '... since the start, as the time between is unknown';
    attack($nginx);
    is zone($nginx)->{last}, $before->{last} + 1, 'counting continues';
    is_deeply [glob "$dir/state/*"], [$FILE], 'no other file is left';
    $nginx->stop;
};


# a killed nginx leaves what it wrote before
subtest 'a kill' => sub {
    my $nginx = nginx()->start;
    attack($nginx);
    is acknowledge($nginx), 204, 'acknowledged';
    my $last = zone($nginx)->{last};
    my $text = slurp($FILE);
    attack($nginx);
    $nginx->stop;
    ok slurp($FILE) ne $text, 'a regular end is written as well';
    spew($FILE, $text);
    spew("$FILE.tmp", 'half');
    $nginx = nginx()->start;
    is zone($nginx)->{acknowledged}{by}, 'Ann', 'it was written at once';
    is zone($nginx)->{last}, $last, '... with everything counted so far';
    my $now = zone($nginx)->{now};
    $nginx->stop;
    $nginx = nginx()->start;
    my ($server) = grep { $_->{name} eq 'gateway.example.com' }
        @{ zone($nginx)->{servers} };
    cmp_ok $server->{since}, 'gt', $now, 'the mode has a new beginning';
    is_deeply $server->{modes}, ['detect'], '... and is the same';
    $nginx->stop;
};


subtest 'nginx -t, and a reload' => sub {
    my $nginx = nginx()->start;
    attack($nginx);
    is acknowledge($nginx), 204, 'acknowledged';
    my $text = slurp($FILE);
    is [nginx()->check]->[0], 0, 'nginx -t';
    is slurp($FILE), $text, 'changes nothing';
    my $last = zone($nginx)->{last};
    $nginx->reload;
    attack($nginx);
    is zone($nginx)->{last}, $last + 1, 'a reload continues';
    $nginx->stop;
};


subtest 'another nginx has taken the file' => sub {
    my $one = nginx()->start;
    my $two = nginx()->start;
    attack($two) for 1 .. 2;
    my $last = zone($two)->{last};
    is acknowledge($two), 204, 'the second one writes';
    attack($one);
    is acknowledge($one), 204, 'the first one';
    like $one->error_log, qr/now belongs to another nginx: this one stops writing it/,
         '... no longer writes';
    cmp_ok zone($one)->{state}{unsaved}, '>', 0,
        '... and says that a restart would forget';
    is zone($two)->{state}{unsaved}, 0, '... which is not so for the second';
    $two->stop;
    $one->stop;
    my $three = nginx()->start;
    is zone($three)->{last}, $last, 'and nothing from the second is lost';
    $three->stop;
};


# up to 10 seconds are not in the file, and something may have got through then
subtest 'all of nginx is killed' => sub {
    my $file = "$dir/state/killed";
    for my $case (['KILL', 1], ['TERM', 0], ['QUIT', 0]) {
        my ($signal, $expected) = @$case;
        my $nginx = nginx(file => $file)->start;
        ok !zone($nginx)->{upgrade}{uncounted}, 'at first nothing is missing';
        attack($nginx);
        my $pid = delete $nginx->{pid};
        my @workers = children($pid);
        kill $signal, $pid;
        kill KILL => @workers if $signal eq 'KILL';
        waitpid $pid, 0;
        $nginx = nginx(file => $file)->start;
        is !!zone($nginx)->{upgrade}{uncounted}, !!$expected,
            "$signal: is it said that something may be missing?";
        is scalar(() = $nginx->error_log =~ /nginx was killed, or still/g),
            $expected, '... in the error log';
        if ($expected) {
            is acknowledge($nginx), 204, 'acknowledged';
            ok !zone($nginx)->{upgrade}{uncounted}, '... and known';
        }
        $nginx->reload;
        ok !zone($nginx)->{upgrade}{uncounted}, 'a reload changes nothing';
        $nginx->stop;
    }
};


subtest 'damage' => sub {
    my $good = slurp($FILE);
    my $flip = sub {
        my ($at) = @_;
        my $bad = $good;
        substr($bad, $at, 1) ^= "\x40";
        return $bad;
    };
    my %bad = (empty => '', short => substr($good, 0, 1000),
               cut => substr($good, 0, -1), long => "${good}x",
               zeroes => "\0" x length $good, magic => $flip->(0),
               version => $flip->(8), owner => $flip->(16),
               sum => $flip->(24), start => $flip->(40),
               middle => $flip->(length($good) / 2),
               end => $flip->(length($good) - 1));
    for my $name (sort keys %bad) {
        spew($FILE, $bad{$name});
        my $nginx = nginx()->start;
        my $zone = zone($nginx);
        is $zone->{state}{found}, 'damaged', "$name: reported";
        is $zone->{last}, 0, '... counters start at 0';
        like get($nginx->port(2), '/?format=prometheus')->{body},
            qr/^citrix_guard_state_damaged 1$/m, '... also for an alert';
        ok slurp("$FILE.damaged") eq $bad{$name}, '... and the file is kept';
        like $nginx->error_log, qr/\[alert\] .*state in "\Q$FILE\E" is damaged/,
             '... and in the log';
        $nginx->stop;
        unlink "$FILE.damaged";
    }
    for my $n (0 .. 10) {
        spew($FILE, "damage $n");
        my $kept = "$FILE.damaged" . ($n > 9 ? '.9' : $n ? ".$n" : '');
        my $nginx = nginx()->start;
        is slurp($kept), "damage $n", "number $n is kept aside";
        like $nginx->error_log, qr/it is renamed to "\Q$kept\E"/, '... said';
        $nginx->stop;
    }
    is slurp("$FILE.damaged"), 'damage 0', '... and the first is still there';
    unlink glob "$FILE.damaged*";
    my $nginx = nginx()->start;
    is zone($nginx)->{state}{found}, 'damaged', 'still after a restart';
    is acknowledge($nginx), 204, '... until it is acknowledged';
    is zone($nginx)->{state}{found}, 'damaged', '... the JSON still says it';
    like get($nginx->port(2), '/?format=prometheus')->{body},
        qr/^citrix_guard_state_damaged 0$/m, '... the alert ends';
    is acknowledge($nginx), 204, '... and may be acknowledged again';
    $nginx->stop;
    $nginx = nginx()->start;
    is zone($nginx)->{state}{found}, 'restored', '... after the next start';
    $nginx->stop;
};


# there is room for one file, but not for a second one
subtest 'a full disk' => sub {
    plan skip_all => 'no file system can be mounted here'
        if $> || system("mount -t tmpfs -o size=1200k tmpfs $dir/full 2>&1");
    my $nginx = nginx(file => "$dir/full/guard")->start;
    attack($nginx);
    is acknowledge($nginx), 204, 'acknowledged';
    my $kept = slurp("$dir/full/guard");
    cmp_ok zone($nginx)->{state}{unsaved}, '>', 0, '... but not written';
    like get($nginx->port(2), '/?format=prometheus')->{body},
        qr/^citrix_guard_state_unsaved [1-9]/m, '... and reported';
    is system("mount -o remount,size=4m $dir/full"), 0, 'more room';
    is acknowledge($nginx), 204, 'again';
    is zone($nginx)->{state}{unsaved}, 0, '... it is written';
    ok slurp("$dir/full/guard") ne $kept, '... in the file';
    is_deeply [glob "$dir/full/*"], ["$dir/full/guard"], '... and no other';
    $nginx->stop;
    $nginx = nginx(file => "$dir/full/guard")->start;
    is zone($nginx)->{acknowledged}{by}, 'Ann', '... for the next nginx';
    $nginx->stop;
    is system("umount $dir/full"), 0, 'unmounted';
};


# nginx gives a zone of another size or name new memory
subtest 'a reload with another zone' => sub {
    my $nginx = nginx(file => "$dir/state/other")->start;
    attack($nginx) for 1 .. 2;
    my $before = zone($nginx);
    for my $zone ('guard:2m', 'other:2m', 'guard:1m') {
        $nginx->configure(http => $HTTP =~ s/guard:1m/$zone/r);
        ok $nginx->reload, "$zone: reloaded";
        my $after = zone($nginx);
        is_deeply kept($after), kept($before), '... with all counts';
        is_deeply [map { $_->{since} } @{ $after->{servers} }],
                  [map { $_->{since} } @{ $before->{servers} }],
                  '... and the start';
        is $after->{state}{found}, 'new', '... and its file';
    }
    attack($nginx);
    is zone($nginx)->{last}, $before->{last} + 1, 'counting continues';
    $nginx->stop;
    $nginx = nginx(file => "$dir/state/other")->start;
    is zone($nginx)->{last}, $before->{last} + 1, '... and after a restart';
    $nginx->stop;
};


# attacks whose answer nginx waits for when all of it is killed
subtest 'attacks in flight' => sub {
    my $slow = CitrixGuard::Recorder->new(answer => sub { sleep 60; {} });
    my $nginx = CitrixGuard::Nginx->new(
        ports => 2, workers => 2, http => $HTTP, expected => qr/ended while it waited|exited on signal/,
        vars => { BE => $slow->port, SECRET => "$dir/secret",
                  MODE => 'detect', STATE => "citrix_guard_state $FILE;" }
        )->start;
    my $c = CitrixGuard::Raw->new($nginx->port);
    $c->put("GET /vpn/../vpns/x HTTP/1.0\r\n\r\n");
    wait_until(sub { $nginx->error_log =~ m{detected .*/vpns/x} });
    my $text = slurp($FILE);
    get($nginx->port, '/../vpns/');
    wait_until(sub { slurp($FILE) ne $text }, 40) or die 'it is not written';
    $text = slurp($FILE);
    kill KILL => children($nginx->pid);
    undef $c;
    $nginx->stop;
    spew($FILE, $text);
    $nginx = nginx()->start;
    is zone($nginx)->{lost}{events}, 1, 'it is lost, and counted';
    $nginx->stop;
};


subtest 'a folder that cannot be written' => sub {
    plan skip_all => 'not root' if $>;
    my ($status, $said) = nginx(file => "$dir/none/guard")->check;
    isnt $status, 0, 'a folder that does not exist';
    like $said, qr/invalid file ".*" in "citrix_guard_state", its folder must/,
         '... is an error of nginx -t';
    my $nginx = nginx(file => '/proc/self/guard')->start;
    attack($nginx);
    acknowledge($nginx);
    is zone($nginx)->{acknowledged}{by}, 'Ann', 'acknowledging works';
    cmp_ok zone($nginx)->{state}{unsaved}, '>', 0, 'that it was not written';
    like $nginx->error_log, qr/\[crit\] .*state cannot be written/,
         '... is reported';
    $nginx->stop;
    my $without = nginx();
    $without->configure(http => $HTTP
        =~ s/citrix_guard_zone .*//r =~ s/citrix_guard_monitor[^}]*/return 204;/r);
    ($status, $said) = $without->check;
    isnt $status, 0, 'no zone';
    like $said, qr/"citrix_guard_state" needs a "citrix_guard_zone"/, 'why';
};

done_testing;
