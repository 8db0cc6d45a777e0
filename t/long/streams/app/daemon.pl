# daemon.pl PORT FOLDER: files by Perl's HTTP::Daemon, a path as it came.

use strict;
use warnings;

use HTTP::Daemon ();
use URI::Escape qw(uri_unescape);

my ($port, $root) = @ARGV;
my $daemon = HTTP::Daemon->new(LocalAddr => '127.0.0.1', LocalPort => $port,
                               Listen => 128, ReuseAddr => 1) or die "$!";
$SIG{PIPE} = 'IGNORE';
$SIG{CHLD} = 'IGNORE';
while (my $client = $daemon->accept) {
    my $pid = fork // die "fork: $!";
    if ($pid) { $client->close; next }
    alarm 5;
    if (my $request = $client->get_request) {
        my $path = uri_unescape($request->uri->path);
        my $file = "$root/$path";
        if (-f $file) { $client->send_file_response($file) }
        else          { $client->send_error(404) }
    }
    exit 0;
}
