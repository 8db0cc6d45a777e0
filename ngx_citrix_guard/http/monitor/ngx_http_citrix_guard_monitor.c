
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix_guard_monitor: answers with a page for people, its runbook, or what
 * the zone has counted, as JSON or for Prometheus.
 *
 * The page is constant; its script fetches the JSON, so no page contains a
 * byte of a client.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_monitor.h"
#include "ngx_http_citrix_guard_monitor_ack.h"
#include "ngx_http_citrix_guard_monitor_json.h"
#include "ngx_http_citrix_guard_monitor_prometheus.h"
#include "ngx_http_citrix_guard_page_text.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_response.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"


/* as in ngx_http_access_module.c, which does not export its structures */

typedef struct {
    in_addr_t                       mask;
    in_addr_t                       addr;
    ngx_uint_t                      deny;
} ngx_http_citrix_guard_rule4_t;


/* as in ngx_http_headers_filter_module.c, its first fields */

typedef struct {
    ngx_http_complex_value_t        value;
    ngx_str_t                       key;
} ngx_http_citrix_guard_added_t;


typedef struct {
    ngx_str_t                       name;
    ngx_str_t                       type;
    const char                     *policy;
} ngx_http_citrix_guard_format_t;


enum {
    ngx_http_citrix_guard_format_page = 0,
    ngx_http_citrix_guard_format_json,
    ngx_http_citrix_guard_format_prometheus,
    ngx_http_citrix_guard_format_runbook
};


static ngx_int_t ngx_http_citrix_guard_monitor_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_monitor_format(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_monitor_send(ngx_http_request_t *r,
    ngx_int_t format, ngx_http_citrix_guard_json_t *o);
static ngx_int_t ngx_http_citrix_guard_keep_policy(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);
static ngx_uint_t ngx_http_citrix_guard_is_restricted(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);
static ngx_uint_t ngx_http_citrix_guard_denies(ngx_array_t *rules);


static ngx_http_citrix_guard_format_t  ngx_http_citrix_guard_formats[] = {
    { ngx_null_string, ngx_string("text/html; charset=utf-8"),
      NGX_HTTP_CITRIX_GUARD_PAGE_POLICY },
    { ngx_string("json"), ngx_string("application/json"),
      "default-src 'none'" },
    { ngx_string("prometheus"),
      ngx_string("text/plain; version=0.0.4; charset=utf-8"),
      "default-src 'none'" },
    { ngx_string("runbook"), ngx_string("text/plain; charset=utf-8"),
      "default-src 'none'" }
};


char *
ngx_http_citrix_guard_set_monitor(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    if (glcf->monitor) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    clcf->handler = ngx_http_citrix_guard_monitor_handler;
    glcf->monitor = 1;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_citrix_guard_monitor_handler(ngx_http_request_t *r)
{
    uint64_t                            since;
    ngx_int_t                           rc, n, format;
    ngx_str_t                           value;
    ngx_http_citrix_guard_json_t        o;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    if (r->method == NGX_HTTP_POST) {
        return ngx_http_citrix_guard_monitor_ack(r);
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    format = ngx_http_citrix_guard_monitor_format(r);

    ngx_http_citrix_guard_json_init_chain(&o, r->pool);

    switch (format) {

    case ngx_http_citrix_guard_format_page:
        ngx_http_citrix_guard_json_bytes(&o, ngx_http_citrix_guard_page_html,
                                sizeof(ngx_http_citrix_guard_page_html) - 1);
        break;

    case ngx_http_citrix_guard_format_json:
        since = 0;

        if (ngx_http_arg(r, (u_char *) "since", 5, &value) == NGX_OK) {
            n = ngx_atoi(value.data, value.len);
            since = n == NGX_ERROR ? 0 : (uint64_t) n;
        }

        ngx_http_citrix_guard_monitor_json(&o, gmcf, since);
        break;

    case ngx_http_citrix_guard_format_prometheus:
        ngx_http_citrix_guard_monitor_prometheus(&o, gmcf->shared);
        break;

    case ngx_http_citrix_guard_format_runbook:
        ngx_http_citrix_guard_json_bytes(&o, ngx_http_citrix_guard_runbook,
                                 sizeof(ngx_http_citrix_guard_runbook) - 1);
        break;

    default:
        return NGX_HTTP_NOT_FOUND;
    }

    return ngx_http_citrix_guard_monitor_send(r, format, &o);
}


static ngx_int_t
ngx_http_citrix_guard_monitor_format(ngx_http_request_t *r)
{
    ngx_int_t   i;
    ngx_str_t   value, *name;

    if (ngx_http_arg(r, (u_char *) "format", 6, &value) != NGX_OK) {
        return ngx_http_citrix_guard_format_page;
    }

    for (i = ngx_http_citrix_guard_format_json;
         i <= ngx_http_citrix_guard_format_runbook;
         i++)
    {
        name = &ngx_http_citrix_guard_formats[i].name;

        if (value.len == name->len
            && ngx_strncmp(value.data, name->data, name->len) == 0)
        {
            return i;
        }
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_citrix_guard_monitor_send(ngx_http_request_t *r, ngx_int_t format,
    ngx_http_citrix_guard_json_t *o)
{
    ngx_int_t                        rc;
    ngx_uint_t                       i;
    ngx_chain_t                     *chain;
    ngx_http_citrix_guard_format_t  *f;

    static const char  *headers[] = {
        "Cache-Control", "no-store",
        "X-Content-Type-Options", "nosniff",
        "X-Frame-Options", "DENY",
        "Referrer-Policy", "no-referrer",
        "Cross-Origin-Resource-Policy", "same-origin",
        NULL
    };

    chain = ngx_http_citrix_guard_json_end(o);

    if (chain == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    f = &ngx_http_citrix_guard_formats[format];

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = o->size;
    r->headers_out.content_type = f->type;
    r->headers_out.content_type_len = f->type.len;
    r->headers_out.content_type_lowcase = NULL;

    for (i = 0; headers[i]; i += 2) {
        if (ngx_http_citrix_guard_add_header(r, headers[i], headers[i + 1])
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    if (ngx_http_citrix_guard_add_header(r, "Content-Security-Policy",
                                         f->policy)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, chain);
}


/* what nginx -t says about these locations */

ngx_int_t
ngx_http_citrix_guard_check_monitors(ngx_conf_t *cf)
{
    ngx_uint_t                          i;
    ngx_http_citrix_guard_location_t   *location;
    ngx_http_citrix_guard_loc_conf_t   *glcf;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    if (gmcf->state.file.data && gmcf->zone == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"citrix_guard_state\" needs a "
                           "\"citrix_guard_zone\"");
        return NGX_ERROR;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];

        if (!glcf->monitor) {

            if (glcf->ack_secret.data == NULL) {
                continue;
            }

            ngx_http_citrix_guard_conf_log(cf, NGX_LOG_EMERG, &location[i],
                "has \"citrix_guard_monitor_ack\", but no "
                "\"citrix_guard_monitor\"");
            return NGX_ERROR;
        }

        if (gmcf->zone == NULL) {
            ngx_http_citrix_guard_conf_log(cf, NGX_LOG_EMERG, &location[i],
                "has \"citrix_guard_monitor\", but there is no "
                "\"citrix_guard_zone\" in the http context");
            return NGX_ERROR;
        }

        if (ngx_http_citrix_guard_keep_policy(cf, &location[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        if (!ngx_http_citrix_guard_is_restricted(cf, &location[i])) {
            ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, &location[i],
                "shows \"citrix_guard_monitor\" to everyone: restrict it with "
                "\"allow\" and \"deny all\", or with \"auth_basic\" or "
                "\"auth_request\"");
        }
    }

    return NGX_OK;
}


/*
 * A browser obeys all policies that it receives: one from "add_header", meant
 * for other pages, would stop this page's script.  The page's own is strict.
 */

static ngx_int_t
ngx_http_citrix_guard_keep_policy(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    u_char                          *p;
    ngx_uint_t                       i;
    ngx_array_t                    **headers, *others;
    ngx_module_t                    *m;
    ngx_http_citrix_guard_added_t   *h;

    static ngx_str_t  name = ngx_string("Content-Security-Policy");

    m = ngx_http_citrix_guard_find_module(cf->cycle,
                                          "ngx_http_headers_filter_module");

    headers = m ? ngx_http_citrix_guard_directive_value(m, location->loc_conf,
                                                        "add_header")
                : NULL;

    if (headers == NULL || *headers == NULL
        || *headers == NGX_CONF_UNSET_PTR)
    {
        return NGX_OK;
    }

    others = ngx_array_create(cf->pool, (*headers)->nelts, (*headers)->size);
    if (others == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < (*headers)->nelts; i++) {
        p = (u_char *) (*headers)->elts + i * (*headers)->size;
        h = (ngx_http_citrix_guard_added_t *) p;

        if (h->key.len == name.len
            && ngx_strncasecmp(h->key.data, name.data, name.len) == 0)
        {
            continue;
        }

        h = ngx_array_push(others);
        if (h == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(h, p, (*headers)->size);
    }

    *headers = others;

    return NGX_OK;
}


static ngx_uint_t
ngx_http_citrix_guard_is_restricted(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    void                       *conf;
    ngx_str_t                  *uri;
    ngx_array_t               **rules;
    ngx_module_t               *m;
    ngx_http_complex_value_t  **realm;

    m = ngx_http_citrix_guard_find_module(cf->cycle, "ngx_http_access_module");

    if (m) {
        conf = location->loc_conf[m->ctx_index];
        rules = conf;

        if (ngx_http_citrix_guard_denies(*rules)) {
            return 1;
        }
    }

    m = ngx_http_citrix_guard_find_module(cf->cycle,
                                          "ngx_http_auth_basic_module");

    if (m) {
        realm = ngx_http_citrix_guard_directive_value(m, location->loc_conf,
                                                      "auth_basic");

        if (realm && *realm && !((*realm)->value.len == 3
                      && ngx_strncmp((*realm)->value.data, "off", 3) == 0))
        {
            return 1;
        }
    }

    m = ngx_http_citrix_guard_find_module(cf->cycle,
                                          "ngx_http_auth_request_module");

    if (m) {
        uri = location->loc_conf[m->ctx_index];
        return uri->len != 0;
    }

    return 0;
}


/* "deny all" is in the rules of each address family */

static ngx_uint_t
ngx_http_citrix_guard_denies(ngx_array_t *rules)
{
    ngx_uint_t                      i;
    ngx_http_citrix_guard_rule4_t  *rule;

    if (rules == NULL) {
        return 0;
    }

    rule = rules->elts;

    for (i = 0; i < rules->nelts; i++) {
        if (rule[i].deny) {
            return 1;
        }
    }

    return 0;
}
