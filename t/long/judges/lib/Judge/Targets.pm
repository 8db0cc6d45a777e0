package Judge::Targets;

# Makes request targets that may lead from somewhere to /vpns/. The same seed
# gives the same targets, whatever machine.
#
#   my $targets = Judge::Targets->new($seed, hidden => 0);
#   my @new = $targets->vectors;
#   my @new = $targets->grammar($count);
#   my @new = $targets->children($count, \@parents);
#
# No target is given twice. Three ways:
#   vectors   the table of the tests, each as it is, and with what every judge
#             has in place of what stands behind vpns/
#   grammar   folders, a climb, vpns and a file, each character spelled in one
#             of the ways of Judge::Spelling, with noise between
#   children  targets that a judge has resolved, changed in one to three
#             places: the nearer to what a parser does, the more it resolves
#
# Made with hidden => 1, it gives those alone of which one sign stands in plain
# sight (Judge::Sight), and hides the other one in what is not plain ASCII.
#
# Raw control bytes and blanks stand in one target of a hundred: they end the
# request line for most servers.

use strict;
use warnings;

use CitrixGuard::Vectors;
use Judge::Docroot;
use Judge::Hidden;
use Judge::Sight;
use Judge::Spelling qw(spellings profiles);

use constant LONGEST => 600;

my @FILES = ('marker', 'marker', 'marker', @Judge::Docroot::MARKED, '');

# what is climbed out of
my @FOLDERS = (['vpn'], ['vpn'], ['vpn'], ['vpn', 'js'], ['vpn', 'js', 'a'],
               ['a'], ['a', 'b'], ['a', 'b', 'c'], ['cgi', 'x'], ['vpns'],
               ['vpns', 'cfg'], ['vpn', '..', 'vpn'], ['nowhere'], []);

# behind the dots, vpns or a file; '' has the most places
my @AFTER = (('') x 200, ';', ';x', ';x=y', '.', '%20', '%00', '%3f', '%23',
             '%0a', '%09', '..', '%3bx', '%c2%a0', '#', '%ff', '+', '%2b',
             '%cc%81');

# segments that are nothing
my @NOTHING = (('.') x 4, ('') x 4, ';x', '.;', 'a/..', '%2e', 'nowhere/..');

my @END = (('') x 30, '?', '?x', '?a=/../', '#', '#x', '/', '/.', '/..', ';x',
           '%00.html', '%20', '.', '?/vpn/', '%3fx', '/../marker');

my @START = (('') x 40, '/', '/.', '//', '/%2e', 'http://judge.example.test',
             'http://127.0.0.1', 'HTTP://x:80');

# what a child may get somewhere
my @SCRAPS = ('/', '//', './', '/./', '../', '/../', '..', '.', '\\', '%5c',
              '%2f', '%2e', '%252e', '%25', '%', ';', ';x', '?', '#', '%00',
              '%20', '%09', '%0d', '%3f', '%23', '%3b', 'a/../', '/;/', '%u',
              '%u002e', '%c0%ae', '%c0%af', '%ef%bc%8e', '%ef%bc%8f', '%ff',
              "\x80", "\xc0\xae", "\xef\xbc\x8e", '%e2%80%a5', '%c2%ad', '+',
              '%d6%91', '%cc%80', '%e2%83%9d', '%ef%b8%8f', "\xcc\x82",
              'vpns', 'vpns/', 'vpn/', '%76', '%ef', '~', '*', ':', '@', '%2');

# profiles for a sign in plain sight
my @PLAIN = ((0) x 8, 2, 2, 4, 8, 10, 11);

my @RAW = ("\0", "\t", "\n", "\r", ' ', "\x7f", "\x01", "\r\n", "\x0b");


sub new {
    my ($class, $seed, %how) = @_;
    # the generator of Perl gives the same numbers everywhere
    return bless { seed => $seed, hidden => $how{hidden}, turn => 0, given => {}, number => 0,
                   raw => 0 }, $class;
}


# Others use rand() as well, so each turn begins with a number of its own.
sub _turn {
    my ($self) = @_;
    srand(($self->{seed} * 1_000_003 + ++$self->{turn} * 7_919) % 2**31);
    return;
}


# One that is new and can be sent, or nothing.
sub _new {
    my ($self, $target) = @_;
    return if $target eq '' || length $target > LONGEST;
    return if $self->{hidden} && !Judge::Sight::bound($target);
    my $raw = $target =~ /[\0-\x20\x7f]/;
    return if $raw && $self->{raw} * 100 > $self->{number};
    return if $self->{given}{$target}++;
    $self->{raw}++ if $raw;
    $self->{number}++;
    return $target;
}


sub vectors {
    my ($self) = @_;
    $self->_turn;
    my @targets;
    for my $row (CitrixGuard::Vectors::rows('vectors')) {
        my $target = $row->{input};
        push @targets, $target;
        # what stands behind the last vpns is another file
        for my $file (@FILES[2 .. $#FILES]) {
            push @targets, $target =~ s{vpns[/\\]\K[^?#]*}{$file}r;
            push @targets, $target =~ s{vpns\z}{vpns/$file}r;
            push @targets, $target =~ s{/?\z}{/$file}r;
        }
    }
    # all that stand in the table are sent, also those with raw bytes
    @targets = grep { Judge::Sight::bound($_) } @targets if $self->{hidden};
    return grep { $_ ne '' && length $_ <= LONGEST
                  && !$self->{given}{$_}++ } @targets;
}


sub grammar {
    my ($self, $count) = @_;
    $self->_turn;
    my @targets;
    while (@targets < $count) {
        my $target = $self->{hidden} ? _one_hidden() : _one();
        push @targets, $self->_new($target) // next;
    }
    return @targets;
}


sub _any { return $_[rand @_] }


# Folders, a climb out of them, vpns and a file.
sub _parts {
    my $folders = _any(@FOLDERS);
    my $deep = grep { $_ ne '..' } @$folders;
    $deep -= 2 * grep { $_ eq '..' } @$folders;
    $deep = 1 if $deep < 1;
    my $up = $deep + (rand > .9 ? int rand 4 : 0);
    return (@$folders, ('..') x $up, 'vpns', _any(@FILES));
}


sub _one {
    my $profile = _any(profiles());
    my @parts = _parts();
    my $name = '';
    for my $part (@parts) {
        my $slash = $name eq '' && rand > .3 ? '/'
            : _any(@{ spellings($profile, '/') });
        $name .= $slash;
        $name .= _any(@NOTHING) . $slash if rand > .94;
        my $sign = $part eq '..' || $part eq 'vpns';
        $name .= $sign || rand > .9 ? _spelled($profile, $part) : $part;
        $name .= _any(@AFTER) if $sign;
    }
    $name = _any(@START) . $name . _any(@END);
    substr $name, rand length $name, 0, _any(@RAW) if rand > .97;
    return $name;
}


# One sign is plain, the other one hides by what one or two kinds of decoders
# do, in all of its characters or in some.
sub _one_hidden {
    my $plain = _any('..', 'vpns');
    my @families = map { _any(Judge::Hidden::families()) }
                   0 .. (rand > .9 ? 1 : 0);
    my $share = _any(1, 1, .6, .3);
    my $profile = _any(@PLAIN);
    my $name = '';
    for my $part (_parts()) {
        my $slash = rand > .05 ? '/' : _hidden('/', 1, @families);
        my $sign = $part eq '..' || $part eq 'vpns';
        $name .= $slash . (!$sign ? rand > .05 ? $part
                                    : _hidden($part, .3, @families)
                           : $part eq $plain ? _spelled($profile, $part)
                           : _hidden($part, $share, @families));
        $name .= _any(@AFTER) if $sign && rand > .8;
    }
    return rand > .1 ? $name : $name . _any(@END);
}


# At least one of the characters hides.
sub _hidden {
    my ($text, $share, @families) = @_;
    my $must = int rand length $text;
    my $at = 0;
    return join '', map {
        $at++ == $must || rand() < $share
            ? Judge::Hidden::spelled(_any(@families), $_) : $_
    } split //, $text;
}


sub _spelled {
    my ($profile, $text) = @_;
    return join '', map { _any(@{ spellings($profile, $_) }) } split //, $text;
}


sub children {
    my ($self, $count, $parents) = @_;
    $self->_turn;
    my @targets;
    my $tries = 20 * $count;
    while (@$parents && @targets < $count && $tries-- > 0) {
        my $target = _any(@$parents);
        $target = $self->{hidden} && rand > .5 ? _hidden_at($target)
            : _changed($target, $parents) for 0 .. rand 3;
        push @targets, $self->_new($target) // next;
    }
    return @targets;
}


my @CHANGES = (
    # a byte in another spelling: the profile is another one each time
    (sub {
        my ($target) = @_;
        my $at = int rand length $target;
        my $ways = spellings(_any(profiles()), substr $target, $at, 1);
        substr $target, $at, 1, _any(@$ways);
        return $target;
    }) x 4,
    # any byte percent-encoded
    sub {
        my ($target) = @_;
        my $at = int rand length $target;
        substr $target, $at, 1, sprintf '%%%02x', ord substr $target, $at, 1;
        return $target;
    },
    # an escape decoded
    sub {
        my ($target) = @_;
        my @at;
        push @at, $-[0] while $target =~ /%(?=[2-7][0-9a-f])/gi;
        return $target if !@at;
        my $at = _any(@at);
        substr $target, $at, 3, chr hex substr $target, $at + 1, 2;
        return $target;
    },
    (sub {
        my ($target) = @_;
        substr $target, rand 1 + length $target, 0, _any(@SCRAPS);
        return $target;
    }) x 3,
    # something nothing between two segments
    (sub {
        my ($target, $parents) = @_;
        my @at = _slashes($target) or return $target;
        substr $target, _any(@at), 0, '/' . _any(@NOTHING);
        return $target;
    }) x 2,
    # a scrap behind a segment
    sub {
        my ($target) = @_;
        my @at = _slashes($target) or return $target;
        substr $target, _any(@at), 0, _any(@AFTER);
        return $target;
    },
    sub {
        my ($target) = @_;
        return $target if length $target < 8;
        substr $target, rand length $target, 1 + rand 3, '';
        return $target;
    },
    sub {
        my ($target) = @_;
        my $at = int rand length $target;
        substr $target, $at, 1, substr($target, $at, 1) ^ ' '
            if substr($target, $at, 1) =~ /[a-z]/i;
        return $target;
    },
    sub {
        my ($target) = @_;
        my $at = int rand length $target;
        substr $target, $at, 0, substr $target, $at, 1 + rand 6;
        return $target;
    },
    # the beginning of one and the end of another
    sub {
        my ($target, $parents) = @_;
        my $other = _any(@$parents);
        my @at = _slashes($target) or return $target;
        my @to = _slashes($other) or return $target;
        return substr($target, 0, _any(@at)) . substr $other, _any(@to);
    },
    # any byte at all, raw or encoded
    sub {
        my ($target) = @_;
        my $byte = int rand 256;
        substr $target, rand length $target, int rand 2,
            rand > .5 ? chr $byte : sprintf '%%%02X', $byte;
        return $target;
    },
);


# A dot, a slash or a letter of the word hides, or a hidden one has another
# neighbour.
sub _hidden_at {
    my ($target) = @_;
    my @at;
    push @at, $-[0] while $target =~ m{[./vpns](?![0-9a-f])}g;
    return $target if !@at;
    my $at = _any(@at);
    substr $target, $at, 1, _hidden(substr($target, $at, 1), 1,
                                    _any(Judge::Hidden::families()));
    return $target;
}


sub _slashes {
    my ($target) = @_;
    my @at;
    push @at, $-[0] while $target =~ m{/}g;
    return @at;
}


sub _changed {
    my ($target, $parents) = @_;
    my $new = _any(@CHANGES)->($target, $parents);
    return $new eq '' ? $target : $new;
}

1;
