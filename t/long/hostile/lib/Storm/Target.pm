package Storm::Target;

# Request targets and header fields: those of t/data, changed, encoded, grown,
# and put behind the site's locations.

use strict;
use warnings;

use Exporter 'import';

use CitrixGuard::Vectors;

use Storm::Random qw(one_of chance below between mutated);

our @EXPORT_OK = qw(target origin path_field guarded_field);

# the locations of Storm::Site
my @PLACES = qw(uri var dec path lit kept auth mirror ssi body err rw rwb try
                up nsc unbuf cache args lenient);

my @vectors = map { $_->{input} } CitrixGuard::Vectors::rows('vectors');
my @benign = map { $_->{target} } CitrixGuard::Vectors::rows('benign');
my @fields = map { [@$_{qw(name value)}] }
             CitrixGuard::Vectors::rows('headers');


# A target in origin form.
sub origin {
    my $target = chance(15) ? one_of(@benign) : one_of(@vectors);
    $target = mutated($target) if chance(25);
    $target = '/' . one_of(@PLACES) . ($target =~ m{^/} ? '' : '/') . $target
        if chance(50);
    $target =~ s/([^%\/?])/sprintf '%%%02x', ord $1/e if chance(10);
    $target = _grown($target) if chance(4);
    return $target;
}


# Up to nginx's buffers, and a little more.
sub _grown {
    my ($target) = @_;
    my $length = one_of(900, 1024, 4096, 8000, 8192, 16_000, 16_384, 40_000);
    my $piece = one_of('a', '/a', '/../', '/./', '%25', '%', '%2', '..;/',
                       "\xc0", '%c0', '%e2%80', '?', '%u00', '%00');
    my $more = $piece x ($length / length $piece);
    return chance(50) ? "/$more$target" : "$target$more";
}


# A target in any form.
sub target {
    my $origin = origin();
    return $origin if chance(85);
    return one_of('*', 'gateway.example.test:443', '127.0.0.1:1', '',
        "http://gateway.example.test$origin", "HTTP://x:8080$origin",
        "http://[::1]$origin", "http:/$origin", "http://$origin",
        "https://user\@x$origin", "//x$origin", "ws://x$origin",
        "http://x?$origin", "\\$origin", substr $origin, 1);
}


# X-Path, of which the site makes targets and header fields.
sub path_field {
    my $path = origin();
    $path =~ s/[\r\n]//g if chance(80);
    return ('X-Path', chance(20) ? "/clean/$path" : $path);
}


sub guarded_field {
    return @{ one_of(@fields) };
}

1;
