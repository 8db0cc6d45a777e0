# What lua and perl can do that no other module does: have the head built again
# after the egress check, and write to a variable that only nginx may set.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use MIME::Base64 qw(encode_base64);
use Test::More;

use CitrixGuard::Check qw(get one_event nothing_arrived printable);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

my ($FOLDER) = CitrixGuard::Nginx::built() =~ /--modules-path=(\S+)/
    or BAIL_OUT('nginx -V names no --modules-path');

my $be = CitrixGuard::Recorder->new;

my $LUA = <<'END';
    lua_package_path "/usr/share/lua/5.1/?.lua;;";
    upstream made { server 127.0.0.1:1;
                    balancer_by_lua_block {
                        local balancer = require "ngx.balancer"
                        balancer.set_current_peer("127.0.0.1", %%BE%%)
                        ngx.var.made = ngx.var.remote_user
                        balancer.recreate_request() } }
    server { listen 127.0.0.1:%%PORT1%%; GUARD; set $made "";
             location / { proxy_set_header X-User $made;
                          proxy_pass http://made; } }
END

my $PERL = <<'END';
    perl_set $made 'sub {
        my $r = shift;
        $r->variable("http_user_agent", $r->variable("remote_user"));
        return "made";
    }';
    upstream be { server 127.0.0.1:%%BE%%; }
    server { listen 127.0.0.1:%%PORT1%%; GUARD;
             location / { proxy_set_header X-Made $made;
                          proxy_set_header X-User $http_user_agent;
                          proxy_pass http://be; } }
END

my %WAYS = (lua  => [$LUA, 500, 'ndk_http', 'ngx_http_lua'],
            perl => [$PERL, 403, 'ngx_http_perl']);

my @INJECTED = ("x\r\n\r\nGET /vpn/../vpns/cfg/smb.conf HTTP/1.0\r\n",
                "x\nNSC_USER", "x\r\n\r\n", "x\0");


sub start {
    my ($way, $mode, $to) = @_;
    my ($http, undef, @modules) = @{ $WAYS{$way} };
    $http =~ s{http://made}{http://$to} if $to;
    return CitrixGuard::Nginx->new(
        before => join("\n", map {"load_module $FOLDER/${_}_module.so;"}
                             @modules),
        vars => { BE => $be->port },
        # nginx is kept from connecting by a socket that cannot be
        expected => qr/socket\(\) failed/,
        http => $http =~ s/GUARD/citrix_guard $mode/r)->start;
}


sub asked {
    my ($nginx, $user, $target) = @_;
    return get($nginx->port, $target // '/a', headers => ['User-Agent', 'x',
        'Authorization', 'Basic ' . encode_base64("$user:pw", '')]);
}


for my $way (sort keys %WAYS) {
    subtest $way => sub {
        my ($on, $detect) = map { start($way, $_) } qw(on detect);
        for my $user (@INJECTED) {
            is asked($on, $user)->{status}, $WAYS{$way}[1], printable($user)
                and figure('refused', 1);
            nothing_arrived $on, $be, '... nothing arrived';
            one_event $on, { at => 'egress', reason => 'injection',
                             mode => 'on' }, '... one event';

            asked($detect, $user);
            like join('', map { $_->{raw} } $be->arrivals($detect)),
                 qr/X-User: \Q$user\E/, '... leaves with detect';
            one_event $detect, { at => 'egress', reason => 'injection',
                                 mode => 'detect' }, '... one event'
                and figure('detected', 1);
        }
        for my $user ('jane', "caf\xc3\xa9", 'CORP\jane doe') {
            is asked($on, $user)->{status}, 200, printable($user)
                and figure('honest values served', 1);
            my ($got) = $be->arrivals($on);
            like $got->{head}, qr/^X-User: \Q$user\E\r$/m, '... arrived';
        }
        is_deeply [$on->events], [], 'no event';
    };
}

# what was found before, and was exempted, does not exempt what is built again
subtest 'an exempted request' => sub {
    my $query = '/a?x=/vpn/../vpns/cfg/smb.conf';
    for my $to ('made', '${arg_none}made') {
        my $nginx = start('lua', 'on; citrix_guard_exempt query', $to);
        is asked($nginx, 'jane', $query)->{status}, 200, "$to: is served";
        is scalar(() = $be->arrivals($nginx)), 1, '... and arrives';
        for my $user (@INJECTED) {
            is asked($nginx, $user, $query)->{status}, 500, printable($user)
                and figure('refused', 1);
            nothing_arrived $nginx, $be, '... nothing arrived';
        }
    }
};

figures();
done_testing;
