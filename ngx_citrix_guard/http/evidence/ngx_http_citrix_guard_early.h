
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Requests that nginx refused before any phase.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_EARLY_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_EARLY_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Judges such a request and records what is found, once.  The variables may
 * ask for it before the LOG handler does.
 */

void ngx_http_citrix_guard_record_early(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_EARLY_H_INCLUDED_ */
