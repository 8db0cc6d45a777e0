
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds a header field as the client sent it, whatever nginx made of it.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_sent_header.h"
#include "cguard/decision/cguard_target.h"


static ngx_str_t ngx_http_citrix_guard_dropped_header(ngx_http_request_t *r,
    const char *upper);
static ngx_uint_t ngx_http_citrix_guard_has_header(ngx_http_request_t *r);


/*
 * It is evidence even if nginx has dropped it, because of its underscore or
 * because it has read no field at all: it is still in the bytes that nginx has
 * received, except in HTTP/2 and HTTP/3.
 */

ngx_str_t
ngx_http_citrix_guard_sent_header(ngx_http_request_t *r, const char *upper)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (cguard_header_is(h[i].key.data, h[i].key.len, upper)) {
                return h[i].value;
            }
        }
    }

    return ngx_http_citrix_guard_dropped_header(r, upper);
}


static ngx_str_t
ngx_http_citrix_guard_dropped_header(ngx_http_request_t *r, const char *upper)
{
    u_char     *p, *end, *last, *colon;
    ngx_str_t   value;

    ngx_str_null(&value);

    if (!ngx_http_citrix_guard_has_header(r)) {
        return value;
    }

    p = r->header_in->start;
    last = r->header_in->last;
    end = last;

    if (r->request_line.data >= p && r->request_line.data < last) {
        p = r->request_line.data + r->request_line.len;
    }

    for ( /* void */ ; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, LF);

        if (end == NULL) {
            end = last;
        }

        colon = ngx_strlchr(p, end, ':');

        if (colon && cguard_header_is(p, colon - p, upper)) {
            value.data = colon + 1;
            break;
        }

        /* what follows an empty line is a body, or another request */

        if (end == p || (end == p + 1 && *p == CR)) {

            if (p > r->header_in->start && p[-1] == LF) {
                return value;
            }
        }
    }

    if (value.data) {
        while (value.data < end && *value.data == ' ') { value.data++; }
        while (end > value.data && end[-1] <= ' ') { end--; }

        value.len = end - value.data;
    }

    return value;
}


/*
 * If a body was read after the header, header_in is a buffer of that body; a
 * long header may have begun in an earlier buffer.
 */

static ngx_uint_t
ngx_http_citrix_guard_has_header(ngx_http_request_t *r)
{
    ngx_buf_t  *b;

    b = r->header_in;

    if (b == NULL || r->http_version >= NGX_HTTP_VERSION_20) {
        return 0;
    }

    return (r->request_line.data >= b->start && r->request_line.data < b->last)
           || (r->header_end >= b->start && r->header_end < b->last);
}
