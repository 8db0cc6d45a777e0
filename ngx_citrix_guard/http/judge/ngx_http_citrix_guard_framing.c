
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Where the body ends.  nginx computes the length, but it may send another
 * body or none: without memory for the number, after "error_page" if the body
 * was not buffered, in a subrequest of auth_request, or because the
 * configuration says so.  The upstream then takes a part of the body for a
 * request, or the beginning of the next request for a body, and what follows
 * was never judged.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_framing.h"
#include "http/base/ngx_http_citrix_guard_types.h"


/* not a number, or two of them */

#define NGX_HTTP_CITRIX_GUARD_UNKNOWN_LENGTH  -2


static ngx_uint_t ngx_http_citrix_guard_field(u_char *p, u_char *last,
    ngx_str_t *name, ngx_str_t *value);
static ngx_uint_t ngx_http_citrix_guard_is_streamed(ngx_http_request_t *r,
    ngx_http_citrix_guard_framing_t *framing, off_t sent);


ngx_uint_t
ngx_http_citrix_guard_is_framed(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_framing_t *framing)
{
    off_t         sent;
    ngx_chain_t  *cl;

    cl = r->upstream->request_bufs;

    /* that of proxy_set_body follows the head in the same buffer */

    sent = framing->body ? cl->buf->last - framing->body : 0;

    for (cl = cl->next; cl; cl = cl->next) {
        sent += ngx_buf_size(cl->buf);
    }

    if (r->request_body_no_buffering) {
        return ngx_http_citrix_guard_is_streamed(r, framing, sent);
    }

    /* no next request may complete a body that is too short */

    if (sent == 0 && framing->chunked) {
        return framing->close;
    }

    if (sent < framing->length) {
        return framing->close;
    }

    /* the proxy module sends no chunks of a body that it has */

    if (framing->chunked) {
        return r->upstream->conf != glcf->proxy;
    }

    return sent == (framing->length == -1 ? 0 : framing->length);
}


/* the rest of the body follows when the client has sent it */

static ngx_uint_t
ngx_http_citrix_guard_is_streamed(ngx_http_request_t *r,
    ngx_http_citrix_guard_framing_t *framing, off_t sent)
{
    if (framing->chunked || framing->length >= 0) {
        return 1;
    }

    return sent == 0
           && r->headers_in.content_length_n <= 0
           && !r->headers_in.chunked;
}


void
ngx_http_citrix_guard_read_framing(u_char *p, u_char *last,
    ngx_http_citrix_guard_framing_t *framing)
{
    ngx_str_t  value;

    static ngx_str_t  length = ngx_string("content-length");
    static ngx_str_t  coding = ngx_string("transfer-encoding");
    static ngx_str_t  connection = ngx_string("connection");

    if (ngx_http_citrix_guard_field(p, last, &length, &value)) {

        framing->length = framing->length == -1
                          ? ngx_atoof(value.data, value.len)
                          : NGX_HTTP_CITRIX_GUARD_UNKNOWN_LENGTH;

        if (framing->length < 0) {
            framing->length = NGX_HTTP_CITRIX_GUARD_UNKNOWN_LENGTH;
        }

    } else if (ngx_http_citrix_guard_field(p, last, &coding, &value)) {
        framing->chunked = 1;

    } else if (ngx_http_citrix_guard_field(p, last, &connection, &value)) {
        framing->close = value.len == 5
                         && ngx_strncasecmp(value.data, (u_char *) "close", 5)
                            == 0;
    }
}


static ngx_uint_t
ngx_http_citrix_guard_field(u_char *p, u_char *last, ngx_str_t *name,
    ngx_str_t *value)
{
    if ((size_t) (last - p) <= name->len
        || p[name->len] != ':'
        || ngx_strncasecmp(p, name->data, name->len) != 0)
    {
        return 0;
    }

    for (p += name->len + 1; p < last && (*p == ' ' || *p == '\t'); p++) {
        /* void */
    }

    while (last > p && last[-1] <= ' ') { last--; }

    value->data = p;
    value->len = last - p;

    return 1;
}
