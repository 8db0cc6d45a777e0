
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What JSON and Prometheus share.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_ZONE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_ZONE_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* is or was this server in the configuration? */

ngx_uint_t ngx_http_citrix_guard_server_used(cguard_zone_server_t *s);

/* the name that an index of the zone's counters stands for */

const char *ngx_http_citrix_guard_verdict_by_index(ngx_uint_t n);
const char *ngx_http_citrix_guard_outcome_by_index(ngx_uint_t n);
const char *ngx_http_citrix_guard_at_by_index(ngx_uint_t n);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_ZONE_H_INCLUDED_ */
