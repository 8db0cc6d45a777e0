# nginx -t and stream{}: it warns about stream servers that bypass the guard,
# and says what is missing if nginx's stream module is not loaded.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Nginx;

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $nginx = CitrixGuard::Nginx->new(ports => 2);

my $HTTP = <<'END';
    upstream adc { server 192.0.2.10:443; server 192.0.2.20:443; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location / { proxy_pass https://adc; } }
END


# The guard's warnings about stream servers; the rest has to be silent.
sub warned {
    my ($stream, $http) = @_;
    $nginx->configure(stream => $stream, http => $http // $HTTP);
    my ($status, $said) = $nginx->check;
    is $status, 0, 'accepted' or diag $said;
    my @lines = grep { /\[(?:warn|emerg|alert)\]/
                       && !/no server has "citrix_guard on"/ } split /\n/, $said;
    is scalar(grep { !/citrix_guard: the stream server/ } @lines), 0,
        '... no other warning' or diag "@lines";
    return scalar @lines;
}


for my $pass ('proxy_pass adc;', 'proxy_pass 192.0.2.20:443;',
              'proxy_pass adc; proxy_ssl on; ssl_preread on;',
              'proxy_pass adc; citrix_guard_preread on;') {
    is warned("upstream adc { server 192.0.2.10:443; }
               server { listen 127.0.0.1:%%PORT2%%; $pass }"), 1, $pass;
}

for my $server ('listen 127.0.0.1:%%PORT2%%; proxy_pass 192.0.2.30:443;',
                'listen 127.0.0.1:%%PORT2%%; proxy_pass $server_addr:443;',
                'listen 127.0.0.1:%%PORT2%%; return "";',
                'listen 127.0.0.1:%%PORT2%% udp; proxy_pass 192.0.2.10:443;',
                'listen unix:%%DIR%%/a; proxy_pass 192.0.2.10:443;') {
    is warned("server { $server }"), 0, $server;
}

is warned("upstream adc { server 192.0.2.10:443; }
           server { listen unix:%%DIR%%/a; listen 127.0.0.1:%%PORT2%%;
                    proxy_pass adc; }
           server { listen unix:%%DIR%%/b; proxy_pass adc; }
           server { listen [::1]:%%PORT2%%; proxy_pass adc; }"), 2,
   'two of three';

is warned('server { listen 127.0.0.1:%%PORT2%%; proxy_pass 192.0.2.10:443; }',
          $HTTP =~ s/citrix_guard on/citrix_guard off/r), 0,
   'without a guarded server there is no message';

subtest 'directives' => sub {
    for my $case (['citrix_guard_preread yes',
                   qr/invalid value "yes" in "citrix_guard_preread"/],
                  ['citrix_guard_preread_socks5 no',
                   qr/invalid value "no"/],
                  ['citrix_guard_preread_timeout 1x', qr/invalid value/],
                  ['citrix_guard_preread on; citrix_guard_preread on',
                   qr/"citrix_guard_preread" directive is duplicate/]) {
        my ($text, $expected) = @$case;
        $nginx->configure(stream =>
            "server { listen 127.0.0.1:%%PORT2%%; $text; return a; }");
        my ($status, $said) = $nginx->check;
        is $status, 1, "$text: refused";
        like $said, $expected, '... and it says why';
    }
};

subtest 'the order of load_module' => sub {
    my @modules = $nginx->stream_modules;
    plan skip_all => 'not two dynamic modules' if @modules < 2;
    my ($own, $guard) = @modules;
    my $server = 'server { listen 127.0.0.1:%%PORT2%%; return a; }';

    $nginx->configure(stream => '', main => "load_module $guard;");
    my ($status, $said) = $nginx->check;
    is $status, 0, 'without the stream part, and no use of it: accepted'
        or diag $said;

    $nginx->configure(main => "load_module $guard;\nload_module $own;\n"
        . "stream { $server }");
    ($status, $said) = $nginx->check;
    is $status, 1, 'in front of the stream part: refused';
    like $said, qr/has to be loaded after ngx_stream_module\.so/,
        '... and it says why';
};

done_testing;
