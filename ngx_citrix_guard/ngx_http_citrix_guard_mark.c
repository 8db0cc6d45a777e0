
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The mark of a client's request.  A module's context is lost on an internal
 * redirect, a pool cleanup is not, and subrequests share it.
 */


#include "ngx_http_citrix_guard_module.h"


static ngx_http_citrix_guard_mark_t *ngx_http_citrix_guard_mark_add(
    ngx_http_request_t *r);
static void ngx_http_citrix_guard_mark_cleanup(void *data);


ngx_http_citrix_guard_mark_t *
ngx_http_citrix_guard_mark(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_citrix_guard_mark_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_http_citrix_guard_mark_t *
ngx_http_citrix_guard_note(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char                         text[NGX_HTTP_CITRIX_GUARD_TEXT];
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_mark(r);

    if (mark && mark->verdict >= f->verdict) {
        return mark;
    }

    ngx_http_citrix_guard_log(r, glcf, f);

    if (mark == NULL) {
        mark = ngx_http_citrix_guard_mark_add(r);
        if (mark == NULL) {
            return NULL;
        }
    }

    mark->verdict = f->verdict;
    mark->reason = f->reason;
    mark->rule = f->rule;

    mark->reading.len = ngx_http_citrix_guard_reading(text, sizeof(text), f);
    mark->reading.data = ngx_pnalloc(r->pool, mark->reading.len + 1);

    if (mark->reading.data == NULL) {
        mark->reading.len = 0;
        return mark;
    }

    ngx_memcpy(mark->reading.data, text, mark->reading.len);

    return mark;
}


static ngx_http_citrix_guard_mark_t *
ngx_http_citrix_guard_mark_add(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_citrix_guard_mark_t));
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, sizeof(ngx_http_citrix_guard_mark_t));

    cln->handler = ngx_http_citrix_guard_mark_cleanup;

    return cln->data;
}


static void
ngx_http_citrix_guard_mark_cleanup(void *data)
{
    /* the address is what the mark is found by */
}
