package CitrixGuard::Schema;

# Validates events in JSON against their schema, with an independent validator.
#
#   my @events = events_of($text);    # decoded; fails a test if any is invalid

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use File::Basename ();
use File::Temp ();
use JSON::PP ();
use Test::More ();

our @EXPORT_OK = qw(validated complaints);

my $HERE = Cwd::abs_path(File::Basename::dirname(__FILE__));
my $SCHEMA = "$HERE/../../../ngx_citrix_guard/conf/event.schema.json";


# The validator's complaints about these lines; '' if they are valid.
sub complaints {
    my ($text) = @_;
    my $lines = File::Temp->new;
    binmode $lines;
    print {$lines} $text;
    close $lines or die "$lines: $!";
    my $said = `python3 $HERE/validate.py $SCHEMA <$lines 2>&1`;
    my $count = () = $text =~ /\n/g;
    return $said eq "ok $count\n" ? '' : $said;
}


# The events of a log, decoded; one test checks that all are valid.
sub validated {
    my ($text, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::is(complaints($text), '', $name // 'valid by the schema');
    return map { eval { JSON::PP::decode_json($_) } // {} } split /\n/, $text;
}

1;
