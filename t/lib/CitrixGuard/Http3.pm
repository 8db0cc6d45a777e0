package CitrixGuard::Http3;

# An HTTP/3 client that sends what it is given: http3.py, in a process of its
# own, by the python3 that has aioquic. TEST_PYTHON3 is another one than
# `python3`, as a command with its arguments.
#
#   my $why_not = CitrixGuard::Http3::missing();
#   my $c = CitrixGuard::Http3->new($port);
#   my $answer = $c->ask(path => '/vpn/../vpns/', headers => [name, value]);
#
# An answer: status (undef if there was none), headers, body.

use strict;
use warnings;

use File::Basename ();
use IPC::Open2 qw(open2);

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(end_process scratch slurp spew);

my $PROGRAM = File::Basename::dirname(__FILE__) . '/http3.py';


# The program goes by the command line: python3 may be in another root.
sub _python { return split ' ', $ENV{TEST_PYTHON3} || 'python3' }
sub _command { return (_python(), '-c', slurp($PROGRAM), @_) }


# Why HTTP/3 cannot be tested here; '' if it can.
sub missing {
    return 'nginx -V: no --with-http_v3_module'
        if CitrixGuard::Nginx::built() !~ /--with-http_v3_module/;
    my $status = system join ' ', _python(),
        q{-c 'import aioquic' >/dev/null 2>&1};
    return 'no python3 with aioquic (Debian package python3-aioquic)'
        if $status != 0;
    return '';
}


# The lines that make a server listen; the certificate is made once.
{
    my ($dir, $pem);

    sub listen_lines {
        my ($address) = @_;
        if (!$pem) {
            open my $from, '-|', _command('certificate') or die "python3: $!";
            my $text = do { local $/; <$from> };
            close $from or die "no certificate: $?";
            $dir = scratch();
            $pem = "$dir/server.pem";
            spew($pem, $text);
        }
        return "listen $address quic; ssl_certificate $pem; "
             . "ssl_certificate_key $pem;";
    }
}


sub new {
    my ($class, $port) = @_;
    my $pid = open2(my $from, my $to, _command($port));
    $to->autoflush(1);
    return bless { pid => $pid, from => $from, to => $to, owner => $$ },
        $class;
}


sub ask {
    my ($self, %given) = @_;
    my @words = ($given{method} // 'GET', $given{path}, $given{body} // '',
                 @{ $given{headers} // [] });
    local $SIG{PIPE} = 'IGNORE';
    print { $self->{to} } join(' ', map { unpack('H*', $_) || '-' } @words),
                          "\n";
    my $line = readline $self->{from};
    defined $line or die "the HTTP/3 client has ended\n";
    my ($status, $body, @flat) =
        map { $_ eq '-' ? '' : pack 'H*', $_ } split ' ', $line;
    my @headers;
    push @headers, [splice @flat, 0, 2] while @flat;
    return { status => $status || undef, body => $body,
             headers => \@headers };
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    # It ends when its input does, and closes its connection: no signal, as
    # nginx, asked to quit, waits a minute for a client that is gone.
    close $self->{to};
    end_process($self->{pid}, 0, 5);
    return;
}

1;
