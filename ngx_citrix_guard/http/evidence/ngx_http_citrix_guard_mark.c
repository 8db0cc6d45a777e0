
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The mark of a client's request.  An internal redirect clears a module's
 * context, but not a pool's cleanup handlers, and subrequests share the pool.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_mark.h"
#include "ngx_http_citrix_guard_log.h"
#include "ngx_http_citrix_guard_log_rate.h"
#include "ngx_http_citrix_guard_open.h"
#include "http/base/ngx_http_citrix_guard_pool.h"
#include "http/base/ngx_http_citrix_guard_types.h"


#define NGX_HTTP_CITRIX_GUARD_FALLBACKS  3


static ngx_inline ngx_uint_t ngx_http_citrix_guard_is_fallback(
    ngx_http_citrix_guard_mark_t *mark);
static void ngx_http_citrix_guard_add_sent(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_finding_t *f);
static void ngx_http_citrix_guard_mark_cleanup(void *data);


/*
 * If memory runs out: marks that requests share, stored as the context of the
 * client's request.  They record only what was done, until a redirect or
 * post_action, which is judged by itself.
 */

static ngx_http_citrix_guard_mark_t
    ngx_http_citrix_guard_fallbacks[NGX_HTTP_CITRIX_GUARD_FALLBACKS] =
{
    { .verdict = ngx_http_citrix_guard_exempted, .reason = "" },
    { .verdict = ngx_http_citrix_guard_detected, .reason = "" },
    { .verdict = ngx_http_citrix_guard_blocked, .reason = "" }
};


ngx_uint_t  ngx_http_citrix_guard_nmarks;


ngx_http_citrix_guard_mark_t *
ngx_http_citrix_guard_find_mark(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_pool_get(r->pool,
                                          ngx_http_citrix_guard_mark_cleanup);
    if (mark) {
        return mark;
    }

    mark = ngx_http_get_module_ctx(r->main, ngx_http_citrix_guard_module);

    return ngx_http_citrix_guard_is_fallback(mark) ? mark : NULL;
}


void
ngx_http_citrix_guard_record_finding(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char                         text[NGX_HTTP_CITRIX_GUARD_TEXT];
    ngx_uint_t                     may_log, open;
    ngx_http_citrix_guard_mark_t  *mark, *former;

    former = ngx_http_citrix_guard_mark(r);

    if (former && former->verdict >= f->verdict) {
        ngx_http_citrix_guard_add_sent(r, former, f);
        return;
    }

    open = former ? former->open : 0;

    may_log = ngx_http_citrix_guard_may_log(r, glcf, f->verdict
                                             == ngx_http_citrix_guard_blocked);

    if (may_log) {
        ngx_http_citrix_guard_log_finding(r, glcf, f);
    }

    mark = ngx_http_citrix_guard_pool_add(r->pool,
                                          ngx_http_citrix_guard_mark_cleanup,
                                          sizeof(ngx_http_citrix_guard_mark_t));

    /* that of a fallback is never taken back: nobody knows when it ends */

    if (former == NULL || ngx_http_citrix_guard_is_fallback(former)) {
        ngx_http_citrix_guard_nmarks++;
    }

    if (mark == NULL) {
        mark = ngx_http_citrix_guard_fallbacks;

        while (mark->verdict != f->verdict) { mark++; }

        ngx_http_set_ctx(r->main, mark, ngx_http_citrix_guard_module);
        return;
    }

    mark->verdict = f->verdict;
    mark->open = open;
    mark->left_out = !may_log;
    mark->reason = f->reason;
    mark->rule = f->rule;
    mark->exempted_by = f->exempted_by;
    mark->at = f->at;
    mark->in = f->in;
    mark->mode = glcf->mode;
    mark->depth = f->depth;
    mark->start = f->start;
    mark->end = f->end;

    if (mark->verdict != ngx_http_citrix_guard_blocked) {
        ngx_http_citrix_guard_open_add(r, mark);
    }

    ngx_http_citrix_guard_add_sent(r, mark, f);

    mark->reading.len = ngx_http_citrix_guard_format_reading(text,
                                                             sizeof(text), f);
    mark->reading.data = ngx_pnalloc(r->pool, mark->reading.len + 1);

    if (mark->reading.data == NULL) {
        mark->reading.len = 0;
        return;
    }

    ngx_memcpy(mark->reading.data, text, mark->reading.len);
}


/* its answer counts, like that to the client's request */

static void
ngx_http_citrix_guard_add_sent(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_finding_t *f)
{
    ngx_http_citrix_guard_sent_t  *sent;

    if (r == r->main
        || f->verdict == ngx_http_citrix_guard_blocked
        || ngx_http_citrix_guard_is_fallback(mark))
    {
        return;
    }

    for (sent = mark->sent; sent; sent = sent->next) {
        if (sent->request == r) {
            return;
        }
    }

    sent = ngx_palloc(r->pool, sizeof(ngx_http_citrix_guard_sent_t));
    if (sent == NULL) {
        mark->unlisted = 1;
        return;
    }

    sent->request = r;
    sent->next = mark->sent;
    mark->sent = sent;
}


ngx_uint_t
ngx_http_citrix_guard_set_awaited(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_mark(r);

    if (mark == NULL || ngx_http_citrix_guard_is_fallback(mark)) {
        return 0;
    }

    mark->awaited = r->upstream;

    return 1;
}


void
ngx_http_citrix_guard_set_refused(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_mark(r);

    /* the parent request handles the result */

    if (mark && r == r->main && !ngx_http_citrix_guard_is_fallback(mark)) {
        mark->refused = 1;
    }
}


static ngx_inline ngx_uint_t
ngx_http_citrix_guard_is_fallback(ngx_http_citrix_guard_mark_t *mark)
{
    return mark >= ngx_http_citrix_guard_fallbacks
           && mark < ngx_http_citrix_guard_fallbacks
                     + NGX_HTTP_CITRIX_GUARD_FALLBACKS;
}


static void
ngx_http_citrix_guard_mark_cleanup(void *data)
{
    /* the mark is found by this address */

    ngx_http_citrix_guard_nmarks--;
}
