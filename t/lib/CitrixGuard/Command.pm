package CitrixGuard::Command;

# The citrix-guard command, as a user runs it.
#
#   my $ran = citrix_guard(['check', '--json'], "/vpn/\n");
#   $ran->{status}, $ran->{out}, $ran->{err}

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use File::Basename ();
use POSIX ();
use Test::More ();

use CitrixGuard::Scratch qw(scratch slurp spew);

our @EXPORT_OK = qw(citrix_guard program);

my $ROOT = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../../..');


sub program {
    return $ENV{TEST_CITRIX_GUARD} || "$ROOT/build/bin/citrix-guard";
}


# Runs it to its end; a report of a sanitizer, or a signal, is a failed test.
sub citrix_guard {
    my ($arguments, $input, %given) = @_;
    my $dir = scratch();
    spew("$dir/in", $input // '');
    defined(my $pid = fork) or die "fork: $!";

    if (!$pid) {
        open STDIN, '<', $given{stdin} // "$dir/in" or POSIX::_exit(126);
        open STDOUT, '>', $given{stdout} // "$dir/out" or POSIX::_exit(126);
        open STDERR, '>', "$dir/err" or POSIX::_exit(126);
        %ENV = (%ENV, %{ $given{env} // {} });
        { exec { program() } 'citrix-guard', @$arguments }
        POSIX::_exit(127);
    }

    waitpid $pid, 0;
    my $err = slurp("$dir/err");

    Test::More::fail("citrix-guard @$arguments: signal " . ($? & 127))
        if $? & 127;
    Test::More::fail("citrix-guard @$arguments: $err")
        if $err =~ /Sanitizer|runtime error/ || $? >> 8 == 127;

    return { status => $? >> 8, out => slurp("$dir/out"), err => $err };
}

1;
