# Events in the systems of operators: a real rsyslog, and the shipped formats
# for ECS and CEF.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use IO::Socket::UNIX ();
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;
use CitrixGuard::Program;
use CitrixGuard::Recorder;
use CitrixGuard::Schema qw(validated);
use CitrixGuard::Scratch qw(free_port scratch slurp spew wait_until);

my $FORMATS = "$FindBin::Bin/../../ngx_citrix_guard/conf/event-formats.conf";

my $scratch = scratch();
my $udp = free_port();

# what arrives as RFC 5424 lines, and what rsyslog's own parser of JSON finds
spew("$scratch/rsyslog.conf", <<"END");
global(workDirectory="$scratch" maxMessageSize="8k"
       parser.escapeControlCharactersOnReceive="on")
module(load="imudp")
module(load="mmjsonparse")
input(type="imudp" address="127.0.0.1" port="$udp")
template(name="event" type="string" string="%msg:2:\$%\\n")
template(name="parsed" type="string"
         string="%\$!verdict% %\$!reason% %\$!version%\\n")
action(type="omfile" file="$scratch/rfc5424"
       template="RSYSLOG_SyslogProtocol23Format")
action(type="omfile" file="$scratch/events" template="event")
action(type="mmjsonparse" cookie="")
action(type="omfile" file="$scratch/parsed" template="parsed")
END

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port },
    http => slurp($FORMATS) . <<"END" . <<'END')->start;
    access_log syslog:server=127.0.0.1:$udp,tag=citrix_guard,severity=warn,nohostname
               citrix_guard if=\$citrix_guard_event;
END
    access_log %%DIR%%/json.log citrix_guard if=$citrix_guard_event;
    access_log %%DIR%%/ecs.log citrix_guard_ecs if=$citrix_guard_event;
    access_log %%DIR%%/cef.log citrix_guard_cef if=$citrix_guard_event;
    server { listen 127.0.0.1:%%PORT1%%; listen unix:%%DIR%%/socket;
             citrix_guard on;
             server_name gateway.example.test;
             citrix_guard_rule a.rule path "^/ruled";
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard detect;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
END

my $rsyslog = CitrixGuard::Program->new("$scratch/log", 'rsyslogd', '-n',
    '-f', "$scratch/rsyslog.conf", '-i', "$scratch/pid");

# it listens as soon as something arrives
$rsyslog->until(sub {
    get($nginx->port, '/vpn/../vpns/first');
    select undef, undef, undef, 0.2;
    return -s "$scratch/events";
}, 30) or die $rsyslog->said;

my $skip = () = slurp($nginx->dir . '/json.log') =~ /\n/g;
my $count = 0;

for my $bytes ('a', 'b=c', 'd|e', 'f\\g', 'h"i', "\x1b[2J", "\xe2\x80\xae",
               'j%20src%3d1.2.3.4', '%0a%0dCEF:0|', "\xff\xfe", 'k' x 7_000) {
    for my $n (1, 2) {
        get($nginx->port($n), "/vpn/../vpns/$bytes", headers => [
            'User-Agent', "x $bytes act=pass|y\\", 'NSC_USER', "../$bytes"]);
        $count++;
    }
}
get($nginx->port, '/ruled');
get($nginx->port(2), '/vpn/../vpns/portal/a.xml');
get($nginx->port, '/../vpns/');
$count += 3;
$nginx->settle;


# the lines behind those of the beginning
sub lines {
    my ($path) = @_;
    my @lines = split /\n/, slurp($path);
    return @lines[-$count .. -1];
}


sub as_text { return join '', map {"$_\n"} @_ }


my @events = validated(as_text(lines($nginx->dir . '/json.log')), 'the file');

subtest 'rsyslog' => sub {
    my $all = () = slurp($nginx->dir . '/json.log') =~ /\n/g;
    my $last = (lines($nginx->dir . '/json.log'))[-1];
    ok $rsyslog->until(sub { index(slurp("$scratch/parsed"), 'nginx') >= 0
        || index(slurp("$scratch/events"), $last) >= 0 }), 'it has arrived';
    is as_text(lines("$scratch/events")),
       as_text(lines($nginx->dir . '/json.log')), 'as in the file, all of it';
    like $_, qr/^<188>1\ \d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)\ \S+
                \ citrix_guard\ -\ -\ -\ \ ?\{"version":1,/x, 'RFC 5424'
        for (lines("$scratch/rfc5424"))[0, -1];
    is as_text(lines("$scratch/parsed")),
       as_text(map {"$_->{verdict} $_->{reason} $_->{version}"} @events),
       'its own parser finds the fields';
};

# What Elastic publishes of the fields that are used here (ECS 8.11): "k", a
# keyword or text, "i", an address, "d", a date, "n", a number, or the values
# that are allowed; "*" is a list.
my %ECS = (
    '@timestamp' => 'd', message => 'k', 'ecs.version' => 'k',
    'event.id' => 'k', 'event.module' => 'k', 'event.dataset' => 'k',
    'event.action' => 'k', 'event.reason' => 'k', 'event.severity' => 'n',
    'event.kind' => [qw(alert asset enrichment event metric state
                        pipeline_error signal)],
    'event.outcome' => [qw(failure success unknown)],
    'event.category*' => ['intrusion_detection'],
    'event.type*' => [qw(allowed denied info)],
    'rule.id' => 'k', 'source.ip' => 'i', 'source.address' => 'k',
    'related.ip*' => 'i', 'destination.domain' => 'k',
    'vulnerability.id' => 'k',
);

# and ArcSight of the keys of an extension: the longest value, or a number
my %CEF = (
    rt => 'n', act => 63, src => 'i', dhost => 1023, externalId => 40,
    requestMethod => 1024, request => 1023, outcome => 63, reason => 1023,
    requestClientApplication => 1023, msg => 1023, cnt => 'n', cat => 1023,
    deviceDirection => 'n', app => 31, cs1 => 4000, cs1Label => 1023,
    cs2 => 4000, cs2Label => 1023, cs3 => 4000, cs3Label => 1023,
    cs4 => 4000, cs4Label => 1023, cs5 => 4000, cs5Label => 1023,
    cs6 => 4000, cs6Label => 1023, cn1 => 'n', cn1Label => 1023,
    cn2 => 'n', cn2Label => 1023, dvchost => 100, in => 'n', out => 'n',
    dst => 'i', dpt => 'n', proto => 31, start => 'n', end => 'n',
);

my %FORM = (k => qr/\A[^\0]+\z/, n => qr/\A\d+\z/,
            i => qr/\A(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)\z/,
            d => qr/\A\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)\z/);


# the fields of an object that ECS has not, or not so
sub not_ecs {
    my ($object, $path) = @_;
    my @bad;
    for my $name (grep { $_ ne 'citrix_guard' } keys %$object) {
        my ($key, $value) = ("$path$name", $object->{$name});
        if (ref $value eq 'HASH') {
            push @bad, not_ecs($value, "$key.");
            next;
        }
        my $list = ref $value eq 'ARRAY';
        my $type = $ECS{ $list ? "$key*" : $key };
        my @values = $list ? @$value : $value;
        push @bad, $key if !defined $type || !@values;
        push @bad, map {"$key=$_"} grep {
            my $is = $_;
            ref $type ? !grep { $_ eq $is } @$type : $is !~ $FORM{ $type // 'k' };
        } @values;
    }
    return @bad;
}


sub not_cef {
    my ($value) = @_;
    return sort grep {
        my $type = $CEF{$_};
        !defined $type || ($type =~ /\D/ ? $value->{$_} !~ $FORM{$type}
                                         : length $value->{$_} > $type);
    } keys %$value;
}


subtest 'ECS' => sub {
    my @lines = lines($nginx->dir . '/ecs.log');
    for my $n (0 .. $#lines) {
        unlike $lines[$n], qr/[^ -~]/, 'printable ASCII';
        my $ecs = eval { decode_json($lines[$n]) };
        ok $ecs, 'JSON' or diag("$@$lines[$n]"), next;
        is join(' ', not_ecs($ecs, '')), '', '... fields of ECS';
        is_deeply $ecs->{citrix_guard}, $events[$n], '... with the event';
        is $ecs->{event}{action}, $events[$n]{verdict}, '... action';
        is $ecs->{event}{id}, $events[$n]{id}, '... id';
        is $ecs->{source}{address}, '127.0.0.1', '... source';
        is $ecs->{source}{ip}, '127.0.0.1', '... source.ip';
        is_deeply $ecs->{related}{ip}, ['127.0.0.1'], '... related.ip';
        is $ecs->{rule}{id}, $events[$n]{rule} // $events[$n]{reason},
           '... rule.id';
        is $ecs->{event}{outcome}, { blocked => 'failure',
            attempt => 'failure', 'exploit-suspected' => 'success'
            }->{ $events[$n]{outcome} }, '... event.outcome';
    }
    my %kind = map { $_->{citrix_guard}{outcome} => $_->{event}{kind} }
        map { decode_json($_) } @lines;
    is_deeply \%kind, { blocked => 'event', attempt => 'event',
                        'exploit-suspected' => 'alert' }, 'kinds';
};


# a value ends where the next key begins; "=" and "\" have a backslash
sub extension {
    my ($text) = @_;
    my %value;
    while ($text =~ /\G(\w+)=((?:[^\\=]|\\[\\=nr])*?)(?: (?=\w+=)|\z)/gc) {
        my ($key, $text) = ($1, $2);
        $value{$key} = $text =~ s/\\(.)/$1/gr;
    }
    return (pos($text) // 0) == length $text ? \%value : undef;
}


subtest 'CEF' => sub {
    my @lines = lines($nginx->dir . '/cef.log');
    for my $n (0 .. $#lines) {
        unlike $lines[$n], qr/[^ -~]/, 'printable ASCII';
        my @head = split /\|/, $lines[$n], 8;
        is_deeply [@head[0 .. 3]],
                  ['CEF:0', 'ngx_citrix_guard', 'citrix_guard', 1], 'head';
        is $head[4], $events[$n]{reason}, '... the reason';
        my $value = extension($head[7]);
        ok $value, '... extension' or diag($head[7]), next;
        is join(' ', not_cef($value)), '', '... keys of CEF';
        is $value->{act}, $events[$n]{verdict}, '... act';
        is $value->{src}, '127.0.0.1', '... src';
        is $value->{externalId}, $events[$n]{id}, '... id';
        my $request = substr $value->{request} // '', 0, 200;
        ok length $request && index($events[$n]{target}, $request) == 0,
            '... request' or diag $head[7];
        is_deeply [@$value{qw(cs1Label cs1)}], $events[$n]{rule}
            ? ['rule', $events[$n]{rule}] : [undef, undef], '... rule';
        is exists $value->{requestClientApplication},
           length($events[$n]{user_agent} // '') > 0, '... client or none';
    }
};

subtest 'a unix socket' => sub {
    my $c = IO::Socket::UNIX->new(Peer => $nginx->dir . '/socket')
        or die "socket: $!";
    print {$c} "GET /vpn/../vpns/x HTTP/1.1\r\nHost: x\r\n"
        . "Connection: close\r\n\r\n";
    my @answer = <$c>;
    like $answer[0], qr/ 403 /, 'refused';
    $nginx->settle;
    my ($line) = reverse split /\n/, slurp($nginx->dir . '/cef.log');
    like $line, qr/\|rt=\d+ act=blocked/, 'CEF: no src, it has no address';
    ($line) = reverse split /\n/, slurp($nginx->dir . '/ecs.log');
    my $ecs = decode_json($line);
    is_deeply $ecs->{source}, { address => 'unix:' }, 'ECS: no source.ip';
    is $ecs->{related}, undef, '... and nothing related';
};

done_testing;
