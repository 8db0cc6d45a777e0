
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone as JSON (docs/monitoring.md).
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <nginx.h>

#include "ngx_http_citrix_guard_monitor_json.h"
#include "ngx_http_citrix_guard_monitor_names.h"
#include "ngx_http_citrix_guard_monitor_rules.h"
#include "ngx_http_citrix_guard_monitor_series.h"
#include "http/base/ngx_http_citrix_guard_source.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"
#include "http/evidence/ngx_http_citrix_guard_upgrade.h"
#include "http/evidence/ngx_http_citrix_guard_zone.h"
#include "cguard/decision/cguard_version.h"
#include "cguard/zone/cguard_front.h"
#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_ack.h"


/* the version of the format: members may be added, none is removed */

#define NGX_HTTP_CITRIX_GUARD_MONITOR_VERSION  1


/* how many sources are shown */

#define NGX_HTTP_CITRIX_GUARD_TOP  50


static void ngx_http_citrix_guard_dump_state(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z);
static void ngx_http_citrix_guard_dump_upgrade(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_dump_server(ngx_http_citrix_guard_json_t *o,
    cguard_zone_server_t *s);
static void ngx_http_citrix_guard_dump_modes(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_uint_t modes);
static void ngx_http_citrix_guard_dump_counts(ngx_http_citrix_guard_json_t *o,
    const char *key, cguard_zone_count_t *counts, ngx_uint_t n,
    ngx_http_citrix_guard_name_pt name);
static void ngx_http_citrix_guard_dump_count(ngx_http_citrix_guard_json_t *o,
    const char *key, cguard_zone_count_t *count);
static void ngx_http_citrix_guard_dump_rules(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf);
static void ngx_http_citrix_guard_dump_lost(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z);
static void ngx_http_citrix_guard_dump_canaries(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_dump_front(ngx_http_citrix_guard_json_t *o);
static void ngx_http_citrix_guard_dump_history(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_dump_sources(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_dump_events(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, uint64_t since);
static void ngx_http_citrix_guard_dump_event(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, cguard_zone_event_t *e);
static void ngx_http_citrix_guard_dump_text(ngx_http_citrix_guard_json_t *o,
    const char *key, u_char *data, size_t len);
static uint64_t ngx_http_citrix_guard_load(_Atomic uint64_t *n);


void
ngx_http_citrix_guard_monitor_json(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf, uint64_t since)
{
    uint64_t        now;
    ngx_uint_t      i;
    ngx_time_t     *tp;
    cguard_zone_t  *z;

    z = gmcf->shared;

    tp = ngx_timeofday();
    now = (uint64_t) tp->sec * 1000 + tp->msec;

    ngx_http_citrix_guard_json_open(o, NULL, "{");
    ngx_http_citrix_guard_json_number(o, "version",
                                      NGX_HTTP_CITRIX_GUARD_MONITOR_VERSION);
    ngx_http_citrix_guard_dump_text(o, "node", ngx_cycle->hostname.data,
                                    ngx_cycle->hostname.len);
    ngx_http_citrix_guard_json_string(o, "nginx", NGINX_VERSION);
    ngx_http_citrix_guard_json_string(o, "module", CGUARD_VERSION);
    ngx_http_citrix_guard_json_time(o, "now", now);
    ngx_http_citrix_guard_json_time(o, "started", z->started);
    ngx_http_citrix_guard_json_time(o, "configured",
                                    ngx_http_citrix_guard_load(&z->configured));
    ngx_http_citrix_guard_json_number(o, "loads",
                                      ngx_http_citrix_guard_load(&z->loads));

    ngx_http_citrix_guard_dump_state(o, z);
    ngx_http_citrix_guard_dump_upgrade(o, z);

    ngx_http_citrix_guard_json_open(o, "servers", "[");

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        if (ngx_http_citrix_guard_server_used(&z->servers[i])) {
            ngx_http_citrix_guard_dump_server(o, &z->servers[i]);
        }
    }

    ngx_http_citrix_guard_json_close(o, "]");

    ngx_http_citrix_guard_dump_rules(o, gmcf);
    ngx_http_citrix_guard_dump_exemptions(o, gmcf);
    ngx_http_citrix_guard_dump_count(o, "errors", &z->errors);
    ngx_http_citrix_guard_dump_lost(o, z);
    ngx_http_citrix_guard_dump_canaries(o, z);
    ngx_http_citrix_guard_dump_front(o);
    ngx_http_citrix_guard_dump_history(o, z);
    ngx_http_citrix_guard_dump_sources(o, z);
    ngx_http_citrix_guard_dump_series(o, z, now);
    ngx_http_citrix_guard_dump_events(o, z, since);

    ngx_http_citrix_guard_json_close(o, "}");
    ngx_http_citrix_guard_json_bytes(o, "\n", 1);
}


/* the state file: what was in it, and can it be written? */

static void
ngx_http_citrix_guard_dump_state(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    static const char  *names[] = { "none", "new", "restored", "damaged" };

    if (z->state == CGUARD_ZONE_STATE_NONE) {
        return;
    }

    ngx_http_citrix_guard_json_open(o, "state", "{");
    ngx_http_citrix_guard_json_string(o, "found", names[z->state & 3]);
    ngx_http_citrix_guard_json_number(o, "unsaved",
                                      ngx_http_citrix_guard_load(&z->unsaved));
    ngx_http_citrix_guard_json_close(o, "}");
}


/* another nginx: beside this one, or one that counted elsewhere */

static void
ngx_http_citrix_guard_dump_upgrade(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    uint64_t    until;
    ngx_uint_t  beside, unreadable;

    beside = ngx_http_citrix_guard_upgrade_beside(z, &unreadable);

    ngx_http_citrix_guard_json_open(o, "upgrade", "{");
    ngx_http_citrix_guard_json_number(o, "beside", beside);

    if (unreadable) {
        ngx_http_citrix_guard_json_number(o, "unreadable", 1);
    }

    until = ngx_http_citrix_guard_upgrade_uncounted(z);

    if (until) {
        ngx_http_citrix_guard_json_time(o, "uncounted", until);
    }

    ngx_http_citrix_guard_json_close(o, "}");
}


static void
ngx_http_citrix_guard_dump_server(ngx_http_citrix_guard_json_t *o,
    cguard_zone_server_t *s)
{
    cguard_zone_counts_t  *c;

    c = &s->counts;

    ngx_http_citrix_guard_json_open(o, NULL, "{");
    ngx_http_citrix_guard_dump_text(o, "name", (u_char *) s->name, s->len);
    ngx_http_citrix_guard_dump_modes(o, "modes", atomic_load(&s->modes));
    ngx_http_citrix_guard_json_time(o, "since",
                                    ngx_http_citrix_guard_load(&s->since));
    ngx_http_citrix_guard_json_number(o, "passed",
                                      ngx_http_citrix_guard_load(&c->passed));

    ngx_http_citrix_guard_dump_counts(o, "verdicts", c->verdicts,
                                      CGUARD_ZONE_VERDICTS,
                                      ngx_http_citrix_guard_verdict_label);
    ngx_http_citrix_guard_dump_counts(o, "reasons", c->reasons,
                                      CGUARD_ZONE_REASONS,
                                      ngx_http_citrix_guard_reason_name);
    ngx_http_citrix_guard_dump_counts(o, "outcomes", c->outcomes,
                                      CGUARD_ZONE_OUTCOMES,
                                      ngx_http_citrix_guard_outcome_label);
    ngx_http_citrix_guard_dump_counts(o, "at", c->places,
                                      CGUARD_ZONE_PLACES,
                                      ngx_http_citrix_guard_at_label);

    ngx_http_citrix_guard_json_close(o, "}");
}


static void
ngx_http_citrix_guard_dump_modes(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_uint_t modes)
{
    ngx_http_citrix_guard_json_open(o, key, "[");

    if (modes & CGUARD_ZONE_ON) {
        ngx_http_citrix_guard_json_string(o, NULL, "on");
    }

    if (modes & CGUARD_ZONE_DETECT) {
        ngx_http_citrix_guard_json_string(o, NULL, "detect");
    }

    if (modes & CGUARD_ZONE_OFF) {
        ngx_http_citrix_guard_json_string(o, NULL, "off");
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


/* those that have occurred */

static void
ngx_http_citrix_guard_dump_counts(ngx_http_citrix_guard_json_t *o,
    const char *key, cguard_zone_count_t *counts, ngx_uint_t n,
    ngx_http_citrix_guard_name_pt name)
{
    ngx_uint_t  i;

    ngx_http_citrix_guard_json_open(o, key, "{");

    for (i = 0; i < n; i++) {
        if (ngx_http_citrix_guard_load(&counts[i].n)) {
            ngx_http_citrix_guard_dump_count(o, name(i), &counts[i]);
        }
    }

    ngx_http_citrix_guard_json_close(o, "}");
}


static void
ngx_http_citrix_guard_dump_count(ngx_http_citrix_guard_json_t *o,
    const char *key, cguard_zone_count_t *count)
{
    uint64_t  first;

    first = ngx_http_citrix_guard_load(&count->first);

    ngx_http_citrix_guard_json_open(o, key, "{");
    ngx_http_citrix_guard_json_number(o, "count",
                                      ngx_http_citrix_guard_load(&count->n));

    if (first) {
        ngx_http_citrix_guard_json_time(o, "first", first);
        ngx_http_citrix_guard_json_time(o, "last",
                                     ngx_http_citrix_guard_load(&count->last));
    }

    ngx_http_citrix_guard_json_close(o, "}");
}


/* anything with a name, and a count for each verdict */

static void
ngx_http_citrix_guard_dump_verdicts(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *name, size_t len,
    cguard_zone_count_t *verdicts)
{
    ngx_http_citrix_guard_dump_text(o, key, (u_char *) name, len);
    ngx_http_citrix_guard_dump_counts(o, "verdicts", verdicts,
                                      CGUARD_ZONE_VERDICTS,
                                      ngx_http_citrix_guard_verdict_label);
}


static void
ngx_http_citrix_guard_dump_rules(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_uint_t           i;
    cguard_zone_t       *z;
    cguard_zone_rule_t  *rule;

    z = gmcf->shared;

    ngx_http_citrix_guard_json_open(o, "rules", "[");

    for (i = 0; i < CGUARD_ZONE_RULES; i++) {
        rule = &z->rules[i];

        if (i == 0 ? !ngx_http_citrix_guard_load(&rule->verdicts[0].first)
                     && !ngx_http_citrix_guard_load(&rule->verdicts[1].first)
                     && !ngx_http_citrix_guard_load(&rule->verdicts[2].first)
                     && !ngx_http_citrix_guard_load(&rule->verdicts[3].first)
                   : !atomic_load_explicit(&rule->used, memory_order_acquire))
        {
            continue;
        }

        ngx_http_citrix_guard_json_open(o, NULL, "{");
        ngx_http_citrix_guard_dump_verdicts(o, "id", rule->name,
                                            rule->len, rule->verdicts);
        ngx_http_citrix_guard_dump_actions(o, gmcf, rule);
        ngx_http_citrix_guard_json_close(o, "}");
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


/*
 * What should have been written, and was not, since the last acknowledgement;
 * and the acknowledgement itself.
 */

static void
ngx_http_citrix_guard_dump_lost(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t         i, known;
    cguard_zone_ack_t  ack;

    static const char  *names[] = { "events", "lines" };

    known = (ngx_uint_t) cguard_zone_acknowledged(z, &ack);

    ngx_http_citrix_guard_json_open(o, "lost", "{");

    for (i = 0; i < CGUARD_ZONE_LOST; i++) {
        ngx_http_citrix_guard_json_number(o, names[i],
                                  ngx_http_citrix_guard_load(&z->lost[i].n)
                                  - (known ? ack.lost[i] : 0));
    }

    ngx_http_citrix_guard_json_close(o, "}");

    if (!known) {
        return;
    }

    ngx_http_citrix_guard_json_open(o, "acknowledged", "{");
    ngx_http_citrix_guard_dump_text(o, "by", ack.by, ack.by_len);
    ngx_http_citrix_guard_dump_text(o, "note", ack.note, ack.note_len);
    ngx_http_citrix_guard_json_time(o, "at", ack.msec);
    ngx_http_citrix_guard_json_number(o, "count", ack.count);
    ngx_http_citrix_guard_json_close(o, "}");
}


/* all canaries by verdict, and each one by its name */

static void
ngx_http_citrix_guard_dump_canaries(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    uint64_t               n;
    ngx_uint_t             i, v;
    cguard_zone_canary_t  *canary;

    ngx_http_citrix_guard_json_open(o, "canary", "{");

    for (v = 0; v < CGUARD_ZONE_VERDICTS; v++) {

        for (i = 0, n = 0; i < CGUARD_ZONE_CANARIES; i++) {
            n += ngx_http_citrix_guard_load(&z->canaries[i].verdicts[v].n);
        }

        if (n) {
            ngx_http_citrix_guard_json_open(o,
                                 ngx_http_citrix_guard_verdict_label(v), "{");
            ngx_http_citrix_guard_json_number(o, "count", n);
            ngx_http_citrix_guard_json_close(o, "}");
        }
    }

    ngx_http_citrix_guard_json_close(o, "}");
    ngx_http_citrix_guard_json_open(o, "canaries", "[");

    for (i = 0; i < CGUARD_ZONE_CANARIES; i++) {
        canary = &z->canaries[i];

        if (!atomic_load(&canary->used)) {
            continue;
        }

        ngx_http_citrix_guard_json_open(o, NULL, "{");
        ngx_http_citrix_guard_dump_verdicts(o, "name", canary->name,
                                            canary->len, canary->verdicts);
        ngx_http_citrix_guard_dump_count(o, "let_by", &canary->let_by);
        ngx_http_citrix_guard_json_close(o, "}");
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


/* oldest first; a server without modes is no longer configured */

static void
ngx_http_citrix_guard_dump_front(ngx_http_citrix_guard_json_t *o)
{
    uint64_t             n;
    ngx_uint_t           i;
    cguard_front_t      *f;
    cguard_front_row_t  *row;

    ngx_http_citrix_guard_json_open(o, "front", "[");

    f = ngx_http_citrix_guard_front();

    for (i = 0; f && i < f->rows; i++) {
        row = &f->row[i];
        n = ngx_http_citrix_guard_load(&row->count);

        if (n == 0) {
            continue;
        }

        ngx_http_citrix_guard_json_open(o, NULL, "{");
        ngx_http_citrix_guard_dump_text(o, "protocol",
                                        (u_char *) row->protocol,
                                        ngx_strlen(row->protocol));
        ngx_http_citrix_guard_dump_text(o, "why", (u_char *) row->why,
                                        ngx_strlen(row->why));
        ngx_http_citrix_guard_json_number(o, "count", n);
        ngx_http_citrix_guard_json_time(o, "last",
                                        ngx_http_citrix_guard_load(&row->last));
        ngx_http_citrix_guard_json_close(o, "}");
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


static void
ngx_http_citrix_guard_dump_history(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    uint64_t               i, n, change;
    cguard_zone_server_t  *s;

    n = atomic_load_explicit(&z->changed, memory_order_acquire);
    i = n > CGUARD_ZONE_CHANGES ? n - CGUARD_ZONE_CHANGES : 0;

    ngx_http_citrix_guard_json_open(o, "history", "[");

    for ( /* void */ ; i < n; i++) {
        change = ngx_http_citrix_guard_load(
                                      &z->changes[i % CGUARD_ZONE_CHANGES]);
        s = &z->servers[change >> 8 & 0xff];

        ngx_http_citrix_guard_json_open(o, NULL, "{");
        ngx_http_citrix_guard_json_time(o, "time", (change >> 16) * 1000);
        ngx_http_citrix_guard_dump_text(o, "server", (u_char *) s->name,
                                        s->len);
        ngx_http_citrix_guard_dump_modes(o, "modes", change & 0xff);
        ngx_http_citrix_guard_json_close(o, "}");
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


static void
ngx_http_citrix_guard_dump_sources(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    u_char             text[NGX_HTTP_CITRIX_GUARD_SOURCE];
    size_t             i, n;
    cguard_zone_top_t  top[CGUARD_ZONE_SOURCES];

    n = cguard_zone_top(z, top);

    ngx_http_citrix_guard_json_open(o, "sources", "[");

    for (i = 0; i < ngx_min(n, NGX_HTTP_CITRIX_GUARD_TOP); i++) {
        ngx_http_citrix_guard_json_open(o, NULL, "{");
        ngx_http_citrix_guard_dump_text(o, "source", text,
                       ngx_http_citrix_guard_source_text(top[i].address,
                                                         text));
        ngx_http_citrix_guard_json_number(o, "count", top[i].count);
        ngx_http_citrix_guard_json_number(o, "error", top[i].error);
        ngx_http_citrix_guard_json_time(o, "last", top[i].last);
        ngx_http_citrix_guard_json_close(o, "}");
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


/* oldest first, those after "since" */

static void
ngx_http_citrix_guard_dump_events(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, uint64_t since)
{
    uint64_t             n, last;
    cguard_zone_event_t  e;

    last = ngx_http_citrix_guard_load(&z->events);
    n = last > CGUARD_ZONE_SHOWN ? last - CGUARD_ZONE_SHOWN : 0;

    /* it may be from before a restart */

    if (since <= last) {
        n = ngx_max(n, since);
    }

    ngx_http_citrix_guard_json_number(o, "last", last);
    ngx_http_citrix_guard_json_open(o, "events", "[");

    while (n < last) {
        if (cguard_zone_read(z, ++n, &e)) {
            ngx_http_citrix_guard_dump_event(o, z, &e);
        }
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


static void
ngx_http_citrix_guard_dump_event(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, cguard_zone_event_t *e)
{
    ngx_str_t              reading;
    cguard_zone_rule_t    *rule;
    cguard_zone_server_t  *s;

    s = cguard_zone_event_server(z, e);

    ngx_http_citrix_guard_json_open(o, NULL, "{");
    ngx_http_citrix_guard_json_number(o, "number", e->number);
    ngx_http_citrix_guard_json_time(o, "time", e->msec);
    ngx_http_citrix_guard_dump_text(o, "id", e->id, e->id_len);
    ngx_http_citrix_guard_dump_text(o, "client", e->client, e->client_len);
    ngx_http_citrix_guard_dump_text(o, "server", (u_char *) s->name, s->len);
    ngx_http_citrix_guard_dump_text(o, "host", e->host, e->host_len);
    ngx_http_citrix_guard_dump_text(o, "method", e->method, e->method_len);
    ngx_http_citrix_guard_dump_text(o, "target", e->target, e->target_len);

    reading.data = e->reading;
    reading.len = e->reading_len;

    ngx_http_citrix_guard_json_ready_text(o, "reading", &reading);

    ngx_http_citrix_guard_dump_text(o, "user_agent", e->agent, e->agent_len);
    ngx_http_citrix_guard_json_string(o, "verdict",
                               ngx_http_citrix_guard_verdict_label(e->verdict));
    ngx_http_citrix_guard_json_string(o, "outcome",
                               ngx_http_citrix_guard_outcome_label(e->outcome));
    ngx_http_citrix_guard_json_string(o, "reason",
                                ngx_http_citrix_guard_reason_name(e->reason));
    ngx_http_citrix_guard_json_string(o, "at",
                                      ngx_http_citrix_guard_at_label(e->at));

    if (e->rule < CGUARD_ZONE_RULES) {
        rule = &z->rules[e->rule];
        ngx_http_citrix_guard_dump_text(o, "rule", (u_char *) rule->name,
                                        rule->len);
    }

    ngx_http_citrix_guard_json_number(o, "status", e->status);

    if (e->upstream) {
        ngx_http_citrix_guard_json_number(o, "upstream", e->upstream);
    }

    if (e->canary) {
        ngx_http_citrix_guard_json_true(o, "canary");
        ngx_http_citrix_guard_dump_text(o, "canary_name",
                             (u_char *) z->canaries[e->canary - 1].name,
                             z->canaries[e->canary - 1].len);
    }

    ngx_http_citrix_guard_json_close(o, "}");
}


static void
ngx_http_citrix_guard_dump_text(ngx_http_citrix_guard_json_t *o,
    const char *key, u_char *data, size_t len)
{
    ngx_http_citrix_guard_json_text(o, key, data, len, 4 * len);
}


static uint64_t
ngx_http_citrix_guard_load(_Atomic uint64_t *n)
{
    return atomic_load_explicit(n, memory_order_relaxed);
}
