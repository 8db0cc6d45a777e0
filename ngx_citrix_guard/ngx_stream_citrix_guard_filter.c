
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What follows a signature, on its way to the other side.  Nothing is held
 * back: the first byte that does not fit ends the session, and is not sent.
 */


#include "ngx_stream_citrix_guard_module.h"


#pragma weak ngx_stream_top_filter


static ngx_int_t ngx_stream_citrix_guard_filter(ngx_stream_session_t *s,
    ngx_chain_t *chain, ngx_uint_t from_upstream);
static cguard_stream_reason_e ngx_stream_citrix_guard_client(
    ngx_stream_session_t *s, ngx_stream_citrix_guard_ctx_t *ctx,
    ngx_buf_t *b);


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
    cguard_stream_reason_e          reason;
    ngx_stream_citrix_guard_ctx_t  *ctx;

    ctx = ngx_stream_get_module_ctx(s, ngx_stream_citrix_guard_module);

    if (ctx == NULL || !ctx->stream.watch) {
        return ngx_stream_next_filter(s, chain, from_upstream);
    }

    for (cl = chain; cl; cl = cl->next) {
        b = cl->buf;

        reason = from_upstream
                 ? cguard_stream_server(&ctx->stream, b->pos,
                                        b->last - b->pos)
                 : ngx_stream_citrix_guard_client(s, ctx, b);

        if (reason != CGUARD_STREAM_PASS) {
            ngx_log_error(NGX_LOG_WARN, s->connection->log, 0,
                          "citrix_guard: closed protocol=%s: %s",
                          cguard_stream_name(ctx->protocol),
                          cguard_stream_text(reason));
            return NGX_ERROR;
        }
    }

    return ngx_stream_next_filter(s, chain, from_upstream);
}


/*
 * The first bytes of all may be the header of the PROXY protocol.  Those that
 * were read ahead stand where they were read to.
 */

static cguard_stream_reason_e
ngx_stream_citrix_guard_client(ngx_stream_session_t *s,
    ngx_stream_citrix_guard_ctx_t *ctx, ngx_buf_t *b)
{
    u_char  *p;

    p = b->pos;

    if (!ctx->begun) {

        if (b->start != s->connection->buffer->start) {
            return CGUARD_STREAM_PASS;
        }

        ctx->begun = 1;
        p += cguard_stream_signature(ctx->protocol, p);
    }

    return cguard_stream_client(&ctx->stream, p, b->last - p);
}
