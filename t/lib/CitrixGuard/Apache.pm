package CitrixGuard::Apache;

# The stand-in for the appliance: a real Apache httpd behind the gate of
# January 2020. The gate looks at the request line as it was written and lets
# /vpn/ through without a session; Apache then resolves the path by itself.
#
# Below the scratch folder, as on the appliance:
#   ns_gui/vpn                   public pages
#   ns_gui/vpns                  portal pages and cfg/smb.conf
#   netscaler/portal/scripts     *.pl, really run as CGI
#   netscaler/portal/templates   served as /vpns/portal/NAME.xml
#   var/vpn/bookmark             where newbm.pl means to write

use strict;
use warnings;

use POSIX ();

use CitrixGuard::Scratch qw(scratch free_port wait_until connectable
                            end_process slurp spew);

use constant MARKER => "[global]\n";

my @MODULES = qw(mpm_prefork authz_core mime dir autoindex alias env rewrite
                 cgi);


sub binary { return $ENV{TEST_APACHE_BINARY} || '/usr/sbin/apache2' }

sub modules_dir {
    return $ENV{TEST_APACHE_MODULES} || '/usr/lib/apache2/modules';
}


sub new {
    my ($class) = @_;
    my $self = bless { dir => scratch(), owner => $$ }, $class;
    -x binary() or die binary() . " is missing (package apache2-bin)\n";
    $self->_folders;
    $self->_pages;
    $self->_scripts;
    $self->_start;
    return $self;
}


sub dir  { return "$_[0]{dir}" }
sub port { return $_[0]{port} }


# The user that Apache runs as; it may not be root.
sub _user { return $> == 0 ? 'www-data' : scalar getpwuid $> }


sub _folders {
    my ($self) = @_;
    my $dir = $self->dir;
    for (qw(run netscaler netscaler/portal netscaler/portal/scripts
            netscaler/portal/templates ns_gui ns_gui/vpn ns_gui/vpn/js
            ns_gui/vpns ns_gui/vpns/cfg ns_gui/vpns/portal
            ns_gui/vpns/scripts ns_gui/vpns/scripts/vista
            var var/vpn var/vpn/bookmark)) {
        mkdir "$dir/$_" or die "$dir/$_: $!";
    }
    return if $> != 0;
    my $uid = getpwnam _user() // die 'no user ' . _user();
    chown $uid, -1, map {"$dir/$_"} 'netscaler/portal/templates',
                                    'var/vpn/bookmark';
    return;
}


sub _pages {
    my ($self) = @_;
    my $dir = $self->dir . '/ns_gui';
    my %page = (
        'vpn/index.html'         => "<title>Gateway</title>\n",
        'vpn/js/rdx.js'          => "var rdx;\n",
        'vpns/cvpnpage.html'     => "<title>Portal</title>\n",
        'vpns/services.html'     => "<title>Services</title>\n",
        'vpns/portal/homepage.html' => "<title>Bookmarks</title>\n",
        'vpns/scripts/vista/AGEE_setup.exe' => "MZ\n",
        'vpns/cfg/smb.conf'      => MARKER . "name resolve order = host\n",
    );
    spew("$dir/$_", $page{$_}) for keys %page;
    return;
}


sub _scripts {
    my ($self) = @_;
    my $script = $self->dir . '/netscaler/portal/scripts/newbm.pl';
    spew($script, "#!$^X\n" . <<'END');
use strict;
use warnings;

# The bookmark script: it trusts the header for a file name, as the original.
my $top = $ENV{STAND_IN};
my $user = $ENV{HTTP_NSC_USER} // '';
my $form = '';
read STDIN, $form, $ENV{CONTENT_LENGTH} // 0;
my %field = map { (split /=/, $_, 2)[0, 1] }
            grep {/=/} split /&/, $form || $ENV{QUERY_STRING} || '';
for (values %field) {
    tr/+/ /;
    s/%([0-9a-fA-F]{2})/chr hex $1/ge;
}

# Harmless: what would leave the stand-in's folder is not written.
my @way = qw(var vpn bookmark);
for (split m{/}, "$user.xml") {
    next if $_ eq '' || $_ eq '.';
    if ($_ ne '..') { push @way, $_; next }
    if (!@way) {
        print "Status: 500 Outside\nContent-Type: text/plain\n\noutside\n";
        exit;
    }
    pop @way;
}
my $path = join '/', $top, @way;
my $written = $user ne '' && open my $file, '>', $path;
if ($written) {
    my ($url, $title) = map { $_ // '' } @field{qw(url title)};
    print {$file} qq(<user username="$user"><bookmarks>\n)
                . qq(<bookmark UI_inuse="" descr="" title="$title" )
                . qq(url="$url" />\n</bookmarks></user>\n);
    close $file;
}
print "Content-Type: text/html\n\n",
      $written ? "Bookmark Added\n" : "No bookmark\n";
END
    chmod 0755, $script or die "$script: $!";
    return;
}


sub _config {
    my ($self) = @_;
    my $dir = $self->dir;
    my $load = join '', map {
        -e modules_dir() . "/mod_$_.so"
            ? "LoadModule ${_}_module " . modules_dir() . "/mod_$_.so\n" : ''
    } @MODULES;
    my $user = $> == 0 ? 'User ' . _user() . "\n" : '';
    return $load . $user . <<"END";
ServerRoot $dir
DefaultRuntimeDir $dir/run
PidFile $dir/run/pid
ServerName stand-in.example.test
Listen 127.0.0.1:$self->{port}
ErrorLog $dir/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog $dir/access.log combined
TypesConfig /dev/null
AddType text/html .html
AddType text/xml .xml
StartServers 2
DocumentRoot $dir/ns_gui
<Directory $dir>
    Require all granted
    AllowOverride None
    Options FollowSymLinks
</Directory>
<Directory $dir/netscaler/portal/scripts>
    Options ExecCGI
    SetHandler cgi-script
</Directory>
SetEnv STAND_IN $dir
ScriptAlias /vpns/portal/scripts/ $dir/netscaler/portal/scripts/
AliasMatch ^/vpns/portal/([^/]+\\.xml)\$ $dir/netscaler/portal/templates/\$1

# The packet engine's gate. It knows the target as it was written.
RewriteEngine On
RewriteCond %{THE_REQUEST} "!^\\S+\\s+(?:https?://[^/ ]*)?/+vpn/"
RewriteCond %{HTTP_COOKIE} !NSC_AAAC=[0-9a-f]+
RewriteRule ^ /vpn/index.html [R=302,L]
END
}


sub _start {
    my ($self) = @_;
    for my $try (1 .. 5) {
        $self->{port} = free_port();
        spew($self->dir . '/httpd.conf', $self->_config);
        $self->_spawn;
        my $ended;
        wait_until(sub {
            return 1 if connectable($self->{port});
            return $ended = waitpid $self->{pid}, POSIX::WNOHANG();
        });
        return if !$ended && connectable($self->{port});
        my $said = slurp($self->dir . '/stderr')
                 . slurp($self->dir . '/error.log');
        die "Apache did not start:\n$said"
            if $said !~ /could not bind|Address already in use/;
    }
    die "Apache found no free port\n";
}


sub _spawn {
    my ($self) = @_;
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        # httpd ends by a signal to its whole process group
        setpgrp 0, 0;
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $self->dir . '/stderr';
        open STDERR, '>&', \*STDOUT;
        exec { binary() } binary(), '-f', $self->dir . '/httpd.conf',
             '-DFOREGROUND' or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    return;
}


sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    end_process($pid, 'TERM');
    return;
}


# The request lines that Apache has answered, with their status; those of one
# Referer, if it is given: lines of another client may be written late.
sub requests {
    my ($self, $referer) = @_;
    return map { /\] "(.*?)" (\d{3}) / ? "$1 -> $2" : $_ }
           grep { !defined $referer || / "\Q$referer\E" "/ }
           split /\n/, slurp($self->dir . '/access.log');
}


# Waits until a request line that matches was logged (httpd logs after it
# has answered).
sub logged {
    my ($self, $pattern) = @_;
    return wait_until(sub { scalar grep { $_ =~ $pattern } $self->requests },
                      10);
}


sub bookmarks { return _names($_[0]->dir . '/var/vpn/bookmark') }
sub templates { return _names($_[0]->dir . '/netscaler/portal/templates') }


sub _names {
    my ($path) = @_;
    opendir my $folder, $path or die "$path: $!";
    my @names = sort grep { !/^\./ } readdir $folder;
    return @names;
}


# Forgets what was written.
sub clean {
    my ($self) = @_;
    for my $folder ('var/vpn/bookmark', 'netscaler/portal/templates') {
        my $path = $self->dir . "/$folder";
        unlink map {"$path/$_"} _names($path);
    }
    return;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->stop;
    return;
}

1;
