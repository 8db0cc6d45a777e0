# worker_shutdown_timeout: an old worker that is held by an upstream that does
# not answer, and by a websocket, serves them on, and then ends.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused nothing_arrived);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(alive children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp wait_until);

use constant ROUNDS => 4;

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    # nothing, and the connection stays
    return { raw => '', tunnel => 1 } if $request->{target} =~ /hang/;
    return { raw => "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n"
                  . "Connection: upgrade\r\n\r\n", tunnel => 1 }
        if $request->{head} =~ /^Upgrade: websocket\r$/im;
    return;
});

my $nginx = CitrixGuard::Nginx->new(vars => { BE => $be->port });


sub configure {
    my ($mode) = @_;
    return $nginx->configure(main => 'worker_shutdown_timeout 2s;',
                             http => <<"END");
    map \$http_upgrade \$upgrade { default ""; ~*^websocket\$ websocket; }
    map \$upgrade \$hop          { default close; websocket upgrade; }
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard $mode;
        # nginx leaves a request that is half sent its time
        client_header_timeout 3s;
        location / {
            proxy_pass http://127.0.0.1:%%BE%%;
            proxy_http_version 1.1;
            proxy_set_header Upgrade \$upgrade;
            proxy_set_header Connection \$hop;
        }
    }
END
}


sub worker {
    my ($pid) = grep { slurp("/proc/$_/cmdline") =~ /worker/ }
                children($nginx->pid);
    return $pid;
}


configure('on')->start;

for my $round (1 .. ROUNDS) {
    subtest "round $round" => sub {
        my $old = worker();
        my ($hanging, $session, $half) =
            map { CitrixGuard::Raw->new($nginx->port) } 1 .. 3;
        $hanging->put(request('/hang'));
        $session->put(request('/vpns/socket', headers => [
            Upgrade => 'websocket', Connection => 'upgrade']));
        is $session->get->{status}, 101, 'a websocket';
        $half->put("GET /vpn/../vpns/ HTTP/1.1\r\nHost: x\r\n");
        $nginx->settle;
        $be->take;

        my $mode = $round % 2 ? 'detect' : 'on';
        ok configure($mode)->reload, "reloaded to $mode";
        ok alive($old), 'the old worker stays for them';
        $session->put('ping');
        is $session->bytes(4), 'ping', 'the websocket goes on';
        my $answer = get($nginx->port, '/vpn/../vpns/a');
        is $answer->{status}, $mode eq 'on' ? 403 : 200, 'the new one serves';
        is scalar($be->arrivals($nginx)), $mode eq 'on' ? 0 : 1,
           '... as its configuration says';

        ok wait_until(sub { !alive($old) }), 'the old one ends';
        ok $session->closed, 'and the websocket with it';
        is eval { $hanging->get }, undef, 'and the hanging request';
        # the rest of a hostile request comes too late for anyone
        $half->put("\r\n");
        is eval { $half->get }, undef, 'and a request half sent';
        nothing_arrived $nginx, $be, 'nothing arrived meanwhile';
        configure('on')->reload if $mode ne 'on';
        wait_until(sub { children($nginx->pid) == 1 });
        figure('old workers timed out', 1);
    };
}

$nginx->stop;
is $nginx->sanitizer_report, '', 'no worker died';

figures();
done_testing;
