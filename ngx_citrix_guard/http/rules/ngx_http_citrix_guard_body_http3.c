
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of an HTTP/3 body, in DATA frames (RFC 9114).  A stream
 * carries one request only, so what follows the header is its body.
 *
 * Errors in the frames are left to nginx: it parses them again when the body
 * is read, and forwards nothing that was not parsed.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body_http3.h"
#include "ngx_http_citrix_guard_body_ahead.h"
#include "ngx_http_citrix_guard_body_peek.h"


#if (NGX_HTTP_V3)

#define NGX_HTTP_CITRIX_GUARD_DATA     0
#define NGX_HTTP_CITRIX_GUARD_HEADERS  1

/* frames that RFC 9114 defines or forbids end the body; extensions do not */

#define NGX_HTTP_CITRIX_GUARD_LAST     13


static ngx_int_t ngx_http_citrix_guard_peek_frames(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_frame(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, u_char *p, u_char *last);
static u_char *ngx_http_citrix_guard_peek_varint(u_char *p, u_char *last,
    uint64_t *value);


ngx_int_t
ngx_http_citrix_guard_peek_http3(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    ngx_int_t  rc;

    if (peek->body.data == NULL) {
        peek->body.data = ngx_palloc(r->pool, peek->wanted);
        if (peek->body.data == NULL) {
            return NGX_ERROR;
        }

        peek->frame_rest = 0;
    }

    for ( ;; ) {

        rc = ngx_http_citrix_guard_peek_frames(r, peek);

        if (rc != NGX_AGAIN) {
            return rc;
        }

        rc = ngx_http_citrix_guard_peek_recv(r, peek, peek->wanted);

        if (rc == NGX_DONE) {
            peek->whole = (peek->frame_rest == 0);
            return NGX_OK;
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }
}


/* NGX_OK: that is enough, or all that can be forwarded */

static ngx_int_t
ngx_http_citrix_guard_peek_frames(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    size_t      size;
    u_char     *p;
    ngx_int_t   rc;
    ngx_buf_t  *b;

    b = r->header_in;
    rc = NGX_OK;

    for ( ;; ) {

        if (peek->body.len == peek->wanted
            || (off_t) peek->body.len == r->headers_in.content_length_n)
        {
            peek->whole = ((off_t) peek->body.len
                           == r->headers_in.content_length_n);
            return NGX_OK;
        }

        p = b->pos + peek->parsed;

        if (peek->frame_rest == 0) {

            rc = ngx_http_citrix_guard_peek_frame(r, peek, p, b->last);

            if (rc != NGX_OK) {
                break;
            }

            continue;
        }

        size = ngx_min((uint64_t) (b->last - p), peek->frame_rest);

        if (peek->frame_is_data) {
            size = ngx_min(size, peek->wanted - peek->body.len);

            ngx_memcpy(peek->body.data + peek->body.len, p, size);
            peek->body.len += size;
        }

        if (size == 0) {
            rc = NGX_AGAIN;
            break;
        }

        peek->parsed += size;
        peek->frame_rest -= size;
    }

    if (rc == NGX_DONE) {
        return NGX_OK;
    }

    return ngx_http_citrix_guard_peek_is_framing(peek) ? NGX_ERROR : rc;
}


/* NGX_DONE: this frame and those after it contain nothing of the body */

static ngx_int_t
ngx_http_citrix_guard_peek_frame(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, u_char *p, u_char *last)
{
    u_char    *begin;
    uint64_t   type, length;

    begin = p;

    p = ngx_http_citrix_guard_peek_varint(p, last, &type);
    if (p == NULL) {
        return NGX_AGAIN;
    }

    if (type != NGX_HTTP_CITRIX_GUARD_DATA
        && type <= NGX_HTTP_CITRIX_GUARD_LAST)
    {
        /* trailers, or an error */

        peek->whole = (type == NGX_HTTP_CITRIX_GUARD_HEADERS);
        return NGX_DONE;
    }

    p = ngx_http_citrix_guard_peek_varint(p, last, &length);
    if (p == NULL) {
        return NGX_AGAIN;
    }

    peek->frame_is_data = (type == NGX_HTTP_CITRIX_GUARD_DATA);

    if (peek->frame_is_data && r->headers_in.content_length_n != -1
        && length > (uint64_t) (r->headers_in.content_length_n
                                - peek->body.len))
    {
        /* longer than announced: nginx will not accept any of it */

        return NGX_DONE;
    }

    peek->parsed += p - begin;
    peek->frame_rest = length;

    return NGX_OK;
}


/* an integer of one to eight bytes (RFC 9000, section 16) */

static u_char *
ngx_http_citrix_guard_peek_varint(u_char *p, u_char *last, uint64_t *value)
{
    size_t  n;

    if (p == last) {
        return NULL;
    }

    n = (size_t) 1 << (*p >> 6);

    if ((size_t) (last - p) < n) {
        return NULL;
    }

    *value = *p++ & 0x3f;

    while (--n) {
        *value = (*value << 8) + *p++;
    }

    return p;
}

#endif
