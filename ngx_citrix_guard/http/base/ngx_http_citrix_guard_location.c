
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A location of the configuration: our part of it, and messages of "nginx -t"
 * that name it.
 */


#include "ngx_http_citrix_guard_location.h"
#include "ngx_http_citrix_guard_types.h"


ngx_http_citrix_guard_loc_conf_t *
ngx_http_citrix_guard_location_conf(ngx_http_citrix_guard_location_t *location)
{
    return location->loc_conf[ngx_http_citrix_guard_module.ctx_index];
}


void
ngx_http_citrix_guard_log_location(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_location_t *location, const char *text)
{
    ngx_str_t                  none = ngx_string("");
    ngx_str_t                 *name;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_core_srv_conf_t  *cscf;

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    cscf = location->srv_conf[ngx_http_core_module.ctx_index];

    name = clcf->name.len ? &clcf->name : &none;

    ngx_log_error(level, cf->log, 0,
                  "citrix_guard: %s%V%s server \"%V\" (%s:%ui) %s",
                  name->len ? "location \"" : "", name,
                  name->len ? "\" of"
                                : clcf->noname ? "a block in" : "the",
                  &cscf->server_name,
                  cscf->file_name ? (char *) cscf->file_name : "-",
                  cscf->line, text);
}
