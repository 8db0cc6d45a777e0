package CitrixGuard::Event;

# The grammar of the guard's line in the error log, as one expression.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(parse_event unescape_field);

# printable ASCII without quote and backslash, or \xHH
my $FIELD = qr/(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\x[0-9A-F]{2})*/;

my $LINE = qr{
    ^\d{4}/\d\d/\d\d\ \d\d:\d\d:\d\d\ \[(?<level>info|notice|warn|error)\]
    \ \d+\#\d+:\ \*\d+
    \ citrix_guard:
    \ (?<verb>blocked|detected|exempted)
    \ reason=(?<reason>traversal|query|vpns|parent|malformed|header|injection
                      |upgrade|unseen|rule|error)
    (?:\ rule=(?<rule>[\w.-]+))?
    (?:\ by=(?<by>[\w.-]+))?
    \ at=(?<at>request|egress|nginx)
    \ in=(?<in>target|uri|head|header|request)
    \ depth=(?<depth>\d+)
    \ range=(?<start>\d+)-(?<end>\d+)
    \ mode=(?<mode>on|detect)
    \ id=(?<id>[0-9a-f]{32}|-)
    \ target="(?<target>$FIELD)"
    \ reading="(?<reading>$FIELD)"
    (?:\ msg="(?<msg>$FIELD)")?
    (?<context>\ while\ .*?|),\ client:\ (?<client>\S+),\ server:\ (?<server>.*?)
    (?:,\ request:\ ".*)?$
}xs;


# The named parts of a line as a hash, undef if it is not of the grammar.
sub parse_event {
    my ($line) = @_;
    return if !defined $line || $line !~ $LINE;
    return { %+ };
}


# The bytes that an escaped field stands for.
sub unescape_field {
    my ($text) = @_;
    $text =~ s/\\x([0-9A-F]{2})/chr hex $1/ge;
    return $text;
}

1;
