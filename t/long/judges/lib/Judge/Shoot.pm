package Judge::Shoot;

# Builds and runs the sender (t/long/judges/shoot.c).
#
#   my $shoot = Judge::Shoot->new($folder, $marker);
#   my $outcomes = $shoot->at($port, \@targets, connections => 16);
#   my ($status, $flags, $hash) = Judge::Shoot::outcome($outcomes, $number);
#
# headers: the lines of the head, in place of Host alone.

use strict;
use warnings;

use Cwd ();
use File::Basename ();

use CitrixGuard::Scratch qw(slurp spew);

use constant { MARKER => 1, BLOCKED => 2, VERDICT => 4, FORWARDED => 8,
               COMPLETE => 16 };

use constant SIZE => 16;

my $SOURCE = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');


sub new {
    my ($class, $dir, $marker) = @_;
    my $self = bless { dir => $dir, marker => $marker,
                       program => "$dir/shoot" }, $class;
    my @cc = (split(' ', $ENV{CC} || 'cc'), qw(-std=c11 -O2 -Wall -Wextra));
    system(@cc, '-o', $self->{program}, "$SOURCE/shoot.c",
           "$SOURCE/answer.c") == 0
        or die "$SOURCE/shoot.c does not build\n";
    return $self;
}


sub at {
    my ($self, $port, $targets, %given) = @_;
    my $in = "$self->{dir}/targets.$$";
    my $out = "$self->{dir}/outcomes.$$";
    spew($in, join '', map { pack 'L/a', $_ } @$targets);
    my @command = ($self->{program}, $port, $self->{marker},
                   $given{connections} // 16, $given{patience} // 2000,
                   $given{headers} // ());
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN, '<', $in or die "$in: $!";
        open STDOUT, '>', $out or die "$out: $!";
        exec { $command[0] } @command or die "$command[0]: $!";
    }
    waitpid $pid, 0;
    die "the sender failed\n" if $?;
    my $outcomes = slurp($out);
    unlink $in, $out;
    die "outcomes are missing\n" if length $outcomes != SIZE * @$targets;
    return $outcomes;
}


sub outcome {
    my ($outcomes, $number) = @_;
    return unpack 'S S x4 Q', substr $outcomes, SIZE * $number, SIZE;
}


sub flags {
    my ($outcomes, $number) = @_;
    return unpack 'S', substr $outcomes, SIZE * $number + 2, 2;
}

1;
