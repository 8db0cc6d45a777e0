#!/usr/bin/env escript

%% Erlang's own httpd, from its application inets.

main([Port, Root]) ->
    ok = inets:start(),
    {ok, _} = inets:start(httpd,
        [{port, list_to_integer(Port)}, {bind_address, {127, 0, 0, 1}},
         {server_name, "judge.example.test"}, {ipfamily, inet},
         {server_root, "."}, {document_root, Root},
         {directory_index, ["index.html"]},
         {max_keep_alive_request, 1000000}, {keep_alive_timeout, 60},
         {modules, [mod_alias, mod_get]}]),
    receive stop -> ok end.
