package Peer;

# A peer at work: its configuration file, filled in, in a folder of its own.
#
#   my $peer = Peer->new('haproxy', upstream => $port);
#   $peer->port; $peer->memory; $peer->stop;
#
# pinned: on one processor. counted: under callgrind, in one process;
# instructions has the count after stop.

use strict;
use warnings;

use parent 'Judge::Server';

use Cwd ();
use File::Basename ();

use CitrixGuard::Nginx;
use CitrixGuard::Process qw(children);
use CitrixGuard::Scratch qw(end_process slurp spew);

my $HERE = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/..');
my $MODULES = $ENV{TEST_APACHE_MODULES} || '/usr/lib/apache2/modules';
my $APACHE = $ENV{TEST_APACHE_BINARY} || '/usr/sbin/apache2';
my $USER = $> == 0 ? "User www-data\nGroup www-data\n" : '';

# where Debian has what its authors recommend
my $FOR_NGINX = '/etc/nginx/modsecurity.conf';
my $FOR_APACHE = '/etc/modsecurity/modsecurity.conf-recommended';

my @ORDER = qw(nginx nginx-regex nginx-location modsecurity-1 modsecurity-2
               apache-1 apache-2 haproxy guard);

my %PEER = (
    'upstream'       => { file => 'upstream.conf', by => \&_apache },
    'nginx'          => { file => 'nginx.conf', title => 'nginx alone' },
    'nginx-regex'    => { file => 'nginx-regex.conf',
                          title => 'nginx, published pattern' },
    'nginx-location' => { file => 'nginx-location.conf',
                          title => 'nginx, its own normalised path' },
    (map { ("modsecurity-$_" => {
        file => 'modsecurity.conf', paranoia => $_, crs => $FOR_NGINX,
        title => "nginx, ModSecurity 3, CRS, paranoia $_",
        modules => ['ngx_http_modsecurity_module.so'] },
      "apache-$_" => {
        file => 'apache.conf', paranoia => $_, crs => $FOR_APACHE,
        title => "Apache, mod_security2, CRS, paranoia $_",
        by => \&_apache }) } 1, 2),
    'haproxy'        => { file => 'haproxy.cfg', by => \&_haproxy,
                          title => 'HAProxy, normalize-uri and a rule' },
    'guard'          => { file => 'guard.conf', title => 'this guard',
                          guard => 1 },
);


sub names { return @ORDER }
sub title { return $PEER{ $_[0] }{title} }


sub new {
    my ($class, $name, %given) = @_;
    my $spec = $PEER{$name} or die "no peer \"$name\"; there are: @ORDER\n";
    my $self = $class->SUPER::new(%given, name => $name, spec => $spec,
                                  command => \&_command);
    # callgrind has made it as root, and writes it as who the server became
    my $counts = "$self->{dir}/counts";
    chmod 0666, $counts if -e $counts;
    return $self;
}


sub _command {
    my ($self) = @_;
    my $spec = $self->{spec};
    # Apache writes as a user of its own, and callgrind as Apache
    chmod 0777, $self->{dir} or die "chmod $self->{dir}: $!\n";
    $self->_file($spec->{crs} ? 'crs.conf' : (), $spec->{file});
    my @command = ($spec->{by} // \&_nginx)->($self);
    unshift @command, 'taskset', '-c', _processor() if $self->{pinned};
    unshift @command, 'valgrind', '-q', '--vgdb=no', '--tool=callgrind',
        "--callgrind-out-file=$self->{dir}/counts" if $self->{counted};
    return @command;
}


# Writes files of this folder into the peer's.
sub _file {
    my ($self, @names) = @_;
    my $spec = $self->{spec};
    my %value = (PORT => $self->{port}, UPSTREAM => $self->{upstream},
                 DIR => $self->{dir}, ROOT => $self->{root},
                 MODULES => $MODULES, USER => $USER,
                 PARANOIA => $spec->{paranoia});
    for my $name (@names) {
        my $text = slurp("$HERE/$name") || die "$HERE/$name: $!\n";
        $text =~ s/%%(\w+)%%/$value{$1} \/\/ die "$name: no $1\n"/ge;
        spew("$self->{dir}/$name", $text);
    }
    return if !$spec->{crs};
    # nothing is written outside of the folder; the map is looked for beside
    # the settings
    spew("$self->{dir}/recommended.conf", slurp($spec->{crs})
         =~ s{^(SecAuditLog\s+)\S+}{$1$self->{dir}/audit.log}mr);
    spew("$self->{dir}/unicode.mapping",
         slurp('/etc/modsecurity/unicode.mapping'));
    return;
}


sub _apache {
    my ($self) = @_;
    return ($APACHE, '-f', "$self->{dir}/$self->{spec}{file}",
            $self->{counted} ? '-X' : '-DFOREGROUND');
}


sub _haproxy {
    my ($self) = @_;
    return ('/usr/sbin/haproxy', '-db', '-f',
            "$self->{dir}/$self->{spec}{file}");
}


# What every nginx has around the file.
sub _nginx {
    my ($self) = @_;
    my ($dir, $spec) = @$self{qw(dir spec)};
    my ($folder) = CitrixGuard::Nginx::built() =~ /--modules-path=(\S+)/;
    my @modules = map {"$folder/$_"} @{ $spec->{modules} // [] };
    push @modules, CitrixGuard::Nginx::module() || () if $spec->{guard};
    my $load = join '', map {"load_module $_;\n"} @modules;
    my $user = $> == 0 ? 'user root root;' : '';
    my $master = $self->{counted} ? 'off' : 'on';
    my $temp = join '', map {"${_}_temp_path $dir/$_;\n"}
        grep { CitrixGuard::Nginx::built() !~ /--without-http_${_}_module/ }
        qw(client_body proxy fastcgi uwsgi scgi);
    spew("$dir/main.conf", <<"END");
$load$user
daemon off;
master_process $master;
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/error.log crit;
events { worker_connections 1024; }
http {
access_log off;
keepalive_requests 1000000;
large_client_header_buffers 4 32k;
$temp
include $dir/$spec->{file};
}
END
    return (CitrixGuard::Nginx::binary(), '-p', "$dir/", '-c',
            "$dir/main.conf", '-e', "$dir/error.log");
}


# The first processor that this process may use.
sub _processor {
    my ($first) = slurp('/proc/self/status')
        =~ /^Cpus_allowed_list:\s*(\d+)/m;
    return $first;
}


# KiB of all its processes, shared pages divided among those that share them.
sub memory {
    my ($self) = @_;
    my $sum = 0;
    my @pids = ($self->{pid});
    while (defined(my $pid = shift @pids)) {
        push @pids, children($pid);
        $sum += slurp("/proc/$pid/smaps_rollup") =~ /^Pss:\s+(\d+)/m ? $1
            : die "/proc/$pid/smaps_rollup: no Pss\n";
    }
    return $sum;
}


sub instructions {
    my ($self) = @_;
    return slurp("$self->{dir}/counts") =~ /^(?:summary|totals):\s*(\d+)/m
        ? $1 : die "$self->{name}: no count\n";
}


# Callgrind writes when its process ends, which takes long for some.
sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    end_process($pid, 'TERM', $self->{counted} ? 120 : 10);
    kill 'KILL', -$pid;
    return;
}

1;
