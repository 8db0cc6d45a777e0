
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone: shared memory in which all processes count.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_ZONE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_ZONE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_event.h"


#pragma GCC visibility push(hidden)


/* the directive "citrix_guard_zone" */

char *ngx_http_citrix_guard_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * Called when a configuration takes effect: gives each location the counters
 * of its server, and tells the zone the modes and rules.  A server without a
 * name gets that of the node.  Requests to a server with only the monitor are
 * counted as "other".
 */

void ngx_http_citrix_guard_zone_set_servers(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_str_t *node);

/* counts an event; does nothing without a zone; allocates nothing */

void ngx_http_citrix_guard_count_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);

/* the name of a reason by its number in the zone; NULL after the last one */

const char *ngx_http_citrix_guard_reason_name(ngx_uint_t n);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_ZONE_H_INCLUDED_ */
