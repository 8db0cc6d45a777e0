
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What identifies a request in logs: its target and its ID.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_request.h"
#include "ngx_http_citrix_guard_types.h"


static ngx_uint_t ngx_http_citrix_guard_has_uri(ngx_http_request_t *r);


/*
 * The target as the client sent it, even if nginx stopped parsing halfway: the
 * part that nginx had found, or else the raw line without its method.
 */

ngx_str_t
ngx_http_citrix_guard_client_target(ngx_http_request_t *r)
{
    u_char     *p, *last;
    ngx_str_t   target;

    if (r->unparsed_uri.len) {
        return r->unparsed_uri;
    }

    ngx_str_null(&target);

    if (ngx_http_citrix_guard_has_uri(r)) {
        target.data = r->uri_start;
        target.len = r->uri_end - r->uri_start;
        return target;
    }

    p = r->request_start;

    if (p == NULL || r->header_in == NULL || p < r->header_in->start
        || p >= r->header_in->last)
    {
        return target;
    }

    last = ngx_strlchr(p, r->header_in->last, LF);
    last = last ? last : r->header_in->last;

    while (p < last && *p != ' ') { p++; }
    while (p < last && *p == ' ') { p++; }
    while (last > p && last[-1] <= ' ') { last--; }

    target.data = p;
    target.len = last - p;

    if (target.len > 9 && ngx_strncmp(last - 9, " HTTP/1.", 8) == 0) {
        target.len -= 9;
    }

    return target;
}


/*
 * Do uri_start and uri_end belong to the target?  When nginx moves a line to a
 * larger buffer it moves both, even if it has not set them: then they point
 * anywhere.  In HTTP/2 and HTTP/3 they point into a header field.
 */

static ngx_uint_t
ngx_http_citrix_guard_has_uri(ngx_http_request_t *r)
{
    if (r->uri_start == NULL || r->uri_end <= r->uri_start) {
        return 0;
    }

    return r->http_version >= NGX_HTTP_VERSION_20
           || (r->header_in && r->uri_start >= r->header_in->start
               && r->uri_end <= r->header_in->last);
}


ngx_str_t
ngx_http_citrix_guard_request_id(ngx_http_request_t *r)
{
    ngx_str_t                           id;
    ngx_http_variable_value_t          *v;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    v = ngx_http_get_indexed_variable(r, gmcf->request_id);

    if (v == NULL || v->not_found) {
        ngx_str_set(&id, "-");
        return id;
    }

    id.data = v->data;
    id.len = v->len;

    return id;
}
