
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of a request's body, looked at before anything is forwarded,
 * and without changing what is forwarded or how.
 *
 * nginx offers no such look: who reads the body takes it, and who has taken a
 * part of it cannot hand over the rest unbuffered.  So nothing is taken.
 *
 *   HTTP/1  The bytes are put where nginx itself leaves those of a body that
 *           came along with the header: in r->header_in.  Never more than the
 *           body is known to have, so nothing of a request behind it gets
 *           there.
 *
 *   HTTP/2  nginx collects the bytes in stream->preread until it is asked for
 *           the body.  It tells nobody of them, so a timer looks.
 *
 *   HTTP/3  The body is read as a whole, as buffering would.
 */


#include "ngx_http_citrix_guard_module.h"


/*
 * HTTP/2: how often to look, in milliseconds; half as often behind each eight
 * looks, so that many streams without a body do not cost much.
 */

#define NGX_HTTP_CITRIX_GUARD_LOOK     10
#define NGX_HTTP_CITRIX_GUARD_LOOKS    8
#define NGX_HTTP_CITRIX_GUARD_HALVED   6

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


typedef struct {
    size_t                          wanted;
    size_t                          observed;   /* bytes asked for, or 0 */
    ngx_str_t                       seen;       /* decoded */
    ngx_uint_t                      done;
    ngx_uint_t                      failed;     /* it cannot be judged */
    ngx_uint_t                      whole;      /* that was all of it */
    ngx_msec_t                      deadline;
    ngx_uint_t                      looks;
    ngx_http_chunked_t              chunked;
    size_t                          parsed;     /* raw bytes of it */
    ngx_buf_t                      *own;        /* in place of header_in */
    u_char                         *limit;      /* its memory ends there */
    ngx_str_t                       passed;     /* what was observed */
    ngx_http_citrix_guard_body_t    body;
} ngx_http_citrix_guard_peek_t;


static ngx_http_citrix_guard_peek_t *ngx_http_citrix_guard_peeked(
    ngx_http_request_t *r);
static ngx_http_citrix_guard_peek_t *ngx_http_citrix_guard_peek(
    ngx_http_request_t *r);
static void ngx_http_citrix_guard_peek_cleanup(void *data);
static ngx_int_t ngx_http_citrix_guard_peek_begin(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_more(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_keep(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_peek_plain(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing);
static ngx_int_t ngx_http_citrix_guard_peek_chunked(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing);
static ngx_int_t ngx_http_citrix_guard_peek_recv(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);
static ngx_int_t ngx_http_citrix_guard_peek_room(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t size);
static ngx_buf_t *ngx_http_citrix_guard_peek_buf(ngx_connection_t *c);
static void ngx_http_citrix_guard_peek_buf_cleanup(void *data);
static void ngx_http_citrix_guard_peek_handler(ngx_http_request_t *r);
static void ngx_http_citrix_guard_peek_read(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_peek_taken(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
static ngx_int_t ngx_http_citrix_guard_continue(ngx_http_request_t *r);

static ngx_int_t ngx_http_citrix_guard_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);

#if (NGX_HTTP_V2)
static ngx_int_t ngx_http_citrix_guard_peek_stream(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek);
#endif


static ngx_http_request_body_filter_pt  ngx_http_next_request_body_filter;


ngx_int_t
ngx_http_citrix_guard_body(ngx_http_request_t *r, size_t n,
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

        ngx_str_null(&peek->seen);
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

    body->data = peek->seen.data;
    body->len = peek->seen.len;
    body->whole = peek->whole;

    return NGX_OK;
}


/* one for a client's request, whatever becomes of it */

static ngx_http_citrix_guard_peek_t *
ngx_http_citrix_guard_peeked(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_citrix_guard_peek_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static ngx_http_citrix_guard_peek_t *
ngx_http_citrix_guard_peek(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t            *cln;
    ngx_http_citrix_guard_peek_t  *peek;

    peek = ngx_http_citrix_guard_peeked(r);
    if (peek) {
        return peek;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_citrix_guard_peek_t));
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, sizeof(ngx_http_citrix_guard_peek_t));

    cln->handler = ngx_http_citrix_guard_peek_cleanup;

    return cln->data;
}


static void
ngx_http_citrix_guard_peek_cleanup(void *data)
{
    /* the address is what it is found by */
}


static ngx_int_t
ngx_http_citrix_guard_peek_begin(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    ngx_int_t                  rc;
    ngx_http_core_loc_conf_t  *clcf;

    /* a subrequest has none of its own */

    if (r != r->main || r->discard_body
        || (r->headers_in.content_length_n <= 0 && !r->headers_in.chunked))
    {
        peek->whole = 1;
        return NGX_OK;
    }

    if (r->request_body) {
        return ngx_http_citrix_guard_peek_taken(r, peek);
    }

    if (r->http_version > NGX_HTTP_VERSION_20) {

        /* finalized by who reads it, unless that is over already */

        rc = ngx_http_read_client_request_body(r,
                                             ngx_http_citrix_guard_peek_read);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            return rc;
        }

        ngx_http_finalize_request(r, NGX_DONE);
        return NGX_DONE;
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
 * Returns NGX_OK if enough of the body is there, NGX_AGAIN if more is waited
 * for, a status if the request is to end with it, NGX_ERROR if it cannot be
 * judged.
 */

static ngx_int_t
ngx_http_citrix_guard_peek_more(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    size_t             missing;
    ngx_int_t          rc;
    ngx_connection_t  *c;

    c = r->connection;

#if (NGX_HTTP_V2)

    if (r->stream) {
        rc = ngx_http_citrix_guard_peek_stream(r, peek);

        if (rc == NGX_AGAIN) {
            ngx_add_timer(c->read, NGX_HTTP_CITRIX_GUARD_LOOK
                          << ngx_min(peek->looks++
                                     / NGX_HTTP_CITRIX_GUARD_LOOKS,
                                     NGX_HTTP_CITRIX_GUARD_HALVED));
        }

        return rc;
    }

#endif

    for ( ;; ) {

        rc = r->headers_in.chunked
                 ? ngx_http_citrix_guard_peek_chunked(r, peek, &missing)
                 : ngx_http_citrix_guard_peek_plain(r, peek, &missing);

        if (rc != NGX_AGAIN) {
            break;
        }

        rc = ngx_http_citrix_guard_peek_recv(r, peek, missing);

        if (rc != NGX_OK) {
            break;
        }
    }

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


/* the bytes stay for as long as the request, wherever nginx puts the body */

static ngx_int_t
ngx_http_citrix_guard_peek_keep(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, peek->seen.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, peek->seen.data, peek->seen.len);

    peek->seen.data = p;
    peek->done = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_peek_plain(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing)
{
    off_t   length;
    size_t  have;

    have = r->header_in->last - r->header_in->pos;
    length = ngx_min(r->headers_in.content_length_n, (off_t) peek->wanted);

    peek->seen.data = r->header_in->pos;
    peek->seen.len = ngx_min(have, (size_t) length);
    peek->whole = (r->headers_in.content_length_n == length);

    *missing = (size_t) length - peek->seen.len;

    return *missing ? NGX_AGAIN : NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_peek_chunked(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek, size_t *missing)
{
    size_t     size;
    ngx_int_t  rc;
    ngx_buf_t  b;

    if (peek->seen.data == NULL) {
        peek->seen.data = ngx_palloc(r->pool, peek->wanted);
        if (peek->seen.data == NULL) {
            return NGX_ERROR;
        }
    }

    b = *r->header_in;
    b.pos += peek->parsed;

    rc = NGX_AGAIN;

    while (peek->seen.len < peek->wanted) {

        rc = ngx_http_citrix_guard_parse_chunked(r, &b, &peek->chunked);

        if (rc != NGX_OK) {
            break;
        }

        /* a part of a chunk */

        size = ngx_min((off_t) (b.last - b.pos), peek->chunked.size);
        size = ngx_min(size, peek->wanted - peek->seen.len);

        ngx_memcpy(peek->seen.data + peek->seen.len, b.pos, size);

        peek->seen.len += size;
        peek->chunked.size -= size;
        b.pos += size;
    }

    peek->parsed = b.pos - r->header_in->pos;
    peek->whole = (rc == NGX_DONE);

    if (rc == NGX_DONE || peek->seen.len == peek->wanted) {
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
                       (off_t) (peek->wanted - peek->seen.len));

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

    n = c->recv(c, peek->own->last, size);

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

    peek->own->last += n;
    peek->own->end = peek->own->last;

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

    if (peek->own && b == peek->own
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

    if (peek->own == NULL) {
        peek->own = ngx_http_citrix_guard_peek_buf(r->connection);
        if (peek->own == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_memcpy(p, b->pos, have);

    ngx_memzero(peek->own, sizeof(ngx_buf_t));

    peek->own->temporary = 1;
    peek->own->start = p;
    peek->own->pos = p;
    peek->own->last = p + have;
    peek->own->end = p + have;

    peek->limit = p + room;

    r->header_in = peek->own;

    return NGX_OK;
}


/*
 * nginx looks at r->header_in once more when the request is gone, so the
 * buffer itself (not what it points to) belongs to the connection.
 */

static ngx_buf_t *
ngx_http_citrix_guard_peek_buf(ngx_connection_t *c)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = c->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_citrix_guard_peek_buf_cleanup) {
            return cln->data;
        }
    }

    cln = ngx_pool_cleanup_add(c->pool, sizeof(ngx_buf_t));
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_citrix_guard_peek_buf_cleanup;

    return cln->data;
}


static void
ngx_http_citrix_guard_peek_buf_cleanup(void *data)
{
    /* the address is what it is found by */
}


/* more of the body, or the end of waiting for it */

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

    /* the phases go on where they stopped, with this very handler */

    if (rc == NGX_OK) {
        rc = ngx_http_citrix_guard_peek_keep(r, peek);
    }

    peek->failed = (rc == NGX_ERROR);

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
}


/* the body has been read as a whole */

static void
ngx_http_citrix_guard_peek_read(ngx_http_request_t *r)
{
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


/* a body that was read already: in memory, or in a file */

static ngx_int_t
ngx_http_citrix_guard_peek_taken(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    size_t        size;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    peek->seen.len = 0;
    peek->seen.data = ngx_pnalloc(r->pool, peek->wanted);
    if (peek->seen.data == NULL) {
        return NGX_ERROR;
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        b = cl->buf;
        size = (size_t) ngx_min(ngx_buf_size(b),
                                (off_t) (peek->wanted - peek->seen.len));

        if (size == 0) {
            continue;
        }

        if (b->in_file) {
            n = ngx_read_file(b->file, peek->seen.data + peek->seen.len, size,
                              b->file_pos);

            if (n != (ssize_t) size) {
                return NGX_ERROR;
            }

        } else {
            ngx_memcpy(peek->seen.data + peek->seen.len, b->pos, size);
        }

        peek->seen.len += size;
    }

    peek->whole = peek->seen.len < peek->wanted;

    return NGX_OK;
}


/*
 * Where nothing can be refused, nothing waits either: the bytes are copied as
 * they pass, whoever reads them.
 */

ngx_int_t
ngx_http_citrix_guard_observe(ngx_http_request_t *r, size_t n)
{
    ngx_http_citrix_guard_peek_t  *peek;

    if (r != r->main || r->request_body || r->discard_body) {
        return NGX_OK;
    }

    peek = ngx_http_citrix_guard_peek(r);

    if (peek == NULL) {
        return NGX_ERROR;
    }

    if (peek->observed >= n) {
        return NGX_OK;
    }

    ngx_str_null(&peek->passed);

    peek->passed.data = ngx_pnalloc(r->pool, n);

    if (peek->passed.data == NULL) {
        peek->observed = 0;
        return NGX_ERROR;
    }

    peek->observed = n;

    return NGX_OK;
}


ngx_int_t
ngx_http_citrix_guard_observe_init(ngx_conf_t *cf)
{
    ngx_http_next_request_body_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = ngx_http_citrix_guard_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    size_t                         size;
    ngx_int_t                      rc;
    ngx_uint_t                     last;
    ngx_chain_t                   *cl;
    ngx_http_citrix_guard_peek_t  *peek;

    peek = ngx_http_citrix_guard_peeked(r);

    if (peek == NULL || peek->observed == 0) {
        return ngx_http_next_request_body_filter(r, in);
    }

    last = 0;

    for (cl = in; cl; cl = cl->next) {

        size = ngx_min((size_t) (cl->buf->last - cl->buf->pos),
                       peek->observed - peek->passed.len);

        ngx_memcpy(peek->passed.data + peek->passed.len, cl->buf->pos, size);

        peek->passed.len += size;
        last |= cl->buf->last_buf;
    }

    if (last || peek->passed.len == peek->observed) {

        peek->observed = 0;

        peek->body.data = peek->passed.data;
        peek->body.len = peek->passed.len;
        peek->body.whole = last;

        rc = ngx_http_citrix_guard_observed(r, &peek->body);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return ngx_http_next_request_body_filter(r, in);
}


/* who waits for the body has to ask for it, as nginx does */

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


#if (NGX_HTTP_V2)

/* what has come is what fits the window that nginx has opened */

static ngx_int_t
ngx_http_citrix_guard_peek_stream(ngx_http_request_t *r,
    ngx_http_citrix_guard_peek_t *peek)
{
    ngx_buf_t              *b;
    ngx_http_v2_stream_t   *stream;

    stream = r->stream;
    b = stream->preread;

    if (b) {
        peek->seen.data = b->pos;
        peek->seen.len = ngx_min((size_t) (b->last - b->pos), peek->wanted);
    }

    peek->whole = stream->in_closed
                  && (b == NULL
                      || peek->seen.len == (size_t) (b->last - b->pos));

    if (stream->in_closed || stream->skip_data
        || (b && (b->last == b->end || peek->seen.len == peek->wanted))
        || (r->headers_in.content_length_n >= 0
            && (off_t) peek->seen.len >= r->headers_in.content_length_n))
    {
        return NGX_OK;
    }

    return NGX_AGAIN;
}

#endif
