
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What follows a signature, on its way to the other side.  Nothing is held
 * back: the first byte that does not fit ends the session, and is not sent.
 */


#include "cguard/session/cguard_session.h"
#include "ngx_stream_citrix_guard_filter.h"
#include "ngx_stream_citrix_guard_types.h"


#pragma weak ngx_stream_top_filter


static ngx_int_t ngx_stream_citrix_guard_filter(ngx_stream_session_t *s,
    ngx_chain_t *chain, ngx_uint_t from_upstream);
static cguard_session_reason_e ngx_stream_citrix_guard_check_client(
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_buf_t *b);


static ngx_stream_filter_pt  ngx_stream_next_filter;


void
ngx_stream_citrix_guard_filter_init(void)
{
    ngx_stream_next_filter = ngx_stream_top_filter;
    ngx_stream_top_filter = ngx_stream_citrix_guard_filter;
}


static ngx_int_t
ngx_stream_citrix_guard_filter(ngx_stream_session_t *s, ngx_chain_t *chain,
    ngx_uint_t from_upstream)
{
    ngx_buf_t                      *b;
    ngx_chain_t                    *cl;
    cguard_session_reason_e          reason;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ctx == NULL || !ctx->session.watch) {
        return ngx_stream_next_filter(s, chain, from_upstream);
    }

    for (cl = chain; cl; cl = cl->next) {
        b = cl->buf;

        reason = from_upstream
                 ? cguard_session_server(&ctx->session, b->pos,
                                        b->last - b->pos)
                 : ngx_stream_citrix_guard_check_client(ctx, b);

        if (reason != CGUARD_SESSION_PASS) {
            ngx_log_error(NGX_LOG_WARN, s->connection->log, 0,
                          "citrix_guard: closed protocol=%s: %s",
                          cguard_session_name(ctx->protocol),
                          cguard_session_reason_text(reason));
            return NGX_ERROR;
        }
    }

    return ngx_stream_next_filter(s, chain, from_upstream);
}


/*
 * The signature goes first, in one buffer or in several, and was judged when
 * it was read ahead.  In front of it there may be the header of the PROXY
 * protocol, which begins otherwise than any signature, and the empty buffer
 * of what nginx 1.25.5 and newer has only peeked at.
 */

static cguard_session_reason_e
ngx_stream_citrix_guard_check_client(ngx_stream_citrix_guard_ctx_t *ctx,
    ngx_buf_t *b)
{
    size_t   n;
    u_char  *p;

    p = b->pos;

    if (!ctx->started) {

        if (p == b->last || *p != ctx->first) {
            return CGUARD_SESSION_PASS;
        }

        ctx->started = 1;
    }

    n = ngx_min(ctx->signature, (size_t) (b->last - p));

    ctx->signature -= n;
    p += n;

    return cguard_session_client(&ctx->session, p, b->last - p);
}
