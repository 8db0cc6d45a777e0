package Judge::Judges;

# The judges: real servers, applications that make a file name of a request
# the naive way, and chains of two parsers. Each is set up as leniently as it
# can be: the more it resolves, the more it proves.
#
#   my @names = Judge::Judges::names();
#   my $judge = Judge::Judges::start($name, $docroot);
#   $judge->port; $judge->connections; $judge->patience; $judge->stop;

use strict;
use warnings;

use Cwd ();
use File::Basename ();

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(spew);
use Judge::Server;

my $APPS = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../../app');
my $JAVA = '/usr/share/java';
my $USER = $> == 0 ? 'www-data' : scalar getpwuid $>;
my $GROUP = getgrgid((getpwnam $USER)[3]);

my (@order, %judge);


# A judge is a command, or in a chain a front and the judge behind it. Of the
# settings, connections is how many at a time the server likes, and patience
# how long an answer may take (ms).
sub _judge {
    my ($name, %given) = @_;
    push @order, $name;
    $judge{$name} = { name => $name, connections => 16, patience => 2000,
                      %given };
    return;
}


sub names { return @order }


# Is it one that finds a sign in what is not plain ASCII?
sub hidden { return $judge{ $_[0] }{hidden} // 0 }


sub start {
    my ($name, $root) = @_;
    my $spec = $judge{$name} or die "no judge \"$name\"; there are: @order\n";
    my $self = bless { spec => $spec }, __PACKAGE__;
    my $back = $spec->{back};
    $self->{back} = start($back, $root) if $back;
    my %with = (name => $name, root => $root,
                $back ? (back => $self->{back}->port) : ());
    $self->{server} = $spec->{nginx} ? _nginx($spec->{nginx}, \%with)
        : Judge::Server->new(%with, command => $spec->{command});
    return $self;
}


sub port        { return $_[0]{server}->port }
sub connections { return $_[0]{spec}{connections} }
sub patience    { return $_[0]{spec}{patience} }


sub stop {
    my ($self) = @_;
    $_->stop for grep {defined} @$self{qw(server back)};
    return;
}


sub _nginx {
    my ($location, $with) = @_;
    $location =~ s/%%(root|back)%%/$with->{$1}/g;
    return CitrixGuard::Nginx->new(
        error_level => 'crit', without_module => 1, http => <<"END")->start;
    server {
        listen 127.0.0.1:%%PORT1%%;
        access_log off;
        keepalive_requests 1000000;
        large_client_header_buffers 4 32k;
        location / { $location }
    }
END
}


# Writes a configuration into the server's folder; returns its path.
sub _file {
    my ($o, $name, $text) = @_;
    $text =~ s/%%(\w+)%%/$o->{$1} \/\/ die "no value for $1"/ge;
    spew("$o->{dir}/$name", $text);
    return "$o->{dir}/$name";
}


sub _app {
    my ($name, @more) = @_;
    return sub {
        my ($o) = @_;
        my $app = "$APPS/$name";
        my %by = (pl => [$^X], py => ['/usr/bin/python3'],
                  js => ['/usr/bin/node'], rb => ['/usr/bin/ruby'],
                  erl => ['/usr/bin/escript']);
        my ($kind) = $name =~ /\.(\w+)\z/;
        return (@{ $by{$kind} }, $app, $o->{port}, $o->{back} // $o->{root},
                @more);
    };
}


# A program in one source file, which the JDK compiles before it runs it.
sub _java {
    my ($name, $jars, @more) = @_;
    return sub {
        my ($o) = @_;
        return ('/usr/bin/java', '-Xmx256m', '-cp',
                join(':', "$o->{dir}", map { glob "$JAVA/$_.jar" } @{ $jars // [] }),
                "$APPS/$name.java", $o->{port}, $o->{root}, @more);
    };
}


# Servers

_judge('httpd', command => sub {
    my ($o) = @_;
    my $modules = $ENV{TEST_APACHE_MODULES} || '/usr/lib/apache2/modules';
    my $load = join '', map {"LoadModule ${_}_module $modules/mod_$_.so\n"}
               qw(mpm_event authz_core dir);
    my $user = $> == 0 ? "User $USER\nGroup $GROUP\n" : '';
    my $conf = _file($o, 'httpd.conf', $load . $user . <<'END');
ServerRoot %%dir%%
DefaultRuntimeDir %%dir%%
PidFile %%dir%%/pid
ServerName judge.example.test
Listen 127.0.0.1:%%port%%
ErrorLog %%dir%%/error.log
LogLevel crit
ServerSignature Off
StartServers 1
ThreadsPerChild 32
MaxRequestWorkers 64
MaxKeepAliveRequests 0
KeepAliveTimeout 60
HttpProtocolOptions Unsafe
AllowEncodedSlashes On
DocumentRoot %%root%%
DirectoryIndex index.html
<Directory %%root%%>
    Require all granted
    AllowOverride None
    Options FollowSymLinks
</Directory>
END
    my $httpd = $ENV{TEST_APACHE_BINARY} || '/usr/sbin/apache2';
    return ($httpd, '-f', $conf, '-DFOREGROUND');
});

_judge('nginx', nginx => 'root %%root%%;');

_judge('lighttpd', command => sub {
    my ($o) = @_;
    my $conf = _file($o, 'lighttpd.conf', <<'END');
server.document-root = "%%root%%"
server.port = %%port%%
server.bind = "127.0.0.1"
server.errorlog = "%%dir%%/error.log"
server.max-keep-alive-requests = 100000
index-file.names = ("index.html")
server.http-parseopts = (
    "header-strict"            => "disable",
    "host-strict"              => "disable",
    "url-normalize"            => "enable",
    "url-ctrls-reject"         => "disable",
    "url-path-backslash-trans" => "enable",
    "url-path-2f-decode"       => "enable",
    "url-path-dotseg-remove"   => "enable"
)
END
    return ('/usr/sbin/lighttpd', '-D', '-f', $conf);
});

_judge('caddy', command => sub {
    my ($o) = @_;
    my $conf = _file($o, 'Caddyfile', <<'END');
{
    admin off
    auto_https off
    log {
        level ERROR
    }
}
http://:%%port%% {
    bind 127.0.0.1
    root * %%root%%
    file_server
}
END
    return ('/usr/bin/caddy', 'run', '--adapter', 'caddyfile', '--config',
            $conf);
});

_judge('h2o', command => sub {
    my ($o) = @_;
    my $user = $> == 0 ? "user: $USER\n" : '';
    my $conf = _file($o, 'h2o.conf', $user . <<'END');
listen:
  host: 127.0.0.1
  port: %%port%%
num-threads: 1
hosts:
  default:
    paths:
      /:
        file.dir: %%root%%
END
    return ('/usr/bin/h2o', '-c', $conf);
});

_judge('civetweb', command => sub {
    my ($o) = @_;
    return ('/usr/bin/civetweb', '-document_root', $o->{root},
            '-listening_ports', "127.0.0.1:$o->{port}",
            '-enable_keep_alive', 'yes', '-tcp_nodelay', 1, '-num_threads', 20);
});

_judge('busybox', command => sub {
    my ($o) = @_;
    return ('/usr/bin/busybox', 'httpd', '-f', '-p', "127.0.0.1:$o->{port}",
            '-h', $o->{root});
});

_judge('mini-httpd', command => sub {
    my ($o) = @_;
    return ('/usr/sbin/mini_httpd', '-D', '-h', '127.0.0.1', '-p', $o->{port},
            '-d', $o->{root}, $> == 0 ? ('-u', $USER) : ());
});

_judge('yaws', command => sub {
    my ($o) = @_;
    my $conf = _file($o, 'yaws.conf', <<'END');
logdir = %%dir%%
ebin_dir = %%dir%%
include_dir = %%dir%%
max_connections = nolimit
trace = false
auth_log = false
<server judge.example.test>
    port = %%port%%
    listen = 127.0.0.1
    docroot = %%root%%
    access_log = false
</server>
END
    return ('/usr/bin/yaws', '-i', '--conf', $conf, '--erlarg', '-noinput');
});

_judge('erlang', command => _app('inets.erl'));

_judge('tomcat', command => _java('TomcatJudge', ['tomcat10-*']));

_judge('jetty', command => _java('JettyJudge', ['jetty9-{server,http,io,util}',
                                  'servlet-api']));

_judge('php', connections => 8, command => sub {
    my ($o) = @_;
    return ('/usr/bin/php', '-S', "127.0.0.1:$o->{port}", '-t', $o->{root});
});

_judge('python', connections => 8, command => _app('simple.py'));

_judge('tornado', connections => 8, command => _app('tornado_file.py'));

_judge('aiohttp', connections => 8, command => _app('aiohttp_file.py'));

_judge('webrick', connections => 8, command => _app('webrick_file.rb'));

_judge('mojolicious', connections => 8, command => _app('mojo_file.pl'));


# Applications that decode by themselves

sub _php {
    my ($name, $reading) = @_;
    return sub {
        my ($o) = @_;
        return ('/usr/bin/env', "JUDGE_ROOT=$o->{root}",
                "JUDGE_READING=$reading", '/usr/bin/php', '-S',
                "127.0.0.1:$o->{port}", "$APPS/$name.php");
    };
}

_judge('php-app', connections => 8, command => _php('decode', ''));

_judge('node-app', command => _app('decode.js'));

_judge('waitress-app', connections => 8, command => _app('waitress_app.py'));

# puma lets a bad request hang that is not the first of its connection
_judge('puma-app', connections => 32, patience => 300, command => _app('puma_app.rb'));

_judge('java-app', command => _java('DecodeJudge'));

_judge('mono-app', connections => 8, command => sub {
    my ($o) = @_;
    system('/usr/bin/mcs', '-r:System.Web.dll', "-out:$o->{dir}/decode.exe",
           "$APPS/decode.cs") == 0 or die "decode.cs does not build\n";
    return ('/usr/bin/mono', "$o->{dir}/decode.exe", $o->{port}, $o->{root});
});


# Applications whose decoders find a sign in what is not plain ASCII. The
# targets for these have the other sign in plain sight.

_judge("jdk-$_", hidden => 1, command => _java('HiddenJudge', [], $_))
    for qw(bytes digits latin1);
_judge("node-$_", hidden => 1, command => _app('hidden.js', $_))
    for qw(latin1 ascii utf8);
_judge("python-$_", hidden => 1, connections => 8,
       command => _app('hidden.py', $_)) for qw(ascii 7bit escapes);
_judge("php-$_", hidden => 1, connections => 8,
       command => _php('hidden', $_)) for qw(utf8 iconv mb 7bit strip);

# nginx's own ngx_unescape_uri, which drops broken escapes, before httpd
_judge('unescape>httpd', hidden => 1, back => 'httpd', command => sub {
    my ($o) = @_;
    my $modules = $ENV{TEST_NGINX_MODULES} || '/usr/lib/nginx/modules';
    my $user = $> == 0 ? "user $USER $GROUP;\n" : '';
    my $conf = _file($o, 'nginx.conf',
                     "load_module $modules/ngx_http_perl_module.so;\n$user"
                     . <<'END');
daemon off;
pid %%dir%%/pid;
error_log %%dir%%/error.log crit;
events { }
http {
    access_log off;
    client_body_temp_path %%dir%%/body;
    proxy_temp_path %%dir%%/proxy;
    fastcgi_temp_path %%dir%%/fastcgi;
    uwsgi_temp_path %%dir%%/uwsgi;
    scgi_temp_path %%dir%%/scgi;
    perl_set $unescaped '
        sub {
            my $r = shift;
            my ($path) = split /[?]/, $r->variable("request_uri");
            my $before;
            do {
                $before = $path;
                $path = $r->unescape($path);
            } while ($path ne $before);
            return $path;
        }
    ';
    server {
        listen 127.0.0.1:%%port%%;
        keepalive_requests 1000000;
        large_client_header_buffers 4 32k;
        location / { proxy_pass http://127.0.0.1:%%back%%$unescaped; }
    }
}
END
    return ('/usr/sbin/nginx', '-e', "$o->{dir}/error.log", '-c', $conf);
});


# Chains: a front that rewrites, and a server behind it

sub _haproxy {
    my ($o) = @_;
    my $conf = _file($o, 'haproxy.cfg', <<'END');
global
    expose-experimental-directives
    maxconn 200
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend judge
    bind 127.0.0.1:%%port%%
    option accept-invalid-http-request
    http-request normalize-uri percent-decode-unreserved
    http-request normalize-uri path-merge-slashes
    http-request normalize-uri path-strip-dot
    http-request normalize-uri path-strip-dotdot full
    default_backend back
backend back
    server back 127.0.0.1:%%back%%
END
    return ('/usr/sbin/haproxy', '-db', '-f', $conf);
}

_judge('haproxy>httpd', back => 'httpd', command => \&_haproxy);
_judge('haproxy>node-app', back => 'node-app', command => \&_haproxy);
_judge('nginx>httpd', back => 'httpd',
       nginx => 'proxy_pass http://127.0.0.1:%%back%%/;');
_judge('nginx>php-app', back => 'php-app', connections => 8,
       nginx => 'proxy_pass http://127.0.0.1:%%back%%/;');
_judge('node-url>httpd', back => 'httpd', command => _app('url_proxy.js'));
_judge('node-url>tomcat', back => 'tomcat', command => _app('url_proxy.js'));

1;
