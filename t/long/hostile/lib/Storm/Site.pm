package Storm::Site;

# The nginx that the storm hits: the same locations under every mode, over
# HTTP/1 and HTTP/2, and a recorder for each policy. What a recorder behind
# "on" has received is judged again: none of it may be an attack.

use strict;
use warnings;

use CitrixGuard::Check qw(get);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(scratch slurp spew wait_until);
use CitrixGuard::Vectors qw(escape);

use Storm::Http1;
use Storm::Http2;

# name => [directives, number of the policy, share of the connections]
my %MODES = (
    on     => ['citrix_guard on;', 0, 4],
    strict => ['citrix_guard on; citrix_guard_sslvpn off; '
               . 'citrix_guard_traversal any;', 3, 2],
    detect => ['citrix_guard detect;', 0, 1],
    off    => ['citrix_guard off;', 0, 1],
);
my @MODES = qw(on strict detect off);

# %%U%% is the mode's upstream, %%A%% its address; X-Path (Storm::Target)
# puts any bytes into what nginx builds
my $LOCATIONS = <<'END';
    location /          { proxy_pass http://%%U%%; }
    location /uri/      { proxy_pass http://%%U%%/; }
    location /var/      { proxy_pass http://%%U%%$request_uri; }
    location /dec/      { proxy_pass http://%%U%%$uri$is_args$args; }
    location /path/     { proxy_pass http://%%U%%$http_x_path; }
    location /lit/      { proxy_pass http://%%A%%$http_x_path; }
    location /kept/     { proxy_http_version 1.1;
                          proxy_set_header Connection "";
                          proxy_pass http://%%U%%_kept; }
    location /auth/     { auth_request /sub; proxy_pass http://%%U%%; }
    location /mirror/   { mirror /sub; mirror /same; proxy_pass http://%%U%%; }
    location /ssi/      { ssi on; root %%DIR%%/html;
                          try_files /page.html =404; }
    location /body/     { add_before_body /sub; add_after_body /same;
                          root %%DIR%%/html; try_files /page.html =404; }
    location /err/      { error_page 403 404 500 502 = @named; return 404; }
    location /rw/       { rewrite ^/rw/(.*)$ /$1 last; }
    location /rwb/      { rewrite ^/rwb/(.*)$ /vpn/$1?x=$http_x_path break;
                          proxy_pass http://%%U%%; }
    location /try/      { try_files $uri @named; }
    location /up/       { proxy_http_version 1.1;
                          proxy_set_header Upgrade $http_upgrade;
                          proxy_set_header Connection upgrade;
                          proxy_pass http://%%U%%; }
    location /nsc/      { proxy_set_header NSC_USER $http_x_path;
                          proxy_pass http://%%U%%; }
    location /unbuf/    { proxy_request_buffering off; proxy_buffering off;
                          proxy_http_version 1.1;
                          proxy_pass http://%%U%%; }
    location /cache/    { proxy_cache cache; proxy_cache_valid 2s;
                          proxy_cache_lock on;
                          proxy_pass http://%%U%%; }
    location /args/     { set $args "a=$http_x_path";
                          proxy_pass http://%%U%%; }
    location @named     { proxy_pass http://%%U%%$request_uri; }
    location = /sub     { internal; proxy_pass http://%%U%%$http_x_path; }
    location = /same    { internal; proxy_pass_request_body off;
                          proxy_set_header Content-Length "";
                          proxy_pass http://%%U%%$request_uri; }
END

my $HTTP = <<'END';
    # each body is looked at where the guard is on, none has this
    citrix_guard_rule storm body:2k "\x00\x01no body has this";
    large_client_header_buffers 4 16k;
    client_body_buffer_size 4k;
    client_header_timeout 2s; client_body_timeout 1s; send_timeout 1s;
    keepalive_timeout 2s; lingering_time 1s; lingering_timeout 500ms;
    proxy_connect_timeout 2s; proxy_read_timeout 2s; proxy_send_timeout 2s;
    proxy_cache_path %%DIR%%/cache keys_zone=cache:1m max_size=1m;
    server { listen 127.0.0.1:%%PORT1%%; access_log off;
             location / { stub_status; } }
END


sub new {
    my ($class, $judge) = @_;
    -x $judge or die "$judge is missing: run `make unit`\n";
    my %recorder = map { $_ => CitrixGuard::Recorder->new(
                                   answer => \&_answer) } @MODES;
    my $self = bless { recorder => \%recorder, judge => $judge,
                       dir => scratch(), faults => [], refused => 0,
                       forwarded => 0, passed => 0, attacks => 0, log => 0,
                       %{ _configuration(\%recorder) } }, $class;
    spew($self->{nginx}->dir . '/html/page.html',
         "<!--# include virtual=\"/sub\" --><!--# echo var=\"uri\" -->"
         . "<!--# include virtual=\"/same\" -->\n");
    $self->{nginx}->start;
    $self->{workers} = join ' ', $self->_workers;
    return $self;
}


# Now and then an upstream that does not behave.
sub _answer {
    my ($request) = @_;
    return if $request->{target} eq '/kept/calm';
    return { status => 101, tunnel => 1,
             headers => [Upgrade => 'websocket', Connection => 'upgrade'] }
        if $request->{head} =~ /^Upgrade: /mi;
    my $odd = rand 100;
    return { chunked => 1, body => 'x' x 9000 } if $odd < 5;
    return { raw => "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx",
             close => 1 } if $odd < 7;
    return { status => 500 } if $odd < 9;
    return { close => 1, raw => '' } if $odd < 10;
    return;
}


sub _configuration {
    my ($recorder) = @_;
    my ($http, $port, %vars, @plans, %port) = ($HTTP, 1);
    for my $mode (@MODES) {
        my ($guard, undef, $share) = @{ $MODES{$mode} };
        my $key = uc $mode;
        $vars{$key} = $recorder->{$mode}->port;
        $http .= "upstream $mode { server 127.0.0.1:%%$key%%; }\n"
               . "upstream ${mode}_kept { server 127.0.0.1:%%$key%%; "
               . "keepalive 8; }\n";
        my $places = $LOCATIONS =~ s/%%U%%/$mode/gr
                                =~ s/%%A%%/127.0.0.1:%%$key%%/gr;
        for my $protocol (qw(http1 http2)) {
            my $address = '127.0.0.1:%%PORT' . ++$port . '%%';
            $port{"$mode $protocol"} = $port;
            my $listen = $protocol eq 'http1' ? "listen $address;"
                       : CitrixGuard::Http2::listen_lines($address);
            # one of the two lets every header field in
            my $fields = $protocol eq 'http2' ? '' :
                'underscores_in_headers on; ignore_invalid_headers off;';
            $http .= "server { $listen $guard $fields\n$places}\n";
            push @plans, ([$port, $protocol]) x $share;
        }
    }
    my $nginx = CitrixGuard::Nginx->new(ports => $port, vars => \%vars,
                                        http => $http);
    return { nginx => $nginx, planned => \@plans, port => \%port };
}


# For Storm->new.
sub plans {
    my ($self) = @_;
    my %steps = (http1 => \&Storm::Http1::steps,
                 http2 => \&Storm::Http2::steps);
    return [map { [$self->{nginx}->port($_->[0]), $steps{ $_->[1] }] }
            @{ $self->{planned} }];
}


sub _workers {
    my ($self) = @_;
    my $pid = $self->{nginx}->pid;
    return sort grep { slurp("/proc/$_/cmdline") =~ /worker process/ }
           split ' ', slurp("/proc/$pid/task/$pid/children");
}


sub fault {
    my ($self, @what) = @_;
    push @{ $self->{faults} }, @what;
    return;
}


# What has happened since the last look; false if there is no use in going on.
sub look {
    my ($self) = @_;
    my $workers = join ' ', $self->_workers;
    if ($workers ne $self->{workers}) {
        $self->fault("workers: were $self->{workers}, are $workers");
        return 0;
    }
    $self->_read_log;
    for my $mode (@MODES) {
        my @records = $self->{recorder}{$mode}->take;
        $self->{forwarded} += @records;
        $self->_judge($mode, @records) if @records;
    }
    return @{ $self->{faults} } < 20;
}


# Every event is of the grammar, and nothing complains.
sub _read_log {
    my ($self) = @_;
    open my $file, '<:raw', $self->{nginx}->dir . '/error.log' or die "log: $!";
    seek $file, $self->{log}, 0;
    while (my $line = <$file>) {
        last if $line !~ /\n\z/;
        $self->{log} += length $line;
        next if $line =~ $CitrixGuard::Nginx::ALARM;
        # without a connection's number it is a warning of the configuration
        if ($line =~ /\*\d+ citrix_guard: /) {
            my $event = parse_event($line =~ s/\n//r);
            if (!$event) { $self->fault("no event: $line"); next }
            $self->{refused}++ if $event->{verb} eq 'blocked';
        }
        $self->fault("error log: $line")
            if $line =~ /\[(?:alert|emerg)\]|exited on signal/
                && $line !~ $CitrixGuard::Nginx::KNOWN;
    }
    return;
}


# What of a record could be an attack: [what it is, its line for the judge].
sub _claims {
    my ($self, $mode, $record) = @_;
    my ($target) = $record->{line} =~ /^\S* (.*?)(?: HTTP\/1\.[01])?\z/s;
    if (!defined $target) {
        $self->fault("$mode: no request: " . escape($record->{head}))
            if $record->{complete};
        return;
    }
    # in what nginx builds of a variable a "#" is an ordinary byte
    $target =~ s/#/%23/g;
    # a control byte that is still encoded was so twice: an honest name has it
    $target =~ s/%(?=(?:u00)?(?:[01][0-9a-f]|7f))/%25/gi;
    my @claims = [$target, "$MODES{$mode}[1]\t" . escape($target)];
    for my $field ($record->{head} =~ /^([^\r\n:]+:[^\r\n]*)/mg) {
        my ($name, $value) = split /:[ \t]*/, $field, 2;
        $self->fault("$mode: upgrade to $value")
            if lc $name eq 'upgrade' && lc $value ne 'websocket'
               && _is_guarded($mode);
        push @claims, [$field, join "\t", 'header', map { escape($_) }
                                               $name, $value]
            if $name =~ /nsc.(?:user|nonce)/i;
    }
    return @claims;
}


sub _is_guarded { return $_[0] =~ /^(?:on|strict)$/ }


# What arrived behind "on" is no attack; some behind "off" is, or else the
# storm would show nothing.
sub _judge {
    my ($self, $mode, @records) = @_;
    my @claims = map { $self->_claims($mode, $_) } @records or return;
    spew("$self->{dir}/lines", join '', map {"$_->[1]\n"} @claims);
    my @reasons = split /\n/, `$self->{judge} <$self->{dir}/lines`;
    $? == 0 && @reasons == @claims or die "the judge failed\n";
    my @bad = grep { $reasons[$_] ne 'pass' } 0 .. $#reasons;
    if (_is_guarded($mode)) {
        $self->{passed} += @claims;
        $self->fault(map {"$mode: arrived, $reasons[$_]: "
                          . escape($claims[$_][0])} @bad);
    }
    else {
        $self->{attacks} += @bad;
    }
    return;
}


# After the storm: no connection is left, and all is as it was before.
sub calm {
    my ($self) = @_;
    my $nginx = $self->{nginx};
    my $left;
    wait_until(sub {
        ($left) = get($nginx->port(1), '/')->{body}
            =~ /^Active connections: (\d+)/;
        return $left == 1;
    }, 15) or $self->fault($left - 1 . ' connections are left open');
    $self->look;
    for my $mode (qw(on strict)) {
        my $port = $nginx->port($self->{port}{"$mode http1"});
        my $status = get($port, '/kept/calm')->{status};
        $self->fault("$mode: a clean request: $status")
            if $status !~ /^[25]00$/;
        $status = get($port, '/vpn/%2e%2e/vpns/')->{status};
        $self->fault("$mode: an attack: $status") if $status != 403;
    }
    $self->look;
    $self->{requests} = () = $nginx->access_log =~ /\n/g;
    $nginx->stop;
    $self->_read_log;
    $self->fault($nginx->sanitizer_report || ());
    $self->fault('no attack arrived behind off') if !$self->{attacks};
    return;
}

1;
