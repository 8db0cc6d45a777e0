# A real Chromium at the front, with TLS on both sides: at the whole Gateway, and
# at the site for browsers only by HTTP/2. Users type the name, log in, send and
# fetch files, and talk over a websocket while nginx reloads and others use ICA.
# What the ADC received is the judge.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use Test::More;

use CitrixGuard::Browser;
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Gateway;
use CitrixGuard::Ica;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);
use CitrixGuard::Websocket;

my $MIB = $ENV{TEST_BROWSER_MIB} // 1024;
my $NAME = $CitrixGuard::Gateway::NAME;
my $URL = "https://$NAME";
my $COOKIE = 'c' x 3000;

# a length that no buffer has, so that a piece at another place shows
my $DATA = pack 'N*', map { $_ * 2_654_435_761 % 4_294_967_296 } 1 .. 65_537;
$DATA = substr $DATA x (1 + ($MIB << 20) / length $DATA), 0, $MIB << 20;

my %PAGE = (
    '/vpn/index.html' => '<form method="post" action="/cgi/login">'
        . '<input name="login"><input name="passwd" type="password"></form>',
    '/vpns/cvpnpage.html' => '<h1>Your desktops</h1><form method="post" '
        . 'enctype="multipart/form-data" action="/cgi/upload"><input '
        . 'name="file" type="file"></form><a href="/download/big.bin">'
        . 'big.bin</a>',
);


sub html {
    return { headers => ['Content-Type', 'text/html; charset=utf-8'],
             body => "<!DOCTYPE html><title>Gateway</title>$_[0]" };
}


sub elsewhere {
    my ($where, @headers) = @_;
    return { status => 302, headers => [Location => $where, @headers],
             body => '' };
}


# The Gateway of the ADC, as far as a browser meets it.
sub gateway {
    my ($request) = @_;
    my ($method, $target, $head) = @$request{qw(method target head)};
    return CitrixGuard::Websocket::answer($head, sub { scalar reverse $_[0] })
        if $head =~ /^Upgrade:/mi;
    return elsewhere('/vpn/index.html') if $target eq '/';
    return elsewhere('/vpns/cvpnpage.html', map { ('Set-Cookie', $_) }
            "NSC_AAAC=$COOKIE; Path=/; Secure; HttpOnly", 'NSC_TMAS=1; Path=/; Secure')
        if "$method $target" eq 'POST /cgi/login'
           && $request->{body} eq 'login=alice&passwd=p%26w';
    return elsewhere('/vpn/index.html')
        if $target =~ m{^/vpns/} && $head !~ /^Cookie: .*NSC_AAAC=$COOKIE/mi;
    return html('<p id="got">' . length($request->{body}) . '</p>')
        if $target eq '/cgi/upload';
    return { body => $DATA, headers => ['Content-Type',
             'application/octet-stream', 'Content-Disposition',
             'attachment; filename="big.bin"'] }
        if $target eq '/download/big.bin';
    return html($PAGE{$target}) if $PAGE{$target};
    return { status => 404 };
}


my $web = CitrixGuard::Recorder->new(answer => \&gateway);


# What came by HTTP since the last look, but for what browsers ask of their own.
sub arrived {
    my ($site) = @_;
    return grep { $_->{target} !~ /favicon/ } $web->arrivals($site);
}


sub lines { return [map {"$_->{method} $_->{target}"} @_] }


sub temporary {
    my ($site) = @_;
    return grep {-f} glob $site->dir . '/{client_body,proxy}/*';
}


# The name and the ports that users know, wherever the test has them.
sub browser {
    my ($site, %given) = @_;
    my $at = "MAP $NAME:443 127.0.0.1:" . $site->front;
    $at .= ", MAP $NAME:80 127.0.0.1:" . $site->plain;
    # a gibibyte takes its time on a machine that does other things as well
    return CitrixGuard::Browser->new(hosts => $at, timeout => 900,
                                     trust => "$site->{certs}/ca.pem", %given);
}


sub log_in {
    my ($site, $browser, $protocol) = @_;
    $browser->open("http://$NAME/");
    is $browser->script('return location.href'), "$URL/vpn/index.html",
        'http://, the redirect to https://, the page to log in';
    is $browser->script('return performance.getEntriesByType("navigation")[0]'
        . '.nextHopProtocol'), $protocol, "... by $protocol";
    is $browser->script('return isSecureContext'), JSON::PP::true,
        '... with a certificate that it takes';
    $browser->script('const f = document.forms[0]; f.login.value = "alice"; '
                     . 'f.passwd.value = "p&w"; f.submit()');
    ok $browser->until('location.pathname === "/vpns/cvpnpage.html" '
                       . '&& document.querySelector("h1")'), 'logged in';
    is $browser->text('h1'), 'Your desktops', '... with the cookie';
    is $browser->script('return document.cookie'), 'NSC_TMAS=1',
        '... and the other one';
    my @got = arrived($site);
    is_deeply lines(@got), ['GET /', 'GET /vpn/index.html', 'POST /cgi/login',
        'GET /vpns/cvpnpage.html'], 'what the ADC got';
    is_deeply [grep { $_->{head} !~ /^Host: \Q$NAME\E\r$/m
        || $_->{head} !~ /^X-Forwarded-For: 127\.0\.0\.1\r$/m
        || $_->{head} !~ /^X-Forwarded-Proto: https\r$/m } @got], [],
        '... each with the name and the client';
    return;
}


sub files {
    my ($site, $browser) = @_;
    my $dir = scratch();
    spew("$dir/up.bin", $DATA);
    $browser->attach('input[type=file]', "$dir/up.bin");
    $browser->script('document.forms[0].submit()');
    ok $browser->until('document.querySelector("#got")', 900), 'an upload';
    my ($got) = arrived($site);
    is $got->{line}, 'POST /cgi/upload HTTP/1.1', '... which the ADC got';
    like $got->{head}, qr/^Content-Length: \d+\r$/m, '... with its length';
    my ($begin, $end) = (4 + index($got->{body}, "\r\n\r\n"),
                         rindex $got->{body}, "\r\n--");
    ok substr($got->{body}, $begin, $end - $begin) eq $DATA,
        "... all $MIB MiB as they were";
    figure('MiB up', $MIB);

    $browser->open("$URL/vpns/cvpnpage.html");
    $browser->script('document.querySelector("a").click()');
    ok $browser->download('big.bin', 900) eq $DATA,
        "a download of $MIB MiB, as it was";
    is_deeply lines(arrived($site)), ['GET /vpns/cvpnpage.html',
        'GET /download/big.bin'], 'what the ADC got';
    figure('MiB down', $MIB);
    is_deeply [temporary($site)], [], 'no temporary file';
    unlike $site->error_log, qr/buffered to a temporary file/, '... ever';
    return;
}


# Sends over the page's websocket; true if all comes back turned round.
my $SEND = <<'END';
    const text = arguments[0], socket = window.socket;
    window.echo = null;
    socket.onmessage = async e => {
        const b = new Uint8Array(await e.data.arrayBuffer()).reverse();
        window.echo = new TextDecoder().decode(b) === text;
    };
    socket.send(text);
END


sub speak {
    my ($browser, $text) = @_;
    $browser->script($SEND, $text);
    return $browser->until('window.echo !== null')
        && $browser->script('return window.echo');
}


# The messages that came to the ADC in its last session of a websocket.
sub heard {
    my ($site) = @_;
    my ($bytes) = map { $_->{bytes} =~ s/\A.*?\r\n\r\n//sr }
        grep { $_->{bytes} =~ /^Upgrade: websocket\r$/mi }
        $site->adc->sessions;
    my @messages;
    while (my $frame = CitrixGuard::Websocket::take(\$bytes)) {
        push @messages, $frame->{data};
    }
    return @messages;
}


sub websocket {
    my ($site, $browser) = @_;
    $site->adc->forget;
    $browser->script('window.socket = new WebSocket("wss://" + location.host '
                     . '+ "/ws"); socket.onerror = socket.onclose = '
                     . '() => { window.over = true }');
    ok $browser->until('socket.readyState === 1'), 'a websocket';
    ok speak($browser, 'ping'), '... echoes';
    ok $site->reload, 'a reload';
    ok speak($browser, "still here \x{20ac}"), '... and it echoes';
    is_deeply [heard($site)], ['ping', "still here \xe2\x82\xac"],
        'what the ADC heard';
    ok speak($browser, 'm' x 300_000), 'a long message';
    is $browser->script('return window.over'), undef, 'it was never cut';
    $browser->script('socket.close()');
    ok $browser->until('socket.readyState === 3'), 'closed';
    is_deeply lines(arrived($site)), ['GET /ws'], 'one request of HTTP';
    return;
}


sub attack {
    my ($site, $browser) = @_;
    $site->adc->forget;
    $site->events;
    # a browser removes "/../" itself, and leaves these as they are
    for my $target ('/vpn/..%2fvpns/cfg/smb.conf', '/vpn/..%252fvpns/') {
        $browser->open("$URL$target");
        my ($reference) = ($browser->text('body') // '') =~ /\b([0-9a-f]{32})\b/;
        ok $reference, "$target: a page with a reference";
        is $browser->script('return performance.getEntriesByType("navigation")'
            . '[0].responseStatus'), 403, '... 403';
        my @events = grep { !/favicon/ } $site->events;
        is scalar @events, 1, '... one event';
        like $events[0] // '', qr/blocked\ reason=traversal
            .*\Q$reference\E.*client:\ 127\.0\.0\.1,/x, '... of that reference';
        figure('attacks refused', 1);
    }
    is_deeply lines(arrived($site)), [], 'nothing has reached the ADC';
    unlike $site->adc->received, qr/vpns/, '... in any way';
    return;
}


# Opens it until its heading is that: a connection that was open before a reload,
# and has asked nothing yet, is served once more as before.
sub headed {
    my ($browser, $url, $heading) = @_;
    return wait_until(sub {
        $browser->open($url);
        return (eval { $browser->text('h1') } // '') eq $heading;
    });
}


sub shutter {
    my ($site, $browser) = @_;
    $site->set('shutter.conf', qr/^    default         open;/m,
               '    default         closed;');
    ok $site->reload, 'the shutter is closed';
    ok headed($browser, "$URL/vpn/index.html", 'Closed for maintenance'),
        'a page in English';
    arrived($site);
    $browser->open("$URL/vpn/index.html");
    is $browser->text('[lang=nl] h1'), 'Gesloten voor onderhoud',
        '... and in Dutch';
    is_deeply lines(arrived($site)), [], 'nothing has reached the ADC';
    $site->set('shutter.conf', qr/^    default         closed;/m,
               '    default         open;');
    ok $site->reload, 'it is opened';
    ok headed($browser, "$URL/vpns/cvpnpage.html", 'Your desktops'),
        'still logged in';
    is_deeply lines(arrived($site)), ['GET /vpns/cvpnpage.html'],
        'what the ADC got';
    return;
}


sub day {
    my ($file, $protocol) = @_;
    my $site = CitrixGuard::Gateway->new(web => $web->port, file => $file);
    $site->set('front.conf', qr/ ssl /, ' ssl http2 ') if $protocol eq 'h2';
    $site->start;
    my $browser = browser($site);
    my @ica = $file eq 'gateway.conf'
        ? map { $_->($site->front, $site->tls) } \&CitrixGuard::Ica::socks5,
                                                 \&CitrixGuard::Ica::cgp : ();
    for my $part ([login => \&log_in], [files => \&files],
                  [websocket => \&websocket], [attack => \&attack],
                  [shutter => \&shutter]) {
        my ($name, $do) = @$part;
        subtest "$file, $name" => sub { $do->($site, $browser, $protocol) };
        ok CitrixGuard::Ica::echoes($_, 'x' x 1000), '... ICA goes on' for @ica;
    }
    # what was refused on purpose is an error to a browser
    is_deeply [grep { !/favicon|status of (?:403|503)/ } $browser->complaints],
        [], "$file: the browser has no complaint";
    $browser->stop;

    my $stranger = browser($site, trust => undef);
    $stranger->open("$URL/vpn/index.html");
    like $stranger->text('body'), qr/ERR_CERT_AUTHORITY_INVALID/,
        "$file: one that does not know the authority goes nowhere";
    return;
}


day('gateway.conf', 'http/1.1');
day('browser-only.conf', 'h2')
    if CitrixGuard::Nginx::built() =~ /--with-http_v2_module/;

figures();

done_testing;
