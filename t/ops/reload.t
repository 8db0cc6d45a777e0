# Every mode is switched on and off by reloads, under load and without a failed
# request; so is the module itself.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Handle;
use POSIX ();
use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(wait_until end_process);

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(vars => { BE => $be->port });


sub config {
    my ($lines) = @_;
    return $nginx->configure(http => "server { listen 127.0.0.1:%%PORT1%%;\n"
        . "$lines\nlocation / { proxy_pass http://127.0.0.1:%%BE%%; } }");
}


# A client in a separate process: clean requests without pause. It writes
# failures to a pipe, and at the end the number of requests.
sub load {
    my ($port) = @_;
    pipe my $from, my $to or die "pipe: $!";
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        close $from;
        my ($sent, $over) = (0, 0);
        $SIG{TERM} = sub { $over = 1 };
        while (!$over) {
            my $answer = eval { get($port, '/clean?' . $sent++) };
            my $status = $answer ? $answer->{status} : "none $@";
            syswrite $to, "failed: $status\n" if $status ne '200';
        }
        syswrite $to, "sent $sent\n";
        POSIX::_exit(0);
    }
    close $to;
    return { pid => $pid, from => $from };
}


sub end_load {
    my ($load) = @_;
    kill 'TERM', $load->{pid};
    my @said = readline $load->{from};
    end_process($load->{pid}, 'KILL');
    return @said;
}


sub is_on {
    my ($name) = @_;
    $nginx->events;
    refused get($nginx->port, '/vpn/../vpns/a'), "$name: refused";
    one_event $nginx, { verb => 'blocked', mode => 'on' }, "$name: blocked";
    ok !(grep { $_->{target} =~ /vpns/ } $be->arrivals($nginx)),
       "$name: nothing arrived";
    return;
}


sub is_open {
    my ($name, $events) = @_;
    $nginx->events;
    is get($nginx->port, '/vpn/../vpns/a')->{status}, 200, "$name: answered";
    ok scalar(grep { $_->{target} =~ /vpns/ } $be->arrivals($nginx)),
       "$name: forwarded";
    is scalar(my @lines = $nginx->events), $events, "$name: $events events";
    return;
}


config('')->start;
is_open('no directive', 0);

subtest 'modes under load' => sub {
    my $load = load($nginx->port);
    for my $round (1, 2) {
        config('citrix_guard off;');
        ok $nginx->reload, "round $round: reloaded to off";
        is_open('off', 0);
        config('citrix_guard on;');
        ok $nginx->reload, 'reloaded to on';
        is_on('on');
        config('citrix_guard detect;');
        ok $nginx->reload, 'reloaded to detect';
        is_open('detect', 1);
    }
    my @said = end_load($load);
    my $last = pop @said;
    is "@said", '', 'no request failed';
    like $last, qr/^sent [1-9]\d+$/, "there was load: $last";
};


subtest 'a bad configuration changes nothing' => sub {
    config('citrix_guard on;');
    ok $nginx->reload, 'reloaded to on';
    config('citrix_guard of;');
    ok !$nginx->reload, 'an invalid value is rejected';
    is_on('still on');
};


subtest 'a kept connection has the mode of its worker to the end' => sub {
    config('citrix_guard on;');
    $nginx->reload;
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put("POST /vpn/../vpns/ HTTP/1.1\r\nHost: x\r\n");
    $nginx->settle;
    config('citrix_guard off;');
    ok $nginx->reload, 'reloaded to off, a request half sent';
    $client->put("Content-Length: 0\r\n\r\n");
    my $answer = $client->get;
    # the old worker has the request, or has closed the connection: neither
    # forwards it
    ok !$answer || $answer->{status} == 403, 'not answered by the upstream';
    ok !(grep { $_->{target} =~ /vpns/ } $be->arrivals($nginx)),
       'nothing arrived';
};


SKIP: {
    skip 'the module is linked statically', 1 if !CitrixGuard::Nginx::module();
    subtest 'the module is removed and added again' => sub {
        my $load = load($nginx->port);
        for my $round (1 .. 3) {
            config('')->configure(without_module => 1);
            ok $nginx->reload, "round $round: reloaded without the module";
            is_open('without', 0);
            config('citrix_guard on;')->configure(without_module => 0);
            ok $nginx->reload, 'reloaded with it';
            is_on('with');
        }
        my @said = end_load($load);
        my $last = pop @said;
        is "@said", '', 'no request failed';
        like $last, qr/^sent [1-9]\d+$/, "there was load: $last";
    };
}

is $nginx->sanitizer_report, '', 'no worker died';

done_testing;
