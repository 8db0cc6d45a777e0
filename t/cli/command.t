#!/usr/bin/perl

# The citrix-guard command: its manual page, bash completion and docs/cli.md
# know all options; it can be installed and uninstalled.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use File::Find qw(find);
use Test::More;

use CitrixGuard::Command qw(citrix_guard program);
use CitrixGuard::Scratch qw(scratch slurp spew);

my $top = abs_path("$FindBin::Bin/../..");
my $sources = "$top/ngx_citrix_guard/cli";
my $dir = scratch();

my %options = map { $_ => options($_) } qw(check scan verify status setup rollback
                                                ack);


sub options {
    my ($command) = @_;
    my $help = citrix_guard([$command, '--help'])->{out} =~ s/^Exit.*//msr;
    return [$help =~ /(?:^ *|, +|  )(--[a-z-]+)/mg];
}


subtest 'the manual page' => sub {
    my $page = slurp("$sources/citrix-guard.1") =~ s/\\-/-/gr;
    for my $command (sort keys %options) {
        my $section = uc $command;
        my ($text) = $page =~ /^\.SH $section\n(.*?)(?=^\.SH)/ms;
        cmp_ok scalar @{ $options{$command} }, '>', 5, "$command: options";
        like $text, qr/\Q$_\E\b/, "$command $_"
            for grep { $_ ne '--help' } @{ $options{$command} };
    }

    # man's own warnings about the page, if man is installed
    my $said = `man --version >/dev/null 2>&1 \\
        && man --warnings -E UTF-8 -l '$sources/citrix-guard.1' 2>&1 >/dev/null`;
    is $said, '', 'no warning';

    my ($is, @lines) = rendered("$sources/citrix-guard.1");
    is $is, '', 'no warning, for a terminal of 80 columns';
    cmp_ok scalar @lines, '>', 200, '... every line';
    is_deeply [grep { length > 80 } @lines], [], '... and no line is longer';
    my $long = "$dir/long.1";
    spew($long, ".TH a 1\n.SH NAME\n.nf\n" . 'x' x 81 . "\n");
    (undef, @lines) = rendered($long);
    is scalar(grep { length > 80 } @lines), 1,
        '... a longer line would be noticed';
    unlink $long, "$dir/said";
};


# The warnings of groff, and the lines as a terminal shows them.
sub rendered {
    my ($page) = @_;
    local $ENV{GROFF_NO_SGR} = 1;
    my $text = `groff -t -K utf8 -Tutf8 -man -ww -rLL=80n '$page' 2>'$dir/said'`;
    $? == 0 or die 'groff failed';
    utf8::decode($text);
    # bold and underlined letters are overstruck
    $text =~ s/.\x08//g;
    return (slurp("$dir/said"), split /\n/, $text);
}


subtest 'the help fits a terminal' => sub {
    for my $command ([], map { [$_] } sort keys %options) {
        my $help = citrix_guard([@$command, '--help'])->{out};
        cmp_ok length $help, '>', 300, "@$command";
        is_deeply [grep { length > 80 } split /\n/, $help], [], '... 80 columns';
    }
};


subtest 'completion for bash' => sub {
    for my $command (sort keys %options) {
        my @is = completed("citrix-guard $command --");
        is_deeply [sort map { s/=$//r } @is], [sort @{ $options{$command} }],
            $command;
    }
    is_deeply [completed('citrix-guard s')], [qw(scan setup status)], 'commands';
    is_deeply [completed('citrix-guard check --sslvpn = o')], [qw(on off)],
        'values';
};


sub completed {
    my ($line) = @_;
    my @words = split / /, $line;
    my $words = join ' ', map {"'$_'"} @words;
    return split ' ', `bash -c '. "\$1"; COMP_WORDS=($words); \\
        COMP_CWORD=@{[$#words]}; compopt() { :; }; _citrix_guard; \\
        echo "\${COMPREPLY[@]}"' bash '$sources/citrix-guard.bash'`
        if $line !~ /'/;
    return;
}


subtest 'docs/cli.md' => sub {
    my $page = slurp("$top/docs/cli.md");
    for my $option ($page =~ /`(--[a-z-]+)/g) {
        ok scalar(grep { $_ eq $option } map {@$_} values %options), $option;
    }
    my $check = citrix_guard(['check', '/vpn/%2e%2e/vpns/cfg/smb.conf']);
    like $page, qr/^\Q$check->{out}\E```$/m, 'the example of check';
    my $targets = () = slurp("$sources/verify/verify_targets.c")
        =~ m{^    "/.*,$}mg;
    like $page, qr/42 spellings/, 'the number of spellings';
    is $targets - 3, 42, '... agrees with the source';
};


subtest 'install and uninstall' => sub {
    my @command = ("$top/ngx_citrix_guard/tools/install-cli");
    my @arguments = (program(), '/opt/guard', $dir);
    is system(join(' ', @command, @arguments) . ' >/dev/null'), 0, 'install';
    my @files;
    find(sub { push @files, $File::Find::name =~ s/^\Q$dir\E//r if -f }, $dir);
    my $doc = '/opt/guard/share/doc/citrix-guard';
    is_deeply [sort grep { !/^\Q$doc\E/ } @files], [
        '/opt/guard/bin/citrix-guard',
        '/opt/guard/share/bash-completion/completions/citrix-guard',
        '/opt/guard/share/man/man1/citrix-guard.1'], 'files';
    ok -x "$dir/opt/guard/bin/citrix-guard", 'it runs';
    for my $page (map {s{^\Q$top\E/}{}r} "$top/README.md", glob "$top/docs/*.md") {
        is slurp("$dir$doc/$page"), slurp("$top/$page"), "$page is there";
        my ($folder) = $page =~ m{^(.*/)?};
        my @lost = grep { !-e "$dir$doc/" . ($folder // '') . $_ }
            slurp("$top/$page") =~ /\]\((?!https?:)([^)#\s]+)/g;
        is_deeply \@lost, [], '... and its links work';
    }
    is system(@command, '-u', @arguments), 0, 'uninstall';
    @files = ();
    find(sub { push @files, $_ if -f }, $dir);
    is_deeply \@files, [], 'nothing is left';
    isnt system(join(' ', @command, program(), 'opt', $dir) . ' 2>/dev/null'),
        0, 'a prefix without a slash is refused';
};

# They are loaded when they are needed, by the names that a program linked here
# would ask for: another OpenSSL needs no edit.
subtest 'libraries that are loaded' => sub {
    my $bytes = slurp(program());
    for my $library (qw(libcurl libssl libarchive)) {
        my ($name) = `readelf -d "\$(cc -print-file-name=$library.so)"`
            =~ /SONAME.*\[(.*)\]/ or plan skip_all => "no $library to link with";
        isnt index($bytes, "\0$name\0"), -1, $name;
    }
};

done_testing;
