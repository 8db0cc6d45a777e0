package CitrixGuard::Figures;

# Figures of a long run: added up by name, shown as a note of the test, and
# handed to t/long/tools/proof, which makes one line of them.

use strict;
use warnings;

use Exporter 'import';
use Test::More ();

our @EXPORT_OK = qw(figure figures);

my (@names, %value);


# A number adds up, any other text stands for itself.
sub figure {
    my ($name, $value) = @_;
    push @names, $name if !exists $value{$name};
    $value{$name} = $value =~ /^\d+\z/ ? ($value{$name} // 0) + $value
                                       : $value;
    return;
}


# To be called at the end.
sub figures {
    Test::More::note("$_: $value{$_}") for @names;
    my $path = $ENV{TEST_FIGURES} or return;
    open my $file, '>>', $path or die "$path: $!";
    print {$file} "$_\t$value{$_}\n" for @names;
    close $file or die "$path: $!";
    return;
}

1;
