package CitrixGuard::Vectors;

# Reads the tables of t/data. Fields are separated by TAB; \\ \t \n \xHH are
# escapes; lines that are empty or begin with # are comments.

use strict;
use warnings;

use Exporter 'import';
use File::Basename ();

our @EXPORT_OK = qw(escape unescape);

my $DATA = File::Basename::dirname(__FILE__) . '/../../data';

my %FIELDS = (
    vectors => [qw(input verdict reason source policy)],
    benign  => [qw(method target headers source)],
    headers => [qw(name value verdict reason source)],
    rules   => [qw(file rule method target headers body verdict note)],
);


sub unescape {
    my ($text) = @_;
    $text =~ s{\\(?:x([0-9a-fA-F]{2})|(.))}
              {defined $1 ? chr hex $1 : _one($2)}ges;
    return $text;
}


sub _one {
    my ($letter) = @_;
    my %byte = ('\\' => '\\', t => "\t", n => "\n", r => "\r");
    return $byte{$letter} // die "unknown escape \\$letter\n";
}


# The bytes as a table writes them.
sub escape {
    my ($bytes) = @_;
    my %letter = ('\\' => '\\\\', "\t" => '\t', "\n" => '\n');
    $bytes =~ s{([^\x20-\x7e]|\\)}
               {$letter{$1} // sprintf '\x%02x', ord $1}ge;
    return $bytes;
}


# The rows of a table, each a hash with the fields above and its line number.
sub rows {
    my ($table) = @_;
    my $names = $FIELDS{$table} or die "no table $table";
    my $path = "$DATA/$table.tsv";
    open my $file, '<:raw', $path or die "$path: $!";
    my @rows;
    while (my $line = <$file>) {
        chomp $line;
        next if $line eq '' || $line =~ /^#/;
        my %row = (line => $.);
        @row{@$names} = map { unescape($_) } split /\t/, $line, -1;
        $row{$_} //= '' for @$names;
        push @rows, \%row;
    }
    die "$path has no rows" if !@rows;
    return @rows;
}

1;
