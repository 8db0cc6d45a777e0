# The shutter: one line closes the Gateway to all but the listed networks,
# sessions continue, and attempts are recorded meanwhile; one line opens it
# again.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request refused);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Process qw(alive children);
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(wait_until);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $web = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 101, tunnel => 1, headers => [Connection => 'upgrade',
             Upgrade => 'websocket'] } if $request->{head} =~ /^Upgrade:/mi;
    return;
});

my $gateway = CitrixGuard::Gateway->new(web => $web->port,
    # workers that are killed with open sessions log it
    expected => qr/open socket #\d+ left in connection|aborting/)->start;
my @TLS = $gateway->tls;
my @HOST = (Host => $CitrixGuard::Gateway::NAME);


sub ask {
    my ($target, %given) = @_;
    return CitrixGuard::Raw::ask($gateway->front, request($target,
        no_host => 1, %given, headers => [@HOST, @{ $given{headers} // [] }]),
        @TLS, method => $given{method});
}


sub header { return CitrixGuard::Raw::header(@_) }


sub websocket {
    my $client = CitrixGuard::Raw->new($gateway->front, @TLS);
    $client->put(request('/ws', no_host => 1, headers => [@HOST,
        Upgrade => 'websocket', Connection => 'Upgrade']));
    $client->get->{status} == 101 or die 'no websocket';
    return $client;
}


my @sessions = (CitrixGuard::Ica::socks5($gateway->front, @TLS),
                CitrixGuard::Ica::cgp($gateway->front, @TLS), websocket());
$web->arrivals($gateway);
$gateway->adc->forget;

$gateway->set('shutter.conf', qr/^    default         open;/m,
              '    default         closed;');
ok $gateway->reload, 'closed';

subtest 'sessions continue' => sub {
    ok CitrixGuard::Ica::echoes($_, 'still here'), '... this one' for @sessions;
};

subtest 'browsers' => sub {
    for my $request (['/'], ['/vpn/index.html'],
                     ['/cgi/login', method => 'POST', body => 'login=a']) {
        my $answer = ask(@$request);
        is $answer->{status}, 503, "$request->[0]: 503";
        is header($answer, 'Retry-After'), 3600, '... Retry-After';
        is header($answer, 'Cache-Control'), 'no-store', '... no-store';
        is header($answer, 'Content-Type'), 'text/html; charset=utf-8',
            '... HTML';
        like $answer->{body}, qr/Closed for maintenance.*Please try/s,
            '... in English';
        like $answer->{body}, qr/Gesloten voor onderhoud.*servicedesk/s,
            '... in Dutch';
    }
    is ask('/', method => 'HEAD')->{status}, 503, 'HEAD';
    is ask('/citrix-guard-closed/closed.html')->{status}, 404,
        'the page has no address of its own'
        or diag 'only clients that are turned away get it';
    is_deeply [$gateway->events], [], 'there are no events for them';
};

subtest 'ICA' => sub {
    for my $first ($CitrixGuard::Ica::GREETING, $CitrixGuard::Ica::CGP,
                   $CitrixGuard::Ica::ICA) {
        my $client = CitrixGuard::Raw->new($gateway->front, @TLS);
        $client->put($first);
        ok wait_until(sub {
            $! = 0;
            return defined sysread $client->{socket}, my $byte, 1;
        }, 5), 'the end of the stream, and no reset';
        # SSL_RECEIVED_SHUTDOWN: TLS has been ended, not only TCP
        ok Net::SSLeay::get_shutdown($client->{socket}->_get_ssl_object) & 2,
            '... cleanly';
    }
    $gateway->settle;
    my $log = $gateway->access_log('gateway.log');
    like $log, qr/^127\.0\.0\.1 \[\S+\] $_ closed 200 /m, "$_ is in the log"
        for qw(socks5 cgp ica);
};

subtest 'attempts' => sub {
    for my $target ('/vpn/../vpns/cfg/smb.conf', '/vpn/..%252fvpns/') {
        is ask($target)->{status}, 503, "$target: closed";
        my @events = $gateway->events;
        is scalar @events, 1, '... one line';
        like $events[0], qr/blocked reason=traversal .*client: 127\.0\.0\.1,/,
            '... with the client';
    }
};

unlike $gateway->error_log, qr/\[error\]/, 'no errors';
is $web->arrivals($gateway), 0, 'no HTTP has reached the ADC';
is $gateway->adc->received, '', '... nor anything else';

$gateway->set('shutter.conf', qr/^    192\.0\.2\.128\/25 /m, '    127.0.0.0/8 ');
ok $gateway->reload, 'open for one network';
is ask('/')->{status}, 200, 'HTTP from there';
ok CitrixGuard::Ica::socks5($gateway->front, @TLS), 'ICA from there';
refused ask('/vpn/../vpns/'), 'and an attack from there';

$gateway->set('shutter.conf', qr/^    127\.0\.0\.0\/8 /m, '    192.0.2.128/25 ');
$gateway->set('shutter.conf', qr/^    default         closed;/m,
              '    default         open;');
ok $gateway->reload, 'opened again';
is ask('/')->{status}, 200, 'HTTP';
ok CitrixGuard::Ica::cgp($gateway->front, @TLS), 'ICA';

subtest 'sessions are ended' => sub {
    ok CitrixGuard::Ica::echoes($_, 'still here'), 'not yet' for @sessions;
    # the remaining old workers are those with such sessions
    my @workers = children($gateway->pid);
    my ($new) = sort { $b <=> $a } @workers;
    my @old = grep { $_ != $new } @workers;
    ok scalar @old, 'there are old workers';
    kill 'TERM', @old;
    ok wait_until(sub { !grep { alive($_) } @old }), '... and they exit';
    ok $_->closed, 'a session is over' for @sessions;
    is ask('/')->{status}, 200, 'the new one serves';
};

done_testing;
