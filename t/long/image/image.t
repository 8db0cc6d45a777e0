#!/usr/bin/perl

# The image of `make image`, run by podman as a site would: no root, a read-only
# root file system, logs on stdout and stderr, the configuration by environment
# or by mount, in front of a stand-in for the ADC with TLS. It has a network of
# its own, so its ports are those of the documents.
#
# TEST_IMAGE: the folder with citrix-guard.docker.tar and citrix-guard.oci.tar;
# TEST_IMAGE_AGAIN: the same, built once more

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../../lib";

use CitrixGuard::Lan;

BEGIN { CitrixGuard::Lan::enter() }

use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(request refused);
use CitrixGuard::Gateway;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);

my $IMAGE = $ENV{TEST_IMAGE} or die "TEST_IMAGE: the folder of make image\n";
my $NAME = $CitrixGuard::Gateway::NAME;
my ($FRONT, $PLAIN) = (8443, 8080);
my $SHIPPED = "$FindBin::Bin/../../../ngx_citrix_guard/conf/gateway";

die "a network of its own needs root, unshare and ip\n" if !$ENV{TEST_LAN};

# the runtime wants one hierarchy of cgroups; this mount ends with the test
system(qw(mount -t cgroup2 cgroup2 /sys/fs/cgroup)) == 0 or die 'no cgroup2';

my $web = CitrixGuard::Recorder->new(answer => sub {
    return { status => 200, body => "login\n" } });
my $gateway = CitrixGuard::Gateway->new(web => $web->port);
my $adc = '127.0.0.1:' . $gateway->{tls_adc}->port;

# what a site mounts: its certificate and key, which the container's user reads
my $dir = scratch();
chmod 0755, $dir;
for my $file (qw(gateway.pem gateway.key ca.pem)) {
    spew("$dir/$file", slurp("$gateway->{certs}/$file"));
    chown 33, 33, "$dir/$file";
}
my @SECRETS = ('-v', "$dir:/secrets:ro");
my %ENVIRONMENT = (CITRIX_GUARD_NAMES => $NAME, CITRIX_GUARD_ADC => $adc,
    CITRIX_GUARD_ADC_CA => '/secrets/ca.pem',
    CITRIX_GUARD_CERTIFICATE => '/secrets/gateway.pem',
    CITRIX_GUARD_KEY => '/secrets/gateway.key');

my $storage = scratch();
my @podman = ('podman', '--root', "$storage/root", '--runroot', "$storage/run",
    '--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs');

END {
    my $status = $?;
    podman(qw(rm -a -f -t 1)) if defined $storage;
    $? = $status;
}


# Its exit status and what it said, standard output and error.
sub podman {
    my (@arguments) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDOUT, '>', "$storage/out" or die $!;
        open STDERR, '>', "$storage/err" or die $!;
        exec @podman, @arguments or die "podman: $!";
    }
    waitpid $pid, 0;
    my ($status, $out, $err) = ($? >> 8, slurp("$storage/out"),
                                slurp("$storage/err"));
    # what podman itself says of a machine without systemd
    $err =~ s/^time=.*\n//mg;
    return { status => $status, out => $out, err => $err };
}


# What podman has to be told on this machine, and not on a site's: it may raise
# no limits, and there is no systemd that would run the health check by itself.
my @HERE = (qw(--network=host --cgroups=disabled --ulimit nproc=4096:4096
    --ulimit nofile=8192:8192 --health-interval=disable));

sub run {
    my ($name, $environment, @more) = @_;
    return podman('run', '--name', $name, '--read-only', @HERE,
        (map { ('-e', "$_=$environment->{$_}") } sort keys %$environment),
        @more, image());
}


my $image;
sub image {
    return $image //= do {
        my $ran = podman('load', '-q', '-i', "$IMAGE/citrix-guard.docker.tar");
        $ran->{out} =~ /^Loaded image(?:\(s\))?: (\S+)$/m
            or die "no image: $ran->{out}$ran->{err}";
        $1;
    };
}


# nginx -t listens as well, for a moment: an answer counts
sub up { return wait_until(sub { eval { get('/')->{status} } }, 60) }


sub get {
    my ($target, $host) = @_;
    return CitrixGuard::Raw::ask($FRONT, request($target, no_host => 1,
        headers => [Host => $host // $NAME]), $gateway->tls);
}


sub arrived { return grep { $_->{head} =~ /vpns|smb\.conf/ } $web->take }


sub ends {
    my ($name) = @_;
    podman('stop', '-t', 20, $name);
    my $ran = podman('inspect', '-f', '{{.State.ExitCode}}', $name);
    is $ran->{out}, "0\n", "$name: ends when it is told to";
    podman('rm', '-f', $name);
    return;
}


subtest 'what it says of itself' => sub {
    my $ran = podman('image', 'inspect', image());
    my $is = decode_json($ran->{out})->[0];
    is $is->{Config}{User}, 'www-data', 'no root';
    is_deeply [sort keys %{ $is->{Config}{ExposedPorts} }], ['8080', '8443'],
        'no port below 1024';
    like "@{ $is->{Healthcheck}{Test} }", qr/healthy/, 'a health check';
    my $index = qx{tar -xOf '$IMAGE/citrix-guard.oci.tar' index.json};
    my ($digest) = $index =~ /"digest":"sha256:([0-9a-f]{64})"/;
    ok $digest, 'an OCI image as well';
    if (my $again = $ENV{TEST_IMAGE_AGAIN}) {
        is qx{tar -xOf '$again/citrix-guard.oci.tar' index.json}, $index,
            '... the same bytes, built once more';
    }
};


subtest 'by environment' => sub {
    my $ran = run('environment', \%ENVIRONMENT, @SECRETS, '-d');
    is $ran->{status}, 0, 'it starts' or diag $ran->{err};
    ok up(), '... and listens' or diag podman('logs', 'environment')->{err};

    is get('/vpn/index.html')->{status}, 200, 'a page';
    refused get('/vpn/../vpns/cfg/smb.conf'), 'an attack';
    is get('/vpn/', 'x.example.com')->{status}, 421, 'another name';
    is_deeply [arrived()], [], 'no attack has reached the ADC';
    like CitrixGuard::Raw::ask($PLAIN, request('/a', no_host => 1,
        headers => [Host => $NAME]))->{head} // '',
        qr{^Location: https://\Q$NAME\E/a\r?$}mi, 'who forgets the "s"';

    $ran = podman('exec', 'environment', 'sh', '-c',
        'id -u; for f in / /etc/nginx /var/log/nginx /usr/lib/nginx; do '
        . 'touch $f/x 2>/dev/null && echo $f; done; true');
    is $ran->{out}, "33\n", 'no root, and nothing can be written';
    my ($pid) = podman('inspect', '-f', '{{.State.Pid}}', 'environment')->{out};
    my @processes = map { slurp("/proc/$_/status") } grep {/^\d+$/} split /\s+/,
        $pid . ' ' . slurp("/proc/@{[$pid + 0]}/task/@{[$pid + 0]}/children");
    cmp_ok scalar @processes, '>', 1, 'nginx runs';
    is scalar(grep {/^Uid:\s+33\s+33\s/m} @processes), scalar @processes,
        '... each process as www-data';
    is scalar(grep {/^CapEff:\s+0+$/m} @processes), scalar @processes,
        '... without a capability';

    $ran = podman('healthcheck', 'run', 'environment');
    is $ran->{status}, 0, 'it is healthy' or diag $ran->{out}, $ran->{err};
    is_deeply [arrived()], [], '... and the check sends the ADC no attack';
    $ran = podman('exec', 'environment', 'citrix-guard', 'status');
    is $ran->{status}, 0, 'the check raises no alarm' or diag $ran->{out};

    my $logs = podman('logs', 'environment');
    like $logs->{out}, qr{"GET /vpn/index\.html HTTP/1\.1" 200}, 'stdout: requests';
    my ($event) = $logs->{out} =~ /^(\{.*smb\.conf.*\})$/m;
    is eval { decode_json($event)->{verdict} } // '', 'blocked', '... and events';
    like $logs->{err}, qr{citrix_guard: blocked .*smb\.conf}, 'stderr: refusals';
    unlike "$logs->{out}$logs->{err}", qr/\[(?:alert|emerg|crit|warn)\](?!.*citrix_guard: blocked)/,
        '... and no complaint';
    ends('environment');
};


subtest 'detect' => sub {
    run('detect', { %ENVIRONMENT, CITRIX_GUARD_MODE => 'detect' }, @SECRETS,
        '-d');
    ok up(), 'it listens';
    is podman('healthcheck', 'run', 'detect')->{status}, 0, 'it is healthy';
    is_deeply [arrived()], [], '... and the check sends the ADC no attack';
    is get('/vpn/../vpns/cfg/smb.conf')->{status}, 200, 'an attack goes through';
    is podman('healthcheck', 'run', 'detect')->{status}, 0,
        '... which is no fault of the container';
    ends('detect');
};


subtest 'by mount' => sub {
    my %file = map { $_ => slurp("$SHIPPED/$_") }
        qw(settings.conf names.conf mode.conf);
    $file{'settings.conf'} =~ s/192\.0\.2\.10:443/$adc/;
    $file{'settings.conf'} =~ s{/etc/nginx/citrix-guard/gateway}{/secrets/gateway}g;
    $file{'settings.conf'} =~ s{/etc/ssl/certs/ca-certificates\.crt}{/secrets/ca.pem};
    my @mounts = map {
        spew("$dir/$_", $file{$_});
        ('-v', "$dir/$_:/etc/nginx/citrix-guard/$_:ro") } sort keys %file;

    run('mounted', {}, @SECRETS, @mounts, '-d');
    ok up(), 'it listens' or diag podman('logs', 'mounted')->{err};
    is get('/vpn/index.html')->{status}, 200, 'a page';
    refused get('/vpn/../vpns/cfg/smb.conf'), 'an attack';
    my $ran = podman('healthcheck', 'run', 'mounted');
    is $ran->{status}, 0, 'it is healthy' or diag $ran->{out}, $ran->{err};

    # written into the same file: it is that one which is mounted
    open my $to, '>', "$dir/mode.conf" or die $!;
    print {$to} "citrix_guard off;\n";
    close $to;
    podman('restart', '-t', 20, 'mounted');
    ok up(), 'with the guard off it listens again';
    is get('/vpn/../vpns/cfg/smb.conf')->{status}, 200, 'an attack goes through';
    $ran = podman('healthcheck', 'run', 'mounted');
    isnt $ran->{status}, 0, '... and it is not healthy';
    ends('mounted');
};


subtest 'what does not fit' => sub {
    my $ran = run('nameless', {});
    is $ran->{status}, 2, 'nothing is said';
    like $ran->{err}, qr/which Gateway\? Set CITRIX_GUARD_NAMES/, '... it asks';

    $ran = run('nowhere', \%ENVIRONMENT, @SECRETS, '--read-only-tmpfs=false');
    is $ran->{status}, 2, 'no place to write';
    like $ran->{err}, qr/mount a tmpfs there \(--tmpfs \/run\)/, '... it says';

    $ran = run('keyless', \%ENVIRONMENT);
    is $ran->{status}, 2, 'no certificate';
    like $ran->{err}, qr/=\/secrets\/\S+: No such file/,
        '... it says which';

    $ran = run('words', { %ENVIRONMENT, CITRIX_GUARD_NAMES => '*; x' }, @SECRETS);
    is $ran->{status}, 2, 'what is no name';
    like $ran->{err}, qr/"\*;" is not a host name/, '... it says';
};

done_testing;
