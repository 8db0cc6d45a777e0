# Mojolicious and its static files.

use Mojolicious::Lite -signatures;
use Mojo::Server::Daemon;

my ($port, $root) = @ARGV;

app->static->paths([$root]);
app->log->level('fatal');
app->mode('production');
any '/*any' => { any => '' } => sub ($c) {
    $c->render(text => "nothing here\n", status => 404);
};

Mojo::Server::Daemon->new(app => app, silent => 1, max_requests => 1_000_000,
                          listen => ["http://127.0.0.1:$port"])->run;
