# The attack of January 2020 against a real Apache httpd: it works on the bare
# stand-in, it does not through the guard, and users still get everything.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Apache;
use CitrixGuard::Check qw(get refused one_event);
use CitrixGuard::Nginx;
use CitrixGuard::Vectors;

my $TEMPLATES = '../../../netscaler/portal/templates';
my @SESSION = (Cookie => 'NSC_AAAC=0123456789abcdef');

my $adc = CitrixGuard::Apache->new;

my $nginx = CitrixGuard::Nginx->new(
    vars => { ADC => $adc->port }, http => <<'END')->start;
    server {
        listen 127.0.0.1:%%PORT1%%;
        citrix_guard on;
        location / {
            proxy_pass http://127.0.0.1:%%ADC%%;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Referer through-nginx;
        }
    }
END


sub bookmark {
    my ($port, $target, $user, @more) = @_;
    return get($port, $target, method => 'POST',
        headers => ['NSC-USER' => $user, 'NSC-NONCE' => '1', @more],
        body => 'url=http://example.test/&title=%5B%25+x+%25%5D&desc=d'
              . '&UI_inuse=a');
}


subtest 'bare: the gate stands before everything but /vpn/' => sub {
    is get($adc->port, '/vpn/index.html')->{status}, 200, 'public page';
    is get($adc->port, $_)->{status}, 302, "$_ wants a session"
        for qw(/vpns/cfg/smb.conf /vpns/cvpnpage.html /vpns/
               /vpns/portal/scripts/newbm.pl /vpns/portal/x.xml);
};


subtest 'bare: the checkers\' file is read' => sub {
    for my $target (qw(/vpn/../vpns/cfg/smb.conf /vpn/%2E%2E/vpns/cfg/smb.conf
                       //vpn/js/%2e./.%2e/%76pns/cfg/smb.conf
                       http://other.example.test/vpn/../vpns/cfg/smb.conf)) {
        my $answer = get($adc->port, $target);
        is $answer->{status}, 200, "$target answers 200";
        like $answer->{body}, qr/^\[global\]/, '... with the marker';
    }
    my $answer = get($adc->port, '/vpn/../vpns/');
    is $answer->{status}, 403, 'the folder itself: 403';
    like $answer->{body}, qr/don't have permission/, '... by Apache';
};


subtest 'bare: a template is written and fetched' => sub {
    is bookmark($adc->port, '/vpns/portal/scripts/newbm.pl',
                "$TEMPLATES/no")->{status}, 302, 'not by the front door';
    is_deeply [$adc->templates], [], 'nothing written';

    my $answer = bookmark($adc->port, '/vpn/../vpns/portal/scripts/newbm.pl',
                          "$TEMPLATES/pwn");
    is $answer->{status}, 200, 'stage 1 answers 200';
    is_deeply [$adc->templates], ['pwn.xml'], 'the file escaped its folder';
    $answer = get($adc->port, '/vpn/../vpns/portal/pwn.xml');
    is $answer->{status}, 200, 'stage 2 answers 200';
    like $answer->{body}, qr/\[% x %\]/, '... with the template text';
    ok $adc->logged(qr/pwn\.xml.* -> 200/), 'the log shows it';
    bookmark($adc->port, '/vpn/../vpns/portal/scripts/newbm.pl',
             '../../../../../../../../outside');
    is_deeply [$adc->templates], ['pwn.xml'],
              'nothing is written outside of the stand-in';
};


$adc->clean;

subtest 'guarded: nothing of it gets through' => sub {
    my $before = () = $adc->requests('through-nginx');
    my %own;
    for my $row (grep { $_->{source} =~ /^field:/ && $_->{verdict} eq 'refuse' }
                 CitrixGuard::Vectors::rows('vectors')) {
        my $answer = get($nginx->port, $row->{input});
        # above the root: nginx's own 400
        if ($answer->{status} == 400) { $own{ $row->{input} } = 1 }
        else { refused $answer, $row->{input} }
    }
    is_deeply [keys %own], ['/cgi/../../vpns/portal/scripts/newbm.pl'],
              'but for one that nginx refuses';
    for my $session ([], \@SESSION) {
        refused bookmark($nginx->port, '/vpn/../vpns/portal/scripts/newbm.pl',
                         "$TEMPLATES/pwn", @$session), 'stage 1';
        refused bookmark($nginx->port, '/vpns/portal/scripts/newbm.pl',
                         "$TEMPLATES/pwn", @$session),
                'stage 1 by the header alone';
        refused get($nginx->port, '/vpn/../vpns/portal/pwn.xml',
                    headers => $session), 'stage 2';
    }
    is_deeply [$adc->templates, $adc->bookmarks], [], 'nothing written';

    get($nginx->port, '/vpn/index.html?the-last');
    ok $adc->logged(qr/the-last/), 'a clean request behind them arrives';
    my @requests = $adc->requests('through-nginx');
    is_deeply [@requests[$before .. $#requests]],
              ['GET /vpn/index.html?the-last HTTP/1.1 -> 200'],
              '... as the only one';
    $nginx->events;
};


subtest 'guarded: users get what they got' => sub {
    is get($nginx->port, '/vpn/index.html')->{status}, 200, 'the login page';
    is get($nginx->port, '/vpns/cvpnpage.html')->{status}, 302,
       'the portal still wants a session';
    is get($nginx->port, $_, headers => \@SESSION)->{status}, 200, $_
        for qw(/vpns/cvpnpage.html /vpns/services.html
               /vpns/portal/homepage.html /vpns/scripts/vista/AGEE_setup.exe);
    my $answer = bookmark($nginx->port, '/vpns/portal/scripts/newbm.pl',
                          'j.doe', @SESSION);
    is $answer->{status}, 200, 'a bookmark is accepted';
    like $answer->{body}, qr/Bookmark Added/, '... by the script';
    is_deeply [$adc->bookmarks], ['j.doe.xml'], '... and kept in its place';
    is_deeply [$nginx->events], [], 'no event';
};

done_testing;
