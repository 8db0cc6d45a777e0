
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone in Prometheus's text format, version 0.0.4.  All values of a label
 * are present from the beginning: a rate needs the 0 before the first event.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_monitor_prometheus.h"
#include "ngx_http_citrix_guard_monitor_names.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"
#include "http/evidence/ngx_http_citrix_guard_upgrade.h"
#include "http/evidence/ngx_http_citrix_guard_zone.h"
#include "cguard/zone/cguard_front.h"
#include "cguard/zone/cguard_zone.h"
#include "http/base/ngx_http_citrix_guard_types.h"


/* a family of counters: its place in a server, and its names */

typedef struct {
    const char                     *name;
    const char                     *label;
    const char                     *help;
    size_t                          offset;
    ngx_uint_t                      n;
    ngx_http_citrix_guard_name_pt   at;
} ngx_http_citrix_guard_family_t;


static void ngx_http_citrix_guard_metric(ngx_http_citrix_guard_json_t *o,
    const char *name, const char *type, const char *help);
static void ngx_http_citrix_guard_metric_family(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z,
    ngx_http_citrix_guard_family_t *f);
static void ngx_http_citrix_guard_metric_servers(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_rules(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_canary(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_lost(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_state(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_upgrade(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_front(
    ngx_http_citrix_guard_json_t *o);
static void ngx_http_citrix_guard_metric_last(
    ngx_http_citrix_guard_json_t *o, cguard_zone_t *z);
static void ngx_http_citrix_guard_metric_label(
    ngx_http_citrix_guard_json_t *o, const char *name, const char *label,
    const char *value, size_t len);
static void ngx_http_citrix_guard_metric_time(ngx_http_citrix_guard_json_t *o,
    uint64_t msec);


static ngx_http_citrix_guard_family_t  ngx_http_citrix_guard_families[] = {

    { "citrix_guard_events_total", "verdict",
      "Suspicious requests, by what the guard did.",
      offsetof(cguard_zone_counts_t, verdicts), CGUARD_ZONE_VERDICTS,
      ngx_http_citrix_guard_verdict_label },

    { "citrix_guard_reasons_total", "reason",
      "Suspicious requests, by reason.",
      offsetof(cguard_zone_counts_t, reasons), CGUARD_ZONE_REASONS,
      ngx_http_citrix_guard_reason_name },

    { "citrix_guard_outcomes_total", "outcome",
      "Suspicious requests, by outcome.",
      offsetof(cguard_zone_counts_t, outcomes), CGUARD_ZONE_OUTCOMES,
      ngx_http_citrix_guard_outcome_label },

    { "citrix_guard_found_total", "at",
      "Suspicious requests, by where they were found: on arrival, before nginx "
      "connected to the upstream, or in what nginx itself refused.",
      offsetof(cguard_zone_counts_t, places), CGUARD_ZONE_PLACES,
      ngx_http_citrix_guard_at_label },

    { NULL, NULL, NULL, 0, 0, NULL }
};


void
ngx_http_citrix_guard_monitor_prometheus(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_http_citrix_guard_family_t  *f;

    for (f = ngx_http_citrix_guard_families; f->name; f++) {
        ngx_http_citrix_guard_metric_family(o, z, f);
    }

    ngx_http_citrix_guard_metric_servers(o, z);
    ngx_http_citrix_guard_metric_rules(o, z);
    ngx_http_citrix_guard_metric_canary(o, z);
    ngx_http_citrix_guard_metric_last(o, z);
    ngx_http_citrix_guard_metric_front(o);

    ngx_http_citrix_guard_metric(o, "citrix_guard_errors_total", "counter",
                          "Requests that could not be judged or recorded in "
                          "full; they are refused where the guard is on.");
    ngx_http_citrix_guard_json_format(o, "citrix_guard_errors_total %uL\n",
                                      atomic_load(&z->errors.n));

    ngx_http_citrix_guard_metric_lost(o, z);
    ngx_http_citrix_guard_metric_state(o, z);
    ngx_http_citrix_guard_metric_upgrade(o, z);

    ngx_http_citrix_guard_metric(o, "citrix_guard_config_loads_total",
                                 "counter",
                                 "Configurations that took effect.");
    ngx_http_citrix_guard_json_format(o,
                                      "citrix_guard_config_loads_total %uL\n",
                                      atomic_load(&z->loads));

    ngx_http_citrix_guard_metric(o,
                          "citrix_guard_config_load_timestamp_seconds",
                          "gauge", "When the last configuration took effect.");
    ngx_http_citrix_guard_json_format(o,
                          "citrix_guard_config_load_timestamp_seconds");
    ngx_http_citrix_guard_metric_time(o, atomic_load(&z->configured));

    ngx_http_citrix_guard_metric(o,
                          "citrix_guard_start_timestamp_seconds",
                          "gauge", "When counting started.");
    ngx_http_citrix_guard_json_format(o,
                                      "citrix_guard_start_timestamp_seconds");
    ngx_http_citrix_guard_metric_time(o, z->started);
}


static void
ngx_http_citrix_guard_metric(ngx_http_citrix_guard_json_t *o,
    const char *name, const char *type, const char *help)
{
    ngx_http_citrix_guard_json_format(o, "# HELP %s %s\n# TYPE %s %s\n", name,
                                      help, name, type);
}


static void
ngx_http_citrix_guard_metric_family(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z, ngx_http_citrix_guard_family_t *f)
{
    ngx_uint_t             i, n;
    cguard_zone_count_t   *counts;
    cguard_zone_server_t  *s;

    ngx_http_citrix_guard_metric(o, f->name, "counter", f->help);

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];

        if (!ngx_http_citrix_guard_server_used(s)) {
            continue;
        }

        counts = (cguard_zone_count_t *) ((u_char *) &s->counts + f->offset);

        for (n = 0; n < f->n && f->at(n); n++) {

            /* requests that passed have a metric of their own */

            if (f->at == ngx_http_citrix_guard_verdict_label && n == 0) {
                continue;
            }

            ngx_http_citrix_guard_metric_label(o, f->name, "server", s->name,
                                               s->len);
            ngx_http_citrix_guard_json_format(o, ",%s=\"%s\"} %uL\n", f->label,
                                              f->at(n),
                                              atomic_load(&counts[n].n));
        }
    }
}


static void
ngx_http_citrix_guard_metric_servers(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t             i, n, modes;
    cguard_zone_server_t  *s;

    static const struct {
        const char  *name;
        ngx_uint_t   bit;
    } names[] = {
        { "on", CGUARD_ZONE_ON },
        { "detect", CGUARD_ZONE_DETECT },
        { "off", CGUARD_ZONE_OFF }
    };

    ngx_http_citrix_guard_metric(o, "citrix_guard_passed_total", "counter",
                                 "Requests in which nothing was found.");

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];

        if (ngx_http_citrix_guard_server_used(s)) {
            ngx_http_citrix_guard_metric_label(o, "citrix_guard_passed_total",
                                               "server", s->name, s->len);
            ngx_http_citrix_guard_json_format(o, "} %uL\n",
                                        atomic_load(&s->counts.passed));
        }
    }

    ngx_http_citrix_guard_metric(o, "citrix_guard_mode", "gauge",
                                 "1 if the mode is in force in some location "
                                 "of the server.");

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];
        modes = atomic_load(&s->modes);

        for (n = 0; modes && n < 3; n++) {
            ngx_http_citrix_guard_metric_label(o, "citrix_guard_mode",
                                               "server", s->name, s->len);
            ngx_http_citrix_guard_json_format(o, ",mode=\"%s\"} %ui\n",
                                   names[n].name,
                                   (ngx_uint_t) !!(modes & names[n].bit));
        }
    }

    ngx_http_citrix_guard_metric(o, "citrix_guard_mode_timestamp_seconds",
                                 "gauge",
                                 "When the modes of the server last changed.");

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];

        if (ngx_http_citrix_guard_server_used(s)) {
            ngx_http_citrix_guard_metric_label(o,
                                     "citrix_guard_mode_timestamp_seconds",
                                     "server", s->name, s->len);
            ngx_http_citrix_guard_json_bytes(o, "}", 1);
            ngx_http_citrix_guard_metric_time(o, atomic_load(&s->since));
        }
    }
}


static void
ngx_http_citrix_guard_metric_rules(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t           i, n;
    cguard_zone_rule_t  *rule;

    ngx_http_citrix_guard_metric(o, "citrix_guard_rules_total", "counter",
                                 "Suspicious requests, by rule.");

    for (i = 0; i < CGUARD_ZONE_RULES; i++) {
        rule = &z->rules[i];

        if (!atomic_load_explicit(&rule->used, memory_order_acquire)) {
            continue;
        }

        for (n = ngx_http_citrix_guard_exempted; n < CGUARD_ZONE_VERDICTS;
             n++)
        {
            ngx_http_citrix_guard_metric_label(o, "citrix_guard_rules_total",
                                               "rule", rule->name, rule->len);
            ngx_http_citrix_guard_json_format(o, ",verdict=\"%s\"} %uL\n",
                                    ngx_http_citrix_guard_verdict_label(n),
                                    atomic_load(&rule->verdicts[n].n));
        }
    }
}


static void
ngx_http_citrix_guard_metric_canary(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t             i, n;
    cguard_zone_canary_t  *canary;

    ngx_http_citrix_guard_metric(o, "citrix_guard_canary_total", "counter",
                                 "The operator's own requests; they are "
                                 "counted nowhere else.");

    for (i = 0; i < CGUARD_ZONE_CANARIES; i++) {
        canary = &z->canaries[i];

        for (n = ngx_http_citrix_guard_exempted;
             n < CGUARD_ZONE_VERDICTS && atomic_load(&canary->used);
             n++)
        {
            ngx_http_citrix_guard_metric_label(o, "citrix_guard_canary_total",
                                               "canary", canary->name,
                                               canary->len);
            ngx_http_citrix_guard_json_format(o, ",verdict=\"%s\"} %uL\n",
                                  ngx_http_citrix_guard_verdict_label(n),
                                  atomic_load(&canary->verdicts[n].n));
        }
    }

    ngx_http_citrix_guard_metric(o, "citrix_guard_canary_let_by_total",
                                 "counter",
                                 "The operator's own requests that were not "
                                 "refused although the guard is on.");

    for (i = 0; i < CGUARD_ZONE_CANARIES; i++) {
        canary = &z->canaries[i];

        if (atomic_load(&canary->used)) {
            ngx_http_citrix_guard_metric_label(o,
                                        "citrix_guard_canary_let_by_total",
                                        "canary", canary->name, canary->len);
            ngx_http_citrix_guard_json_format(o, "} %uL\n",
                                          atomic_load(&canary->let_by.n));
        }
    }
}


static void
ngx_http_citrix_guard_metric_lost(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t  i;

    static const char  *names[] = { "event", "line" };

    ngx_http_citrix_guard_metric(o, "citrix_guard_lost_total", "counter",
                          "Events and lines of the error log that were not "
                          "written: the disk was full, or log_rate left them "
                          "out.");

    for (i = 0; i < CGUARD_ZONE_LOST; i++) {
        ngx_http_citrix_guard_json_format(o,
                                  "citrix_guard_lost_total{what=\"%s\"} %uL\n",
                                  names[i], atomic_load(&z->lost[i].n));
    }
}


/* where there is a file; an acknowledgement is of what was counted since */

static void
ngx_http_citrix_guard_metric_state(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t  damaged;

    if (z->state == CGUARD_ZONE_STATE_NONE) {
        return;
    }

    damaged = z->state == CGUARD_ZONE_STATE_DAMAGED
              && atomic_load(&z->acknowledged) == 0;

    ngx_http_citrix_guard_metric(o, "citrix_guard_state_unsaved", "gauge",
                                 "Attempts to write the file of "
                                 "citrix_guard_state that have failed since "
                                 "the last success.");
    ngx_http_citrix_guard_json_format(o, "citrix_guard_state_unsaved %uL\n",
                                      atomic_load(&z->unsaved));

    ngx_http_citrix_guard_metric(o, "citrix_guard_state_damaged", "gauge",
                                 "1 if the saved counters could not be read, "
                                 "and nobody has acknowledged it.");
    ngx_http_citrix_guard_json_format(o, "citrix_guard_state_damaged %ui\n",
                                      damaged);
}


static void
ngx_http_citrix_guard_metric_upgrade(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    ngx_uint_t  beside, unreadable;

    beside = ngx_http_citrix_guard_upgrade_beside(z, &unreadable);

    ngx_http_citrix_guard_metric(o, "citrix_guard_upgrade_beside", "gauge",
                                 "Processes of another nginx that accept "
                                 "connections, after an upgrade on the fly; "
                                 "1 if the workers may not read whether "
                                 "there are any.");
    ngx_http_citrix_guard_json_format(o, "citrix_guard_upgrade_beside %ui\n",
                                      beside);

    ngx_http_citrix_guard_metric(o, "citrix_guard_upgrade_uncounted", "gauge",
                                 "1 if another nginx has served without "
                                 "counting here, and nobody has acknowledged "
                                 "it.");
    ngx_http_citrix_guard_json_format(o,
                          "citrix_guard_upgrade_uncounted %ui\n",
                          (ngx_uint_t)
                          !!ngx_http_citrix_guard_upgrade_uncounted(z));
}


/* over all servers; an outcome that never occurred has no time */

static void
ngx_http_citrix_guard_metric_last(ngx_http_citrix_guard_json_t *o,
    cguard_zone_t *z)
{
    uint64_t    last, msec;
    ngx_uint_t  i, n;

    ngx_http_citrix_guard_metric(o,
                          "citrix_guard_last_event_timestamp_seconds",
                          "gauge", "When the last event occurred.");

    for (n = 0; n < CGUARD_ZONE_OUTCOMES; n++) {
        last = 0;

        for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
            msec = atomic_load(&z->servers[i].counts.outcomes[n].last);
            last = ngx_max(last, msec);
        }

        if (last) {
            ngx_http_citrix_guard_json_format(o,
                "citrix_guard_last_event_timestamp_seconds{outcome=\"%s\"}",
                ngx_http_citrix_guard_outcome_label(n));
            ngx_http_citrix_guard_metric_time(o, last);
        }
    }
}


/* NAME{LABEL="VALUE", the caller adds the rest */

static void
ngx_http_citrix_guard_metric_label(ngx_http_citrix_guard_json_t *o,
    const char *name, const char *label, const char *value, size_t len)
{
    ngx_http_citrix_guard_json_format(o, "%s{%s=\"", name, label);
    ngx_http_citrix_guard_json_escaped(o, value, len, 4 * len);
    ngx_http_citrix_guard_json_bytes(o, "\"", 1);
}


static void
ngx_http_citrix_guard_metric_time(ngx_http_citrix_guard_json_t *o,
    uint64_t msec)
{
    ngx_http_citrix_guard_json_format(o, " %uL.%03uL\n", msec / 1000,
                                      msec % 1000);
}


/* all rows of the front: the first count of a reason must follow a 0 */

static void
ngx_http_citrix_guard_metric_front(ngx_http_citrix_guard_json_t *o)
{
    ngx_uint_t           i;
    cguard_front_t      *f;
    cguard_front_row_t  *row;

    f = ngx_http_citrix_guard_front();

    if (f == NULL) {
        return;
    }

    ngx_http_citrix_guard_metric(o, "citrix_guard_front_refused_total",
                                 "counter",
                                 "Sessions that the stream module or nginx "
                                 "turned away, by protocol and reason.");

    for (i = 0; i < f->rows; i++) {
        row = &f->row[i];

        ngx_http_citrix_guard_json_format(o,
                          "citrix_guard_front_refused_total{protocol=\"%s\","
                          "why=\"%s\"} %uL\n", row->protocol, row->why,
                          atomic_load(&row->count));
    }
}
