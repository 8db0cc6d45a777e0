
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Shared by JSON and Prometheus: names by their numbers in the zone, and which
 * servers are shown.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_NAMES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_NAMES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "cguard/zone/cguard_front.h"
#include "cguard/zone/cguard_zone.h"


typedef const char *(*ngx_http_citrix_guard_name_pt)(ngx_uint_t n);


#pragma GCC visibility push(hidden)


/* constant strings; the number must be valid in the zone */

const char *ngx_http_citrix_guard_verdict_label(ngx_uint_t n);
const char *ngx_http_citrix_guard_outcome_label(ngx_uint_t n);
const char *ngx_http_citrix_guard_at_label(ngx_uint_t n);

/*
 * What the stream module has counted; NULL if it counts nothing.  Searches the
 * shared memory of the configuration.
 */

cguard_front_t *ngx_http_citrix_guard_front(void);

/* 1 if the server is or was configured, or has counted something */

ngx_uint_t ngx_http_citrix_guard_server_used(cguard_zone_server_t *s);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_NAMES_H_INCLUDED_ */
