# What if an upstream is reached in a way that the egress check does not know?
# A test module does this: it gives nginx an address of its own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use IO::Socket::INET ();

use CitrixGuard::Check qw(get request refused one_event nothing_arrived);
use CitrixGuard::Foreign;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $foreign = CitrixGuard::Foreign::module();

plan skip_all => 'the module is linked statically' if !$foreign;

my $ALERT = qr/\[alert\] .*citrix_guard: an upstream has answered/;

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 404 } if $request->{target} =~ /ended/;
    return if $request->{target} !~ /redirect/;
    return { status => 200, headers => ['X-Accel-Redirect', '/static/a'] };
});


sub nginx {
    my ($servers) = @_;
    return CitrixGuard::Nginx->new(
        ports => 2, vars => { BE => $be->port }, expected => $ALERT,
        main => "load_module $foreign;", http => <<"END")->start;
    proxy_cache_path %%DIR%%/cache keys_zone=kept:1m;
    upstream be { server 127.0.0.1:%%BE%%; }
    $servers
END
}


subtest 'on' => sub {
    my $nginx = nginx(<<'END');
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
        location /off/ { citrix_guard off; foreign_pass 127.0.0.1:%%BE%%; }
        location /unseen/ { foreign_pass 127.0.0.1:%%BE%%; }
        location /kept/ { proxy_cache kept; proxy_cache_valid any 1h;
                          proxy_pass http://be; }
        location /static/ { return 200 local; }
        location /file/ { alias html/; }
        location /named/ { proxy_pass http://$http_to$request_uri; }
        location /ended/ { citrix_guard off; error_page 404 = /file/none;
                           foreign_pass 127.0.0.1:%%BE%%; }
        location / { proxy_pass http://be; }
    }
    server { listen 127.0.0.1:%%PORT2%%; location / { proxy_pass http://be; } }
END
    for my $path ('/a', '/kept/a', '/kept/a', '/redirect/a', '/off/a') {
        is get($nginx->port, $path)->{status}, 200, $path;
    }
    is get($nginx->port, '/named/a', headers => ['To', 'be'])->{status}, 200,
       'a name in a variable';
    is get($nginx->port, '/named/a',
           headers => ['To', '127.0.0.1:' . $be->port])->{status}, 200,
       'an address in a variable';
    is get($nginx->port, '/ended/a')->{status}, 404,
       'a redirect from where it is off';
    refused get($nginx->port, '/vpn/..;/vpns/a'), 'an attack';
    one_event $nginx, { at => 'request', reason => 'traversal' }, '... one event';
    unlike $nginx->error_log, $ALERT, 'none of it is an alarm';

    $be->arrivals($nginx);
    is get($nginx->port, '/unseen/a'), undef, 'an unseen request: closed';
    is_deeply [$be->targets($nginx)], ['/unseen/a'], '... it did arrive';
    is scalar(() = $nginx->error_log =~ /$ALERT/g), 1, '... one alert';

    for my $path ('/unseen/b', '/a', '/kept/a', '/named/a') {
        refused get($nginx->port, $path), "from then on refused: $path";
        one_event $nginx, { at => 'request', reason => 'unseen' },
                  '... one event';
    }
    nothing_arrived $nginx, $be, '... nothing arrives';
    is get($nginx->port, '/off/a')->{status}, 200, 'not where it is off';
    is get($nginx->port(2), '/a')->{status}, 200, '... wherever that is';
    is scalar(() = $nginx->error_log =~ /$ALERT/g), 1, 'and no other alert';
    $nginx->stop;
    $be->take;
};


# auth_request waits after PREACCESS, before the egress check
subtest 'a request that was judged before' => sub {
    my $auth = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "listen: $@";
    my $auth_port = $auth->sockport;
    my $nginx = nginx(<<"END");
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
        location /waits/ { auth_request /auth; proxy_pass http://be; }
        location /auth   { citrix_guard off;
                           proxy_pass http://127.0.0.1:$auth_port; }
        location /unseen/ { foreign_pass 127.0.0.1:%%BE%%; }
    }
END
    for my $lost (0, 1) {
        my $client = CitrixGuard::Raw->new($nginx->port);
        $client->put(request('/waits/a'));
        my $asked = $auth->accept;
        get($nginx->port, '/unseen/a') if $lost;
        $be->arrivals($nginx);
        print $asked "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                     . "Connection: close\r\n\r\n";
        close $asked;
        my $answer = $client->get;
        if (!$lost) {
            is $answer->{status}, 200, 'answered';
            is_deeply [$be->targets($nginx)], ['/waits/a'], '... it arrives';
            next;
        }
        refused $answer, 'refused, since the hooks are lost';
        nothing_arrived $nginx, $be, '... nothing arrives';
        one_event $nginx, { reason => 'unseen' }, '... one event';
    }
    $nginx->stop;
};


subtest 'detect changes no answer' => sub {
    my $nginx = nginx(<<'END');
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard detect;
        location /unseen/ { foreign_pass 127.0.0.1:%%BE%%; }
        location / { proxy_pass http://be; }
    }
END
    is get($nginx->port, $_)->{status}, 200, $_ for '/unseen/a', '/a';
    is scalar(() = $nginx->error_log =~ /$ALERT/g), 1, 'one alert';
    is_deeply [$nginx->events], [], 'no event';
    $nginx->stop;
};

done_testing;
