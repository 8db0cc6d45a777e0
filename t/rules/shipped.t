#!/usr/bin/perl

# The shipped rules in nginx: each request of t/data/rules.tsv that a rule
# matches is refused (or logged, if the rule only detects), and each near miss
# arrives. The unit program rules_vectors_test evaluates every rule by itself;
# here nginx reads the files, and the requests are real.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use Test::More;

use CitrixGuard::Check qw(get printable);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp wait_until);
use CitrixGuard::Vectors;

my $rules = abs_path("$FindBin::Bin/../../ngx_citrix_guard/conf/rules");
my @files = map {m{([^/]+)\.conf$}} sort glob "$rules/*.conf";
my %port = map { $files[$_] => $_ + 1 } 0 .. $#files;
my @rows = CitrixGuard::Vectors::rows('rules');

my $be = CitrixGuard::Recorder->new;

# what nginx would drop or refuse itself is to get as far as the guard
my $nginx = CitrixGuard::Nginx->new(
    ports => scalar @files, vars => { BE => $be->port }, http => <<'END'
    log_format rule '$citrix_guard_verdict $citrix_guard_rule';
    access_log %%DIR%%/rules.log rule;
    underscores_in_headers on;
    ignore_invalid_headers off;
    large_client_header_buffers 8 32k;
    merge_slashes off;
    citrix_guard on;
END
    . join '', map { <<"END" } @files)->start;
    server {
        listen 127.0.0.1:%%PORT$port{$_}%%;
        include $rules/$_.conf;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
END

is_deeply [grep { !$port{ $_->{file} } } @rows], [], 'every row has a file';

my (%seen, $asked);
ask($_) for @rows;

for my $file (@files) {
    my @ids = slurp("$rules/$file.conf") =~ /^citrix_guard_rule (\S+)/mg;
    ok $seen{$_}, "$_ is the rule in the log" for @ids;
}

done_testing;


sub headers {
    my ($text) = @_;
    return [map {/^([^:]+): (.*)$/s} split / \| /, $text eq '-' ? '' : $text];
}


# the line of the request that was the last: nginx writes it after the answer
sub logged {
    my @lines;
    $asked++;
    wait_until(sub {
        @lines = split /\n/, slurp($nginx->dir . '/rules.log');
        return @lines >= $asked;
    });
    return $lines[$asked - 1];
}


sub ask {
    my ($row) = @_;
    my $name = "line $row->{line}: "
        . printable("$row->{rule} $row->{target}, $row->{note}");
    my $headers = headers($row->{headers});

    $be->take;
    my $answer = get($nginx->port($port{ $row->{file} }), $row->{target},
        method  => $row->{method},
        headers => $headers,
        no_host => scalar(grep { lc eq 'host' } @$headers),
        body    => $row->{body} eq '-' ? undef : $row->{body});

    my ($verdict, $rule) = split / /, logged(), 2;
    $seen{$rule} = 1 if $rule;

    if ($row->{verdict} eq 'none' && $row->{rule} eq '-') {
        is "$answer->{status} $verdict", '200 pass', $name;
        return;
    }

    return if $row->{verdict} eq 'none';

    # a NUL, or a parent above the root: nginx's own answer, and nothing left
    if ($answer->{status} == 400) {
        is scalar($be->arrivals($nginx)), 0, "$name: refused by nginx";
        return;
    }

    like $verdict, qr/^(?:blocked|detected)$/, $name;
    is scalar($be->arrivals($nginx)), $verdict eq 'detected' ? 1 : 0,
        '... what arrived';
}
