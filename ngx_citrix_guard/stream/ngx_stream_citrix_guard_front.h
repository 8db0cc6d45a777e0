
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts the sessions that were turned away, for the monitor of the http
 * module, and says why they were.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_FRONT_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_FRONT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session_types.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Adds the shared memory and the handler that counts, if some server has
 * citrix_guard_preread.  Returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_stream_citrix_guard_front_init(ngx_conf_t *cf);

/* notes and logs why a session is turned away */

void ngx_stream_citrix_guard_front_refuse(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_uint_t level,
    cguard_session_reason_e reason);

/* why a session was turned away; NULL if it was not, or has not ended */

const char *ngx_stream_citrix_guard_front_why(ngx_stream_session_t *s);

/* its protocol, as it is counted: "http" as well while it is not known */

const char *ngx_stream_citrix_guard_front_protocol(ngx_stream_session_t *s);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_FRONT_H_INCLUDED_ */
