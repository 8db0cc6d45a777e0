# What nginx sends of a body is as long as the head says.  Otherwise the ADC
# takes a part of it for a request, or the next request for a body, and what
# stands in that was never judged.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use MIME::Base64 qw(encode_base64);
use Test::More;

use CitrixGuard::Check qw(get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 404, body => 'none' } if $request->{target} =~ /missing/;
    return { headers => ['X-Accel-Redirect', '/accelerated/'] }
        if $request->{target} =~ /redirect/;
    return { headers => ['Content-Type', 'text/html'],
             body => '<!--# include virtual="/included/" -->' }
        if $request->{target} =~ /page/;
    return;
});

# nobody listens there
my $DEAD = CitrixGuard::Nginx->new->port;

my $SERVER = <<'END';
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 1s;

    location /left-out/  { proxy_pass_request_body off; proxy_pass http://be; }
    location /asked/     { auth_request /auth; proxy_pass http://be; }
    location = /auth     { proxy_pass http://be; }
    location /fallback/  { proxy_request_buffering off;
                           proxy_intercept_errors on;
                           error_page 404 502 504 = @fallback;
                           proxy_pass http://be; }
    location /dead/      { proxy_request_buffering off;
                           error_page 502 504 = @fallback;
                           proxy_pass http://127.0.0.1:%%DEAD%%; }
    location @fallback   { rewrite ^ /fallen break; proxy_pass http://be; }
    location /constant/  { proxy_pass_request_body off;
                           proxy_set_header Connection "";
                           proxy_set_header Content-Length 40;
                           proxy_pass http://be; }
    location /argument/  { proxy_pass_request_body off;
                           proxy_set_header Connection "";
                           proxy_set_header Content-Length $arg_length;
                           proxy_pass http://be; }
    location /chunks/    { proxy_pass_request_body off;
                           proxy_set_header Connection "";
                           proxy_set_header Transfer-Encoding chunked;
                           proxy_pass http://be; }
    location /own/       { proxy_pass_request_body off;
                           proxy_set_header Content-Length "";
                           proxy_set_body $remote_user;
                           proxy_pass http://be; }
    location /own-chunks/ {
                           proxy_pass_request_body off;
                           proxy_set_header Transfer-Encoding chunked;
                           proxy_set_body $remote_user;
                           proxy_pass http://be; }

    location /honest/    { proxy_pass http://be; }
    location /streamed/  { proxy_request_buffering off; proxy_pass http://be; }
    location /file/      { client_body_in_file_only clean;
                           proxy_pass http://be; }
    location /set/       { proxy_set_body "<$arg_a>"; proxy_pass http://be; }
    location /cleared/   { proxy_pass_request_body off;
                           proxy_set_header Connection "";
                           proxy_set_header Content-Length "";
                           proxy_pass http://be; }
    location /buffered/  { proxy_intercept_errors on;
                           error_page 404 = @buffered; proxy_pass http://be; }
    location @buffered   { rewrite ^ /fallen break; proxy_pass http://be; }
    location /redirect/  { proxy_pass http://be; }
    location /accelerated/ { proxy_pass http://be; }
    location /page/      { ssi on; proxy_pass http://be; }
    location /included/  { proxy_pass http://be; }
    location /mirrored/  { mirror /mirror; proxy_pass http://be; }
    location = /mirror   { proxy_pass http://be; }
    location /allowed/   { auth_request /allow; proxy_pass http://be; }
    location = /allow    { proxy_pass_request_body off;
                           proxy_set_header Connection "";
                           proxy_set_header Content-Length "";
                           proxy_pass http://be; }

    # the ADC takes nothing for the rest of a body on a connection that ends
    location /closed/    { proxy_pass_request_body off;
                           proxy_set_header Connection close;
                           proxy_pass http://early; }
END

my $early = CitrixGuard::Recorder->new;
my $nginx = CitrixGuard::Nginx->new(
    ports => 2, http => <<"END",
    upstream be    { server 127.0.0.1:%%BE%%; keepalive 8; }
    upstream early { server 127.0.0.1:%%EARLY%%; keepalive 8; }
    server { listen 127.0.0.1:%%PORT1%%; citrix_guard on; $SERVER }
    server { listen 127.0.0.1:%%PORT2%%; citrix_guard detect; $SERVER }
END
    vars => { BE => $be->port, EARLY => $early->port, DEAD => $DEAD })->start;

my $SECOND = "GET /vpn/../vpns/cfg/smb.conf HTTP/1.1\r\nHost: a\r\n\r\n";


sub basic {
    my ($user) = @_;
    return ('Authorization', 'Basic ' . encode_base64("$user:pw", ''));
}


# A body in chunks, of which the last is missing.
sub unfinished {
    my ($port, $target) = @_;
    my $client = CitrixGuard::Raw->new($port);
    my $chunk = "0\r\n\r\n$SECOND";
    $client->put("POST $target HTTP/1.1\r\nHost: a\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n"
        . sprintf "%x\r\n%s\r\n", length $chunk, $chunk);
    return $client->get;
}


subtest 'a length without its body' => sub {
    for my $target (qw(/left-out/ /asked/ /constant/ /chunks/)) {
        refused get($nginx->port, $target, method => 'POST', body => 'x' x 40),
                $target if $target ne '/asked/';
        is get($nginx->port, $target, method => 'POST', body => 'x' x 40)
           ->{status}, 403, $target if $target eq '/asked/';
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'egress', reason => 'unseen' },
                  '... one event';
    }
    for my $target (qw(/constant/ /chunks/ /argument/?length=40)) {
        refused get($nginx->port, $target), "$target: GET";
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'egress', reason => 'unseen' },
                  '... one event';
    }
};


subtest 'the body has been sent elsewhere' => sub {
    refused get($nginx->port, '/fallback/missing', method => 'POST',
                body => 'x' x 300_000), 'after another upstream';
    my @got = $be->arrivals($nginx);
    is_deeply [map { $_->{target} } @got], ['/fallback/missing'],
              '... only that one got it';
    one_event $nginx, { at => 'egress', reason => 'unseen' }, '... one event';

    refused unfinished($nginx->port, '/dead/'), 'in chunks, before the last';
    nothing_arrived $nginx, $be, '... nothing arrived';
    one_event $nginx, { at => 'egress', reason => 'unseen' }, '... one event';
};


subtest 'a body without its length' => sub {
    for my $user ($SECOND =~ s/\r\nHost: a//r, 'x') {
        refused get($nginx->port, '/own/', headers => [basic($user)]), '/own/';
        nothing_arrived $nginx, $be, '... nothing arrived';
        one_event $nginx, { at => 'egress', reason => 'injection' },
                  '... one event';
    }
    for my $user ("0\r\n\r\n" . ($SECOND =~ s/\r\nHost: a//r), 'x') {
        for my $method (qw(GET POST)) {
            refused get($nginx->port, '/own-chunks/', method => $method,
                        headers => [basic($user)],
                        $method eq 'POST' ? (body => 'abc') : ()),
                    "/own-chunks/ $method";
            nothing_arrived $nginx, $be, '... nothing arrived';
            one_event $nginx, { at => 'egress', reason => 'injection' },
                      '... one event';
        }
    }
};


subtest 'detect finds the same' => sub {
    for my $target (qw(/left-out/ /asked/)) {
        get($nginx->port(2), $target, method => 'POST', body => 'x' x 40);
        my @got = $be->arrivals($nginx);
        like $got[0]{head}, qr/^Content-Length: 40\r$/m, "$target: arrived";
        one_event $nginx, { at => 'egress', reason => 'unseen',
                            verb => 'detected' }, '... one event';
    }
};


subtest 'what is honest' => sub {
    for my $body ('', 'a', 'x' x 300_000) {
        for my $target (qw(/honest/ /streamed/ /file/ /set/?a=b /cleared/
                           /buffered/missing /redirect/ /page/ /mirrored/
                           /allowed/ /fallback/ /argument/)) {
            my $answer = get($nginx->port, $target, method => 'POST',
                             body => $body);
            my $name = "$target, " . length($body) . ' bytes';
            is $answer->{status}, 200, "$name: served";
            my $wanted = $target =~ /cleared|argument/ ? ''
                       : $target =~ /set/ ? '<b>' : $body;
            my @faults = grep {
                !$_->{complete}
                || $_->{body} ne ($_->{target} eq '/allow' ? '' : $wanted)
            } $be->arrivals($nginx);
            is scalar @faults, 0, '... all that arrived is whole';
        }
    }
    my $chunked = "POST /streamed/ HTTP/1.1\r\nHost: a\r\n"
                . "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
                . "Connection: close\r\n\r\n5\r\nabcde\r\n0\r\n\r\n";
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put($chunked);
    is $client->get->{status}, 200, 'chunks: served';
    is +($be->arrivals($nginx))[0]{body}, 'abcde', '... arrived';

    get($nginx->port, '/closed/', method => 'POST', body => 'x' x 40);
    my ($got) = $early->arrivals($nginx);
    like $got->{head}, qr/^Content-Length: 40\r$/m,
         'no body, and the connection ends: arrived';
    is_deeply [$nginx->events], [], 'no event';
};

done_testing;
