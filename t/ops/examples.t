#!/usr/bin/perl

# Runs the examples of the pages: each command has to work, and to print what
# the page shows. t/ops/docs.t runs the nginx configurations.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use Test::More;

use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Schema qw(validated);
use CitrixGuard::Scratch qw(scratch slurp spew);

my $top = abs_path("$FindBin::Bin/../..");
my @pages = ('README.md', map { s{^\Q$top\E/}{}r } sort glob "$top/docs/*.md");
my %text = map { $_ => slurp("$top/$_") } @pages;
my $dir = scratch();


# the blocks of a page in one language, without the fences
sub blocks {
    my ($page, $language) = @_;
    my @blocks = $text{$page} =~ /^```\Q$language\E\n(.*?)^```$/msg;
    return @blocks;
}


# a shell command's exit status and output; it runs in the test's folder
sub shell {
    my ($command) = @_;
    my $out = `cd '$dir' && { $command\n} 2>&1`;
    return ($? >> 8, $out);
}


subtest 'shell blocks are shell' => sub {
    for my $page (@pages) {
        my $n;
        for my $block (blocks($page, 'sh')) {
            spew("$dir/block.sh", $block);
            my ($status, $said) = shell('sh -n block.sh');
            is $status, 0, "$page, " . ++$n or diag $said;
        }
    }
};


subtest 'citrix-guard check' => sub {
    my $shown = 0;
    for my $page (@pages) {
        for my $block (blocks($page, 'text')) {
            my ($target, $rest)
                = $block =~ /\A\$ citrix-guard check '([^']+)'\n(.*)/s or next;
            is citrix_guard(['check', $target])->{out}, $rest,
               "$page shows what it prints";
            $shown++;
        }
        for my $target ($text{$page} =~ /citrix-guard check '([^']+)'/g) {
            is citrix_guard(['check', $target])->{status}, 1,
               "$page: $target is refused";
        }
    }
    ok $shown, 'a page shows it';
};


subtest 'the event, and questions about it' => sub {
    my ($event, $front) = blocks('docs/events.md', 'json');
    my ($is) = validated($event, 'the example is valid by the schema');
    spew("$dir/citrix-guard.json", $event);
    spew("$dir/citrix-guard-front.json", $front);

    my @jq = grep {/^jq /} blocks('docs/events.md', 'sh');
    is scalar @jq, 4, 'questions with jq';
    my @answers = (qr/\A\s*1 cgp\trequest\n\z/,
                   qr/\A\s*1 \Q$is->{client}\E\t$is->{reason}\n\z/,
                   qr/\A\{.*"outcome":"scan-success".*\}\n\z/,
                   qr/\A\{"time":.*"nsc_user":null\}\n\z/);
    for my $n (0 .. $#jq) {
        my ($status, $said) = shell($jq[$n]);
        is $status, 0, "question $n";
        like $said, $answers[$n], '... and its answer';
    }
};


# as nginx writes them, after time, process and connection
sub logged {
    my ($line, $level) = @_;
    return "2020/01/17 10:00:00 [$level] 12#12: *34 $line, client: 192.0.2.7, "
         . "server: gateway.example.com, request: \"GET / HTTP/1.1\", "
         . "host: \"gateway.example.com\"\n";
}


subtest 'log lines are understood by citrix-guard scan' => sub {
    my ($line) = map {/^(citrix_guard: blocked .*)$/m}
                 blocks('docs/directives.md', 'text');
    my ($gateway) = grep {/ socks5 open /} blocks('docs/deployment.md', 'text');
    my ($alarms) = grep {/^\[crit\]/} blocks('docs/events.md', 'text');
    my %log = (line => logged($line, 'warn'), gateway => $gateway, alarms =>
        join '', map { logged($_->[1], $_->[0]) }
                 map { [/^\[(\w+)\] (.*)$/] } split /\n/, $alarms);
    my %said = (line => qr/blocked/, gateway => qr/blocked/,
                alarms => qr/exploit-suspected/);

    for my $name (sort keys %log) {
        my $ran = citrix_guard(['scan', '--csv', '-'], $log{$name});
        like $ran->{out}, $said{$name}, "$name: found";
        my $report = citrix_guard(['scan', '-'], $log{$name})->{out};
        unlike $report, qr/not understood|damaged/, '... and none is left';
    }

    spew("$dir/error.log", $log{line});
    for my $block (grep {m{ /var/log/nginx/error\.log\b}}
                   blocks('docs/directives.md', 'sh')) {
        my ($status, $said)
            = shell($block =~ s{/var/log/nginx/}{}gr =~ s/\bsudo //gr);
        is $status, 0, 'grep finds it';
        like $said, qr/blocked reason=traversal/, '... as the page says';
    }
};


subtest 'the refusal' => sub {
    my ($shown) = grep {m{^HTTP/1\.1 403 }} blocks('docs/directives.md', 'text');
    my ($head, $body) = split /\n\n/, $shown, 2;
    my $nginx = CitrixGuard::Nginx->new(
        http => 'server { listen 127.0.0.1:%%PORT1%%; citrix_guard on; }')->start;
    my $answer = CitrixGuard::Raw::ask($nginx->port,
        "GET /vpn/../vpns/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    is $answer->{status}, 403, 'the status';
    for my $field (map { [split /: /, $_, 2] } grep {/: /} split /\n/, $head) {
        is CitrixGuard::Raw::header($answer, $field->[0]), $field->[1],
           "the header field $field->[0]";
    }
    s/reference: \K[0-9a-f]{32}/ID/, s/\r//g for $body, $answer->{body};
    is $answer->{body}, $body, 'the page';
    $nginx->stop;
};


# paths of the project, and files that "make install" puts beside nginx.conf
subtest 'files' => sub {
    my $tree = "$top/ngx_citrix_guard";
    my %installed = map { m{([^/]+)$} => 1 }
        glob "$tree/conf/{gateway,rules}/*";
    for my $page (@pages) {
        my %named = map { $_ => 1 }
            $text{$page} =~ /`((?:ngx_citrix_guard|conf|t)\/[\w.\/-]+)`/g;
        ok -e "$top/$_" || -e "$tree/$_", "$page: $_" for sort keys %named;
        my %conf = map { $_ => 1 }
            $text{$page} =~ m{citrix-guard/([\w-]+\.conf)\b}g;
        ok $installed{$_}, "$page: citrix-guard/$_" for sort keys %conf;
    }
    ok scalar keys %installed, 'there are such files';
};


subtest 'the balancer' => sub {
    plan skip_all => 'no haproxy' if !-x '/usr/sbin/haproxy';
    my ($listen) = grep {/^listen /} blocks('docs/nodes.md', 'text');
    spew("$dir/haproxy.cfg", $listen);
    my ($status, $said) = shell('/usr/sbin/haproxy -c -f haproxy.cfg');
    is $status, 0, 'HAProxy accepts it' or diag $said;
    unlike $said, qr/WARNING/i, '... without a warning' or diag $said;
};

done_testing;
