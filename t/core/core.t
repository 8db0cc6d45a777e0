#!/usr/bin/perl

# The unit programs of the core, t/core/unit/*_test.c: each prints TAP and
# becomes a subtest here. `make test` builds them.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use TAP::Parser;
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/../..');
my $dir = abs_path($ENV{TEST_UNIT_DIR} // "$top/build/unit");

# what this build leaves out: make proof sets it
my %left_out = map { $_ => 1 } split ' ', $ENV{TEST_LEFT_OUT} // '';

# the programs read their data below t/
chdir $top or die "$top: $!";

my @sources = sort glob "$top/t/core/unit/*_test.c";
ok scalar @sources, 'there are unit programs';

for my $source (@sources) {
    my $name = basename($source, '.c');
    next if $left_out{$name};
    my $program = "$dir/$name";

    if (!-x $program) {
        fail "$name: $program is missing: run `make unit`";
        next;
    }

    subtest $name => sub { run_program($program) };
}

done_testing;


sub run_program {
    my ($program) = @_;

    my $parser = TAP::Parser->new({ exec => [$program], merge => 1 });

    while (my $result = $parser->next) {
        if ($result->is_test) {
            local $TODO = $result->explanation if $result->has_todo;
            ok $result->is_actual_ok,
                $result->description =~ s/^- //r || "test " . $result->number;
        } elsif ($result->is_comment || $result->is_unknown) {
            diag $result->as_string;
        }
    }

    is $parser->exit, 0, 'exit status';
    is $parser->wait & 127, 0, 'no signal';
    is_deeply [$parser->parse_errors], [], 'TAP is well-formed';
}
