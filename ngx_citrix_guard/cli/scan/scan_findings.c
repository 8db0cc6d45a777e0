
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Aggregates the findings.  All functions are called in the order of the logs.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_memory.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_types.h"
#include "scan_events.h"
#include "scan_files.h"
#include "scan_findings.h"
#include "scan_hash.h"
#include "scan_timeline.h"


static void scan_findings_remove(scan_findings_t *sc,
    const scan_seen_event_t *event, const scan_hit_t *hit);
static scan_origin_t *scan_findings_source(scan_findings_t *sc,
    cli_str_t name);
static void scan_findings_own(scan_findings_t *sc, scan_hit_t *hit);
static int scan_is_own(const char *own, const scan_hit_t *hit);
static int scan_is_verify(cli_str_t target);
static void scan_findings_origin(scan_findings_t *sc, const scan_hit_t *hit);
static void scan_findings_group(scan_findings_t *sc, const scan_hit_t *hit);
static scan_day_t *scan_day(scan_findings_t *sc, int64_t day);


void
scan_findings_init(scan_findings_t *sc)
{
    scan_hash_table_init(&sc->origins, sizeof(scan_origin_t), SCAN_ORIGINS);
    scan_hash_table_init(&sc->groups, sizeof(scan_group_t), SCAN_GROUPS);
    scan_hash_table_init(&sc->events, sizeof(scan_seen_event_t), SCAN_EVENTS);
    scan_hash_table_init(&sc->ids, sizeof(scan_seen_id_t), SCAN_EVENTS);
    scan_hash_table_init(&sc->days, sizeof(scan_day_t), SCAN_DAYS);

    sc->timeline = cli_alloc(SCAN_TIMELINE * sizeof(scan_timeline_entry_t));

    sc->first = sc->last = SCAN_NO_TIME;
    sc->attempt_first = sc->attempt_last = SCAN_NO_TIME;
    sc->success_first = sc->success_last = SCAN_NO_TIME;
}


void
scan_findings_free(scan_findings_t *sc)
{
    unsigned  k;

    for (k = 0; k < sc->formats.nkey; k++) {
        free((void *) sc->formats.key[k].key.data);
    }

    if (sc->formats.custom) {
        free(sc->formats.custom->text);
        free(sc->formats.custom);
    }

    scan_files_free(sc);
    free(sc->timeline);

    scan_hash_table_free(&sc->origins);
    scan_hash_table_free(&sc->groups);
    scan_hash_table_free(&sc->days);
    scan_hash_table_free(&sc->events);
    scan_hash_table_free(&sc->ids);
}


/* moments are sorted; the same moment counts once */

void
scan_findings_milestone(scan_findings_t *sc, int64_t time, const char *name)
{
    unsigned  i;

    for (i = sc->milestones; i && sc->milestone[i - 1].time >= time; i--) {
        if (sc->milestone[i - 1].time == time) {
            sc->milestone[i - 1].name = name;
            return;
        }
    }

    if (sc->milestones == SCAN_MILESTONES) {
        return;
    }

    memmove(&sc->milestone[i + 1], &sc->milestone[i],
            (sc->milestones - i) * sizeof(scan_milestone_t));

    sc->milestone[i].time = time;
    sc->milestone[i].name = name;
    sc->milestones++;
}


static void
scan_widen(int64_t *first, int64_t *last, int64_t time)
{
    if (time == SCAN_NO_TIME) {
        return;
    }

    if (*first == SCAN_NO_TIME || time < *first) {
        *first = time;
    }

    if (*last == SCAN_NO_TIME || time > *last) {
        *last = time;
    }
}


void
scan_findings_time(scan_findings_t *sc, int64_t first, int64_t last)
{
    scan_widen(&sc->first, &sc->last, first);
    scan_widen(&sc->first, &sc->last, last);
}


static int
scan_same_day(const void *entry, const void *key)
{
    return ((const scan_day_t *) entry)->day == *(const int64_t *) key;
}


static scan_day_t *
scan_day(scan_findings_t *sc, int64_t day)
{
    scan_day_t  *d;

    d = scan_hash_table_get(&sc->days, scan_hash(0, &day, sizeof(day)),
                            scan_same_day, &day);

    if (d) {
        d->day = day;
    }

    return d;
}


void
scan_findings_day(scan_findings_t *sc, int64_t day, uint64_t requests)
{
    scan_day_t  *d;

    d = scan_day(sc, day);

    if (d) {
        d->requests += requests;
    }
}


uint64_t
scan_attempts(const uint64_t count[SCAN_OUTCOMES])
{
    return count[SCAN_BLOCKED] + count[SCAN_ATTEMPT] + count[SCAN_NOT_KNOWN]
           + scan_successes(count);
}


uint64_t
scan_successes(const uint64_t count[SCAN_OUTCOMES])
{
    return count[SCAN_SCAN_SUCCESS] + count[SCAN_EXPLOIT];
}


void
scan_findings_add(scan_findings_t *sc, const scan_file_t *file,
    scan_hit_t *hit)
{
    int64_t             time;
    unsigned            i, success;
    scan_day_t         *day;
    scan_period_t      *period;
    scan_seen_event_t  *event;

    scan_findings_own(sc, hit);

    event = scan_events_again(sc, file, hit);

    if (event) {

        /* updates what is known of it; it counts once */

        if (!scan_events_is_better(event, hit)) {
            return;
        }

        scan_findings_remove(sc, event, hit);
        scan_events_set(event, file, hit);
    }

    sc->count[hit->outcome]++;
    sc->why[hit->why]++;
    sc->salvaged += hit->damaged;

    if (hit->outcome == SCAN_OWN) {
        return;
    }

    if (hit->outcome != SCAN_MALFORMED && !hit->damaged) {
        scan_findings_origin(sc, hit);
    }

    if ((hit->reason != CGUARD_PASS || hit->event) && !hit->damaged
        && event == NULL)
    {
        scan_findings_group(sc, hit);
    }

    if (hit->outcome == SCAN_LOOK) {
        scan_timeline_add(sc, file, hit);
    }

    if (hit->outcome < SCAN_BLOCKED) {
        return;
    }

    time = hit->request.time;
    success = hit->outcome >= SCAN_SCAN_SUCCESS;
    period = &sc->no_period;

    scan_widen(&sc->attempt_first, &sc->attempt_last, time);

    if (success) {
        scan_widen(&sc->success_first, &sc->success_last, time);
    }

    if (time != SCAN_NO_TIME) {
        day = scan_day(sc, time / SCAN_DAY);

        if (day) {
            day->attempts++;
            day->success += success;
        }

        for (i = 0; i < sc->milestones && time >= sc->milestone[i].time; i++) {
            /* void */
        }

        period = &sc->period[i];
    }

    period->attempts++;
    period->success += success;

    scan_timeline_add(sc, file, hit);
}


/* undoes what the event counted for before more was known */

static void
scan_findings_remove(scan_findings_t *sc, const scan_seen_event_t *event,
    const scan_hit_t *hit)
{
    unsigned        i, success;
    scan_day_t     *day;
    scan_origin_t  *o;
    scan_period_t  *period;

    sc->count[event->outcome]--;
    sc->why[event->why]--;

    success = event->outcome >= SCAN_SCAN_SUCCESS;

    if (event->outcome != SCAN_MALFORMED) {
        o = scan_findings_source(sc, hit->request.client);

        if (o && o->count[event->outcome]) {
            o->count[event->outcome]--;
        }
    }

    scan_timeline_remove(sc, event->file, event->number);

    if (event->outcome < SCAN_BLOCKED) {
        return;
    }

    day = scan_day(sc, event->time / SCAN_DAY);

    if (day) {
        day->attempts--;
        day->success -= success;
    }

    for (i = 0; i < sc->milestones && event->time >= sc->milestone[i].time;
         i++)
    {
        /* void */
    }

    period = &sc->period[i];
    period->attempts--;
    period->success -= success;
}


/*
 * The operator says which requests are his own.  Anybody can write a token
 * like verify's, so a token that was not given makes a request one to look at,
 * and a success stays a success.
 */

static void
scan_findings_own(scan_findings_t *sc, scan_hit_t *hit)
{
    unsigned  i;

    for (i = 0; i < sc->owns; i++) {
        if (scan_is_own(sc->own[i], hit)) {
            hit->why = hit->outcome >= SCAN_SCAN_SUCCESS ? SCAN_WHY_OWN_OPEN
                       : hit->outcome == SCAN_NOT_KNOWN ? SCAN_WHY_OWN_UNKNOWN
                                                        : SCAN_WHY_OWN;
            hit->outcome = SCAN_OWN;
            return;
        }
    }

    if ((hit->outcome == SCAN_BLOCKED || hit->outcome == SCAN_ATTEMPT)
        && (hit->is & ~(unsigned) (SCAN_IS_VPNS|SCAN_IS_STAGE)) == 0
        && scan_is_verify(hit->request.target))
    {
        hit->outcome = SCAN_LOOK;
        hit->why = SCAN_WHY_VERIFY;
    }
}


static int
scan_is_own(const char *own, const scan_hit_t *hit)
{
    cli_str_t  client, target;

    client = hit->request.client;
    target = hit->request.target;

    if (strpbrk(own, ".:")) {
        return client.len == strlen(own)
               && memcmp(client.data, own, client.len) == 0;
    }

    return memmem(target.data, target.len, own, strlen(own)) != NULL;
}


/* "cg", 16 hexadecimal digits and "-", at the start of a parameter */

static int
scan_is_verify(cli_str_t target)
{
    unsigned              i;
    const unsigned char  *p, *last;

    last = target.data + target.len;

    for (p = target.data; last - p > 19; p++) {

        if ((*p != '?' && *p != '&') || p[1] != 'c' || p[2] != 'g'
            || p[19] != '-')
        {
            continue;
        }

        for (i = 3; i < 19 && memchr("0123456789abcdef", p[i], 16); i++) {
            /* void */
        }

        if (i == 19) {
            return 1;
        }
    }

    return 0;
}


static int
scan_same_origin(const void *entry, const void *key)
{
    const scan_origin_t  *origin = entry;
    const cli_str_t      *name = key;

    return origin->len == name->len
           && memcmp(origin->name, name->data, name->len) == 0;
}


static scan_origin_t *
scan_findings_source(scan_findings_t *sc, cli_str_t name)
{
    scan_origin_t  *o;

    name.len = name.len < SCAN_ORIGIN_LEN ? name.len : SCAN_ORIGIN_LEN;

    o = scan_hash_table_get(&sc->origins, scan_hash(0, name.data, name.len),
                            scan_same_origin, &name);

    if (o == NULL) {
        return NULL;
    }

    if (o->first == 0 && o->len == 0 && o->last == 0) {
        memcpy(o->name, name.data, name.len);

        o->len = (unsigned char) name.len;
        o->first = o->last = SCAN_NO_TIME;
        o->script_first = o->template_last = SCAN_NO_TIME;
    }

    return o;
}


static void
scan_findings_origin(scan_findings_t *sc, const scan_hit_t *hit)
{
    int64_t         time;
    scan_origin_t  *o;

    o = scan_findings_source(sc, hit->request.client);

    if (o == NULL) {
        return;
    }

    time = hit->request.time;
    o->count[hit->outcome]++;

    if (hit->outcome >= SCAN_LOOK) {
        scan_widen(&o->first, &o->last, time);
    }

    if ((hit->why == SCAN_WHY_STAGE && (hit->is & SCAN_IS_SCRIPT))
        || hit->why == SCAN_WHY_SCRIPT_READ || hit->why == SCAN_WHY_SCRIPT_304)
    {
        o->is |= SCAN_IS_SCRIPT;

        if (o->script_first == SCAN_NO_TIME || time < o->script_first) {
            o->script_first = time;
        }
    }

    if (hit->why == SCAN_WHY_TEMPLATE) {
        o->is |= SCAN_IS_TEMPLATE;

        if (time > o->template_last) {
            o->template_last = time;
        }
    }
}


/* a script was answered, and the same source fetched a template later */

int
scan_sequence(const scan_origin_t *o)
{
    return (o->is & SCAN_IS_SCRIPT) && (o->is & SCAN_IS_TEMPLATE)
           && (o->script_first == SCAN_NO_TIME
               || o->template_last == SCAN_NO_TIME
               || o->template_last >= o->script_first);
}


static int
scan_same_group(const void *entry, const void *key)
{
    const scan_hit_t    *hit = key;
    const scan_group_t  *group = entry;

    size_t  len;

    len = hit->reading.len < SCAN_GROUP_LEN ? hit->reading.len
                                            : SCAN_GROUP_LEN;

    return group->len == len && strcmp(group->reason, hit->named) == 0
           && memcmp(group->name, hit->reading.data, len) == 0;
}


static void
scan_findings_group(scan_findings_t *sc, const scan_hit_t *hit)
{
    size_t         len;
    unsigned       i;
    scan_group_t  *g;

    len = hit->reading.len < SCAN_GROUP_LEN ? hit->reading.len
                                            : SCAN_GROUP_LEN;

    g = scan_hash_table_get(&sc->groups,
                            scan_hash(hit->reason, hit->reading.data, len),
                            scan_same_group, hit);

    if (g == NULL) {
        return;
    }

    if (g->count++ == 0) {
        memcpy(g->name, hit->reading.data, len);
        g->len = (unsigned char) len;

        len = hit->request.target.len < SCAN_GROUP_LEN
              ? hit->request.target.len : SCAN_GROUP_LEN;

        memcpy(g->target, hit->request.target.data, len);
        g->tlen = (unsigned char) len;

        g->reason = hit->named;
    }

    for (i = 0; i < g->statuses; i++) {
        if (g->status[i] == hit->request.status) {
            return;
        }
    }

    if (g->statuses < SCAN_STATUSES) {
        g->status[g->statuses++] = (unsigned short) hit->request.status;
    }
}


/* by the worst outcome; "nothing" and "attempts only" need complete logs */

int
scan_findings_status(const scan_findings_t *sc)
{
    if (scan_successes(sc->count)) {
        return 3;
    }

    /* an ADC that was open to its operator was open to others */

    if (scan_unread(sc) || sc->count[SCAN_NOT_KNOWN]
        || sc->why[SCAN_WHY_OWN_OPEN])
    {
        return 2;
    }

    return scan_attempts(sc->count) || sc->count[SCAN_LOOK];
}


int
scan_unread(const scan_findings_t *sc)
{
    size_t  i;

    for (i = 0; i < sc->nfile; i++) {
        if (sc->file[i]->error || sc->file[i]->damaged) {
            return 1;
        }
    }

    return sc->interrupted || sc->requests == 0 || sc->left_out;
}
