#!/usr/bin/perl

# citrix-guard verify against a real Apache as the ADC: bare, guarded, in
# detect, half guarded, behind fronts that refuse everything, with the ADC
# reachable round the guard, and with something that answers ICA.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use Test::More;

use CitrixGuard::Apache;
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch free_port end_process);
use CitrixGuard::Verify qw(verify verdict_is $SPELLINGS @SHARED);

my $dir = scratch();
my $adc = CitrixGuard::Apache->new;

# what each port of the front is
my %FRONT = (
    1 => ['guarded',        'citrix_guard on;'],
    2 => ['detect',         'citrix_guard detect;'],
    3 => ['bare',           ''],
    4 => ['half guarded',   'citrix_guard on;', <<'END'],
        location ~ \.\. { citrix_guard off; proxy_pass http://127.0.0.1:%%ADC%%; }
        location /vpn/js/ { citrix_guard off; proxy_pass http://127.0.0.1:%%ADC%%; }
        location /vpns/ { citrix_guard off; proxy_pass http://127.0.0.1:%%ADC%%; }
END
    5 => ['403 for all',    'return 403;'],
    6 => ['marked 403 for all',
          'add_header X-Citrix-Guard blocked always; return 403;'],
    7 => ['444',            'citrix_guard on; citrix_guard_status 444;'],
    8 => ['the ADC\'s own policy',
          'if ($request_uri ~* "vpns.*\.\.|\.\..*vpn|vpn.*(%|\.\.|;)") '
          . '{ return 404; }'],
    9 => ['closed for users', 'citrix_guard on; deny all;'],
);

certificate();
my $front = CitrixGuard::Nginx->new(ports => 9,
    vars => { ADC => $adc->port, CERT => "$dir/pem" },
    http => join '', "ssl_certificate %%CERT%%; ssl_certificate_key %%CERT%%;",
        map { server($_, @{ $FRONT{$_} }) } sort keys %FRONT)->start;


sub certificate {
    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj"
        . " /CN=gateway.example.test -keyout '$dir/pem' -out '$dir/crt'"
        . " >/dev/null 2>&1 && cat '$dir/crt' >>'$dir/pem'") == 0
        or die 'openssl failed';
    return;
}


sub server {
    my ($port, $name, $lines, $more) = @_;
    my $listen = CitrixGuard::Http2::listen_lines("127.0.0.1:%%PORT$port%%")
        =~ s/(:%%PORT\d+%%)/$1 ssl/r;
    $more //= '';
    return <<"END";
    server {
        $listen
        server_name s$port;
        error_log %%DIR%%/guard$port.log warn;
        $lines
        $more
        location / { proxy_pass http://127.0.0.1:%%ADC%%; }
    }
END
}


sub url { return 'https://127.0.0.1:' . $front->port($_[0]) }


subtest 'guarded' => sub {
    my ($is, $ran) = verify(url(1));
    verdict_is $is, $ran, 'shielded', 0, qr/^all @{[2 * $SPELLINGS]} .* served$/,
        'shielded';
    for my $protocol ('HTTP/1.1', 'HTTP/2') {
        my $of = $is->{protocols}{$protocol};
        my $guard = $of->{'refused by the guard'};
        cmp_ok $guard, '>', 35, "$protocol: refused by the guard";
        is $guard + $of->{'answered 400, before any guard'}, $SPELLINGS,
            '... or not even read by nginx';
    }
    is $is->{ica}{socks5}, 'http', 'ICA is taken for HTTP';
    is scalar(grep {/vpns/} $adc->requests('')), 0, 'the ADC has seen none';
};


subtest 'detect' => sub {
    my $log = $front->dir . '/guard2.log';
    my ($is, $ran) = verify(url(2), "--error-log=$log", '--no-ica');
    verdict_is $is, $ran, 'detect only', 1, qr/the mode is "detect"/,
        'with the log';
    ($is, $ran) = verify(url(2), '--no-ica');
    verdict_is $is, $ran, 'not shielded', 2, qr/the guard refused none/,
        'without it';
    like $is->{todo}, qr/--error-log/, '... it says how to know better';
};


subtest 'bare' => sub {
    my ($is, $ran) = verify(url(3), '--no-ica');
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/, 'through nginx';
    ($is, $ran) = verify('http://127.0.0.1:' . $adc->port, '--no-ica');
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/, 'the ADC itself';
    is $is->{protocols}{'HTTP/2'}{offered}, JSON::PP::false,
        'HTTP/2 is not offered';
    is_deeply [$adc->templates, $adc->bookmarks], [], 'nothing was written';
};


subtest 'half guarded' => sub {
    my ($is, $ran) = verify(url(4), '--no-ica');
    verdict_is $is, $ran, 'not shielded', 2, qr/though\ the\ guard\ refused
        |answered\ by\ something\ else/x, 'not shielded';
    my ($note) = @{ $is->{not_refused_by_the_guard} };
    ok $note, "one of them: $note->{target}";
};


subtest 'fronts that refuse everything' => sub {
    my ($is, $ran) = verify(url(5), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/403 to legitimate pages/,
        'a 403 alone is not taken for the guard';
    ($is, $ran) = verify(url(6), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/sets it on everything/,
        'nor the guard\'s mark on everything';
    ($is, $ran) = verify(url(9), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/no legitimate page/,
        'a guard with nobody served';
};


subtest 'refused without a word' => sub {
    my ($is, $ran) = verify(url(7), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/closed connection/,
        'closed';
    ($is, $ran) = verify(url(7), '--no-ica',
                         '--error-log=' . $front->dir . '/guard7.log');
    verdict_is $is, $ran, 'shielded', 0, qr/by the guard's log/,
        '... with the log';
    ($is, $ran) = verify(url(8), '--no-ica');
    isnt $is->{verdict}, 'shielded', 'another filter is no guard';
};


subtest 'round the guard' => sub {
    my $direct = '127.0.0.1:' . $front->port(3);
    my ($is, $ran) = verify(url(1), '--no-ica', "--direct=$direct");
    verdict_is $is, $ran, 'not shielded', 2,
        qr/reachable round the guard, at $direct/, 'the ADC answers';

    my $closed = free_port();
    ($is, $ran) = verify(url(1), '--no-ica', "--direct=127.0.0.1:$closed",
                         "--direct=[::1]:$closed");
    verdict_is $is, $ran, 'shielded', 0, qr/served/, 'it does not';
    is scalar(grep { $_->{direct} } @{ $is->{ways} }), 2, '... both asked';

    ($is, $ran) = verify(url(1), '--no-ica', '--port=' . $front->port(3));
    verdict_is $is, $ran, 'not shielded', 2, qr/gets through at/,
        'another port of the same host';
    ($is, $ran) = verify(url(1), '--no-ica', '--port=' . $front->port(7));
    is $is->{verdict}, 'shielded', 'another port that is guarded';
};


# An ADC that knows ICA, behind nothing: one connection at a time.
sub ica_server {
    my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5,
                                       ReuseAddr => 1) or die "listen: $!";
    defined(my $pid = fork) or die "fork: $!";
    return ($pid, $server->sockport) if $pid;

    while (my $client = $server->accept) {
        sysread $client, my $first, 4096;
        my $answer = $first =~ /^\x05/ ? "\x05\x00"
            : $first =~ m{^\x1aCGP/} ? "\x1aCGP/01"
            : $first =~ /cg[0-9a-f]{16}/
            ? "HTTP/1.1 403 F\r\nX-Citrix-Guard: blocked\r\n"
              . "Content-Length: 0\r\nConnection: close\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
              . "Connection: close\r\n\r\n";
        syswrite $client, $answer;
        close $client;
    }
    POSIX::_exit(0);
}


subtest 'ICA' => sub {
    my ($pid, $port) = ica_server();
    my ($is, $ran) = verify("http://127.0.0.1:$port");
    end_process($pid, 'TERM');
    is $is->{verdict}, 'shielded', 'shielded';
    is "$is->{ica}{socks5} $is->{ica}{cgp}", 'works works', 'ICA works';
};


subtest 'for people, and for Nagios' => sub {
    my $ran = citrix_guard(['verify', @SHARED, '--no-ica', url(3)]);
    like $ran->{out}, qr/^not shielded: .* refused none\.$/m, 'text';
    like $ran->{out}, qr/^    and \d+ more; --verbose lists them$/m,
        '... some spellings';
    my $all = citrix_guard(['verify', @SHARED, '--no-ica', '-v', url(3)]);
    cmp_ok length $all->{out}, '>', 2 * length $ran->{out}, '... or all';
    unlike $all->{out}, qr/[^\x0a\x20-\x7e]/, '... nothing moves a terminal';

    my @all = ([1, 0, 'OK'], [3, 2, 'CRITICAL'], [5, 3, 'UNKNOWN']);
    for (@all) {
        my ($port, $status, $state) = @$_;
        $ran = citrix_guard(['verify', @SHARED, '--no-ica', '--nagios',
                             url($port)]);
        is $ran->{status}, $status, "Nagios: $state";
        like $ran->{out}, qr/^CITRIX_GUARD\ $state\ -\ [^|\n]+
            \|\ asked=\d+\ refused=\d+\ through=\d+\ served=\d+\n\z/x,
            '... one line';
    }
};


subtest 'errors' => sub {
    my $closed = free_port();
    my @all = (
        [["http://127.0.0.1:$closed"], qr/^$/, qr/cannot tell: no answer/],
        [[url(1) =~ s/127.0.0.1/localhost/r], qr/^$/, qr/cannot tell:.*cert/i],
        [[], qr/one URL, and no more/],
        [[url(1), url(3)], qr/one URL, and no more/],
        [[url(1) . '/vpn/'], qr/nothing stands behind the host/],
        [['https://a:b@127.0.0.1/'], qr/nothing stands behind the host/],
        [['ftp://127.0.0.1/'], qr/no https:/],
        [["http://a\e[1mb/"], qr/no https:/],
        [['--direct=a b', 'http://x'], qr/--direct=a b: it must be/],
        [['--direct=::1', 'http://x'], qr/it must be HOST, HOST:PORT/],
        [['--port=0', 'http://x'], qr/--port=0: it must be/],
        [['--timeout=x', 'http://x'], qr/--timeout=x: it must be/],
        [['--nothing'], qr/--nothing/],
    );
    for (@all) {
        my ($arguments, $err, $out) = @$_;
        my $ran = citrix_guard(['verify', '--no-ica', @$arguments]);
        is $ran->{status}, 3, "@$arguments" =~ s/\e/ESC/r;
        like $ran->{err}, $err, '... message';
        like $ran->{out}, $out, '... and verdict' if $out;
    }

    my @lines = split /\n/, citrix_guard(['verify', '--help'])->{out};
    cmp_ok scalar @lines, '<', 26, 'help fits a screen';
    is_deeply [grep { length > 79 } @lines], [], '... and its width';
};

done_testing;
