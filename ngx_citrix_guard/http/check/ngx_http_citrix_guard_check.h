
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What nginx -t warns of and refuses.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Looks at each location and server; also sets what the egress check has to
 * scan.  NGX_ERROR, with a message, for what would defeat "citrix_guard on".
 */

ngx_int_t ngx_http_citrix_guard_check(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_H_INCLUDED_ */
