
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * One nginx replaces another while that one runs (USR2).
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_UPGRADE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_UPGRADE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/zone/cguard_zone.h"


#pragma GCC visibility push(hidden)


/* called for the directive of a zone */

ngx_int_t ngx_http_citrix_guard_upgrade_init(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf);

/*
 * Gives a new zone memory that the next nginx can share.  NGX_OK: it is that
 * of the nginx which this one replaces, with all that was counted;
 * NGX_DECLINED: it is new.
 */

ngx_int_t ngx_http_citrix_guard_upgrade_zone(cguard_zone_t *z,
    ngx_log_t *log);

/* the zone stays the one that it was */

void ngx_http_citrix_guard_upgrade_keep(void);

/* called when a configuration takes effect, and in a worker */

void ngx_http_citrix_guard_upgrade_begin(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);
void ngx_http_citrix_guard_upgrade_start(
    ngx_http_citrix_guard_main_conf_t *gmcf);

/* for a worker that has its place (_open.h) */

void ngx_http_citrix_guard_upgrade_place(cguard_zone_t *z, unsigned place);

/*
 * How many processes of another nginx may accept connections, with a
 * configuration that the zone does not show.  The places of those that have
 * died must have been given back (_open.h).  "unreadable": it is 1 because
 * the worker may not read whether there is one.
 */

ngx_uint_t ngx_http_citrix_guard_upgrade_beside(cguard_zone_t *z,
    ngx_uint_t *unreadable);

/*
 * Until when another nginx may have counted elsewhere, in milliseconds; 0:
 * none has, or somebody has acknowledged it.
 */

uint64_t ngx_http_citrix_guard_upgrade_uncounted(cguard_zone_t *z);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_UPGRADE_H_INCLUDED_ */
