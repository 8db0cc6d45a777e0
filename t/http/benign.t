# Requests of legitimate clients pass under every policy for a Gateway, and
# arrive unchanged.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request printable);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Vectors;

my $be = CitrixGuard::Recorder->new;
my $http = CitrixGuard::Nginx::forwards();

my %forward = (
    'raw'         => 'proxy_pass http://127.0.0.1:%%BE%%;',
    'slash'       => 'proxy_pass http://127.0.0.1:%%BE%%/;',
    'request_uri' => 'proxy_pass http://$b$request_uri;',
    'uri'         => 'proxy_pass http://$b$uri;',
);

my (@servers, %number);

sub server {
    my ($name, $lines) = @_;
    my $n = @servers + 1;
    $number{$name} = $n;
    push @servers, "server { listen 127.0.0.1:%%PORT$n%%; "
                 . "set \$b 127.0.0.1:%%BE%%; $lines }\n";
    return;
}

for my $way (sort keys %forward) {
    my $location = "location / { $forward{$way} }";
    server("$way on", "citrix_guard on; $location");
    server("$way any", "citrix_guard on; citrix_guard_traversal any; "
                     . $location);
    server("$way off", "citrix_guard off; $location");
}
server('lenient', "citrix_guard on; underscores_in_headers on; "
    . "ignore_invalid_headers off; location / { $forward{raw} }");
my $h2 = @servers + 1;
push @servers, 'server { ' . CitrixGuard::Http2::listen_lines(
    "127.0.0.1:%%PORT$h2%%") . " citrix_guard on; citrix_guard_traversal any; "
    . "location / { $forward{raw} } }\n";

my $nginx = CitrixGuard::Nginx->new(
    ports => $h2, vars => { BE => $be->port },
    http => join '', 'large_client_header_buffers 8 64k; ',
                     'client_max_body_size 0; ', @servers)->start;

my @rows = CitrixGuard::Vectors::rows('benign');

my %client;


sub headers_of {
    my ($row) = @_;
    return if $row->{headers} eq '-';
    return map { split /:\s*/, $_, 2 } split / \| /, $row->{headers};
}


sub bytes_of {
    my ($row) = @_;
    my @headers = headers_of($row);
    my %is = map { lc } @headers;
    my @host = (no_host => exists $is{host});
    my $body = 'x' x ($is{'content-length'} // 0);
    return request($row->{target}, method => $row->{method},
                   headers => \@headers, @host) . $body
        if exists $is{'content-length'} || exists $is{'transfer-encoding'};
    return request($row->{target}, method => $row->{method},
                   headers => \@headers, @host,
                   $row->{method} =~ /^P/ ? (body => 'a=b') : ());
}


sub ask {
    my ($server, $row) = @_;
    my $port = $nginx->port($number{$server});
    my $client = $client{$port};
    $client = $client{$port} = CitrixGuard::Raw->new($port)
        if !$client || !$client->usable;
    $client->put(bytes_of($row));
    my $answer = $client->get(method => $row->{method});
    delete $client{$port} if $client->parted($answer);
    return join ' ', $answer ? $answer->{status} : 'closed',
                     map { $_->{line} } $be->arrivals($nginx);
}


sub none {
    my ($what, @faults) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return is join("\n", @faults), '', $what;
}


for my $server ('raw on', 'raw any', 'lenient') {
    my ($own, @faults) = 0;
    for my $row (@rows) {
        my $path = $row->{target} =~ s{^https?://[^/?]*}{}ir;
        my $is = ask($server, $row);
        next if $is eq "200 $row->{method} $path $http";
        if ($is =~ /^40[05]\z/ && ask('raw off', $row) eq $is) { $own++; next }
        push @faults, "line $row->{line}: " . printable($is);
    }
    none("$server: " . @rows . ' requests answered 200, forwarded as sent',
         @faults);
    cmp_ok $own, '<', 20, "... but for $own that nginx refuses by itself";
}


for my $way (qw(slash request_uri uri)) {
    my @faults;
    for my $row (@rows) {
        my ($on, $any, $off) = map { ask("$way $_", $row) } qw(on any off);
        push @faults, "line $row->{line}: " . printable("$on, $any, not $off")
            if $on ne $off || $any ne $off;
    }
    none("$way: as without the guard", @faults);
}


{
    my @faults;
    my $client = CitrixGuard::Http2->new($nginx->port($h2));
    for my $row (grep { $_->{target} =~ m{^/} } @rows) {
        my @headers = headers_of($row);
        $headers[$_] = lc $headers[$_] for grep { !($_ % 2) } 0 .. $#headers;
        next if grep {/^(?:content-length|transfer-encoding|connection|host)$/}
                @headers;
        my $answer = $client->ask(path => $row->{target},
            method => $row->{method}, headers => \@headers,
            $row->{method} =~ /^P/ ? (body => 'a=b') : ());
        $client = CitrixGuard::Http2->new($nginx->port($h2))
            if $client->over;
        next if $answer->{status} == 400 && ask('raw off', $row) eq '400';
        my $is = join ' ', $answer->{status} // 'closed',
                           map { $_->{line} } $be->arrivals($nginx);
        push @faults, "line $row->{line}: " . printable($is)
            if $is ne "200 $row->{method} $row->{target} $http";
    }
    none('HTTP/2: answered 200, forwarded as sent', @faults);
}

is_deeply [$nginx->events], [], 'no event in all this';

done_testing;
