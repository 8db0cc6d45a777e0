# citrix_guard_monitor_ack: whoever knows the secret, and nobody else, can
# acknowledge an incident with a name and a note; this does not acknowledge the
# next one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use IO::Socket::INET;
use JSON::PP qw(decode_json);
use Test::More;

use CitrixGuard::Check qw(get request);
use CitrixGuard::Faults;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch spew wait_until);

my $be = CitrixGuard::Recorder->new(answer => sub { { status => 200 } });
my $dir = scratch();
my $SECRET = 'correct-horse-battery';
my @SECRET = ('X-Citrix-Guard-Secret' => $SECRET);

spew("$dir/secret", "$SECRET\n");
chmod 0600, "$dir/secret";

my $HTTP = <<'END';
    citrix_guard_zone guard:1m;
    server { listen 127.0.0.1:%%PORT1%%; server_name gateway.example.com;
             citrix_guard detect;
             location / { proxy_pass http://127.0.0.1:%%BE%%; } }
    server { listen 127.0.0.1:%%PORT2%%; allow 127.0.0.1; deny all;
             location = /shown { citrix_guard_monitor; }
             location / { citrix_guard_monitor;
                          citrix_guard_monitor_ack %%FILE%%; } }
END


sub nginx {
    my ($file, %more) = @_;
    return CitrixGuard::Nginx->new(
        ports => 2, workers => 2, http => $HTTP, %more,
        expected => qr{write\(\) to "/dev/full" failed},
        vars => { BE => $be->port, FILE => $file });
}


my $nginx = nginx("$dir/secret")->start;

sub zone {
    return decode_json(get($nginx->port(2), '/?format=json')->{body});
}


# the other worker may count it a moment after its answer
sub attack {
    my $last = zone()->{last};
    get($nginx->port, '/vpn/../vpns/cfg/smb.conf');
    wait_until(sub { zone()->{last} > $last }) or die 'no event';
    return;
}


# POST: the status
sub ack {
    my ($body, %given) = @_;
    return get($nginx->port(2), '/', method => 'POST', body => $body,
               headers => \@SECRET, %given)->{status};
}


subtest 'with the secret' => sub {
    is zone()->{acknowledged}, undef, 'not acknowledged yet';
    is ack('by=Ann&note=none'), 409, 'there is nothing to acknowledge';
    attack() for 1 .. 2;
    is ack('by=Ann&note=a+test%3a+rebuilt%2C+100%25'), 204, 'acknowledged';
    my $seen = zone()->{acknowledged};
    like $seen->{at}, qr/^\d{4}-\d\d-\d\dT[\d:.]{12}Z\z/, 'when';
    delete $seen->{at};
    is_deeply $seen, { by => 'Ann', note => 'a test: rebuilt, 100%',
                       count => 2 }, 'who, what, and how many';
    like $nginx->error_log, qr/citrix_guard:\ acknowledged\ count=2\ by="Ann"
                               \ note="a\ test:\ rebuilt,\ 100%"/x,
         'a line in the log';
    attack();
    is zone()->{acknowledged}{count}, 2, 'the next one is not acknowledged';
    is ack('note=two&by=Bob&count=3'), 204, 'as many as were investigated';
    is zone()->{acknowledged}{by}, 'Bob', 'the last one is shown';
    is ack('by=Bob&note=two&count=4'), 409, 'more than there are';
    is ack('by=Bob&note=one+again&count=1'), 204, 'and fewer';
    is zone()->{acknowledged}{count}, 1, '... sets the count';
    $nginx->reload;
    is zone()->{acknowledged}{note}, 'one again', 'a reload keeps it';
};


subtest 'without the secret' => sub {
    my $body = 'by=Eve&note=x';
    for my $sent ([], ['X-Citrix-Guard-Secret' => ''],
                  ['X-Citrix-Guard-Secret' => "${SECRET}x"],
                  ['X-Citrix-Guard-Secret' => substr $SECRET, 0, -1],
                  ['X-Citrix-Guard-Secret' => uc $SECRET],
                  ['X-Citrix-Guard-Secret' => 'X' . substr $SECRET, 1],
                  [Cookie => "X-Citrix-Guard-Secret=$SECRET"],
                  [Authorization => "Bearer $SECRET"]) {
        is ack($body, headers => $sent), 403, "@$sent";
    }
    unlike $nginx->error_log, qr/\Q$SECRET\E/, 'it is not in the log';
    my $answer = get($nginx->port(2), '/?X-Citrix-Guard-Secret=' . $SECRET,
                     method => 'POST', body => $body);
    is $answer->{status}, 403, 'nor in the target';
    my $asked = get($nginx->port(2), '/', method => 'OPTIONS',
                    headers => [Origin => 'https://evil.example',
                                'Access-Control-Request-Method' => 'POST']);
    is $asked->{status}, 405, 'another site may not ask';
    unlike $asked->{head}, qr/Access-Control/i, '... and gets no CORS header';
    is get($nginx->port(2), '/shown', method => 'POST', body => $body,
           headers => \@SECRET)->{status}, 405, 'not where it is not allowed';
    is zone()->{acknowledged}{by}, 'Bob', 'nothing has changed';
    like $nginx->error_log, qr/without the right secret was refused/, 'logged';
};


subtest 'hostile bodies' => sub {
    my $long = 'n' x 200;
    for my $case (
        ['', 400], ['by=a', 400], ['note=a', 400], ['by=&note=a', 400],
        ['by=a&note=', 400], ['by=a&by=b&note=c', 400],
        ['by=a&note=b&count=', 400], ['by=a&note=b&count=-1', 400],
        ['by=a&note=b&count=1x', 400],
        ['by=a&note=b&count=99999999999999999999', 400],
        ['by=a&note=b%0ac', 400], ["by=a&note=b\nc", 400],
        ['by=a&note=%00', 400], ['by=a%7f&note=b', 400],
        ['by=a&note=%4', 400], ['by=a&note=%', 400], ['by=a&note=%g0', 400],
        ['by=a&note=%0g', 400],
        ['by=' . 'a' x 65 . '&note=b', 400], ["by=a&note=${long}n", 400],
        ['{"by":"a","note":"b"}', 400], ['&' x 1024, 400],
        ['by=a&note=b' . '&' x 1014, 413],
        ['by=' . '%41' x 64 . "&note=$long&count=0001", 204],
        ['by=<b>&note="\\%e2%80%ae</script>', 204],
        ['&&x=y&by=a&note=b&', 204],
    ) {
        my ($body, $status) = @$case;
        is ack($body), $status,
           substr($body =~ s/[^ -~]/?/gr, 0, 60) . ": $status";
        ok zone()->{acknowledged}{by}, '... the monitor answers';
    }
    is ack('by=<b>&note="\\%e2%80%ae</script>'), 204, 'markup';
    is_deeply [@{ zone()->{acknowledged} }{qw(by note)}],
              ['<b>', '\x22\x5C\xE2\x80\xAE</script>'],
              '... is plain text';
    my $raw = join "\r\n", 'POST / HTTP/1.1', 'Host: a',
        "X-Citrix-Guard-Secret: $SECRET", 'Transfer-Encoding: chunked',
        'Connection: close', '', '4', 'by=a', '0', '', '';
    is CitrixGuard::Raw::ask($nginx->port(2), $raw)->{status}, 411,
       'a chunked body is refused';
    my $slow = request('/', method => 'POST', headers => [@SECRET],
                       body => 'by=a&note=late');
    $slow =~ s/Content-Length: \d+/Content-Length: 900/;
    $slow =~ s/\r\n/\r\nConnection: close\r\n/;
    my $line = length($slow);
    cmp_ok $line, '>', 0, 'a body shorter than announced';
    my $sock = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                     PeerPort => $nginx->port(2));
    print {$sock} $slow;
    close $sock;
    isnt zone()->{acknowledged}{note}, 'late', '... is ignored';
};


subtest 'lost events' => sub {
    $nginx->configure(http => $HTTP =~ s/citrix_guard detect;/
        citrix_guard detect; access_log \/dev\/full e;/r
        =~ s/^/log_format e escape=none \$citrix_guard_event;\n/r);
    ok $nginx->reload, 'the disk is full';
    attack() for 1 .. 2;
    is zone()->{lost}{events}, 2, 'lost';
    is ack('by=Ann&note=made+room'), 204, 'acknowledged';
    is zone()->{lost}{events}, 0, '... also ends the count of lost events';
    attack();
    is zone()->{lost}{events}, 1, 'the next one is not';
    attack();
    is ack('by=Ann&note=one&lost=1'), 204, 'as many as were investigated';
    is zone()->{lost}{events}, 1, '... and not what came meanwhile';
    is ack('by=Ann&note=more&lost=2'), 409, 'more than there are';
    is ack('by=Ann&note=none&lost=0'), 204, 'none of them';
    is zone()->{lost}{events}, 1, '... leaves the count';
    is ack('by=Ann&note=x&lost=1x'), 400, 'what is no number';
    is ack('by=Ann&note=all'), 204, 'without a number';
    is zone()->{lost}{events}, 0, '... all of them';
};


subtest 'nginx -t' => sub {
    my %file = (short => 'x' x 15 . "\n", long => 'x' x 257, two => "a b\n",
                blank => ('x' x 20) . " \n", empty => '',
                control => ('x' x 20) . "\x01");
    for my $name (sort keys %file) {
        spew("$dir/$name", $file{$name});
        my ($status, $said) = nginx("$dir/$name")->check;
        isnt $status, 0, "$name: refused";
        like $said, qr/\[emerg\].*invalid\ secret.*citrix_guard_monitor_ack
                       .*16\ to\ 256/x, '... it says what is valid';
        unlike $said, qr/x{15}/, '... and not the contents';
    }
    my ($status, $said) = nginx("$dir/none")->check;
    like $said, qr/\[emerg\] .*citrix_guard_monitor_ack" cannot be read.*\(2:/,
         'no such file';
    spew("$dir/most", 'x' x 256);
    chmod 0644, "$dir/most";
    ($status, $said) = nginx("$dir/most")->check;
    is $status, 0, '256 characters';
    like $said, qr/\[warn\] .*can be read by users other/, 'others may read it';
    ($status, $said) = nginx("$dir/secret")->check;
    unlike $said, qr/can be read by users other/, 'only the owner may read it';
    my $alone = $HTTP =~ s/location = \/shown \{ citrix_guard_monitor;/location = \/shown { citrix_guard_monitor_ack %%FILE%%;/r;
    ($status, $said) = nginx("$dir/secret", http => $alone)->check;
    isnt $status, 0, 'without a monitor';
    like $said, qr/has "citrix_guard_monitor_ack", but no/, '... it says so';
    my $twice = $HTTP =~ s/(citrix_guard_monitor_ack %%FILE%%;)/$1 $1/r;
    ($status, $said) = nginx("$dir/secret", http => $twice)->check;
    like $said, qr/"citrix_guard_monitor_ack" directive is duplicate/, 'twice';
};

$nginx->stop;


# whatever fails: no false statement, and the worker continues
subtest 'memory fails' => sub {
    my $faults = CitrixGuard::Faults->new;
    plan skip_all => 'the module is linked statically' if !$faults;
    my $with = "citrix_guard_state $dir/state;\n$HTTP";

    my $checked = $faults->checked(nginx("$dir/secret", http => $with));
    is $checked->{bad}, '', 'nginx -t: each failure is an error';
    cmp_ok scalar @{ $checked->{names} }, '>', 0, '... and there are some';

    local $ENV{TEST_NGINX_MODULE} = $faults->module;
    $nginx = nginx("$dir/secret", http => $with, workers => 1,
                   main => 'env FAULTS;', env => { $faults->env },
                   expected => qr/write\(\) to "/)->start;
    attack();
    my ($run, $unsaved) = (0, 0);
    my $swept = $faults->sweep(
        run => sub {
            $run++;
            $faults->arm($_[0]);
            my $status = eval { ack("by=Ann&note=$run") } // '';
            my ($count, $failed, $name) = $faults->disarm;
            $unsaved ||= zone()->{state}{unsaved};
            return { count => $count, failed => $failed, name => $name,
                     status => $status, note => zone()->{acknowledged}{note} };
        },
        wrong => sub {
            my ($is) = @_;
            return "status $is->{status}" if $is->{status} !~ /^(?:|204|5..)\z/;
            return "204, and $is->{note}"
                if $is->{status} eq '204' && $is->{note} ne $run;
            return '';
        },
        after => sub { $_[0]{status} eq '204' ? '' : "then $_[0]{status}" });
    is $swept->{bad}, '', 'each in turn';
    cmp_ok scalar @{ $swept->{names} }, '>', 2, "... @{ $swept->{names} }";
    cmp_ok $unsaved, '>', 0, 'a file not written is counted';
    $nginx->stop;
};

done_testing;
