# OCSP stapling: a real responder for the test's CA, whose answer clients get
# in the handshake. An answer that cannot be verified is not sent, and without
# an answer clients are still served.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use MIME::Base64 qw(decode_base64);
use Test::More;

use CitrixGuard::Check qw(request);
use CitrixGuard::Dns;
use CitrixGuard::Gateway;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

plan skip_all => 'nginx -V: no --with-stream and --with-stream_ssl_module'
    if !CitrixGuard::Nginx::has_stream();

my $NAME = $CitrixGuard::Gateway::NAME;

my $dir = scratch();
my $web = CitrixGuard::Recorder->new;
my $dns = CitrixGuard::Dns->new;
my $responder = CitrixGuard::Recorder->new(answer => \&respond);
my ($site, $certs);


# The CA's answer to nginx's query, which is in the target. "openssl ocsp" could
# listen itself, but only on all addresses.
sub respond {
    my ($request) = @_;
    return { raw => '', close => 1 } if !-e "$dir/index";
    my $question = $request->{target} =~ s/%([0-9A-F]{2})/chr hex $1/ger;
    spew("$dir/question", decode_base64(substr $question, 1));
    my $at = slurp("$dir/certs");
    my $signer = slurp("$dir/signer");
    system('openssl', 'ocsp', '-index', "$dir/index", '-CA', "$at/ca.pem",
        '-rsigner', "$at/$signer.pem", '-rkey', "$at/$signer.key", '-nmin', 5,
        '-reqin', "$dir/question", '-respout', "$dir/answer") == 0
        or return { status => 500 };
    return { body => slurp("$dir/answer"),
             headers => ['Content-Type', 'application/ocsp-response'] };
}


# The status of the front's certificate: V (valid), R (revoked), or none;
# "signer" signs it.
sub authority {
    my ($word, $signer) = @_;
    unlink "$dir/index";
    return if !$word;
    my ($serial) = qx(openssl x509 -noout -serial -in $certs/gateway.pem)
        =~ /serial=(\w+)/;
    spew("$dir/certs", $certs);
    spew("$dir/signer", $signer // 'ca');
    spew("$dir/index", join("\t", $word, '401231235959Z',
        $word eq 'R' ? '200117000000Z' : '', $serial, 'unknown', "/CN=$NAME")
        . "\n");
    return;
}


# The stapled response in the handshake.
sub stapled {
    return CitrixGuard::Nginx::_output('sh', '-c', 'timeout 10 "$@" </dev/null',
        'sh', 'openssl', 's_client', '-connect', '127.0.0.1:' . $site->front,
        '-servername', $NAME, '-CAfile', "$certs/ca.pem", '-status');
}


sub served {
    my $answer = CitrixGuard::Raw::ask($site->front, request('/', no_host => 1,
        headers => [Host => $NAME]), $site->tls);
    return $answer->{status};
}


# nginx asks when a client connects, and has the answer for the next one.
sub answered {
    my ($pattern) = @_;
    return wait_until(sub { stapled() =~ $pattern }, 15);
}


my $NONE = qr/OCSP responses?: no responses? sent/;

my @fronts = (['browser-only.conf', 'browser-only.conf']);
push @fronts, ['gateway.conf', 'demultiplexer.conf'],
              ['nodes.conf', 'demultiplexer.conf']
    if CitrixGuard::Nginx::at_least('1.27.2');

for my $front (@fronts) {
    my ($file, $where) = @$front;
    # nodes.conf expects the PROXY protocol: only nginx -t is run
    my $only = $file eq 'nodes.conf';

    subtest $file => sub {
        $site = CitrixGuard::Gateway->new(web => $web->port, file => $file,
            ocsp => 'http://localhost:' . $responder->port);
        $certs = $site->{certs};
        authority(undef);
        my ($status, $said) = $site->check;
        is $status, 0, 'as shipped';
        unlike $said, qr/\[warn\]/, '... without a warning';
        $site->set($where, qr/# (?=include citrix-guard\/ocsp)/, '');
        $site->set('ocsp.conf', qr/192\.0\.2\.53/, '127.0.0.1:' . $dns->port);
        ($status, $said) = $site->check;
        is $status, 0, 'with OCSP' or diag $said;
        unlike $said, qr/\[warn\]/, '... without a warning';
        return if $only;

        $site->start;
        like stapled(), $NONE, 'no responder: nothing is stapled';
        is served(), 200, '... and clients are served';
        ok wait_until(sub { $site->error_log =~ /OCSP responder/ }),
            '... and the error log says so';

        authority('V');
        ok $site->reload, 'a responder, and a reload';
        ok answered(qr/Cert Status: good/), 'its answer is stapled'
            or diag stapled(), $site->error_log;
        like stapled(), qr/OCSP Response Status: successful/, '... whole';
        like stapled(), qr/Verify return code: 0 /, '... with a good certificate';
        is served(), 200, 'clients are served';
        authority(undef);
        like stapled(), qr/Cert Status: good/, 'it is kept meanwhile';

        authority('R');
        ok $site->reload, 'the certificate is revoked';
        stapled();
        ok wait_until(sub { $site->error_log =~ /status "revoked"/ }),
            'the error log says so';
        like stapled(), $NONE, '... and nothing is stapled';
        is served(), 200, 'clients are served';

        authority('V', 'adc');
        ok $site->reload, 'another signer answers';
        stapled();
        ok wait_until(sub { $site->error_log =~ /OCSP_basic_verify\(\) failed/ }),
            'the error log says so' or diag $site->error_log;
        like stapled(), $NONE, '... and nothing is stapled';
        is served(), 200, 'clients are served';
    };
}

done_testing;
