#!/usr/bin/perl

# citrix-guard ack: acknowledges an incident, or says why it cannot.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(free_port scratch spew);

my $be = CitrixGuard::Recorder->new(answer => sub { { status => 200 } });
my $dir = scratch();

spew("$dir/secret", "correct-horse-battery\n");
spew("$dir/wrong", "correct-horse-batterx\n");
chmod 0600, "$dir/secret";

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port, FILE => "$dir/secret" },
    http => <<'END')->start;
    citrix_guard_zone guard:1m;
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard detect;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%; allow 127.0.0.1; deny all;
             location = /shown { citrix_guard_monitor; }
             location = /moved { return 302 /guard; }
             location = /closed { deny all; }
             location = /guard { citrix_guard_monitor;
                                 citrix_guard_monitor_ack %%FILE%%; } }
END

my $URL = 'http://127.0.0.1:' . $nginx->port(2);


# runs the command with all required options; the given ones replace them
sub ack {
    my (%given) = @_;
    my %options = (monitor => "$URL/guard", name => 'Ann',
                   note => 'looked', 'secret-file' => "$dir/secret", %given);
    return citrix_guard(['ack', map {"--$_=$options{$_}"}
                                grep { defined $options{$_} } sort keys %options]);
}


sub seen {
    my $zone = decode_json(get($nginx->port(2), '/guard?format=json')->{body});
    return $zone->{acknowledged};
}


sub refused_is {
    my ($ran, $status, $why, $name) = @_;
    is $ran->{status}, $status, "$name: $status";
    like $ran->{err}, $why, '... and why';
    is $ran->{err} =~ tr/\n//, 1, '... in one line';
    unlike $ran->{err}, qr/correct-horse/, '... without the secret';
    return;
}


subtest 'acknowledged' => sub {
    refused_is(ack(), 1, qr/nothing to acknowledge/, 'nothing yet');
    get($nginx->port, '/vpn/../vpns/cfg/smb.conf') for 1 .. 3;
    $nginx->settle;
    my $ran = ack(name => 'Ann & Bob', note => '100% "false"; a=b+c',
                  count => 2);
    is $ran->{status}, 0, 'done' or diag $ran->{err};
    like $ran->{out}, qr/^acknowledged, by Ann & Bob: 100% /, 'said';
    is seen()->{by}, 'Ann & Bob', 'who';
    is seen()->{note}, '100% \x22false\x22; a=b+c', 'what';
    is seen()->{count}, 2, 'how many';
    is ack(name => 'n' x 64, note => 't' x 200)->{status}, 0, 'long ones';
    is seen()->{count}, 3, 'without a number, all of them';
    is ack(note => '~' x 200)->{status}, 0, 'the longest possible values';
    refused_is(ack(count => 4), 1, qr/less than --count/, 'too many');
    refused_is(ack(lost => 1), 1, qr/less than --count or --lost/,
               'no event is lost');
    is ack(lost => 0)->{status}, 0, '... which may be said';
};


subtest 'not acknowledged' => sub {
    my $seen = seen();
    refused_is(ack('secret-file' => "$dir/wrong"), 1,
               qr/status 403: the secret is not/, 'another secret');
    refused_is(ack(monitor => "$URL/shown"), 1,
               qr/405: there is no citrix_guard_monitor_ack/, 'not allowed');
    refused_is(ack(monitor => "$URL/none"), 1, qr/404/, 'no monitor');
    refused_is(ack(monitor => "$URL/moved"), 1,
               qr/302: that is no answer/, 'a redirect');
    refused_is(ack(monitor => 'http://127.0.0.1:' . free_port()), 1,
               qr/no answer from the monitor/, 'nobody');
    is_deeply seen(), $seen, 'nothing is changed';
};


subtest 'wrong use' => sub {
    for my $option (qw(monitor name note secret-file)) {
        refused_is(ack($option => undef), 2, qr/it needs --monitor/,
                   "no $option");
    }
    refused_is(ack(monitor => 'ftp://a/'), 2, qr/--monitor: it must/, 'FTP');
    refused_is(ack(name => ''), 2, qr/--name: .* 1 to 64/, 'an empty name');
    refused_is(ack(name => 'n' x 65), 2, qr/--name: .* 64/, 'a long name');
    refused_is(ack(note => 'n' x 201), 2, qr/--note: .* 200/, 'a long note');
    refused_is(ack(note => "a\nb"), 2, qr/--note: .* one line/, 'two lines');
    refused_is(ack(count => $_), 2, qr/--count: it must be/, "count '$_'")
        for '', '-1', '1e3', '9' x 19;
    refused_is(ack(lost => $_), 2, qr/--lost: it must be/, "lost '$_'")
        for '', '-1', '1x';
    refused_is(ack('secret-file' => "$dir/none"), 2, qr/cannot be read/,
               'no file');
    my %file = (short => "short\n", long => 'x' x 257, blank => 'a b' x 9,
                empty => '');
    for my $name (sort keys %file) {
        spew("$dir/$name", $file{$name});
        refused_is(ack('secret-file' => "$dir/$name"), 2,
                   qr/first line of .* must be 16 to 256/, "$name secret");
    }
    refused_is(citrix_guard(['ack', 'more']), 2, qr/not "more"/, 'a word');
};

$nginx->stop;

done_testing;
