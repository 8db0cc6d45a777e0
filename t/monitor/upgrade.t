# The binary is replaced while it runs (USR2): what the old workers still count
# is on the page of the new nginx, and as long as both accept connections, each
# with its own configuration, the page does not say that we are shielded.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep);

use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Daemon;
use CitrixGuard::Page qw(page_says);
use CitrixGuard::Process qw(alive children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $dir = scratch();

# an attack whose target names a file is answered when the file exists
my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    my ($file) = $request->{target} =~ /wait=(\w+)/;
    if ($file) {
        spew("$dir/$file.asked", '');
        wait_until(sub { -e "$dir/$file" }, 60);
    }
    return { status => 200 };
});

spew("$dir/secret", "correct-horse-battery\n");
chmod 0600, "$dir/secret";

my $MONITOR = <<'END_OF_IT';
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard on; allow 127.0.0.1; deny all;
             location / { citrix_guard_monitor;
                          citrix_guard_monitor_ack %%SECRET%%; } }
END_OF_IT

my $ZONE = "citrix_guard_zone guard:1m;\n$MONITOR";
my $NO_MONITOR = "server { listen 127.0.0.1:%%PORT2%%; return 404; }\n";


sub http {
    my ($mode, $head) = @_;
    return ($head // $ZONE) . "server { listen 127.0.0.1:%%PORT1%%; "
        . 'server_name a.example; ' . ($mode && "citrix_guard $mode; ")
        . "location / { proxy_pass http://127.0.0.1:%%BE%%; } }\n";
}


# the options of a sanitizer have to reach the next nginx, too
sub nginx {
    my ($http, %more) = @_;
    $more{main} = "env ASAN_OPTIONS; env UBSAN_OPTIONS; env LSAN_OPTIONS;\n"
        . ($more{main} // '');
    return CitrixGuard::Daemon->new(ports => 2, workers => 2, http => $http,
        expected => qr/exited on signal|left by an upgrade/,
        vars => { BE => $be->port, SECRET => "$dir/secret" }, %more)->start;
}


# a worker without a monitor may answer as well
sub zone {
    my ($nginx) = @_;
    my $json;
    wait_until(sub {
        $json = eval { get($nginx->port(2), '/?format=json')->{body} };
        return ($json // '') =~ /^\{"version/;
    }) or die 'no answer';
    return $json;
}


sub says {
    my ($nginx) = @_;
    my $json = zone($nginx);
    my ($en, $nl) = @{ page_says('[' . join(', ', map {
        "(() => { lang = '$_'; data = $json; lostSince = null; "
        . 'problem = null; return answer(); })()' } 'en', 'nl') . ']') };
    isnt $en->{sentence}, $nl->{sentence}, 'in both languages';
    return "$en->{state} $en->{colour}: $en->{sentence}";
}


# the page, the command and Prometheus agree
sub is_said {
    my ($nginx, $expected, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $said = '';
    for (1 .. 40) {
        last if ($said = says($nginx)) =~ $expected;
        sleep 0.5;
    }
    like $said, $expected, $name;
    my $status = { green => 0, red => 2, amber => 3 }->{
        ($said =~ /^\w+ (\w+)/)[0] };
    my $ran = citrix_guard(['status', '--monitor=http://127.0.0.1:'
                            . $nginx->port(2) . '/']);
    is $ran->{status}, $status, '... so says status' or diag $ran->{out};
    return $said;
}


# a second master beside the first
sub upgrade {
    my ($nginx, %to) = @_;
    my $old = $nginx->master;
    $nginx->configure(%to)->_write;
    $nginx->signal('USR2', $old);
    wait_until(sub {
        my $new = $nginx->master;
        return $new && $new != $old && $nginx->master(before => 1)
            && children($new) >= 2;
    }, 30) or die 'no new master: ' . $nginx->error_log;
    return ($old, $nginx->{pid} = $nginx->master);
}


# descriptors of the zone's memory: in the master, and in all its workers
sub memories {
    my ($nginx) = @_;
    return map {
        scalar grep { (readlink // '') =~ /memfd:citrix_guard/ }
            map { glob "/proc/$_/fd/*" } @$_
    } [$nginx->master], [children($nginx->master)];
}


sub ended {
    my (@pids) = @_;
    return ok wait_until(sub { !grep { alive($_) } @pids }, 30), 'ended';
}


# an attack whose answer waits until the file exists
sub attack {
    my ($nginx, $file) = @_;
    my $c = CitrixGuard::Raw->new($nginx->port);
    $c->put("GET /vpn/../vpns/cfg/smb.conf?wait=$file HTTP/1.0\r\n"
            . "Host: a.example\r\n\r\n");
    wait_until(sub { -e "$dir/$file.asked" }) or die 'not forwarded';
    return $c;
}


# An upgrade to an nginx that counts nothing here is taken back, after longer
# than a start takes.
sub taken_back {
    my ($nginx, $old, $new) = @_;
    sleep 17;
    $nginx->signal('QUIT', $new);
    ended $new;
    wait_until(sub { ($nginx->master // 0) == $old });
    $nginx->{pid} = $old;
    return is_said $nginx,
        qr/^unknown amber: .*whether anything got through before /,
        '... it is not known what the other one did';
}


plan skip_all => 'no node: Debian package nodejs' if !page_says('[1]');

my $BESIDE = qr/^unknown amber: .* after an upgrade another nginx/;
my $SHIELDED = qr/^shielded green: /;


subtest 'an old worker gets an answer' => sub {
    my $nginx = nginx(http('detect'));
    my $open = attack($nginx, 'one');
    my $last = decode_json(zone($nginx))->{last};
    my ($old) = upgrade($nginx, http => http('on'));
    is_said $nginx, $BESIDE, 'both accept connections';
    $nginx->signal('WINCH', $old);
    is_said $nginx, $SHIELDED, 'the old workers only wait for their last ones';
    ok alive($old), '... and are still running';
    is decode_json(zone($nginx))->{last}, $last, 'the counters continue';
    spew("$dir/one", '');
    is $open->get->{status}, 200, 'the ADC answers the old worker';
    is_said $nginx, qr/^through red: 1 request may/, '... which is reported';
    $nginx->signal('QUIT', $old);
    ended $old;
    is_said $nginx, qr/^through red: 1 request may/, '... and still is';
    $nginx->stop;
};


subtest 'another zone, and an old master that is killed' => sub {
    my $nginx = nginx(http('on'));
    my $started = decode_json(zone($nginx))->{started};
    my ($old) = upgrade($nginx, http => http('on') =~ s/guard:1m/other:2m/r);
    is decode_json(zone($nginx))->{started}, $started, 'is the same';
    my @workers = grep { $_ != $nginx->pid } children($old);
    kill KILL => $old;
    ended $old;
    is_said $nginx, $BESIDE, 'its workers go on';
    kill KILL => @workers;
    ended @workers;
    is_said $nginx, $SHIELDED, '... once they are killed';
    my ($second) = upgrade($nginx, http => http('on'));
    is decode_json(zone($nginx))->{started}, $started, 'a second time';
    $nginx->signal('QUIT', $second);
    ended $second;
    is_said $nginx, $SHIELDED, 'the new one alone';
    ok $nginx->reload, 'a reload';
    is_said $nginx, $SHIELDED, '... as before';
    for my $zone ('third:1m', 'fourth:1m') {
        ok $nginx->configure(http => http('on') =~ s/guard:1m/$zone/r)->reload,
           "a reload with $zone";
    }
    is decode_json(zone($nginx))->{started}, $started, '... keeps the counters';
    is_deeply [memories($nginx)], [1, 0], 'one memory, in the master only';
    ok $nginx->configure(http => http('on', $NO_MONITOR))->reload, 'no zone';
    is_deeply [memories($nginx)], [0, 0], '... and no memory';
    $nginx->stop;
};


subtest 'an upgrade that is undone' => sub {
    my $nginx = nginx(http('detect'));
    my ($old, $new) = upgrade($nginx, http => http('on'));
    $nginx->signal('QUIT', $new);
    ended $new;
    wait_until(sub { ($nginx->master // 0) == $old });
    $nginx->{pid} = $old;
    is_said $nginx, $BESIDE, 'the modes are those of the one that has ended';
    ok $nginx->configure(http => http('on'))->reload, 'a reload';
    is_said $nginx, $SHIELDED, '... and the state is known again';
    $nginx->stop;
};


subtest 'an old one that counted elsewhere' => sub {
    # in the last case the variable does not name a zone
    for my $case (['no module', '', $NO_MONITOR, without_module => 1],
                  ['no zone', 'on', $NO_MONITOR],
                  ['no memory', 'on', $ZONE, main => 'env CITRIX_GUARD_ZONE=1;'],
                  ) {
        my ($name, $mode, $head, %with) = @$case;
        my $nginx = nginx(http($mode, $head), %with);
        my $open = $mode ? undef : attack($nginx, 'two');
        my ($old) = upgrade($nginx, http => http('on'), without_module => 0);
        is_said $nginx, $BESIDE, "$name: both accept connections";
        $nginx->signal('WINCH', $old);
        is_said $nginx, $BESIDE, '... it is not known what the old one does';
        spew("$dir/two", '');
        $nginx->signal('QUIT', $old);
        ended $old;
        my $said = is_said $nginx, qr/^unknown amber: .*whether anything (?#
            )got through before /, 'nor what it did';
        like get($nginx->port(2), '/?format=prometheus')->{body},
             qr/^citrix_guard_upgrade_uncounted 1$/m, '... for an alert';
        is get($nginx->port(2), '/', method => 'POST', body => 'by=Ann&note=x',
               headers => ['X-Citrix-Guard-Secret', 'correct-horse-battery'],
               )->{status}, 204, 'somebody has looked';
        is_said $nginx, $SHIELDED, '... until it is acknowledged';
        $nginx->stop;
    }
};


subtest 'a new one without the guard' => sub {
    my $nginx = nginx(http('on'));
    is_said $nginx, $SHIELDED, 'before';
    my ($old, $new) = upgrade($nginx, http => http('', $NO_MONITOR),
                              without_module => 1);
    is_said $nginx, $BESIDE, 'the old one says that it is not alone';
    taken_back($nginx, $old, $new);
    $nginx->stop;
};


subtest 'workers that may not read the pid files' => sub {
    plan skip_all => 'only root has workers of another user' if $> != 0;
    my $blind = qr/^unknown amber: .* may not read whether another nginx/;
    my @user = (user => 'nobody nogroup');
    my $nginx = nginx(http('on'), @user);
    my $close = sub { chmod 0600, $nginx->dir . '/nginx.pid' or die "chmod: $!" };
    $close->();
    is_said $nginx, $SHIELDED, 'there is nothing to read';
    my ($old) = upgrade($nginx, http => http('on'));
    is_said $nginx, $BESIDE, 'an upgrade is seen in the zone';
    my @workers = grep { $_ != $nginx->pid } children($old);
    kill KILL => $old, @workers;
    ended $old, @workers;
    is_said $nginx, $SHIELDED, 'the file of one that has ended';
    unlink $nginx->dir . '/nginx.pid.oldbin' or die "unlink: $!";
    $old = $nginx->pid;
    # the time of a file has whole seconds
    sleep 2;
    $close->();
    (undef, my $new) = upgrade($nginx, http => http('', $NO_MONITOR),
                               without_module => 1);
    is_said $nginx, $blind, 'one without the guard may be there';
    taken_back($nginx, $old, $new);
    $nginx->stop;

    $nginx = nginx(http('on'), @user, expected => qr/cannot search the folder/);
    chmod 0700, $nginx->dir or die "chmod: $!";
    is_said $nginx, $blind, 'a folder that they may not search';
    ok $nginx->reload, 'a reload';
    like $nginx->error_log, qr/\[warn\] .*: workers cannot search the folder of (?#
        )nginx's pid file, .*: allow their user to do so \(13: /, '... why';
    chmod 0755, $nginx->dir or die "chmod: $!";
    is_said $nginx, qr/^unknown amber: .*whether anything got through before /,
        'until then it was not known';
    $nginx->stop;
};


subtest 'a pid file that says nothing' => sub {
    my $blind = qr/^unknown amber: .* may not read whether another nginx/;
    my $nginx = nginx(http('on'));
    my $old = $nginx->dir . '/nginx.pid.oldbin';
    # its time has whole seconds
    sleep 2;
    mkdir $old or die "mkdir: $!";
    is_said $nginx, $blind, 'it cannot be read';
    rmdir $old or die "rmdir: $!";
    open my $empty, '>', $old or die "$old: $!";
    close $empty or die "$old: $!";
    is_said $nginx, $blind, 'it is empty';
    unlink $old or die "unlink: $!";
    is_said $nginx, $SHIELDED, 'it is gone before an nginx could have started';
    $nginx->stop;
};


# as Debian's packages do it: nginx is upgraded on the fly when they are
# installed, and the guard comes with a later reload
subtest 'an upgrade before there was a guard' => sub {
    my $nginx = nginx(http('', $NO_MONITOR), without_module => 1);
    my ($old) = upgrade($nginx);
    my @guard = (http => http('on'), without_module => 0);
    ok $nginx->configure(@guard)->reload, 'the guard is loaded';
    is_said $nginx, $BESIDE, 'the old nginx accepts connections as well';
    $nginx->signal('QUIT', $old);
    ended $old;
    is_said $nginx, qr/^unknown amber: .*whether anything got through before /,
        '... and nobody knows what it did';
    $nginx->stop;

    $nginx = nginx(http('', $NO_MONITOR), without_module => 1);
    ($old) = upgrade($nginx);
    $nginx->signal('QUIT', $old);
    ended $old;
    ok $nginx->configure(@guard)->reload, 'the guard is loaded after its end';
    is_said $nginx, $SHIELDED, '... and counting begins';
    $nginx->stop;
};


# the module is not part of the configuration in force; a sanitizer notices if
# the old configuration is read nevertheless
subtest 'loaded by a reload' => sub {
    my $nginx = nginx('server { listen 127.0.0.1:%%PORT1%%; return 204; }',
                      without_module => 1);
    for my $round (1 .. 2) {
        $nginx->configure(http => http('on'), without_module => 0);
        ok $nginx->reload, "loaded, round $round";
        is_said $nginx, $SHIELDED, '... and active';
        $nginx->configure(without_module => 1, http =>
            'server { listen 127.0.0.1:%%PORT1%%; return 204; }');
        ok $nginx->reload, '... and unloaded';
    }
    $nginx->stop;
};

done_testing;
