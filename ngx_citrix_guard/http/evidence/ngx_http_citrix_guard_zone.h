
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone, where all processes count.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_ZONE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_ZONE_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_event.h"


/* the smallest zone, and the longest text of a source */

#define NGX_HTTP_CITRIX_GUARD_ZONE       (1024 * 1024)
#define NGX_HTTP_CITRIX_GUARD_SOURCE     64


#pragma GCC visibility push(hidden)


/* the handler of "citrix_guard_zone" */

char *ngx_http_citrix_guard_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * Gives each location the counters of its server, when a configuration takes
 * effect.  Called by the master process.
 */

void ngx_http_citrix_guard_enter_zone(
    ngx_http_citrix_guard_main_conf_t *gmcf);

/* counts the event and adds it to the ring; no lock, no allocation */

void ngx_http_citrix_guard_count(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);

/* the reason with this number in the zone, NULL behind the last */

const char *ngx_http_citrix_guard_reason_by_index(ngx_uint_t n);

/*
 * Writes a source's address, at most NGX_HTTP_CITRIX_GUARD_SOURCE bytes, and
 * returns the length.
 */

size_t ngx_http_citrix_guard_source_text(const u_char address[16],
    u_char *text);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_ZONE_H_INCLUDED_ */
