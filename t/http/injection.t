# A line feed that a client injects into the head through a variable never
# begins a header field, a body or a request.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::SSL;
use MIME::Base64 qw(encode_base64);
use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived
                          printable);
use CitrixGuard::Event qw(unescape_field);
use CitrixGuard::Http2;
use CitrixGuard::Http3;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch);

my $be = CitrixGuard::Recorder->new;
my $dir = scratch();
my ($cert, $key) = ("$dir/cert.pem", "$dir/key.pem");
system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=gw"
     . " -keyout $key -out $cert 2>/dev/null") == 0 or die 'openssl';

my $NO_H3 = CitrixGuard::Http3::missing();
my $H3 = $NO_H3 ? 'listen 127.0.0.1:%%PORT6%%;'
       : CitrixGuard::Http3::listen_lines('127.0.0.1:%%PORT6%%');
my $H2 = CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT2%%');

# each way that a value comes into the head
my $PLACES = <<'END';
    location /user/     { proxy_set_header X-Remote-User $remote_user;
                          proxy_pass http://be; }
    location /host/     { proxy_set_header Host $remote_user;
                          proxy_pass http://be; }
    location /braces/   { proxy_set_header X-User "u-${remote_user}-";
                          proxy_pass http://be; }
    location /map/      { proxy_set_header X-User $mapped;
                          proxy_pass http://be; }
    location /capture/  { proxy_set_header X-User $captured;
                          proxy_pass http://be; }
    location /set/      { set $own "a$remote_user";
                          proxy_set_header X-User $own;
                          proxy_pass http://be; }
    location /shadow/   { set $http_shadow $remote_user;
                          proxy_set_header X-User $http_shadow;
                          proxy_pass http://be; }
    location /method/   { proxy_method $remote_user; proxy_pass http://be; }
    location /path/     { proxy_pass http://be/z/$remote_user/; }
    location /literal/  { proxy_pass http://$literal/z/$remote_user/; }
    location /args/     { proxy_pass http://be/z?u=$remote_user; }
    location /set-args/ { set $args u=$remote_user; proxy_pass http://be; }
    location /kept/     { proxy_http_version 1.1;
                          proxy_set_header Connection "";
                          proxy_set_header X-User $remote_user;
                          proxy_pass http://kept; }
    location /cached/   { proxy_cache cache; proxy_cache_valid 1m;
                          proxy_cache_key $request_id;
                          proxy_set_header X-User $remote_user;
                          proxy_pass http://be; }
    location /set-body/ { proxy_set_header X-User $remote_user;
                          proxy_set_body "<$request_body>";
                          proxy_pass http://be; }
    location /no-body/  { proxy_pass_request_body off;
                          proxy_set_header Content-Length "";
                          proxy_set_header X-User $remote_user;
                          proxy_pass http://be; }
    location /streamed/ { proxy_request_buffering off;
                          proxy_http_version 1.1;
                          proxy_set_header X-User $remote_user;
                          proxy_pass http://be; }
    location /if/       { set $yes 1;
                          if ($yes) { proxy_pass http://be; }
                          proxy_set_header X-User $remote_user; }
    location /inherited { proxy_set_header X-User $remote_user;
                          location /inherited/ { proxy_pass http://be; } }
    location /sub/      { mirror /mirrored; proxy_pass http://be/main; }
    location = /mirrored { internal; proxy_set_header X-User $remote_user;
                          proxy_pass http://be/mirrored; }
    location /named/    { try_files /none @named; }
    location @named     { proxy_set_header X-User $remote_user;
                          proxy_pass http://be; }
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 6, vars => { BE => $be->port }, http => <<"END")->start;
    proxy_cache_path %%DIR%%/cache keys_zone=cache:1m;
    upstream be   { server 127.0.0.1:%%BE%%; }
    upstream kept { server 127.0.0.1:%%BE%%; keepalive 4; }
    map \$remote_user \$mapped { default "m\$remote_user"; }
    map \$remote_user \$captured { "~^(?<rest>[^A-Z]*)" \$rest; default x; }
    # a match here replaces what \$1 means, when the head has been written
    map \$remote_addr \$bound { ~^127 127.0.0.2; default off; }
    map \$http_upgrade \$gateway_upgrade { default ""; websocket websocket; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             set \$literal 127.0.0.1:%%BE%%;
             $PLACES
             location /body/ { proxy_set_header X-Body \$request_body;
                               proxy_pass http://be; }
             location /uri/  { citrix_guard_exempt malformed;
                               proxy_set_header X-Uri \$uri;
                               proxy_pass http://be; }
             location /rewritten/ {
                               rewrite ^/rewritten(/.*)\$ /uri\$1 break;
                               proxy_set_header X-Uri \$uri;
                               proxy_pass http://be; }
             location /uri-path/ { proxy_pass http://be\$uri; }
             location ~ (?s)^/digit/(.*) { citrix_guard_exempt malformed;
                               proxy_set_header X-Path \$1;
                               proxy_pass http://be; }
             location ~ (?s)^/digit-bind/(.*) { citrix_guard_exempt malformed;
                               proxy_bind \$bound;
                               proxy_set_header X-Path \$1;
                               proxy_pass http://be; }
             location ~ (?s)^/digit-path/(.*) { proxy_pass http://be/x/\$1; }
             location /arg/  { proxy_set_header X-Arg \$arg_a;
                               proxy_set_header X-Request \$request;
                               proxy_pass http://be; }
             location /fastcgi/ { fastcgi_param U \$remote_user;
                               fastcgi_pass \$literal; }
             location /scgi/ { scgi_param U \$remote_user;
                               scgi_pass \$literal; }
             location /uwsgi/ { uwsgi_param U \$remote_user;
                               uwsgi_pass \$literal; }
             location /grpc/ { grpc_set_header U \$remote_user;
                               grpc_pass \$literal; }
             location /length/ { proxy_pass_request_body off;
                               proxy_set_header Content-Length 3;
                               proxy_set_body \$request_body;
                               proxy_pass http://be; }
             location /constant/ {
                               proxy_set_header Host \$host;
                               proxy_set_header X-Real-IP \$remote_addr;
                               proxy_set_header X-Forwarded-For
                                                \$proxy_add_x_forwarded_for;
                               proxy_set_header X-Forwarded-Proto \$scheme;
                               proxy_set_header Upgrade \$gateway_upgrade;
                               proxy_set_header X-Cookie \$http_cookie;
                               proxy_set_header X-Session \$cookie_session;
                               proxy_pass http://be; }
    }
    server { $H2 citrix_guard on; set \$literal 127.0.0.1:%%BE%%; $PLACES }
    server { $H3 citrix_guard on; set \$literal 127.0.0.1:%%BE%%; $PLACES }
    server { listen 127.0.0.1:%%PORT3%% ssl; citrix_guard on;
             ssl_certificate $cert; ssl_certificate_key $key;
             location /path/ { proxy_pass http://be/\$ssl_server_name/; }
             location / { proxy_set_header X-SNI \$ssl_server_name;
                          proxy_pass http://be; } }
    server { listen 127.0.0.1:%%PORT4%%; citrix_guard detect;
             set \$literal 127.0.0.1:%%BE%%; $PLACES }
    server { listen 127.0.0.1:%%PORT5%%; citrix_guard on;
             citrix_guard_exempt injection;
             set \$literal 127.0.0.1:%%BE%%; $PLACES }
END

my @PLACES = grep { !m{^/mirrored} }
             map {"/$_/"} $PLACES =~ m{location /([\w-]+)/? +\{}g;


sub basic {
    my ($user) = @_;
    return ('Authorization', 'Basic ' . encode_base64("$user:pw", ''));
}


# what a client may put after a line feed
my $NSC = '../../../netscaler/portal/templates/x';
my @INJECTED = (
    "x\r\n\r\nGET /vpn/../vpns/cfg/smb.conf HTTP/1.0\r\n",
    "x\r\n\r\nGET /vpn/../vpns/cfg/smb.conf HTTP/1.1 \r\n",
    "x\n\nGET /vpn/../vpns/cfg/smb.conf HTTP/1.0\nX",
    "x\r\n\r\nGET /vpn/../vpns/cfg/smb.conf\r\n",
    "x\n\nGET /vpn/../vpns/cfg/smb.conf\n",
    "x\r\n\nGET\t/vpn/../vpns/cfg/smb.conf\tHTTP/1.0\r\nX",
    "x HTTP/1.0\r\n\r\nGET /harmless HTTP/1.0\r\nX",
    "x HTTP/1.1\r\nHost: a\r\n\r\nGET /harmless",
    "x\r\nNSC_USER: $NSC\r\nX",
    "x\nnsc_nonce: ../x\nX",
    "x\r\n NSC_USER",
    "x\r\nX-Admin: 1",
    "x\r\nX-Admin",
    "x\rX-Admin: 1",
    "x\nX-Admin",
    "x\0",
    "\r\n",
    "x\r\nContent-Length: 0\r\n\r\nGET /second HTTP/1.0\r\nX",
    "x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.0\r\nX",
);

# a colon ends the user of Basic: such are for the other ways
my @USERS = grep { !/:/ } @INJECTED;


# Judges by what arrived: one request, a head with one blank line at its end,
# and no line that a client has begun.
sub harmless {
    my (@got) = @_;
    my @bad = grep {
        $_->{raw} =~ /GET[ \t]\/(?:vpn|harmless|second)|NSC|nsc_|X-Admin|\0
                     |(?<!\r)\n|\r(?!\n)/x
    } @got;
    return join ' ', map { printable($_->{raw}) } @bad;
}


subtest 'HTTP/1: the user name, in each place' => sub {
    for my $place (@PLACES) {
        my @faults;
        for my $method (qw(GET POST)) {
            for my $user (@USERS) {
                my $answer = get($nginx->port, $place, method => $method,
                    headers => [basic($user)],
                    $method eq 'POST' ? (body => 'a=b') : ());
                my @got = $be->arrivals($nginx);
                my @lines = $nginx->events;
                my $what = "$method " . printable($user);
                my $bad = harmless(@got);
                push @faults, "$what: arrived: $bad" if $bad;
                # a subrequest is refused, its parent is answered
                my $alone = $place eq '/sub/' ? @got == 1 : !@got;
                push @faults, "$what: $answer->{status}, " . @got . ' arrived'
                    if !$alone && !($place eq '/capture/' && !$bad);
                push @faults, "$what: " . (@lines ? "@lines" : 'no line')
                    if $alone && (@lines != 1
                       || $lines[0] !~ /blocked reason=injection at=egress/)
                    && !($place eq '/set-args/'
                         && $lines[0] =~ /blocked reason=\w+ at=request/);
            }
        }
        is join("\n", @faults), '', $place;
    }
};


for my $h ([2, sub { CitrixGuard::Http2->new($nginx->port(2)) }],
           $NO_H3 ? () : [3, sub { CitrixGuard::Http3->new($nginx->port(6)) }])
{
    my ($version, $connect) = @$h;
    subtest "HTTP/$version" => sub {
        for my $place (grep { $_ ne '/sub/' && $_ ne '/capture/' } @PLACES) {
            my $client = $connect->();
            my @faults;
            for my $user (@USERS[0, 2, 3, 7]) {
                my ($name, $value) = basic($user);
                my $answer = $client->ask(path => $place,
                                          headers => [lc $name, $value]);
                push @faults, printable($user) . ": $answer->{status}"
                    if $answer->{status} != 403 || $be->arrivals($nginx);
            }
            is join("\n", @faults), '', $place;
        }
        $nginx->events;
    };
}


subtest 'the body in a header' => sub {
    for my $text (@INJECTED) {
        refused get($nginx->port, '/body/', method => 'POST',
                    body => "$text: /"), printable($text);
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'egress', reason => 'injection' },
                  '... one event';
    }
    is get($nginx->port, '/body/', method => 'POST', body => 'a=b c')->{status},
       200, 'one line: served';
    my ($got) = $be->arrivals($nginx);
    like $got->{head}, qr/^X-Body: a=b c\r$/m, '... the header arrived';
    like $got->{head}, qr/^Content-Length: 5\r$/m, '... with its length';
    is $got->{body}, 'a=b c', '... and its body';
};


subtest 'the URI' => sub {

    for my $place (qw(/uri/ /rewritten/ /digit/ /digit-bind/ /uri-path/
                      /digit-path/)) {
        my @faults;
        for my $text (@INJECTED) {
            next if $text =~ /\0/;
            my $escaped = $text =~ s/([^\w.])/sprintf '%%%02x', ord $1/ger;
            my $answer = get($nginx->port, $place . $escaped);
            # there a regular expression's "." ends at a line feed
            my @got = $be->arrivals($nginx);
            my $bad = harmless(@got);
            push @faults, printable($text) . ": $bad" if $bad;
            push @faults, printable($text) . ": $answer->{status}"
                if @got && $place ne '/rewritten/';
        }
        is join("\n", @faults), '', $place;
    }
    $nginx->events;
    is get($nginx->port, '/uri/caf%c3%a9%20x')->{status}, 200, 'UTF-8';
    my ($got) = $be->arrivals($nginx);
    like $got->{head}, qr{^X-Uri: /uri/caf\xc3\xa9 x\r$}m, '... arrived';
    is get($nginx->port, '/digit-bind/caf%c3%a9')->{status}, 200,
       '... in a capture, with proxy_bind';
    ($got) = $be->arrivals($nginx);
    like $got->{head}, qr{^X-Path: caf\xc3\xa9\r$}m, '... arrived';
};


# The name that a client asks for in its handshake, any bytes.
sub sni {
    my ($name, $target, @headers) = @_;
    my $socket = IO::Socket::SSL->new(
        PeerHost => '127.0.0.1', PeerPort => $nginx->port(3),
        SSL_verify_mode => 0, SSL_hostname => $name) or return;
    print {$socket} request($target, headers => ['Connection', 'close',
                                                 @headers]);
    local $/;
    my $answer = <$socket> // '';
    return $answer =~ m{^HTTP/1.1 (\d+)} ? $1 : 'closed';
}


subtest 'the name of the TLS handshake' => sub {
    for my $target ('/', '/path/') {
        for my $text (@INJECTED) {
            next if $text =~ /\0/;
            is sni($text, $target), 403, "$target " . printable($text);
            nothing_arrived $nginx, $be, '... nothing arrived';
            one_event $nginx, { at => 'egress', reason => 'injection' },
                      '... one event';
        }
        is sni('gateway.example.test', $target), 200, "$target a host: served";
        is scalar(my @got = $be->arrivals($nginx)), 1, '... and arrived';
    }
};


subtest 'what is honest passes' => sub {
    my $saml = 'SAMLResponse=' . ('PHNhbWxwOlJlc3BvbnNl%2B%2F' x 200) . '%3D';
    my %user = (
        'Zo' . "\xc3\xab" => 'UTF-8', "Zo\xeb" => 'Latin-1',
        'CORP\jane doe' => 'a domain and a blank', "a\tb" => 'a TAB',
        'jane@example.test' => 'an address', '%0d%0aX-Admin' => 'escapes',
        "\x7f" => 'DEL', '' => 'none at all',
        "\xe5\xb1\xb1\xe7\x94\xb0 HTTP/1.1" => 'the name of a protocol');
    for my $user (sort keys %user) {
        for my $place (grep { !m{/(?:method|host|capture|sub)/} } @PLACES) {
            # no target may contain these, wherever it comes from
            next if $user =~ /[\t\x7f]|%0d/ && $place =~ m{path|literal};
            my $answer = get($nginx->port, $place, headers => [basic($user)]);
            is $answer && $answer->{status}, 200, "$place $user{$user}";
            my @got = $be->arrivals($nginx);
            is scalar(@got), 1, '... arrived once';
            ok index($got[0]{raw}, $user) >= 0, '... with the name';
        }
    }
    my $cookie = join '; ', 'session=abc==',
                 map { "NSC_T$_=" . "caf\xc3\xa9" x 20 } 1 .. 40;
    for my $place ('/constant/', '/user/', '/map/', '/uri/', '/arg/') {
        my $answer = get($nginx->port, "$place?a=1&$saml",
            method => 'POST', body => "$saml\r\n\r\nGET / HTTP/1.0\r\n\r\n",
            headers => ['Cookie', $cookie, 'X-Name', "\xc3\xa9\xff",
                        basic('jane')]);
        is $answer->{status}, 200, "$place a long cookie, SAML";
        my ($got) = $be->arrivals($nginx);
        like $got->{head}, qr/^Cookie: \Q$cookie\E\r$/m, '... the cookie';
        is $got->{body}, "$saml\r\n\r\nGET / HTTP/1.0\r\n\r\n", '... the body';
    }
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'no body is lost, and none is taken for another request' => sub {
    for my $body ('', 'a', "a\r\n\r\nGET /in-body HTTP/1.1\r\n\r\n", "\n",
                  "\0" x 10, 'x' x 300_000) {
        for my $place (qw(/user/ /map/ /set-body/ /no-body/ /streamed/ /if/
                          /kept/ /cached/)) {
            my $answer = get($nginx->port, $place, method => 'POST',
                             body => $body, headers => [basic('jane')]);
            my $what = "$place " . length($body) . ' bytes';
            # $request_body is set only if the body is in memory
            my $file = length $body > 100_000;
            my $expected = $place eq '/no-body/' ? ''
                : $place eq '/set-body/' ? ($file ? '<>' : "<$body>") : $body;
            is $answer->{status}, 200, "$what: served";
            my @got = $be->arrivals($nginx);
            is scalar(@got), 1, '... one request arrived';
            ok $got[0]{body} eq $expected, '... with its body';
            my ($length) = $got[0]{head} =~ /^Content-Length: (\d+)\r$/m;
            is $length // 0, length $expected, '... and its length';
        }
    }
    my $chunked = "POST /streamed/ HTTP/1.1\r\nHost: a\r\n"
                . "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                . "5\r\nabcde\r\n0\r\n\r\n";
    is CitrixGuard::Raw::ask($nginx->port, $chunked)->{status}, 200,
       'chunked: served';
    my ($got) = $be->arrivals($nginx);
    # nginx has read all of it by then, and knows how long it is
    like $got->{head}, qr/^Content-Length: 5\r$/m, '... with its length';
    is $got->{body}, 'abcde', '... and its body';
    is_deeply [$nginx->events], [], 'no event';
};


subtest 'detect: it leaves, and is logged' => sub {
    for my $user (@USERS[0, 3, 4]) {
        get($nginx->port(4), '/user/', headers => [basic($user)]);
        my @got = $be->arrivals($nginx);
        like join('', map { $_->{raw} } @got), qr/X-Remote-User: \Q$user\E/,
             printable($user) . ': arrived';
        my $event = one_event $nginx, { at => 'egress', mode => 'detect',
                        reason => 'injection', verb => 'detected' },
                        '... logged';
        is unescape_field($event->{reading}), $user, '... as it was';
    }
};


subtest 'an exemption does not exempt the rest' => sub {
    get($nginx->port(5), '/user/', headers => [basic("x\r\nX-Other")]);
    is scalar(my @got = $be->arrivals($nginx)), 1, 'a line: arrived';
    one_event $nginx, { reason => 'injection', verb => 'exempted' },
              '... exempted';
    refused get($nginx->port(5), '/user/', headers => [basic($USERS[0])]),
            'an attack after it is refused';
    nothing_arrived $nginx, $be, '... nothing arrived';
    one_event $nginx, { reason => 'traversal', verb => 'blocked' },
              '... one event';
};


# a line of HTTP/1 in the middle of them makes no head
subtest 'protocols that are not HTTP/1' => sub {
    for my $place (qw(fastcgi scgi uwsgi grpc)) {
        for my $user (@USERS, "a b HTTP/1.1\r\nX", "a b HTTP/1.1\r\n\r\n") {
            refused get($nginx->port, "/$place/", headers => [basic($user)]),
                    "$place " . printable($user);
            nothing_arrived $nginx, $be, '... nothing arrived';
            like one_event($nginx, { at => 'egress' }, '... one event')
                ->{reason}, qr/^(?:unseen|injection)$/, '... and why';
        }
    }
};


subtest 'a body whose length is not that of the head' => sub {
    for my $body ('ab', "abcGET /second HTTP/1.0\r\n\r\n") {
        refused get($nginx->port, '/length/', method => 'POST',
                    body => $body), printable($body);
        nothing_arrived $nginx, $be, '... nothing arrived';
    }
    is get($nginx->port, '/length/', method => 'POST', body => 'abc')->{status},
       200, 'of that length: served';
    is_deeply [map { $_->{body} } $be->arrivals($nginx)], ['abc'], '... arrived';
    $nginx->events;
};


# nginx lets a map define the name that it writes by itself; 1.30 does not
subtest 'the host that nginx adds' => sub {
    my $other = CitrixGuard::Nginx->new(
        vars => { BE => $be->port }, http => <<'END')->start;
    map $remote_user $proxy_host { default gw$remote_user; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
END
    is get($other->port, '/', headers => [basic('jane')])->{status}, 200,
       'one line: served';
    my ($host) = map { $_->{head} =~ /^Host: (.*)\r$/m } $be->arrivals($other);
    my $own = '127.0.0.1:' . $be->port;
    like $host, qr/^(?:gwjane|\Q$own\E)$/, '... arrived';

    for my $user (@USERS) {
        my $answer = get($other->port, '/', headers => [basic($user)]);
        if ($host eq 'gwjane') {
            refused $answer, printable($user);
            nothing_arrived $other, $be, '... nothing arrived';
            next;
        }
        is $answer->{status}, 200, printable($user) . ': served';
        is_deeply [map { $_->{head} =~ /^Host: (.*)\r$/m }
                   $be->arrivals($other)], [$own], '... with its own name';
    }
};

done_testing;
