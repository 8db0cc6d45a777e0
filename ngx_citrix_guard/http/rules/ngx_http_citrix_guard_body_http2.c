
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of an HTTP/2 body: what nginx collects before anybody reads
 * it, which is at most the window that it has opened.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_http2.h"
#include "ngx_http_citrix_guard_body_peek.h"


#if (NGX_HTTP_V2)

ngx_int_t
ngx_http_citrix_guard_peek_http2(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    ngx_buf_t              *b;
    ngx_http_v2_stream_t   *stream;

    stream = r->stream;
    b = stream->preread;

    if (b) {
        peek->body.data = b->pos;
        peek->body.len = ngx_min((size_t) (b->last - b->pos), peek->wanted);
    }

    peek->whole = stream->in_closed
                  && (b == NULL
                      || peek->body.len == (size_t) (b->last - b->pos));

    if (stream->in_closed || stream->skip_data
        || (b && (b->last == b->end || peek->body.len == peek->wanted))
        || (r->headers_in.content_length_n >= 0
            && (off_t) peek->body.len >= r->headers_in.content_length_n))
    {
        return NGX_OK;
    }

    return NGX_AGAIN;
}

#endif
