# Memory fails, one allocation at a time: each that the glue asks for, then
# each that nginx itself asks for while it serves an attack. "on" refuses,
# "detect" passes what it would have passed, both say so, and the same worker
# goes on as if nothing had been. t/stream/faults.t is the same for sessions.
#
# TEST_FAULTS=all: in nginx itself also with all later ones failing, and while
# a longer configuration is read.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use CitrixGuard::Check qw(request);
use CitrixGuard::Event qw(parse_event);
use CitrixGuard::Faults;
use CitrixGuard::Figures qw(figure figures);
use CitrixGuard::Http2;
use CitrixGuard::Nginx;
use CitrixGuard::Raw;
use CitrixGuard::Recorder;
use CitrixGuard::Schema qw(validated);
use CitrixGuard::Scratch qw(slurp spew wait_until);

my $ALL = ($ENV{TEST_FAULTS} // '') eq 'all';

my $faults = CitrixGuard::Faults->new;

plan skip_all => 'the module is linked statically' if !$faults;

my $be = CitrixGuard::Recorder->new;
my $nginx;

# The location, the target in it, and what else makes the request. "mine":
# what leaves for another's reason than the attack. "lost": a post_action for
# which the mark is lost, if there was no memory for it: it is judged by itself,
# and leaves if it is clean. "before": a clean one that is answered first.
my @KINDS = (
    { name => 'main request', path => '/plain/..;/vpns/a' },
    { name => 'HEAD', path => '/plain/..;/vpns/a', method => 'HEAD' },
    { name => 'a body', path => '/plain/..;/vpns/a', method => 'POST',
      body => 'b' x 3000 },
    { name => 'a header', path => '/plain/a',
      headers => [NSC_USER => '/../a'] },
    { name => 'status 444', path => '/closed/..;/vpns/a' },
    { name => 'named location', path => '/named/..;/vpns/a' },
    { name => 'internal redirect', path => '/inner/a', mine => 1 },
    { name => 'error_page', path => '/page/..;/vpns/a' },
    { name => 'post_action', path => '/after/..;/vpns/a', lost => 1 },
    { name => 'post_action, clean', path => '/tidy/..;/vpns/a',
      lost => 1 },
    { name => 'auth_request', path => '/auth/a' },
    { name => 'mirror', path => '/mirror/a', mine => 1 },
    { name => 'SSI', path => '/ssi/a.html' },
    { name => 'upstream', path => '/peer/a' },
    { name => 'address', path => '/address/a' },
    { name => 'variables', path => '/variable/..;/vpns/a',
      headers => ['X-Path' => '/vpn/../vpns/'] },
    { name => 'variables at egress', path => '/variable/a',
      headers => ['X-Path' => '/vpn/../vpns/'] },
    { name => 'proxy_bind', path => '/bind/a',
      headers => ['X-Path' => '/vpn/../vpns/'] },
    { name => 'proxy_bind with variables', path => '/binds/a', own => 1,
      headers => ['X-Path' => '/vpn/../vpns/'] },
    { name => 'ip_hash', path => '/ip/a' },
    { name => 'keepalive', path => '/kept/a' },
    { name => 'pinned', path => '/pinned/a', own => 1,
      headers => ['X-Path' => '/vpn/../vpns/'] },
    { name => 'pinned before', path => '/pinned/a', before => '/before',
      own => 1, mine => 1, lost => 1,
      headers => ['X-Path' => '/vpn/../vpns/'] },
    { name => 'cache', path => '/cache/a' },
    { name => 'Upgrade', path => '/upgrade/a', headers => [Upgrade => 'h2c',
      Connection => 'close, upgrade'] },
    { name => 'rule', path => '/rule/hostile' },
    { name => 'rule, a changed URI', path => '/rule/changed?a=b' },
    { name => 'exempted', path => '/rule/exempt/hostile', exempt => 1 },
    { name => 'rule on a body', path => '/rule/hostile-body',
      method => 'POST', body => 'a=evil' . 'x' x 20_000 },
    { name => 'rule on a body that comes late', path => '/rule/hostile-body',
      method => 'POST', body => 'a=evil' . 'x' x 20_000, late => 1 },
    { name => 'rule on chunks', path => '/rule/hostile-body',
      method => 'POST', headers => ['Transfer-Encoding' => 'chunked'],
      more => "3\r\na=e\r\n3\r\nvil\r\n0\r\n\r\n", late => 1 },
    { name => 'HTTP/2, rule on a body', path => '/rule/hostile-body',
      h2 => 1, method => 'POST', body => 'a=evil' . 'x' x 3000 },
    { name => "nginx's own error", path => '/../vpn/..;/vpns/a',
      nginx => 1 },
    { name => "nginx's own error, logged", path => '/%00/..;/vpns/a',
      nginx => 1 },
    { name => 'HTTP/2', path => '/plain/..;/vpns/a', h2 => 1 },
    { name => 'HTTP/2, a body', path => '/plain/..;/vpns/a', h2 => 1,
      method => 'POST', body => 'b' x 3000 },
    { name => 'HTTP/2, egress', path => '/peer/a', h2 => 1 },
);


# A server with every location above.
sub server {
    my ($mode, $port, $h2) = @_;
    my $listen = $h2 ? CitrixGuard::Http2::listen_lines("127.0.0.1:$port")
                     : "listen 127.0.0.1:$port;";
    return <<"END";
    server {
        $listen
        server_name $mode;
        citrix_guard $mode;
        underscores_in_headers on;
        lingering_close off;
        root %%DIR%%/html;
        access_log %%DIR%%/guard.log guard;
        access_log %%DIR%%/event.log event if=\$citrix_guard_event;
        location /plain/    { proxy_pass http://be; }
        location /closed/   { citrix_guard_status 444;
                              proxy_pass http://be; }
        location /named/    { try_files /none \@named; }
        location \@named     { proxy_pass http://be; }
        location /inner/    { proxy_pass http://be/redirect; }
        location /inside/   { internal; proxy_pass http://be; }
        location /page/     { error_page 403 500 = \@named;
                              proxy_pass http://be; }
        location /after/    { post_action \@named; proxy_pass http://be; }
        location /tidy/     { post_action /done; proxy_pass http://be; }
        location = /done    { proxy_pass http://be/done; }
        location /auth/     { auth_request /sub; proxy_pass http://be; }
        location /mirror/   { mirror /sub; proxy_pass http://be; }
        location = /sub     { internal; proxy_pass http://be/vpn/../vpns/; }
        location /ssi/      { ssi on; }
        location /peer/     { proxy_pass http://be/vpn/../vpns/; }
        location /address/  { proxy_pass
                              http://unix:%%DIR%%/address:/vpn/../vpns/; }
        location /variable/ { proxy_pass
                              http://127.0.0.1:%%BE%%\$http_x_path; }
        location /bind/     { proxy_bind 127.0.0.1; proxy_pass
                              http://127.0.0.1:%%BE%%\$http_x_path; }
        location /binds/    { proxy_bind \$server_addr; proxy_pass
                              http://127.0.0.1:%%BE%%\$http_x_path; }
        location /ip/       { proxy_pass http://ip/vpn/../vpns/; }
        location /kept/     { proxy_http_version 1.1;
                              proxy_set_header Connection "";
                              proxy_pass http://kept/vpn/../vpns/; }
        location /pinned/   { proxy_http_version 1.1;
                              proxy_set_header Connection "";
                              citrix_guard_pinning on;
                              proxy_pass http://be\$http_x_path; }
        location /cache/    { proxy_cache store;
                              proxy_pass http://be/vpn/../vpns/; }
        location /rule/     { citrix_guard_rule one path ^/rule/hostile;
                              citrix_guard_rule two path ^/rule/hostile-body
                                  and body:8 a=evil;
                              citrix_guard_rule new path ^/other/hostile;
                              location /rule/changed {
                                  rewrite ^ /other/hostile last; }
                              location /rule/exempt/ {
                                  citrix_guard_rule one path ^/rule/e;
                                  citrix_guard_exempt one;
                                  proxy_pass http://be; }
                              location /rule/hostile-body {
                                  citrix_guard_rule one path ^/rule/none;
                                  proxy_pass http://be; }
                              proxy_pass http://be; }
        location /other/    { citrix_guard_rule new path ^/other/hostile;
                              proxy_pass http://be; }
        location /upgrade/  { proxy_http_version 1.1;
                              proxy_set_header Upgrade \$http_upgrade;
                              proxy_set_header Connection \$http_connection;
                              proxy_pass http://be; }
    }
END
}


sub configuration {
    my ($short) = @_;
    my $more = $short ? '' : server('detect', '%%PORT2%%')
        . server('on', '%%PORT3%%', 1) . server('detect', '%%PORT4%%', 1);
    return <<'END' . server('on', '%%PORT1%%') . $more;
    log_format guard '$citrix_guard_verdict,$citrix_guard_reason,'
                     '"$citrix_guard_reading",$status';
    log_format event escape=none '$citrix_guard_event';
    citrix_guard_zone guard:1m;
    proxy_cache_path %%DIR%%/cache keys_zone=store:1m;
    upstream be   { server 127.0.0.1:%%BE%%; }
    upstream ip   { ip_hash; server 127.0.0.1:%%BE%%; }
    upstream kept { server 127.0.0.1:%%BE%%; keepalive 2; }
    server { listen 127.0.0.1:%%PORT5%%; location / { return 200 $pid; } }
    # an address that is nobody else's: no other location may name the
    # recorder's, or nginx takes its upstream where there are variables
    server { listen unix:%%DIR%%/address; location / { proxy_pass http://be; } }
END
}


sub start {
    my (%env) = @_;
    $be = CitrixGuard::Recorder->new(answer => sub {
        my ($request) = @_;
        return $request->{target} =~ m{^/redirect}
            ? { headers => ['X-Accel-Redirect', '/inside/b?c=/../vpns/'] }
            : undef;
    });
    $nginx = CitrixGuard::Nginx->new(
        ports => 5, vars => { BE => $be->port }, http => configuration(),
        main => 'env FAULTS;', env => { $faults->env, %env });
    mkdir $nginx->dir . '/html/ssi';
    spew($nginx->dir . '/html/ssi/a.html',
         "<!--# include virtual=\"/plain/..;/vpns/a\" -->\n");
    return $nginx->start;
}


sub worker { return CitrixGuard::Raw::ask($nginx->port(5),
    request('/', headers => [Connection => 'close']))->{body} }


# One request over a connection of its own, until nginx has closed it: then
# all is done, its lines in the logs as well. "none" if there is no answer.
sub ask {
    my ($kind, $mode) = @_;
    my $port = $mode eq 'on' ? 1 : 2;
    my ($answer, $status);
    if ($kind->{h2}) {
        $answer = eval {
            my $client = CitrixGuard::Http2->new($nginx->port($port + 2));
            $client->{timeout} = 3;
            $client->ask(%$kind);
        };
        $status = $answer->{status};
    }
    else {
        my %headers = @{ $kind->{headers} // [] };
        $headers{Connection} //= 'close';
        my $client = CitrixGuard::Raw->new($nginx->port($port));
        $client = first($client, $kind, $port) if $kind->{before};
        my $bytes = request($kind->{path}, %$kind, headers => [%headers])
                  . ($kind->{more} // '');
        if ($kind->{late}) {
            $client->put(substr $bytes, 0, index($bytes, "\r\n\r\n") + 7, '');
            select undef, undef, undef, 0.01;
        }
        $client->put($bytes);
        $answer = eval { $client->get(method => $kind->{method}) };
        $status = $answer->{status};
        eval { $client->closed };
    }
    return { status => $status // 'none',
             guard => $answer && CitrixGuard::Raw::header($answer,
                                                          'X-Citrix-Guard'),
             body => $answer->{body} // '' };
}


# The request before: returns the connection, or another one if it is lost.
sub first {
    my ($client, $kind, $port) = @_;
    $client->put(request($kind->{path}, headers => ['X-Path',
                                                    $kind->{before}]));
    my $answer = eval { $client->get };
    return $client->parted($answer)
        ? CitrixGuard::Raw->new($nginx->port($port)) : $client;
}


# What is known of one request: the answer, what arrived, what was logged.
sub outcome {
    my ($kind, $mode, $n, $lasting, $deep) = @_;
    my $log = length slurp($nginx->dir . '/guard.log');
    $faults->arm($n, $lasting);
    my $answer = ask($kind, $mode);
    # what is left to do needs memory of its own where it is nginx's that fails
    $nginx->settle if !$deep;
    my ($count, $failed, $name) = $faults->disarm;
    eval { $nginx->settle } if $deep;    # the worker may be lost
    my @arrivals = grep { ($_->{target} // '') ne ($kind->{before} // 0) }
                   $be->arrivals($nginx);
    my @arrived = sort map { $_->{line} } @arrivals;
    my @lines = $nginx->events;
    my ($access) = substr(slurp($nginx->dir . '/guard.log'), $log)
        =~ /(?:\A|\n)(.*)\n\z/;
    return { %$answer, count => $count, failed => $failed, name => $name,
             arrived => \@arrived, lines => \@lines,
             raw => join("\n", sort map { $_->{raw} } @arrivals),
             events => [map { parse_event($_) } @lines],
             access => $access // '' };
}


# Empty, or what is wrong with a refusal.
sub wrong_in_on {
    my ($kind, $is, $clean) = @_;
    my $lost = $kind->{lost} && $is->{failed};
    my @hostile = grep {/vpns|h2c|hostile/} @{ $is->{arrived} };
    return wrong_in_exempt($is) if $kind->{exempt};
    return "arrived: @hostile" if @hostile;
    return "arrived: @{ $is->{arrived} }" if @{ $is->{arrived} }
        && !$kind->{mine} && !$lost;
    return 'no line' if !@{ $is->{lines} };
    return "not of the grammar: @{ $is->{lines} }"
        if @{ $is->{lines} } != @{ $is->{events} };
    return "lines: @{ $is->{lines} }" if @{ $is->{lines} } != 1 && !$lost;
    return "verb: $is->{events}[0]{verb}"
        if $is->{events}[0]{verb} ne 'blocked';
    return "answer: $is->{status}" if $is->{status} =~ /^[23]/
        && $clean->{status} ne $is->{status};
    return "access log: $is->{access}" if $is->{access} !~ /^blocked,/
        && !$lost;
    return '';
}


# What is let by leaves, unless that could not be told.
sub wrong_in_exempt {
    my ($is) = @_;
    return "lines: @{ $is->{lines} }" if !@{ $is->{lines} }
        || @{ $is->{lines} } != @{ $is->{events} };
    my $verb = $is->{events}[0]{verb};
    return "$verb, arrived: @{ $is->{arrived} }"
        if !@{ $is->{arrived} } != ($verb eq 'blocked');
    return "verb: $verb"
        if $verb ne 'exempted' && $is->{events}[0]{reason} ne 'error';
    return '';
}


sub wrong_in_detect {
    my ($kind, $is, $clean) = @_;
    return wrong_in_exempt($is) if $kind->{exempt};
    return "lines: @{ $is->{lines} }" if !@{ $is->{lines} }
        || @{ $is->{lines} } != @{ $is->{events} }
        || grep { $_->{verb} ne 'detected' } @{ $is->{events} };
    return "access log: $is->{access}" if $is->{access} !~ /^detected,/
        && !($kind->{lost} && $is->{failed});
    # as in nginx alone, an address that cannot be had is an error
    return '' if $kind->{own} && $is->{failed} && $is->{status} eq '500'
        && !@{ $is->{arrived} };
    for (qw(status body raw)) {
        return "$_: $is->{$_}, not $clean->{$_}" if $is->{$_} ne $clean->{$_};
    }
    return '';
}


# Each allocation of a request in turn, alone or with all behind it.
sub sweep {
    my ($kind, $mode, $lasting) = @_;
    my $wrong = $mode eq 'on' ? \&wrong_in_on : \&wrong_in_detect;
    my $swept = $faults->sweep(
        run => sub { outcome($kind, $mode, $_[0], $lasting) },
        wrong => sub { $wrong->($kind, @_) },
        after => sub {
            my ($then, $clean) = @_;
            return ($wrong->($kind, $then, $clean),
                    $then->{status} eq $clean->{status} ? '' : 'other answer');
        });
    my $name = "$kind->{name}, $mode" . ($lasting ? ', lasting' : '');
    is $swept->{bad}, '', $name;
    note "  $swept->{clean}{status}: @{ $swept->{names} }";
    cmp_ok scalar @{ $swept->{names} }, '>', 0, "$name: something failed";
    figure('faults in the glue', scalar @{ $swept->{names} });
    return;
}


# As above, for nginx's own: it may end a request anywhere, and before the
# guard has seen it.
sub wrong_below {
    my ($kind, $mode, $is, $clean) = @_;
    return '' if $mode ne 'on';
    my @hostile = grep {/vpns|h2c|hostile/} @{ $is->{arrived} };
    return "arrived: @hostile" if @hostile && !$kind->{exempt};
    return "answer: $is->{status}" if $is->{status} =~ /^[23]/
        && $clean->{status} ne $is->{status};
    return 'refused, and no line' if $is->{guard} && !@{ $is->{events} };
    return '';
}


sub sweep_below {
    my ($kind, $mode, $lasting) = @_;
    my $swept = $faults->sweep(
        run => sub { outcome($kind, $mode, $_[0], $lasting, 1) },
        wrong => sub { wrong_below($kind, $mode, @_) },
        after => sub {
            my ($then, $clean) = @_;
            return $then->{status} ne $clean->{status}
                   || "@{ $then->{arrived} }" ne "@{ $clean->{arrived} }"
                   ? $then->{status} : '';
        });
    my $n = @{ $swept->{names} };
    my $name = "$kind->{name}, $mode" . ($lasting ? ', lasting' : '');
    is $swept->{bad}, '', "$name: $n allocations";
    cmp_ok $n, '>', 0, "$name: something failed";
    figure('in nginx', $n);
    return;
}


subtest 'nothing that may fail is left out' => sub {
    my %sure = map { $_ => 1 } qw(ngx_process ngx_atoi ngx_atoof ngx_cached_time
        ngx_cidr_match ngx_close_connection
        ngx_cmp_sockaddr ngx_gmtime ngx_hash_key ngx_http_arg ngx_parse_size
        ngx_pagesize ngx_pid ngx_posted_events ngx_reusable_connection ngx_sock_ntop ngx_exiting ngx_ssl_shutdown ngx_terminate
        ngx_conf_log_error ngx_current_msec ngx_event_timer_rbtree
        ngx_http_block_reading ngx_http_core_run_phases
        ngx_http_core_generic_phase ngx_http_file_cache_free
        ngx_http_finalize_request
        ngx_http_parse_chunked ngx_http_request_empty_handler
        ngx_http_top_request_body_filter ngx_http_upstream_bind_set_slot
        ngx_http_max_module ngx_http_upstream_init
        ngx_log_error_core ngx_ptocidr ngx_rbtree_delete ngx_rbtree_insert
        ngx_slprintf ngx_sprintf ngx_strncasecmp ngx_strnstr ngx_test_config
        ngx_vslprintf ngx_http_core_module ngx_http_module
        ngx_http_upstream_module ngx_http_v2_module
        ngx_conf_set_enum_slot ngx_conf_set_flag_slot ngx_conf_set_msec_slot
        ngx_cycle ngx_stream_core_module ngx_stream_core_run_phases
        ngx_stream_finalize_session ngx_stream_init_connection
        ngx_stream_module ngx_stream_session_handler ngx_stream_top_filter
        ngx_stream_variable_null_value ngx_destroy_pool ngx_dns_strcmp
        ngx_worker ngx_core_module ngx_inherited ngx_parent
        ngx_hash_key_lc ngx_http_init_connection ngx_http_ssl_module
        ngx_http_top_header_filter ngx_pfree);
    my $http = CitrixGuard::Nginx::module();
    my $stream = $http =~ s/ngx_http_(?=[^\/]+\z)/ngx_stream_/r;
    my @modules = grep {-e} $http, $stream;
    my %used = map { /\b[Uw] (ngx_\w+)/ ? ($1 => 1) : () }
        map { split /\n/, qx(nm -u '$_') } @modules;
    # without a stream part there is nothing of it
    my @wrapped = grep { @modules == 2 || !/stream|^ngx_(?:hash_|create_pool)/ }
        CitrixGuard::Faults::wrapped();
    is_deeply [sort grep { !$sure{$_} } keys %used], \@wrapped,
        'what the glue calls, and may fail, is in t/long/faults/glue.c';
};


subtest 'the glue' => sub {
    local $ENV{TEST_NGINX_MODULE} = $faults->module;
    start();
    my $worker = worker();
    for my $kind (@KINDS) {
        for my $mode ('on', 'detect') {
            sweep($kind, $mode, $_) for 0, 1;
        }
    }
    is worker(), $worker, 'the same worker all the time';
    my @events = validated(slurp($nginx->dir . '/event.log'),
                           'each event is valid');
    cmp_ok scalar @events, '>=', 4 * @KINDS, scalar(@events) . ' events';
    $nginx->stop;
    is $nginx->sanitizer_report, '', 'nothing crashed';
};

subtest 'nginx -t' => sub {
    my $checked = $faults->checked(CitrixGuard::Nginx->new(
        ports => 5, vars => { BE => $be->port },
        http => configuration(!$ALL)));
    is $checked->{bad}, '', 'each that fails is an error';
    my $count = @{ $checked->{names} };
    cmp_ok $count, '>', 50, "$count allocations";
    figure('while the configuration is read', $count);
};


# What nginx itself does wrong without memory for HTTP/2, as a sanitizer sees
# it. Its message that there is none for the request line reads that line, and
# the worker ends; and the pool of a connection is lost with the connection.
# Takes that, and that only, off the report; returns how many workers ended.
sub own_bugs {
    my $said = $nginx->stderr . $nginx->error_log;
    my $count = sub { scalar(() = $said =~ /$_[0]/g) };
    my $died = $count->(qr/ERROR: AddressSanitizer/);
    my $leaks = $count->(qr/^(?:Direct|Indirect) leak/m);
    return 0 if $died != $count->(qr/in ngx_http_v2_construct_request_line/)
        || $leaks
           != $count->(qr/in ngx_create_pool .*\n.* in ngx_http_v2_init/);
    $nginx->{reports} =~ s/^.*(?:\w+Sanitizer|exited with code).*\n//mg;
    $nginx->{reports} =~ s/^nginx ended with status 256\n// if $leaks;
    figure("workers lost to nginx's own bug", $died) if $died;
    return $died;
}


subtest "nginx's own" => sub {
    plan skip_all => 'clang links malloc() into nginx, and LD_PRELOAD does '
        . 'not reach it; gcc does not' if !$faults->reaches_malloc;
    start(LD_PRELOAD => $faults->library, ASAN_OPTIONS => join ':',
          $ENV{ASAN_OPTIONS} // (), 'verify_asan_link_order=0');
    my $worker = worker();
    my @how = $ALL ? (0, 1) : 0;
    for my $kind (@KINDS) {
        for my $mode ('on', 'detect') {
            sweep_below($kind, $mode, $_) for @how;
        }
    }
    my $last = worker();
    $nginx->stop;
    ok own_bugs() || $last eq $worker, 'the same worker all the time';
    is $nginx->sanitizer_report, '', 'nothing crashed';
};

figures();
done_testing;
