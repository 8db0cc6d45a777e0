#!/usr/bin/perl

# citrix-guard verify against a real Apache as the ADC: unguarded, guarded, in
# detect, partly guarded, behind servers that refuse everything, with the ADC
# reachable around the guard, and with a server that speaks ICA.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::INET;
use JSON::PP ();
use POSIX ();
use Test::More;

use CitrixGuard::Apache;
use CitrixGuard::Command qw(citrix_guard);
use CitrixGuard::Gateway;
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch free_port end_process spew);
use CitrixGuard::Verify qw(verify verdict_is $SPELLINGS @SHARED);

my $dir = scratch();
my $adc = CitrixGuard::Apache->new;

# the purpose of each port of the front
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
    11 => ['old', 'ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;'],
);

certificate();
my $front = CitrixGuard::Nginx->new(ports => 11,
    vars => { ADC => $adc->port, CERT => "$dir/pem" },
    http => join '', "ssl_certificate %%CERT%%; ssl_certificate_key %%CERT%%;",
        (map { server($_, @{ $FRONT{$_} }) } sort keys %FRONT), <<'END')->start;
    server { listen 127.0.0.1:%%PORT10%%; citrix_guard on;
             location / { proxy_pass http://127.0.0.1:%%ADC%%; } }
END


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
    $listen .= " listen [::1]:%%PORT$port%% ssl;";
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
    is scalar(grep {/vpns/} $adc->requests('')), 0, 'none reached the ADC';
};


subtest 'detect' => sub {
    my $log = $front->dir . '/guard2.log';
    my ($is, $ran) = verify(url(2), "--error-log=$log", '--no-ica');
    verdict_is $is, $ran, 'detect only', 1, qr/the mode is "detect"/,
        'with the log';
    ($is, $ran) = verify(url(2), '--no-ica');
    verdict_is $is, $ran, 'not shielded', 2, qr/the guard refused none/,
        'without it';
    like $is->{todo}, qr/--error-log/, '... it says how to find out';
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
    verdict_is $is, $ran, 'cannot tell', 3, qr/legitimate pages get 403/,
        'a 403 alone is not taken for the guard';
    ($is, $ran) = verify(url(6), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/adds it to every answer/,
        'nor the guard\'s mark on everything';
    ($is, $ran) = verify(url(9), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/no legitimate page/,
        'a guard, but no user is served';
};


subtest 'a closed connection' => sub {
    my ($is, $ran) = verify(url(7), '--no-ica');
    verdict_is $is, $ran, 'cannot tell', 3, qr/closed connection/,
        'closed';
    ($is, $ran) = verify(url(7), '--no-ica',
                         '--error-log=' . $front->dir . '/guard7.log');
    verdict_is $is, $ran, 'shielded', 0, qr/the guard's log shows that/,
        '... with the log';
    ($is, $ran) = verify(url(8), '--no-ica');
    isnt $is->{verdict}, 'shielded', 'another filter is not the guard';
};


subtest 'around the guard' => sub {
    my $direct = '127.0.0.1:' . $front->port(3);
    my ($is, $ran) = verify(url(1), '--no-ica', "--direct=$direct");
    verdict_is $is, $ran, 'not shielded', 2,
        qr/reached without the guard, at $direct/, 'the ADC answers';

    my $closed = free_port();
    ($is, $ran) = verify(url(1), '--no-ica', "--direct=127.0.0.1:$closed",
                         "--direct=[::1]:$closed");
    verdict_is $is, $ran, 'shielded', 0, qr/served/, 'no way around it';
    is scalar(grep { $_->{direct} } @{ $is->{ways} }), 2, '... both tried';

    ($is, $ran) = verify(url(1), '--no-ica', '--port=' . $front->port(3));
    verdict_is $is, $ran, 'not shielded', 2, qr/gets through at/,
        'another port of the same host';
    ($is, $ran) = verify(url(1), '--no-ica', '--port=' . $front->port(7));
    is $is->{verdict}, 'shielded', 'another port that is guarded';
};


# A server that refuses the attack and serves everything else.
sub refusing {
    my ($answer, $headers, @options) = @_;
    my $adc = CitrixGuard::Recorder->new(answer => sub {
        my $target = $_[0]{target};
        return { close => 1, status => 200, body => 'page',
                 headers => $headers // [] } if $target !~ /cg[0-9a-f]{16}/;
        return { close => 1, ref $answer eq 'CODE' ? %{ $answer->($target) }
                                                   : %$answer } });
    return verify('http://127.0.0.1:' . $adc->port, '--no-ica', @options);
}


subtest 'who refuses' => sub {
    my ($is, $ran) = refusing({ status => 403,
        body => "<p>You don't have permission to access /vpns/</p>" });
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/,
        'Apache\'s own 403 means that it came through';
    ($is, $ran) = refusing({ status => 403, headers => [Server => 'Apache'],
                             body => 'x' });
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/, '... here, too';
    ($is, $ran) = refusing({ status => 403, body => '' });
    verdict_is $is, $ran, 'cannot tell', 3, qr/as the ADC's own policy would/,
        'a 403 without a body';
    ($is, $ran) = refusing({ status => 404, body => '[global]' });
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/, 'by the file';
    ($is, $ran) = refusing({ status => 404, body => 'x' });
    verdict_is $is, $ran, 'cannot tell', 3, qr/refused none of 42/,
        'a patched ADC';
    ($is, $ran) = refusing({ status => 403, body => 'x',
                             headers => ['x-citrix-guard' => 'blocked'] });
    verdict_is $is, $ran, 'shielded', 0, qr/all 42 .*, 42 by/, 'the guard';
    ($is, $ran) = refusing(sub { return $_[0] =~ /%/ ? { status => 404 }
        : { status => 403, headers => ['X-Citrix-Guard' => 'blocked'] } });
    verdict_is $is, $ran, 'not shielded', 2,
        qr/something else answered the others/, 'the guard, in part';
    ($is, $ran) = refusing({ status => 200, body => "[global]\n",
                             headers => ['X-Citrix-Guard' => 'blocked'] });
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/,
        'the file, with the guard\'s mark';
    ($is, $ran) = refusing({ status => 200, body => 'x',
                             headers => ['X-Citrix-Guard' => 'blocked'] });
    verdict_is $is, $ran, 'cannot tell', 3, qr/refused none of 42/,
        'a 200 with the guard\'s mark: the guard answers 400 to 599';
    ($is, $ran) = refusing({ status => 403, body => 'x',
        headers => ['X-Citrix-Guard' => 'blocked'] },
        ['X-Citrix-Guard' => 'blocked']);
    verdict_is $is, $ran, 'cannot tell', 3, qr/adds it to every answer/,
        'the guard\'s mark on pages as well';
};


# The same answer to pages and to the attack.
sub always {
    my ($answer, @options) = @_;
    my $all = CitrixGuard::Recorder->new(answer => sub {
        select undef, undef, undef, $answer->{slow} if $answer->{slow};
        return { close => 1, %$answer } });
    my @ran = verify('http://127.0.0.1:' . $all->port, '--no-ica', @options);
    return (@ran, $all);
}


subtest 'one answer to everything' => sub {
    my ($is, $ran) = always({ status => 302,
        headers => [Location => "https://other.example/\x01"] });
    verdict_is $is, $ran, 'cannot tell', 3, qr{redirects\ every\ request,.*
        \ to\ https://other\.example/\\x01$}x, 'a redirect, with its target';
    ($is, $ran) = always({ status => 301 });
    verdict_is $is, $ran, 'cannot tell', 3, qr/redirects .* to nowhere$/,
        '... to nowhere';
    ($is, $ran) = always({ status => 503 });
    verdict_is $is, $ran, 'cannot tell', 3, qr/answers 503 to every request/,
        '503: verify says so';
    ($is, $ran) = refusing({ status => 302, headers => [Location => '/'] });
    verdict_is $is, $ran, 'cannot tell', 3, qr/refused none of 42/,
        'not if pages are served';
};


subtest 'a limit for the whole run' => sub {
    my ($is, $ran) = always({ status => 403, slow => 0.1,
        headers => ['X-Citrix-Guard' => 'blocked'] }, '--deadline=1');
    is $is->{verdict}, 'cannot tell', 'the field on every answer'
        or diag $ran->{out};
    my $begin = time;
    ($is, $ran) = refusing(sub { select undef, undef, undef, 0.1;
        return { status => 403, headers => ['X-Citrix-Guard' => 'blocked'] } },
        [], '--deadline=2');
    verdict_is $is, $ran, 'cannot tell', 3,
        qr/deadline of 2 seconds passed, and [1-9]\d* requests were not answered/,
        'refused up to the deadline';
    cmp_ok time - $begin, '<', 5, '... in time';
    ($is, $ran) = refusing(sub { select undef, undef, undef, 0.1;
        return { status => 200, body => '[global]' } }, [], '--deadline=2');
    verdict_is $is, $ran, 'not shielded', 2, qr/got through/,
        'what got through counts';
};


subtest 'the token of the canary' => sub {
    my ($is, $ran, $all) = always({ status => 404 }, '--canary=a.B-1_~+/=');
    my @heads = map { $_->{head} } grep { ($_->{method} // '') eq 'GET' }
                $all->take;
    cmp_ok scalar @heads, '>', 42, 'requests';
    is scalar(grep { !/^X-Citrix-Guard-Canary: a\.B-1_~\+\/=\r$/m } @heads), 0,
        '... all of them have it';
    ($is, $ran, $all) = always({ status => 404 });
    is scalar(grep { $_->{head} =~ /canary/i } $all->take), 0,
        'none without the option';
};


# If a log is given, it has to confirm the answers.
subtest 'a log that shows nothing' => sub {
    spew("$dir/silent.log", "an old line\n");
    my ($is, $ran) = verify(url(1), '--no-ica', "--error-log=$dir/silent.log");
    verdict_is $is, $ran, 'cannot tell', 3, qr/log shows nothing of this run/,
        'a log of something else';
    ($is, $ran) = verify(url(1), '--no-ica', "--error-log=$dir/no.log");
    verdict_is $is, $ran, 'cannot tell', 3, qr/its log cannot be read/,
        'a log that does not exist';
    ($is, $ran) = verify(url(1), '--no-ica',
                         '--error-log=' . $front->dir . '/guard1.log');
    verdict_is $is, $ran, 'shielded', 0, qr/served/, 'the guard\'s own';
    ($is, $ran) = verify(url(3), '--no-ica', "--error-log=$dir/silent.log");
    verdict_is $is, $ran, 'not shielded', 2,
        qr/refused none; its log shows nothing of this run/,
        'what got through counts';
};


# The log is rotated at the first request that the guard logs; the new file is
# shorter than the old one.
subtest 'a log that is rotated during the run' => sub {
    my $log = "$dir/rotated.log";
    spew($log, "an old line\n" x 10_000);
    my ($is, $ran) = refusing(sub {
        my ($target) = @_;
        rename $log, "$log.1" if !-e "$log.1";
        open my $to, '>>', $log or die "$log: $!";
        print {$to} "[warn] 1#1: *1 citrix_guard: blocked $target\n";
        close $to;
        return { status => 404, body => 'x' };
    }, [], "--error-log=$log");
    verdict_is $is, $ran, 'shielded', 0, qr/the guard's log shows that/,
        'read from its beginning';
};


# The rows of --direct: port, scheme, status.
sub direct {
    my ($is) = @_;
    return map {"$_->{address}:$_->{port} $_->{scheme} $_->{answer}"
                . ($_->{connected} ? '' : ' closed')}
           grep { $_->{direct} } @{ $is->{ways} };
}


subtest 'around the guard, with TLS or without' => sub {
    my ($plain, $tls, $closed) = ($adc->port, $front->port(3), free_port());
    my ($is, $ran) = verify(url(1), '--no-ica', "--direct=127.0.0.1:$plain");
    verdict_is $is, $ran, 'not shielded', 2, qr/reached without the guard/,
        'plain, though the URL is TLS';
    is_deeply [direct($is)], ["127.0.0.1:$plain https 0",
                              "127.0.0.1:$plain http 200"], '... both tried';

    ($is, $ran) = verify('http://127.0.0.1:' . $front->port(10), '--no-ica',
                         "--direct=127.0.0.1:$tls");
    verdict_is $is, $ran, 'not shielded', 2, qr/reached without the guard/,
        'TLS, though the URL is plain';
    is_deeply [direct($is)], ["127.0.0.1:$tls https 200"], '... and no more';

    ($is, $ran) = verify(url(1), '--no-ica', "--direct=[::1]:$tls");
    verdict_is $is, $ran, 'not shielded', 2, qr/at \[::1\]:$tls/, 'IPv6';
    ($is, $ran) = verify(url(1), '--no-ica', '--direct=::1');
    is_deeply [map {s/.*\]:(\d+).*/$1/r} direct($is)],
        [443, 80, $front->port(1)], 'without a port: those of an ADC';
    ($is, $ran) = verify(url(1), '--no-ica', "--direct=127.0.0.1:$closed");
    is_deeply [direct($is)], ["127.0.0.1:$closed https 0 closed"],
        'a closed port is tried once';
    ($is, $ran) = verify(url(1), '--no-ica', '--direct=' . 'x' x 64);
    verdict_is $is, $ran, 'shielded', 0, qr/served/, 'an invalid name';
    ($is, $ran) = verify(url(1), '--no-ica',
                         '--direct=127.0.0.1:' . $front->port(11));
    verdict_is $is, $ran, 'not shielded', 2, qr/reached without the guard/,
        'a server that knows only TLS 1.0';
    is_deeply [map {s/.* https //r} direct($is)], [200], '... over TLS';
};


subtest 'something that answers no request' => sub {
    my ($pid, $port) = ica_server(sub {''});
    my ($is, $ran) = verify(url(1), '--no-ica', "--direct=127.0.0.1:$port");
    verdict_is $is, $ran, 'cannot tell', 3,
        qr/something at 127.0.0.1:$port accepts connections/, 'not shielded yet';
    ($is, $ran) = verify(url(7), '--no-ica', "--direct=127.0.0.1:$port",
                         '--error-log=' . $front->dir . '/guard7.log');
    verdict_is $is, $ran, 'cannot tell', 3, qr/something at \S+ accepts connections/,
        '... even with the log';
    end_process($pid, 'TERM');
};


subtest 'a name that does not point there yet' => sub {
    my ($is, $ran) = verify('https://gateway.example.test', '--no-ica',
        "--cacert=$dir/crt", '--connect=127.0.0.1:' . $front->port(1));
    verdict_is $is, $ran, 'shielded', 0, qr/served/, 'by IPv4';
    is_deeply [map { $_->{address} } @{ $is->{ways} }], [],
        '... and the name is not looked up';
    ($is, $ran) = verify('https://gateway.example.test', '--no-ica',
        '--connect=[::1]:' . $front->port(1));
    is $is->{verdict}, 'shielded', 'by IPv6';
    my ($v6) = verify('https://[::1]:' . $front->port(1), '--no-ica');
    is $v6->{verdict}, 'shielded', 'an IPv6 address in the URL';
};


# An ADC that knows ICA, without a guard: one connection at a time.
sub ica_server {
    my ($say) = @_;
    my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5,
                                       ReuseAddr => 1) or die "listen: $!";
    defined(my $pid = fork) or die "fork: $!";
    return ($pid, $server->sockport) if $pid;

    while (my $client = $server->accept) {
        sysread $client, my $first, 4096;
        my $answer = $say ? $say->($first) : $first =~ /^\x05/ ? "\x05\x00"
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


# The configuration of conf/gateway: browsers and ICA through one port.
subtest 'a whole Gateway' => sub {
    plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
        if !CitrixGuard::Nginx::has_stream();
    my $web = CitrixGuard::Recorder->new;
    my $gateway = CitrixGuard::Gateway->new(web => $web->port)->start;
    $gateway->settle;
    my (undef, $tls) = $gateway->tls;
    my ($is, $ran) = verify("https://$CitrixGuard::Gateway::NAME",
        "--cacert=$tls->{SSL_ca_file}", '--connect=127.0.0.1:' . $gateway->port);
    verdict_is $is, $ran, 'shielded', 0, qr/and users are served/, 'shielded';
    is "$is->{ica}{socks5} $is->{ica}{cgp}", 'works works', 'ICA works';
    ok !$is->{protocols}{'HTTP/2'}{offered}, 'HTTP/2 is not offered by TLS';
    is_deeply [grep {/vpns/} $web->targets($gateway)], [],
        'none reached the ADC';
};


subtest 'for people, and for Nagios' => sub {
    my $ran = citrix_guard(['verify', @SHARED, '--no-ica', url(3)]);
    like $ran->{out}, qr/^not shielded: .* refused none\.$/m, 'text';
    like $ran->{out}, qr/^    and \d+ more; --verbose lists them$/m,
        '... some spellings';
    my $all = citrix_guard(['verify', @SHARED, '--no-ica', '-v', url(3)]);
    cmp_ok length $all->{out}, '>', 2 * length $ran->{out}, '... or all';
    unlike $all->{out}, qr/[^\x0a\x20-\x7e]/, '... no control bytes';

    my @all = ([1, 0, 'OK'], [3, 2, 'CRITICAL'], [5, 3, 'UNKNOWN'],
        [2, 1, 'WARNING', '--error-log=' . $front->dir . '/guard2.log']);
    for (@all) {
        my ($port, $status, $state, @more) = @$_;
        $ran = citrix_guard(['verify', @SHARED, '--no-ica', '--nagios',
                             @more, url($port)]);
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
        [[], qr/give exactly one URL/],
        [[url(1), url(3)], qr/give exactly one URL/],
        [[url(1) . '/vpn/'], qr/nothing before or after the host/],
        [['https://a:b@127.0.0.1/'], qr/nothing before or after the host/],
        [['ftp://127.0.0.1/'], qr/must be https:/],
        [["http://a\e[1mb/"], qr/must be https:/],
        [['--direct=a b', 'http://x'], qr/--direct=a b: it must be/],
        [['--direct=[::1]:x', 'http://x'], qr/it must be HOST, HOST:PORT/],
        [['--direct=:1', 'http://x'], qr/it must be HOST, HOST:PORT/],
        [['--connect=a:0', 'http://x'], qr/--connect=a:0: it must be HOST/],
        [[('--direct=a') x 9, 'http://x'], qr/--direct: more than 8/],
        [[('--port=1') x 9, 'http://x'], qr/--port: more than 8/],
        [['--port=0', 'http://x'], qr/--port=0: it must be/],
        [['--timeout=x', 'http://x'], qr/--timeout=x: it must be/],
        [['--deadline=0', 'http://x'], qr/--deadline=0: it must be/],
        [['--canary=', 'http://x'], qr/--canary: it must be/],
        [["--canary=a\r\nb", 'http://x'], qr/--canary: it must be/],
        [['--canary=' . 'a' x 129, 'http://x'], qr/--canary: it must be/],
        [['--nothing'], qr/^citrix-guard verify: .*--nothing/],
    );
    for (@all) {
        my ($arguments, $err, $out) = @$_;
        my $ran = citrix_guard(['verify', '--no-ica', @$arguments]);
        is $ran->{status}, 3, "@$arguments" =~ s/\e/ESC/r;
        like $ran->{err}, $err, '... message';
        like $ran->{out}, $out, '... and verdict' if $out;
    }

    my @lines = split /\n/, citrix_guard(['verify', '--help'])->{out};
    cmp_ok scalar @lines, '<', 24, 'help fits a screen';
    is_deeply [grep { length > 79 } @lines], [], '... and its width';
};

done_testing;
