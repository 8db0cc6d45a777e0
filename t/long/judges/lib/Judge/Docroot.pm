package Judge::Docroot;

# What every judge serves: public pages below vpn/, and below vpns/ nothing
# but files with the marker. The folders that the generator begins with are
# there, since a server that leaves ".." to the file system can only climb out
# of a folder that exists.

use strict;
use warnings;

use CitrixGuard::Scratch qw(spew);

my @FOLDERS = qw(vpn vpn/js vpn/js/a a a/b a/b/c cgi cgi/x vpns vpns/cfg
                 vpns/portal);

my @PUBLIC = qw(index.html vpn/index.html vpn/js/rdx.js a/b/x.txt
                cgi/x/report..final.txt);

# the names that the generator asks for
our @MARKED = ('marker', 'cfg/smb.conf', 'services.html', 'portal/x.xml',
               'index.html');


sub make {
    my ($dir, $marker) = @_;
    for my $path ('', map {"/$_"} @FOLDERS) {
        mkdir "$dir$path" or die "$dir$path: $!";
        chmod 0755, "$dir$path" or die "$dir$path: $!";
    }
    spew("$dir/$_", "public $_\n") for @PUBLIC;
    spew("$dir/vpns/$_", "[$marker]\n") for @MARKED;
    # as on a file system where letter case does not count
    symlink 'vpns', "$dir/$_" or die "$dir/$_: $!" for qw(VPNS Vpns vPnS);
    return $dir;
}

1;
