
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The end of a request: counters and alarms.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Called in the LOG phase, once for each client's request and for those of its
 * subrequests.  A request that passed costs one atomic increment, and only if
 * there is a zone.
 */

void ngx_http_citrix_guard_record_request(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RECORD_H_INCLUDED_ */
