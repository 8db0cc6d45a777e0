
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * nginx writes variables into the head unchanged, so a line feed in one begins
 * a header field, a body or another request.  The head alone does not show who
 * wrote a line.  So three things are examined: the values that nginx has
 * inserted, the header fields that it has copied, and the form of the
 * resulting head.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_injection.h"
#include "ngx_http_citrix_guard_head.h"
#include "ngx_http_citrix_guard_judge.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/decision/cguard_target.h"


static ngx_uint_t ngx_http_citrix_guard_judge_values(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_judge_captures(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_judge_copied(ngx_http_request_t *r,
    ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_judge_lines(u_char *p, u_char *last,
    ngx_uint_t set_body, ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_read_length(u_char *p, u_char *last,
    off_t *length);
static ngx_uint_t ngx_http_citrix_guard_judge_rest(u_char *p, u_char *last,
    off_t length, ngx_http_citrix_guard_finding_t *f);
static u_char *ngx_http_citrix_guard_header_line(u_char *p, u_char *last);
static ngx_uint_t ngx_http_citrix_guard_judge_plain(u_char *p, u_char *last,
    ngx_http_citrix_guard_in_e in, ngx_http_citrix_guard_finding_t *f);
static u_char *ngx_http_citrix_guard_break(u_char *p, u_char *last);
static ngx_uint_t ngx_http_citrix_guard_set_injection(u_char *p, u_char *last,
    u_char *at, ngx_http_citrix_guard_in_e in,
    ngx_http_citrix_guard_finding_t *f);


ngx_uint_t
ngx_http_citrix_guard_values_are_plain(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_uint_t                      i;
    ngx_http_variable_value_t      *v;
    ngx_http_citrix_guard_value_t  *value;

    value = glcf->values->elts;

    for (i = 0; i < glcf->values->nelts; i++) {

        v = &r->variables[value[i].index];

        if (v->not_found) {
            continue;
        }

        if (!v->valid
            || (v->len
                && (value[i].upgrade
                    || ngx_http_citrix_guard_break(v->data,
                                                   v->data + v->len))))
        {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_http_citrix_guard_judge_injection(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char               *last;
    ngx_buf_t            *b;
    ngx_uint_t            proxy;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u->request_bufs == NULL) {
        return 0;
    }

    b = u->request_bufs->buf;

    /* only the proxy module shows where its target is */

    proxy = u->uri.data > b->pos && u->uri.data < b->last;

    if (proxy) {
        last = u->uri.data + u->uri.len;

        if (ngx_http_citrix_guard_judge_plain(b->pos, last,
                                       ngx_http_citrix_guard_in_head, f))
        {
            return 1;
        }

    } else if (!ngx_http_citrix_guard_is_http1(b->pos, b->last)) {
        return 0;
    }

    if (u->conf == glcf->proxy
        && (ngx_http_citrix_guard_judge_values(r, glcf, f)
            || ngx_http_citrix_guard_judge_captures(r, glcf, f)))
    {
        return 1;
    }

    if (glcf->scan == NGX_HTTP_CITRIX_GUARD_SCAN
        && ngx_http_citrix_guard_judge_copied(r, f))
    {
        return 1;
    }

    return ngx_http_citrix_guard_judge_lines(b->pos, b->last,
                                             u->conf == glcf->proxy
                                             && glcf->set_body, f);
}


/*
 * nginx keeps the value of a variable that it has inserted.  If there is no
 * value, nginx has not inserted it, or it is judged with the lines.
 */

static ngx_uint_t
ngx_http_citrix_guard_judge_values(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_uint_t                      i;
    ngx_http_variable_value_t      *v;
    ngx_http_citrix_guard_value_t  *value;

    if (glcf->values == NULL) {
        return 0;
    }

    value = glcf->values->elts;

    for (i = 0; i < glcf->values->nelts; i++) {

        v = &r->variables[value[i].index];

        if (v->valid && !v->not_found
            && ngx_http_citrix_guard_judge_plain(v->data, v->data + v->len,
                                         ngx_http_citrix_guard_in_header, f))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_citrix_guard_judge_captures(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
#if (NGX_PCRE)

    int         *cap;
    ngx_uint_t   n;

    for (n = 1; n < 10 && 2 * n + 1 < r->ncaptures; n++) {

        if (!(glcf->captures & (1u << n))) {
            continue;
        }

        cap = &r->captures[2 * n];

        if (cap[0] >= 0
            && ngx_http_citrix_guard_judge_plain(r->captures_data + cap[0],
                                         r->captures_data + cap[1],
                                         ngx_http_citrix_guard_in_header, f))
        {
            return 1;
        }
    }

#endif

    return 0;
}


/* nginx accepts no such field, but another module may have added one */

static ngx_uint_t
ngx_http_citrix_guard_judge_copied(ngx_http_request_t *r,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_citrix_guard_judge_plain(h[i].key.data,
                                         h[i].key.data + h[i].key.len,
                                         ngx_http_citrix_guard_in_header, f)
                || ngx_http_citrix_guard_judge_plain(h[i].value.data,
                                         h[i].value.data + h[i].value.len,
                                         ngx_http_citrix_guard_in_header, f))
            {
                return 1;
            }
        }
    }

    return 0;
}


/*
 * Each line ends in CR LF and is a header line; the first blank line is the
 * last.  Only the body of proxy_set_body may follow it, in its full length.
 */

static ngx_uint_t
ngx_http_citrix_guard_judge_lines(u_char *p, u_char *last, ngx_uint_t set_body,
    ngx_http_citrix_guard_finding_t *f)
{
    off_t     length;
    u_char   *start, *end, *bad;

    length = -1;

    for (start = p; p < last; p = end + 1) {

        end = memchr(p, LF, last - p);

        if (end == NULL) {
            break;
        }

        if (end == p || end[-1] != CR) {
            return ngx_http_citrix_guard_set_injection(p, end, end,
                                             ngx_http_citrix_guard_in_head, f);
        }

        if (end - p == 1) {
            return end + 1 != last
                   && ngx_http_citrix_guard_judge_rest(end + 1, last,
                                                       length, f);
        }

        bad = p == start ? ngx_http_citrix_guard_break(p, end - 1)
                         : ngx_http_citrix_guard_header_line(p, end - 1);

        if (bad) {
            return ngx_http_citrix_guard_set_injection(p, end - 1, bad,
                                             ngx_http_citrix_guard_in_head, f);
        }

        if (set_body) {
            ngx_http_citrix_guard_read_length(p, end - 1, &length);
        }
    }

    return ngx_http_citrix_guard_set_injection(p, last, last,
                                             ngx_http_citrix_guard_in_head, f);
}


/* of a second Content-Length, or with Transfer-Encoding, no body fits: -2 */

static void
ngx_http_citrix_guard_read_length(u_char *p, u_char *last, off_t *length)
{
    if (last - p > 16
        && ngx_strncasecmp(p, (u_char *) "content-length: ", 16) == 0)
    {
        *length = *length == -1 ? ngx_atoof(p + 16, last - (p + 16)) : -2;

    } else if (last - p > 18
               && ngx_strncasecmp(p, (u_char *) "transfer-encoding:", 18) == 0)
    {
        *length = -2;
    }
}


static ngx_uint_t
ngx_http_citrix_guard_judge_rest(u_char *p, u_char *last, off_t length,
    ngx_http_citrix_guard_finding_t *f)
{
    if (length == last - p) {
        return 0;
    }

    return ngx_http_citrix_guard_set_injection(p, last, p,
                                             ngx_http_citrix_guard_in_head, f);
}


/* NULL if it is a name, a colon and any text; else the first wrong byte */

static u_char *
ngx_http_citrix_guard_header_line(u_char *p, u_char *last)
{
    u_char  *start;

    for (start = p; p < last && *p != ':'; p++) {
        if (*p <= 0x20 || *p == 0x7f) {
            return p;
        }
    }

    if (p == start || p == last) {
        return p;
    }

    return ngx_http_citrix_guard_break(p, last);
}


static ngx_uint_t
ngx_http_citrix_guard_judge_plain(u_char *p, u_char *last,
    ngx_http_citrix_guard_in_e in, ngx_http_citrix_guard_finding_t *f)
{
    u_char  *at;

    at = ngx_http_citrix_guard_break(p, last);

    return at && ngx_http_citrix_guard_set_injection(p, last, at, in, f);
}


/* a byte that some server may take for a line end; NULL if there is none */

static u_char *
ngx_http_citrix_guard_break(u_char *p, u_char *last)
{
    size_t   len;
    u_char  *at;

    if (p >= last) {
        return NULL;
    }

    len = last - p;

    at = memchr(p, LF, len);

    if (at == NULL) {
        at = memchr(p, CR, len);
    }

    return at ? at : memchr(p, '\0', len);
}


static ngx_uint_t
ngx_http_citrix_guard_set_injection(u_char *p, u_char *last, u_char *at,
    ngx_http_citrix_guard_in_e in, ngx_http_citrix_guard_finding_t *f)
{
    ngx_str_t        judged;
    cguard_result_t  res;

    ngx_memzero(&res, sizeof(cguard_result_t));

    res.start = at - p;
    res.end = last - p;

    judged.data = p;
    judged.len = last - p;

    ngx_http_citrix_guard_set_finding(f, in, &judged, &res);
    f->reason = "injection";

    return 1;
}
