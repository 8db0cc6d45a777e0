
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges what nginx has built for the upstream.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_EGRESS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_EGRESS_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* wraps each upstream of the configuration; NGX_ERROR without memory */

ngx_int_t ngx_http_citrix_guard_egress_init(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_EGRESS_H_INCLUDED_ */
