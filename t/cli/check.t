#!/usr/bin/perl

# citrix-guard check: every row of the tables gets the expected verdict, as in
# the module (t/http/vectors.t, t/http/headers.t), and the expected report.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Vectors qw(escape);

my $json = JSON::PP->new->utf8;


# Rows in, objects out, in one run.
sub judged {
    my ($options, @inputs) = @_;
    my $ran = citrix_guard(['check', '--json', '--escapes', @$options],
                           join '', map { escape($_) . "\n" } @inputs);
    is $ran->{err}, '', "@$options: no message";
    return ($ran, map { $json->decode($_) } split /\n/, $ran->{out});
}


# the same text as $citrix_guard_reading and the log line have
sub shown {
    my ($bytes) = @_;
    $bytes =~ s/([^\x20-\x7e]|["\\])/sprintf '\\x%02X', ord $1/ge;
    return $bytes;
}


sub compare {
    my ($name, $options, $key, @rows) = @_;
    my $field = $key eq 'target' ? 'input' : 'value';
    my ($ran, @is) = judged($options, map { $_->{$field} } @rows);
    my @wrong;
    is scalar @is, scalar @rows, "$name: an answer for each";
    for my $n (0 .. $#rows) {
        my ($row, $is) = ($rows[$n], $is[$n] // {});
        my $reason = $row->{verdict} eq 'pass' ? 'pass' : $row->{reason};
        push @wrong, "line $row->{line}: $is->{verdict}, $is->{reason}"
            if $is->{verdict} ne $row->{verdict} || $is->{reason} ne $reason
            || $is->{$key} ne shown($row->{$field})
            || ($is->{verdict} eq 'refuse') != ($is->{range}[1] > 0);
    }
    is_deeply \@wrong, [], "$name: " . @rows . ' rows';
    is $ran->{status}, (grep { $_->{verdict} ne 'pass' } @rows) ? 1 : 0,
        '... exit status';
    return;
}


subtest 'the vectors' => sub {
    my %by;
    push @{ $by{ $_->{policy} } }, $_
        for CitrixGuard::Vectors::rows('vectors');

    for my $policy (sort keys %by) {
        my @options = $policy eq '-' ? () : map {"--$_"} split /,/, $policy;
        compare($policy, \@options, 'target', @{ $by{$policy} });

        # the switches change the default verdict to the same one
        next if $policy eq '-';
        my ($ran, @is) = judged([], map { $_->{input} } @{ $by{$policy} });
        is_deeply [map { $_->{with}{$policy} } @is],
            [map { $_->{verdict} eq 'pass' ? 'pass' : $_->{reason} }
             @{ $by{$policy} }], "$policy as a switch";
    }
};


subtest 'legitimate requests' => sub {
    my @rows = map { { %$_, input => $_->{target}, verdict => 'pass' } }
               CitrixGuard::Vectors::rows('benign');
    compare('benign', ['--traversal=any'], 'target', @rows);
};


subtest 'header fields' => sub {
    my %by;
    push @{ $by{ $_->{name} } }, $_
        for grep { $_->{name} !~ /\0/ } CitrixGuard::Vectors::rows('headers');
    compare($_ eq '' ? 'no name' : escape($_), ["--header=$_"], 'value',
            @{ $by{$_} }) for sort keys %by;
};


subtest 'for people' => sub {
    my $ran = citrix_guard(['check', '/vpn/%2e%2e/vpns/x"', '/vpns/']);
    is $ran->{status}, 1, 'one is refused';
    is $ran->{out}, <<'END', 'the whole output';
refused  /vpn/%2e%2e/vpns/x\x22
              ^^^^^^^^^^^
  reason   traversal: a parent segment and a vpns segment in the path
  depth    1
  range    5-16
  reading  /vpn/../vpns/x\x22
  with citrix_guard_sslvpn off: the same
  with citrix_guard_traversal any: the same
  with both: the same
pass     /vpns/
  reason   pass: no reading of it is an attack
  reading  /vpns/
  with citrix_guard_sslvpn off: refused, vpns
  with citrix_guard_traversal any: the same
  with both: refused, vpns
END

    is citrix_guard(['check', '/vpns/'])->{status}, 0, 'all pass';
    is citrix_guard(['check', '-q', '/vpn/../vpns/'])->{out}, '', 'quiet';

    $ran = citrix_guard(['check', '-e', '/\x1b[2J\xff']);
    unlike $ran->{out}, qr/[^\x0a\x20-\x7e]/, 'no control bytes';
};


subtest 'standard input' => sub {
    my $ran = citrix_guard(['check', '-j'], "/vpn/a\0b\n/x");
    my @is = map { $json->decode($_) } split /\n/, $ran->{out};
    is_deeply [map { $_->{target} } @is], ['/vpn/a\x00b', '/x'],
        'NUL is an ordinary byte, and the last line needs no line end';
    is_deeply [map { $_->{reason} } @is], [qw(malformed pass)], '... judged';

    $ran = citrix_guard(['check', '-jz', '/1', '-'], "/2\n\0/3\0");
    is_deeply [map { $json->decode($_)->{target} } split /\n/, $ran->{out}],
        ['/1', '/2\x0A', '/3'], 'between arguments, separated by NUL';
};


subtest 'errors' => sub {
    my @all = (
        [[], 2, qr/usage: citrix-guard/],
        [['nothing'], 2, qr/no command "nothing"/],
        [["\e[1m"], 2, qr/no command "\\x1B\[1m"/],
        [['check', '--sslvpn=maybe', '/'], 2,
         qr/--sslvpn=maybe: it must be "on" or "off"/],
        [['check', '--traversal=', '/'], 2, qr/it must be "vpns" or "any"/],
        [['check', '--nothing'], 2, qr/--nothing/],
        [['check', '-e', '/\x4'], 2, qr/invalid escape, it must be one of/],
    );

    for (@all) {
        my ($arguments, $status, $message) = @$_;
        my $ran = citrix_guard($arguments);
        is $ran->{status}, $status, "@$arguments" =~ s/\e/ESC/r;
        like $ran->{err}, $message, '... message';
        is $ran->{out}, '', '... and nothing else';
    }

    my $ran = citrix_guard(['check', '/'], '', stdout => '/dev/full');
    is $ran->{status}, 2, 'no room left';
    like $ran->{err}, qr/cannot write/, '... with a message';
    is citrix_guard(['check'], '', stdin => '/')->{status}, 2,
        'standard input that cannot be read';
};


subtest 'help' => sub {
    for my $arguments (['--help'], ['check', '--help']) {
        my $ran = citrix_guard($arguments);
        my @lines = split /\n/, $ran->{out};
        is $ran->{status}, 0, "@$arguments";
        cmp_ok scalar @lines, '<', 25, '... fits a screen';
        is_deeply [grep { length > 79 } @lines], [], '... and its width';
    }
    like citrix_guard(['--version'])->{out}, qr/^citrix-guard \d+\.\d+\.\d+$/,
        'version';
};

done_testing;
