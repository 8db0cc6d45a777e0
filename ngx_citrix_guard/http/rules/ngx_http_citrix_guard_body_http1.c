
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of an HTTP/1 body, plain or chunked: read to where nginx looks
 * for it, and never beyond the end of the body.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_http1.h"
#include "ngx_http_citrix_guard_body_ahead.h"
#include "ngx_http_citrix_guard_body_peek.h"


/* trailers do not matter here */

#if (nginx_version >= 1027002)
#define ngx_http_citrix_guard_parse_chunked(r, b, ctx)                        \
    ngx_http_parse_chunked(r, b, ctx, 0)
#else
#define ngx_http_citrix_guard_parse_chunked  ngx_http_parse_chunked
#endif


static ngx_int_t ngx_http_citrix_guard_peek_plain(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing);
static ngx_int_t ngx_http_citrix_guard_peek_chunked(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing);


ngx_int_t
ngx_http_citrix_guard_peek_http1(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    size_t     missing;
    ngx_int_t  rc;

    for ( ;; ) {

        rc = r->headers_in.chunked
                 ? ngx_http_citrix_guard_peek_chunked(r, peek, &missing)
                 : ngx_http_citrix_guard_peek_plain(r, peek, &missing);

        if (rc != NGX_AGAIN) {
            return rc;
        }

        rc = ngx_http_citrix_guard_peek_recv(r, peek, missing);

        /* the body ends early: its reader will find that as well */

        if (rc == NGX_DONE) {
            return NGX_OK;
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }
}


static ngx_int_t
ngx_http_citrix_guard_peek_plain(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing)
{
    off_t   length;
    size_t  have;

    have = r->header_in->last - r->header_in->pos;
    length = ngx_min(r->headers_in.content_length_n, (off_t) peek->wanted);

    peek->body.data = r->header_in->pos;
    peek->body.len = ngx_min(have, (size_t) length);
    peek->whole = (r->headers_in.content_length_n == length);

    *missing = (size_t) length - peek->body.len;

    return *missing ? NGX_AGAIN : NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_peek_chunked(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing)
{
    size_t     size;
    ngx_int_t  rc;
    ngx_buf_t  b;

    if (peek->body.data == NULL) {
        peek->body.data = ngx_palloc(r->pool, peek->wanted);
        if (peek->body.data == NULL) {
            return NGX_ERROR;
        }
    }

    b = *r->header_in;
    b.pos += peek->parsed;

    rc = NGX_AGAIN;

    while (peek->body.len < peek->wanted) {

        rc = ngx_http_citrix_guard_parse_chunked(r, &b, &peek->chunked);

        if (rc != NGX_OK) {
            break;
        }

        /* part of a chunk */

        size = ngx_min((off_t) (b.last - b.pos), peek->chunked.size);
        size = ngx_min(size, peek->wanted - peek->body.len);

        ngx_memcpy(peek->body.data + peek->body.len, b.pos, size);

        peek->body.len += size;
        peek->chunked.size -= size;
        b.pos += size;
    }

    peek->parsed = b.pos - r->header_in->pos;
    peek->whole = (rc == NGX_DONE);

    if (rc == NGX_DONE || peek->body.len == peek->wanted) {
        return NGX_OK;
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (ngx_http_citrix_guard_peek_is_framing(peek)) {
        return NGX_ERROR;
    }

    /* this many bytes are certain to follow, perhaps no more */

    *missing = ngx_min(peek->chunked.length,
                       (off_t) (peek->wanted - peek->body.len));

    return NGX_AGAIN;
}
