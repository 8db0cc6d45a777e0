# What the monitor says about the current configuration: what each rule does,
# and where something is exempted.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Nginx;

my $HTTP = <<'END';
    citrix_guard_zone guard:1m;
    citrix_guard on;
    citrix_guard_rule a.rule path "^/a";
    citrix_guard_rule twice path "^/b";
    citrix_guard_rule %%LONG%% path "^/c";
    server { listen 127.0.0.1:%%PORT1%%; server_name one.example;
             citrix_guard_exempt query a.rule;
             citrix_guard_rule twice path "^/b" detect;
             location / { proxy_pass http://127.0.0.1:1; }
             location /same/ { proxy_pass http://127.0.0.1:1; }
             location "/<b>&\"/" { citrix_guard_exempt parent;
                                   proxy_pass http://127.0.0.1:1; }
             location /off/ { citrix_guard off; citrix_guard_exempt rule;
                              proxy_pass http://127.0.0.1:1; }
             location /from/ { citrix_guard_detect_for 192.0.2.1 10.0.0.0/8;
                               proxy_pass http://127.0.0.1:1; } }
    server { listen 127.0.0.1:%%PORT2%%; server_name two.example;
             citrix_guard_rule ok path "^/d" pass of=a.rule;
             location / { proxy_pass http://127.0.0.1:1; } }
    server { listen 127.0.0.1:%%PORT3%%; server_name monitor;
             location /guard { citrix_guard_monitor;
                               allow 127.0.0.1; deny all; } }
END

my $long = 'x' x 64;
my $nginx = CitrixGuard::Nginx->new(ports => 3, http => $HTTP,
                                    vars => { LONG => $long })->start;


sub monitor {
    return decode_json(get($nginx->port(3), '/guard?format=json')->{body});
}


sub where { map {"$_->{server} $_->{location}"} @{ $_[0]->{exemptions} } }


my $zone = monitor();
is_deeply { map { $_->{id} => $_->{actions} } @{ $zone->{rules} } },
    { 'a.rule' => ['block'], twice => ['detect', 'block'], ok => ['pass'],
      $long => ['block'] }, 'what rules do';

is_deeply $zone->{exemptions}, [
    { server => 'one.example', location => '', names => ['query', 'a.rule'],
      detect_for => 0 },
    { server => 'one.example', location => '/<b>&\\x22/',
      names => ['query', 'a.rule', 'parent'], detect_for => 0 },
    { server => 'one.example', location => '/from/',
      names => ['query', 'a.rule'], detect_for => 2 },
], 'what is let by: no place twice, and none where the guard is off';
ok !exists $zone->{exemptions_left_out}, '... all of them';

$nginx->configure(http => $HTTP =~ s/^\s+citrix_guard_rule a\.rule.*\n//mr
                      =~ s/(exempt query) a\.rule/$1/r
                      =~ s/^\s+citrix_guard_rule ok.*\n//mr,
                  vars => { LONG => $long });
ok $nginx->reload, 'another configuration';
$zone = monitor();
is_deeply { map { $_->{id} => $_->{actions} } @{ $zone->{rules} } },
    { 'a.rule' => [], twice => ['detect', 'block'], ok => [],
      $long => ['block'] }, 'a rule that is gone does nothing';
is_deeply $zone->{exemptions}[0]{names}, ['query'], '... and not exempt';

my $many = join "\n", map {"location /$_/ { citrix_guard_exempt query; "
    . 'proxy_pass http://127.0.0.1:1; }'} 1 .. 259;
$nginx->configure(http => $HTTP =~ s/location \/same\//$many $&/r,
                  vars => { LONG => $long });
ok $nginx->reload, 'many places';
$zone = monitor();
is scalar @{ $zone->{exemptions} }, 256, '... are not all listed';
is $zone->{exemptions_left_out}, 6, '... and the rest is counted';
is scalar(grep { $_ eq 'one.example /same/' } where($zone)), 0,
   '... a location that adds nothing is left out';

done_testing;
