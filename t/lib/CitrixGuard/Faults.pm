package CitrixGuard::Faults;

# Allocations that fail when the test says so: the modules and the library of
# t/long/faults/build, and the file by which they are told.
#
#   my $faults = CitrixGuard::Faults->new;
#   local $ENV{TEST_NGINX_MODULE} = $faults->module;     # the glue's
#   env => { $faults->env, LD_PRELOAD => $faults->library }   # or malloc's
#   $faults->arm($n); ...; my ($count, $failed, $name) = $faults->disarm;
#
# sweep and checked fail each in turn.

use strict;
use warnings;

use Cwd qw(abs_path);
use Fcntl qw(O_RDWR O_CREAT SEEK_SET);
use File::Basename qw(dirname);

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch slurp);

# more than anything asks for
use constant MOST => 2000;

my $TOP = abs_path(dirname(__FILE__) . '/../../..');


# undef if there are no objects to link again: a static build
sub new {
    my ($class) = @_;
    my $module = CitrixGuard::Nginx::module() or return;
    my $dir = scratch();
    system("$TOP/t/long/faults/build", dirname($module) . '/../nginx', $dir) == 0
        or die "t/long/faults/build failed\n";
    sysopen my $file, "$dir/control", O_RDWR | O_CREAT or die "control: $!";
    my $self = bless { dir => $dir, file => $file }, $class;
    $self->_write(0, 0, 0);
    return $self;
}


# What t/long/faults/glue.c fails, by name.
sub wrapped {
    return slurp("$TOP/t/long/faults/glue.c") =~ /^FAULT\([^,]*, (\w+),/mg;
}


# Is malloc() looked for in libraries?
sub reaches_malloc {
    return qx(nm -D '@{[CitrixGuard::Nginx::binary()]}') !~ /^\S+ [TW] malloc$/m;
}


# the http module; the stream module lies beside it
sub module  { return "$_[0]{dir}/ngx_http_citrix_guard_module.so" }
sub library { return "$_[0]{dir}/malloc.so" }
sub env     { return (FAULTS => "$_[0]{dir}/control") }


# The layout is that of t/long/faults/fault.h.
sub _write {
    my ($self, $armed, $at, $lasting) = @_;
    # the switch is thrown last
    $self->_put(0, pack 'l', 0);
    $self->_put(4, pack 'l5 a40', $at, $lasting, 0, 0, 0, '');
    $self->_put(0, pack 'l', $armed);
    return;
}


sub _put {
    my ($self, $at, $bytes) = @_;
    sysseek $self->{file}, $at, SEEK_SET;
    syswrite $self->{file}, $bytes or die "control: $!";
    return;
}


# From now on the n-th fails, and those behind it if it is lasting; 0: none,
# they are counted only.
sub arm {
    my ($self, $n, $lasting) = @_;
    return $self->_write(1, $n, $lasting ? 1 : 0);
}


# How many there were, how many failed, and the function that was the first.
sub disarm {
    my ($self) = @_;
    $self->_put(0, pack 'l', 0);
    sysseek $self->{file}, 0, SEEK_SET;
    sysread $self->{file}, my $bytes, 64;
    return (unpack 'l6 Z40', $bytes)[3, 4, 6];
}


# Each allocation in turn. run($n) arms, does what is to be looked at, and
# returns what is known of it, with what disarm says as count, failed, name;
# wrong and after ($is, $clean) say what is wrong with one that met a failure,
# and with the next one. Returns the names of what failed, and all that is wrong.
sub sweep {
    my ($self, %do) = @_;
    my $clean = $do{run}->(0);
    my @bad = $do{wrong}->($clean, $clean);
    my @names;
    while (@names < MOST) {
        my $n = @names + 1;
        my $is = $do{run}->($n);
        last if !$is->{failed};
        push @names, $is->{name};
        push @bad, map { $_ eq '' ? () : "allocation $n ($is->{name}): $_" }
                   $do{wrong}->($is, $clean);
        push @bad, map { $_ eq '' ? () : "after allocation $n: $_" }
                   $do{after}->($do{run}->(0), $clean);
    }
    push @bad, 'nothing has failed' if $clean->{count} && !@names;
    return { clean => $clean, names => \@names,
             bad => join "\n", grep { $_ ne '' } @bad };
}


# The same while nginx -t reads a configuration: each is an error.
sub checked {
    my ($self, $nginx) = @_;
    local $ENV{TEST_NGINX_MODULE} = $self->module;
    local %ENV = (%ENV, $self->env);
    $self->arm(0);
    my ($status, $said) = $nginx->check;
    my ($count) = $self->disarm;
    my @bad = $status ? "the configuration is not good: $said" : ();
    my @names;
    for my $n (1 .. $count) {
        $self->arm($n);
        ($status, $said) = $nginx->check;
        (undef, my $failed, my $name) = $self->disarm;
        push @names, $name;
        push @bad, "$n ($name): $said" if $status != 1 || $failed != 1;
    }
    return { names => \@names, bad => "@bad" };
}

1;
