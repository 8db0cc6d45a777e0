
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Puts bytes of a body where nginx itself leaves those that arrived with the
 * header, so nginx finds them there when it reads the body.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_ahead.h"
#include "ngx_http_citrix_guard_body_peek.h"
#include "http/base/ngx_http_citrix_guard_pool.h"


static ngx_int_t ngx_http_citrix_guard_peek_room(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);
static void ngx_http_citrix_guard_peek_buf_cleanup(void *data);


ngx_int_t
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

    if (n == NGX_ERROR) {
        c->error = 1;
        return NGX_HTTP_BAD_REQUEST;
    }

    if (n == 0) {
        return NGX_DONE;
    }

    /*
     * No space may be left after it: nginx would put the beginning of the next
     * request there, but this memory is freed with the request.
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

    /* doubles in size, so all buffers together are less than twice the last */

    room = ngx_max(have + size, 2 * have);

    if (!r->headers_in.chunked) {
        room = have + size;
    }

    p = ngx_pnalloc(r->pool, room);
    if (p == NULL) {
        return NGX_ERROR;
    }

    /*
     * nginx looks at r->header_in once more after the request is freed, so the
     * buffer structure (not its memory) belongs to the connection
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
    /* it is found by this address */
}
