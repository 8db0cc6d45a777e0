
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Shared by JSON and Prometheus: names by their numbers in the zone, and which
 * servers are shown.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_monitor_names.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_names.h"
#include "http/evidence/ngx_http_citrix_guard_outcome.h"
#include "cguard/zone/cguard_front.h"
#include "cguard/zone/cguard_zone.h"


const char *
ngx_http_citrix_guard_verdict_label(ngx_uint_t n)
{
    return ngx_http_citrix_guard_verdict_name(n);
}


const char *
ngx_http_citrix_guard_outcome_label(ngx_uint_t n)
{
    return ngx_http_citrix_guard_outcome_name(n);
}


const char *
ngx_http_citrix_guard_at_label(ngx_uint_t n)
{
    return ngx_http_citrix_guard_at_name(n);
}


/* the stream module is a separate file: find its memory as nginx does */

cguard_front_t *
ngx_http_citrix_guard_front(void)
{
    ngx_uint_t        i;
    ngx_module_t     *module;
    ngx_shm_zone_t   *shm_zone;
    ngx_list_part_t  *part;
    ngx_slab_pool_t  *pool;

    module = ngx_http_citrix_guard_find_module((ngx_cycle_t *) ngx_cycle,
                                            "ngx_stream_citrix_guard_module");
    if (module == NULL) {
        return NULL;
    }

    for (part = (ngx_list_part_t *) &ngx_cycle->shared_memory.part; part;
         part = part->next)
    {
        shm_zone = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (shm_zone[i].tag != module) {
                continue;
            }

            pool = (ngx_slab_pool_t *) shm_zone[i].shm.addr;

            return cguard_front_fits(pool->data) ? pool->data : NULL;
        }
    }

    return NULL;
}


/* configured now or before, or "other" if it has counted anything */

ngx_uint_t
ngx_http_citrix_guard_server_used(cguard_zone_server_t *s)
{
    ngx_uint_t  i;

    if (atomic_load_explicit(&s->since, memory_order_relaxed) > 1) {
        return 1;
    }

    for (i = 0; i < CGUARD_ZONE_VERDICTS; i++) {
        if (atomic_load_explicit(&s->counts.verdicts[i].n,
                                 memory_order_relaxed))
        {
            return 1;
        }
    }

    return 0;
}
