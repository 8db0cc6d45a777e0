#!/usr/bin/perl

# citrix-guard scan and the guard's own events: scan knows exactly the keys and
# words of the schema.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Schema qw(complaints);
use CitrixGuard::Scratch qw(scratch slurp spew);

my $json = JSON::PP->new->utf8->canonical;
my $dir = scratch();
my $sources = "$FindBin::Bin/../../ngx_citrix_guard";
my $schema = $json->decode(slurp("$sources/conf/event.schema.json"));

# the type of a member of an event, by its path
my %types = (%{ types('', $schema) },
             %{ types('upstream.', $schema->{properties}{upstream}) });

# the types that scan can read, by the meaning of a key
my %FITS = (
    TIME    => sub { $_[0]{type} eq 'string' && $_[0]{pattern} },
    CLIENT  => \&is_text,
    METHOD  => \&is_text,
    TARGET  => \&is_text,
    STATUS  => sub { $_[0]{type} eq 'integer' },
    BYTES   => sub { $_[0]{type} eq 'integer' },
    VERDICT => sub { $_[0]{enum} },
    OUTCOME => sub { $_[0]{enum} },
    REASON  => sub { $_[0]{enum} },
    CANARY  => sub { $_[0]{const} },
    ID      => sub { $_[0]{type} eq 'string' },
    LINE    => sub { $_[0]{type} eq 'string' },
);

my %IN_USE = (
    time => 'TIME', client => 'CLIENT', method => 'METHOD',
    target => 'TARGET', verdict => 'VERDICT', outcome => 'OUTCOME',
    reason => 'REASON', canary => 'CANARY', status => 'STATUS',
    'upstream.status' => 'STATUS', 'upstream.bytes' => 'BYTES',
    id => 'ID', msg => 'LINE',      # a rule's, and the target counts more
);


sub types {
    my ($path, $of) = @_;
    return { map { ("$path$_" => resolved($of->{properties}{$_})) }
             keys %{ $of->{properties} } };
}


# $ref and allOf in one
sub resolved {
    my ($type) = @_;
    my %is = %$type;
    for my $part ($type, @{ $type->{allOf} // [] }) {
        my ($name) = ($part->{'$ref'} // '') =~ m{^#/definitions/(\w+)$}
            or next;
        %is = (%{ $schema->{definitions}{$name} }, name => $name, %is);
    }
    $is{type} //= '';
    return \%is;
}


sub is_text { return ($_[0]{name} // '') eq 'text' }


sub words {
    my ($file, $table) = @_;
    my ($text) = slurp(glob "$sources/cli/*/$file")
        =~ /^[^\n]*\b$table\[\w*\] = \{\n(.*?)^\};/ms;
    return $text =~ /"([^"]+)"/g;
}


subtest 'keys' => sub {
    my $table = join '', slurp("$sources/cli/formats/scan_names.c")
        =~ /^static const scan_name_t  scan_(?:names|paths)\[\] = \{\n(.*?)^\};/msg;
    my %keys = $table =~ /\{ "([^"]+)", SCAN_F_(\w+), \d+ \}/g;
    delete @keys{grep { $keys{$_} =~ /^(?:SKIP|HOST)$/ } keys %keys};
    cmp_ok scalar keys %keys, '>', 50, 'the table of scan';

    for my $key (sort grep { $types{$_} } keys %keys) {
        ok $FITS{ $keys{$key} }->($types{$key}),
            "$key: its type fits $keys{$key}";
    }
    is_deeply { map { $_ => $keys{$_} } grep { $types{$_} } keys %keys },
        \%IN_USE, 'these are read of an event, and none by chance';
};


subtest 'words' => sub {
    my %enum = map { $_ => $types{$_}{enum} } qw(verdict outcome reason);
    is_deeply [sort(words('scan_event.c', 'scan_event_verdicts'))],
        [sort @{ $enum{verdict} }], 'verdicts';
    is_deeply [sort(words('scan_event.c', 'scan_event_reasons'))],
        [sort @{ $enum{reason} }], 'reasons';
    my %known = map { $_ => 1 } words('scan_judge.c', 'scan_outcome_name');
    # if the answer is not known, scan says "attempt"
    is_deeply [grep { !$known{$_} } @{ $enum{outcome} }], ['unknown'],
              'outcomes';
};


# Each verdict with each outcome and reason, for a target without a sign.
subtest 'the finding for each' => sub {
    my (@events, @expected);
    my %no_sign = map { $_ => 1 } qw(malformed upgrade unseen rule error);

    for my $verdict (@{ $types{verdict}{enum} }) {
        for my $outcome (@{ $types{outcome}{enum} }) {
            for my $reason (@{ $types{reason}{enum} }) {
                push @events, { version => 1, id => '-',
                    time => '2020-01-17T10:00:00.000Z', sent => 1,
                    client => '192.0.2.1', target => '/x', status => 404,
                    verdict => $verdict, outcome => $outcome,
                    reason => $reason };
                push @expected, join ' ', $reason,
                    $outcome =~ /^(?:scan|exploit)/ ? $outcome
                    : $no_sign{$reason} ? 'malformed'
                    : $verdict eq 'blocked' ? 'blocked' : 'attempt';
            }
        }
    }

    my $lines = join '', map { $json->encode($_) . "\n" } @events;
    is complaints($lines), '', 'they are events';
    spew("$dir/events", $lines);
    my $ran = citrix_guard(['scan', '--json', "$dir/events"]);
    my $is = $json->decode($ran->{out});
    is_deeply [map {"$_->{reason} $_->{outcome}"} @{ $is->{findings} }],
        \@expected, 'reason and outcome of all ' . @events;
    is_deeply [map { $_->{line} } @{ $is->{findings} }], [1 .. @events],
        'none is skipped';
};

# A session is not a request, and a line that only looks like one is not
# skipped.
subtest 'events of the front' => sub {
    my $line = '{"version":1,"time":"2026-01-10T03:14:15.926Z",'
        . '"id":"00005bcd0000000a0000019b0f9a1c2e","at":"front",'
        . '"client":"203.0.113.7","sni":"gateway.example.com","protocol":"cgp",'
        . '"why":"request","status":200,"received":120,"sent":0,'
        . '"seconds":0.012}' . "\n";
    is complaints($line, 'front.schema.json'), '', 'an event of the front';
    my $other = $line =~ s/"front"/"x"/r
        =~ s{"sni":"[^"]*"}{"target":"/vpn/../vpns/"}r;
    spew("$dir/front", $line . $other);
    my $is = $json->decode(citrix_guard(['scan', '--json', "$dir/front"])->{out});
    is_deeply [map { $_->{line} } @{ $is->{findings} }], [2],
        'it has no finding, and the line that looks like it has one';
    is $is->{files}[0]{damaged} // 0, 0, 'each line was read';
};

done_testing;
