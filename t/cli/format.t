#!/usr/bin/perl

# citrix-guard scan --log-format=NAME --nginx-conf=FILE: finds the log_format
# as nginx does, and understands the lines that nginx writes in it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $json = JSON::PP->new->utf8;
my $dir = scratch();
mkdir "$dir/$_" for qw(conf.d more logs);

my $LINE = '192.0.2.1|/vpn/../vpns/|404' . "\n";


sub spewed { spew("$dir/$_[0]", $_[1]); return "$dir/$_[0]" }


sub scan {
    my ($name, $conf, $log) = @_;
    my $ran = citrix_guard(['scan', '--json', "--log-format=$name",
        defined $conf ? "--nginx-conf=$conf" : (), $log]);
    return ($ran, eval { $json->decode($ran->{out}) } // {});
}


# "FORMAT" stands for the format; scan then has to understand the line above
sub understood {
    my ($conf, $name, $line, $target) = @_;
    my ($ran, $is) = scan('x', spewed('nginx.conf', $conf),
                          spewed('log', $line // $LINE));
    my ($f) = @{ $is->{findings} // [] };
    is_deeply [@{ $f // {} }{qw(client target status)}],
        ['192.0.2.1', $target // '/vpn/../vpns/', 404], $name
        or diag $ran->{err};
    return;
}


my $FORMAT = q{log_format x '$remote_addr|$request_uri|$status';};

subtest 'as nginx writes configurations' => sub {
    understood($FORMAT, 'one text');
    understood("http {\n  $FORMAT\n}\n", 'in a block');
    understood(q<http { log_format x "$remote_addr|" '$request_uri'
        # a comment; with an end, and a brace }
        | "$status"; }>, 'several texts, a comment between them');
    understood(q{log_format x escape=none $remote_addr|${request_uri}|$status;},
               'escape, no quotes, braces');
    understood(q{log_format x escape=json '$remote_addr|$request_uri|$status';},
               'escape=json', '192.0.2.1|/vpn/\u002e./\u0076pns\/|404');
    understood(q{log_format x escape=json '$remote_addr|$request_uri|$status';},
               '... beyond ASCII', '192.0.2.1|/vpn/../vpns/\u00e9|404',
               '/vpn/../vpns/\xC3\xA9');
    understood(q{log_format y '$host'; log_format xx "$host"; } . $FORMAT,
               'after other formats');
    understood(q<map $a $b { "a;}{\"" 'it\'s'; ~\; "'"; } > . $FORMAT,
               'after hostile words');
    understood("http { server { location / { } } }\r\n\r\nhttp {\t$FORMAT }",
               'after blocks');
    understood("stream { log_format x '\$bytes_sent'; server { } }"
               . " http { $FORMAT }", 'stream has formats of its own');
    understood(qq{content_by_lua_block { x = {"it's"} } $FORMAT},
               'after a block of Lua');
};


subtest 'includes' => sub {
    spewed('conf.d/1.conf', "log_format other '\$host';\n");
    spewed('conf.d/2.conf', "include more/here;\n");
    spewed('more/here', $FORMAT);
    understood('http { include conf.d/*.conf; }', 'a pattern, one in another');
    understood("include $dir/more/he?e;", 'from the root');
    understood("include nothing/*.conf; $FORMAT", 'a pattern of nothing');
    understood("$FORMAT include nothing;", 'after a match nothing is read');

    my ($ran) = scan('x', spewed('nginx.conf', "\n\ninclude nothing;"),
                     "$dir/log");
    is $ran->{status}, 2, 'a file that is missing';
    is $ran->{err}, "citrix-guard: $dir/nothing: No such file or directory\n",
        '... with a message';
    ($ran) = scan('x', spewed('circle', 'include circle;'), "$dir/log");
    like $ran->{err}, qr/circle: includes are nested too deeply$/, 'a circle';
    is(() = $ran->{err} =~ /\n/g, 1, '... one line');
};


subtest 'errors' => sub {
    my @all = (
        ["log_format a '\$request'; log_format b '\$request';",
         qr/--log-format=x: \S+ has no such log_format; it has combined, a, b$/],
        ["log_format \e[1m 'a';", qr/has combined, \\x1B\[1m$/],
        ["\nlog_format x 'a", qr/nginx.conf:2: the end of a quoted text is/],
        ["log_format\n x\n", qr/nginx.conf:3: its end is missing/],
        ['log_format x;', qr/nginx.conf:1: log_format takes a name and a text/],
        ["log_format a '1\n2';\nlog_format x;", qr/nginx.conf:3: log_format/],
        ['include;', qr/nginx.conf:1: include takes one file/],
        ["x_by_lua_block { {", qr/nginx.conf:1: the end of a block is missing/],
        ["log_format x 'a';", qr/it contains neither the request/],
        ['{' x 33, qr/blocks are nested too deeply/],
        ['a ' x 600, qr/too many words/],
        ["\0" x 600, qr/its end is missing/],
        ['', qr/it has combined$/],
    );
    for (@all) {
        my ($conf, $message) = @$_;
        my ($ran) = scan('x', spewed('nginx.conf', $conf), "$dir/log");
        is $ran->{status}, 2, substr $conf, 0, 30;
        like $ran->{err}, $message, '... message';
        is(() = $ran->{err} =~ /\n/g, 1, '... one line');
    }

    my ($ran) = scan('x', "$dir/nowhere", "$dir/log");
    like $ran->{err}, qr/nowhere: No such file/, 'no configuration';
    ($ran) = scan('x', $dir, "$dir/log");
    like $ran->{err}, qr/Is a directory/, 'a folder';
    ($ran) = scan('x', spewed('large', ' ' x (16 * 1024 * 1024)), "$dir/log");
    like $ran->{err}, qr/longer than 16 MiB/, 'a large one';
    ($ran) = scan('main', undef, "$dir/log");
    like $ran->{err}, qr/for a name, --nginx-conf says where/, 'a name alone';
    $ran = citrix_guard(['scan', '--nginx-conf=x', "$dir/log"]);
    like $ran->{err}, qr/--nginx-conf needs --log-format=NAME/, 'no name';
    $ran = citrix_guard(['scan', ('--log-format=combined') x 2, "$dir/log"]);
    like $ran->{err}, qr/given twice/, 'two names';
};


# Each way to log a request: a real nginx writes it, scan reads it by name.
my %FORMATS = (
    plain   => q{'$remote_addr [$time_local] "$request" $status'},
    parts   => q{'$remote_addr $msec $status $request_method '
                 '"$scheme://$host$request_uri" $body_bytes_sent'},
    joined  => q{'$remote_addr <$request_uri$is_args> $status $time_iso8601'},
    quoted  => q{escape=json '$time_iso8601 $remote_addr "$request" $status'},
    bytes   => q{escape=none '$remote_addr|$status|$time_iso8601|$request_uri'},
    object  => q{escape=json '{"when":"$time_iso8601","who":"$remote_addr",'
                 '"http":{"what":"$request_uri","code":$status},'
                 '"agent":"$http_user_agent"}'},
    braces  => q{'{$remote_addr} [$time_local] "$request" $status'},
    event   => q{escape=none '$citrix_guard_event'},
);

subtest 'a real nginx writes' => sub {
    my $be = CitrixGuard::Recorder->new;
    my $nginx = CitrixGuard::Nginx->new(vars => { BE => $be->port },
        http => join "\n",
            (map {"log_format $_ $FORMATS{$_};"} sort keys %FORMATS),
            'include %%DIR%%/formats/*.conf;',
            'server { listen 127.0.0.1:%%PORT1%%; citrix_guard detect;',
            (map {"access_log %%DIR%%/$_.log $_;"}
                (sort keys %FORMATS), qw(citrix_guard_ecs citrix_gateway)),
            'location / { proxy_pass http://127.0.0.1:%%BE%%; } }');
    # the shipped formats
    my $conf = "$FindBin::Bin/../../ngx_citrix_guard/conf";
    mkdir $nginx->dir . '/formats';
    spew($nginx->dir . '/formats/1.conf', slurp("$conf/event-formats.conf"));
    my ($gateway) = slurp("$conf/gateway/http.conf") =~ /^(log_format .*?;)$/ms;
    spew($nginx->dir . '/formats/2.conf', $gateway);
    $nginx->start;

    get($nginx->port, $_, headers => ['User-Agent', 'a"} b'])
        for '/vpn/../vpns/portal/a.xml', "/vpn/\xc0\xae./vpns/\"\\|";
    $nginx->settle;

    for my $name (sort(keys %FORMATS), qw(citrix_guard_ecs citrix_gateway)) {
        my ($ran, $is) = scan($name, $nginx->dir . '/conf/nginx.conf',
                              $nginx->dir . "/$name.log");
        is_deeply [map {"$_->{outcome} $_->{client} $_->{status} $_->{target}"}
                   @{ $is->{findings} }],
            ['exploit-suspected 127.0.0.1 200 /vpn/../vpns/portal/a.xml',
             'scan-success 127.0.0.1 200 /vpn/\xC0\xAE./vpns/\x22\x5C|'],
            $name or diag $ran->{err}, slurp($nginx->dir . "/$name.log");
        like $is->{findings}[0]{time} // '', qr/^20.*Z$/, '... and when';
        is $is->{files}[0]{damaged}, 0, '... every line';
    }
    my ($ran, $is) = scan('combined', undef, spewed('combined.log',
        '127.0.0.1 - - [11/Jan/2020:10:00:00 +0000] "GET / HTTP/1.1" 200 5 '
        . qq{"-" "-"\n}));
    is $ran->{status}, 0, 'combined needs no configuration'
        or diag $ran->{err};
    is $is->{requests}, 1, '... and is read';
};

# the table of docs/cli.md, "Names", and the one of the source
subtest 'names of fields' => sub {
    my $top = "$FindBin::Bin/../..";
    my ($table) = slurp("$top/ngx_citrix_guard/cli/formats/scan_names.c")
        =~ /scan_names\[\] = \{(.*?)^\};/ms;
    my %source;
    push @{ $source{$2} }, $1
        while $table =~ /\{ "([^"]+)", (SCAN_F_\w+), \d+ \}/g;

    my ($section) = slurp("$top/docs/cli.md") =~ /^### Names\n(.*?)^### /ms;
    my @rows = map { [/`([^`]+)`/g] }
        grep { !/^\| meaning/ } $section =~ /^\| .*$/mg;
    cmp_ok scalar @rows, '>', 8, 'the table is there';
    is_deeply [sort map { join ' ', sort @$_ } @rows],
        [sort map { join ' ', sort @$_ } values %source], 'they agree';
};


done_testing;
