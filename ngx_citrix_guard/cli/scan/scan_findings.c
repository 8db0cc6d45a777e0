
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What findings add up to.  All here is done in the order of the logs.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_escape.h"
#include "cli/common/cli_memory.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_types.h"
#include "scan_findings.h"
#include "scan_hash.h"


/* the first findings that the timeline has besides each success */

#define SCAN_FIRST  5


static void scan_findings_own(scan_findings_t *sc, scan_hit_t *hit);
static int scan_is_own(const char *own, const scan_hit_t *hit);
static int scan_is_verify(cli_str_t target);
static void scan_findings_origin(scan_findings_t *sc, const scan_hit_t *hit);
static void scan_findings_group(scan_findings_t *sc, const scan_hit_t *hit);
static void scan_findings_timeline(scan_findings_t *sc,
    const scan_file_t *file, const scan_hit_t *hit);
static scan_timeline_entry_t *scan_timeline_place(scan_findings_t *sc,
    int64_t time, unsigned success);
static int scan_time_after(int64_t one, int64_t two);
static scan_day_t *scan_day(scan_findings_t *sc, int64_t day);


void
scan_findings_init(scan_findings_t *sc)
{
    scan_hash_table_init(&sc->origins, sizeof(scan_origin_t), SCAN_ORIGINS);
    scan_hash_table_init(&sc->groups, sizeof(scan_group_t), SCAN_GROUPS);
    scan_hash_table_init(&sc->days, sizeof(scan_day_t), SCAN_DAYS);

    sc->timeline = cli_alloc(SCAN_TIMELINE * sizeof(scan_timeline_entry_t));

    sc->first = sc->last = SCAN_NO_TIME;
    sc->attempt_first = sc->attempt_last = SCAN_NO_TIME;
    sc->success_first = sc->success_last = SCAN_NO_TIME;
}


void
scan_findings_free(scan_findings_t *sc)
{
    size_t    i;
    unsigned  k;

    for (i = 0; i < sc->nfile; i++) {
        free(sc->file[i].name);
    }

    for (k = 0; k < sc->formats.nkey; k++) {
        free((void *) sc->formats.key[k].key.data);
    }

    if (sc->formats.custom) {
        free(sc->formats.custom->text);
        free(sc->formats.custom);
    }

    free(sc->file);
    free(sc->timeline);

    scan_hash_table_free(&sc->origins);
    scan_hash_table_free(&sc->groups);
    scan_hash_table_free(&sc->days);
}


/* moments stand in order; one that is there already counts once */

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
    int64_t         time;
    unsigned        i, success;
    scan_day_t     *day;
    scan_period_t  *period;

    scan_findings_own(sc, hit);

    sc->count[hit->outcome]++;
    sc->why[hit->why]++;
    sc->salvaged += hit->damaged;

    if (hit->outcome == SCAN_OWN) {
        return;
    }

    if (hit->outcome != SCAN_MALFORMED && !hit->damaged) {
        scan_findings_origin(sc, hit);
    }

    if ((hit->reason != CGUARD_PASS || hit->event) && !hit->damaged) {
        scan_findings_group(sc, hit);
    }

    if (hit->outcome == SCAN_LOOK) {
        scan_findings_timeline(sc, file, hit);
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

    scan_findings_timeline(sc, file, hit);
}


/*
 * The operator says what is his own.  Anybody can write a token as verify
 * does, so by that alone a request stays one to look at, and a success stays
 * a success.
 */

static void
scan_findings_own(scan_findings_t *sc, scan_hit_t *hit)
{
    unsigned  i;

    for (i = 0; i < sc->owns; i++) {
        if (scan_is_own(sc->own[i], hit)) {
            sc->own_answered += hit->outcome >= SCAN_SCAN_SUCCESS;

            hit->outcome = SCAN_OWN;
            hit->why = SCAN_WHY_OWN;
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


/* "cg", 16 hexadecimal digits and "-", at the beginning of a parameter */

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


static void
scan_findings_origin(scan_findings_t *sc, const scan_hit_t *hit)
{
    int64_t         time;
    cli_str_t       name;
    scan_origin_t  *o;

    name = hit->request.client;
    name.len = name.len < SCAN_ORIGIN_LEN ? name.len : SCAN_ORIGIN_LEN;

    o = scan_hash_table_get(&sc->origins, scan_hash(0, name.data, name.len),
                            scan_same_origin, &name);

    if (o == NULL) {
        return;
    }

    if (o->first == 0 && o->len == 0 && o->last == 0) {
        memcpy(o->name, name.data, name.len);

        o->len = (unsigned char) name.len;
        o->first = o->last = SCAN_NO_TIME;
        o->script_first = o->template_last = SCAN_NO_TIME;
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


/* a script was answered, and later the same source fetched a template */

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


/*
 * A place for a success as long as there is room, and for others if they are
 * of the earliest, whatever the order of reading.
 */

static scan_timeline_entry_t *
scan_timeline_place(scan_findings_t *sc, int64_t time, unsigned success)
{
    size_t                  i, first;
    scan_timeline_entry_t  *n, *latest;

    latest = NULL;

    for (i = 0, first = 0; !success && i < sc->timeline_n; i++) {
        n = &sc->timeline[i];

        if (n->outcome >= SCAN_SCAN_SUCCESS) {
            continue;
        }

        first++;

        if (latest == NULL || scan_time_after(n->time, latest->time)) {
            latest = n;
        }
    }

    if (first >= SCAN_FIRST) {
        return scan_time_after(latest->time, time) ? latest : NULL;
    }

    if (sc->timeline_n == SCAN_TIMELINE) {
        sc->timeline_left_out++;
        return NULL;
    }

    return &sc->timeline[sc->timeline_n++];
}


/* what has no time is later than what has one */

static int
scan_time_after(int64_t one, int64_t two)
{
    if (two == SCAN_NO_TIME) {
        return 0;
    }

    return one == SCAN_NO_TIME || one > two;
}


/* each success, and the first attempts */

static void
scan_findings_timeline(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit)
{
    size_t                  len;
    unsigned                success;
    scan_timeline_entry_t  *n;

    success = hit->outcome >= SCAN_SCAN_SUCCESS;

    n = scan_timeline_place(sc, hit->request.time, success);

    if (n == NULL) {
        return;
    }

    n->time = hit->request.time;
    n->number = hit->number;
    n->file = file;
    n->outcome = hit->outcome;
    n->why = hit->why;
    n->status = hit->request.status;

    len = hit->request.target.len;
    n->len = (unsigned char) (len < SCAN_GROUP_LEN ? len : SCAN_GROUP_LEN);
    memcpy(n->target, hit->request.target.data, n->len);

    (void) cli_escape((char *) n->client, sizeof(n->client),
                      hit->request.client.data, hit->request.client.len);
    (void) cli_escape((char *) n->method, sizeof(n->method),
                      hit->request.method.data, hit->request.method.len);
}


/* by what is worst; "nothing" and "attempts only" are of what was understood */

int
scan_findings_status(const scan_findings_t *sc)
{
    if (scan_successes(sc->count)) {
        return 3;
    }

    if (scan_unread(sc) || sc->count[SCAN_NOT_KNOWN]) {
        return 2;
    }

    return scan_attempts(sc->count) || sc->count[SCAN_LOOK];
}


int
scan_unread(const scan_findings_t *sc)
{
    size_t  i;

    for (i = 0; i < sc->nfile; i++) {
        if (sc->file[i].error || sc->file[i].damaged) {
            return 1;
        }
    }

    return sc->interrupted || sc->requests == 0 || sc->left_out;
}
