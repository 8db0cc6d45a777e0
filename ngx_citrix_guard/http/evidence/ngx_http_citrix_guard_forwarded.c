
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Whether the address of a request may be that of somebody in between.  Who
 * bans by address has to know: a ban of a balancer is one of all its users.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_forwarded.h"
#include "ngx_http_citrix_guard_sent_header.h"


static ngx_uint_t ngx_http_citrix_guard_realip_has_run(ngx_http_request_t *r);


ngx_str_t
ngx_http_citrix_guard_forwarded_for(ngx_http_request_t *r)
{
    ngx_str_t     said;
    const char  **name;

    /* the fields that balancers and networks in front use */

    static const char  *names[] = {
        "X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP", "TRUE_CLIENT_IP",
        "CF_CONNECTING_IP", NULL
    };

    ngx_str_null(&said);

    if (ngx_http_citrix_guard_realip_has_run(r)) {
        return said;
    }

    if (r->connection->proxy_protocol
        && r->connection->proxy_protocol->src_addr.len)
    {
        return r->connection->proxy_protocol->src_addr;
    }

    for (name = names; *name && said.len == 0; name++) {
        said = ngx_http_citrix_guard_sent_header(r, *name);
    }

    return said;
}


/* by its variable, which names the other end of the connection */

static ngx_uint_t
ngx_http_citrix_guard_realip_has_run(ngx_http_request_t *r)
{
    ngx_str_t                  *client;
    ngx_http_variable_value_t  *v;

    static ngx_str_t  name = ngx_string("realip_remote_addr");

    v = ngx_http_get_variable(r, &name, ngx_hash_key(name.data, name.len));

    if (v == NULL || v->not_found || !v->valid) {
        return 0;
    }

    client = &r->connection->addr_text;

    return v->len != client->len
           || ngx_strncmp(v->data, client->data, client->len) != 0;
}
