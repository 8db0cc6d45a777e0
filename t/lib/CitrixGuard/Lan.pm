package CitrixGuard::Lan;

# A network for one test: machines in one network, 192.0.2.0/24, with their own
# names, addresses and ports, so that examples can be tested with the addresses
# that they contain. The test itself is one of the machines.
#
#   CitrixGuard::Lan::enter();           in a BEGIN block: the test starts anew
#   my $lan = CitrixGuard::Lan->new('192.0.2.1', '192.0.2.10');
#   my @on = $lan->machine('node1', '192.0.2.51');
#   system(@on, 'command', ...);         on that machine
#
# They are Linux's namespaces, and go with the test. It needs root.

use strict;
use warnings;

use Cwd ();


# Is such a network possible here?
sub possible {
    return $> == 0 && system('unshare --net --mount --uts true 2>/dev/null'
                             . ' && ip link help 2>/dev/null; test $? -ne 127')
                      == 0;
}


# Starts the test again, without access to the machine's own network.
sub enter {
    return if $ENV{TEST_LAN} || !possible();
    $ENV{TEST_LAN} = 1;
    my @inc = map {"-I" . Cwd::abs_path($_)} grep {-d} @INC;
    exec 'unshare', '--net', '--mount', 'sh', '-ec', <<'END', 'sh', $^X, @inc,
        mount -t tmpfs none /run
        ip link set lo up
        exec "$@"
END
        $0 or die "unshare: $!";
}


# addresses: those of the test itself
sub new {
    my ($class, @addresses) = @_;
    _do('ip link add lan type bridge');
    _do('ip link set lan up');
    _do("ip address add $_/24 dev lan") for @addresses;
    return bless { count => 0 }, $class;
}


# Another machine; returns the words before a command that runs it there.
sub machine {
    my ($self, $name, $address) = @_;
    my $port = 'port' . ++$self->{count};
    _do("ip netns add $name");
    _do("ip link add $port type veth peer name eth0 netns $name");
    _do("ip link set $port master lan up");
    my @on = ('ip', 'netns', 'exec', $name);
    _do("@on ip link set lo up");
    _do("@on ip link set eth0 up");
    _do("@on ip address add $address/24 dev eth0");
    return (@on, 'unshare', '--uts', 'sh', '-c',
            'hostname "$0"; exec "$@"', $name);
}


sub _do {
    my ($command) = @_;
    system($command) == 0 or die "$command: $?";
    return;
}

1;
