
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Places of servers, rules and canaries in a zone, by name.
 */


#include <string.h>

#include "cguard_zone_names.h"
#include "cguard_zone.h"


static unsigned cguard_zone_find_server(const cguard_zone_t *z,
    const char *name, size_t len);
static unsigned cguard_zone_free_server(cguard_zone_t *z);
static uint64_t cguard_zone_red(cguard_zone_counts_t *c);
static void cguard_zone_give_back(cguard_zone_t *z, unsigned place);
static void cguard_zone_move_counts(cguard_zone_counts_t *to,
    cguard_zone_counts_t *from);
static void cguard_zone_move(cguard_zone_count_t *to,
    cguard_zone_count_t *from, unsigned n);


void
cguard_zone_forget_servers(cguard_zone_t *z)
{
    unsigned  i;

    for (i = 1; i < CGUARD_ZONE_SERVERS; i++) {
        z->servers[i].used = 0;
    }
}


void
cguard_zone_keep_server(cguard_zone_t *z, const char *name, size_t len)
{
    unsigned  i;

    i = cguard_zone_find_server(z, name, len);

    if (i) {
        z->servers[i].used = 1;
    }
}


/* a server without a name has an empty name */

unsigned
cguard_zone_server(cguard_zone_t *z, const char *name, size_t len)
{
    unsigned               i;
    cguard_zone_server_t  *s;

    i = cguard_zone_find_server(z, name, len);

    if (i == 0) {
        i = cguard_zone_free_server(z);

        if (i == 0) {
            return 0;
        }

        s = &z->servers[i];

        len = len < CGUARD_ZONE_NAME ? len : CGUARD_ZONE_NAME;

        memcpy(s->name, name, len);
        s->len = (uint16_t) len;
        s->since = 1;
    }

    z->servers[i].used = 1;

    return i;
}


static unsigned
cguard_zone_find_server(const cguard_zone_t *z, const char *name, size_t len)
{
    unsigned                     i;
    const cguard_zone_server_t  *s;

    len = len < CGUARD_ZONE_NAME ? len : CGUARD_ZONE_NAME;

    for (i = 1; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];

        if (s->since && s->len == len && memcmp(s->name, name, len) == 0) {
            return i;
        }
    }

    return 0;
}


/*
 * Prefers a place that was never used; then that of a server that is no longer
 * configured: first those through which nothing got through, and of these the
 * one that has been gone the longest.
 */

static unsigned
cguard_zone_free_server(cguard_zone_t *z)
{
    unsigned               i, place;
    uint64_t               rank, best;
    cguard_zone_server_t  *s;

    place = 0;
    best = 0;

    for (i = 1; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];

        if (s->since == 0) {
            return i;
        }

        if (s->used) {
            continue;
        }

        rank = cguard_zone_get(&s->since)
               + (cguard_zone_get(&s->modes) ? (uint64_t) 1 << 62 : 0)
               + (cguard_zone_red(&s->counts) ? (uint64_t) 1 << 63 : 0);

        if (place == 0 || rank < best) {
            place = i;
            best = rank;
        }
    }

    if (place) {
        cguard_zone_give_back(z, place);
    }

    return place;
}


/* requests that may have got through */

static uint64_t
cguard_zone_red(cguard_zone_counts_t *c)
{
    unsigned  i;
    uint64_t  n;

    for (i = CGUARD_ZONE_UNKNOWN, n = 0; i < CGUARD_ZONE_OUTCOMES; i++) {
        n += cguard_zone_get(&c->outcomes[i].n);
    }

    return n;
}


/*
 * What was counted here is now counted as "other", so that no total changes.
 * The turn is increased first: it tells workers of an older configuration,
 * which may still be counting, that the place is no longer theirs.
 */

static void
cguard_zone_give_back(cguard_zone_t *z, unsigned place)
{
    uint64_t               i, change;
    cguard_zone_server_t  *s;

    s = &z->servers[place];

    atomic_fetch_add_explicit(&s->turn, 1, memory_order_release);

    cguard_zone_move_counts(&z->servers[0].counts, &s->counts);

    for (i = 0; i < CGUARD_ZONE_CHANGES; i++) {
        change = cguard_zone_get(&z->changes[i]);

        if ((change >> 8 & 0xff) == place) {
            cguard_zone_set(&z->changes[i], change & ~(uint64_t) 0xff00);
        }
    }

    cguard_zone_set(&s->modes, 0);
}


static void
cguard_zone_move_counts(cguard_zone_counts_t *to, cguard_zone_counts_t *from)
{
    atomic_fetch_add_explicit(&to->passed, atomic_exchange(&from->passed, 0),
                              memory_order_relaxed);

    cguard_zone_move(to->verdicts, from->verdicts, CGUARD_ZONE_VERDICTS);
    cguard_zone_move(to->reasons, from->reasons, CGUARD_ZONE_REASONS);
    cguard_zone_move(to->outcomes, from->outcomes, CGUARD_ZONE_OUTCOMES);
    cguard_zone_move(to->places, from->places, CGUARD_ZONE_PLACES);
}


static void
cguard_zone_move(cguard_zone_count_t *to, cguard_zone_count_t *from,
    unsigned n)
{
    uint64_t  count, first, last;

    for ( /* void */ ; n; n--, to++, from++) {
        count = atomic_exchange(&from->n, 0);
        first = atomic_exchange(&from->first, 0);
        last = atomic_exchange(&from->last, 0);

        if (count == 0) {
            continue;
        }

        atomic_fetch_add_explicit(&to->n, count, memory_order_relaxed);

        if (cguard_zone_get(&to->first) == 0
            || cguard_zone_get(&to->first) > first)
        {
            cguard_zone_set(&to->first, first);
        }

        if (cguard_zone_get(&to->last) < last) {
            cguard_zone_set(&to->last, last);
        }
    }
}


unsigned
cguard_zone_rule(cguard_zone_t *z, const char *name, size_t len)
{
    unsigned             i;
    cguard_zone_rule_t  *rule;

    i = cguard_zone_rule_find(z, name, len);

    if (i) {
        return i;
    }

    len = len < CGUARD_ZONE_NAME ? len : CGUARD_ZONE_NAME;

    for (i = 1; i < CGUARD_ZONE_RULES; i++) {
        rule = &z->rules[i];

        if (rule->used) {
            continue;
        }

        memcpy(rule->name, name, len);
        rule->len = (uint32_t) len;

        /* other processes may be looking for names at the same time */

        atomic_store_explicit(&rule->used, 1, memory_order_release);

        return i;
    }

    return 0;
}


unsigned
cguard_zone_rule_find(const cguard_zone_t *z, const char *name, size_t len)
{
    unsigned                   i;
    const cguard_zone_rule_t  *rule;

    len = len < CGUARD_ZONE_NAME ? len : CGUARD_ZONE_NAME;

    for (i = 1; i < CGUARD_ZONE_RULES; i++) {
        rule = &z->rules[i];

        if (!atomic_load_explicit(&rule->used, memory_order_acquire)) {
            return 0;
        }

        if (rule->len == len && memcmp(rule->name, name, len) == 0) {
            return i;
        }
    }

    return 0;
}


void
cguard_zone_forget_canaries(cguard_zone_t *z)
{
    unsigned  i;

    for (i = 1; i < CGUARD_ZONE_CANARIES; i++) {
        if (z->canaries[i].used) {
            z->canaries[i].used = 1;
        }
    }
}


unsigned
cguard_zone_canary(cguard_zone_t *z, const char *name, size_t len)
{
    unsigned               i, place;
    cguard_zone_canary_t  *canary;

    len = len < CGUARD_ZONE_WORD ? len : CGUARD_ZONE_WORD;
    place = 0;

    for (i = CGUARD_ZONE_CANARIES - 1; i; i--) {
        canary = &z->canaries[i];

        if (canary->used && canary->len == len
            && memcmp(canary->name, name, len) == 0)
        {
            canary->used = 2;
            return i;
        }

        /* prefers a place that was never used */

        if (canary->used == 0
            || (canary->used == 1 && (place == 0 || z->canaries[place].used)))
        {
            place = i;
        }
    }

    if (place == 0) {
        return 0;
    }

    canary = &z->canaries[place];

    memset(canary, 0, sizeof(*canary));
    memcpy(canary->name, name, len);

    canary->len = (uint32_t) len;
    canary->used = 2;

    return place;
}
