package Judge::Trial;

# One judge's trial: it is asked for many targets directly, then the same ones
# through the guard, which stands before it in a real nginx.
#
#   my $result = Judge::Trial::hold(
#       judge => 'httpd', count => 100_000, seed => 1, mode => 'on',
#       progress => sub { my ($what, $done) = @_; ... });
#
# hidden => 1 gives a judge the targets for those that find a sign in what is
# not plain ASCII, whatever it is.
#
# In the result: targets, resolved (the marker came, directly), plain (of
# those: what leads to /vpns/ without a climb), refused (of those that climb:
# by the guard), nginx (by nginx's own 400, nothing was forwarded), closed
# (resolved ones that "citrix_guard_sslvpn off" refused), same (answers that
# are the same with and without the guard), silent (direct requests without
# any answer), and failures, a list of lines.

use strict;
use warnings;

use Encode ();
use Unicode::Normalize qw(NFKD);

use CitrixGuard::Nginx;
use CitrixGuard::Scratch qw(scratch);
use CitrixGuard::Vectors;
use Judge::Docroot;
use Judge::Judges;
use Judge::Shoot;
use Judge::Sight;
use Judge::Spelling qw(unlike);
use Judge::Targets;

use constant {
    # how the targets are made: a first part by the grammar, then in rounds
    # most of them from what the judge has resolved until then
    FIRST => .4, ROUNDS => 4, CHILDREN => .7,
    PARENTS => 20_000, CLEAN => 500,
    # the guard always answers, but on a busy machine it may take long (ms)
    GUARD_PATIENCE => 10_000,
};


sub hold {
    my (%given) = @_;
    my $dir = scratch();
    my $marker = sprintf 'marker-%08x%08x', rand 2**32, rand 2**32;
    my $root = Judge::Docroot::make("$dir/www", $marker);
    my $judge = Judge::Judges::start($given{judge}, $root);
    my $guard = _guard($judge->port, $given{mode} // 'on');
    my $self = bless {
        dir => "$dir", judge => $judge, guard => $guard,
        shoot => Judge::Shoot->new("$dir", $marker),
        progress => $given{progress} // sub { },
        hidden => $given{hidden} // Judge::Judges::hidden($given{judge}),
        result => { judge => $given{judge}, failures => [],
                    map { $_ => 0 } qw(targets resolved plain refused nginx
                                       closed same silent) },
    }, __PACKAGE__;
    my $targets = Judge::Targets->new($given{seed},
                                      hidden => $self->{hidden});
    my $direct = $self->_directly($targets, $given{count});
    $self->_through($direct);
    $self->_closed($direct);
    $self->_clean;
    $judge->stop;
    $guard->stop;
    return $self->{result};
}


# The guard, for a Gateway and for an ADC without one.
sub _guard {
    my ($port, $mode) = @_;
    my $server = <<"END";
        access_log off;
        keepalive_requests 1000000;
        large_client_header_buffers 4 32k;
        citrix_guard $mode;
        citrix_guard_log_level error;
        add_header X-Verdict \$citrix_guard_verdict always;
        add_header X-Upstream \$upstream_addr always;
        location / {
            proxy_pass http://127.0.0.1:$port;
            proxy_http_version 1.1;
            proxy_set_header Host \$http_host;
            proxy_redirect off;
        }
END
    return CitrixGuard::Nginx->new(
        error_level => 'crit', ports => 2, http => <<"END")->start;
    server {
        listen 127.0.0.1:%%PORT1%%;
        $server
    }
    server {
        listen 127.0.0.1:%%PORT2%%;
        citrix_guard_sslvpn off;
        $server
    }
END
}


sub _ask {
    my ($self, $port, $targets) = @_;
    return $self->{shoot}->at($port, $targets,
        connections => $self->{judge}->connections,
        patience => $port == $self->{judge}->port
            ? $self->{judge}->patience : GUARD_PATIENCE);
}


# Asks the judge itself; returns all targets, and the numbers of those that
# brought the marker.
sub _directly {
    my ($self, $targets, $count) = @_;
    my (@all, @resolved, @parents, $round);
    my $result = $self->{result};
    while (@all < $count) {
        my @new = $round++ ? () : $targets->vectors;
        my $size = $round == 1 ? int $count * FIRST
            : 1 + int $count * (1 - FIRST) / ROUNDS;
        splice @new, $size if @new > $size;
        push @new, $targets->children(CHILDREN * $size, \@parents)
            if @parents;
        push @new, $targets->grammar($size - @new) if @new < $size;
        splice @new, $count - @all if @new > $count - @all;
        my $outcomes = $self->_ask($self->{judge}->port, \@new);
        my @found = grep {
            Judge::Shoot::flags($outcomes, $_) & Judge::Shoot::MARKER
        } 0 .. $#new;
        $result->{silent} += grep {
            !(Judge::Shoot::flags($outcomes, $_) & Judge::Shoot::COMPLETE)
        } 0 .. $#new;
        push @resolved, map { $_ + @all } @found;
        push @parents, grep { !$self->_plain($_) } @new[@found];
        splice @parents, 0, @parents - PARENTS if @parents > PARENTS;
        push @all, @new;
        $self->{progress}->('direct', scalar @all);
    }
    $result->{targets} = @all;
    $result->{resolved} = @resolved;
    return { targets => \@all, resolved => \@resolved };
}


# All of them through the guard. What brought the marker directly must be
# refused now, and the marker must not come; but for what is plain.
sub _through {
    my ($self, $direct) = @_;
    my $result = $self->{result};
    my $targets = $direct->{targets};
    my %resolved = map { $_ => 1 } @{ $direct->{resolved} };
    my $outcomes = $self->_ask($self->{guard}->port(1), $targets);
    for my $i (0 .. $#$targets) {
        my ($status, $flags) = Judge::Shoot::outcome($outcomes, $i);
        my $served = $flags & Judge::Shoot::MARKER;
        next if !$served && !$resolved{$i};
        if ($self->_plain($targets->[$i])) {
            $result->{plain}++ if $resolved{$i};
            next;
        }
        my $by = _refused_by($status, $flags);
        $result->{$by}++ if $by && $resolved{$i};
        $self->_fail(($served ? 'served' : "not refused ($status)"),
                     $targets->[$i]) if $served || !$by;
    }
    $self->{progress}->('guard', scalar @$targets);
    return;
}


sub _refused_by {
    my ($status, $flags) = @_;
    return 'refused'
        if $flags & (Judge::Shoot::BLOCKED | Judge::Shoot::VERDICT);
    return 'nginx' if $status =~ /\A(?:400|505)\z/
        && ($flags & Judge::Shoot::COMPLETE)
        && !($flags & Judge::Shoot::FORWARDED);
    return '';
}


# Where no Gateway is served, there is no exception: whatever brought the
# marker is refused.
sub _closed {
    my ($self, $direct) = @_;
    my @targets = @{ $direct->{targets} }[@{ $direct->{resolved} }];
    my $outcomes = $self->_ask($self->{guard}->port(2), \@targets);
    for my $i (0 .. $#targets) {
        my ($status, $flags) = Judge::Shoot::outcome($outcomes, $i);
        if (_refused_by($status, $flags)) { $self->{result}{closed}++; next }
        $self->_fail('not refused with sslvpn off', $targets[$i]);
    }
    return;
}


# A judge that finds what is hidden has targets of its own. With something
# unknown before it, no vpns is plain for the guard.
sub _plain {
    my ($self, $target) = @_;
    return plain($target) && !($self->{hidden} && Judge::Sight::led($target));
}


# Leads this target to /vpns/ from the start, without a climb? Such a one is
# legitimate where a Gateway is served: "/vpns/x", "//vpns/x", "/%76pns/x".
# A server that takes "//name/" for a host, as URL parsers do, is led there by
# "//name/vpns/x"; one that takes all up to the slash for it, by
# "http://na?me/vpns/x". The line ends at a raw LF.
sub plain {
    my ($target) = @_;
    $target =~ s/\r?\n.*//s;
    my @forms = ($target);
    # what stands in place of the path's beginning, and parameters, may be
    # taken off before anything is decoded
    my $host = qr{\A(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}[^/\\]*}i;
    push @forms, map {s/$host//r} @forms for 1 .. 2;
    s/[?#].*//s for @forms;
    push @forms, map {s{;[^/]*}{}gr} @forms;
    for my $path (map { _decoded($_) } @forms) {
        my @parts = map { s/;.*//sr =~ s/[^.]\K\.+\z//r } split m{/}, $path;
        my ($first) = grep { !/\A\.?\z/ } @parts;
        return 1 if defined $first && $first eq 'vpns'
                    && !grep { $_ eq '..' } @parts;
    }
    return 0;
}


# A target as lenient applications read it: those that take overlong UTF-8,
# and those that drop it.
sub _decoded {
    my ($text) = @_;
    for (1 .. 20) {
        my $before = $text;
        $text =~ s/%([0-9a-f]{2})/chr hex $1/gei;
        $text =~ s/%u([0-9a-f]{4})/Encode::encode('UTF-8', chr hex $1)/gei;
        last if $text eq $before;
    }
    my $overlong = $text =~ s{(?:([\xc0\xc1])|\xe0([\x80\x81]))([\x80-\xbf])}
                             {chr((ord($1 // $2) & 1) << 6 | ord($3) & 63)}ger;
    return map { _folded($_) } $text, $overlong;
}


sub _folded {
    my ($bytes) = @_;
    my $text = NFKD(unlike(lc Encode::decode('UTF-8', $bytes, sub {''})));
    $text =~ s/[\0-\x20\x7f+\p{Cf}\p{M}]//g;
    $text =~ tr{\\}{/};
    return lc $text;
}


# A clean target has the same answer with and without the guard.
sub _clean {
    my ($self) = @_;
    my %seen;
    my @clean = grep { /\A\/[\x21-\x7e]*\z/ && !/%(?![2-7][0-9a-f])/i
                       && !$seen{$_}++ }
        (map { $_->{target} } grep { $_->{method} eq 'GET' }
             CitrixGuard::Vectors::rows('benign')),
        (map {("/vpn/index.html?$_", "/a/b/x.txt?x=%2f$_", "/vpn/js/$_.js",
               "/vpn/%6as/rdx.js?$_", "/vpns/cfg/smb.conf?$_")} 1 .. 50);
    splice @clean, CLEAN if @clean > CLEAN;
    # on a busy machine an answer may get lost, so those that differ are asked
    # for again
    for my $try (1 .. 3) {
        my @answers = map { $self->_ask($_, \@clean) }
                      $self->{judge}->port, $self->{guard}->port(1);
        my @different = grep {
            my $i = $_;
            my ($is, $was) = map {
                join ' ', (Judge::Shoot::outcome($_, $i))[0, 2]
            } @answers;
            $is ne $was;
        } 0 .. $#clean;
        $self->{result}{same} += @clean - @different;
        @clean = @clean[@different];
        last if !@clean;
    }
    $self->_fail('answers differ', $_) for @clean;
    return;
}


sub _fail {
    my ($self, $what, $target) = @_;
    my $failures = $self->{result}{failures};
    $target =~ s/([^\x21-\x7e])/sprintf '\\x%02X', ord $1/ge;
    push @$failures, "$what: $target";
    return;
}

1;
