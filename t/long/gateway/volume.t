# A gibibyte both ways by SOCKS5 and by CGP, byte for byte, and one up and one
# down by HTTP without a file for it; attacks go on all the time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;
use Time::HiRes qw(time);

use CitrixGuard::Check qw(request);
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Scratch qw(wait_until);

my $MIB = $ENV{TEST_MIB} // 1024;
my $BYTES = $MIB << 20;

# what the ADC serves: /big of that size; it answers an upload when it has it all
my $web = CitrixGuard::Nginx->new(without_module => 1, http => <<'END')->start;
    log_format up '$content_length $request_length $status';
    server {
        listen 127.0.0.1:%%PORT1%%;
        client_max_body_size 0;
        location /big { root %%DIR%%/html; sendfile on; }
        location /up {
            proxy_pass http://127.0.0.1:%%PORT1%%/sink;
            access_log %%DIR%%/up.log up;
        }
        location /sink { return 200 "sunk\n"; }
    }
END
open my $big, '>', $web->dir . '/html/big' or die "big: $!";
truncate $big, $BYTES or die "big: $!";
close $big;

my $gateway = CitrixGuard::Gateway->new(web => $web->port)->start;
my @TLS = $gateway->tls;
my $HEAD = "Host: $CitrixGuard::Gateway::NAME\r\n";

my ($sent, $refused) = (0, 0);


sub attack {
    my $answer = eval { CitrixGuard::Raw::ask($gateway->front,
        "GET /vpn/../vpns/cfg/smb.conf HTTP/1.1\r\n$HEAD\r\n", @TLS) };
    $sent++;
    $refused++ if $answer && $answer->{status} == 403;
    return;
}


sub temporary {
    return grep {-f} glob $gateway->dir . '/{client_body,proxy}/*';
}


for my $how ([SOCKS5 => \&CitrixGuard::Ica::socks5],
             [CGP => \&CitrixGuard::Ica::cgp]) {
    my ($name, $open) = @$how;
    my $client = $open->($gateway->front, @TLS, timeout => 60);
    my $start = time;
    my $got = CitrixGuard::Ica::pump($client, $BYTES, \&attack);
    is $got, $BYTES, "$name: $MIB MiB there and back";
    figure("MiB/s $name", sprintf '%.0f', 2 * $MIB / (time - $start));
    figure('MiB of ICA byte for byte', 2 * $MIB);
}


subtest 'download' => sub {
    my $client = CitrixGuard::Raw->new($gateway->front, @TLS, timeout => 60);
    $client->put("GET /big HTTP/1.1\r\n$HEAD\r\n");
    my $head = '';
    my $socket = $client->{socket};
    my ($got, $last) = (0, time);
    while (time - $last < 60) {
        if (!CitrixGuard::Raw::readable($socket, 1)) { next }
        my $n = sysread $socket, my $bytes, 131_072;
        next if !defined $n;
        last if !$n;
        $last = time;
        if ($head !~ /\r\n\r\n/) {
            $head .= $bytes;
            next if $head !~ /\r\n\r\n/;
            $n = length($head) - $+[0];
        }
        $got += $n;
        last if $got >= $BYTES;
    }
    like $head, qr{^HTTP/1\.1 200 }, 'served';
    is $got, $BYTES, "$MIB MiB";
    is scalar temporary(), 0, 'no temporary file';
    figure('MiB of HTTP', $MIB);
};


subtest 'upload' => sub {
    my $client = CitrixGuard::Raw->new($gateway->front, @TLS, timeout => 120);
    $client->put("POST /up HTTP/1.1\r\n${HEAD}Content-Length: $BYTES\r\n\r\n");
    my $block = 'u' x (1 << 20);
    my ($up, $files) = (0, 0);
    for (1 .. $MIB) {
        $client->put($block) or last;
        $up++;
        $files += temporary() if $_ % 64 == 0;
    }
    is $up, $MIB, "$MIB MiB";
    my $answer = $client->get;
    is $answer->{status}, 200, 'answered';
    my ($length, $with_head) = $web->access_log('up.log') =~ /^(\d+) (\d+) 200$/;
    is $length, $BYTES, '... of that length';
    ok $with_head > $BYTES, '... all of it';
    is $files + temporary(), 0, 'no temporary file';
    figure('MiB of HTTP', $MIB);
};


unlike $gateway->error_log, qr/buffered to a temporary file/,
    'nothing was written to disk';
attack();
is $refused, $sent, "$sent attacks meanwhile, each refused";
figure('attacks refused', $refused);
figures();

done_testing;
