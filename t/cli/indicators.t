#!/usr/bin/perl

# citrix-guard scan beside the public indicator scanner for the appliance's
# access logs, ioc-scanner-CVE-2019-19781 by FireEye and Citrix, release 1.4:
# its rules for successes and for scans that were answered (--verbose), restated
# here in our words. grep -Ei runs them as the scanner does, and scan reads the
# same logs. It has to find everything that they find.
#
# Its rules write [^\s] for "no blank". In such a bracket grep -E knows no \s:
# the letter s is excluded, in either case, and the backslash.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Scratch qw(scratch slurp spew);

# what they accept as part of a target, as "vpns", as the end of a template
my $PART = '[^\s]*';
my $VPNS = join '', map { sprintf '(%s|%%%02x)', $_, ord } qw(v p n s);
my $XML = '(x|%[57]8)(m|%[46]d)(l|%[46]c)';

my %RULES = (
    'a template was fetched' => qq{\\] "[A-Z]{3,7} $PART/$VPNS/$PART\\.$XML}
        . qq{$PART HTTP/1\\.1" (200|304)},
    'a script answered 304' => qq{(GET|POST) $PART/$VPNS/$PART\\.pl$PART}
        . ' HTTP/1\.1" 304',
    'a script or a configuration file was answered' =>
        qq{\\] "[A-Z]{3,7} $PART/$VPNS/[^ ]+\\.(pl|conf).*HTTP/1\\.1" 200},
);

my $dir = scratch();


# The requests by name: method, target, protocol, status.
sub requests {
    my %all;
    my $add = sub {
        my ($kind, $targets, %given) = @_;
        for my $method (@{ $given{methods} // [qw(GET POST)] }) {
            for my $target (@$targets) {
                push @{ $all{$kind} }, [$method, $target, $_,
                                        $given{protocol} // 'HTTP/1.1']
                    for @{ $given{statuses} // [200, 304] };
            }
        }
    };

    my @templates = map {"/vpns/portal/$_.xml"} qw(abc pwnpzi1337 tbadu);
    my @with_s = map {"/vpns/portal/$_.xml"} qw(sess xs GwBUsX);
    my @scripts = map {"/vpns/portal/scripts/$_.pl"} qw(newbm rmbm tips);
    my $up = sub { my ($to) = @_; map {"$to$_"} @_[1 .. $#_] };

    $add->('template', [@templates, $up->('/vpn/..', @templates)]);
    $add->('template whose name has an s', [$up->('/vpn/..', @with_s)]);
    $add->('template, other encodings',
        [map { $up->($_, @templates) } '/vpn/%2e%2e', '/vpn/%252e%252e',
         '/vpn/..;', '/vpn/%c0%ae%c0%ae'],
        statuses => [200, 304]);
    $add->('template, the ending encoded',
        ['/vpn/../vpns/portal/abc.%78ml', '/vpn/../vpns/portal/abc.xm%6c']);
    $add->('template with a query', ['/vpn/../vpns/portal/abc.xml?id=1']);
    $add->('template, other methods', [$up->('/vpn/..', @templates)],
        methods => [qw(HEAD PUT OPTIONS FOO)]);
    $add->('template behind nginx', [$up->('/vpn/..', @templates)],
        protocol => 'HTTP/1.0');
    $add->('script answered 304', [@scripts, $up->('/vpn/..', @scripts)],
        statuses => [304]);
    $add->('script', [$up->('/vpn/..', @scripts)], statuses => [200]);
    $add->('script, PUT and HEAD', [$up->('/vpn/..', @scripts)],
        methods => [qw(PUT HEAD)], statuses => [200, 304]);
    $add->('script, other encodings', [$up->('/vpn/%2e.', @scripts)],
        statuses => [200, 201]);
    $add->('configuration', ['/vpn/../vpns/cfg/smb.conf'],
        statuses => [200]);
    $add->('configuration, other encodings', ['/vpn/%2E%2E/vpns/cfg/smb.conf',
        '/vpn/../%76pns/cfg/smb.conf'], statuses => [200]);
    $add->('web shell', ['/vpn/themes/x.php', '/vpn/media/y.php'],
        statuses => [200]);
    $add->('web shell elsewhere', ['/vpn/themes/shell.php',
        '/n_top/x.php', '/netscaler/ns_gui/shared/x.php'],
        statuses => [200]);
    return \%all;
}


# The numbers of the lines that a rule finds, by grep -E.
sub theirs {
    my ($rule, $file) = @_;
    open my $from, '-|', 'grep', '-nEi', '-e', $rule, $file or die "grep: $!";
    my @lines = map {/^(\d+):/} <$from>;
    close $from;
    return @lines;
}


sub findings {
    my ($file) = @_;
    my $ran = citrix_guard(['scan', '--json', $file]);
    return @{ JSON::PP->new->utf8->decode($ran->{out})->{findings} };
}


sub ours {
    return grep { $_->{outcome} =~ /^(?:scan-success|exploit-suspected)$/ }
        findings(@_);
}


my $requests = requests();
my (@lines, @kind);

for my $kind (sort keys %$requests) {
    for my $request (@{ $requests->{$kind} }) {
        my ($method, $target, $status, $protocol) = @$request;
        push @kind, $kind;
        push @lines, sprintf '127.0.0.2 - - [12/Jan/2020:02:55:19 +0000] '
            . '"%s %s %s" %d 941 "-" "curl/7.67.0" "Time: 9 microsecs"',
            $method, $target, $protocol, $status;
    }
}

my $log = "$dir/httpaccess.log";
spew($log, join '', map {"$_\n"} @lines);

my (%theirs, %by_rule);
for my $rule (sort keys %RULES) {
    $by_rule{$rule} = [theirs($RULES{$rule}, $log)];
    $theirs{$_} = 1 for @{ $by_rule{$rule} };
}
my %ours = map { $_->{line} => $_ } ours($log);

subtest 'what each of the two finds' => sub {
    my (%all, %they, %we);
    for my $n (1 .. @lines) {
        my $kind = $kind[$n - 1];
        $all{$kind}++;
        $they{$kind} += $theirs{$n} ? 1 : 0;
        $we{$kind} += $ours{$n} ? 1 : 0;
    }
    note sprintf '%-32s %5s %7s %5s', 'requests that succeeded', 'all',
        'theirs', 'ours';
    for my $kind (sort keys %all) {
        note sprintf '%-32s %5d %7d %5d', $kind, $all{$kind}, $they{$kind},
            $we{$kind};
        is $we{$kind}, $all{$kind}, "$kind: ours finds all $all{$kind}, "
            . "theirs $they{$kind}";
    }
};

subtest 'scan finds everything that they find' => sub {
    is scalar keys %theirs, 132, 'they find 132';
    is scalar @lines, 190, '... of 190';
    is_deeply [map { $lines[$_ - 1] } grep { !$ours{$_} } sort keys %theirs],
        [], 'none is missing';
};

subtest 'their defects, which scan does not have' => sub {
    is_deeply $by_rule{'a script answered 304'}, [],
        'a script answered 304: their rule can never match';
    for my $kind ('template whose name has an s', 'template behind nginx',
                  'web shell', 'web shell elsewhere') {
        is scalar(grep { $kind[$_ - 1] eq $kind } keys %theirs), 0,
            "$kind: theirs finds none";
    }
};

subtest 'over the annotated logs' => sub {
    for my $name (qw(combined httpaccess common)) {
        my $file = "$FindBin::Bin/../data/logs/$name.log";
        my %found = map { $_->{line} => 1 } findings($file);
        my %they = map { $_ => 1 } map { theirs($_, $file) } values %RULES;
        is_deeply [grep { !$found{$_} } sort keys %they], [], "$name: all of "
            . keys(%they) . ' that theirs find, ' . keys(%found) . ' in all';
    }
};

# scripts that intruders left, by their names in public lists
subtest 'web shells by their names' => sub {
    my @names = qw(PersonalBookmak AJ3UBK2MP rmpm loadcolorprefs);
    my @all = map {"/vpns/portal/scripts/$_.pl"} @names;
    spew("$dir/shells.log", join '', map {
        qq{192.0.2.1 - - [12/Jan/2020:02:55:19 +0000] "POST $_ HTTP/1.1" 200}
        . qq{ 941 "-" "-"\n}
    } @all);
    my @found = ours("$dir/shells.log");
    is_deeply [map { $_->{target} } @found], \@all, 'each is a success';
    like $_->{why}, qr/web shell/, '... by its name' for @found;
};

subtest 'and nothing else' => sub {
    my @honest = map {"$_->[0] $_->[1] HTTP/1.1\" $_->[2]"}
        ['GET', '/vpn/index.html', 200], ['GET', '/vpn/pluginlist.xml', 200],
        ['GET', '/vpns/portal/homepage.html', 200],
        ['POST', '/vpns/portal/scripts/newbm.pl', 200],
        ['GET', '/vpns/scripts/vista/AGEE_setup.exe', 200],
        ['GET', '/vpns/j_services.html', 200],
        ['GET', '/vpns/services.html', 200], ['GET', '/index.php', 200];
    spew("$dir/honest.log", join '', map {
        qq{192.0.2.1 - - [12/Jan/2020:02:55:19 +0000] "$_ 941 "-" "-"\n}
    } @honest);
    is_deeply [map { $_->{target} } ours("$dir/honest.log")], [],
        'no legitimate request is a success';
};

done_testing;
