# Rules that examine the beginning of a body: what they find, and that the same
# bytes are forwarded as without them, whatever the framing.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(refused);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Http2;
use CitrixGuard::Http3;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);

my $be = CitrixGuard::Recorder->new;

my $RULES = <<'END';
citrix_guard_rule evil path ^/form and body:64 "login=evil";
citrix_guard_rule big  path ^/form and body:64k "deep=evil";
citrix_guard_rule over path ^/short and length:body >8;
citrix_guard_rule long path ^/long and header:cookie z=evil;
citrix_guard_rule now  path ^/form/now;
citrix_guard_rule bit  path ^/form and body:16 zzz;
citrix_guard_rule tiny path ^/wide and body:8 login=evil;
citrix_guard_rule wide path ^/wide and body:4k deep detect;
citrix_guard_rule open path ^/off and body:9 evil;
citrix_guard_rule few  path ^/few and length:body <=3;
citrix_guard_rule none path ^/none and length:body =0 detect;
END

my $PROXY = 'proxy_http_version 1.1; proxy_pass http://127.0.0.1:%%BE%%;';

my $LOCATIONS = <<"END";
    client_max_body_size 0;
    client_body_buffer_size 8k;
    location /      { $PROXY }
    location /form/unbuffered/ { proxy_request_buffering off; $PROXY }
    location /form/static/     { root %%DIR%%/html; }
    location /grow/  { citrix_guard_rule g1 path ^/grow and body:8 zzz;
                       try_files /none \@grow; }
    location \@grow  { citrix_guard_rule g2 path ^/grow and body:4k late=evil;
                       $PROXY }
    location /taken/ { error_page 502 = \@taken;
                       proxy_pass http://unix:%%DIR%%/none:; }
    location \@taken { citrix_guard_rule t1 path ^/taken
                           and body:64k late=evil;
                       citrix_guard_rule t2 path ^/taken
                           and length:body <=3;
                       $PROXY }
    location /auth/  { auth_request /sub; $PROXY }
    location = /sub  { internal; $PROXY proxy_pass_request_body off;
                       proxy_set_header Content-Length "";
                       citrix_guard_rule s1 path ^/sub and body:9 evil; }
    location /off/   { citrix_guard detect; try_files /none \@off; }
    location \@off   { citrix_guard off; $PROXY }
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port },
    # memory that was given back is overwritten
    env => { MALLOC_PERTURB_ => 165 }, http => join '',
    $RULES,
    (map { "server { listen 127.0.0.1:%%PORT$_->[0]%%; server_name x; "
         . "$_->[1]\n$LOCATIONS}\n" }
     [1, 'citrix_guard on;'],
     [2, 'citrix_guard detect;'],
     [3, 'citrix_guard on; client_body_timeout 1s;']),
    'server { ' . CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT4%%')
    . " server_name x; citrix_guard on;\n$LOCATIONS}\n")->start;


sub chunked {
    my ($body, $size) = @_;
    return join '', (map { sprintf "%x;x=y\r\n%s\r\n", length, $_ }
                     unpack "(a$size)*", $body), "0\r\n\r\n";
}


sub post {
    my ($path, $body, %given) = @_;
    my $framing = $given{chunked}
        ? "Transfer-Encoding: chunked\r\n"
        : 'Content-Length: ' . length($body) . "\r\n";
    my $more = $given{headers} // '';
    return ("POST $path HTTP/1.1\r\nHost: x\r\n$framing$more\r\n",
            $given{chunked} ? chunked($body, $given{chunked}) : $body);
}


# One request in pieces of a size, each sent when nginx has had the last one.
sub in_pieces {
    my ($port, $bytes, $size) = @_;
    my $client = CitrixGuard::Raw->new($port);
    for my $piece (unpack "(a$size)*", $bytes) {
        $client->put($piece);
        select undef, undef, undef, 0.002;
    }
    return $client->get;
}


# cookies become one field, which no buffer would have held
for my $case (['good', 200], ['evi%6c', 403]) {
    my $answer = CitrixGuard::Http2->new($nginx->port(4))->ask(
        path => '/long', headers => [
            (map { (cookie => "$_=%41" . 'x' x 5000) } 'a' .. 'd'),
            cookie => "z=$case->[0]"]);
    is $answer->{status}, $case->[1], "20 KB of cookies, $case->[0]";
    $be->arrivals($nginx);
}


my %BODY = (
    short   => 'login=good&passwd=x',
    exact   => 'x' x 64,
    long    => 'login=good&' . join('', map { chr($_ % 251) } 1 .. 300_000),
    empty   => '',
);

for my $server (1, 2) {
    for my $where ('/form/', '/form/unbuffered/') {
        for my $name (sort keys %BODY) {
            for my $chunk (0, 1, 7, 5000) {
                next if $chunk == 1 && $name eq 'long';
                my ($head, $framed) = post($where, $BODY{$name},
                                           chunked => $chunk);
                my $answer = CitrixGuard::Raw::ask($nginx->port($server),
                                                   $head . $framed);
                my ($got, @more) = $be->arrivals($nginx);
                my $sent = $got ? body($got) : undef;
                ok defined $sent && $sent eq $BODY{$name} && !@more
                   && $answer && $answer->{status} == 200,
                   "server $server $where: $name body"
                   . ($chunk ? " in chunks of $chunk" : '')
                   . ' arrives as it is';
            }
        }
    }
}


# The content of a body, whatever framing nginx has chosen for it.
sub body {
    my ($got) = @_;
    return $got->{body} if $got->{head} !~ /^Transfer-Encoding: chunked/mi;
    my ($text, $out) = ($got->{body}, '');
    while ($text =~ s/^([0-9a-f]+)[^\r]*\r\n//i) {
        my $size = hex $1;
        return $out if !$size;
        $out .= substr $text, 0, $size + 2, '';
        substr $out, -2, 2, '';
    }
    return;
}


# ways in which a body may come, each split at every byte or so
my $EVIL = 'user=x&login=evil&passwd=y';

for my $chunk (0, 1, 3) {
    my ($head, $framed) = post('/form/', $EVIL, chunked => $chunk);
    my $how = $chunk ? "chunks of $chunk" : 'plain';

    for my $size (1, 2, 13, 1000) {
        $nginx->events;
        my $answer = in_pieces($nginx->port(1), $head . $framed, $size);
        refused($answer, "$how, in pieces of $size: refused");
        is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
        my @events = map { parse_event($_) } $nginx->events;
        is scalar(@events), 1, '... one event';
        is "$events[0]{verb} $events[0]{reason} $events[0]{rule}",
           'blocked rule evil', '... that names the rule';
    }

    my $answer = in_pieces($nginx->port(2), $head . $framed, 9);
    is $answer->{status}, 200, "$how: detect lets it by";
    is body($be->arrivals($nginx)), $EVIL, '... as it is';
    my @events = map { parse_event($_) } $nginx->events;
    is join(' ', map { "$_->{verb} $_->{rule}" } @events), 'detected evil',
       '... and says so';
}


# the bounded beginning: 64 bytes, 64k
{
    my ($head, $body) = post('/form/', 'x' x 58 . $EVIL);
    is CitrixGuard::Raw::ask($nginx->port(1), $head . $body)->{status}, 200,
       'bytes after the first 64 are not examined';
    ($head, $body) = post('/form/', 'x' x 65_000 . 'deep=evil' . 'y' x 9e5);
    refused(CitrixGuard::Raw::ask($nginx->port(1), $head . $body),
            'the last bytes of the first 64k are');
    ($head, $body) = post('/form/unbuffered/',
                          'x' x 65_000 . 'deep=evil' . 'y' x 9e5,
                          chunked => 999);
    refused(CitrixGuard::Raw::ask($nginx->port(1), $head . $body),
            '... in chunks, too');
    $be->arrivals($nginx);
    $nginx->events;
}


# percent-encoded, and "+" for a blank
for my $body ('%6cogin=evil', 'login%3devil', 'login%253Devil') {
    refused(CitrixGuard::Raw::ask($nginx->port(1),
                                  join '', post('/form/', $body)),
            "$body is refused");
}


# 100 Continue
for my $case ([$EVIL, 403], ['login=good', 200]) {
    my ($head, $body) = post('/form/', $case->[0],
                             headers => "Expect: 100-continue\r\n");
    my $client = CitrixGuard::Raw->new($nginx->port(1));
    $client->put($head);
    is $client->get(interim => 1)->{status}, 100,
       'a client that expects 100-continue gets it';
    $client->put($body);
    is $client->get(interim => 1)->{status}, $case->[1],
       "... and then has $case->[1]";
}

is CitrixGuard::Raw::ask($nginx->port(1), join('', post('/form/', 'login=good',
       headers => "Expect: 200-continue\r\n")), interim => 1)->{status}, 200,
   'a client with another expectation does not';
is CitrixGuard::Raw::ask($nginx->port(1), join('', post('/form/', 'login=good',
       headers => "Expect: 100-continued\r\n")), interim => 1)->{status}, 200,
   '... also if it begins so';
$be->arrivals($nginx);


# how long a body is: a verdict of its own for what a rule does not see
for my $chunk (0, 1, 4) {
    my $how = $chunk ? "in chunks of $chunk" : 'plain';
    $be->arrivals($nginx);
    is CitrixGuard::Raw::ask($nginx->port(1), join '', post('/short',
       'x' x 8, chunked => $chunk))->{status}, 200, "8 bytes, $how: passed";
    is body($be->arrivals($nginx)), 'x' x 8, '... as they are';
    refused(CitrixGuard::Raw::ask($nginx->port(1), join '', post('/short',
            'x' x 9, chunked => $chunk)), "9 bytes, $how: refused");
    is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
    $nginx->events;
    is CitrixGuard::Raw::ask($nginx->port(2), join '', post('/short',
       'x' x 9, chunked => $chunk))->{status}, 200, '... detect: passed';
    is join(' ', map { parse_event($_)->{rule} } $nginx->events), 'over',
       '... and detected';
    is body($be->arrivals($nginx)), 'x' x 9, '... as they are';
}

refused(CitrixGuard::Raw::ask($nginx->port(1),
                              (post('/short', 'x' x 9))[0]),
        'an announced length is enough');


# a connection that is used again, with a request after the body
{
    $be->arrivals($nginx);
    my $client = CitrixGuard::Raw->new($nginx->port(1));
    for my $chunk (0, 5) {
        for my $n (1 .. 20) {
            my ($head, $framed) = post('/form/', "login=good$n" x $n,
                                       chunked => $chunk);
            my $cut = $n % length $framed;
            $client->put($head . substr $framed, 0, $cut);
            select undef, undef, undef, 0.002;
            $client->put(substr($framed, $cut)
                         . "GET /next$n HTTP/1.1\r\nHost: x\r\n\r\n");
            my @status = map { $client->get->{status} } 1, 2;
            my @got = $be->arrivals($nginx);
            ok "@status" eq '200 200' && @got == 2
               && body($got[0]) eq "login=good$n" x $n
               && $got[1]{target} eq "/next$n",
               "body $n and the request behind it" . ($chunk ? ' (chunks)' : '');
        }
    }
}


# a request that looks like an attack, in one piece with the body before it
for my $chunk (0, 3) {
    my $client = CitrixGuard::Raw->new($nginx->port(1));
    $client->put(join '', post('/form/', 'login=good', chunked => $chunk),
                 "GET /next?login=evil HTTP/1.1\r\nHost: x\r\n\r\n");
    is join(' ', map { $client->get->{status} } 1, 2), '200 200',
       'bytes after a body do not belong to it';
    is scalar($be->arrivals($nginx)), 2, '... and arrives';
}


# what is not needed is not waited for
{
    my @quick = (timeout => 5);
    my ($head) = post('/form/now', $EVIL);
    refused(CitrixGuard::Raw::ask($nginx->port(1), $head, @quick),
            'what is refused without the body does not wait for it');
    ($head) = post('/form/..;/vpns/', $EVIL);
    refused(CitrixGuard::Raw::ask($nginx->port(1), $head, @quick),
            '... by the guard itself neither');
    ($head) = post('/form/static/', $EVIL);
    is CitrixGuard::Raw::ask($nginx->port(2), $head, @quick)->{status}, 404,
       'detect waits for nothing';
    ($head) = post('/grow/', 'x' x 1e6);
    refused(CitrixGuard::Raw::ask($nginx->port(1),
                                  $head . 'x' x 4000 . 'late=evil' . 'x' x 500,
                                  @quick), 'the end of a long body neither');
    for my $path ('/form/', '/form/unbuffered/') {
        is CitrixGuard::Raw::ask($nginx->port(1), "GET $path HTTP/1.1\r\n"
                                 . "Host: x\r\n\r\n", @quick)->{status}, 200,
           "$path: a request without a body";
    }
    $be->arrivals($nginx);
    $nginx->events;
    CitrixGuard::Raw::ask($nginx->port(2),
                          "GET /none HTTP/1.1\r\nHost: x\r\n\r\n", @quick);
    is join(' ', map { parse_event($_)->{rule} } $nginx->events), 'none',
       '... is one of a length of 0';
    $be->arrivals($nginx);
}


# rules that ask for more than those before them, or detect in what more there is
for my $chunk (0, 7, 900) {
    for my $size (300, 100_000) {
        my $evil = 'x' x 1000 . 'late=evil' . 'y' x 3000;
        refused(in_pieces($nginx->port(1),
                          join('', post('/grow/', $evil, chunked => $chunk)),
                          $size), "more of a body, pieces of $size");
        my $good = 'x' x 1000 . 'late=good' . 'y' x 3000;
        is in_pieces($nginx->port(1),
                     join('', post('/grow/', $good, chunked => $chunk)),
                     $size)->{status}, 200, '... a good one is not refused';
        ok body($be->arrivals($nginx)) eq $good, '... and arrives as it is';
    }
    $nginx->events;
    CitrixGuard::Raw::ask($nginx->port(1), join '',
        post('/wide', 'x' x 2000 . 'deep', chunked => $chunk));
    is join(' ', map { "$_->{verb} $_->{rule}" } map { parse_event($_) }
                 $nginx->events), 'detected wide', 'a rule that detects';
    $be->arrivals($nginx);
}


# a body that was read already: in one buffer, in more, in a file
for my $chunk (0, 999) {
    for my $n (10, 3000, 20_000) {
        my $body = 'x' x $n . 'late=evil' . 'y' x 99;
        refused(in_pieces($nginx->port(1),
                          join('', post('/taken/', $body, chunked => $chunk)),
                          2000), "a body of $n bytes that was read already");
        $body =~ s/evil/good/;
        is in_pieces($nginx->port(1),
                     join('', post('/taken/', $body, chunked => $chunk)),
                     2000)->{status}, 200, '... a good one is not refused';
        ok body($be->arrivals($nginx)) eq $body, '... and arrives as it is';
    }
}

for my $case (['xxx', 403], ['xxxx', 200]) {
    my ($body, $status) = @$case;
    is CitrixGuard::Raw::ask($nginx->port(1), join '',
       post('/taken/', $body, chunked => 2))->{status}, $status,
       "... in chunks, of the length of $body";
    is CitrixGuard::Raw::ask($nginx->port(1), join '',
       post('/few', $body, chunked => 2))->{status}, $status,
       '... and one that was not';
    $nginx->events;
    CitrixGuard::Raw::ask($nginx->port(2), join '',
                          post('/few', $body, chunked => 2));
    is join(' ', map { parse_event($_)->{rule} } $nginx->events),
       $status == 403 ? 'few' : '', '... detect says so';
}

# in another location than the one that observes it
CitrixGuard::Raw::ask($nginx->port(2), join '',
                      post('/grow/', 'x' x 1000 . 'late=evil'));
is join(' ', map { parse_event($_)->{rule} } $nginx->events), 'g2',
   'detect sees more of a body when it is asked to';

{
    my $bare = CitrixGuard::Nginx->new(vars => { BE => $be->port },
                                       http => <<"END")->start;
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        location /a/ { citrix_guard detect; try_files /none \@b;
                       citrix_guard_rule a path ^/a and body:9 evil; }
        location \@b { $PROXY }
    }
END
    is CitrixGuard::Raw::ask($bare->port, join '', post('/a/', 'evil'))
           ->{status}, 200, 'a body that passes where there are no rules';
    is scalar($bare->events), 0, '... is not judged';
    $be->arrivals($nginx);
}

is CitrixGuard::Raw::ask($nginx->port(1), join '', post('/auth/', 'evil'))
       ->{status}, 200, 'a subrequest has no body of its own';
$nginx->events;
is CitrixGuard::Raw::ask($nginx->port(1), join '', post('/off/', 'evil'))
       ->{status}, 200, 'a body that passes where the guard is off';
is scalar($nginx->events), 0, '... is not judged';
$be->arrivals($nginx);


# how much of chunks may be framing
{
    my $chunks = sub {
        my ($body, $more) = @_;
        return join '', (map {"1;$more\r\n$_\r\n"} split //, $body),
                        "0\r\n\r\n";
    };
    my ($head) = post('/short', '', chunked => 1);
    is CitrixGuard::Raw::ask($nginx->port(1),
                             $head . $chunks->('12345678', 'x' x 400))
           ->{status}, 200, 'some framing';
    is body($be->arrivals($nginx)), '12345678', '... arrives';
    ($head) = post('/form/', '', chunked => 1);
    is CitrixGuard::Raw::ask($nginx->port(1), $head . $chunks->('x' x 14_000,
                             ''))->{status}, 200, 'chunks of one byte';
    is body($be->arrivals($nginx)), 'x' x 14_000, '... arrive';
    ($head) = post('/short', '', chunked => 1);
    $nginx->events;
    for my $size (1000, 100_000) {
        refused(in_pieces($nginx->port(1),
                          $head . $chunks->('1234', 'x' x 1500), $size),
                "too much framing, pieces of $size");
        is join(' ', map { my $e = parse_event($_); $e ? $e->{reason} : () }
                     $nginx->events), 'error', '... cannot be judged';
        is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
    }
    refused(CitrixGuard::Raw::ask($nginx->port(1), join '', post('/short',
            'x' x 100, chunked => 100)), 'a chunk that is longer than needed');
    ($head) = post('/form/unbuffered/', '', chunked => 1);
    is CitrixGuard::Raw::ask($nginx->port(1), $head . "5\r\nlogin\r\nzz\r\n")
           ->{status}, 400, 'invalid chunks after a valid one: 400';
    is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
    $nginx->events;
}


# a body that comes byte by byte has no more time than one that never comes
{
    my ($head) = post('/form/', 'x' x 99);
    my $client = CitrixGuard::Raw->new($nginx->port(3));
    $client->put($head);
    my $bytes = 0;
    while ($bytes < 16 && !$client->{eof}) {
        $client->put('x');
        $client->_fill(0.25);
        $bytes++;
    }
    ok $client->{eof}, "a body that trickles: closed after $bytes bytes";
    is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
}


# a body that never comes, and one that breaks off
{
    my ($head) = post('/form/', $EVIL);
    my $client = CitrixGuard::Raw->new($nginx->port(3));
    $client->put($head . 'user');
    my $answer = $client->get;
    is $answer, undef, 'a body that never comes: closed, as by nginx alone';
    $client = CitrixGuard::Raw->new($nginx->port(3));
    $client->put($head . 'user');
    $nginx->settle;
    undef $client;
    is scalar($be->arrivals($nginx)), 0,
       '... and nothing arrives, nor of one that breaks off';
    my ($last) = $nginx->access_log =~ /^(.*"POST .*)\n\z/m;
    like $last, qr/"POST \/form\/ HTTP\/1\.1" 400 /, '... which is over';
    ($head) = post('/form/', $EVIL, chunked => 1);
    is CitrixGuard::Raw::ask($nginx->port(1), $head . "zz\r\n")->{status}, 400,
       'chunks that are none: 400';
    ($head) = post('/form/static/', $EVIL, chunked => 1);
    is CitrixGuard::Raw::ask($nginx->port(1), $head . "zz\r\n")->{status}, 400,
       '... also where nobody reads them';
    $nginx->events;
}


# nobody reads it
is CitrixGuard::Raw::ask($nginx->port(1), join '',
                         post('/form/static/', 'login=good'))->{status}, 404,
   'a location that reads no body answers';
refused(CitrixGuard::Raw::ask($nginx->port(1), join '',
                              post('/form/static/', $EVIL)),
        '... and refuses');


# HTTP/2
{
    my $client = CitrixGuard::Http2->new($nginx->port(4));
    $nginx->events;
    $be->arrivals($nginx);
    for my $where ('/form/', '/form/unbuffered/') {
        my $answer = $client->ask(method => 'POST', path => $where,
                                  body => $EVIL);
        is $answer->{status}, 403, "HTTP/2 $where: refused";
        is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
        for my $name (grep { length $BODY{$_} < 1e4 } sort keys %BODY) {
            $answer = $client->ask(method => 'POST', path => $where,
                                   body => $BODY{$name});
            my ($got) = $be->arrivals($nginx);
            ok $answer->{status} == 200 && $got
               && body($got) eq $BODY{$name},
               "... $name body arrives as it is";
        }
    }
    for my $size (1, 10) {
        my @pieces = unpack "(a$size)*", $EVIL;
        is $client->ask(method => 'POST', path => '/form/',
                        body => \@pieces)->{status}, 403,
           "HTTP/2, frames of $size bytes: refused";
    }
    is $client->ask(method => 'POST', path => '/form/',
                    body => ['login', '=', 'good', ''])->{status}, 200,
       '... a good one is not';
    is body($be->arrivals($nginx)), 'login=good', '... and arrives as it is';
    is $client->ask(method => 'POST', path => '/form/', body =>
                    [unpack '(a9000)*', 'x' x 65_000 . 'deep=evil'])->{status},
       403, 'HTTP/2, the last bytes of the first 64k: refused';
    for my $case (['x' x 8, 200], ['x' x 9, 403]) {
        my ($body, $status) = @$case;
        for my $announced (0, 1) {
            is $client->ask(method => 'POST', path => '/short',
                            body => [$body], headers => $announced
                            ? ['content-length', length $body] : [])->{status},
               $status, 'HTTP/2, ' . length($body) . ' bytes, '
                        . ($announced ? '' : 'not ') . "announced: $status";
        }
    }
    $be->arrivals($nginx);
    $nginx->events;
}


# a body that is longer than what HTTP/2 sends before it is asked to
{
    my $file = $nginx->dir . '/body';
    for my $where ('/form/', '/form/unbuffered/') {
        for my $evil (0, 1) {
            my $body = $BODY{long};
            substr $body, 60_000, 9, 'deep=evil' if $evil;
            spew($file, $body);
            open my $curl, '-|', qw(curl -s -o /dev/null -w %{http_code}
                --http2-prior-knowledge --max-time 10 -X POST --data-binary),
                "\@$file", 'http://127.0.0.1:' . $nginx->port(4) . $where
                or die "curl: $!";
            my $status = readline $curl;
            close $curl;
            # curl may lose an answer that comes early: nginx's own 413, too
            like $status, $evil ? qr/^(?:403|000)$/ : qr/^200$/,
                 "HTTP/2 $where: a long body" . ($evil ? ' is refused' : '');
            my ($got) = $be->arrivals($nginx);
            ok $evil ? !$got : $got && body($got) eq $body,
               $evil ? '... and nothing arrived' : '... arrives as it is';
        }
    }
    $nginx->events;
}


# one that never comes
{
    my $client = CitrixGuard::Http2->new($nginx->port(4));
    my $stream = $client->request(method => 'POST', path => '/form/slow/',
        headers => ['content-length', 9]);
    is $client->answer($stream)->{status}, 400,
       'HTTP/2: a body that is announced, and a stream that ends without: 400';
    is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
}



# HTTP/3, where nginx has it and a client is there
if (!CitrixGuard::Http3::missing()) {
    my $h3 = CitrixGuard::Nginx->new(
        ports => 1, vars => { BE => $be->port }, http => $RULES . 'server { '
        . CitrixGuard::Http3::listen_lines('127.0.0.1:%%PORT1%%')
        . " citrix_guard on;\n$LOCATIONS}\n")->start;
    my $client = CitrixGuard::Http3->new($h3->port(1));
    $be->arrivals($h3);
    for my $where ('/form/', '/form/unbuffered/') {
        for my $case ([$EVIL, 403], ['login=good', 200], ['x' x 20_000, 200],
                      ['x' x 64 . $EVIL, 200]) {
            my ($body, $status) = @$case;
            my $how = "HTTP/3 $where, " . length($body) . ' bytes';
            is $client->ask(method => 'POST', path => $where,
                            body => $body)->{status}, $status,
               "$how: $status";
            my ($got, @more) = $be->arrivals($h3);
            ok $status == 403 ? !$got : $got && !@more && body($got) eq $body,
               $status == 403 ? '... and nothing arrived' : '... as it is';
        }
    }
    is join(' ', map { parse_event($_)->{rule} } $h3->events), 'evil evil',
       'HTTP/3: the events';
    for my $case (['x' x 8, 200], ['x' x 9, 403]) {
        is $client->ask(method => 'POST', path => '/short',
                        body => $case->[0])->{status}, $case->[1],
           'HTTP/3, length of a body: ' . length $case->[0];
    }
}

done_testing;
