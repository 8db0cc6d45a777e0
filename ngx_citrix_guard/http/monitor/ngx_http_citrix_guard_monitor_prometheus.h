
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone in Prometheus's text format.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_PROMETHEUS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_PROMETHEUS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "cguard/zone/cguard_zone.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"


#pragma GCC visibility push(hidden)


/* writes the zone; the writer keeps errors */

void ngx_http_citrix_guard_monitor_prometheus(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_PROMETHEUS_H_INCLUDED_ */
