
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The event of a suspicious request: what was requested, by whom, what the
 * guard did, and how it ended. conf/event.schema.json defines its form as
 * JSON; it never contains a cookie or a body.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_event.h"
#include "ngx_http_citrix_guard_canary.h"
#include "ngx_http_citrix_guard_forwarded.h"
#include "ngx_http_citrix_guard_json.h"
#include "ngx_http_citrix_guard_outcome.h"
#include "ngx_http_citrix_guard_sent_header.h"
#include "http/base/ngx_http_citrix_guard_names.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/rules/cguard_rule_types.h"


/*
 * The longest texts, as \xHH; a backslash is doubled in JSON.  Even with all
 * texts at their longest, names and numbers included, a line stays below its
 * limit.
 */

#define NGX_HTTP_CITRIX_GUARD_EVENT_LINE    4096
#define NGX_HTTP_CITRIX_GUARD_EVENT_LONG    512
#define NGX_HTTP_CITRIX_GUARD_EVENT_TEXT    256
#define NGX_HTTP_CITRIX_GUARD_EVENT_SHORT   128
#define NGX_HTTP_CITRIX_GUARD_EVENT_ADDR    64
#define NGX_HTTP_CITRIX_GUARD_EVENT_WORD    32


static ngx_str_t ngx_http_citrix_guard_event_method(ngx_http_request_t *r);
static ngx_str_t ngx_http_citrix_guard_event_protocol(ngx_http_request_t *r);
static ngx_str_t ngx_http_citrix_guard_event_sni(ngx_http_request_t *r);
static ngx_http_upstream_state_t *ngx_http_citrix_guard_event_upstream(
    ngx_http_request_t *r);
static void ngx_http_citrix_guard_event_found(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_event_t *e);
static void ngx_http_citrix_guard_event_answer(
    ngx_http_citrix_guard_json_t *o, ngx_http_citrix_guard_event_t *e);
static void ngx_http_citrix_guard_event_text(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_str_t *text, size_t max);


void
ngx_http_citrix_guard_build_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_event_t *e)
{
    ngx_http_request_t        *answered;
    ngx_http_core_srv_conf_t  *cscf;

    ngx_memzero(e, sizeof(ngx_http_citrix_guard_event_t));

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    e->mark = mark;
    e->outcome = ngx_http_citrix_guard_outcome(r, mark, &answered);
    e->msec = (uint64_t) r->start_sec * 1000 + r->start_msec;
    e->id = ngx_http_citrix_guard_request_id(r);
    e->client = r->connection->addr_text;
    e->forwarded = ngx_http_citrix_guard_forwarded_for(r);
    e->sni = ngx_http_citrix_guard_event_sni(r);
    e->server = cscf->server_name;
    e->method = ngx_http_citrix_guard_event_method(r);
    e->protocol = ngx_http_citrix_guard_event_protocol(r);
    e->target = ngx_http_citrix_guard_client_target(r);

    /* it names the file that the attack writes */

    e->nsc_user = ngx_http_citrix_guard_sent_header(r, "NSC_USER");
    e->sent = r->connection->sent;
    e->upstream = ngx_http_citrix_guard_event_upstream(answered);
    e->answer = e->upstream
                ? ngx_http_citrix_guard_answer_status(answered, e->upstream)
                : 0;

    e->status = r->err_status ? r->err_status : r->headers_out.status;

    e->canary = ngx_http_citrix_guard_canary(r, &e->target);

    /* what a rule finds may be allowed even with "on" */

    e->let_by = e->canary
                && mark->mode == NGX_HTTP_CITRIX_GUARD_ON
                && mark->verdict != ngx_http_citrix_guard_blocked
                && mark->rule == NULL;

    if (r->headers_in.host) {
        e->host = r->headers_in.host->value;
    }

    if (r->headers_in.user_agent) {
        e->agent = r->headers_in.user_agent->value;
    }
}


/* nginx does not know it yet if it could not parse the request line */

static ngx_str_t
ngx_http_citrix_guard_event_method(ngx_http_request_t *r)
{
    u_char     *p, *last;
    ngx_str_t   method;

    if (r->method_name.len && r->method_name.data) {
        return r->method_name;
    }

    ngx_str_null(&method);

    p = r->request_start;

    if (p == NULL || r->header_in == NULL || p < r->header_in->start
        || p >= r->header_in->last)
    {
        return method;
    }

    last = ngx_min(r->header_in->last, p + NGX_HTTP_CITRIX_GUARD_EVENT_WORD);

    method.data = p;

    while (p < last && *p > ' ') { p++; }

    method.len = p - method.data;

    return method;
}


static ngx_str_t
ngx_http_citrix_guard_event_protocol(ngx_http_request_t *r)
{
    ngx_uint_t  i;

    static struct {
        ngx_uint_t  version;
        ngx_str_t   name;
    } known[] = {
        { NGX_HTTP_VERSION_9, ngx_string("HTTP/0.9") },
        { NGX_HTTP_VERSION_10, ngx_string("HTTP/1.0") },
        { NGX_HTTP_VERSION_11, ngx_string("HTTP/1.1") },
        { NGX_HTTP_VERSION_20, ngx_string("HTTP/2.0") },
#ifdef NGX_HTTP_VERSION_30
        { NGX_HTTP_VERSION_30, ngx_string("HTTP/3.0") },
#endif
        { 0, ngx_null_string }
    };

    for (i = 0; known[i].version; i++) {
        if (known[i].version == r->http_version) {
            break;
        }
    }

    return known[i].name;
}


/* through its variable: nginx may be built without TLS */

static ngx_str_t
ngx_http_citrix_guard_event_sni(ngx_http_request_t *r)
{
    ngx_str_t                   sni;
    ngx_http_variable_value_t  *v;

    static ngx_str_t  name = ngx_string("ssl_server_name");

    ngx_str_null(&sni);

    v = ngx_http_get_variable(r, &name, ngx_hash_key(name.data, name.len));

    if (v && !v->not_found) {
        sni.data = v->data;
        sni.len = v->len;
    }

    return sni;
}


/* the last upstream that was asked */

static ngx_http_upstream_state_t *
ngx_http_citrix_guard_event_upstream(ngx_http_request_t *r)
{
    ngx_uint_t                  i;
    ngx_http_upstream_state_t  *state;

    if (r->upstream_states == NULL) {
        return NULL;
    }

    state = r->upstream_states->elts;

    for (i = r->upstream_states->nelts; i; i--) {
        if (state[i - 1].peer) {
            return &state[i - 1];
        }
    }

    return NULL;
}


ngx_str_t
ngx_http_citrix_guard_event_json(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e)
{
    u_char                        *buf;
    ngx_str_t                      json;
    ngx_http_citrix_guard_json_t   out, *o;

    /*
     * if memory runs out: shared by all requests, valid until the next event
     */

    static u_char  spare[NGX_HTTP_CITRIX_GUARD_EVENT_LINE];

    buf = ngx_pnalloc(r->pool, NGX_HTTP_CITRIX_GUARD_EVENT_LINE);
    if (buf == NULL) {
        buf = spare;
    }

    o = &out;

    ngx_http_citrix_guard_json_init_buffer(o, buf,
                                           NGX_HTTP_CITRIX_GUARD_EVENT_LINE);

    ngx_http_citrix_guard_json_open(o, NULL, "{");
    ngx_http_citrix_guard_json_number(o, "version", 1);
    ngx_http_citrix_guard_json_time(o, "time", e->msec);

    ngx_http_citrix_guard_event_text(o, "id", &e->id,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_WORD);
    ngx_http_citrix_guard_event_text(o, "client", &e->client,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_SHORT);
    ngx_http_citrix_guard_event_text(o, "forwarded_for", &e->forwarded,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_ADDR);
    ngx_http_citrix_guard_event_text(o, "sni", &e->sni,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_TEXT);
    ngx_http_citrix_guard_event_text(o, "server", &e->server,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_SHORT);
    ngx_http_citrix_guard_event_text(o, "host", &e->host,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_TEXT);
    ngx_http_citrix_guard_event_text(o, "method", &e->method,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_WORD);
    ngx_http_citrix_guard_event_text(o, "protocol", &e->protocol,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_WORD);
    ngx_http_citrix_guard_event_text(o, "target", &e->target,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_LONG);
    ngx_http_citrix_guard_json_number(o, "target_length", e->target.len);

    ngx_http_citrix_guard_event_found(o, e);

    ngx_http_citrix_guard_event_text(o, "user_agent", &e->agent,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_TEXT);
    ngx_http_citrix_guard_event_text(o, "nsc_user", &e->nsc_user,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_SHORT);

    if (e->canary) {
        ngx_http_citrix_guard_json_true(o, "canary");
        ngx_http_citrix_guard_json_text(o, "canary_name",
                                        e->canary->name.data,
                                        e->canary->name.len,
                                        NGX_HTTP_CITRIX_GUARD_EVENT_WORD);
    }

    ngx_http_citrix_guard_event_answer(o, e);

    ngx_http_citrix_guard_json_close(o, "}");

    json.data = buf;
    json.len = o->failed ? 0 : o->pos - buf;

    return json;
}


/* what was found, and what was done */

static void
ngx_http_citrix_guard_event_found(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_event_t *e)
{
    ngx_http_citrix_guard_mark_t  *mark;

    mark = e->mark;

    ngx_http_citrix_guard_json_string(o, "verdict",
                           ngx_http_citrix_guard_verdict_name(mark->verdict));
    ngx_http_citrix_guard_json_string(o, "outcome",
                           ngx_http_citrix_guard_outcome_name(e->outcome));

    /* memory ran out: nothing else is known */

    if (mark->reason[0] == '\0') {
        ngx_http_citrix_guard_json_string(o, "reason", "unknown");
        return;
    }

    ngx_http_citrix_guard_json_string(o, "reason", mark->reason);

    if (mark->rule) {
        ngx_http_citrix_guard_json_text(o, "rule", mark->rule->id.data,
                                        mark->rule->id.len, CGUARD_RULE_ID);
    }

    if (mark->rule && mark->rule->msg.len) {
        ngx_http_citrix_guard_json_text(o, "msg", mark->rule->msg.data,
                                        mark->rule->msg.len,
                                        NGX_HTTP_CITRIX_GUARD_EVENT_SHORT);
    }

    if (mark->exempted_by) {
        ngx_http_citrix_guard_json_text(o, "by", mark->exempted_by->id.data,
                                        mark->exempted_by->id.len,
                                        CGUARD_RULE_ID);
    }

    ngx_http_citrix_guard_json_string(o, "mode",
                           mark->mode == NGX_HTTP_CITRIX_GUARD_ON ? "on"
                                                                  : "detect");
    ngx_http_citrix_guard_json_string(o, "at",
                                      ngx_http_citrix_guard_at_name(mark->at));
    ngx_http_citrix_guard_json_string(o, "in",
                                      ngx_http_citrix_guard_in_name(mark->in));
    ngx_http_citrix_guard_json_number(o, "depth", mark->depth);

    ngx_http_citrix_guard_json_open(o, "range", "[");
    ngx_http_citrix_guard_json_number(o, NULL, mark->start);
    ngx_http_citrix_guard_json_number(o, NULL, mark->end);
    ngx_http_citrix_guard_json_close(o, "]");

    ngx_http_citrix_guard_json_ready_text(o, "reading", &mark->reading);
}


static void
ngx_http_citrix_guard_event_answer(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_event_t *e)
{
    ngx_http_upstream_state_t  *u;

    if (e->status) {
        ngx_http_citrix_guard_json_number(o, "status", e->status);
    }

    ngx_http_citrix_guard_json_number(o, "sent", e->sent);

    u = e->upstream;

    if (u == NULL) {
        return;
    }

    ngx_http_citrix_guard_json_open(o, "upstream", "{");

    ngx_http_citrix_guard_event_text(o, "address", u->peer,
                                     NGX_HTTP_CITRIX_GUARD_EVENT_SHORT);

    if (e->answer) {
        ngx_http_citrix_guard_json_number(o, "status", e->answer);
    }

    ngx_http_citrix_guard_json_number(o, "sent", u->bytes_sent);
    ngx_http_citrix_guard_json_number(o, "bytes", u->response_length);

    if (u->response_time != (ngx_msec_t) -1) {
        ngx_http_citrix_guard_json_key(o, "seconds");
        ngx_http_citrix_guard_json_format(o, "%T.%03M",
                                          (time_t) u->response_time / 1000,
                                          u->response_time % 1000);
    }

    ngx_http_citrix_guard_json_close(o, "}");
}


/* omitted if it has no value */

static void
ngx_http_citrix_guard_event_text(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_str_t *text, size_t max)
{
    if (text->len) {
        ngx_http_citrix_guard_json_text(o, key, text->data, text->len, max);
    }
}
