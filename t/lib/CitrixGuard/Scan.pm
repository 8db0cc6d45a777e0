package CitrixGuard::Scan;

# citrix-guard scan, and the annotated logs of t/data/logs.
#
#   my ($ran, $is) = scan(['--since=2020-01-17'], $file);
#   my $sample = sample('combined');     name, format, options, lines
#   text($sample)                        the log, without what is expected of it

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Scratch qw(scratch slurp spew);

our @EXPORT_OK = qw(samples sample text scan strip spewed $dir);

my $logs = dirname(__FILE__) . '/../../data/logs';
my $json = JSON::PP->new->utf8;

our $dir = scratch();

# the guard's own page, as t/http/refusal.t has it; here by the first request below
my $PAGE = 215;


sub samples { return map {m{([^/]+)\.log$}} glob "$logs/*.log" }


# A sample: what scan calls the format, its options, the lines, and of each
# what is expected.
sub sample {
    my ($name) = @_;
    my %is = (name => $name, lines => [], options => []);
    my $expected;
    for my $line (split /\n/, slurp("$logs/$name.log")) {
        if ($line =~ /^#= (.*)/) { $is{format} = $1 }
        elsif ($line =~ /^#! (.*)/) { push @{ $is{options} }, $1 }
        elsif ($line =~ /^#: (.*)/) { $expected = $1 }
        elsif (!defined $expected) { }
        else {
            $line =~ s/%%NUL%%/\0/g;
            $line =~ s/%%PAGE%%/$PAGE/g;
            push @{ $is{lines} }, { text => $line, expected => $expected };
            undef $expected;
        }
    }
    return \%is;
}


sub text { return join '', map {"$_->{text}\n"} @{ $_[0]{lines} } }


sub scan {
    my ($options, @files) = @_;
    my $ran = citrix_guard(['scan', '--json', @$options, @files]);
    my $is = eval { $json->decode($ran->{out}) };
    ok $is, 'valid JSON' or diag $ran->{out}, $ran->{err};
    return ($ran, $is // {});
}


sub spewed { spew("$dir/$_[0]", $_[1]); return "$dir/$_[0]" }


# without what depends on the file
sub strip {
    my ($is) = @_;
    delete $is->{files};
    delete $_->{file} for @{ $is->{findings} };
    return $is;
}

1;
