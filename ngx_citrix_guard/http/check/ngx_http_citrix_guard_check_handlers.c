
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Handlers of modules that are not nginx's own, between PREACCESS and CONTENT:
 * they may change a header field that PREACCESS has judged.
 */


#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_check_handlers.h"


/* modules with one handler from PREACCESS to PRECONTENT that changes no field */

static const char  *ngx_http_citrix_guard_known_handlers[] = {
    "ngx_http_citrix_guard_module",
    "ngx_http_realip_module",
    "ngx_http_limit_conn_module",
    "ngx_http_limit_req_module",
    "ngx_http_degradation_module",
    "ngx_http_access_module",
    "ngx_http_auth_basic_module",
    "ngx_http_auth_request_module",
    "ngx_http_mirror_module",
    "ngx_http_try_files_module",
    NULL
};


static ngx_uint_t ngx_http_citrix_guard_foreign_handlers(ngx_cycle_t *cycle);


/*
 * Every header field of a request that is sent has to be scanned, in every
 * location, if a handler that we do not know may have set it.  Called when
 * every module has added its handlers, in whatever order.
 */

void
ngx_http_citrix_guard_check_handlers(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t                         i;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    if (!ngx_http_citrix_guard_foreign_handlers(cycle)) {
        return;
    }

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {
        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
    }
}


static ngx_uint_t
ngx_http_citrix_guard_foreign_handlers(ngx_cycle_t *cycle)
{
    ngx_uint_t                  m, n, known, handlers;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    handlers = cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers.nelts
               + cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers.nelts
               + cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers.nelts;
    known = 0;

    for (m = 0; cycle->modules[m]; m++) {
        for (n = 0; ngx_http_citrix_guard_known_handlers[n]; n++) {
            if (ngx_strcmp(cycle->modules[m]->name,
                           ngx_http_citrix_guard_known_handlers[n])
                == 0)
            {
                known++;
            }
        }
    }

    return handlers > known;
}
