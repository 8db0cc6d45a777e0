package CitrixGuard::Heap;

# How much a master, or a worker, has allocated, by t/long/life/heap.c, which is preloaded.
#
#   my $heap = CitrixGuard::Heap->new;
#   CitrixGuard::Nginx->new(env => $heap->env, ...); ... $heap->bytes
#   $heap->bytes($pid)     of a worker

use strict;
use warnings;

use File::Basename qw(dirname);

use CitrixGuard::Scratch qw(scratch slurp);


sub new {
    my ($class) = @_;
    my $dir = scratch();
    system('cc', qw(-W -Wall -Werror -O1 -fPIC -shared -o), "$dir/heap.so",
           dirname(__FILE__) . '/../../long/life/heap.c', '-ldl') == 0
        or die "cc failed\n";
    return bless { dir => $dir }, $class;
}


# Without the caches of malloc(), which count as allocated, it is exact.
sub env {
    my ($self) = @_;
    return { LD_PRELOAD => "$self->{dir}/heap.so", HEAP => "$self->{dir}/heap",
             GLIBC_TUNABLES =>
                 'glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0' };
}


# When it last waited for a signal, or for events.
sub bytes {
    my ($self, $worker) = @_;
    return slurp("$self->{dir}/heap" . ($worker ? ".$worker" : '')) + 0;
}

1;
