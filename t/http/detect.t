# detect never changes an answer: client and upstream get the same bytes as
# with the guard off, and every detection is logged once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request printable one_event);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Scratch qw(spew);
use CitrixGuard::Vectors;

my $be = CitrixGuard::Recorder->new(answer => sub {
    my ($request) = @_;
    return { status => 404, body => "none\n" }
        if $request->{target} =~ /404/;
    return { status => 403, body => "forbidden\n", chunked => 1 }
        if $request->{target} =~ /403/;
    return;
});

my $LOCATIONS = <<'END';
    root %%DIR%%/html;
    error_page 403 404 = @other;
    set $b 127.0.0.1:%%BE%%;
    proxy_set_header Host $host;
    underscores_in_headers on;
    location /         { proxy_pass http://127.0.0.1:%%BE%%; }
    location /errors/  { proxy_intercept_errors on;
                         proxy_pass http://127.0.0.1:%%BE%%; }
    location /slash/   { proxy_pass http://127.0.0.1:%%BE%%/; }
    location /x        { proxy_pass http://127.0.0.1:%%BE%%/vpn; }
    location /whole/   { proxy_pass http://$b$request_uri; }
    location /decoded/ { proxy_pass http://$b$uri; }
    location /files/   { }
    location /static/  { error_page 404 = /404; }
    location /try/     { try_files $uri @other; }
    location /closed/  { deny all; }
    location /auth/    { auth_request /sub; proxy_pass http://$b; }
    location /mirror/  { mirror /sub; proxy_pass http://$b; }
    location /ssi/     { ssi on; }
    location /rewrite/ { rewrite ^/rewrite/(.*) "/vpn/..;/vpns/$1" last; }
    location /return/  { return 200 "returned\n"; }
    location /made/    { proxy_set_header NSC_USER $arg_u;
                         proxy_set_header Upgrade $http_upgrade;
                         proxy_pass http://$b; }
    location /moved/   { rewrite ^ /fcgi/a last; }
    location /fcgi/    { set $none 127.0.0.1:1; fastcgi_pass $none; }
    location = /sub    { internal; proxy_pass http://$b/sub$http_x_path; }
    location @other    { proxy_pass http://127.0.0.1:%%BE%%; }
END

my $nginx = CitrixGuard::Nginx->new(
    ports => 4, vars => { BE => $be->port }, http => join '',
    "large_client_header_buffers 8 64k;\n",
    map { "server { listen 127.0.0.1:%%PORT$_->[0]%%; server_name x; "
        . "$_->[1]\n$LOCATIONS}\n" }
    [1, 'citrix_guard off;'],
    [2, 'citrix_guard detect;'],
    [3, 'citrix_guard detect; citrix_guard_status 444; '
      . 'citrix_guard_sslvpn off; citrix_guard_traversal any;'],
    [4, 'citrix_guard on;']);
mkdir $nginx->dir . '/html/ssi';
spew($nginx->dir . '/html/ssi/a.html',
     'begin <!--# include virtual="/sub?a=/../vpns/" --> end');
$nginx->start;

my %client;


# Everything that can be seen of one request: the client's and upstream's side.
sub seen {
    my ($n, $bytes, $method) = @_;
    my $port = $nginx->port($n);
    my $client = $client{$n};
    $client = $client{$n} = CitrixGuard::Raw->new($port)
        if !$client || !$client->usable;
    $client->put($bytes);
    my $answer = $client->get(method => $method);
    my @arrived = sort map { $_->{raw} } $be->arrivals($nginx);
    my $open = $client->usable ? 'open' : 'closed';
    # nginx logs what it closes when the client has closed, too
    delete $client{$n} if $client->parted($answer);
    my $raw = $answer ? $answer->{raw} : 'closed';
    $raw =~ s/^Date: .*\r\n//m;
    $raw =~ s/:\d{4,5}\b/:PORT/g;
    return join "\n----\n", $raw, $open, @arrived;
}


# The lines of one request in detect, which must be one or none.
sub fault_of_lines {
    my ($wanted, @lines) = @_;
    return scalar(@lines) . ' lines'
        if defined $wanted ? @lines != 1 : @lines;
    return '' if !defined $wanted;
    my $event = parse_event($lines[0]) or return "grammar: $lines[0]";
    return "$event->{verb} $event->{reason}"
        if $event->{verb} ne 'detected' || $event->{mode} ne 'detect'
        || ($wanted && $event->{reason} ne $wanted);
    return '';
}


sub compare {
    my ($name, @cases) = @_;
    my @faults;
    for my $case (@cases) {
        my ($bytes, $wanted, $method) = @$case;
        my $off = seen(1, $bytes, $method);
        push @faults, 'off: an event: ' . printable($bytes)
            if $nginx->events;
        my $detect = seen(2, $bytes, $method);
        my $fault = fault_of_lines($wanted, $nginx->events);
        push @faults, 'lines: ' . printable($bytes) . ": $fault" if $fault;
        my $strict = seen(3, $bytes, $method);
        $nginx->events;
        push @faults, 'differs: ' . printable($bytes) . "\noff:\n$off\n"
                    . "detect:\n$detect" if $detect ne $off;
        push @faults, 'differs, strict: ' . printable($bytes)
                    . "\noff:\n$off\ndetect:\n$strict" if $strict ne $off;
    }
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is substr(join("\n", @faults), 0, 5000), '',
       "$name: " . @cases . ' requests as with the guard off';
    return;
}


compare('vectors', map {
    [request($_->{input}), $_->{verdict} eq 'refuse' ? $_->{reason} : undef]
} grep { $_->{input} ne '' && $_->{input} !~ /[\r\n ]/
         && ($_->{policy} || '-') eq '-'
         && $_->{input} !~ m{^https?://(?:\.\.|vpns)/} }
  CitrixGuard::Vectors::rows('vectors'));

compare('headers', map {
    my $is = $_->{name} =~ /^nsc[-_](?:user|nonce)$/i
          && $_->{verdict} eq 'refuse' ? 'header' : undef;
    [request('/vpns/', headers => [$_->{name}, $_->{value}]), $is]
} grep { $_->{name} =~ /^[a-z_-]+$/i && $_->{value} =~ /^[\x21-\x7e]*$/ }
  CitrixGuard::Vectors::rows('headers'));

my @places = qw(/ /errors/403/ /errors/404/ /slash/ /whole/ /decoded/ /files/
                /static/ /try/ /closed/ /auth/ /mirror/ /rewrite/);

compare('locations', map {
    my $place = $_;
    map { [request("$place$_"), 'traversal'] }
        '%252e%252e/vpns/a', '..;/vpns/a', '..%5cvpns/a', '%c0%ae./vpns/a'
} @places);

compare('methods', map {
    [request('/vpn/../vpns/a', method => $_,
             $_ eq 'POST' ? (body => 'a=b' x 5000) : ()), 'traversal', $_]
} qw(GET HEAD POST PUT OPTIONS PROPFIND X));

compare('egress',
    [request('/xs/%252e%252e/a'), 'traversal'],
    [request('/made/?u=../../a'), 'header'],
    [request('/made/', headers => [Upgrade => 'h2c']), 'upgrade'],
    [request('/made/', headers => [Upgrade => 'websocket']), undef],
    [request('/rewrite/a'), 'traversal'],
    [request('/auth/a', headers => ['X-Path', '/../vpns/']), 'traversal'],
    [request('/mirror/a', headers => ['X-Path', '/../vpns/']), 'traversal'],
    [request('/auth/..;/vpns/', headers => ['X-Path', '/../vpns/']),
     'traversal'],
    [request('/auth/a'), undef], [request('/mirror/a'), undef],
    [request('/files/a'), undef], [request('/return/a'), undef],
    [request('/fcgi/a'), undef], [request('/moved/a'), undef]);

# what leaves as FastCGI cannot be read: what it was made of is
seen(2, request('/moved/..;/vpns/a'));
one_event $nginx, { verb => 'detected', at => 'egress', in => 'target' },
          'FastCGI: detected by the target as it came';


# SSI includes a subrequest whose arguments are the attack
for my $n (1, 2) {
    like seen($n, request('/ssi/a.html')), qr/begin recorded\s+end/,
         "SSI is answered, server $n";
}
is scalar(my @lines = $nginx->events), 1, '... and detected once';

# the comparison does see a difference
isnt seen(4, request('/vpn/../vpns/a')), seen(1, request('/vpn/../vpns/a')),
     'on differs from off';

done_testing;
