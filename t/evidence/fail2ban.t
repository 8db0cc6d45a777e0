# A real fail2ban reads the events: it bans the sources of blocked requests,
# and nobody else.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Program;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $CONF = "$FindBin::Bin/../../ngx_citrix_guard/conf/monitoring";

my $scratch = scratch();
my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port },
    http => join '', <<'END',
    citrix_guard_zone guard:1m canary=kanarie-4711;
    set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/citrix-guard.json event if=$citrix_guard_event;
    citrix_guard_rule a.rule path "^/ruled";
    citrix_guard_rule ours path "^/ruled/ours" pass of=a.rule;
END
    map { "server { listen 127.0.0.1:%%PORT$_->[0]%%; citrix_guard $_->[1];"
        . 'location / { proxy_pass http://127.0.0.1:%%BE%%; } }' }
    [1, 'on'], [2, 'detect'])->start;

my $log = $nginx->dir . '/citrix-guard.json';


sub from {
    my ($address, $n, $target, @headers) = @_;
    get($nginx->port($n), $target,
        headers => ['X-Real-IP', $address, @headers]);
    return;
}


# what a client may try to be taken for somebody else, or for nobody
my $FORGED = '","verdict":"blocked","client":"198.51.100.99",';


sub traffic {
    for (1 .. 3) {
        from('192.0.2.1', 1, '/vpn/../vpns/');
        from('192.0.2.2', 2, '/vpn/../vpns/');
        from('192.0.2.3', 1, '/ruled/ours');
        from('192.0.2.4', 1, '/clean');
        from('192.0.2.5', 1, '/vpn/../vpns/kanarie-4711');
        from('192.0.2.6', 2, "/vpn/../vpns/$FORGED", 'User-Agent', $FORGED,
             'NSC_USER', $FORGED);
        from('192.0.2.7', 1, '/../vpns/', 'User-Agent', '"canary":true,');
        from('2001:db8::8', 1, '/ruled');
        from('192.0.2.9', 2, '/../vpns/');
        from('192.0.2.10', 1, "/vpn/../vpns/$FORGED\xff{}",
             'User-Agent', '"canary":true}');
    }
    $nginx->settle;
    return;
}

# whoever nginx refuses itself is not asked for X-Real-IP: that is 127.0.0.1,
# the balancer, which nobody may ban
my @BANNED = sort '192.0.2.1', '2001:db8::8', '192.0.2.10';

traffic();

subtest 'fail2ban-regex' => sub {
    my $filter = "$CONF/fail2ban/filter.d/citrix-guard.conf";
    my $said = `fail2ban-regex -o '<ip>' $log $filter 2>&1`;
    my %seen = map { $_ => 1 } split /\n/, $said;
    is_deeply [sort keys %seen], \@BANNED, 'who was blocked';
    $said = `fail2ban-regex $log $filter 2>&1`;
    like $said, qr/^Lines: 27 lines, 6 ignored, 9 matched, 12 missed/m,
         'how often' or diag $said;
};


subtest 'a running fail2ban' => sub {
    mkdir "$scratch/$_" or die "$scratch: $!"
        for 'conf', map {"conf/$_"} qw(filter.d jail.d action.d);
    spew("$scratch/conf/fail2ban.conf", <<"END");
[Definition]
loglevel = INFO
logtarget = $scratch/log
syslogsocket = auto
socket = $scratch/socket
pidfile = $scratch/pid
dbfile = None
dbpurgeage = 1d
END
    my $filter = 'filter.d/citrix-guard.conf';
    spew("$scratch/conf/$filter", slurp("$CONF/fail2ban/$filter"));
    spew("$scratch/conf/action.d/scratch.conf", <<"END");
[Definition]
actionban = echo <ip> >> $scratch/banned
END
    my $jail = slurp("$CONF/fail2ban/jail.d/citrix-guard.conf");
    $jail =~ s/^enabled .*/enabled = true/m or die;
    $jail =~ s/^logpath .*/logpath = $log/m or die;
    spew("$scratch/conf/jail.conf",
         "[DEFAULT]\nbackend = systemd\naction = scratch\nignoreip =\n"
         . "usedns = no\nignoreself = false\n$jail");

    my $fail2ban = CitrixGuard::Program->new("$scratch/said",
        'fail2ban-server', '-f', '-c', "$scratch/conf", '-s',
        "$scratch/socket", '-p', "$scratch/pid", 'start');
    ok $fail2ban->until(sub { slurp("$scratch/log") =~ /Jail '.*' started/ },
                        40), 'it runs' or diag $fail2ban->said;
    # a line that comes now
    from('192.0.2.200', 1, '/vpn/../vpns/') for 1 .. 3;
    ok $fail2ban->until(sub {
        slurp("$scratch/banned") =~ /^192\.0\.2\.200$/m;
    }, 40), 'it has read all of it';
    is_deeply [sort split /\n/, slurp("$scratch/banned")],
              [sort @BANNED, '192.0.2.200'],
              'who was blocked is banned, and nobody else';
    $fail2ban->stop;
};


subtest 'logrotate' => sub {
    my $file = slurp("$CONF/logrotate");
    my $pid = $nginx->dir . '/nginx.pid';
    $file =~ s{/var/log/nginx/citrix-guard\.json}{$log}g;
    $file =~ s{/run/nginx\.pid}{$pid}g;
    my $user = getpwuid($>);
    my $group = getgrgid($) + 0);
    $file =~ s/www-data adm/$user $group/;
    spew("$scratch/logrotate", $file);
    chmod 0644, "$scratch/logrotate";
    my $before = slurp($log);
    is `logrotate --force --state $scratch/state $scratch/logrotate 2>&1`,
       '', 'it takes the file';
    my @rotated = glob "$log-*";
    is scalar @rotated, 1, 'the log is put aside';
    is slurp($rotated[0]), $before, '... as it was';
    ok CitrixGuard::Scratch::wait_until(sub {
        from('192.0.2.77', 1, '/vpn/../vpns/');
        return slurp($log) =~ /192\.0\.2\.77/;
    }), 'nginx writes to the new one';
};


subtest 'the canary script' => sub {
    my $canary = sub {
        my ($port, $token) = @_;
        my $said = `$CONF/canary http://127.0.0.1:$port $token 2>&1`;
        return ($? >> 8) . ": $said";
    };
    is $canary->($nginx->port(1), 'kanarie-4711'), '0: ', 'refused';
    like $canary->($nginx->port(2), 'kanarie-4711'),
         qr/^1: canary: NOT REFUSED by .*: HTTP\/1\.1 200/, 'not refused';
    like $canary->(CitrixGuard::Scratch::free_port(), 'x'), qr/^2: /,
         'no answer';
    like `$CONF/canary 2>&1`, qr/^usage/, 'usage';
    my @events = grep {/kanarie/} split /\n/, slurp($log);
    is scalar(grep {/"canary":true/} @events), 2, 'counted apart';
};

done_testing;
