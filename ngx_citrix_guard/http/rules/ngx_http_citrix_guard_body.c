
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Examines the beginning of a request's body before anything is forwarded,
 * without changing what is forwarded or how.
 *
 * nginx has no call for that: whoever reads a body consumes it, and whoever
 * has consumed a part cannot pass on the rest unbuffered.  So nothing is
 * consumed.
 *
 *   HTTP/1  The bytes go where nginx itself leaves those that arrived with
 *           the header: in r->header_in.  Never more than the body is known to
 *           have, so nothing of the next request gets there.
 *
 *   HTTP/2  nginx collects the bytes in stream->preread until somebody reads
 *           the body.  It does not report them, so a timer polls.
 *
 *   HTTP/3  Like HTTP/1, but in frames.  A stream carries only this request.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_body.h"
#include "ngx_http_citrix_guard_body_http1.h"
#include "ngx_http_citrix_guard_body_http2.h"
#include "ngx_http_citrix_guard_body_http3.h"
#include "ngx_http_citrix_guard_body_peek.h"
#include "http/base/ngx_http_citrix_guard_pool.h"


/*
 * HTTP/2: the interval of polling in milliseconds.  It doubles after every
 * eight polls, so that many streams without a body do not cost much.
 */

#define NGX_HTTP_CITRIX_GUARD_POLL     10
#define NGX_HTTP_CITRIX_GUARD_POLLS    8
#define NGX_HTTP_CITRIX_GUARD_BACKOFFS   6


static ngx_inline ngx_uint_t ngx_http_citrix_guard_has_body(
    ngx_http_request_t *r);
static ngx_http_citrix_guard_peek_t *ngx_http_citrix_guard_peek(
    ngx_http_request_t *r);
static void ngx_http_citrix_guard_peek_cleanup(void *data);
static ngx_int_t ngx_http_citrix_guard_peek_begin(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_more(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_bytes(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_keep(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static void ngx_http_citrix_guard_peek_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_peek_taken(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_continue(ngx_http_request_t *r);


ngx_uint_t
ngx_http_citrix_guard_is_body_ahead(ngx_http_request_t *r)
{
    return r->request_body == NULL && ngx_http_citrix_guard_has_body(r);
}


/* a subrequest has no body of its own */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_has_body(ngx_http_request_t *r)
{
    return r == r->main && !r->discard_body
           && (r->headers_in.content_length_n > 0 || r->headers_in.chunked);
}


ngx_int_t
ngx_http_citrix_guard_peek_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_t *body)
{
    ngx_int_t                      rc;
    ngx_http_citrix_guard_peek_t  *peek;

    peek = ngx_http_citrix_guard_peek(r);
    if (peek == NULL) {
        return NGX_ERROR;
    }

    if (peek->failed) {
        return NGX_ERROR;
    }

    if (peek->wanted < n) {
        peek->wanted = n;
        peek->done = 0;
        peek->parsed = 0;

        ngx_str_null(&peek->body);
        ngx_memzero(&peek->chunked, sizeof(ngx_http_chunked_t));
    }

    if (!peek->done) {
        rc = ngx_http_citrix_guard_peek_begin(r, peek);

        if (rc == NGX_OK) {
            rc = ngx_http_citrix_guard_peek_keep(r, peek);
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }

    body->data = peek->body.data;
    body->len = peek->body.len;
    body->whole = peek->whole;

    return NGX_OK;
}


/* one for each request of a client, across redirects */

static ngx_http_citrix_guard_peek_t *
ngx_http_citrix_guard_peek(ngx_http_request_t *r)
{
    return ngx_http_citrix_guard_pool_add(r->pool,
                                          ngx_http_citrix_guard_peek_cleanup,
                                          sizeof(ngx_http_citrix_guard_peek_t));
}


static void
ngx_http_citrix_guard_peek_cleanup(void *data)
{
    /* it is found by this address */
}


static ngx_int_t
ngx_http_citrix_guard_peek_begin(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    ngx_int_t                  rc;
    ngx_http_core_loc_conf_t  *clcf;

    if (!ngx_http_citrix_guard_has_body(r)) {
        peek->whole = 1;
        return NGX_OK;
    }

    if (r->request_body) {
        return ngx_http_citrix_guard_peek_taken(r, peek);
    }

    if (ngx_http_citrix_guard_continue(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (peek->deadline == 0) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
        peek->deadline = ngx_current_msec + clcf->client_body_timeout;
    }

    rc = ngx_http_citrix_guard_peek_more(r, peek);

    if (rc == NGX_AGAIN) {
        r->read_event_handler = ngx_http_citrix_guard_peek_handler;
        r->write_event_handler = ngx_http_request_empty_handler;
    }

    return rc;
}


/*
 * Returns NGX_OK if enough of the body has arrived, NGX_AGAIN to wait for
 * more, a status to end the request with, or NGX_ERROR if the body cannot be
 * judged.
 */

static ngx_int_t
ngx_http_citrix_guard_peek_more(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    ngx_int_t          rc;
    ngx_connection_t  *c;

    c = r->connection;

#if (NGX_HTTP_V2)

    if (r->stream) {
        rc = ngx_http_citrix_guard_peek_http2(r, peek);

        if (rc == NGX_AGAIN) {
            ngx_add_timer(c->read, NGX_HTTP_CITRIX_GUARD_POLL
                          << ngx_min(peek->polls++
                                     / NGX_HTTP_CITRIX_GUARD_POLLS,
                                     NGX_HTTP_CITRIX_GUARD_BACKOFFS));
        }

        return rc;
    }

#endif

    rc = ngx_http_citrix_guard_peek_bytes(r, peek);

    if (rc == NGX_AGAIN) {

        if (ngx_handle_read_event(c->read, 0) == NGX_OK) {
            ngx_add_timer(c->read, peek->deadline > ngx_current_msec
                                   ? peek->deadline - ngx_current_msec : 1);
            return NGX_AGAIN;
        }

        rc = NGX_ERROR;
    }

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    return rc;
}


/* in HTTP/1 and HTTP/3, nginx reports each arrival of bytes */

static ngx_int_t
ngx_http_citrix_guard_peek_bytes(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
#if (NGX_HTTP_V3)

    if (r->http_version == NGX_HTTP_VERSION_30) {
        return ngx_http_citrix_guard_peek_http3(r, peek);
    }

#endif

    return ngx_http_citrix_guard_peek_http1(r, peek);
}


/* the bytes stay as long as the request, wherever nginx puts the body */

static ngx_int_t
ngx_http_citrix_guard_peek_keep(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, peek->body.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (peek->body.len) {
        ngx_memcpy(p, peek->body.data, peek->body.len);
    }

    peek->body.data = p;
    peek->done = 1;

    return NGX_OK;
}


/* more of the body has arrived, or the wait is over */

static void
ngx_http_citrix_guard_peek_handler(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_event_t                   *rev;
    ngx_http_citrix_guard_peek_t  *peek;

    rev = r->connection->read;
    peek = ngx_http_citrix_guard_peek(r);

    if (peek == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    if (r->connection->error) {
        ngx_http_finalize_request(r, NGX_HTTP_CLIENT_CLOSED_REQUEST);
        return;
    }

    if (rev->timedout) {
        rev->timedout = 0;

        if (ngx_current_msec >= peek->deadline) {
            r->connection->timedout = 1;
            ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
            return;
        }
    }

    rc = ngx_http_citrix_guard_peek_more(r, peek);

    if (rc == NGX_AGAIN) {
        return;
    }

    if (rc > 0) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    /* resumes the phases where they stopped, with this very handler */

    if (rc == NGX_OK) {
        rc = ngx_http_citrix_guard_peek_keep(r, peek);
    }

    peek->failed = (rc == NGX_ERROR);

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
}


/* a body that was read before: in memory, or in a file */

static ngx_int_t
ngx_http_citrix_guard_peek_taken(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    size_t        size;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    peek->body.len = 0;
    peek->body.data = ngx_pnalloc(r->pool, peek->wanted);
    if (peek->body.data == NULL) {
        return NGX_ERROR;
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        b = cl->buf;
        size = (size_t) ngx_min(ngx_buf_size(b),
                                (off_t) (peek->wanted - peek->body.len));

        if (size == 0) {
            continue;
        }

        if (b->in_file) {
            n = ngx_read_file(b->file, peek->body.data + peek->body.len, size,
                              b->file_pos);

            if (n != (ssize_t) size) {
                return NGX_ERROR;
            }

        } else {
            ngx_memcpy(peek->body.data + peek->body.len, b->pos, size);
        }

        peek->body.len += size;
    }

    peek->whole = peek->body.len < peek->wanted;

    return NGX_OK;
}


/* whoever waits for the body has to request it, as nginx does */

static ngx_int_t
ngx_http_citrix_guard_continue(ngx_http_request_t *r)
{
    ngx_str_t  *expect;

    static ngx_str_t  answer = ngx_string("HTTP/1.1 100 Continue" CRLF CRLF);

    if (r->expect_tested || r->headers_in.expect == NULL
        || r->http_version != NGX_HTTP_VERSION_11)
    {
        return NGX_OK;
    }

    r->expect_tested = 1;

    expect = &r->headers_in.expect->value;

    if (expect->len != 12
        || ngx_strncasecmp(expect->data, (u_char *) "100-continue", 12) != 0)
    {
        return NGX_OK;
    }

    if (r->connection->send(r->connection, answer.data, answer.len)
        != (ssize_t) answer.len)
    {
        r->connection->error = 1;
        return NGX_ERROR;
    }

    return NGX_OK;
}
