
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The event as the extension of a line in the Common Event Format: pairs of
 * key and value, in which "\" and "=" need a backslash.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_cef.h"
#include "ngx_http_citrix_guard_event.h"
#include "ngx_http_citrix_guard_json.h"
#include "ngx_http_citrix_guard_outcome.h"
#include "http/base/ngx_http_citrix_guard_names.h"
#include "cguard/rules/cguard_rule_types.h"


/* the longest texts in bytes, each of which may become five */

#define NGX_HTTP_CITRIX_GUARD_CEF_LINE   4096
#define NGX_HTTP_CITRIX_GUARD_CEF_LONG   256
#define NGX_HTTP_CITRIX_GUARD_CEF_TEXT   80


static void ngx_http_citrix_guard_cef_text(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_str_t *text, size_t max);
static void ngx_http_citrix_guard_cef_name(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *name);


/* empty if memory runs out: the rest of the line still has the verdict */

ngx_str_t
ngx_http_citrix_guard_event_cef(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e)
{
    ngx_str_t                      cef, rule;
    ngx_http_citrix_guard_json_t   out, *o;

    ngx_str_null(&cef);

    cef.data = ngx_pnalloc(r->pool, NGX_HTTP_CITRIX_GUARD_CEF_LINE);
    if (cef.data == NULL) {
        return cef;
    }

    o = &out;

    ngx_http_citrix_guard_json_init_buffer(o, cef.data,
                                           NGX_HTTP_CITRIX_GUARD_CEF_LINE);

    ngx_http_citrix_guard_json_format(o, "rt=%uL", e->msec);

    /* "src" is an address, and a unix socket has none */

    if (r->connection->sockaddr->sa_family != AF_UNIX) {
        ngx_http_citrix_guard_cef_text(o, "src", &e->client,
                                       NGX_HTTP_CITRIX_GUARD_CEF_TEXT);
    }

    ngx_http_citrix_guard_cef_name(o, "act",
                        ngx_http_citrix_guard_verdict_name(e->mark->verdict));
    ngx_http_citrix_guard_cef_name(o, "outcome",
                              ngx_http_citrix_guard_outcome_name(e->outcome));
    ngx_http_citrix_guard_cef_text(o, "externalId", &e->id,
                                   NGX_HTTP_CITRIX_GUARD_CEF_TEXT);
    ngx_http_citrix_guard_cef_text(o, "dhost", &e->host,
                                   NGX_HTTP_CITRIX_GUARD_CEF_TEXT);
    ngx_http_citrix_guard_cef_text(o, "requestMethod", &e->method,
                                   NGX_HTTP_CITRIX_GUARD_CEF_TEXT);
    ngx_http_citrix_guard_cef_text(o, "request", &e->target,
                                   NGX_HTTP_CITRIX_GUARD_CEF_LONG);
    ngx_http_citrix_guard_cef_text(o, "requestClientApplication", &e->agent,
                                   NGX_HTTP_CITRIX_GUARD_CEF_TEXT);

    if (e->mark->rule) {
        rule.data = (u_char *) e->mark->rule->id.data;
        rule.len = e->mark->rule->id.len;

        ngx_http_citrix_guard_cef_name(o, "cs1Label", "rule");
        ngx_http_citrix_guard_cef_text(o, "cs1", &rule, CGUARD_RULE_ID);
    }

    if (e->nsc_user.len) {
        ngx_http_citrix_guard_cef_name(o, "cs2Label", "NSC_USER");
        ngx_http_citrix_guard_cef_text(o, "cs2", &e->nsc_user,
                                       NGX_HTTP_CITRIX_GUARD_CEF_TEXT);
    }

    cef.len = o->failed ? 0 : o->pos - cef.data;

    return cef;
}


static void
ngx_http_citrix_guard_cef_text(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_str_t *text, size_t max)
{
    size_t  i, len, from;

    if (text->len == 0) {
        return;
    }

    ngx_http_citrix_guard_json_format(o, " %s=", key);

    len = ngx_min(text->len, max);

    for (i = 0, from = 0; i < len; i++) {

        if (text->data[i] != '=') {
            continue;
        }

        ngx_http_citrix_guard_json_escaped(o, text->data + from, i - from,
                                           4 * len);
        ngx_http_citrix_guard_json_bytes(o, "\\=", 2);
        from = i + 1;
    }

    ngx_http_citrix_guard_json_escaped(o, text->data + from, i - from,
                                       4 * len);
}


static void
ngx_http_citrix_guard_cef_name(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *name)
{
    ngx_http_citrix_guard_json_format(o, " %s=%s", key, name);
}
