
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The refusal.
 *
 * It can be recognised as the guard's, because scanners take any 403 for
 * "patched".  And it is final: error_page does not apply, because "error_page
 * 403 = @backend" would forward what was just refused.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_refusal.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_response.h"
#include "http/base/ngx_http_citrix_guard_types.h"


#define NGX_HTTP_CITRIX_GUARD_PAGE                                            \
    "<html>" CRLF                                                             \
    "<head><title>%V</title></head>" CRLF                                     \
    "<body>" CRLF                                                             \
    "<center><h1>%V</h1></center>" CRLF                                       \
    "<hr><center>citrix_guard</center>" CRLF                                  \
    "<center>reference: %V</center>" CRLF                                     \
    "</body>" CRLF                                                            \
    "</html>" CRLF


typedef struct {
    ngx_uint_t                      status;
    ngx_str_t                       title;
} ngx_http_citrix_guard_title_t;


static ngx_int_t ngx_http_citrix_guard_send(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static void ngx_http_citrix_guard_clear_headers(ngx_http_request_t *r);
static ngx_buf_t *ngx_http_citrix_guard_page(ngx_http_request_t *r,
    ngx_uint_t status);


static ngx_http_citrix_guard_title_t  ngx_http_citrix_guard_titles[] = {
    { 400, ngx_string("400 Bad Request") },
    { 401, ngx_string("401 Unauthorized") },
    { 403, ngx_string("403 Forbidden") },
    { 404, ngx_string("404 Not Found") },
    { 405, ngx_string("405 Not Allowed") },
    { 410, ngx_string("410 Gone") },
    { 421, ngx_string("421 Misdirected Request") },
    { 429, ngx_string("429 Too Many Requests") },
    { 500, ngx_string("500 Internal Server Error") },
    { 502, ngx_string("502 Bad Gateway") },
    { 503, ngx_string("503 Service Temporarily Unavailable") },
    { 0, ngx_null_string }
};


ngx_int_t
ngx_http_citrix_guard_refuse(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_int_t  rc;

    /* whatever nginx does from here on, nothing more is forwarded */

    r->error_page = 1;

    /* the parent request handles the result; auth_request expects 403 */

    if (r != r->main) {
        return NGX_HTTP_FORBIDDEN;
    }

    if (glcf->status == NGX_HTTP_CLOSE) {
        return NGX_HTTP_CLOSE;
    }

    /* post_action: the answer was sent before */

    if (r->header_sent) {
        ngx_http_finalize_request(r, NGX_OK);
        return NGX_DONE;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc == NGX_OK) {
        rc = ngx_http_citrix_guard_send(r, glcf);
    }

    ngx_http_finalize_request(r, rc);

    return NGX_DONE;
}


static ngx_int_t
ngx_http_citrix_guard_send(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    b = ngx_http_citrix_guard_page(r, glcf->status);
    if (b == NULL) {
        return NGX_ERROR;
    }

    ngx_http_citrix_guard_clear_headers(r);

    r->headers_out.status = glcf->status;
    r->headers_out.content_length_n = b->last - b->pos;

    ngx_str_set(&r->headers_out.content_type, "text/html");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (ngx_http_citrix_guard_add_header(r, "X-Citrix-Guard", "blocked")
        != NGX_OK
        || ngx_http_citrix_guard_add_header(r, "Cache-Control", "no-store")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/* left by an earlier answer: X-Accel-Redirect, error_page */

static void
ngx_http_citrix_guard_clear_headers(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            h[i].hash = 0;
        }
    }

    r->err_status = 0;
    r->headers_out.status_line.len = 0;

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_location(r);
    ngx_http_clear_etag(r);
}


static ngx_buf_t *
ngx_http_citrix_guard_page(ngx_http_request_t *r, ngx_uint_t status)
{
    size_t                          len;
    u_char                          number[NGX_INT_T_LEN];
    ngx_buf_t                      *b;
    ngx_str_t                       id, title;
    ngx_http_citrix_guard_title_t  *t;

    id = ngx_http_citrix_guard_request_id(r);

    title.data = number;
    title.len = ngx_sprintf(number, "%ui", status) - number;

    for (t = ngx_http_citrix_guard_titles; t->status; t++) {
        if (t->status == status) {
            title = t->title;
        }
    }

    len = sizeof(NGX_HTTP_CITRIX_GUARD_PAGE) + 2 * title.len + id.len;

    b = ngx_create_temp_buf(r->pool, len);
    if (b == NULL) {
        return NULL;
    }

    b->last = ngx_slprintf(b->last, b->end, NGX_HTTP_CITRIX_GUARD_PAGE,
                           &title, &title, &id);
    b->last_buf = 1;
    b->last_in_chain = 1;

    return b;
}
