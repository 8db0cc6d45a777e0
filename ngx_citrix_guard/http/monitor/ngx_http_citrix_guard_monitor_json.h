
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone as JSON.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_JSON_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_JSON_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_writer.h"


#pragma GCC visibility push(hidden)


/* events with a number above "since" */

void ngx_http_citrix_guard_monitor_json(ngx_http_citrix_guard_writer_t *o,
    cguard_zone_t *z, uint64_t since);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_JSON_H_INCLUDED_ */
