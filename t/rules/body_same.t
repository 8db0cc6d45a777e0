# With a rule on bodies in force nginx does what it does without the module:
# bodies that are shorter or longer than announced, bodies that nobody reads,
# bodies in files, the first piece of an unbuffered one; over HTTP/1, HTTP/2 and
# HTTP/3. The same requests go to the same nginx without the module, and
# status, what arrived and what the error log says are compared.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Http2;
use CitrixGuard::Http3;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(slurp wait_until);

plan skip_all => 'the module is linked statically'
    if !CitrixGuard::Nginx::module();

my $be = CitrixGuard::Recorder->new;
my $h3 = !CitrixGuard::Http3::missing();

my $LOCATIONS = <<'END';
    client_body_buffer_size 1k;
    root %%DIR%%/html;
    proxy_http_version 1.1;
    location /buffered/   { proxy_pass http://127.0.0.1:%%BE%%; }
    location /unbuffered/ { proxy_request_buffering off;
                            proxy_pass http://127.0.0.1:%%BE%%; }
    location /file/       { client_body_in_file_only clean;
                            proxy_pass http://127.0.0.1:%%BE%%; }
    location /limited/    { client_max_body_size 20;
                            proxy_pass http://127.0.0.1:%%BE%%; }
    location /static/     { }
    location /dav/        { dav_methods PUT; client_body_in_file_only clean; }
    location /put/        { dav_methods PUT; create_full_put_path on; }
END

my %nginx = map { $_ => start($_) } qw(without on detect);


sub start {
    my ($mode) = @_;
    my $guard = $mode eq 'without' ? '' : <<"END";
        citrix_guard $mode;
        citrix_guard_rule evil path ^/ and body:64 login=evil;
END
    return CitrixGuard::Nginx->new(
        ports => 3, vars => { BE => $be->port }, error_level => 'info',
        without_module => $mode eq 'without', http => join '', map {
            "server { $_\n$guard$LOCATIONS}\n"
        } 'listen 127.0.0.1:%%PORT1%%;',
          CitrixGuard::Http2::listen_lines('127.0.0.1:%%PORT2%%'),
          $h3 ? CitrixGuard::Http3::listen_lines('127.0.0.1:%%PORT3%%') : ()
    )->start;
}


my %h3;

# version of HTTP: how a request with these DATA bytes is sent
my %ASK = (
    'HTTP/1' => sub {
        my ($nginx, %given) = @_;
        my $client = CitrixGuard::Raw->new($nginx->port(1));
        my @headers = @{ $given{headers} // [] };
        my $head = "$given{method} $given{path} HTTP/1.1\r\nHost: x\r\n"
                 . "Connection: close\r\n";
        while (my ($name, $value) = splice @headers, 0, 2) {
            $head .= "$name: $value\r\n";
        }
        $client->put("$head\r\n$given{body}");
        shutdown $client->{socket}, 1 if $given{ends};
        return $client->get;
    },
    'HTTP/2' => sub {
        my ($nginx, %given) = @_;
        my $client = CitrixGuard::Http2->new($nginx->port(2));
        return $client->ask(%given, body => [$given{body}]);
    },
    'HTTP/3' => sub {
        my ($nginx, %given) = @_;
        my $client = $h3{$nginx} //= CitrixGuard::Http3->new($nginx->port(3));
        return $client->ask(%given);
    },
);


# Everything visible of a request: status, what arrived, what was logged.
sub outcome {
    my ($nginx, $how, %given) = @_;
    my $from = -s $nginx->dir . '/error.log';
    my $answer = eval { $ASK{$how}->($nginx, %given) };
    my $status = $answer && $answer->{status} // 'none';
    my @got = map { arrived($_) } $be->arrivals($nginx);
    @got = () if $status ne '200' && $given{path} =~ m{^/unbuffered/};
    my $log = slurp($nginx->dir . '/error.log', $from);
    my @said = map { /\[(\w+)\] \d+#\d+: (?:\*\d+ )?(.*?)(?:, client: .*)?$/
                     ? "$1: $2" : () } split /\n/, $log;
    # temporary files have numbers; the rest depends on which was faster,
    # nginx or the client that hangs up
    s{/\d+\b}{/N}g, s/\Q${\ $nginx->dir}\E/DIR/g, s/ while .*// for @said;
    @said = grep { !/citrix_guard:|info:[ ]quic[ ]|keepalive[ ]connection
                     |(?:shutdown|recv|setsockopt)\(\)/x } @said;
    return join "\n", "status $status", @got, sort @said;
}


# A rule waits for the beginning of an unbuffered body. So nginx may know its
# length, or that it is wrong, before it forwards any of it; and the pieces are
# others.
sub arrived {
    my ($got) = @_;
    return $got->{raw} if $got->{target} !~ m{^/unbuffered/};
    my ($head, $body) = @$got{qw(head body)};
    $body =~ s/([0-9a-f]+)\r\n(.*?)\r\n/$2/gs
        if $head =~ s/^(Transfer-Encoding: chunked|Content-Length: .*)\r\n//mi
        && $1 =~ /^T/;
    return $head . $body;
}


my $LONG = 'a=' . 'x' x 5000;

# name, what is announced (undef: nothing), and the bytes that come
my @BODIES = (
    ['as announced', 9, 'login=god'],
    ['none announced', undef, 'login=god'],
    ['longer than a buffer', length $LONG, $LONG],
    ['longer than a buffer, not announced', undef, $LONG],
    ['shorter than announced', 20, 'login=god'],
    ['shorter by much', 5000, 'login=god'],
    ['longer than announced', 4, 'login=god'],
    ['longer by much', 100, $LONG],
    ['of no bytes, though announced', 20, ''],
    ['of no bytes', 0, ''],
);

for my $how (sort keys %ASK) {
    next if $how eq 'HTTP/3' && !$h3;
    for my $where (qw(/buffered/ /unbuffered/ /file/ /limited/ /static/ /put/)) {
        for my $case (@BODIES) {
            my ($name, $length, $body) = @$case;
            # over HTTP/1 a body is as long as announced, or its client is gone
            next if $how eq 'HTTP/1'
                && (!defined $length || $length < length $body
                    || $where eq '/unbuffered/' && $length > length $body);
            my %request = (method => $where eq '/put/' ? 'PUT' : 'POST',
                path => "${where}a", body => $body,
                ends => length $body < ($length // 0),
                headers => [defined $length ? ('content-length', $length)
                                            : ()]);
            my $wanted = outcome($nginx{without}, $how, %request);
            for my $mode (qw(on detect)) {
                is outcome($nginx{$mode}, $how, %request), $wanted,
                   "$how $where, $mode: a body $name";
            }
        }
    }
}


# the connection continues after a body that nobody has read
for my $mode (sort keys %nginx) {
    my $client = CitrixGuard::Raw->new($nginx{$mode}->port(1));
    $client->put("POST /static/a HTTP/1.1\r\nHost: x\r\n"
               . "Content-Length: 9\r\n\r\nlogin=god"
               . "GET /buffered/b HTTP/1.1\r\nHost: x\r\n\r\n");
    is join(' ', map { $client->get->{status} } 1, 2), '404 200',
       "$mode: a request behind a body that was not read";
    is join(' ', $be->targets($nginx{$mode})), '/buffered/b', '... arrives';
}


# the first piece of an unbuffered body: forwarded before the second is there
for my $mode (sort keys %nginx) {
    my $client = CitrixGuard::Raw->new($nginx{$mode}->port(1));
    $client->put("POST /unbuffered/a HTTP/1.1\r\nHost: x\r\n"
               . "Content-Length: 80\r\n\r\n" . 'x' x 70);
    my @come;
    ok wait_until(sub { @come = $be->take }) && !$come[0]{complete},
       "$mode: the first piece of an unbuffered body is forwarded";
    $client->put('y' x 10);
    is $client->get->{status}, 200, '... and then the second';
    is +($be->arrivals($nginx{$mode}))[0]{body}, 'x' x 70 . 'y' x 10, '... whole';
}

# nginx need not wait for them
%h3 = ();

done_testing;
