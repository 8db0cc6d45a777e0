#!/usr/bin/perl

# The documentation compared with what it documents: directives, variables,
# reasons and messages with the C sources, the examples with the vectors, the
# configurations with nginx -t, links with files, commands with make and the
# command. t/ops/examples.t runs the other examples.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;

my $top = abs_path("$FindBin::Bin/../..");
my @pages = ('README.md', map { s{^\Q$top\E/}{}r } sort glob "$top/docs/*.md");
my %text = map { $_ => slurp("$top/$_") } @pages, 'CHANGES';

my $directives = $text{'docs/directives.md'};
my $streams = $text{'docs/stream.md'};

# comments do not count
my %source = map { m{([^/]+)$} => slurp($_) =~ s{/\*.*?\*/}{}gsr }
    glob("$top/ngx_citrix_guard/{http,stream,cguard,cli}{,/*}/*.[ch]");

my $module = $source{'ngx_http_citrix_guard_module.c'};


sub slurp {
    my ($path) = @_;
    open my $from, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$from>;
}


# the text below a heading, up to the next one
sub section {
    my ($heading, $page) = @_;
    $page //= $directives;
    return $page =~ /^#+ \Q$heading\E\n(.*?)(?=^#|\z)/ms ? $1 : undef;
}


# joins adjacent C string literals
sub joined {
    my ($literals) = @_;
    return join '', map { s/\\(.)/$1/gr } $literals =~ /"((?:[^"\\]|\\.)*)"/g;
}


subtest 'directives' => sub {
    my %context = (MAIN => 'http', SRV => 'server', LOC => 'location');
    my @commands = $module =~
        /\{ \s* ngx_string\("(\w+)"\), \s* (NGX_HTTP_[\w|\s]+?),/gx;
    my %flags = @commands;

    ok scalar keys %flags, 'the source has directives';

    for my $name (sort keys %flags) {
        my $text = section($name);
        ok defined $text, "$name has a section" or next;
        like $text, qr/^\| Syntax: \| \*\*`$name`\*\*[ ;]/m, '... Syntax';
        like $text, qr/^\| Default: \| (?:`$name [a-z0-9]+;`|-) \|$/m, '... Default';
        my $where = join ', ', map {"`$context{$_}`"}
            $flags{$name} =~ /NGX_HTTP_(MAIN|SRV|LOC)_CONF/g;
        like $text, qr/^\| Context: \| \Q$where\E \|$/m, "... Context $where";
    }

    is_deeply [$directives =~ /^### (citrix_guard\w*)$/mg],
        [sort keys %flags], 'no other section, in alphabetical order';
};


subtest 'the stream module' => sub {
    my $code = $source{'ngx_stream_citrix_guard_module.c'};
    my %main = map { /"(\w+)"/ => /NGX_STREAM_MAIN_CONF/ ? 1 : 0 }
        $code =~ /\{ \s* (ngx_string\("\w+"\), \s* (?:NGX_STREAM_MAIN_CONF\|)?
                  NGX_STREAM_SRV_CONF)\|/gx;
    my ($http) = $source{'ngx_http_citrix_guard_name_module.c'}
        =~ /\{ \s* ngx_string\("(\w+)"\)/x;
    $main{$http} = 0;

    is_deeply [$streams =~ /^### (citrix_guard\w*)$/mg], [sort keys %main],
        'exactly the directives';
    for my $name (sort keys %main) {
        my $text = section($name, $streams);
        like $text, qr/^\| Syntax: \| \*\*`$name`\*\* /m, "$name: Syntax";
        like $text, qr/^\| Default: \| (?:`$name [a-z0-9]+;`|-) \|$/m,
            '... Default';
        my $where = $main{$name} ? '`stream`, `server`' : '`server`';
        $where .= ' (in `http`)' if $name eq $http;
        like $text, qr/^\| Context: \| \Q$where\E \|$/m, '... Context';
    }

    my @variables = $source{'ngx_stream_citrix_guard_preread.c'}
        =~ /\{ ngx_string\("(citrix_guard_\w+)"\)/g;
    is_deeply [$streams =~ /^\* \*\*`\$(\w+)`\*\*:/mg], \@variables,
        'the variables';

    my ($words) = $source{'cguard_session.c'} =~ /\bwords\[\] = \{(.*?)\}/s;
    is_deeply [section('The Log Line', $streams) =~ /^\|.*\| `(\w+)` \|/mg],
        ['why', grep { $_ ne 'none' } $words =~ /"(\w+)"/g], 'why';

    my ($texts) = $source{'cguard_session.c'} =~ /\btexts\[\] = \{(.*?)\}/s;
    my @texts = grep { $_ ne 'nothing' } $texts =~ /"([^"]*)"/g;
    is_deeply [section('The Log Line', $streams) =~ /^\| `([^`]+)` \|/mg],
        \@texts, 'the texts of the log line';

    my @said = map { joined($_)
                     =~ s/^citrix_guard: (?:the stream server \S+ )?//r }
        map {/ngx_log_error\(NGX_LOG_(?:EMERG|WARN),\s(?:cf|cycle)->log,\s0,
              ((?:\s*"(?:[^"\\]|\\.)*")+)/gx}
        $code, @source{map {"ngx_$_.c"} 'http_citrix_guard_check_stream',
                       map {"stream_citrix_guard_$_"} qw(http names pass)};
    is scalar @said, 9, 'the messages of nginx -t';
    for (@said) {
        my $pattern = quotemeta($_) =~ s/\\%(?:V|s|ui)/\\S+?/gr;
        like $streams, qr/^$pattern$/m, $_;
    }
};


subtest 'variables' => sub {
    my @names = $source{'ngx_http_citrix_guard_variables.c'} =~
        /\{ \s* ngx_string\("(\w+)"\), \s* NULL/gx;
    my $text = section('Embedded Variables') // '';

    ok scalar @names, 'the source has variables';
    is_deeply [sort $text =~ /^\* \*\*`\$(\w+)`\*\*:/mg], [sort @names],
        'exactly those';
};


subtest 'reasons and the log line' => sub {
    my ($core) = $source{'cguard_target.c'} =~ /cguard_reason_names\[\] = \{(.*?)\}/s;
    my %is = map { $_ => 1 } $core =~ /"(\w+)"/g,
        (map {/(?:set_reason\(|->reason = )"(\w+)"/g} values %source),
        grep {defined} map {/_rule_finding\([^;"]*"(\w+)"(?:[^;"]*"(\w+)")?/g}
        $source{'ngx_http_citrix_guard_rules.c'};
    delete $is{pass};

    my $text = section('Reasons') // '';
    is_deeply [sort $text =~ /^\| `(\w+)` \|/mg], [sort keys %is],
        'exactly the reasons';

    my $line = section('The Log Line') // '';
    my $log = $source{'ngx_http_citrix_guard_log.c'};
    like $line, qr/"\Q$_\E"/, "grammar: $_"
        for sort(keys %is), map {/"(\w+)"/g}
            $source{'ngx_http_citrix_guard_names.c'} =~
                /_(?:ats|ins)\[\] = \{(.*?)\}/gs;

    my ($grammar) = $line =~ /^(line    =.*?)^verb/ms;
    my @fields = $grammar =~ / (\w+)=/g;
    is_deeply [$line =~ /^\| `(\w+)` \|/mg], \@fields,
        'a row for each field, in order';
    is_deeply [sort @fields], [sort keys %{ { map { $_ => 1 }
        $log =~ /[" ]([a-z]+)=/g } }],
        '... exactly those of the guard';
};


subtest 'messages of nginx -t' => sub {
    my @said = map { joined($_) } map {
        /_conf_log\(cf,\s NGX_LOG_\w+,\s (?:location|&location\[i\]),
         ((?:\s*"(?:[^"\\]|\\.)*")+)\)/gx
    } @source{map {"ngx_http_citrix_guard_$_.c"} 'check', 'monitor'};
    my %expected = map { s/\s*\n\s*//gr } $module =~
        /ngx_http_citrix_guard_(\w+)_enum = \{\s*\w+,\s*("[^;]*")\s*\};/g;
    my %enum = $module =~
        /\{ \s* ngx_string\("(\w+)"\), [^{}]* &ngx_http_citrix_guard_(\w+)_enum
         \s* \}/gx;

    ok scalar @said, 'the source has messages';
    like $directives, qr/^\Q$_\E$/m, $_ for @said;

    my @rules = map { joined($_) =~ s/%.*//r }
        $source{'ngx_http_citrix_guard_check_rules.c'} =~
        /_rule_log\(cf, rule(?:\[\w\])?,((?:\s*"(?:[^"\\]|\\.)*")+)/g;
    is scalar @rules, 6, 'the source has messages about rules';
    like $directives, qr/^\| `\Q$_\E/m, $_ for @rules;

    ok scalar keys %enum, 'the source has values';
    for my $name (sort keys %enum) {
        my $message = qq{invalid value "x" in "$name" directive, it must be }
            . joined($expected{ $enum{$name} });
        like $directives, qr/^\| `\Q$message\E` \|/m, $message;
    }

    my ($status) = $module =~ /("it must be a status code[^"]*")/;
    like $directives, qr/"citrix_guard_status" directive, \Q@{[joined($status)]}\E`/,
        'the message about a status';
};


subtest 'events and metrics' => sub {
    my $schema = JSON::PP->new->decode(
        slurp("$top/ngx_citrix_guard/conf/event.schema.json"));
    my $fields = $schema->{properties};
    my ($front) = $text{'docs/events.md'} =~ /^\| field of the front (.*?)\n\n/ms;
    my $of_front = JSON::PP->new->decode(
        slurp("$top/ngx_citrix_guard/conf/front.schema.json"));
    my $first = join '', $front =~ /^\|([^|\n]*)\|/mg;
    is_deeply [sort $first =~ /`(\w+)`/g],
        [sort keys %{ $of_front->{properties} }],
        'a row for each field of an event of the front';
    (my $events = $text{'docs/events.md'}) =~ s/\Q$front\E//;
    is_deeply [sort $events =~ /^\| `([a-z_.]+)` \|/mg],
        [sort keys %$fields,
              map {"upstream.$_"} keys %{ $fields->{upstream}{properties} }],
        'a row for each field of an event';
    my %outcome = map { $_ => 1 } $text{'docs/events.md'} =~
        /^\|[^|\n]*\|[^|\n]*\| `([a-z-]+)`/mg;
    is_deeply [sort keys %outcome], [sort @{ $fields->{outcome}{enum} }],
        '... and for each outcome';

    my %metric = map { $_ => 1 }
        $source{'ngx_http_citrix_guard_monitor_prometheus.c'} =~
        /"(citrix_guard_\w+_(?:total|seconds)|citrix_guard_mode
           |citrix_guard_state_(?:unsaved|damaged)
           |citrix_guard_upgrade_(?:beside|uncounted))"/gx;
    is_deeply [sort $text{'docs/monitoring.md'} =~
               /^\| `(citrix_guard_\w+)`/mg], [sort keys %metric],
        'a row for each metric';
    my %alert = map { $_ => 1 } slurp(
        "$top/ngx_citrix_guard/conf/monitoring/alerts.yml") =~
        /- alert: (\w+)/g;
    is_deeply [sort $text{'docs/monitoring.md'} =~ /^\| `(CitrixGuard\w+)`/mg],
        [sort keys %alert], 'and for each alert';
};


subtest 'examples are those of the vectors' => sub {
    my $tool = "$top/ngx_citrix_guard/tools/readings";
    is system($^X, $tool, '--check') >> 8, 0, 'docs/readings.md is fresh'
        or diag 'run ngx_citrix_guard/tools/readings';
};


subtest 'snippets pass nginx -t' => sub {
    my $nginx = CitrixGuard::Nginx->new;

    for my $page (@pages) {
        my @snippets = $text{$page} =~ /^```nginx\n(.*?)^```$/msg;

        for my $n (1 .. @snippets) {
            my $http = $snippets[$n - 1];

            # there is no certificate here, and no folder for logs
            $http =~ s/^\s*(?:error_log|ssl_certificate\w*)\s.*\n//mg;
            $http =~ s/listen(\s+)443 ssl/listen${1}127.0.0.1:%%PORT1%%/g;
            $http =~ s{/var/log/nginx}{%%DIR%%}g;

            my ($status, $said) = $nginx->configure(http => $http)->check;
            is $status, 0, "$page, $n" or diag $said;
            # a fragment of a configuration may set no mode
            $said =~ s/^.*no server has "citrix_guard on".*\n//m
                if $http !~ /citrix_guard\s+(?:on|detect);/;
            unlike $said, qr/\[warn\]/, '... without a warning';
        }
    }
};


subtest 'one command sets it up' => sub {
    for my $page (qw(README.md docs/deployment.md docs/night.md docs/start.nl.md)) {
        like $text{$page}, qr/citrix-guard setup/, "$page: setup";
        like $text{$page}, qr/citrix-guard rollback/, '... and undoes it';
        unlike $text{$page}, qr/nginx\.conf\.before|ln -s/, '... not by hand';
    }
    my $said = slurp("$top/ngx_citrix_guard/tools/install");
    like $said, qr/^ *echo "  citrix-guard setup"$/m, 'make install names it';
    like slurp("$top/ngx_citrix_guard/cli/setup/setup_ask.c"),
        qr/records it", s->earlier\.mode \? [^:]*: "on",\s+setup_mode/, 'the mode that is proposed: on';
    unlike $text{'README.md'}, qr/Begin with `citrix_guard detect`/,
        'README proposes the same';
};


subtest 'links' => sub {
    for my $page (@pages) {
        my $plain = $text{$page} =~ s/^```.*?^```$//msgr;
        my $dir = dirname("$top/$page");

        while ($plain =~ /\]\(([^)\s]+)\)/g) {
            my $link = $1;
            next if $link =~ m{^https://};
            my ($path, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
            my $file = $path eq '' ? "$top/$page" : "$dir/$path";
            ok -e $file, "$page: $link";
            next if !defined $anchor || !-f $file;
            ok scalar(grep { $_ eq $anchor } anchors(slurp($file))),
                '... and the heading';
        }
    }
};


# the headings as anchors of links
sub anchors {
    my ($page) = @_;
    $page =~ s/^```.*?^```$//msg;
    return map { lc(s/[^\w -]//gr) =~ tr/ /-/r } $page =~ /^#+ (.+)$/mg;
}


# what a reader is told to type: lines of code blocks, and inline code
sub commands {
    my ($page) = @_;
    my @fences = $page =~ /^```\w*\n(.*?)^```$/msg;
    my $plain = $page =~ s/^```.*?^```$//msgr;
    s/\\\n\s*/ /g for @fences;
    return map { s/\s+#\s.*//r =~ s/^\s*(?:\$ )?(?:sudo )?//r }
        map({ split /\n/ } @fences), $plain =~ /`([^`\n]+)`/g;
}


subtest 'targets of make' => sub {
    my $makefile = join '', map { slurp("$top/$_") }
        'Makefile', 't/programs.mk', 't/long/long.mk';
    my %target = map { $_ => 1 } `make -s -C '$top' help` =~ /^  make (\S+)/mg;
    ok scalar keys %target, 'make help lists targets';

    for my $page (@pages) {
        for my $command (grep {/^make [\w-]+/} commands($text{$page})) {
            my ($name, $rest) = $command =~ /^make ([\w-]+)(.*)/;
            ok $target{$name}, "$page: make $name";
            like $makefile, qr/\b$_\b/, "... $_=" for $rest =~ /\b([A-Z_]+)=/g;
        }
    }
};


subtest 'the command' => sub {
    my %help = map { $_ => citrix_guard([$_, '--help'])->{out} }
        citrix_guard(['--help'])->{out} =~ /^  (\w+)\b/mg;
    ok scalar keys %help, 'its help lists commands';

    for my $page (@pages) {
        for my $command (commands($text{$page})) {
            my ($name, $rest) = $command =~ /^citrix-guard ([a-z]+)\b(.*)/ or next;
            ok $help{$name}, "$page: citrix-guard $name" or next;
            like $help{$name}, qr/\Q$_\E\b/, "... $_"
                for $rest =~ /(?<!\S)(--[a-z-]+)/g;
        }
    }
};


# each name with one of the guard's prefixes exists in the sources or in the
# files for operators
subtest 'names' => sub {
    my $known = join "\n", values %source, map { slurp($_) } grep {-f}
        glob "$top/ngx_citrix_guard/{conf,conf/*,conf/*/*,debian}/*";
    my %name = map { $_ => 1 } $known =~ /\bcitrix_guard\w*/g;
    for my $page (@pages) {
        my @unknown = grep { !$name{$_} }
            map {/(?<![\w-])\$?(citrix_guard\w*)/g} commands($text{$page});
        is_deeply \@unknown, [], "$page: names of the guard";
    }
};


subtest 'the shape of the pages' => sub {
    my %lines = map { $_ => scalar(() = $text{$_} =~ /\n/g) } @pages;
    cmp_ok $lines{'README.md'}, '<=', 60, 'README.md: at most 60 lines';
    my %reference = map { ("docs/$_.md" => 1) } qw(directives cli);
    for my $page (grep { !$reference{$_} } @pages) {
        cmp_ok $lines{$page}, '<=', 300, "$page: at most 300 lines";
    }

    like $text{$_}, qr/\A# [^\n]+\n\n(?!```)[^\n|*#][^\n]*[.:?]\n/,
        "$_: begins with a sentence" for grep { !/\.nl\.md$/ } @pages;

    # a list of steps, of terms or of decisions needs no example
    like $text{$_}, qr/\A(?:.*\n){4,7}```/, "$_: ... and with an example"
        for grep { !m{^README|docs/(?:night|start\.nl|glossary|history)\.} }
            @pages;

    my %version = map { $_ => 1 }
        $text{CHANGES} =~ /^Changes with ngx_citrix_guard (\S+)$/mg;
    my @appeared = ($directives . $streams)
        =~ /^\| Appeared in: \| version (\S+) \|$/mg;
    ok scalar @appeared, 'directives say when they appeared';
    is_deeply [grep { !$version{$_} } @appeared], [], '... as in CHANGES';

    my %seen = ('README.md' => 1);
    my @left = keys %seen;
    while (defined(my $page = shift @left)) {
        my ($dir) = $page =~ m{^(.*/)?};
        for ($text{$page} =~ /\]\(([\w.\/-]+\.md)/g) {
            my $file = ($dir // '') . $_;
            push @left, $file if defined $text{$file} && !$seen{$file}++;
        }
    }
    is_deeply [grep { !$seen{$_} } @pages], [], 'README.md leads to every page';
};


# the example of the stream module, within a complete configuration
subtest 'the example of the stream module' => sub {
    plan skip_all => 'an nginx without stream'
        if !CitrixGuard::Nginx->has_stream;
    my ($example) = $streams =~ /^```text\n(map .*?)^```/ms;
    $example =~ s/^\s*ssl_certificate\w*\s.*\n//mg;
    $example =~ s/listen(\s+)443 ssl/listen${1}127.0.0.1:%%PORT1%%/g;
    my $nginx = CitrixGuard::Nginx->new(
        stream => "upstream adc { server 127.0.0.1:9; }\n$example",
        http => 'server { citrix_guard_http_name gateway; citrix_guard on; }');
    my ($status, $said) = $nginx->check;
    is $status, 0, 'nginx -t' or diag $said;
    unlike $said, qr/\[warn\]/, '... without a warning';
};


# the tables of docs/design.md list every source file, and nothing else
subtest 'the house' => sub {
    my ($tables) = $text{'docs/design.md'} =~ /^## The house\n(.*?)^## /ms;
    my %named = map {
        my $name = s/^_/ngx_http_citrix_guard_/r;
        $name =~ s/\.\[ch\]$// ? map { ("$name.$_" => 1) } qw(c h)
            : ($name => 1)
    } $tables =~ /`(\w+\.(?:c|h|\[ch\]))`/g;
    is_deeply [sort keys %named], [sort keys %source], 'exactly the files';

    my ($where) = $text{'docs/design.md'} =~ /^## Where is it\?\n(.*?)^## /ms;
    for my $question ('is it decided', 'do I add a directive',
                      'do I add a log format') {
        like $where, qr/^\| Where \Q$question\E\? \|/m, "$question?";
    }

    my $all = join '', values %source;
    for my $name ($where =~ /`(\w+)(?:\(\)|\[\])`/g) {
        like $all, qr/\b\Q$name\E\b/, "$name is there";
    }
    for my $path ($where =~ m{`((?:cguard|http|cli)/[\w/]+\.[ch])`}g) {
        next if $path =~ /NAME/;
        ok -e "$top/ngx_citrix_guard/$path", $path;
    }
};


# a path of the author's machine
for my $page (sort keys %text) {
    unlike $text{$page}, qr{(?<![\w.])/(?:work|root|tmp|home)/},
        "$page: no machine's path";
    unlike $text{$page}, qr/[ \t]$/m, '... no blanks at the end of a line';
}

is_deeply [grep { length > 76 } split /\n/, $text{CHANGES}], [],
    'CHANGES: no line above 76 characters';

done_testing;
