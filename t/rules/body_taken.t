# A body that was read before PREACCESS, by another module or by nginx itself
# (client_body_early_read): "detect" examines what "on" examines.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(refused one_event);
use CitrixGuard::Foreign;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;

my $foreign = CitrixGuard::Foreign::module();

plan skip_all => 'the module is linked statically' if !$foreign;

my $be = CitrixGuard::Recorder->new;

my $nginx = CitrixGuard::Nginx->new(
    ports => 2, vars => { BE => $be->port }, main => "load_module $foreign;",
    http => join '', map { <<"END" } [1, 'on'], [2, 'detect'])->start;
    server {
        listen 127.0.0.1:%%PORT$_->[0]%%;
        citrix_guard $_->[1];
        citrix_guard_rule evil path ^/ and body:4k late=evil;
        citrix_guard_rule few  path ^/few and length:body <=3;
        client_body_buffer_size 1k;
        location / { foreign_read_body; proxy_pass http://127.0.0.1:%%BE%%; }
        location /file/ { foreign_read_body; client_body_in_file_only clean;
                          proxy_pass http://127.0.0.1:%%BE%%; }
    }
END


sub post {
    my ($port, $path, $body, $chunk) = @_;
    my $framing = 'Content-Length: ' . length($body) . "\r\n\r\n$body";
    if ($chunk) {
        $framing = join '', "Transfer-Encoding: chunked\r\n\r\n",
            (map { sprintf "%x\r\n%s\r\n", length, $_ }
             unpack "(a$chunk)*", $body), "0\r\n\r\n";
    }
    return CitrixGuard::Raw::ask($nginx->port($port),
        "POST $path HTTP/1.1\r\nHost: x\r\n$framing");
}


for my $where ('/', '/file/') {
    for my $chunk (0, 7, 900) {
        for my $size (10, 3000) {
            my $body = 'x' x $size . 'late=evil' . 'y' x 2000;
            my $how = "$where, $size bytes before it"
                    . ($chunk ? ", chunks of $chunk" : '');
            refused post(1, $where, $body, $chunk), "on: $how: refused";
            one_event $nginx, { verb => 'blocked', rule => 'evil' },
                      '... one event';
            is scalar($be->arrivals($nginx)), 0, '... and nothing arrived';
            is post(2, $where, $body, $chunk)->{status}, 200,
               "detect: $how: passed";
            one_event $nginx, { verb => 'detected', rule => 'evil' },
                      '... one event';
            is +($be->arrivals($nginx))[0]{body}, $body, '... as it is';
            $body =~ s/evil/good/;
            is post($_, $where, $body, $chunk)->{status}, 200,
               "a good one, server $_" for 1, 2;
            is_deeply [$nginx->events], [], '... no event';
            $be->arrivals($nginx);
        }
    }
}

is post(2, '/few', 'xxx', 1)->{status}, 200, 'detect: a short one, not announced';
one_event $nginx, { verb => 'detected', rule => 'few' }, '... one event';
is post(2, '/few', 'xxxx', 1)->{status}, 200, 'a longer one';
is_deeply [$nginx->events], [], '... no event';

done_testing;
