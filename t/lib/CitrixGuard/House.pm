package CitrixGuard::House;

# The rooms of the sources: who may stand on whom, and whether it is so. Reads
# the sources as text, without a compiler: what each file includes, declares,
# defines and calls. A .c and the .h of its name beside it are one unit.

use strict;
use warnings;

use Exporter 'import';
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Find ();
use Text::Wrap ();

our @EXPORT_OK = qw(faults room_map read_house);

# The rooms from top to bottom: the purpose of each, and the rooms that it uses
# (with all that those use). "only" names the one unit above that may call it.
my @ROOMS = (
    { room => 'cli', on => [qw(cli/ack cli/check cli/scan cli/setup cli/status)],
      why => 'the command: its first word chooses check, scan, verify, ...' },
    { room => 'cli/ack', on => ['cli/common'],
      why => 'citrix-guard ack: acknowledges an incident at a monitor' },
    { room => 'cli/check', on => ['cli/common'],
      why => 'citrix-guard check: judges targets from its arguments or stdin' },
    { room => 'cli/scan', on => ['cli/fast'],
      why => 'citrix-guard scan: finds attacks in log files' },
    { room => 'cli/fast', on => ['cli/formats'],
      why => 'the fast path of scan, past lines in which nothing is' },
    { room => 'cli/formats', on => [qw(cli/bytes cli/common)],
      why => 'from bytes of a log to requests: a file for each format' },
    { room => 'cli/bytes', on => ['cguard/decision'],
      why => 'many bytes of a log at a glance: is anything there?' },
    { room => 'cli/setup', on => [qw(cli/verify cli/monitor)],
      why => 'citrix-guard setup and rollback: nginx as a Gateway, and back' },
    { room => 'cli/status', on => [qw(cli/verify cli/monitor)],
      why => 'citrix-guard status: are we shielded? In one sentence' },
    { room => 'cli/monitor', on => ['cli/common'],
      why => 'what the guard reports about itself, from its monitor' },
    { room => 'cli/verify', on => ['cli/common'],
      why => 'citrix-guard verify: tests a Gateway with attacks from outside' },
    { room => 'cli/common', on => ['cguard/decision'],
      why => 'shared by the parts of the command: texts, JSON' },
    { room => 'http', on => [qw(http/check http/monitor http/rules)],
      why => 'the http module: directives, phases, upstream requests, refusal' },
    { room => 'http/check', on => ['http/rules'],
      only => 'http/ngx_http_citrix_guard_module',
      why => 'messages of nginx -t: reads other modules\' configuration' },
    { room => 'http/monitor', on => ['http/rules'],
      only => 'http/ngx_http_citrix_guard_module',
      why => 'the monitor: page, JSON and Prometheus; it reads counters only' },
    { room => 'http/rules', on => ['http/evidence'],
      why => 'rules at work: matching, bodies; evidence records what matches' },
    { room => 'http/evidence', on => ['http/judge'],
      why => 'the records of a finding: mark, event, counters, log line' },
    { room => 'http/judge', on => ['http/base'],
      why => 'judges a request: gives what nginx has parsed to the core' },
    { room => 'http/base',
      on => [qw(cguard/rules cguard/zone)],
      why => 'types and helpers that all rooms of the http module share' },
    { room => 'stream', on => [qw(cguard/session cguard/zone)],
      why => 'the stream module: separates ICA sessions from HTTP' },
    { room => 'cguard/rules', on => ['cguard/decision'],
      why => 'rules without nginx: syntax, patterns, their worst-case cost' },
    { room => 'cguard/session', on => [],
      why => 'how an ICA, CGP or SOCKS5 session begins; uses no other room' },
    { room => 'cguard/zone', on => [],
      why => 'counters and events in shared memory; uses no other room' },
    { room => 'cguard/decision', on => [],
      why => 'is this request target an attack? Pure C, uses no other room' },
);

# nginx's macros for contexts and configuration take the module itself, so what
# stands below the file that defines it has to name it: no dependency.
my %IDENTITY = map { $_ => 1 }
    qw(ngx_http_citrix_guard_module ngx_stream_citrix_guard_module
       ngx_http_citrix_guard_name_module);

use constant { FILE_LINES => 700, FUNCTION_LINES => 100 };

my %room = map { $_->{room} => $_ } @ROOMS;
my @C_TYPES = qw(void char int long short unsigned signed const static inline
                 int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t
                 u_char __m128i);
my $C_WORD = qr/^(?:if|for|while|switch|return|sizeof|defined|else|do|case
                    |goto|__attribute__|typedef|struct|union|enum)$/x;


sub slurp {
    my ($path) = @_;
    open my $from, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar(<$from>) // '';
}


# Comments and what strings hold become blanks; lines stay where they are.
sub bare {
    my ($text) = @_;
    my $blank = sub { $_[0] =~ s/[^\n]/ /gr };
    $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
              {defined $1 ? $blank->($1) : '"' . $blank->(substr $2, 2) . '"'}ges;
    return $text;
}


# What the first comment says the file is for, without the copyright.
sub purpose {
    my ($text) = @_;
    return undef if $text !~ m{\A\s*/\*(.*?)\*/}s;
    my $said = $1 =~ s/^[ \t]*\*[ \t]?//gmr;
    $said =~ s/Copyright \(C\)[^\n]*//g;
    $said =~ s/\s+/ /g;
    return $said =~ s/^ | $//gr;
}


# One file: its includes, functions, and the names that it declares and uses.
sub read_file {
    my ($top, $path) = @_;
    my $raw = slurp("$top/$path");
    my $text = bare($raw);

    my $file = {
        path => $path, room => dirname($path), unit => $path =~ s/\.[ch]$//r,
        header => scalar($path =~ /\.h$/), lines => scalar($raw =~ tr/\n//),
        purpose => purpose($raw), functions => {}, declares => {},
        defines => {}, own => {}, includes => [],
    };
    $file->{generated} = ($file->{purpose} // '') =~ /^Generated by /;

    my @raw = split /\n/, $raw;
    my @bare = split /\n/, $text;
    for (0 .. $#bare) {
        next if $bare[$_] !~ /^\s*#\s*include\b/;
        $file->{first} //= $raw[$_] =~ /include\s+[<"]([^>"]+)/ ? $1 : '';
        push @{ $file->{includes} }, { name => $1, line => $_ + 1 }
            if $raw[$_] =~ /include\s+"([^"]+)"/;
    }

    $text =~ s/__attribute__\s*\(\(.*?\)\)/ /g;

    # directives apart, so that their braces do not count
    my $macros = '';
    $text =~ s{^([ \t]*\#(?:[^\n]*\\\n)*[^\n]*)}
              {$macros .= "$1\n"; $1 =~ s/[^\n]/ /gr}gem;
    $file->{declares}{$1} = 'macro'
        while $macros =~ /^\s*#\s*define\s+(\w+)/mg;

    # "type\nname(arguments)\n{", as nginx has it
    my $outside = '';
    my $at = 0;
    my $inside = '';
    while ($text =~ /^(\w+)\(([^;{}]*)\)\s*\n\{.*?^\}/msg) {
        my ($name, $from, $to) = ($1, $-[0], $+[0]);
        my $before = substr $text, $at, $from - $at;
        my ($type) = $before =~ /([^;}]*)\z/;
        my $body = substr $text, $from, $to - $from;
        $file->{functions}{$name} = {
            lines => 1 + ($body =~ tr/\n//),
            line => 1 + (substr($text, 0, $from) =~ tr/\n//),
        };
        $file->{ $type =~ /\bstatic\b/ ? 'own' : 'defines' }{$name} = 1;
        $file->{declares}{$name} = 'function' if $file->{header};
        $outside .= $before;
        $outside .= ';';
        $inside .= $body =~ s/^\w+//r . "\n";
        $at = $to;
    }
    $outside .= substr $text, $at;

    $file->{own}{$1} = 1
        while $outside =~ /^static\b[^;{}=()]*?\b(\w+)(?:\[[^\]]*\])*\s*[=;]/mg;
    $file->{defines}{$1} = 1
        while $outside =~
            /^(?!static|extern|typedef|struct \w+ ?\{|enum|return)\w[\w \t*]*?
             [ \t*](\w+)(?:\[[^\]]*\])*\s*(?:=|;)/mgx;

    # prototypes: static ones are the file's own
    $outside =~ s{^((?:\w[\w \t*]*?[ \t*\n])?)(\w+)(\s*\([^;{}=]*\)[^;{}()=]*;)}{
        my ($type, $name, $rest) = ($1, $2, $3);
        if ($type =~ /\btypedef\b/ || $name =~ $C_WORD) {
            "$type$name$rest"
        } else {
            if ($type =~ /\bstatic\b/) { $file->{own}{$name} = 1 }
            else { $file->{prototypes}{$name} = 1;
                   $file->{declares}{$name} = 'function' }
            "$type$rest"
        }
    }gem;

    $file->{declares}{$1} = 'type'
        while $outside =~ /\btypedef\b[^;{}]*?\b(\w+)\s*(?:\[[^\]]*\])?;/g;
    $file->{declares}{$1} = 'type'
        while $outside =~ /\btypedef\b[^;{}]*?\(\s*\*\s*(\w+)\)/g;
    $file->{declares}{$1} = 'type' while $outside =~ /^\}\s*(\w+);/mg;
    $file->{declares}{$1} = 'type'
        while $outside =~ /\b(?:struct|union|enum)\s+(\w+)\s*\{/g;
    while ($outside =~ /\benum\b[^{};]*\{([^}]*)\}/g) {
        my $list = $1;
        $file->{declares}{$_} = 'constant'
            for map { /^\s*(\w+)/ ? $1 : () } split /,/, $list;
    }
    $file->{declares}{$1} = 'variable'
        while $outside =~ /^extern\b[^;()]*?\b(\w+)(?:\[[^\]]*\])*\s*;/mg;
    if ($file->{header}) {
        $file->{declares}{$_} = 'variable'
            for grep { $outside =~ /^static\b[^;{}]*\b\Q$_\E\b/m }
                keys %{ $file->{own} };
        delete $file->{defines}{$_} for keys %{ $file->{declares} };
    }

    $outside =~ s/^extern\b[^;]*;//mg;

    # what is used; a field of that name is none, nor is a variable of its own
    my $uses = "$inside\n$outside\n$macros";
    $uses =~ s/(?:->|(?<![\w.])\.|(?<=\w)\.)\s*\w+//g;
    $file->{used}{$1}++ while $uses =~ /\b([A-Za-z_]\w*)\b/g;
    for my $name (keys %{ $file->{used} }) {
        $file->{local}{$name} = 1
            if "$inside" =~ /^\s+(?!return|goto|case|else)[A-Za-z]\w*[ ]
                             [\s*]*(?:\w+,\s*\**)*\Q$name\E\s*[;,=\[]/mx;
    }
    delete $file->{used}{$_} for keys %IDENTITY, @C_TYPES;
    delete $file->{declares}{$_}
        for @C_TYPES, grep {/^ngx_(?!\w+_citrix_guard)/}
                      keys %{ $file->{declares} };

    return $file;
}


# All files of a tree, by path; each include and each use as an edge.
sub read_house {
    my ($top) = @_;
    my %file;

    File::Find::find({ no_chdir => 1, wanted => sub {
        return if !/\.[ch]$/ || !-f;
        my $path = substr $File::Find::name, 1 + length $top;
        $file{$path} = read_file($top, $path);
    } }, $top);

    my $house = { file => \%file, edges => {}, units => {}, faults => [] };
    push @{ $house->{units}{ $_->{unit} } }, $_
        for map { $file{$_} } sort keys %file;

    resolve($house, $_) for map { $file{$_} } sort keys %file;

    my %defined;
    for my $file (values %file) {
        next if $file->{header};
        $defined{$_} = $file->{unit} for keys %{ $file->{defines} };
    }
    $house->{defined} = \%defined;

    for my $file (map { $file{$_} } sort keys %file) {
        for my $name (sort keys %{ $file->{used} }) {
            my $unit = $defined{$name} // next;
            next if $unit eq $file->{unit} || $file->{own}{$name}
                || $file->{local}{$name};
            $house->{edges}{ $file->{unit} }{$unit}{"uses $name"} = $file->{path};
            $house->{called}{$unit} = 1;
        }
    }

    return $house;
}


# Includes as paths, where they can be: in the room, or below the top.
sub resolve {
    my ($house, $file) = @_;

    for my $include (@{ $file->{includes} }) {
        my $name = $include->{name};
        my $at = "$file->{path}:$include->{line}: \"$name\"";
        my $path = $name =~ m{/} ? $name
                 : $file->{room} eq '.' ? $name : "$file->{room}/$name";

        if ($name =~ m{(?:^|/)\.\.?/} || $name =~ m{^/}) {
            fault($house, "$at is neither a bare name of the same room nor a"
                . ' path below ngx_citrix_guard: write it as one of them');
            next;
        }

        if (!$house->{file}{$path}) {
            my @there = grep { basename($_) eq basename($name) }
                sort keys %{ $house->{file} };
            fault($house, @there
                ? "$at is in another room: write \"$there[0]\""
                : "$at does not exist: leave the include out, or mend its name");
            next;
        }

        if ($name =~ m{/} && dirname($name) eq $file->{room}) {
            fault($house, "$at is of the same room: write \""
                . basename($name) . '"');
        }

        $include->{path} = $path;
        my $to = $house->{file}{$path}{unit};
        $house->{edges}{ $file->{unit} }{$to}{"includes $name"} = $file->{path}
            if $to ne $file->{unit};
    }
}


sub fault {
    my ($house, $text) = @_;
    push @{ $house->{faults} }, $text;
}


# The rooms that a room may use: those of its list, and so on downwards.
sub below {
    my ($name) = @_;
    my (%below, @left);
    @left = @{ $room{$name}{on} };
    while (defined(my $next = shift @left)) {
        push @left, @{ $room{$next}{on} } if !$below{$next}++;
    }
    return \%below;
}


# All that is wrong in the tree, each with what to do.
sub faults {
    my ($top) = @_;
    my $house = read_house($top);

    check_layers($house);
    check_circles($house);
    check_includes($house);
    check_files($house);

    return @{ $house->{faults} };
}


sub check_layers {
    my ($house) = @_;
    my %unknown;

    for my $unit (sort keys %{ $house->{units} }) {
        my $from = dirname($unit);
        if (!$room{$from}) {
            fault($house, "$from/ is a room without a layer: say in House.pm on"
                . ' which rooms it stands, and why') if !$unknown{$from}++;
            next;
        }
        my $below = below($from);

        for my $to (sort keys %{ $house->{edges}{$unit} // {} }) {
            my $room = dirname($to);
            next if $room eq $from || !$room{$room};
            my $edges = $house->{edges}{$unit}{$to};
            my ($how) = sort keys %$edges;

            if (!$below->{$room}) {
                fault($house, "$edges->{$how} $how of $to: $from/ does not"
                    . " stand on $room/ ($room{$from}{why}): move what both"
                    . ' need to a room below both');
            } elsif ($room{$room}{only} && $room{$room}{only} ne $unit) {
                fault($house, "$edges->{$how} $how of $to: $room/ is asked by"
                    . " $room{$room}{only}.c only: ask from there");
            }
        }
    }
}


# Each circle once, as the shortest way round from its first unit.
sub check_circles {
    my ($house) = @_;
    my %seen;

    for my $start (sort keys %{ $house->{edges} }) {
        next if $seen{$start};
        my %from;
        my @left = ($start);

        SEARCH: while (defined(my $unit = shift @left)) {
            for my $to (sort keys %{ $house->{edges}{$unit} // {} }) {
                if ($to eq $start) {
                    my @way = ($unit);
                    unshift @way, $from{ $way[0] } while $way[0] ne $start;
                    $seen{$_} = 1 for @way;
                    fault($house, circle($house, @way, $start));
                    last SEARCH;
                }
                next if exists $from{$to};
                $from{$to} = $unit;
                push @left, $to;
            }
        }
    }
}


sub circle {
    my ($house, @way) = @_;
    my $text = 'a circle, which goes when what both sides need moves below'
             . " them:\n";
    for (0 .. $#way - 1) {
        my $how = join ', ', sort keys %{ $house->{edges}{$way[$_]}{$way[$_ + 1]} };
        $text .= "      $way[$_]  $how  ($way[$_ + 1])\n";
    }
    return $text =~ s/\n\z//r;
}


# What a file sees: its own headers', and what those of its room include.
sub seen_by {
    my ($house, $file) = @_;
    my (%seen, @left);

    @left = map { $_->{path} // () } @{ $file->{includes} };
    while (defined(my $path = shift @left)) {
        next if $seen{$path}++;
        my $header = $house->{file}{$path};
        next if $header->{room} ne $file->{room};
        push @left, map { $_->{path} // () } @{ $header->{includes} };
    }
    return \%seen;
}


sub check_includes {
    my ($house) = @_;
    my %declared;

    for my $file (values %{ $house->{file} }) {
        next if !$file->{header};
        push @{ $declared{$_} }, $file->{path} for keys %{ $file->{declares} };
    }

    for my $file (map { $house->{file}{$_} } sort keys %{ $house->{file} }) {
        for my $include (@{ $file->{includes} }) {
            my $header = $house->{file}{ $include->{path} // next };
            next if $header->{unit} eq $file->{unit};
            next if grep { $file->{used}{$_} || $file->{defines}{$_}
                           || $IDENTITY{$_} }
                keys %{ $header->{declares} };
            fault($house, "$file->{path}:$include->{line}: nothing of"
                . " $header->{path} is used: leave the include out");
        }

        my $seen = seen_by($house, $file);
        my %missing;
        for my $name (sort keys %{ $file->{used} }) {
            my $headers = $declared{$name} // next;
            next if $file->{declares}{$name} || $file->{own}{$name}
                || $file->{local}{$name}
                || grep { $seen->{$_} || $_ eq $file->{path} } @$headers;
            my ($header) = sort @$headers;
            push @{ $missing{$header} }, $name;
        }
        for my $header (sort keys %missing) {
            my @names = @{ $missing{$header} };
            my $more = @names > 3 ? ' and ' . (@names - 3) . ' more' : '';
            fault($house, "$file->{path} uses " . join(', ', grep {defined}
                @names[0 .. 2]) . "$more of $header: include it");
        }
    }
}


sub check_files {
    my ($house) = @_;

    for my $file (map { $house->{file}{$_} } sort keys %{ $house->{file} }) {
        my $path = $file->{path};
        my $twin = (grep { $_ ne $file } @{ $house->{units}{ $file->{unit} } })[0];

        fault($house, "$path has no first comment: say in one sentence what it"
            . ' is for') if !defined $file->{purpose};
        fault($house, "$path: its first comment does not say what it is for,"
            . ' here or in the header beside it: say it in one sentence')
            if defined $file->{purpose} && $file->{purpose} eq ''
               && !length($twin ? $twin->{purpose} // '' : '');

        fault($house, "$path looks generated (its name): its first comment must"
            . ' begin with "Generated by"')
            if $path =~ /_(?:table|text)\.h$/ && !$twin && !$file->{generated};

        fault($house, "$path has $file->{lines} lines, and "
            . FILE_LINES . ' are the limit: split it')
            if $file->{lines} > FILE_LINES && !$file->{generated};

        # it says what system headers show, and counts only before all of them
        fault($house, "$path: its first include must be <ngx_config.h>, or a"
            . ' header that has it')
            if $path =~ m{^(?:http|stream)/} && defined $file->{first}
               && $file->{first} !~ m{(?:^|/)ngx_\w+\.h$};

        for my $name (sort keys %{ $file->{functions} }) {
            my $function = $file->{functions}{$name};
            fault($house, "$path:$function->{line}: $name() has"
                . " $function->{lines} lines, and " . FUNCTION_LINES
                . ' are the limit: split it')
                if $function->{lines} > FUNCTION_LINES;
        }

        if ($path =~ /_types\.h$/) {
            fault($house, "$path declares $_(): types that rooms share stand"
                . ' without functions; move it to the header of its .c')
                for sort keys %{ $file->{prototypes} // {} };
        }

        fault($house, "$path is called and has no header: put what it offers"
            . " into $file->{unit}.h")
            if !$file->{header} && !$twin && $house->{called}{ $file->{unit} };
    }
}


# ---- the map

sub short {
    my ($unit, $room) = @_;
    my $name = basename($unit) =~ s/^ngx_(?:http|stream)_citrix_guard_//r;
    return dirname($unit) eq $room ? $name : dirname($unit);
}


sub names {
    my ($room, @units) = @_;
    my %names = map { short($_, $room) => 1 } @units;
    return join(' ', sort { ($a =~ m{/}) <=> ($b =~ m{/}) || $a cmp $b }
        keys %names) || '-';
}


sub wrapped {
    my ($first, $other, $text) = @_;
    local $Text::Wrap::columns = 80;
    local $Text::Wrap::huge = 'overflow';
    local $Text::Wrap::unexpand = 0;
    return Text::Wrap::wrap($first, $other, $text) . "\n";
}


# The rooms from top to bottom, or one room with its files, as text.
# sources that were read for a map
my %house;

sub room_map {
    my ($name, $top) = @_;
    $top //= abs_path(dirname(__FILE__) . '/../../../ngx_citrix_guard');
    my $house = $house{$top} //= read_house($top);
    my %units;
    push @{ $units{ dirname($_) } }, $_ for sort keys %{ $house->{units} };

    if (!defined $name || $name eq '') {
        my $text = "The rooms of ngx_citrix_guard/, from top to bottom; a room"
                 . " uses only rooms\nbelow it (make map ROOM=NAME: its files,"
                 . " and which rooms it uses):\n\n";
        for (@ROOMS) {
            my $files = @{ $units{ $_->{room} } // [] };
            next if !$files;
            $text .= wrapped(sprintf("%-16s", $_->{room}), ' ' x 16, $_->{why});
        }
        return $text;
    }

    $name =~ s{^ngx_citrix_guard/|/$}{}g;
    die "map: no room is called $name: " . join(' ', map { $_->{room} } @ROOMS)
        . "\n" if !$room{$name} || !$units{$name};

    my $text = wrapped('', '  ', "$name: $room{$name}{why}")
        . wrapped('', '  ', 'uses the rooms: '
            . (join(' ', @{ $room{$name}{on} }) || 'no other room')) . "\n";

    # so that a room with many files fits a screen, too
    my $many = @{ $units{$name} } > 12;
    my @uses;

    for my $unit (@{ $units{$name} }) {
        my $line = short($unit, $name) . ': ' . what($house, $unit);
        my $below = names($name, keys %{ $house->{edges}{$unit} // {} });
        my $above = names($name,
            grep { $house->{edges}{$_}{$unit} } keys %{ $house->{edges} });

        if ($many) {
            $text .= (length $line > 80 ? substr($line, 0, 77) . '...' : $line)
                . "\n";
            # all have one prefix, and all use the types
            $below =~ s/\b\w+_types ?//;
            $below =~ s{ $}{};
            push @uses, (short($unit, $name) . " > $below")
                =~ s/\b[a-z]+_(?=\w)//gr if $below !~ /^(?:-|)$/;
            next;
        }

        $text .= wrapped('', ' ' x 4, $line)
            . wrapped('    ', ' ' x 6, "> $below  < $above");
    }

    return $text . "\n" . ($many
        ? wrapped('', '', 'a > b: a uses b.  ' . join '; ', @uses)
        : "after > whom a file uses, after < who uses it\n");
}


# the first sentence of a unit's first comment, its header's if it has one
sub what {
    my ($house, $unit) = @_;
    my @said = grep { length } map { $_->{purpose} // '' }
        sort { $b->{header} <=> $a->{header} } @{ $house->{units}{$unit} };
    my ($what) = ($said[0] // '-') =~ /^(.*?\.(?= |$)|.*)/;
    return $what =~ s/\.$//r;
}

1;
