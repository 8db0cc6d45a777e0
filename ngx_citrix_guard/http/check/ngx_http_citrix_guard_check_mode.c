
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warns if the module is loaded but nothing is blocked.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check_mode.h"
#include "http/base/ngx_http_citrix_guard_types.h"


void
ngx_http_citrix_guard_check_mode(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    if (!gmcf->active) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "citrix_guard: the module is loaded and no server has "
                      "\"citrix_guard on\": nothing is judged");
        return;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {
        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];

        if (glcf->mode == NGX_HTTP_CITRIX_GUARD_ON) {
            return;
        }
    }

    ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                  "citrix_guard: nothing is blocked: the mode is \"detect\", "
                  "and nowhere \"on\"");
}
