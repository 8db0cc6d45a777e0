package CitrixGuard::Check;

# The assertions that most tests share.

use strict;
use warnings;

use Exporter 'import';
use Test::More ();

use CitrixGuard::Event qw(parse_event unescape_field);
use CitrixGuard::Raw;

our @EXPORT_OK = qw(request get refused one_event nothing_arrived printable);


# The bytes of a request: target, and method, version, headers, body, blank.
sub request {
    my ($target, %given) = @_;
    my $version = $given{version} // '1.1';
    my $blank = $given{blank} // ' ';
    my $bytes = join $blank, $given{method} // 'GET', $target,
                             "HTTP/$version\r\n";
    $bytes .= "Host: gateway.example.test\r\n" if !$given{no_host};
    my @headers = @{ $given{headers} // [] };
    while (my ($name, $value) = splice @headers, 0, 2) {
        $bytes .= "$name: $value\r\n";
    }
    my $body = $given{body} // '';
    $bytes .= 'Content-Length: ' . length($body) . "\r\n"
        if defined $given{body};
    return "$bytes\r\n$body";
}


# One request over a connection of its own.
sub get {
    my ($port, $target, %given) = @_;
    return CitrixGuard::Raw::ask($port, request($target, %given),
                                 method => $given{method});
}


sub printable {
    my ($bytes) = @_;
    $bytes = substr($bytes, 0, 120) . '...' if length $bytes > 130;
    $bytes =~ s/([^\x20-\x7e])/sprintf '\\x%02X', ord $1/ge;
    $bytes =~ s/#/\\x23/g;
    return $bytes;
}


# The answer is the guard's own refusal.
sub refused {
    my ($answer, $name, $status) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $header = $answer && CitrixGuard::Raw::header($answer,
                                                     'X-Citrix-Guard');
    my $is = ($answer ? $answer->{status} : 'closed') . ' '
           . ($header // 'not by the guard');
    return Test::More::is($is, ($status // 403) . ' blocked', $name);
}


# Exactly one line of the grammar since the last look, with these parts.
sub one_event {
    my ($nginx, $expected, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @lines = $nginx->events;
    my $event = @lines == 1 ? parse_event($lines[0]) : undef;
    if (!$event) {
        Test::More::fail($name);
        Test::More::diag(@lines == 1 ? "not of the grammar: @lines"
            : scalar(@lines) . ' lines: ' . join "\n", @lines);
        return;
    }
    my %is = map { $_ => $event->{$_} } keys %$expected;
    Test::More::is_deeply(\%is, $expected, $name)
        or Test::More::diag($lines[0]);
    return $event;
}


# The recorder has received nothing since the last look.
sub nothing_arrived {
    my ($nginx, $recorder, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @lines = map { printable($_->{line}) } $recorder->arrivals($nginx);
    return Test::More::is("@lines", '', $name);
}

1;
