
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone in Prometheus's text format.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_PROMETHEUS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_PROMETHEUS_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_writer.h"


#pragma GCC visibility push(hidden)


void ngx_http_citrix_guard_monitor_prometheus(
    ngx_http_citrix_guard_writer_t *o, cguard_zone_t *z);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_PROMETHEUS_H_INCLUDED_ */
