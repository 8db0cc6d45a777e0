package CitrixGuard::Gateway;

# The configuration of ngx_citrix_guard/conf/gateway as it is, but for what an
# operator fills in, and paths and ports of the test: a real nginx with real
# TLS on both sides, in front of a stand-in for the ADC.
#
#   my $gateway = CitrixGuard::Gateway->new(web => $recorder->port)->start;
#   $gateway->tls          options for CitrixGuard::Raw and CitrixGuard::Ica
#   $gateway->adc          what the ADC received
#   $gateway->set('shutter.conf', qr/open;/, 'closed;')   before a reload
#   $gateway->with_rdp                                    before the start
#
# on: on a machine of CitrixGuard::Lan, with the addresses and ports that stand
# in the files. like: a second node, with the certificates and the ADC of another.
# sha: the ADC sums up what it receives. ocsp: where the certificate says that its authority answers. names: more names
# that are in the certificates.

use strict;
use warnings;

use parent 'CitrixGuard::Nginx';

use Cwd ();
use File::Basename ();
use IO::Socket::INET ();

use CitrixGuard::Adc;
use CitrixGuard::Scratch qw(scratch slurp spew);

my $CONF = Cwd::abs_path(File::Basename::dirname(__FILE__)
                         . '/../../../ngx_citrix_guard/conf/gateway');

our $NAME = 'gateway.example.com';


sub new {
    my ($class, %given) = @_;
    my $self = $class->SUPER::new(ports => 6, stream => 'yes',
        workers => $given{workers} // 1,
        main => $given{file} // 'gateway.conf',
        expected => $given{expected});
    $self->{on} = $given{on};
    if ($given{like}) {
        @$self{qw(adc certs tls_adc)} = @{ $given{like} }{qw(adc certs tls_adc)};
    }
    else {
        @$self{qw(adc certs)} = (CitrixGuard::Adc->new(http => $given{web},
                                                    sha => $given{sha}),
                                 certificates($given{ocsp},
                                              @{ $given{names} // [] }));
        $self->{tls_adc} = $self->_tls_adc;
    }
    for my $path (glob "$CONF/*.conf $CONF/*/*.html") {
        $self->{files}{ substr $path, 1 + length $CONF } = slurp($path);
    }
    $self->{files}{'monitoring/event-formats.conf'} =
        slurp("$CONF/../event-formats.conf");
    return $self;
}


# TLS in front of the ADC's stand-in.
sub _tls_adc {
    my ($self) = @_;
    return CitrixGuard::Nginx->new(
        without_module => 1, connections => 8192, vars => {
            ADC => $self->{adc}->port, CERTS => $self->{certs},
            MORE => $self->{on} ? 'listen 192.0.2.10:443 ssl;' : '' },
        stream => <<'END')->start;
        ssl_certificate     %%CERTS%%/adc.pem;
        ssl_certificate_key %%CERTS%%/adc.key;
        server { listen 127.0.0.1:%%PORT1%% ssl; listen [::1]:%%PORT1%% ssl;
                 %%MORE%%
                 proxy_buffer_size 64k;
                 proxy_pass 127.0.0.1:%%ADC%%; proxy_timeout 1d; }
END
}


sub _command {
    my ($self, @more) = @_;
    return (@{ $self->{on} // [] }, $self->SUPER::_command(@more));
}


# Its loopback is its own, where it is on a machine of its own.
sub settle {
    my ($self) = @_;
    return $self->SUPER::settle if !$self->{on};
    CitrixGuard::Nginx::_output(@{ $self->{on} }, 'curl', '-sS', '-m', 5, '-i',
        "http://127.0.0.1:$self->{settle}/") =~ /^HTTP\S+ 204 /
        or die 'no answer from nginx';
    return;
}


# An authority, and certificates of both sides for the same name.
sub certificates {
    my ($ocsp, @more) = @_;
    my $dir = scratch();
    my @ec = qw(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes);
    _openssl('req', '-x509', @ec, '-days', 30, '-subj', '/CN=Test authority',
             '-keyout', "$dir/ca.key", '-out', "$dir/ca.pem");
    spew("$dir/authority.pem", slurp("$dir/ca.pem"));
    spew("$dir/ext", 'subjectAltName=' . join(',', map {"DNS:$_"} $NAME, @more)
         . "\n"
         . ($ocsp ? "authorityInfoAccess=OCSP;URI:$ocsp\n" : ''));
    for my $who (qw(gateway adc)) {
        _openssl('req', '-new', @ec, '-subj', "/CN=$NAME",
                 '-keyout', "$dir/$who.key", '-out', "$dir/$who.csr");
        _openssl('x509', '-req', '-in', "$dir/$who.csr", '-days', 30,
                 '-CA', "$dir/ca.pem", '-CAkey', "$dir/ca.key",
                 '-CAcreateserial', '-extfile', "$dir/ext",
                 '-out', "$dir/$who.pem");
    }
    return $dir;
}


sub _openssl {
    my (@command) = @_;
    my $said = CitrixGuard::Nginx::_output('openssl', @command);
    die "openssl @command: $said" if $?;
    return;
}


sub adc { return $_[0]{adc} }

# the front's port, the one for plain HTTP, and where a balancer asks
sub front { return $_[0]->port(1) }
sub plain { return $_[0]->port(2) }
sub alive { return $_[0]->port(3) }

# the guard's monitor
sub monitor { return 'http://127.0.0.1:' . $_[0]->port(6) . '/citrix-guard' }


# What a client of the front has to know of TLS.
sub tls {
    my ($self, %more) = @_;
    return (tls => { SSL_hostname => $NAME, SSL_verifycn_name => $NAME,
                     SSL_verifycn_scheme => 'http', SSL_verify_mode => 1,
                     SSL_ca_file => "$self->{certs}/ca.pem", %more });
}


# Changes a file of the configuration, as an operator does with an editor.
sub set {
    my ($self, $file, $from, $to) = @_;
    $self->{files}{$file} =~ s/$from/$to/m
        or die "$file has no $from";
    return $self;
}


# RDP, which the shipped configuration has with a "#" in front of it. The ADC
# hears it without nginx's TLS.
sub with_rdp {
    my ($self) = @_;
    $self->set($self->{main}, qr/# (?=include citrix-guard\/rdp\.conf)/, '');
    return $self->set('rdp.conf', qr/192\.0\.2\.10:3389/,
                      '127.0.0.1:' . $self->{adc}->port);
}


# Writes all files, and returns the one that nginx begins with.
sub text {
    my ($self) = @_;
    my $dir = $self->dir;
    mkdir "$dir/conf/citrix-guard$_" for '', '/closed', '/monitoring';
    for my $file (keys %{ $self->{files} }) {
        spew("$dir/conf/citrix-guard/$file",
             $self->_filled_in($file, $self->{files}{$file}));
    }
    my $text = $self->{files}{ $self->{main} };
    return $self->_filled_in($self->{main}, $text);
}


sub _filled_in {
    my ($self, $file, $text) = @_;
    my $dir = $self->dir;
    $text =~ s{^user www-data;$}{_user()}me;
    # a machine for tests may let nobody raise it as far
    my $files = _files();
    $text =~ s{^(worker_rlimit_nofile|\s+worker_connections) (\d+);}
              {"$1 " . ($2 < $files ? $2 : $files) . ';'}gme;
    $text =~ s{/run/(?!nginx\.pid)}{$dir/}g;
    $text =~ s{/run/nginx\.pid}{$dir/nginx.pid};
    $text =~ s{/var/log/nginx/error\.log warn}
              {$dir/error.log $self->{error_level}};
    $text =~ s{/var/log/nginx/}{$dir/}g;
    $text =~ s{^include /etc/nginx/modules-enabled/.*}
              {join '', map {"load_module $_;\n"}
               grep {$_} $self->stream_modules, CitrixGuard::Nginx::module()}me;
    $text =~ s{^worker_processes auto}{daemon off; worker_processes $self->{workers}}m;
    $text =~ s{/etc/nginx/citrix-guard/((?:gateway|authority)\.(?:key|pem))}
              {$self->{certs}/$1}g;
    $text =~ s{/etc/nginx/}{$dir/conf/}g;
    $text =~ s{/etc/ssl/certs/ca-certificates\.crt}{$self->{certs}/ca.pem}g;
    $text = $self->_on_loopback($text) if !$self->{on};
    $text .= $self->_own if $file eq 'http.conf';
    return $text;
}


# The addresses and ports of the test, in the place of an operator's.
sub _on_loopback {
    my ($self, $text) = @_;
    my ($front, $plain, $alive) = map { $self->port($_) } 1 .. 3;
    my $adc = $self->{tls_adc}->port;
    $text =~ s{192\.0\.2\.10:443\b}{127.0.0.1:$adc}g;
    $text =~ s{192\.0\.2\.40:514\b}{'127.0.0.1:' . $self->port(4)}eg;
    $text =~ s{192\.0\.2\.(?:30|31);}{127.0.0.1;}g;
    $text =~ s{127\.0\.0\.1:2598\b}{'127.0.0.1:' . $self->port(5)}eg;
    $text =~ s{listen 443}{listen 127.0.0.1:$front}g;
    $text =~ s{listen \[::\]:443}{listen [::1]:$front}g;
    $text =~ s{listen 80\b}{listen 127.0.0.1:$plain}g;
    $text =~ s{listen \[::\]:80\b}{listen [::1]:$plain}g;
    $text =~ s{listen 8081}{listen 127.0.0.1:$alive}g;
    $text =~ s{127\.0\.0\.1:8089\b}{'127.0.0.1:' . $self->port(6)}eg;
    return $text;
}


# How many files the kernel lets a worker open, at most.
sub _files {
    my $limit = `bash -c 'ulimit -Hn'`;
    return $limit =~ /^(\d+)$/ ? $1 : 65_536;
}


sub _user {
    return $> == 0 ? 'user ' . getpwuid($>) . ' ' . getgrgid($) + 0) . ';' : '';
}


# Folders that this user may write, for each http block.
sub temp_paths {
    my ($self) = @_;
    my $dir = $self->dir;
    return join "\n", map {"${_}_temp_path $dir/$_;"}
        grep { CitrixGuard::Nginx::built() !~ /--without-http_${_}_module/ }
        qw(client_body proxy fastcgi uwsgi scgi);
}


# What the test itself needs of nginx.
sub _own {
    my ($self) = @_;
    return $self->temp_paths . <<"END";

server { listen 127.0.0.1:$self->{settle}; access_log off;
         location / { return 204; } }
END
}


1;
