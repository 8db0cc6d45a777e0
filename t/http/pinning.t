# citrix_guard_pinning: a login that is bound to a connection, such as NTLM,
# stays with the client that has logged in, as long as that client is
# connected, and is never used by another one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request refused nothing_arrived);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(wait_until);

# A challenge is good on its own connection only, and so is the login.
sub ntlm {
    my ($request) = @_;
    my $is = $request->{memory};
    my ($auth) = $request->{head} =~ /^Authorization: NTLM (.*)\r$/mi;
    my $challenge = "challenge-$request->{conn}";
    $is->{user} = $1 if ($auth // '') =~ /^(\S+) \Q$challenge\E$/
                        && $is->{challenged};
    $is->{challenged} = 1 if ($auth // '') eq 'hello';
    return { raw => '', close => 1 } if $request->{target} =~ /silent/;
    return { raw => '' } if $request->{target} =~ /hang/;
    # the one kind of answer after which auth_request leaves a sound connection
    return { status => 204, body => '' } if $request->{target} =~ /empty/;
    return { body => $request->{open} } if $request->{target} =~ /count/;
    return { status => 401, headers => ['WWW-Authenticate',
        'NTLM' . (($auth // '') eq 'hello' ? " $challenge" : '')] }
        if !$is->{user};
    # says so, and does not do it
    return { body => $is->{user}, headers => [Connection => 'close'] }
        if $request->{target} =~ /parting/;
    return { body => $is->{user}, close => scalar $request->{target} =~ /bye/ };
}

my $be = CitrixGuard::Recorder->new(answer => \&ntlm);
my $second = CitrixGuard::Recorder->new(answer => \&ntlm);

my $H2 = CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT2%%');

my $nginx = CitrixGuard::Nginx->new(
    ports => 3, vars => { BE => $be->port, SECOND => $second->port },
    http => (<<'END' =~ s{%%H2%%}{$H2}r))->start;
    log_format upstream '$request_uri $upstream_addr';
    access_log %%DIR%%/upstream.log upstream;
    upstream be     { server 127.0.0.1:%%BE%%; }
    upstream kept   { server 127.0.0.1:%%BE%%; keepalive 8; }
    upstream two    { server 127.0.0.1:%%BE%%; server 127.0.0.1:%%SECOND%%; }
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    citrix_guard on;
    citrix_guard_pinning on;
    server {
        listen 127.0.0.1:%%PORT1%%;
        set $name be;
        location /one/      { proxy_pass http://be; }
        location /other/    { proxy_pass http://be; }
        location /address/  { proxy_pass http://127.0.0.1:%%BE%%; }
        location /name/     { proxy_pass http://$name; }
        location /made/     { proxy_pass http://$name$http_x_path; }
        location /two/      { proxy_pass http://two; }
        location /kept/     { proxy_pass http://kept; }
        location /loose/    { citrix_guard_pinning off;
                              proxy_pass http://kept; }
        location /never/    { citrix_guard_pinning off;
                              proxy_pass http://be; }
        location /1.0/      { proxy_http_version 1.0; proxy_pass http://be; }
        location /asks/     { auth_request /one/asked; proxy_pass http://be; }
        location /asks-kept/ { auth_request /kept/empty;
                              proxy_pass http://be; }
        location /mirrors/  { mirror /one/mirrored; proxy_pass http://be; }
    }
    server {
        %%H2%%
        location / { proxy_pass http://be; }
    }
    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard off;
        location / { proxy_pass http://be; }
    }
END


sub client { return CitrixGuard::Raw->new($nginx->port($_[0] // 1)) }


# One request over a client's connection: "status body".
sub ask {
    my ($client, $target, %given) = @_;
    $client->put(request($target, %given));
    my $answer = $client->get(%given) or return 'closed';
    return "$answer->{status} $answer->{body}";
}


# The two steps of a login; the challenge is that of the connection.
sub login {
    my ($client, $target, $user) = @_;
    $client->put(request($target, headers => [Authorization => 'NTLM hello']));
    my $answer = $client->get;
    my ($challenge) = (CitrixGuard::Raw::header($answer, 'WWW-Authenticate')
                       // '') =~ /^NTLM (\S+)$/ or return 'no challenge';
    return ask($client, $target,
               headers => [Authorization => "NTLM $user $challenge"]);
}


# The connections on which requests came to the upstream, since the last look.
sub used {
    my %seen;
    return [grep { !$seen{$_}++ } map { $_->{conn} } $be->arrivals($nginx)];
}


my $NOBODY = "401 recorded\n";

for my $way (qw(one address name two kept)) {
    subtest "a login: $way" => sub {
        my $client = client();
        is ask($client, "/$way/a"), $NOBODY, 'not logged in';
        is login($client, "/$way/a", 'anna'), '200 anna', 'logged in';
        is ask($client, "/$way/$_"), '200 anna', '... and stays so' for 1 .. 5;
        is ask($client, "/$way/a", method => 'POST', body => 'b' x 100_000),
            '200 anna', '... with a body';
        my @lines = split /\n/, $nginx->access_log('upstream.log');
        like $lines[-1], qr{^/$way/a 127\.0\.0\.1:\d+$}, 'the address is logged';
        is ask(client(), "/$way/a"), $NOBODY, 'another client is not';
        is ask($client, "/$way/a"), '200 anna', '... and the first one is';
    };
}

used();
$second->take;


subtest 'without it there is no login' => sub {
    # since 1.29.7 nginx keeps connections to upstreams by default
    is login(client(), '/never/a', 'anna'),
        CitrixGuard::Nginx::at_least('1.29.7') ? '200 anna' : $NOBODY,
        'only what nginx does by itself';
    is login(client(), '/1.0/a', 'anna'), $NOBODY,
        'nor where the upstream is told to close';
    used();
};


subtest 'many clients at once' => sub {
    my @clients = map { client() } 1 .. 20;
    my @how = map { login($clients[$_], '/one/a', "user$_") } 0 .. $#clients;
    is_deeply \@how, [map {"200 user$_"} 0 .. $#clients], 'all have logged in';
    is scalar @{ used() }, 20, 'a connection each';
    for my $round (1 .. 3) {
        my @order = sort { ($a * 7 + $round) % 20 <=> ($b * 7 + $round) % 20 }
                    0 .. $#clients;
        is_deeply [map { ask($clients[$_], '/one/a') } @order],
                  [map {"200 user$_"} @order], 'each is who it is';
    }
    is scalar @{ used() }, 20, '... by the same connections';
};


# How many connections the upstream has, with that of the question.
sub count {
    my ($client) = @_;
    return ask($client, '/never/count') =~ s/^200 //r;
}


subtest 'the client disconnects' => sub {
    my $observer = client();
    ok wait_until(sub { count($observer) == 1 }), 'of all before none is left';
    my @clients = map { client() } 1 .. 5;
    login($_, '/one/a', 'anna') for @clients;
    is count($observer), 6, 'five more connections';
    undef @clients;
    ok wait_until(sub { count($observer) == 1 }), 'they go with their clients';
    used();
};


subtest 'the cache of keepalive' => sub {
    my $client = client();
    is login($client, '/loose/a', 'loose'), '200 loose', 'in the cache';
    is ask(client(), '/loose/a'), '200 loose', '... is anybody\'s';
    is ask(client(), '/kept/a'), $NOBODY, 'but no pinned client\'s';
    is login($client, '/kept/a', 'anna'), '200 anna', 'one who is pinned';
    is ask(client(), '/loose/a'), $NOBODY, '... is not in the cache';
    undef $client;
    is ask(client(), '/loose/a'), $NOBODY, '... nor after the client has left';
    used();
    ask(client(), '/asks-kept/a');
    my ($asked) = @{ used() };
    ask(client(), '/loose/a');
    isnt used()->[0], $asked, 'a subrequest leaves nothing there';
};


subtest 'subrequests' => sub {
    my $client = client();
    is login($client, '/one/a', 'anna'), '200 anna', 'logged in';
    like ask($client, '/asks/a'), qr/^401 /, 'auth_request is nobody';
    is ask($client, '/mirrors/a'), $NOBODY, 'a mirror';
    my %by = map { $_->{target} => $_->{conn} } $be->arrivals($nginx);
    isnt $by{$_}, $by{'/one/a'}, "$_: a connection of its own"
        for '/one/asked', '/one/mirrored';
    is ask($client, '/one/a'), '200 anna', 'the login is still there';
    used();
};


subtest 'locations' => sub {
    my $client = client();
    is login($client, '/one/a', 'anna'), '200 anna', 'logged in here';
    is ask($client, '/other/a'), $NOBODY, '... is not there';
    is login($client, '/other/a', 'anna'), '200 anna', 'logged in there';
    is ask($client, '/one/a'), '200 anna', '... both stay';
    is ask($client, '/other/a'), '200 anna', '... for each';
    is scalar @{ used() }, 2, 'two connections';
};


subtest 'the upstream closes' => sub {
    my $client = client();
    is login($client, '/one/a', 'anna'), '200 anna', 'logged in';
    is ask($client, '/one/bye'), '200 anna', 'the last answer';
    $be->take;
    $nginx->settle;
    is ask($client, '/one/a', method => 'POST', body => 'x'), $NOBODY,
        'a new connection, and asked again';
    is login($client, '/one/a', 'anna'), '200 anna', 'logged in again';
    is ask($client, '/one/parting'), '200 anna', 'an answer that says "close"';
    is ask($client, '/one/a'), $NOBODY, '... is the last one';
    like ask($client, '/one/silent'), qr/^502 /, 'an answer that never comes';
    is ask($client, '/one/a'), $NOBODY, '... the connection is not used again';
    used();
};


subtest 'the guard judges what leaves' => sub {
    my $client = client();
    login($client, '/made/a', 'anna');
    used();
    for my $way (['/vpn/../vpns/a'], ['/made/a', 'X-Path' => '/vpn/../vpns/']) {
        my ($target, @headers) = @$way;
        $client->put(request($target, headers => \@headers));
        refused $client->get, $target;
        nothing_arrived $nginx, $be, '... nothing has left';
    }
    is ask($client, '/made/a'), '200 anna', 'a clean one leaves';
    $nginx->events;
    used();
};


subtest 'where no guard is on' => sub {
    my $client = client(3);
    is login($client, '/a', 'anna'), '200 anna', 'logged in';
    is ask($client, '/vpn/../vpns/'), '200 anna', '... and stays so';
    used();
};


subtest 'HTTP/2' => sub {
    plan skip_all => 'nginx -V: no --with-http_v2_module'
        if CitrixGuard::Nginx::built() !~ /--with-http_v2_module/;
    my $client = CitrixGuard::Http2->new($nginx->port(2));
    my $go = sub {
        my ($auth) = @_;
        my $answer = $client->ask(path => '/a',
            headers => [$auth ? (authorization => "NTLM $auth") : ()]);
        my ($value) = map { $_->[1] }
            grep { $_->[0] eq 'www-authenticate' } @{ $answer->{headers} };
        return ("$answer->{status} $answer->{body}", $value // '');
    };
    my (undef, $challenge) = $go->('hello');
    my ($said) = $go->('anna ' . $challenge =~ s/^NTLM //r);
    is $said, '200 anna', 'logged in';
    is +($go->())[0], '200 anna', '... and stays so' for 1 .. 3;
    is scalar @{ used() }, 1, 'one after the other: one connection';

    $client->request(path => "/hang/$_") for 1 .. 3;
    is +($go->())[0], $NOBODY, 'while others are at work: a new one';
    my %by = map { $_->{conn} => 1 } $be->arrivals($nginx);
    is scalar keys %by, 4, '... for each';
    my $other = CitrixGuard::Http2->new($nginx->port(2));
    is $other->ask(path => '/a')->{status}, 401, 'another client';
    ok !$by{ used()->[0] }, '... has none of them';
};


subtest 'reload' => sub {
    my ($client, $half) = (client(), client());
    is login($_, '/one/a', 'anna'), '200 anna', 'logged in'
        for $client, $half;
    $half->put('GET /one/half HT');
    $nginx->settle;
    ok $nginx->reload, 'reload';
    $half->put("TP/1.1\r\nHost: gateway.example.test\r\n\r\n");
    is $half->get->{body}, 'anna', 'a request that had begun has its login';
    ok $half->closed, '... and the worker closes it';
    ok $client->closed, 'an idle client is closed';
    is login(client(), '/one/a', 'berta'), '200 berta', '... and logs in again';
    used();
};


subtest 'nginx -t' => sub {
    my ($status, $said) = CitrixGuard::Nginx->new(
        http => 'citrix_guard_pinning yes;')->check;
    is $status, 1, 'refused';
    like $said, qr/\[emerg\]\ .*value\ "yes"\ in\ "citrix_guard_pinning"
        \ directive,\ it\ must\ be\ "on"\ or\ "off"/x, '... with the reason';
};

done_testing;
