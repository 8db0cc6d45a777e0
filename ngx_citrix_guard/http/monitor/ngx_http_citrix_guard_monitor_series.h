
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts over time, as JSON.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_SERIES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_SERIES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "http/evidence/ngx_http_citrix_guard_json.h"
#include "cguard/zone/cguard_zone.h"


#pragma GCC visibility push(hidden)


/* "series": the last day in 5-minute steps; "longer": by hour and by day */

void ngx_http_citrix_guard_dump_series(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, uint64_t msec);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_SERIES_H_INCLUDED_ */
