# The module comes and goes under load, is switched through its modes, and bad
# configurations are refused: each request is answered as the generation says
# that has it, and the one in force stays in force.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Load;
use CitrixGuard::Scratch qw(wait_until);

use constant ROUNDS => 8;

plan skip_all => 'the module is linked statically'
    if !CitrixGuard::Nginx::module();

my $load = CitrixGuard::Load->new;
my $nginx = $load->guard(workers => 2, expected => undef);
$load->with_tls;
$nginx->configure(http => $load->http('on'))->start;
$load->begin(qw(keep new h2 tls tls-h2));

# a bad value; what the guard itself refuses; the module missing
my @BROKEN = (
    sub { (http => $load->http('of')) },
    sub { (http => $load->http('on', 'server { citrix_guard on; location / '
        . '{ fastcgi_pass 127.0.0.1:9; } }')) },
    sub { (http => $load->http('on'), without_module => 1) },
);

my @failed;


sub serve {
    my $before = $load->answers;
    wait_until(sub { $load->answers > $before + 6000 })
        or push @failed, 'no service';
    return;
}


for my $round (1 .. ROUNDS) {
    for my $mode (qw(on none detect off on none off detect)) {
        $nginx->configure(http => $load->http($mode),
                          without_module => $mode eq 'none');
        $nginx->reload or push @failed, "reload to $mode";
        figure('reloads', 1);
        serve();
        next if $mode ne 'on' && $mode ne 'detect';
        my $broken = $BROKEN[$round % @BROKEN];
        $nginx->configure($broken->());
        my ($status, $said) = $nginx->check;
        push @failed, "nginx -t: $said" if $status != 1;
        $nginx->reload and push @failed, "broken, and taken: $said";
        figure('broken', 1);
        serve();
        $nginx->configure(without_module => 0);
    }
}

is "@failed", '', 'good configurations are taken, broken ones are not';

my $result = $load->finish;
is "@{ $result->{bad} }", '', 'every answer is that of its generation';
is $result->{$_}, 0, "$_: 0" for qw(lost half wrong);
is $nginx->sanitizer_report, '', 'no worker died';

figure('requests', $result->{requests});
figure('hostile', $result->{hostile});
figure('failed', $result->{lost} + $result->{half} + $result->{wrong});
figure('asked again', $result->{cut});
figures();
done_testing;
