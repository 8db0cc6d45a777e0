
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The end of a request: counters and alerts.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Counts the request in the zone, and logs an alert if the ADC's answer says
 * that something got through.  Does nothing for subrequests.  Allocates
 * nothing, cannot fail.
 */

void ngx_http_citrix_guard_record_event(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_ */
