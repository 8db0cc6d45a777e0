
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Both sides of RDP greet each other first, and then begin TLS in the same
 * connection, which is theirs and not nginx's.  So the first byte is looked at
 * before nginx begins TLS.  It stays in the socket.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_rdp.h"
#include "ngx_stream_citrix_guard_rdp.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_session_handler


#if (NGX_STREAM_SSL)

static ngx_int_t ngx_stream_citrix_guard_wait_first(ngx_event_t *rev,
    ngx_msec_t timeout);


ngx_int_t
ngx_stream_citrix_guard_before_tls(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_msec_t timeout)
{
    u_char        first;
    ssize_t       n;
    ngx_event_t  *rev;

    first = 0;
    rev = s->connection->read;

    n = rev->ready ? recv(s->connection->fd, (char *) &first, 1, MSG_PEEK) : -1;

    if (n == -1 && !rev->timedout
        && (!rev->ready || ngx_socket_errno == NGX_EAGAIN))
    {
        return ngx_stream_citrix_guard_wait_first(rev, timeout);
    }

    /* a client that is still silent, or has gone, is left to TLS */

    rev->timedout = 0;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    if (n == 1 && first == CGUARD_RDP_FIRST) {
        s->ssl = 0;
        ctx->clear = 1;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_stream_citrix_guard_wait_first(ngx_event_t *rev, ngx_msec_t timeout)
{
    rev->ready = 0;

    if (!rev->timer_set) {
        ngx_add_timer(rev, timeout);
    }

    rev->handler = ngx_stream_session_handler;

    return ngx_handle_read_event(rev, 0) == NGX_OK ? NGX_AGAIN : NGX_ERROR;
}

#endif
