
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The request head that nginx has built for the upstream: its target, the two
 * header fields of the first stage, and Upgrade, with which a client could
 * leave HTTP, and so the guard.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_head.h"
#include "ngx_http_citrix_guard_framing.h"
#include "ngx_http_citrix_guard_judge.h"
#include "ngx_http_citrix_guard_judged.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/decision/cguard_target.h"


#define NGX_HTTP_CITRIX_GUARD_PROTOCOL  " HTTP/1."


static ngx_uint_t ngx_http_citrix_guard_judge_http(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, u_char *p, u_char *last,
    ngx_http_citrix_guard_framing_t *framing,
    ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_judge_field(
    ngx_http_citrix_guard_loc_conf_t *glcf, u_char *p, u_char *last,
    ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_set_reason(const char *reason,
    ngx_str_t *judged, ngx_http_citrix_guard_in_e in,
    ngx_http_citrix_guard_finding_t *f);
static u_char *ngx_http_citrix_guard_line_end(u_char *p, u_char *last);
static ngx_uint_t ngx_http_citrix_guard_request_line(u_char *p,
    u_char *last, ngx_str_t *target);


ngx_uint_t
ngx_http_citrix_guard_judge_head(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char                           *last;
    ngx_buf_t                        *b;
    ngx_str_t                         target;
    ngx_http_upstream_t              *u;
    ngx_http_citrix_guard_framing_t   framing;

    u = r->upstream;

    b = u->request_bufs ? u->request_bufs->buf : NULL;

    /*
     * before the proxy module has written its target, this is the client's
     * body
     */

    if (b && (u->conf != glcf->proxy
              || (u->uri.data > b->pos && u->uri.data < b->last)))
    {
        last = ngx_http_citrix_guard_line_end(b->pos, b->last);

        if (ngx_http_citrix_guard_request_line(b->pos, last, &target)) {

            if (ngx_http_citrix_guard_judge_http(r, glcf, b->pos, b->last,
                                                 &framing, f))
            {
                return 1;
            }

            if (!ngx_http_citrix_guard_is_framed(r, glcf, &framing)) {
                return ngx_http_citrix_guard_set_reason("unseen", &target,
                                          ngx_http_citrix_guard_in_target, f);
            }

            return 0;
        }
    }

    /*
     * A tunnel, HTTP/2, FastCGI and the like: what is sent cannot be judged.
     * "detect" at least judges what it was probably built from.
     */

    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_ON) {
        return ngx_http_citrix_guard_set_reason("unseen", &r->unparsed_uri,
                                          ngx_http_citrix_guard_in_target, f);
    }

    return ngx_http_citrix_guard_judge_target(glcf, &r->unparsed_uri, f)
           || ngx_http_citrix_guard_judge_request(r, glcf, f);
}


ngx_uint_t
ngx_http_citrix_guard_is_http1(u_char *p, u_char *last)
{
    ngx_str_t  target;

    last = ngx_http_citrix_guard_line_end(p, last);

    return ngx_http_citrix_guard_request_line(p, last, &target);
}


/*
 * A head, and whatever follows it in the same buffer: the body of
 * proxy_set_body, which is not a header, or a second request, injected by a
 * line feed in a variable.
 */

static ngx_uint_t
ngx_http_citrix_guard_judge_http(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, u_char *p, u_char *last,
    ngx_http_citrix_guard_framing_t *framing,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char      *start, *end, c;
    ngx_str_t    target;
    ngx_uint_t   head;

    head = 1;

    framing->body = NULL;
    framing->length = -1;
    framing->chunked = 0;
    framing->close = 0;

    for (start = p; p < last; p = end + 1) {

        end = ngx_http_citrix_guard_line_end(p, last);

        if (ngx_http_citrix_guard_request_line(p, end, &target)
            && (p == start || target.data[-2] != ':'))
        {
            head = 1;

            if (!ngx_http_citrix_guard_is_judged(r, &target)
                && ngx_http_citrix_guard_judge_built_target(glcf, &target, f))
            {
                return 1;
            }

        } else if (end - p <= 1) {
            head = 0;

            if (framing->body == NULL) {
                framing->body = ngx_min(end + 1, last);
            }

        } else if (head) {

            c = *p | 0x20;

            if ((c == 'c' || c == 't') && framing->body == NULL) {
                ngx_http_citrix_guard_read_framing(p, end, framing);

            } else if (ngx_http_citrix_guard_judge_field(glcf, p, end, f)) {
                return 1;
            }
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_citrix_guard_judge_field(ngx_http_citrix_guard_loc_conf_t *glcf,
    u_char *p, u_char *last, ngx_http_citrix_guard_finding_t *f)
{
    u_char     *colon, c;
    ngx_str_t   name, value;

    c = p < last ? *p | 0x20 : 0;

    if (c != 'n' && c != 'u' && c != 'd' && c != 'x') {
        return 0;
    }

    colon = ngx_strlchr(p, last, ':');

    if (colon == NULL) {
        return 0;
    }

    name.data = p;
    name.len = colon - p;

    for (p = colon + 1; p < last && (*p == ' ' || *p == '\t'); p++) {
        /* void */
    }

    while (last > p && last[-1] <= ' ') { last--; }

    value.data = p;
    value.len = last - p;

    if (name.len == 7 && ngx_strncasecmp(name.data, (u_char *) "upgrade", 7)
                         == 0)
    {
        if (value.len == 9
            && ngx_strncasecmp(value.data, (u_char *) "websocket", 9) == 0)
        {
            return 0;
        }

        return ngx_http_citrix_guard_set_reason("upgrade", &value,
                                          ngx_http_citrix_guard_in_header, f);
    }

    return ngx_http_citrix_guard_judge_header(glcf, &name, &value, 1, f);
}


static ngx_uint_t
ngx_http_citrix_guard_set_reason(const char *reason, ngx_str_t *judged,
    ngx_http_citrix_guard_in_e in, ngx_http_citrix_guard_finding_t *f)
{
    cguard_result_t  res;

    ngx_memzero(&res, sizeof(cguard_result_t));
    res.end = judged->len;

    ngx_http_citrix_guard_set_finding(f, in, judged, &res);
    f->reason = reason;

    return 1;
}


/* the line feed, or the end of the buffer */

static u_char *
ngx_http_citrix_guard_line_end(u_char *p, u_char *last)
{
    u_char  *end;

    end = p < last ? memchr(p, LF, last - p) : NULL;

    return end ? end : last;
}


/*
 * "METHOD target HTTP/1.x" CR.  Everything after the method is the target,
 * spaces included, because proxy_method and proxy_pass may contain variables.
 */

static ngx_uint_t
ngx_http_citrix_guard_request_line(u_char *p, u_char *last, ngx_str_t *target)
{
    size_t   end;
    u_char  *blank;

    end = sizeof(NGX_HTTP_CITRIX_GUARD_PROTOCOL "1\r") - 1;

    if ((size_t) (last - p) <= end) {
        return 0;
    }

    last -= end;

    if (ngx_strncmp(last, NGX_HTTP_CITRIX_GUARD_PROTOCOL,
                    sizeof(NGX_HTTP_CITRIX_GUARD_PROTOCOL) - 1)
        != 0)
    {
        return 0;
    }

    blank = ngx_strlchr(p + 1, last, ' ');

    if (blank == NULL) {
        return 0;
    }

    target->data = blank + 1;
    target->len = last - target->data;

    return 1;
}
