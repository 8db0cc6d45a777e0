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
use CitrixGuard::Raw;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $CONF = "$FindBin::Bin/../../ngx_citrix_guard/conf/monitoring";

my $REALIP = 'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;';

my $scratch = scratch();
my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 5, vars => { BE => $be->port },
    http => join '', <<'END',
    citrix_guard_zone guard:1m canary=kanarie-4711;
    log_format event escape=none '$citrix_guard_event';
    access_log %%DIR%%/citrix-guard.json event if=$citrix_guard_event;
    citrix_guard_rule a.rule path "^/ruled";
    citrix_guard_rule ours path "^/ruled/ours" pass of=a.rule;
END
    map { my ($n, $mode, $server, $location) = @$_;
        "server { listen 127.0.0.1:%%PORT$n%%"
        . ($server =~ s/^protocol// ? ' proxy_protocol; ' : '; ')
        . "citrix_guard $mode; $server location / { $location "
        . 'proxy_pass http://127.0.0.1:%%BE%%; } }' }
    [1, 'on', $REALIP, ''], [2, 'detect', $REALIP, ''],
    # nobody has told nginx of a balancer, or for one location only
    [3, 'on', '', ''], [4, 'on', '', $REALIP], [5, 'on', 'protocol', '']
    )->start;

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

        # the address is that of the balancer, but where realip has run
        get($nginx->port(3), '/vpn/../vpns/', headers => [@$_])
            for ['X-Forwarded-For', '192.0.2.31'],
                ['Forwarded', 'for=192.0.2.32'], ['X-Real-IP', '192.0.2.33'];
        from('192.0.2.41', 4, '/vpn/../vpns/');
        CitrixGuard::Raw->new($nginx->port(5))->put(
            "PROXY TCP4 192.0.2.51 127.0.0.1 4711 443\r\n"
            . "GET /vpn/../vpns/ HTTP/1.0\r\n\r\n");
    }
    ok wait_until(sub { 18 == grep {/"forwarded_for"/}
                            split /\n/, slurp($log) }),
       "events behind balancers" or diag slurp($log);
    $nginx->settle;
    return;
}

# whoever nginx refuses itself is not asked for X-Real-IP: that is 127.0.0.1,
# the balancer, which nobody may ban
my @BANNED = sort '192.0.2.1', '2001:db8::8', '192.0.2.10', '192.0.2.41';

traffic();

subtest 'fail2ban-regex' => sub {
    my $filter = "$CONF/fail2ban/filter.d/citrix-guard.conf";
    my $said = `fail2ban-regex -o '<ip>' $log $filter 2>&1`;
    my %seen = map { $_ => 1 } split /\n/, $said;
    is_deeply [sort keys %seen], \@BANNED, 'who was blocked';
    $said = `fail2ban-regex $log $filter 2>&1`;
    like $said, qr/^Lines: 42 lines, 18 ignored, 12 matched, 12 missed/m,
         'how often' or diag $said;
};


# What a site may have in its [DEFAULT]: the jail has to work with all of it.
my %SITE = (
    systemd => "backend = systemd\njournalmatch = _SYSTEMD_UNIT=nginx.service\n",
    pyinotify => "backend = pyinotify\nlogencoding = ascii\nusedns = warn\n",
    polling => "backend = polling\nmaxretry = 99\nfindtime = 1\n"
        . "bantime.increment = true\n",
    auto => "backend = auto\nmode = aggressive\n"
        . "filter = %(__name__)s[mode=%(mode)s]\nenabled = true\n",
    gamin => "backend = gamin\nlogencoding = utf-8\nusedns = raw\n",
);


sub configure {
    my ($dir, $site) = @_;
    mkdir "$dir/$_" or die "$dir: $!"
        for 'conf', map {"conf/$_"} qw(filter.d jail.d action.d);
    spew("$dir/conf/fail2ban.conf", <<"END");
[Definition]
loglevel = INFO
logtarget = $dir/log
syslogsocket = auto
socket = $dir/socket
pidfile = $dir/pid
dbfile = None
dbpurgeage = 1d
END
    my $filter = 'filter.d/citrix-guard.conf';
    spew("$dir/conf/$filter", slurp("$CONF/fail2ban/$filter"));
    spew("$dir/conf/action.d/scratch.conf", <<"END");
[Definition]
actionban = echo <ip> >> $dir/banned
END
    my $jail = slurp("$CONF/fail2ban/jail.d/citrix-guard.conf");
    $jail =~ s/^enabled .*/enabled = true/m or die;
    $jail =~ s/^logpath .*/logpath = $log/m or die;
    spew("$dir/conf/jail.conf", "[DEFAULT]\naction = scratch\nignoreip =\n"
         . "ignoreself = false\n$SITE{$site}");
    spew("$dir/conf/jail.d/citrix-guard.conf", $jail);
    return CitrixGuard::Program->new("$dir/said", 'fail2ban-server', '-f',
        '-c', "$dir/conf", '-s', "$dir/socket", '-p', "$dir/pid", 'start');
}


subtest 'a running fail2ban' => sub {
    my %at = map { $_ => scratch() } sort keys %SITE;
    my %fail2ban = map { $_ => configure($at{$_}, $_) } sort keys %at;
    for my $site (sort keys %at) {
        ok $fail2ban{$site}->until(sub {
            slurp("$at{$site}/log") =~ /Jail 'citrix-guard' started/;
        }, 120), "$site: it runs"
            or diag $fail2ban{$site}->said, slurp("$at{$site}/log");
    }
    # lines that come now
    from('192.0.2.200', 1, '/vpn/../vpns/') for 1 .. 3;
    for my $site (sort keys %at) {
        ok $fail2ban{$site}->until(sub {
            slurp("$at{$site}/banned") =~ /^192\.0\.2\.200$/m;
        }, 120), "$site: it has read all of it";
        is_deeply [sort split /\n/, slurp("$at{$site}/banned")],
                  [sort @BANNED, '192.0.2.200'],
                  '... who was blocked is banned, and nobody else';
    }
    $_->stop for values %fail2ban;
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
    ok wait_until(sub {
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
