package CitrixGuard::Verify;

# Runs citrix-guard verify, and checks its result.
#
#   my ($is, $ran) = verify($url, '--no-ica');
#   verdict_is $is, $ran, 'shielded', 0, qr/served/, 'name';

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use Test::More;

use CitrixGuard::Command qw(citrix_guard);

our @EXPORT_OK = qw(verify verdict_is $SPELLINGS @SHARED);

our $SPELLINGS = 42;
our @SHARED = ('--insecure', '--timeout=30');

my $json = JSON::PP->new->utf8;


sub verify {
    my ($url, @options) = @_;
    my $ran = citrix_guard(['verify', '--json', @SHARED, @options, $url]);
    my $is = eval { $json->decode($ran->{out}) };
    ok $is, 'valid JSON' or diag $ran->{out}, $ran->{err};
    return ($is // {}, $ran);
}


# verdict, exit status, a part of the reason
sub verdict_is {
    my ($is, $ran, $verdict, $status, $reason, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is "$is->{verdict}, $ran->{status}", "$verdict, $status", $name;
    like $is->{reason}, $reason, '... the reason';
    return;
}

1;
