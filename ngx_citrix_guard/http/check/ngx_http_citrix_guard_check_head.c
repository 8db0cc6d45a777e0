
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What proxy_set_header, proxy_method and proxy_set_body put into the head for
 * the upstream, and so what the egress check has to examine.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check_head.h"
#include "ngx_http_citrix_guard_check_values.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/judge/ngx_http_citrix_guard_judge.h"


static ngx_int_t ngx_http_citrix_guard_check_header(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_keyval_t *kv);
static ngx_int_t ngx_http_citrix_guard_check_framing(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_keyval_t *kv);
static ngx_int_t ngx_http_citrix_guard_check_upgrade(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_str_t *value);


ngx_int_t
ngx_http_citrix_guard_check_head(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location)
{
    ngx_str_t                          *body;
    ngx_uint_t                          i, host;
    ngx_array_t                       **headers;
    ngx_module_t                       *module;
    ngx_keyval_t                       *kv;
    ngx_http_complex_value_t          **method;
    ngx_http_citrix_guard_loc_conf_t   *glcf;

    static ngx_str_t  proxy = ngx_string("$proxy_host");

    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];

    module = ngx_http_citrix_guard_find_module(cf->cycle,
                                               "ngx_http_proxy_module");

    if (module == NULL) {
        return NGX_OK;
    }

    headers = ngx_http_citrix_guard_directive_value(module, location->loc_conf,
                                                    "proxy_set_header");
    method = ngx_http_citrix_guard_directive_value(module, location->loc_conf,
                                                   "proxy_method");

    if (headers == NULL || method == NULL) {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
        return NGX_OK;
    }

    if (*method && *method != NGX_CONF_UNSET_PTR && (*method)->lengths) {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
    }

    body = ngx_http_citrix_guard_directive_value(module, location->loc_conf,
                                                 "proxy_set_body");

    glcf->set_body = body && body->data;
    glcf->proxy = ngx_http_citrix_guard_upstream_conf(module,
                                                      location->loc_conf);

    host = 0;

    if (*headers && *headers != NGX_CONF_UNSET_PTR) {

        kv = (*headers)->elts;

        for (i = 0; i < (*headers)->nelts; i++) {
            if (ngx_http_citrix_guard_check_header(cf, location, &kv[i])
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            if (kv[i].key.len == 4
                && ngx_strncasecmp(kv[i].key.data, (u_char *) "host", 4) == 0)
            {
                host = 1;
            }
        }
    }

    /* fields that nginx adds itself, and a configuration may replace */

    return host ? NGX_OK : ngx_http_citrix_guard_check_value(cf, glcf, &proxy);
}


static ngx_int_t
ngx_http_citrix_guard_check_header(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_keyval_t *kv)
{
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    static ngx_str_t  cert = ngx_string("ssl_client_cert");

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];

    /* a field with an empty value is not sent */

    if (kv->value.len && ngx_http_citrix_guard_maybe_judged(&kv->key)) {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
    }

    if (kv->key.len == 7
        && ngx_strncasecmp(kv->key.data, (u_char *) "upgrade", 7) == 0
        && kv->value.len)
    {
        if (ngx_http_citrix_guard_check_upgrade(cf, location, &kv->value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } else if (ngx_http_citrix_guard_check_value(cf, glcf, &kv->value)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (clcf->handler && !clcf->noname
        && ngx_http_citrix_guard_value_names(&kv->value, &cert))
    {
        ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location,
            "puts $ssl_client_cert into the head, and requests with a client "
            "certificate are refused for its line feeds: use "
            "$ssl_client_escaped_cert");
    }

    return ngx_http_citrix_guard_check_framing(cf, location, kv);
}


/* nginx says how long the body is; a configuration may say something else */

static ngx_int_t
ngx_http_citrix_guard_check_framing(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_keyval_t *kv)
{
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    if ((kv->key.len != 14
         || ngx_strncasecmp(kv->key.data, (u_char *) "content-length", 14)
            != 0)
        && (kv->key.len != 17
            || ngx_strncasecmp(kv->key.data, (u_char *) "transfer-encoding",
                               17)
               != 0))
    {
        return NGX_OK;
    }

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];

    /* an empty value is what belongs to "proxy_pass_request_body off" */

    if (kv->value.len || glcf->set_body) {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
    }

    if (glcf->proxy && glcf->proxy->pass_request_body && clcf->handler) {
        return ngx_http_citrix_guard_conf_reject(cf, location,
            "sets \"Content-Length\" or \"Transfer-Encoding\" with "
            "\"proxy_set_header\", so the ADC may take a body for a "
            "request: remove it, or set \"proxy_pass_request_body off\"");
    }

    return NGX_OK;
}


/* a map mostly yields an empty value, and then no field is sent */

static ngx_int_t
ngx_http_citrix_guard_check_upgrade(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, ngx_str_t *value)
{
    ngx_int_t                          rc;
    ngx_uint_t                         blind;
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    static ngx_str_t  own = ngx_string("$http_upgrade");
    static ngx_str_t  client = ngx_string("http_upgrade");

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];

    rc = ngx_http_citrix_guard_check_upgrade_value(cf, glcf, value);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    blind = ngx_http_citrix_guard_value_names(value, &client);

    if (value->len != own.len
        || ngx_strncmp(value->data, own.data, own.len) != 0)
    {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;

    } else if (glcf->scan == 0) {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN_UPGRADE;
    }

    if (blind && clcf->handler && !clcf->noname) {
        ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, location,
            "forwards any \"Upgrade\": map $http_upgrade to a value "
            "that is \"websocket\" or empty");
    }

    return ngx_http_citrix_guard_check_value(cf, glcf, value);
}
