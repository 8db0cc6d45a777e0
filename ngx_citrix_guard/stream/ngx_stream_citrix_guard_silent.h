
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Silent clients: nginx may close their connections when it runs out, the
 * oldest first.  And who counts as one client.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_SILENT_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_SILENT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * The session waits for its client, and nginx may close the connection.  To be
 * called again each time that the session waits.
 */

void ngx_stream_citrix_guard_lend(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx);

/* the client has sent something, is not waited for, or the session is over */

void ngx_stream_citrix_guard_take_back(ngx_connection_t *c,
    ngx_stream_citrix_guard_ctx_t *ctx);

/* the value of $citrix_guard_source; cannot fail */

ngx_int_t ngx_stream_citrix_guard_source_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_SILENT_H_INCLUDED_ */
