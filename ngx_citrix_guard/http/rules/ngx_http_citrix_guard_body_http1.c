
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of a body that comes by HTTP/1, plain or in chunks: read into
 * the place where nginx looks for it, and never further than the body goes.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_http1.h"
#include "ngx_http_citrix_guard_body_peek.h"
#include "http/base/ngx_http_citrix_guard_pool.h"


/*
 * Framing: raw bytes for one of the body, and besides.  A chunk of a single
 * byte has 6; nobody honest sends many of them.
 */

#define NGX_HTTP_CITRIX_GUARD_FRAMING  8
#define NGX_HTTP_CITRIX_GUARD_FRAME    4096


/* trailers are of no interest here */

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
static ngx_int_t ngx_http_citrix_guard_peek_recv(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);
static ngx_int_t ngx_http_citrix_guard_peek_room(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);
static void ngx_http_citrix_guard_peek_buf_cleanup(void *data);


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

        /* a part of a chunk */

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

    if (peek->parsed > peek->wanted * NGX_HTTP_CITRIX_GUARD_FRAMING
                       + NGX_HTTP_CITRIX_GUARD_FRAME)
    {
        return NGX_ERROR;
    }

    /* so many bytes are sure to follow, and perhaps not one more */

    *missing = ngx_min(peek->chunked.length,
                       (off_t) (peek->wanted - peek->body.len));

    return NGX_AGAIN;
}


/* reads at most "size" bytes of the body behind those in r->header_in */

static ngx_int_t
ngx_http_citrix_guard_peek_recv(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size)
{
    ssize_t            n;
    ngx_connection_t  *c;

    c = r->connection;

    if (ngx_http_citrix_guard_peek_room(r, peek, size) != NGX_OK) {
        return NGX_ERROR;
    }

    n = c->recv(c, peek->buf->last, size);

    if (n == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (n == 0 || n == NGX_ERROR) {
        c->error = 1;
        return NGX_HTTP_BAD_REQUEST;
    }

    /*
     * No room is left behind it: nginx would put the beginning of the next
     * request there, and this memory ends with the request.
     */

    peek->buf->last += n;
    peek->buf->end = peek->buf->last;

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_peek_room(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size)
{
    size_t      have, room;
    u_char     *p;
    ngx_buf_t  *b;

    b = r->header_in;
    have = b->last - b->pos;

    if (peek->buf && b == peek->buf
        && (size_t) (peek->limit - b->last) >= size)
    {
        return NGX_OK;
    }

    /* grows by doubling: the sum of all is less than twice the last */

    room = ngx_max(have + size, 2 * have);

    if (!r->headers_in.chunked) {
        room = have + size;
    }

    p = ngx_pnalloc(r->pool, room);
    if (p == NULL) {
        return NGX_ERROR;
    }

    /*
     * nginx looks at r->header_in once more when the request is gone, so the
     * buffer itself (not what it points to) belongs to the connection
     */

    if (peek->buf == NULL) {
        peek->buf = ngx_http_citrix_guard_pool_add(r->connection->pool,
                                       ngx_http_citrix_guard_peek_buf_cleanup,
                                       sizeof(ngx_buf_t));
        if (peek->buf == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_memcpy(p, b->pos, have);

    ngx_memzero(peek->buf, sizeof(ngx_buf_t));

    peek->buf->temporary = 1;
    peek->buf->start = p;
    peek->buf->pos = p;
    peek->buf->last = p + have;
    peek->buf->end = p + have;

    peek->limit = p + room;

    r->header_in = peek->buf;

    return NGX_OK;
}


static void
ngx_http_citrix_guard_peek_buf_cleanup(void *data)
{
    /* the address is what it is found by */
}
