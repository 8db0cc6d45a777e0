# At start two requests of the guard's own go through nginx's upstream code.
# t/long/hooks tests this with a modified nginx; here: it connects to nobody,
# logs nothing if all is well, and leaves nothing behind.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get refused);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

for my $mode ('on', 'detect') {
    for my $more ('', 'post_action /after;', 'error_page 500 502 = /after;',
                  'proxy_bind $server_addr; proxy_cache kept;',
                  'citrix_guard_sslvpn off;') {
        my $nginx = CitrixGuard::Nginx->new(vars => { BE => $be->port },
            http => <<"END")->start;
        proxy_cache_path %%DIR%%/cache keys_zone=kept:1m;
        upstream be { server 127.0.0.1:%%BE%%; keepalive 2; }
        server { listen 127.0.0.1:%%PORT1%%; citrix_guard $mode; $more
                 underscores_in_headers on;
                 location / { proxy_pass http://be; }
                 location /named/ { proxy_pass http://\$http_to\$request_uri; }
                 location /after { return 204; } }
END
        my $name = "$mode; $more";
        is scalar($be->arrivals($nginx)), 0, "$name: nothing is sent at start";
        unlike $nginx->error_log, qr/\[(?:alert|emerg|crit|error)\]|self.test/,
               '... nor logged';
        is get($nginx->port, '/a')->{status}, 200, '... a request passes';
        is get($nginx->port, '/named/a', headers => ['To', 'be'])->{status}, 200,
           '... and one by a name';
        refused get($nginx->port, '/a', headers => ['NSC_USER', '../a']),
                '... an attack does not' if $mode eq 'on';
        ok $nginx->reload, '... a reload tries it again';
        is get($nginx->port, '/b')->{status}, 200, '... and passes, too';
        my ($status, $said) = $nginx->check;
        is $status, 0, '... nginx -t';
        unlike $said, qr/self.test/, '... without a message';
        $be->arrivals($nginx);
    }
}

# the variable that it is called by means nothing in a request
{
    my $nginx = CitrixGuard::Nginx->new(vars => { BE => $be->port },
        http => <<'END')->start;
        server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
                 location / { proxy_set_header X-Self "($citrix_guard_self_test)";
                              proxy_pass http://127.0.0.1:%%BE%%; } }
END
    get($nginx->port, '/a');
    like +($be->arrivals($nginx))[0]{head}, qr/^X-Self: \(\)\r$/m,
         'a request is none of the guard\'s own';
}

done_testing;
