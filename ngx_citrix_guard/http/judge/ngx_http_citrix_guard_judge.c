
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which strings of a request the core judges.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_judge.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/decision/cguard_target.h"


static ngx_uint_t ngx_http_citrix_guard_judge_uri(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);
static ngx_uint_t ngx_http_citrix_guard_is_second_target(ngx_str_t *name);
static ngx_uint_t ngx_http_citrix_guard_judge_headers(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


/*
 * Some servers take a target from these fields, named as CGI names them:
 * WebDAV's COPY and MOVE write to "Destination"; IIS, Symfony, Zend and
 * frameworks based on them take the URL from the other two instead of the
 * request line.
 */

static const char  *ngx_http_citrix_guard_second_targets[] = {
    "DESTINATION", "X_ORIGINAL_URL", "X_REWRITE_URL", NULL
};


/*
 * The target as the client sent it counts if nginx would forward it. nginx's
 * own URI and arguments are then one of its readings and need no separate
 * check.  They count as soon as a rewrite or redirect has changed them.
 */

ngx_uint_t
ngx_http_citrix_guard_judge_request(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_uint_t  found;

    if (r->valid_unparsed_uri) {
        found = ngx_http_citrix_guard_judge_target(glcf, &r->unparsed_uri, f);

    } else {
        found = ngx_http_citrix_guard_judge_uri(r, glcf, f);
    }

    return found || ngx_http_citrix_guard_judge_headers(r, glcf, f);
}


ngx_uint_t
ngx_http_citrix_guard_set_finding(ngx_http_citrix_guard_finding_t *f,
    ngx_http_citrix_guard_in_e in, ngx_str_t *judged, cguard_result_t *res)
{
    f->verdict = ngx_http_citrix_guard_passed;
    f->reason = cguard_reason_name(res->reason);
    f->rule = NULL;
    f->exempted_by = NULL;
    f->at = ngx_http_citrix_guard_at_request;
    f->in = in;
    f->judged = *judged;
    ngx_str_null(&f->args);
    f->depth = res->depth;
    f->start = res->start;
    f->end = res->end;

    return 1;
}


ngx_uint_t
ngx_http_citrix_guard_judge_target(ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_str_t *target, ngx_http_citrix_guard_finding_t *f)
{
    cguard_result_t  res;

    /* most targets pass, and need no result */

    if (cguard_target(target->data, target->len, glcf->policy, NULL)
        == CGUARD_PASS)
    {
        return 0;
    }

    (void) cguard_target(target->data, target->len, glcf->policy, &res);

    return ngx_http_citrix_guard_set_finding(f,
                                             ngx_http_citrix_guard_in_target,
                                             target, &res);
}


/*
 * A target that nginx has built.  The client must have encoded a "#" in it,
 * because a raw one was refused before.
 */

ngx_uint_t
ngx_http_citrix_guard_judge_built_target(
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *target,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char           *query;
    size_t            plen, qlen;
    cguard_result_t   res;

    query = ngx_strlchr(target->data, target->data + target->len, '?');

    plen = query ? (size_t) (query++ - target->data) : target->len;
    qlen = query ? target->len - plen - 1 : 0;

    if (cguard_parts(target->data, plen, query, qlen, glcf->policy, &res)
        == CGUARD_PASS)
    {
        return 0;
    }

    return ngx_http_citrix_guard_set_finding(f, ngx_http_citrix_guard_in_head,
                                             target, &res);
}


static ngx_uint_t
ngx_http_citrix_guard_judge_uri(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    cguard_result_t  res;

    if (cguard_parts(r->uri.data, r->uri.len,
                     r->args.len ? r->args.data : NULL, r->args.len,
                     glcf->policy, &res)
        == CGUARD_PASS)
    {
        return 0;
    }

    ngx_http_citrix_guard_set_finding(f, ngx_http_citrix_guard_in_uri, &r->uri,
                                      &res);
    f->args = r->args;

    return 1;
}


ngx_uint_t
ngx_http_citrix_guard_judge_header(ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_str_t *name, ngx_str_t *value, ngx_uint_t built,
    ngx_http_citrix_guard_finding_t *f)
{
    cguard_result_t  res;

    if (!ngx_http_citrix_guard_maybe_judged(name)) {
        return 0;
    }

    if (ngx_http_citrix_guard_is_second_target(name)) {

        if (built ? ngx_http_citrix_guard_judge_built_target(glcf, value, f)
                  : ngx_http_citrix_guard_judge_target(glcf, value, f))
        {
            /* WebDAV clients send a parent segment in "Destination" */

            if ((name->data[0] | 0x20) == 'd'
                && ngx_strcmp(f->reason, "parent") == 0)
            {
                return 0;
            }

            f->in = ngx_http_citrix_guard_in_header;
            return 1;
        }

        return 0;
    }

    if (cguard_header(name->data, name->len, value->data, value->len, &res)
        == CGUARD_PASS)
    {
        return 0;
    }

    return ngx_http_citrix_guard_set_finding(f,
                                             ngx_http_citrix_guard_in_header,
                                             value, &res);
}


static ngx_uint_t
ngx_http_citrix_guard_is_second_target(ngx_str_t *name)
{
    const char  **known;

    for (known = ngx_http_citrix_guard_second_targets; *known; known++) {
        if (ngx_strlen(*known) == name->len
            && cguard_header_is(name->data, name->len, *known))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_citrix_guard_judge_headers(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_citrix_guard_judge_header(glcf, &h[i].key,
                                                   &h[i].value, 0, f))
            {
                return 1;
            }
        }
    }

    return 0;
}
