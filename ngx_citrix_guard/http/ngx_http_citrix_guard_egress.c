
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The egress check.  A request that was clean on arrival may have become an
 * attack: through rewrite, through proxy_pass with a URI or variables, or in a
 * named location.  So the head that nginx has built for the upstream is judged
 * before a connection is made.
 *
 * nginx has no hook there.  There are two places between create_request and
 * connect, and each request passes at least one of them: peer.init of the
 * upstream; and upstream.local (proxy_bind) if proxy_pass has variables and
 * may name an address that belongs to no upstream.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_egress.h"
#include "ngx_http_citrix_guard_hooks.h"
#include "ngx_http_citrix_guard_peers.h"
#include "ngx_http_citrix_guard_pinning.h"
#include "ngx_http_citrix_guard_refusal.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_mark.h"
#include "http/judge/ngx_http_citrix_guard_head.h"
#include "http/judge/ngx_http_citrix_guard_injection.h"
#include "http/judge/ngx_http_citrix_guard_judged.h"
#include "http/rules/ngx_http_citrix_guard_mode.h"


/* replaces the configuration of proxy_bind, so it begins with one */

typedef struct {
    ngx_http_upstream_local_t       local;
    ngx_http_upstream_local_t      *original;
} ngx_http_citrix_guard_local_t;


static ngx_int_t ngx_http_citrix_guard_wrap_locals(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf);
static ngx_uint_t ngx_http_citrix_guard_is_named(ngx_conf_t *cf,
    ngx_str_t *name);
static ngx_int_t ngx_http_citrix_guard_wrap_local(ngx_conf_t *cf,
    ngx_http_upstream_conf_t *ucf, ngx_http_complex_value_t *cv);
static ngx_int_t ngx_http_citrix_guard_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_http_citrix_guard_deny_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_http_citrix_guard_local_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_citrix_guard_bind(ngx_http_request_t *r,
    ngx_http_upstream_local_t *local, ngx_http_variable_value_t *v);
static void ngx_http_citrix_guard_use_deny_peer(ngx_http_request_t *r);
static void ngx_http_citrix_guard_fail_upstream(ngx_http_upstream_t *u);
static ngx_inline ngx_uint_t ngx_http_citrix_guard_unchanged(
    ngx_http_request_t *r, ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_inline ngx_uint_t ngx_http_citrix_guard_is_usual(
    ngx_http_request_t *r, ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_http_citrix_guard_rare ngx_uint_t
    ngx_http_citrix_guard_must_refuse_unusual(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_uint_t ngx_http_citrix_guard_must_refuse(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_uint_t ngx_http_citrix_guard_must_refuse_head(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_uint_t ngx_http_citrix_guard_judge_egress(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static void ngx_http_citrix_guard_await_answer(ngx_http_request_t *r);
static void ngx_http_citrix_guard_watch(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_int_t ngx_http_citrix_guard_create_again(ngx_http_request_t *r);


/* leads to the refusal, wherever proxy_pass points */

static ngx_http_upstream_srv_conf_t  ngx_http_citrix_guard_deny;

/* create_request of the proxy module */

static ngx_int_t  (*ngx_http_citrix_guard_create)(ngx_http_request_t *r);


ngx_int_t
ngx_http_citrix_guard_egress_init(ngx_conf_t *cf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    ngx_str_set(&ngx_http_citrix_guard_deny.host, "citrix_guard");
    ngx_http_citrix_guard_deny.peer.init = ngx_http_citrix_guard_deny_peer;

    if (ngx_http_citrix_guard_wrap_peers(cf, gmcf,
                                         ngx_http_citrix_guard_init_peer)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_citrix_guard_wrap_locals(cf, gmcf);
}


static ngx_int_t
ngx_http_citrix_guard_wrap_locals(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_str_t                           name, value;
    ngx_uint_t                          i, m;
    ngx_http_variable_t                *var;
    ngx_http_complex_value_t           *cv;
    ngx_http_upstream_conf_t           *ucf;
    ngx_http_citrix_guard_location_t   *location;
    ngx_http_compile_complex_value_t    ccv;

    ngx_str_set(&name, "citrix_guard_local");
    ngx_str_set(&value, "$citrix_guard_local");

    if (ngx_http_citrix_guard_is_named(cf, &name)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the variable \"$citrix_guard_local\" is "
                           "internal, and cannot be used");
        return NGX_ERROR;
    }

    var = ngx_http_add_variable(cf, &name,
                                NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_NOHASH);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_http_citrix_guard_local_variable;

    cv = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (cv == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value;
    ccv.complex_value = cv;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_ERROR;
    }

    location = gmcf->locations.elts;

    gmcf->local = cv;

    for (i = 0; i < gmcf->locations.nelts; i++) {
        for (m = 0; cf->cycle->modules[m]; m++) {

            ucf = ngx_http_citrix_guard_upstream_conf(cf->cycle->modules[m],
                                                      location[i].loc_conf);

            /*
             * peer.init is enough if the upstream is known by now, and
             * proxy_bind has no variables
             */

            if (ucf == NULL
                || (ucf->upstream
                    && (ucf->local == NULL || ucf->local->value == NULL)))
            {
                continue;
            }

            if (ngx_http_citrix_guard_wrap_local(cf, ucf, cv) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


/*
 * In a header field nginx would evaluate the variable before there is a head.
 * That cannot be distinguished from an nginx that evaluates it too early,
 * which is refused.
 */

static ngx_uint_t
ngx_http_citrix_guard_is_named(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t                  i;
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    v = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        if (v[i].name.len == name->len
            && ngx_strncmp(v[i].name.data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_http_citrix_guard_wrap_local(ngx_conf_t *cf,
    ngx_http_upstream_conf_t *ucf, ngx_http_complex_value_t *cv)
{
    ngx_http_citrix_guard_local_t  *local;

    local = ngx_pcalloc(cf->pool, sizeof(ngx_http_citrix_guard_local_t));
    if (local == NULL) {
        return NGX_ERROR;
    }

    local->original = ucf->local;

    if (local->original) {
        local->local = *local->original;
    }

    local->local.value = cv;

    ucf->local = &local->local;

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_http_upstream_init_peer_pt     init;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (!ngx_http_citrix_guard_is_usual(r, glcf)
        && ngx_http_citrix_guard_must_refuse_unusual(r, glcf))
    {
        return ngx_http_citrix_guard_deny_peer(r, us);
    }

    ngx_http_citrix_guard_set_checked(r->upstream);

    init = glcf->init_peer ? glcf->init_peer
                           : ngx_http_citrix_guard_original_init_peer(r, us);

    if (init == NULL) {
        return NGX_ERROR;
    }

    if (!glcf->pinning) {
        return init(r, us);
    }

    return init(r, us) == NGX_OK ? ngx_http_citrix_guard_pin(r, us)
                                 : NGX_ERROR;
}


/*
 * Refuses in the middle of ngx_http_upstream_init_request().  It would turn
 * any error into a 500, so the upstream is finalized here, and nginx finds it
 * gone.
 */

static ngx_int_t
ngx_http_citrix_guard_deny_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_int_t                          rc;
    ngx_http_upstream_t               *u;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    u = r->upstream;
    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (u->cleanup == NULL) {
        return NGX_ERROR;
    }

    *u->cleanup = NULL;
    u->cleanup = NULL;

    u->finalize_request(r, NGX_HTTP_FORBIDDEN);

#if (NGX_HTTP_CACHE)

    if (r->cache) {
        ngx_http_file_cache_free(r->cache, NULL);
    }

#endif

    r->read_event_handler = ngx_http_block_reading;

    /* one reference for each of two finalizations: this one and nginx's own */

    r->main->count++;

    rc = ngx_http_citrix_guard_refuse(r, glcf);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }

    return NGX_ERROR;
}


/*
 * The value of "proxy_bind" if proxy_pass has variables, or if it has some
 * itself: judges the request, then returns the value of the directive, if
 * there is one.  In this order: a regular expression in a variable of
 * proxy_bind replaces the captures that the head was made of.
 */

static ngx_int_t
ngx_http_citrix_guard_local_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_upstream_t                *u;
    ngx_http_citrix_guard_local_t      *local;
    ngx_http_citrix_guard_loc_conf_t   *glcf;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    v->len = 0;
    v->data = NULL;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    /*
     * A module may get the variable by its index, but it has a meaning in one
     * place only.  Without a head (in a tunnel, or with an nginx that
     * evaluates it before it has built one) nothing can be judged, and the
     * request is refused.
     */

    u = r->upstream;
    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    if (u == NULL || u->conf == NULL || u->conf->local == NULL
        || u->conf->local->value != gmcf->local)
    {
        return NGX_OK;
    }

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (ngx_http_citrix_guard_must_refuse_unusual(r, glcf)) {
        ngx_http_citrix_guard_use_deny_peer(r);
        return NGX_OK;
    }

    ngx_http_citrix_guard_set_checked(u);

    local = (ngx_http_citrix_guard_local_t *) u->conf->local;

    if (ngx_http_citrix_guard_bind(r, local->original, v) != NGX_OK) {
        ngx_http_citrix_guard_fail_upstream(u);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_bind(ngx_http_request_t *r,
    ngx_http_upstream_local_t *local, ngx_http_variable_value_t *v)
{
    ngx_str_t  value;

    if (local == NULL) {
        return NGX_OK;
    }

    if (local->value == NULL) {

        /* the address as text: nginx 1.30 accepts nothing else */

        v->data = local->addr->name.data;
        v->len = local->addr->name.len;
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, local->value, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    v->data = value.data;
    v->len = value.len;

    return NGX_OK;
}


static void
ngx_http_citrix_guard_use_deny_peer(ngx_http_request_t *r)
{
    ngx_http_upstream_t       *u;
    ngx_http_upstream_conf_t  *ucf;

    u = r->upstream;

    ucf = ngx_palloc(r->pool, sizeof(ngx_http_upstream_conf_t));

    if (ucf == NULL) {
        ngx_http_citrix_guard_fail_upstream(u);
        return;
    }

    *ucf = *u->conf;
    ucf->upstream = &ngx_http_citrix_guard_deny;

    u->conf = ucf;
    u->resolved = NULL;
}


/*
 * A variable cannot fail: nginx would take it as empty and continue.  Without
 * host, address and port, nginx itself answers 500.
 */

static void
ngx_http_citrix_guard_fail_upstream(ngx_http_upstream_t *u)
{
    if (u->resolved) {
        ngx_memzero(u->resolved, sizeof(ngx_http_upstream_resolved_t));
    }
}


/*
 * The usual case: the proxy module has written the client's own target, which
 * PREACCESS has let pass; there is no header field that the guard judges, no
 * value with a line feed, and no body, whose length would have to be there.
 */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_unchanged(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_buf_t            *b;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (u->request_bufs == NULL
        || u->conf != glcf->proxy
        || (glcf->scan && (glcf->scan == NGX_HTTP_CITRIX_GUARD_SCAN
                           || r->headers_in.upgrade))
        || r->headers_in.content_length_n > 0
        || r->headers_in.chunked)
    {
        return 0;
    }

    b = u->request_bufs->buf;

    return u->uri.data >= b->pos && u->uri.data < b->last
           && ngx_http_citrix_guard_is_judged(r, &u->uri)
           && (glcf->values == NULL
               || ngx_http_citrix_guard_values_are_plain(r, glcf));
}


/* nothing was found in any request at work, and nothing is to be found now */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_is_usual(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    return ngx_http_citrix_guard_nmarks == 0
           && !ngx_http_citrix_guard_hooks_lost
           && ngx_http_citrix_guard_unchanged(r, glcf);
}


static ngx_uint_t
ngx_http_citrix_guard_must_refuse_unusual(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    /* before the configuration of a request with a finding is copied */

    ngx_http_citrix_guard_watch(r, glcf);

    return ngx_http_citrix_guard_must_refuse(r, glcf);
}


/* is this to be refused? If the client was refused before, it stays so */

static ngx_uint_t
ngx_http_citrix_guard_must_refuse(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = ngx_http_citrix_guard_mark(r);

    if (mark && mark->refused) {
        return 1;
    }

    if (ngx_http_citrix_guard_must_distrust(glcf)) {
        ngx_http_citrix_guard_record_distrust(r, glcf);
        return 1;
    }

    /* nginx has asked for its address before: it was judged then */

    if (mark && mark->awaited == r->upstream) {
        return 0;
    }

    return ngx_http_citrix_guard_must_refuse_head(r, glcf);
}


static ngx_uint_t
ngx_http_citrix_guard_must_refuse_head(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    if (glcf->mode != NGX_HTTP_CITRIX_GUARD_OFF
        && !ngx_http_citrix_guard_unchanged(r, glcf)
        && ngx_http_citrix_guard_judge_egress(r, glcf))
    {
        return 1;
    }

    if (ngx_http_citrix_guard_mark(r)) {
        ngx_http_citrix_guard_await_answer(r);
    }

    return 0;
}


static ngx_uint_t
ngx_http_citrix_guard_judge_egress(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_http_citrix_guard_finding_t  f, head;

    f.verdict = ngx_http_citrix_guard_passed;

    if (ngx_http_citrix_guard_judge_injection(r, glcf, &f)) {
        ngx_http_citrix_guard_apply_mode(r, glcf, &f);
    }

    /*
     * the strictest verdict counts: after an exemption the other checks follow
     */

    if (f.verdict != ngx_http_citrix_guard_blocked
        && ngx_http_citrix_guard_judge_head(r, glcf, &head))
    {
        ngx_http_citrix_guard_apply_mode(r, glcf, &head);

        if (head.verdict > f.verdict) {
            f = head;
        }
    }

    if (f.verdict == ngx_http_citrix_guard_passed) {
        return 0;
    }

    f.at = ngx_http_citrix_guard_at_egress;

    ngx_http_citrix_guard_record_finding(r, glcf, &f);

    if (f.verdict != ngx_http_citrix_guard_blocked) {
        return 0;
    }

    ngx_http_citrix_guard_set_refused(r);

    return 1;
}


/*
 * Something was found, and is let through.  The client may hang up so that its
 * success is not seen: nginx waits for the answer all the same, as with
 * "proxy_ignore_client_abort on".  The timeouts of the upstream limit that.
 */

static void
ngx_http_citrix_guard_await_answer(ngx_http_request_t *r)
{
    ngx_http_upstream_conf_t  *ucf;

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    /* after a body that it does not buffer, nginx asks for the directive */

    ucf = ngx_palloc(r->pool, sizeof(ngx_http_upstream_conf_t));
    if (ucf == NULL || !ngx_http_citrix_guard_set_awaited(r)) {
        return;
    }

    *ucf = *r->upstream->conf;
    ucf->ignore_client_abort = 1;
    r->upstream->conf = ucf;
}


/*
 * Lua's balancer runs after this check, and may have the head built again, from
 * variables that it has changed (recreate_request).  So does any module that
 * calls create_request.  Where there are such modules the new head is judged,
 * too.
 */

static void
ngx_http_citrix_guard_watch(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_buf_t            *b;
    ngx_http_upstream_t  *u;

    u = r->upstream;

    if (!glcf->foreign
        || glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF
        || u->conf != glcf->proxy
        || u->request_bufs == NULL
        || u->create_request == ngx_http_citrix_guard_create_again)
    {
        return;
    }

    /* for HTTP/2 it has another one */

    b = u->request_bufs->buf;

    if (!ngx_http_citrix_guard_is_http1(b->pos, b->last)) {
        return;
    }

    ngx_http_citrix_guard_create = u->create_request;
    u->create_request = ngx_http_citrix_guard_create_again;
}


/*
 * It is too late for a page: whoever has called this connects next.  There is
 * no socket of such a type, and nothing to send over a connection that was
 * kept, so nginx answers with an error of its own.
 */

static ngx_int_t
ngx_http_citrix_guard_create_again(ngx_http_request_t *r)
{
    ngx_http_upstream_t               *u;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    u = r->upstream;
    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    /* by which the proxy module is known; see _watch() and _await_answer() */

    u->conf = glcf->proxy;

    if (ngx_http_citrix_guard_create(r) == NGX_OK
        && !ngx_http_citrix_guard_must_refuse_head(r, glcf))
    {
        return NGX_OK;
    }

    u->request_bufs = NULL;
    u->peer.type = -1;

    return NGX_ERROR;
}
