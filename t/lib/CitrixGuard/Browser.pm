package CitrixGuard::Browser;

# A real Chromium without a screen, driven over WebDriver.
#
#   my $browser = CitrixGuard::Browser->new(width => 400, dark => 1);
#   $browser->open($url); $browser->script('return document.title');
#
# hosts: a Chromium's rules for names and ports, for a site that is to have the
# address that its users know; trust: the file of an authority; timeout: how many
# seconds one command may take.

use strict;
use warnings;

use HTTP::Tiny;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);

use CitrixGuard::Program;
use CitrixGuard::Scratch qw(connectable free_port scratch slurp spew
                            wait_until);


sub new {
    my ($class, %given) = @_;
    my $dir = scratch();
    _trust($dir, $given{trust}) if $given{trust};
    my $port = free_port();
    # what Chromium keeps is in the scratch folder, and goes with it
    local @ENV{qw(HOME TMPDIR XDG_CONFIG_HOME XDG_CACHE_HOME)} = ("$dir") x 4;
    local $ENV{LANG} = 'C.UTF-8';
    my $driver = CitrixGuard::Program->new("$dir/driver.log", 'chromedriver',
        "--port=$port", '--allowed-ips=');
    $driver->until(sub { connectable($port) }, 60) or die $driver->said;
    my $self = bless {
        dir => $dir, driver => $driver, owner => $$,
        http => HTTP::Tiny->new(timeout => $given{timeout} // 60),
        at => "http://127.0.0.1:$port/session",
    }, $class;
    my $session = $self->_send(POST => '', {
        capabilities => { alwaysMatch => {
            browserName => 'chrome',
            'goog:loggingPrefs' => { browser => 'ALL' },
            'goog:chromeOptions' => { args => [
                qw(--headless=new --no-sandbox --disable-gpu --no-first-run
                   --disable-dev-shm-usage --disable-extensions
                   --disable-background-networking --disable-sync
                   --disable-component-update --hide-scrollbars),
                '--lang=' . ($given{language} // 'en-US'),
                "--user-data-dir=$dir/profile",
                $given{hosts} ? "--host-resolver-rules=$given{hosts}" : (),
                '--window-size=' . ($given{width} // 1600) . ',1200',
            ], prefs => {
                'intl.accept_languages' => $given{language} // 'en-US',
                'download.default_directory' => "$dir/downloads" } },
        } } });
    $self->{at} .= "/$session->{sessionId}";
    $self->media(%given);
    return $self;
}


# What Chromium believes beside its own authorities is in its user's home.
sub _trust {
    my ($dir, $file) = @_;
    my $database = "$dir/.pki/nssdb";
    mkdir $_ or die "$_: $!" for "$dir/.pki", $database;
    for my $command ([qw(-N --empty-password)],
                     [-A => -t => "C,,", -n => "test", -i => $file]) {
        system('certutil', '-d', "sql:$database", @$command) == 0
            or die "certutil @$command: $?";
    }
    return;
}


sub _send {
    my ($self, $method, $path, $body) = @_;
    my $reply = $self->{http}->request($method, "$self->{at}$path", {
        headers => { 'Content-Type' => 'application/json' },
        $body ? (content => JSON::PP::encode_json($body)) : () });
    my $json = eval { JSON::PP::decode_json($reply->{content}) };
    die "browser: $path: $reply->{status} $reply->{content}"
        . $self->{driver}->said if !$reply->{success} || !$json;
    return $json->{value};
}


# Width of the window's inside, dark or light, as devices have them.
sub media {
    my ($self, %given) = @_;
    $self->devtools('Emulation.setDeviceMetricsOverride', {
        width => $given{width} // 1600, height => $given{height} // 1200,
        deviceScaleFactor => 1, mobile => JSON::PP::false });
    $self->devtools('Emulation.setEmulatedMedia', { features => [
        { name => 'prefers-color-scheme',
          value => $given{dark} ? 'dark' : 'light' }] });
    return;
}


sub devtools {
    my ($self, $command, $params) = @_;
    return $self->_send(POST => '/goog/cdp/execute',
                        { cmd => $command, params => $params // {} });
}


sub open {
    my ($self, $url) = @_;
    $self->_send(POST => '/url', { url => $url });
    return $self;
}


# Runs a script; what it returns.
sub script {
    my ($self, $text, @arguments) = @_;
    return $self->_send(POST => '/execute/sync',
                        { script => $text, args => \@arguments });
}


# The text that a reader sees of what a selector finds first.
sub text {
    my ($self, $selector) = @_;
    return $self->script('return document.querySelector(arguments[0])'
                         . '.innerText', $selector);
}


sub until {
    my ($self, $script, $seconds) = @_;
    return wait_until(sub { select undef, undef, undef, 0.1;
                            $self->script("return !!($script)") },
                      $seconds // 30);
}


# Chooses a file, as a user does in the field that a selector finds.
sub attach {
    my ($self, $selector, $path) = @_;
    my $found = $self->_send(POST => '/element',
        { using => 'css selector', value => $selector });
    my ($id) = values %$found;
    $self->_send(POST => "/element/$id/value", { text => $path });
    return;
}


# The file that it has put away under that name, when it is whole.
sub download {
    my ($self, $name, $seconds) = @_;
    my $path = "$self->{dir}/downloads/$name";
    wait_until(sub { -e $path && !glob "$self->{dir}/downloads/*.crdownload" },
               $seconds // 60) or die "browser: no $name";
    return slurp($path);
}


# Keys to what has the focus, as from a keyboard.
sub keys {
    my ($self, @keys) = @_;
    $self->_send(POST => '/actions', { actions => [
        { type => 'key', id => 'keyboard', actions => [
            map { { type => 'keyDown', value => $_ },
                  { type => 'keyUp', value => $_ } } @keys] }] });
    return;
}


# A drag with the mouse, from one point of the window to another.
sub drag {
    my ($self, $from, $to) = @_;
    my $move = sub { { type => 'pointerMove', duration => 50,
                       x => $_[0][0], y => $_[0][1] } };
    $self->_send(POST => '/actions', { actions => [
        { type => 'pointer', id => 'mouse',
          parameters => { pointerType => 'mouse' },
          actions => [$move->($from), { type => 'pointerDown', button => 0 },
                      $move->($to), { type => 'pointerUp', button => 0 }] }] });
    return;
}


# What the console has said since the last look: errors, also those of the
# content's policy.
sub complaints {
    my ($self) = @_;
    my $log = $self->_send(POST => '/se/log', { type => 'browser' });
    return map { $_->{message} } grep { $_->{level} eq 'SEVERE' } @$log;
}


# The whole page as a picture.
sub picture {
    my ($self, $path) = @_;
    my $shot = $self->devtools('Page.captureScreenshot',
        { captureBeyondViewport => JSON::PP::true });
    spew($path, decode_base64($shot->{data}));
    return;
}


# The tree that a screen reader is given: [role, name] of each node.
sub accessible {
    my ($self) = @_;
    my $tree = $self->devtools('Accessibility.getFullAXTree');
    return map { [$_->{role}{value} // '', $_->{name}{value} // ''] }
           grep { !$_->{ignored} } @{ $tree->{nodes} };
}


sub stop {
    my ($self) = @_;
    eval { $self->_send(DELETE => '') };
    $self->{driver}->stop;
    return;
}


sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $@, $!);
    $self->stop if $self->{driver};
    return;
}

1;
