# Features of nginx newer than 1.26 that lead to an upstream: HTTP/2 with
# proxy_pass, connections kept by default, "sticky", "resolve", early hints.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived);
use CitrixGuard::Dns;
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $ATTACK = '/vpn/../vpns/portal/x.xml';

my $hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return if $request->{target} !~ m{^/hinted};
    return { raw => "${hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" };
});


sub since {
    my ($version, $name, $test) = @_;
    SKIP: {
        skip "$name: nginx $version has it, this is "
             . CitrixGuard::Nginx::version(), 1
            if !CitrixGuard::Nginx::at_least($version);
        subtest $name => $test;
    }
    return;
}


sub nginx {
    my ($http, %given) = @_;
    return CitrixGuard::Nginx->new(http => $http,
        ports => $given{ports} // 1,
        vars => { BE => $be->port, %{ $given{vars} // {} } });
}


# Refused at egress, between two clean ones over the same connection upstream.
sub between_clean_ones {
    my ($nginx, $client, $target) = @_;
    my @answers = map {
        $client->put(request($target, headers => ['X-Path', $_]));
        $client->get;
    } '/one', $ATTACK, '/two';
    is $answers[0]{status}, 200, 'clean: answered';
    refused $answers[1], 'attack: refused';
    is $answers[2]{status}, 200, 'clean: answered';
    my @got = $be->arrivals($nginx);
    is_deeply [map { $_->{target} } @got], ['/one', '/two'],
              'the clean ones are forwarded';
    one_event $nginx, { at => 'egress', reason => 'traversal' }, 'one event';
    return @got;
}


since '1.29.4', 'proxy_http_version 2: nginx -t' => sub {
    my %at = (
        'the location' => ['', '', 'proxy_http_version 2;'],
        'the server'   => ['', 'proxy_http_version 2;', ''],
        'http'         => ['proxy_http_version 2;', '', ''],
    );
    for my $place (sort keys %at) {
        my ($http, $server, $location) = @{ $at{$place} };
        for my $mode (qw(on detect)) {
            my ($status, $said) = nginx("$http server { "
                . "listen 127.0.0.1:%%PORT1%%; citrix_guard $mode; $server "
                . "location / { $location proxy_pass http://127.0.0.1; } }"
            )->check;
            like $said, qr/citrix_guard: .*"proxy_http_version 2"/,
                 "in $place, $mode: named";
            my $level = $mode eq 'on' ? 'emerg' : 'warn';
            like $said, qr/\[$level\] .*citrix_guard:/, '... as it should be';
            is !!$status, $mode eq 'on', '... refused in on alone';
        }
    }
    my ($status, $said) = nginx('proxy_http_version 2; server { '
        . 'listen 127.0.0.1:%%PORT1%%; citrix_guard on; location / { '
        . 'proxy_http_version 1.1; proxy_pass http://127.0.0.1; } '
        . 'location /o { citrix_guard off; proxy_pass http://192.0.2.1; } }'
    )->check;
    is $status, 0, 'overridden where requests are forwarded: accepted';
    unlike $said, qr/citrix_guard:/, '... without a message';
};


since '1.29.4', 'proxy_http_version 2: detect' => sub {
    my $nginx = nginx(<<"END", ports => 2)->start;
        upstream h2 { server 127.0.0.1:%%PORT2%%; }
        server {
            listen 127.0.0.1:%%PORT1%%;
            citrix_guard detect;
            proxy_http_version 2;
            location /      { proxy_pass http://h2; }
            location /made/ { rewrite ^ "/vpn/..;/vpns/" break;
                              proxy_pass http://h2; }
        }
        server { @{[ CitrixGuard::Http2::listen_lines(
                     '127.0.0.1:%%PORT2%%') ]}
                 merge_slashes off;
                 location / { proxy_pass http://127.0.0.1:%%BE%%; } }
END
    my $client = CitrixGuard::Raw->new($nginx->port);
    for my $target ('/clean', $ATTACK, '/again', '/made/') {
        $client->put(request($target));
        is $client->get->{status}, 200, "$target: answered";
        my $got = $target eq '/made/' ? '/vpn/..;/vpns/' : $target;
        is_deeply [$be->targets($nginx)], [$got], '... forwarded';
        if ($target =~ /vpn|made/) {
            one_event $nginx, { verb => 'detected', reason => 'traversal' },
                      '... and logged';
        } else {
            is_deeply [$nginx->events], [], '... no event';
        }
    }
};


since '1.29.7', 'upstream connections are kept without being asked to' => sub {
    my $nginx = nginx(<<'END')->start;
        upstream be { server 127.0.0.1:%%BE%%; }
        server {
            listen 127.0.0.1:%%PORT1%%;
            citrix_guard on;
            location / { proxy_pass http://be$http_x_path; }
        }
END
    my @got = between_clean_ones($nginx, CitrixGuard::Raw->new($nginx->port),
                                 '/');
    is $got[1]{conn}, $got[0]{conn}, 'by one connection';
};


since '1.29.6', 'sticky' => sub {
    my $nginx = nginx(<<'END')->start;
        upstream be { zone be 64k; sticky cookie route;
                      server 127.0.0.1:%%BE%%; server 127.0.0.1:1 down; }
        server {
            listen 127.0.0.1:%%PORT1%%;
            citrix_guard on;
            set $name be;
            location /      { proxy_pass http://be$http_x_path; }
            location /name/ { proxy_pass http://$name$http_x_path; }
        }
END
    for my $way ('/', '/name/') {
        between_clean_ones($nginx, CitrixGuard::Raw->new($nginx->port), $way);
        my $answer = get($nginx->port, $way, headers => ['X-Path', '/clean']);
        my $cookie = CitrixGuard::Raw::header($answer, 'Set-Cookie') // '';
        like $cookie, qr/^route=\w+/, 'clean: the cookie is set';
        $answer = get($nginx->port, $way, headers => [
            'X-Path', $ATTACK, 'Cookie', $cookie =~ s/;.*//r]);
        refused $answer, 'attack with the cookie: refused';
        is_deeply [$be->targets($nginx)], ['/clean'], '... and nothing sent';
        $nginx->events;
    }
};


since '1.27.3', 'resolve' => sub {
    my $dns = CitrixGuard::Dns->new;
    my $nginx = nginx(<<'END', vars => { DNS => $dns->port })->start;
        resolver 127.0.0.1:%%DNS%% ipv6=off;
        upstream be { zone be 64k;
                      server adc.example.test:%%BE%% resolve; }
        server {
            listen 127.0.0.1:%%PORT1%%;
            citrix_guard on;
            location / { proxy_pass http://be$http_x_path; }
        }
END
    # the worker resolves the name after it has started
    for (1 .. 50) {
        last if get($nginx->port, '/', headers => ['X-Path', '/up'])->{status}
                == 200;
        select undef, undef, undef, 0.1;
    }
    $be->take;
    between_clean_ones($nginx, CitrixGuard::Raw->new($nginx->port), '/');
    my ($status, $said) = $nginx->configure(http => <<'END')->check;
        resolver 127.0.0.1:%%DNS%% ipv6=off;
        upstream be { zone be 64k;
                      server adc.example.test:%%BE%% resolve; }
        server {
            listen 127.0.0.1:%%PORT1%%;
            citrix_guard on;
            location /     { proxy_pass http://be; }
            location /open { citrix_guard off; proxy_pass http://be; }
        }
END
    is $status, 0, 'nginx -t reads it';
    like $said, qr/location "\/open" .* is not guarded/,
         '... and names what is not guarded';
};


since '1.29.0', 'early hints' => sub {
    my $nginx = nginx(<<'END')->start;
        server {
            listen 127.0.0.1:%%PORT1%%;
            citrix_guard on;
            early_hints 1;
            location /      { proxy_pass http://127.0.0.1:%%BE%%; }
            location /made/ { proxy_pass
                                http://127.0.0.1:%%BE%%$http_x_path; }
        }
END
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put(request('/hinted'));
    is $client->get(interim => 1)->{status}, 103, 'clean: the hints';
    is $client->get->{status}, 200, '... and the answer';
    is_deeply [$be->targets($nginx)], ['/hinted'], '... forwarded';
    for my $attack (["/hinted$ATTACK"], ['/made/', "/hinted$ATTACK"]) {
        $client->put(request($attack->[0],
                             headers => ['X-Path', $attack->[1] // '-']));
        refused $client->get(interim => 1), 'attack: the refusal comes first';
        nothing_arrived $nginx, $be, '... and nothing arrived';
        one_event $nginx, { verb => 'blocked' }, '... one event';
    }
    $client->put(request('/hinted'));
    is $client->get(interim => 1)->{status}, 103, 'clean again: the hints';
};


CitrixGuard::Nginx::at_least('1.27.3')
    or pass 'this nginx has nothing of that';

done_testing;
