# What a reload frees: the patterns of rules, their JIT code, and the memory
# for matching. None of it is in nginx's pools. In a sanitizer build every test
# ends with a search for leaks, and malloc() is a different one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Heap;
use CitrixGuard::Nginx;
use CitrixGuard::Process qw(usage);
use CitrixGuard::Scratch qw(wait_until);

plan skip_all => 'LeakSanitizer looks for it' if $ENV{ASAN_OPTIONS};

use constant { RULES => 50, RELOADS => 10 };

my $heap = CitrixGuard::Heap->new;
my $nginx = CitrixGuard::Nginx->new(env => $heap->env);
my $generation = 0;


sub holds {
    my $waiting = $heap->bytes;
    # it writes before it waits, so twice the same is the end of a reload
    wait_until(sub {
        my $before = $waiting;
        select undef, undef, undef, 0.1;
        $waiting = $heap->bytes;
        return $waiting == $before;
    });
    return { heap => $waiting, code => usage($nginx->pid, 'none')->{code} };
}


# As long each time, and another text.
sub http {
    my $letter = chr ord('a') + $generation++;
    return join "\n",
        (map {"citrix_guard_rule r$_ path ^/$letter$_/[a-z]+/x and body:1k $_;"}
            1 .. RULES),
        'server { listen 127.0.0.1:%%PORT1%%; citrix_guard on; return 204; }';
}


$nginx->configure(http => http())->start;
my $start = holds();
ok $nginx->configure(http => http())->reload, 'reloaded';
my $before = holds();
for (1 .. RELOADS) {
    $nginx->configure(http => http())->reload or fail 'reloaded';
}
my $after = holds();

cmp_ok $before->{code}, '>', 0, "$before->{code} KiB of machine code"
    if $start->{code};
is $after->{code}, $before->{code}, '... and no more after reloads';
cmp_ok $after->{heap} - $before->{heap}, '<', RELOADS * 64,
    "bytes allocated: $before->{heap}, then $after->{heap}";

done_testing;
