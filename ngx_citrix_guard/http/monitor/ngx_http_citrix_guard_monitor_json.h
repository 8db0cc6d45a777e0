
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone as JSON.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_JSON_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_JSON_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"


#pragma GCC visibility push(hidden)


/*
 * Writes the zone, with the events whose number is "since" or higher.  The
 * writer keeps errors.
 */

void ngx_http_citrix_guard_monitor_json(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf, uint64_t since);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_JSON_H_INCLUDED_ */
