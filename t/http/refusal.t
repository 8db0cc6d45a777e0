# The refusal: recognisable as the guard's, short, and without a byte of the
# attacker.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request get refused one_event nothing_arrived);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $be = CitrixGuard::Recorder->new;

# a status that has its own page in nginx, ones that have none, all limits
my @STATUS = (400, 403, 404, 405, 410, 416, 418, 421, 429, 431, 451, 494, 495,
              497, 499, 500, 501, 503, 507, 511, 598, 599);

my $servers = join '', map {
    my $n = $_ + 10;
    "server { listen 127.0.0.1:%%PORT$n%%; citrix_guard on;"
    . " citrix_guard_status $STATUS[$_];"
    . " location / { proxy_pass http://127.0.0.1:%%BE%%; } }\n"
} 0 .. $#STATUS;

my $nginx = CitrixGuard::Nginx->new(
    ports => 10 + @STATUS, vars => { BE => $be->port },
    http => <<'END' . $servers)->start;
    log_format ids '$request_id $status';
    access_log %%DIR%%/ids.log ids;
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard on;
        citrix_guard_status 444;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
    # everything that could change an answer
    server {
        listen 127.0.0.1:%%PORT3%%;
        citrix_guard on;
        default_type application/x-other;
        charset koi8-r;
        gzip on; gzip_min_length 1; gzip_types *;
        expires max;
        add_header X-Other yes always;
        add_before_body /clean;
        ssi on; ssi_types *;
        error_page 403 =200 /clean;
        location / { proxy_pass http://127.0.0.1:%%BE%%; }
    }
END


sub page {
    my ($title, $id) = @_;
    my $text = "<html><head><title>$title</title></head>"
        . "<body><center><h1>$title</h1></center><hr>"
        . "<center>citrix_guard</center>"
        . "<center>reference: $id</center></body></html>";
    return $text;
}


# Line ends between the elements are the page's own choice.
sub same_page {
    my ($body, $title, $id, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    (my $is = $body) =~ s/\r?\n//g;
    return is $is, page($title, $id), $name;
}


sub header { return CitrixGuard::Raw::header(@_) }


subtest 'the default refusal' => sub {
    my $answer = get($nginx->port, '/vpn/../vpns/a');
    refused $answer, 'status and mark';
    is header($answer, 'Content-Type'), 'text/html', 'Content-Type';
    is header($answer, 'Cache-Control'), 'no-store', 'Cache-Control';
    is header($answer, 'Content-Length'), length $answer->{body}, 'length';
    like $answer->{head}, qr{^HTTP/1\.1 403 Forbidden\r\n}, 'status line';
    nothing_arrived $nginx, $be, 'nothing arrived';
    my $event = one_event $nginx, { verb => 'blocked' }, 'one event';
    same_page($answer->{body}, '403 Forbidden', $event->{id}, 'the page');
    is((split /\n/, $nginx->access_log('ids.log'))[-1], "$event->{id} 403",
       'the reference is $request_id');
    my @found = grep {/$event->{id}/} split /\n/, $nginx->error_log;
    is scalar @found, 1, 'grep finds one line with it';
};


subtest 'references differ' => sub {
    my %seen;
    for (1 .. 20) {
        my $answer = get($nginx->port, '/vpn/../vpns/a');
        my ($id) = $answer->{body} =~ /reference: ([0-9a-f]{32})</;
        $seen{$id // ''}++;
    }
    is scalar keys %seen, 20, 'twenty refusals, twenty references';
    is scalar(my @lines = $nginx->events), 20, '... and lines';
};


subtest 'every status' => sub {
    for my $i (0 .. $#STATUS) {
        my $status = $STATUS[$i];
        my $answer = get($nginx->port($i + 10), '/vpn/../vpns/a');
        refused $answer, "status $status", $status;
        like $answer->{body}, qr/<title>$status\b/, '... in the title';
        like $answer->{body}, qr/reference: [0-9a-f]{32}</, '... reference';
        is header($answer, 'Content-Length'), length $answer->{body},
           '... length';
        one_event $nginx, { verb => 'blocked' }, '... one event';
        nothing_arrived $nginx, $be, '... nothing arrived';
    }
};


subtest 'HEAD' => sub {
    my $client = CitrixGuard::Raw->new($nginx->port);
    $client->put(request('/vpn/../vpns/a', method => 'HEAD'));
    my $answer = $client->get(method => 'HEAD');
    refused $answer, 'refused';
    $client->put(request('/clean'));
    is $client->get->{status}, 200, 'no body: the next answer is in its place';
    $be->take;
    $nginx->events;
};


subtest 'status 444' => sub {
    for my $method (qw(GET HEAD POST)) {
        my $client = CitrixGuard::Raw->new($nginx->port(2));
        $client->put(request('/vpn/../vpns/a', method => $method,
                             $method eq 'POST' ? (body => 'abc') : ()));
        is $client->get, undef, "$method: closed without an answer";
        one_event $nginx, { verb => 'blocked' }, "$method: one event";
        like((split /\n/, $nginx->access_log('ids.log'))[-1], qr/ 444$/,
             "$method: logged as 444");
    }
    nothing_arrived $nginx, $be, 'nothing arrived';
    is get($nginx->port(2), '/clean')->{status}, 200, 'clean: answered';
    $be->take;
};


subtest 'with everything that could change it' => sub {
    for my $headers ([], ['Accept-Encoding', 'gzip'], ['Range', 'bytes=0-1'],
                     ['If-None-Match', '*'],
                     ['If-Modified-Since', 'Sun, 22 Nov 2026 00:00:00 GMT']) {
        my $answer = get($nginx->port(3), '/vpn/../vpns/a',
                         headers => $headers);
        refused $answer, "refused: @$headers";
        unlike $answer->{body}, qr/recorded/, '... nothing of the upstream';
        like header($answer, 'Content-Type'), qr{^text/html}, '... HTML';
        like header($answer, 'Cache-Control'), qr/no-store/, '... no-store';
        like $answer->{body}, qr/reference: [0-9a-f]{32}</, '... reference'
            if !@$headers;
        one_event $nginx, { verb => 'blocked' }, '... one event';
        nothing_arrived $nginx, $be, '... nothing arrived';
    }
};


subtest 'no byte of the attacker' => sub {
    for my $target ('/vpn/../vpns/<script>alert(1)</script>',
                    '/vpn/../vpns/%3Cscript%3E', '/vpn/../vpns/?"\'onload=x',
                    '/vpn/../vpns/%0d%0aX-Injected:%201',
                    "/vpn/../vpns/\xff\xfe") {
        my $answer = get($nginx->port, $target, headers => [
            'User-Agent', '<script>', 'X-Request-Id', 'chosen']);
        refused $answer, 'refused';
        my ($id) = $answer->{body} =~ /reference: ([0-9a-f]{32})/;
        same_page($answer->{body}, '403 Forbidden', $id, '... the same page');
        unlike $answer->{head}, qr/script|Injected|onload/, '... and head';
    }
    $nginx->events;
};

done_testing;
