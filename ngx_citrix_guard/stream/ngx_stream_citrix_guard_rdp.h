
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A client of RDP begins without TLS, on a port where others begin with it.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_RDP_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_RDP_H_INCLUDED_


#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Called before TLS.  Returns NGX_DECLINED when it is known whether the client
 * begins with RDP, NGX_AGAIN as long as it is silent, NGX_ERROR if it cannot be
 * waited for.  With RDP there is no TLS in this session.
 */

ngx_int_t ngx_stream_citrix_guard_before_tls(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_msec_t timeout);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_RDP_H_INCLUDED_ */
