
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts evidence that could not be written: events that nginx's own log
 * module failed to write, and lines of the error log.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_LOST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_LOST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_event.h"
#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Finds the logs that have events, and warns about those with a buffer or a
 * variable in their name: a failure there would not be seen.
 */

void ngx_http_citrix_guard_lost_init(ngx_conf_t *cf);

/* counts CGUARD_ZONE_LOST_...; does nothing without a zone, cannot fail */

void ngx_http_citrix_guard_count_lost(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_uint_t what);

/*
 * Called after access_log in the LOG phase: counts the event if it should have
 * been written and was not.  Makes nginx report the next failure as well,
 * which it otherwise does once a minute.
 */

void ngx_http_citrix_guard_check_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_event_t *e);

/* called after a line for the error log: counts it if the disk was full */

void ngx_http_citrix_guard_check_line(ngx_http_request_t *r,
    ngx_uint_t level);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_LOST_H_INCLUDED_ */
