package CitrixGuard::Nginx;

# A real nginx in a scratch folder: started, tested, reloaded and stopped by
# the pid of the process that was started here.
#
#   my $nginx = CitrixGuard::Nginx->new(
#       http  => 'server { listen 127.0.0.1:%%PORT1%%; ... }',
#       ports => 2, vars => { BACKEND => $recorder->port })->start;
#
# main => '...' is what goes behind the load_module of the guard, before => what
# goes in front of it. stream => '...' is what goes into stream { }, and loads the stream module.
# %%PORT1%% ... are free loopback ports, %%DIR%% is the scratch folder, and
# every key of vars stands for its value.

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use POSIX ();
use Test::More ();

use CitrixGuard::Raw;
use CitrixGuard::Scratch qw(scratch free_port wait_until end_process slurp
                            spew);

my $ROOT = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../../..');

my @TEMP = qw(client_body proxy fastcgi uwsgi scgi);

# Faults of nginx's own: a WINDOW_UPDATE in two pieces makes it take the rest
# for data (its pull request 1006, open); a 101 for a stream of HTTP/2, whose
# descriptor is that of the connection.
our $KNOWN = qr/\[alert\] .*(?:http2\ negative\ window\ update
    |epoll_ctl\(1,\ \d+\)\ failed\ \(17:.*HTTP\/2\.0)/x;

# the guard's own alert: test upstreams answer anything
our $ALARM = qr/\[alert\]\ .*citrix_guard:\ (?:scan-success|exploit-suspected)\b
    |\[crit\]\ .*citrix_guard:\ unknown\b/x;

my @all;

# however the test ends, its servers end with it
$SIG{$_} //= sub { exit 1 } for qw(INT TERM HUP PIPE);


sub new {
    my ($class, %given) = @_;
    my $dir = scratch();
    my $self = bless {
        dir => $dir, owner => $$, ports => {}, reports => '',
        vars => $given{vars} // {}, main => $given{main} // '',
        before => $given{before} // '',
        http => $given{http} // '', stream => $given{stream} // '',
        env => $given{env} // {}, user => $given{user},
        error_level => $given{error_level} // 'info',
        without_module => $given{without_module},
        connections => $given{connections} // 1024,
        workers => $given{workers} // 1, expected => $given{expected},
    }, $class;
    mkdir "$dir/$_" or die "$dir/$_: $!" for qw(conf html), @TEMP;
    $self->{ports}{$_} = free_port() for 1 .. $given{ports} // 1;
    $self->{settle} = free_port();
    push @all, $self;
    return $self;
}


sub binary { return $ENV{TEST_NGINX_BINARY} || '/usr/sbin/nginx' }


sub module {
    my $path = $ENV{TEST_NGINX_MODULE};
    return '' if defined $path && $path eq '';
    $path //= 'build/modules/ngx_http_citrix_guard_module.so';
    $path = "$ROOT/$path" if $path !~ m{^/};
    -e $path or die "$path is missing: run `make build` first\n";
    return $path;
}


# What stream { } and its guard need: nginx's own part may be dynamic, too.
sub stream_modules {
    my ($self) = @_;
    my ($folder) = built() =~ /--modules-path=(\S+)/;
    my @own = built() =~ /--with-stream=dynamic/
        ? ("$folder/ngx_stream_module.so") : ();
    my $guard = module() =~ s/ngx_http_(?=[^\/]+\z)/ngx_stream_/r;
    return @own, $guard && !$self->{without_module} ? $guard : ();
}


# Does this nginx support stream, with TLS?
sub has_stream {
    return built() =~ /--with-stream[ =]/
        && built() =~ /--with-stream_ssl_module/;
}


{
    my $built;

    # the text of nginx -V, read once
    sub built {
        $built //= _output(binary(), '-V');
        return $built;
    }
}


sub version {
    my ($v) = built() =~ m{nginx/([\d.]+)} or die "no version: " . built();
    return $v;
}


# Is this nginx at least that version?
sub at_least {
    my ($wanted) = @_;
    my @is = split /\./, version();
    for my $part (split /\./, $wanted) {
        my $have = shift(@is) // 0;
        return $have > $part if $have != $part;
    }
    return 1;
}


# The version of HTTP that proxy_pass uses by default.
sub forwards { return at_least('1.29.7') ? 'HTTP/1.1' : 'HTTP/1.0' }


sub dir  { return "$_[0]{dir}" }
sub port { return $_[0]{ports}{$_[1] // 1} // die "no port $_[1]" }
sub pid  { return $_[0]{pid} }


sub configure {
    my ($self, %given) = @_;
    for my $key (keys %given) {
        die "configure: $key" if $key !~ /^(?:http|stream|main|vars|without_module)$/;
        $self->{$key} = $given{$key};
    }
    return $self;
}


sub text {
    my ($self) = @_;
    my %value = (DIR => $self->dir, %{ $self->{vars} });
    $value{"PORT$_"} = $self->{ports}{$_} for keys %{ $self->{ports} };
    my $text = $self->_head . $self->{http} . "\n}\n";
    $text .= "stream {\n$self->{stream}\n}\n" if $self->{stream};
    $text =~ s{%%(\w+)%%}{$value{$1} // die "no value for %%$1%%"}ge;
    return $text;
}


sub _head {
    my ($self) = @_;
    my $dir = $self->dir;
    my $module = $self->{without_module} ? '' : module();
    my $load = $self->{before} . ($module ? "\nload_module $module;\n" : '');
    $load .= join '', map {"load_module $_;\n"} $self->stream_modules
        if $self->{stream};
    my $name = $self->{user} // getpwuid($>) . ' ' . getgrgid($) + 0);
    my $user = $> == 0 ? "user $name;\n" : '';
    my $temp = join '', map {"    ${_}_temp_path $dir/$_;\n"}
        grep { built() !~ /--without-http_${_}_module/ } @TEMP;
    return <<"END" . $temp;
${load}${user}@{[$self->_daemon]}
worker_processes $self->{workers};
pid $dir/nginx.pid;
error_log $dir/error.log $self->{error_level};
$self->{main}
events { worker_connections $self->{connections}; }
http {
    access_log $dir/access.log;
    server_names_hash_bucket_size 128;
    server { listen 127.0.0.1:$self->{settle}; access_log off;
             location / { return 204; } }
END
}


sub _daemon { return 'daemon off;' }


sub _write {
    my ($self) = @_;
    spew($self->dir . '/conf/nginx.conf', $self->text);
    return;
}


# nginx -t: (exit status, its output)
sub check {
    my ($self) = @_;
    $self->_write;
    # nginx -t exits without freeing anything
    local $ENV{ASAN_OPTIONS} = join ':', $ENV{ASAN_OPTIONS} // (),
                                    'detect_leaks=0';
    local %ENV = (%ENV, _heap());
    my $out = _output($self->_command('-t'));
    my $status = $? >> 8;
    $self->_note_reports($out);
    return ($status, $out);
}


sub start {
    my ($self) = @_;
    for my $try (1 .. 5) {
        $self->_write;
        $self->_spawn;
        return $self if wait_until(sub { $self->_ended || $self->_ready })
                        && $self->{pid};
        my $said = $self->stderr . $self->error_log;
        die "nginx did not start:\n$said" if $said !~ /Address already in use/;
        $self->_other_ports;
    }
    die "nginx found no free port";
}


sub _command {
    my ($self, @more) = @_;
    my $dir = $self->dir;
    return (binary(), '-p', "$dir/", '-c', "$dir/conf/nginx.conf",
            '-e', "$dir/error.log", @more);
}


# glibc fills what malloc() returns: nobody may rely on zeroes
sub _heap { return (MALLOC_PERTURB_ => $ENV{MALLOC_PERTURB_} // 90) }


# In the child: becomes nginx.
sub _exec {
    my ($self) = @_;
    %ENV = (%ENV, _heap(), %{ $self->{env} });
    open STDIN, '<', '/dev/null';
    open STDOUT, '>>', $self->dir . '/stderr';
    open STDERR, '>&', \*STDOUT;
    my @command = $self->_command;
    exec { $command[0] } @command or POSIX::_exit(127);
}


sub _spawn {
    my ($self) = @_;
    defined(my $pid = fork) or die "fork: $!";
    $self->_exec if !$pid;
    $self->{pid} = $pid;
    return;
}


sub _ready {
    my ($self) = @_;
    return 0 if !-s $self->dir . '/nginx.pid';
    return eval { $self->settle; 1 };
}


sub _ended {
    my ($self) = @_;
    my $got = waitpid $self->{pid}, POSIX::WNOHANG();
    return 0 if $got == 0;
    delete $self->{pid};
    return 1;
}


sub _other_ports {
    my ($self) = @_;
    $self->{ports}{$_} = free_port() for keys %{ $self->{ports} };
    $self->{settle} = free_port();
    unlink map { $self->dir . "/$_" } qw(error.log stderr);
    return;
}


sub _output {
    my (@command) = @_;
    my $pid = open my $from, '-|';
    defined $pid or die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    local $/;
    my $out = <$from> // '';
    close $from;
    return $out;
}


# One exchange with the single worker: when this returns, everything that it
# had begun before is done, such as a log line or a background subrequest.
sub settle {
    my ($self) = @_;
    my $answer = CitrixGuard::Raw::ask($self->{settle},
        "GET / HTTP/1.0\r\n\r\n", timeout => 5);
    $answer && $answer->{status} == 204 or die "no answer from nginx";
    return;
}


# Reloads, and returns when new workers accept: true, or false if the master
# refused the configuration (error_log says why).
sub reload {
    my ($self) = @_;
    $self->_write;
    my $log = $self->dir . '/error.log';
    my $from = -s $log;
    my %before = map { $_ => 1 } $self->children;
    kill 'HUP', $self->{pid};
    my $verdict;
    wait_until(sub {
        $verdict = 0 if slurp($log, $from) =~ /\[emerg\]/;
        # until then an old worker may accept
        $verdict //= 1 if (grep { !$before{$_} } $self->children)
                          && !_listens(keys %before);
        return defined $verdict;
    }) or die "no reload within the time";
    wait_until(sub { eval { $self->settle; 1 } }) or die "gone after reload";
    return $verdict;
}


# the workers, and whatever else the master has begun
sub children {
    my ($self) = @_;
    my $pid = $self->{pid};
    open my $from, '<', "/proc/$pid/task/$pid/children" or return;
    return split ' ', <$from> // '';
}


# Does one of these processes listen at a TCP port?
sub _listens {
    my (@pids) = @_;
    my %listens;
    for my $table (grep {-e} '/proc/net/tcp', '/proc/net/tcp6') {
        open my $from, '<', $table or die "$table: $!";
        while (<$from>) {
            my ($state, $inode) = (split)[3, 9];
            $listens{"socket:[$inode]"} = 1 if $state eq '0A';
        }
    }
    return scalar grep { $listens{ readlink($_) // '' } }
                  map { glob "/proc/$_/fd/*" } @pids;
}


sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    my $status = end_process($pid, 'QUIT');
    $self->_note_reports($self->stderr . $self->error_log);
    $self->{reports} .= "nginx ended with status $status\n" if $status;
    return;
}


sub stderr    { return slurp($_[0]->dir . '/stderr') }
sub error_log { return slurp($_[0]->dir . '/error.log') }


sub access_log {
    my ($self, $name) = @_;
    $self->settle;
    return slurp($self->dir . '/' . ($name // 'access.log'));
}


# The guard's lines in the error log since the last call.
sub events {
    my ($self, $name) = @_;
    $self->settle;
    my $file = $name // 'error.log';
    my $from = $self->{seen}{$file} // 0;
    my $log = slurp($self->dir . "/$file", $from);
    $self->{seen}{$file} = $from + length $log;
    return grep {/citrix_guard: (?:blocked|detected|exempted) /}
           split /\n/, $log;
}


sub _note_reports {
    my ($self, $text) = @_;
    my @bad = grep {/Sanitizer|runtime error:|exited on signal|\[alert\]/}
              grep { $_ !~ $KNOWN && $_ !~ $ALARM } split /\n/, $text;
    @bad = grep { $_ !~ $self->{expected} } @bad if $self->{expected};
    $self->{reports} .= join "\n", @bad, '' if @bad;
    return;
}


# Reports of a sanitizer build, and workers that died; '' if there are none.
sub sanitizer_report {
    my ($self) = @_;
    my $found = $self->{reports};
    return $found if !$found;
    return $found . "---- stderr\n" . $self->stderr
         . "---- error log\n" . substr $self->error_log, -8000;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->stop;
    return;
}


END {
    for my $nginx (grep { defined && $_->{owner} == $$ } @all) {
        my $status = $?;
        $nginx->stop;
        $? = $status;
        my $report = $nginx->sanitizer_report or next;
        Test::More::diag("nginx complained:\n$report");
        $? ||= 1;
    }
    @all = ();
}

1;
