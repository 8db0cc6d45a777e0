
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What a module of others may do, for tests:
 *
 *   foreign_preaccess;         a handler of PREACCESS that says NGX_OK, and so
 *                              leads past those that follow
 *   foreign_read_body;         reads the body in REWRITE, as nginx 1.31.5 does
 *                              with "client_body_early_read"
 *   foreign_pass ADDR:PORT;    an upstream that takes no way which the guard
 *                              knows of; it sends the client's target
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct {
    ngx_uint_t                preaccess;
    ngx_uint_t                read_body;
    ngx_http_upstream_conf_t  upstream;
    ngx_url_t                 url;
} ngx_http_foreign_loc_conf_t;


static void *ngx_http_foreign_create_loc_conf(ngx_conf_t *cf);
static ngx_int_t ngx_http_foreign_init(ngx_conf_t *cf);
static char *ngx_http_foreign_set_preaccess(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_foreign_set_read_body(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_foreign_set_pass(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_foreign_commands[] = {

    { ngx_string("foreign_preaccess"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_foreign_set_preaccess,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("foreign_read_body"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_foreign_set_read_body,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("foreign_pass"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_foreign_set_pass,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_foreign_module_ctx = {
    NULL, ngx_http_foreign_init,
    NULL, NULL,
    NULL, NULL,
    ngx_http_foreign_create_loc_conf, NULL
};


ngx_module_t  ngx_http_foreign_module = {
    NGX_MODULE_V1,
    &ngx_http_foreign_module_ctx,
    ngx_http_foreign_commands,
    NGX_HTTP_MODULE,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_foreign_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_foreign_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_foreign_loc_conf_t));

    if (conf) {
        conf->upstream.connect_timeout = 5000;
        conf->upstream.send_timeout = 5000;
        conf->upstream.read_timeout = 5000;
        conf->upstream.buffer_size = 4096;
        conf->upstream.ignore_client_abort = 1;
        conf->upstream.intercept_errors = 1;
        conf->upstream.next_upstream = NGX_HTTP_UPSTREAM_FT_OFF;
    }

    return conf;
}


static ngx_int_t
ngx_http_foreign_preaccess_handler(ngx_http_request_t *r)
{
    ngx_http_foreign_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_foreign_module);

    return conf->preaccess ? NGX_OK : NGX_DECLINED;
}


static void
ngx_http_foreign_body_handler(ngx_http_request_t *r)
{
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


static ngx_int_t
ngx_http_foreign_rewrite_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_http_foreign_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_foreign_module);

    if (!conf->read_body || r != r->main || r->request_body) {
        return NGX_DECLINED;
    }

    rc = ngx_http_read_client_request_body(r, ngx_http_foreign_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    ngx_http_finalize_request(r, NGX_DONE);

    return NGX_DONE;
}


static ngx_int_t
ngx_http_foreign_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_foreign_preaccess_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_foreign_rewrite_handler;

    return NGX_OK;
}


static char *
ngx_http_foreign_set_preaccess(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ((ngx_http_foreign_loc_conf_t *) conf)->preaccess = 1;

    return NGX_CONF_OK;
}


static char *
ngx_http_foreign_set_read_body(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ((ngx_http_foreign_loc_conf_t *) conf)->read_body = 1;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_foreign_create_request(ngx_http_request_t *r)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = ngx_create_temp_buf(r->pool, r->unparsed_uri.len + 64);
    cl = ngx_alloc_chain_link(r->pool);

    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->last = ngx_sprintf(b->last, "GET %V HTTP/1.0" CRLF "Host: a" CRLF CRLF,
                          &r->unparsed_uri);

    cl->buf = b;
    cl->next = NULL;

    r->upstream->request_bufs = cl;

    return NGX_OK;
}


static ngx_int_t
ngx_http_foreign_reinit_request(ngx_http_request_t *r)
{
    return NGX_OK;
}


static ngx_int_t
ngx_http_foreign_process_header(ngx_http_request_t *r)
{
    u_char               *p;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    for (p = u->buffer.pos; p + 4 <= u->buffer.last; p++) {
        if (ngx_memcmp(p, CRLF CRLF, 4) == 0) {
            u->buffer.pos = p + 4;
            u->headers_in.status_n = ngx_atoi(u->buffer.start + 9, 3);
            u->headers_in.content_length_n = -1;
            u->state->status = u->headers_in.status_n;
            return NGX_OK;
        }
    }

    return NGX_AGAIN;
}


static void
ngx_http_foreign_finalize_request(ngx_http_request_t *r, ngx_int_t rc)
{
}


static ngx_int_t
ngx_http_foreign_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_http_upstream_t          *u;
    ngx_http_foreign_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_foreign_module);

    if (ngx_http_upstream_create(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    u = r->upstream;

    u->resolved = ngx_pcalloc(r->pool, sizeof(ngx_http_upstream_resolved_t));
    if (u->resolved == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    u->resolved->sockaddr = conf->url.addrs[0].sockaddr;
    u->resolved->socklen = conf->url.addrs[0].socklen;
    u->resolved->name = conf->url.addrs[0].name;
    u->resolved->host = conf->url.host;
    u->resolved->port = conf->url.port;
    u->resolved->naddrs = 1;

    u->conf = &conf->upstream;
    u->create_request = ngx_http_foreign_create_request;
    u->reinit_request = ngx_http_foreign_reinit_request;
    u->process_header = ngx_http_foreign_process_header;
    u->finalize_request = ngx_http_foreign_finalize_request;

    ngx_str_set(&u->schema, "http://");

    rc = ngx_http_read_client_request_body(r, ngx_http_upstream_init);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


static char *
ngx_http_foreign_set_pass(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                    *value;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_foreign_loc_conf_t  *flcf = conf;

    value = cf->args->elts;

    flcf->url.url = value[1];

    if (ngx_parse_url(cf->pool, &flcf->url) != NGX_OK) {
        return "has an invalid address";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_foreign_handler;

    return NGX_CONF_OK;
}
