# Contexts, inheritance, duplicates and bad values of every directive, and the
# values of the variables.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(get);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

my $checked = CitrixGuard::Nginx->new(vars => { BE => $be->port });

# directive: [good values], [bad values], what a message names as right
my %DIRECTIVE = (
    citrix_guard           => [[qw(on detect off)],
                               [qw(ON yes 1 true block "" detect-only)],
                               qr/\bon\b.*\bdetect\b.*\boff\b/],
    citrix_guard_sslvpn    => [[qw(on off)], [qw(yes detect 0 "" On1)],
                               qr/\bon\b.*\boff\b/],
    citrix_guard_traversal => [[qw(vpns any)],
                               [qw(on off vpn all "" vpns+any)],
                               qr/\bvpns\b.*\bany\b/],
    citrix_guard_status    => [[qw(400 403 404 429 444 499 500 503 599)],
                               [qw(0 200 302 399 600 1000 0403 -403 403x x 0x193
                                   "" 40 4.3 4294967699 18446744073709552019)],
                               qr/400.*599/],
    citrix_guard_log_level => [[qw(info notice warn error)],
                               [qw(debug crit alert emerg warning ERR "")],
                               qr/info.*notice.*warn.*error/],
);


sub check {
    my ($main, $http, $server, $location) = @_;
    $checked->configure(main => $main, http => "$http\nserver { listen "
        . "127.0.0.1:%%PORT1%%; $server\nlocation / { $location\n"
        . "proxy_pass http://127.0.0.1:%%BE%%; } }");
    return $checked->check;
}


sub accepted {
    my ($name, @config) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, $out) = check(@config);
    is $status, 0, "$name is accepted" or diag $out;
    return $out;
}


sub rejected {
    my ($name, $message, @config) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($status, $out) = check(@config);
    isnt $status, 0, "$name is rejected";
    my ($line) = $out =~ /(.*\[emerg\].*)/;
    like $line // $out, $message, '... and the message says why';
    return $line;
}


for my $name (sort keys %DIRECTIVE) {
    my ($good, $bad, $right) = @{ $DIRECTIVE{$name} };
    subtest $name => sub {
        for my $value (@$good) {
            accepted("$name $value in http", '', "$name $value;", '', '');
            accepted("$name $value in server", '', '', "$name $value;", '');
            accepted("$name $value in location", '', '', '', "$name $value;");
        }
        for my $value (@$bad) {
            my $line = rejected("$name $value", qr/$name/, '', '', '',
                                "$name $value;");
            (my $bare = $value) =~ s/"//g;
            like $line, qr/"\Q$bare\E"/, '... names the value';
            like $line, $right, '... and what would be right';
            like $line, qr/nginx\.conf:\d+$/, '... and the place';
        }
        rejected("$name without a value", qr/number of arguments.*"$name"/,
                 '', '', '', "$name;");
        rejected("$name with two values", qr/number of arguments.*"$name"/,
                 '', '', '', "$name @$good[0, 1];");
        for my $n (1 .. 3) {
            my @config = ('', '', '', '');
            $config[$n] = "$name $good->[0]; $name $good->[1];";
            rejected("$name twice", qr/"$name" directive is duplicate/,
                     @config);
            $config[$n] = "$name $good->[0]; $name $good->[0];";
            rejected("$name twice alike", qr/"$name" directive is duplicate/,
                     @config);
        }
        my $here = qr/"$name" directive is not allowed here/;
        rejected("$name in main", $here, "$name $good->[0];", '', '', '');
        rejected("$name in upstream", $here, '', "upstream u { "
            . "$name $good->[0]; server 127.0.0.1; }", '', '');
        rejected("$name in if", $here, '', '', '',
                 "if (\$arg_a) { $name $good->[0]; }");
        rejected("$name in if, server", $here, '', '',
                 "if (\$arg_a) { $name $good->[0]; }", '');
        rejected("$name in limit_except", $here, '', '', '',
                 "limit_except GET { $name $good->[0]; }");
        accepted("$name once a level", '', "$name $good->[0];",
                 "$name $good->[1];", "$name $good->[-1];");
    };
}


# ---- how the levels are merged, seen from outside ----

my $running = CitrixGuard::Nginx->new(vars => { BE => $be->port });

sub run_with {
    my ($http) = @_;
    $running->configure(http => $http);
    return $running->pid ? $running->reload : $running->start;
}


sub running {
    my ($http, $server, $location) = @_;
    return run_with(<<"END");
    log_format v escape=none '\$citrix_guard_verdict|\$citrix_guard_reason|'
                             '\$citrix_guard_reading|\$status';
    access_log %%DIR%%/v.log v;
    $http
    server {
        listen 127.0.0.1:%%PORT1%%;
        $server
        location /      { proxy_pass http://127.0.0.1:%%BE%%; }
        location /in/   { $location proxy_pass http://127.0.0.1:%%BE%%;
            location /in/in/ { proxy_pass http://127.0.0.1:%%BE%%; } }
    }
END
}


# What the guard does with an attack at a place.
sub done_at {
    my ($place, @host) = @_;
    $running->events;
    my $answer = get($running->port, "$place..;/vpns/a", @host);
    my @lines = $running->events;
    my $event = parse_event($lines[-1]);
    my $mark = CitrixGuard::Raw::header($answer, 'X-Citrix-Guard') // '';
    return "$answer->{status} $mark" . ($event ? " $event->{level}" : '')
        if $mark;
    return $event ? $event->{verb} : 'off';
}


subtest 'merging of citrix_guard' => sub {
    my @values = ('', qw(on detect off));
    my %done = ('' => 'off', on => '403 blocked warn', detect => 'detected',
                off => 'off');
    my $set = sub { return $_[0] ? "citrix_guard $_[0];" : '' };
    my $pass = 'proxy_pass http://127.0.0.1:%%BE%%;';
    for my $http (@values) {
        run_with($set->($http) . join '', map {
            my $server = $_;
            "server { listen 127.0.0.1:%%PORT1%%; server_name s$server;\n"
            . $set->($server) . join('', map {
                "location /l$_/ { $pass " . $set->($_)
                . " location /l$_/in/ { $pass } }\n"
            } @values) . "location / { $pass } }\n"
        } @values);
        for my $server (@values) {
            my @host = (no_host => 1, headers => [Host => "s$server"]);
            my $outer = $server || $http;
            my $name = join ' > ', map { $_ || '-' } $http, $server;
            is done_at('/', @host), $done{$outer}, "$name";
            for my $location (@values) {
                my $inner = $done{ $location || $outer };
                my $in = "$name > " . ($location || '-');
                is done_at("/l$location/", @host), $inner, $in;
                is done_at("/l$location/in/", @host), $inner,
                   "$in > a location in it";
            }
        }
    }
};


subtest 'merging of status and log level' => sub {
    running('citrix_guard on; citrix_guard_status 404;'
          . 'citrix_guard_log_level error;', '', '');
    is done_at('/in/in/'), '404 blocked error', 'from http';
    running('citrix_guard on; citrix_guard_status 404;'
          . 'citrix_guard_log_level error;',
            'citrix_guard_status 410; citrix_guard_log_level notice;', '');
    is done_at('/in/in/'), '410 blocked notice', 'from server';
    running('citrix_guard on; citrix_guard_status 404;',
            'citrix_guard_status 410; citrix_guard_log_level notice;',
            'citrix_guard_status 403; citrix_guard_log_level info;');
    is done_at('/'), '410 blocked notice', 'server';
    is done_at('/in/'), '403 blocked info', 'location: the default, explicit';
};


subtest 'merging of sslvpn and traversal' => sub {
    my $ask = sub { return get($running->port, $_[0])->{status} };
    my $off = 'citrix_guard_sslvpn off;';
    my $any = 'citrix_guard_traversal any;';
    running('citrix_guard on;', '', '');
    is $ask->('/in/vpns/'), 200, 'sslvpn defaults to on';
    is $ask->('/in/..;/x'), 200, 'traversal defaults to vpns';
    running("citrix_guard on; $off $any", '', '');
    is $ask->('/in/vpns/'), 403, 'sslvpn off from http';
    is $ask->('/in/..;/x'), 403, 'traversal any from http';
    running("citrix_guard on; $off $any", '',
            'citrix_guard_sslvpn on; citrix_guard_traversal vpns;');
    is $ask->('/vpns/'), 403, 'sslvpn off, server';
    is $ask->('/..;/x'), 403, 'traversal any, server';
    is $ask->('/in/vpns/'), 200, 'sslvpn on, location';
    is $ask->('/in/..;/x'), 200, 'traversal vpns, location';
    running("citrix_guard on; $any", '', '');
    is $ask->('/in/..;/x'), 403, 'only traversal any';
    running('citrix_guard on;', $off, $any);
    is $ask->('/..;/x'), 200, 'only sslvpn, server';
    is $ask->('/in/..;/x'), 403, 'both, location';
    is $ask->('/in/vpns/'), 403, 'both, location';
};


subtest 'variables' => sub {
    running('', 'citrix_guard on;', 'citrix_guard detect;');
    my $line = sub {
        my ($target, @headers) = @_;
        my $from = length $running->access_log('v.log');
        get($running->port, $target, headers => \@headers);
        my $new = substr $running->access_log('v.log'), $from;
        chomp $new;
        return $new;
    };
    is $line->('/clean'), 'pass|||200', 'a clean request';
    is $line->('/vpn/%2e%2E/vPns/a'),
       'blocked|traversal|/vpn/../vPns/a|403', 'a blocked one';
    is $line->('/a?b=/../vpns/'), 'blocked|query|/a?b=/../vpns/|403',
       'a blocked query';
    is $line->('/in/..;/vpns/%22%5c%ffb'),
       'detected|traversal|/in/../vpns/\x22/\xFFb|200',
       'a detected one, escaped';
    is $line->('/in/', 'NSC-USER', '../x'), 'detected|header|../x|200',
       'a header';
    is $line->('/in/../../vpns/'), 'blocked|traversal|/in/../../vpns/|400',
       'a 400 of nginx';
    is $line->('/%zz'), 'pass|||400', 'a clean 400 of nginx';
    my $long = $line->('/in/..;/vpns/' . 'a' x 3000);
    my (undef, undef, $reading) = split /\|/, $long;
    is length $reading, 512, 'the reading is cut to 512 bytes';
    running('', '', '');
    is $line->('/in/..;/vpns/'), '|||200', 'empty where the guard is off';
};


subtest 'variables elsewhere' => sub {
    my $out = accepted('in map, if and add_header', '', <<'END', <<'END', '');
    map $citrix_guard_verdict $loud { default 0; blocked 1; detected 1; }
    log_format v '$loud';
    access_log %%DIR%%/loud.log v if=$loud;
END
    citrix_guard on;
    add_header X-Verdict $citrix_guard_verdict always;
END
    rejected('an unknown variable', qr/unknown "citrix_guard_verdictx"/, '',
             "log_format w '\$citrix_guard_verdictx';", '', '');
};

done_testing;
