package CitrixGuard::Process;

# What the kernel knows about a process: its children, memory and descriptors.

use strict;
use warnings;

use Exporter 'import';

use CitrixGuard::Scratch qw(slurp);

our @EXPORT_OK = qw(alive children usage);


# A zombie is not, whoever is to reap it.
sub alive {
    my ($pid) = @_;
    return slurp("/proc/$pid/stat") =~ /\) [^ZX]/ ? 1 : 0;
}


sub children {
    my ($pid) = @_;
    return split ' ', slurp("/proc/$pid/task/$pid/children");
}


# KiB of resident and of private memory, descriptors, mappings that are shared
# with other processes (zones), and how often the module's code is mapped.
sub usage {
    my ($pid, $module) = @_;
    my $rollup = slurp("/proc/$pid/smaps_rollup");
    my ($rss, $private) = map {
        $rollup =~ /^$_:\s+(\d+)/m ? $1
                                    : die "/proc/$pid/smaps_rollup: no $_\n"
    } qw(Rss Private_Dirty);
    my @maps = split /\n/, slurp("/proc/$pid/maps");
    opendir my $fds, "/proc/$pid/fd" or die "/proc/$pid/fd: $!";
    return {
        rss => $rss, private => $private,
        fds => scalar(grep { !/^\./ } readdir $fds),
        zones => scalar(grep {/ rw-s /} @maps),
        modules => scalar(grep { / r-xp / && /\/\Q$module\E\z/ } @maps),
        code => code(@maps),
    };
}


# KiB that were made executable without being a file's: of a JIT compiler
sub code {
    my $bytes = 0;
    no warnings 'portable';
    for (@_) {
        my ($from, $to) = /^(\w+)-(\w+) \S\Sx\S \w+ \S+ 0\s*\z/a
            or next;
        $bytes += hex($to) - hex $from;
    }
    return $bytes / 1024;
}

1;
