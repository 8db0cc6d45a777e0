# The first sentence of the page in states that a real nginx is brought into:
# what the monitor's JSON says goes through the page's own script.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Page qw(page_says);
use CitrixGuard::Process qw(children);
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $be = CitrixGuard::Recorder->new(answer => sub { { status => 200 } });
my $dir = scratch();
my $ATTACK = '/vpn/../vpns/portal/a.xml';
my $LONG = join '.', 'a' x 40, 'a' x 30;

spew("$dir/secret", "correct-horse-battery\n");
chmod 0600, "$dir/secret";

my $HEAD = <<'END';
    citrix_guard_zone guard:1m canary=kanarie-4711;
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard on; allow 127.0.0.1; deny all;
             location / { citrix_guard_monitor;
                          citrix_guard_monitor_ack %%SECRET%%; } }
END


# a server with this name and mode, at the first port
sub server {
    my ($name, $mode, $more) = @_;
    return "server { listen 127.0.0.1:%%PORT1%%; server_name $name; "
        . ($mode ? "citrix_guard $mode; " : '') . ($more // '')
        . " location / { proxy_pass http://127.0.0.1:%%BE%%; } }\n";
}


sub nginx {
    my (@servers) = @_;
    return CitrixGuard::Nginx->new(ports => 2, workers => 2,
        http => join('', $HEAD, @servers),
        expected => qr/exited on signal|belongs to another|and not refused/,
        vars => { BE => $be->port, SECRET => "$dir/secret" });
}


sub zone {
    my ($nginx) = @_;
    return get($nginx->port(2), '/?format=json')->{body};
}


sub says {
    my ($nginx, $lang) = @_;
    my $json = zone($nginx);
    my ($is) = @{ page_says("[(() => { lang = '" . ($lang // 'en') . "'; "
        . "data = $json; lostSince = null; problem = null; "
        . 'return answer(); })()]') };
    return $is;
}


sub attack {
    my ($nginx, $host, $target) = @_;
    my $last = decode_json(zone($nginx))->{last};
    get($nginx->port, $target // $ATTACK, no_host => 1,
        headers => [Host => $host]);
    wait_until(sub { decode_json(zone($nginx))->{last} > $last })
        or die 'no event';
    return;
}


sub ack {
    my ($nginx, $form) = @_;
    return get($nginx->port(2), '/', method => 'POST', body => $form,
        headers => ['X-Citrix-Guard-Secret', 'correct-horse-battery'],
        )->{status};
}


sub is_said {
    my ($nginx, $state, $sentence, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $is = says($nginx);
    is "$is->{state} $is->{colour}", $state, $name;
    like $is->{sentence}, $sentence, '... the sentence';
    my $ran = citrix_guard(['status', '--monitor=http://127.0.0.1:'
                            . $nginx->port(2) . '/']);
    is $ran->{status}, { green => 0, amber => $is->{state} eq 'unknown' ? 3 : 1,
                         red => 2 }->{ $is->{colour} }, '... so does status';
    return $is;
}


plan skip_all => 'no node: Debian package nodejs' if !page_says('[1]');


subtest 'servers' => sub {
    my $nginx = nginx(server('a.example', 'on'))->start;
    is_said $nginx, 'shielded green', qr/at a\.example \(node /, 'on';
    for my $case (
        [[['a.example', 'on'], ['b.example', 'detect']], 'detect amber',
         qr/^Nothing is blocked at b\.example \(/, 'detect in one'],
        [[['a.example', 'on'], ['b.example', '']], 'off amber',
         qr/^We are not shielded at b\.example \(/, 'nothing said in one'],
        [[['a.example', 'off'], ['b.example', 'off']], 'off red',
         qr/^We are not shielded at a\.example, b\.example/, 'off'],
        [[['a.example', 'on; citrix_guard_exempt traversal']], 'detect amber',
         qr/^In a part of a\.example \(/, 'the attack itself is exempted'],
        [[['a.example', 'on', 'location /x { citrix_guard_exempt query header; '
           . 'proxy_pass http://127.0.0.1:%%BE%%; }']], 'detect amber',
         qr/^In a part of a\.example \(/, '... in a place'],
        [[['a.example', 'on; citrix_guard_exempt query malformed']],
         'shielded green', qr/at a\.example \(/, 'what has false positives is'],
        [[['a.example', 'on; citrix_guard_detect_for 0.0.0.0/0']],
         'detect amber', qr/^In a part of a\.example \(/, 'detect for all'],
        [[['a.example', 'on; citrix_guard_detect_for 192.0.2.7 128.0.0.0/1']],
         'detect amber', qr/^In a part of a\.example \(/, '... for half of it'],
        [[['a.example', 'on; citrix_guard_detect_for 2000::/3']],
         'detect amber', qr/^In a part of a\.example \(/, '... in IPv6'],
        [[['a.example', 'on; citrix_guard_detect_for 10.0.0.0/8 fd00::/8 unix:']],
         'shielded green', qr/at a\.example \(/, "... for one's own network"],
        [[['a.example', '']], 'off red', qr/^We are not shielded at a\.example/,
         'loaded, without a directive'],
        [[['a.example', 'on', 'location /x { citrix_guard off; proxy_pass '
           . 'http://127.0.0.1:%%BE%%; }']], 'off amber',
         qr/^We are not shielded in a part of a\.example/, 'off in a place'],
        [[['a.example', 'on', 'location /x { if ($arg_x) { proxy_pass '
           . 'http://127.0.0.1:%%BE%%; } citrix_guard off; }']], 'off amber',
         qr/^We are not shielded in a part of a\.example/, 'off in an if'],
        [[], 'unknown amber', qr/^We cannot tell .*: no server/,
         'only the monitor'],
        [[['_', 'on']], 'shielded green', qr/ at (?!_)\S+, and/, 'any name'],
        [[['"<script>alert(1)</script>"', 'on']], 'shielded green',
         qr{ at <script>alert\(1\)</script> \(}, 'markup is text'],
        [[["$LONG.a", 'on'], ["$LONG.b", 'off']], 'off amber',
         qr/^We are not shielded in a part of a{40}\./,
         'names with an invisible difference'],
        [[map { ["s$_.example", 'on'] } 1 .. 80], 'shielded green',
         qr/ at s\d+\.example, s\d+\.example, s\d+\.example and 59 more, (?#
            )other servers \(/, 'more than there are places'],
        [[(map { ["s$_.example", 'on'] } 1 .. 80), ['z.example', 'off']],
         'off amber', qr/^We are not shielded in a part of other servers \(/,
         'off in a server without counters of its own'],
        [[(map { ["t$_.example", 'on'] } 1 .. 80), ['z.example', 'detect']],
         'detect amber', qr/^In a part of other servers \(/,
         'detect in a server without counters of its own'],
        [[['a.example', 'on']], 'shielded green', qr/ at a\.example \(/,
         'one server again'],
    ) {
        my ($servers, $state, $sentence, $name) = @$case;
        $nginx->configure(http => join '', $HEAD, map { server(@$_) } @$servers);
        ok $nginx->reload, "$name: reloaded";
        my $is = is_said $nginx, $state, $sentence, $name;
        unlike $is->{sentence}, qr/undefined|NaN|Invalid/, '... complete';
    }
    $nginx->stop;
};


subtest 'an incident, with changes before it is acknowledged' => sub {
    my $nginx = nginx(server('a.example', 'detect'))->start;
    attack($nginx, 'a.example') for 1 .. 2;
    is_said $nginx, 'through red', qr/^2 requests may .* at a\.example/, 'red';
    $nginx->configure(http => join '', $HEAD, server('a.example', 'on'));
    ok $nginx->reload, 'blocked, and reloaded';
    is_said $nginx, 'through red', qr/^2 requests/, '... is still red';
    $nginx->configure(http => join '', $HEAD, server('b.example', 'on'));
    ok $nginx->reload, 'another server';
    is_said $nginx, 'through red', qr/^2 requests .* at a\.example/,
        '... and the name of the old one';
    $nginx->configure(http => join '', $HEAD,
        map { server("u$_.example", 'on') } 1 .. 90);
    ok $nginx->reload, 'more servers than places';
    is_said $nginx, 'through red', qr/^2 requests may have got through/,
        '... and it is still reported';
    $nginx->configure(http => join '', $HEAD, server('a.example', 'detect'));
    ok $nginx->reload, 'the first configuration';
    # one more arrives while somebody acknowledges two
    attack($nginx, 'a.example');
    is ack($nginx, 'by=Ann&note=two&count=2'), 204, 'two are acknowledged';
    is_said $nginx, 'through red', qr/^1 request may/, '... the third is not';
    is ack($nginx, 'by=Ann&note=three&count=3'), 204, 'the third one, too';
    my $is = is_said $nginx, 'detect amber', qr/^Nothing is blocked/, 'not red';
    like $is->{note}, qr/^3 .* acknowledged by Ann .*\x{201c}three\x{201d}/,
         '... by whom, and the note';
    kill KILL => children($nginx->pid);
    wait_until(sub { eval { zone($nginx) } });
    is_said $nginx, 'detect amber', qr/^Nothing is blocked/,
        'killing idle workers changes nothing';
    $nginx->stop;
};


subtest 'acknowledged by several at once' => sub {
    my $nginx = nginx(server('a.example', 'detect'))->start;
    attack($nginx, 'a.example') for 1 .. 3;
    my @pids;
    for my $who (1 .. 6) {
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            ack($nginx, "by=n$who&note=of-n$who&count=3") for 1 .. 20;
            require POSIX;
            POSIX::_exit(0);
        }
        push @pids, $pid;
    }
    my ($torn, $asked) = (0, 0);
    while (grep { waitpid($_, 1) == 0 } @pids) {
        my $seen = decode_json(zone($nginx))->{acknowledged} or next;
        $asked++;
        $torn++ if $seen->{note} ne "of-$seen->{by}" || $seen->{count} != 3;
    }
    is $torn, 0, "name and note always fit, $asked times";
    my $is = is_said $nginx, 'detect amber', qr/^Nothing is blocked/, 'not red';
    like $is->{note}, qr/^3 .* acknowledged by (n\d) .*of-\1\x{201d}/, '... by one';
    $nginx->stop;
};


subtest 'a canary' => sub {
    my $nginx = nginx(server('a.example', 'on'))->start;
    attack($nginx, 'a.example', '/vpn/../vpns/kanarie-4711');
    is_said $nginx, 'shielded green', qr/^We have been shielded/, 'refused';
    attack($nginx, 'a.example', '/vpn/../vpns/kanarie-4712');
    is_said $nginx, 'shielded green', qr/^We have been shielded/,
        'a wrong token: an attack, and refused';
    $nginx->configure(http => join '', $HEAD, server('a.example',
        'on; citrix_guard_exempt traversal'));
    ok $nginx->reload, 'an exemption';
    attack($nginx, 'a.example', '/vpn/../vpns/kanarie-4711');
    is_said $nginx, 'off amber',
        qr/^We are not shielded everywhere: .*"canary"/, 'let by';
    attack($nginx, 'a.example', '/vpn/../vpns/portal/a.xml?kanarie-4712');
    is_said $nginx, 'through red', qr/^1 request may have got through/,
        'a wrong token: an attack that got through';
    is ack($nginx, 'by=Ann&note=mine&count=1'), 204, 'acknowledged';
    is_said $nginx, 'off amber', qr/^We are not shielded everywhere/, '...';
    $nginx->configure(http => join '', $HEAD, server('a.example', 'on'));
    ok $nginx->reload, 'no exemption';
    is_said $nginx, 'off amber', qr/^We are not shielded everywhere/,
        'not tried again yet';
    attack($nginx, 'a.example', '/vpn/../vpns/kanarie-4711');
    is_said $nginx, 'shielded green', qr/^We have been shielded/,
        'refused again';
    $nginx->stop;
};


subtest 'nothing is checked where it is off' => sub {
    my $nginx = nginx(server('a.example', 'off'))->start;
    get($nginx->port, $ATTACK);
    my $is = is_said $nginx, 'off red', qr/^We are not shielded/, 'off';
    unlike $is->{note}, qr/no sign/, '... without a reassuring word';
    like says($nginx, 'nl')->{note}, qr/niet bekend/, '... in Dutch, too';
    $nginx->stop;
};

done_testing;
