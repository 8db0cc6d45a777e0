
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Third-party modules.  They may add header fields to a request that no client
 * could send, before or after PREACCESS.  What they do cannot be seen from
 * outside, so their presence is enough.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"


static ngx_uint_t ngx_http_citrix_guard_is_own_module(const char *name);


/* "ngx_http_..._module": none of these changes a header field of a request */

static const char  *ngx_http_citrix_guard_own_modules[] = {
    "access", "addition_filter", "auth_basic", "auth_request", "autoindex",
    "browser", "charset_filter", "chunked_filter", "citrix_guard",
    "copy_filter", "core", "dav", "degradation", "empty_gif", "fastcgi", "flv",
    "geo", "geoip", "grpc", "gunzip_filter", "gzip_filter", "gzip_static",
    "header_filter", "headers_filter", "image_filter", "index", "limit_conn",
    "limit_req", "log", "map", "memcached", "mirror", "mp4",
    "not_modified_filter", "perl", "postpone_filter", "proxy", "random_index",
    "range_body_filter", "range_filter", "range_header_filter", "realip",
    "referer", "rewrite", "scgi", "secure_link", "slice_filter",
    "split_clients", "ssi_filter", "ssl", "static", "status", "stub_status",
    "sub_filter", "try_files", "tunnel", "upstream_hash", "upstream_ip_hash",
    "upstream_keepalive", "upstream_least_conn", "upstream", "upstream_random",
    "upstream_zone", "userid_filter", "uwsgi", "v2_filter", "v2", "v3_filter",
    "v3", "write_filter", "xslt_filter",

    /* Debian's own: it limits the number of header fields */
    "header_count",

    NULL
};


void
ngx_http_citrix_guard_check_modules(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i, m;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    for (m = 0; cycle->modules[m]; m++) {
        if (cycle->modules[m]->type == NGX_HTTP_MODULE
            && !ngx_http_citrix_guard_is_own_module(cycle->modules[m]->name))
        {
            break;
        }
    }

    if (cycle->modules[m] == NULL) {
        return;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {
        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
        glcf->foreign = 1;
    }
}


static ngx_uint_t
ngx_http_citrix_guard_is_own_module(const char *name)
{
    size_t       len;
    const char  *own;
    ngx_uint_t   n;

    if (ngx_strncmp(name, "ngx_http_", 9) != 0) {
        return 0;
    }

    name += 9;

    for (n = 0; (own = ngx_http_citrix_guard_own_modules[n]); n++) {

        len = ngx_strlen(own);

        if (ngx_strncmp(name, own, len) == 0
            && ngx_strcmp(name + len, "_module") == 0)
        {
            return 1;
        }
    }

    return 0;
}
