
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The counters, events and sources of a zone.  Every change is a single atomic
 * step, and no process waits for another.
 */


#include <string.h>

#include "cguard_zone.h"


#define CGUARD_ZONE_MAGIC  0x6472617567697263  /* "criguard" */


_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a word is one atomic step");
_Static_assert(sizeof(cguard_zone_event_t) % sizeof(uint64_t) == 0,
               "an event is whole words");
_Static_assert(sizeof(cguard_zone_t) < 1000 * 1024,
               "a zone of a mebibyte has room for it");


static void cguard_zone_write(cguard_zone_t *z, cguard_zone_event_t *e);
static _Atomic uint64_t *cguard_zone_step_place(cguard_zone_t *z,
    cguard_zone_scale_e scale, uint64_t step, unsigned series);
static void cguard_zone_count_time(cguard_zone_t *z, cguard_zone_event_t *e,
    uint64_t seconds);
static void cguard_zone_count_step(_Atomic uint64_t *word, uint64_t step);
static void cguard_zone_source(cguard_zone_t *z,
    const unsigned char address[16], uint64_t msec);
static uint64_t cguard_zone_mark(const cguard_zone_t *z,
    const unsigned char address[16]);
static int cguard_zone_hit(cguard_zone_source_t *s, uint64_t mark);
static cguard_zone_source_t *cguard_zone_take(cguard_zone_t *z,
    uint64_t mark);
static size_t cguard_zone_merge(cguard_zone_top_t *top, size_t n,
    const cguard_zone_top_t *one);


void
cguard_zone_init(cguard_zone_t *z, uint64_t seed, uint64_t msec)
{
    memset(z, 0, sizeof(cguard_zone_t));

    z->version = CGUARD_ZONE_VERSION;
    z->size = sizeof(cguard_zone_t);
    z->seed = seed;
    z->started = msec;

    z->servers[0].len = 5;
    memcpy(z->servers[0].name, "other", 5);

    z->rules[0].used = 1;
    z->rules[0].len = 5;
    memcpy(z->rules[0].name, "other", 5);

    z->canaries[0].used = 2;
    z->canaries[0].len = 6;
    memcpy(z->canaries[0].name, "canary", 6);

    z->magic = CGUARD_ZONE_MAGIC;
}


int
cguard_zone_fits(const cguard_zone_t *z)
{
    return z->magic == CGUARD_ZONE_MAGIC && z->version == CGUARD_ZONE_VERSION
           && z->size == sizeof(cguard_zone_t);
}


void
cguard_zone_modes(cguard_zone_t *z, const unsigned *modes, uint64_t msec)
{
    uint64_t               n, change;
    unsigned               i;
    cguard_zone_server_t  *s;

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        s = &z->servers[i];

        if (s->modes == modes[i]) {
            continue;
        }

        n = cguard_zone_get(&z->changed);
        change = (msec / 1000) << 16 | (uint64_t) i << 8 | modes[i];

        cguard_zone_set(&z->changes[n % CGUARD_ZONE_CHANGES], change);
        atomic_store_explicit(&z->changed, n + 1, memory_order_release);

        cguard_zone_set(&s->modes, modes[i]);
        cguard_zone_set(&s->since, msec);
    }

    cguard_zone_set(&z->configured, msec);
    atomic_fetch_add_explicit(&z->loads, 1, memory_order_relaxed);
}


void
cguard_zone_add(cguard_zone_count_t *count, uint64_t msec)
{
    uint64_t  never;

    never = 0;

    atomic_fetch_add_explicit(&count->n, 1, memory_order_relaxed);

    if (cguard_zone_get(&count->first) == 0) {
        (void) atomic_compare_exchange_strong(&count->first, &never, msec);
    }

    cguard_zone_set(&count->last, msec);
}


void
cguard_zone_event(cguard_zone_t *z, cguard_zone_event_t *e,
    const unsigned char address[16], uint64_t msec)
{
    cguard_zone_counts_t  *c;
    cguard_zone_canary_t  *canary;

    if (e->canary) {
        canary = &z->canaries[e->canary - 1];

        cguard_zone_add(&canary->verdicts[e->verdict], msec);

        if (e->let_by) {
            cguard_zone_add(&canary->let_by, msec);
        }

        cguard_zone_write(z, e);
        return;
    }

    c = &cguard_zone_event_server(z, e)->counts;

    cguard_zone_add(&c->verdicts[e->verdict], msec);
    cguard_zone_add(&c->reasons[e->reason], msec);
    cguard_zone_add(&c->outcomes[e->outcome], msec);
    cguard_zone_add(&c->places[e->at], msec);

    if (e->rule < CGUARD_ZONE_RULES) {
        cguard_zone_add(&z->rules[e->rule].verdicts[e->verdict], msec);
    }

    cguard_zone_count_time(z, e, msec / 1000);
    cguard_zone_source(z, address, msec);
    cguard_zone_write(z, e);
}


cguard_zone_server_t *
cguard_zone_event_server(cguard_zone_t *z, const cguard_zone_event_t *e)
{
    cguard_zone_server_t  *s;

    s = &z->servers[e->server];

    return e->turn == (uint16_t) cguard_zone_get(&s->turn)
           ? s : &z->servers[0];
}


/*
 * FNV-1a over words, with a final mix that makes the upper half as good as the
 * lower
 */

uint64_t
cguard_zone_hash(const void *data, size_t len, uint64_t seed)
{
    size_t                i;
    uint64_t              h, word;
    const unsigned char  *p;

    p = data;
    h = seed ^ 0xcbf29ce484222325;

    for (i = 0; i < len; i += sizeof(word)) {
        memcpy(&word, p + i, sizeof(word));

        h = (h ^ word) * 0x100000001b3;
        h ^= h >> 29;
        h *= 0xbf58476d1ce4e5b9;
        h ^= h >> 32;
    }

    return h;
}


/*
 * Two writers may meet in one entry if one of them slept while the ring
 * wrapped.  Then the sum fits neither of them, or only one, and is checked
 * against the words.
 */

static void
cguard_zone_write(cguard_zone_t *z, cguard_zone_event_t *e)
{
    size_t                i;
    uint64_t              words[CGUARD_ZONE_WORDS];
    cguard_zone_entry_t  *entry;

    e->number = 1 + atomic_fetch_add_explicit(&z->events, 1,
                                              memory_order_relaxed);

    entry = &z->ring[e->number % CGUARD_ZONE_EVENTS];

    memcpy(words, e, sizeof(words));

    for (i = 0; i < CGUARD_ZONE_WORDS; i++) {
        cguard_zone_set(&entry->words[i], words[i]);
    }

    atomic_store_explicit(&entry->sum,
                          cguard_zone_hash(words, sizeof(words), z->seed),
                          memory_order_release);
}


int
cguard_zone_read(cguard_zone_t *z, uint64_t number, cguard_zone_event_t *e)
{
    size_t                i;
    uint64_t              sum, words[CGUARD_ZONE_WORDS];
    cguard_zone_entry_t  *entry;

    entry = &z->ring[number % CGUARD_ZONE_EVENTS];

    sum = atomic_load_explicit(&entry->sum, memory_order_acquire);

    for (i = 0; i < CGUARD_ZONE_WORDS; i++) {
        words[i] = cguard_zone_get(&entry->words[i]);
    }

    if (cguard_zone_hash(words, sizeof(words), z->seed) != sum) {
        return 0;
    }

    memcpy(e, words, sizeof(words));

    return e->number == number;
}


unsigned
cguard_zone_seconds(cguard_zone_scale_e scale)
{
    return scale == CGUARD_ZONE_BY_DAY ? 86400
           : scale == CGUARD_ZONE_BY_HOUR ? 3600
           : CGUARD_ZONE_STEP;
}


unsigned
cguard_zone_steps(cguard_zone_scale_e scale)
{
    return scale == CGUARD_ZONE_BY_DAY ? CGUARD_ZONE_DAYS
           : scale == CGUARD_ZONE_BY_HOUR ? CGUARD_ZONE_HOURS
           : CGUARD_ZONE_STEPS;
}


/* where a step of time is counted: step numbers wrap around the buckets */

static _Atomic uint64_t *
cguard_zone_step_place(cguard_zone_t *z, cguard_zone_scale_e scale,
    uint64_t step, unsigned series)
{
    step %= cguard_zone_steps(scale);

    return scale == CGUARD_ZONE_BY_DAY ? &z->days[step][series]
           : scale == CGUARD_ZONE_BY_HOUR ? &z->hours[step][series]
           : &z->steps[step][series];
}


static void
cguard_zone_count_time(cguard_zone_t *z, cguard_zone_event_t *e,
    uint64_t seconds)
{
    unsigned  scale;
    uint64_t  step;

    for (scale = 0; scale < CGUARD_ZONE_SCALES; scale++) {
        step = seconds / cguard_zone_seconds(scale);

        cguard_zone_count_step(cguard_zone_step_place(z, scale, step,
                                                      e->reason), step);
        cguard_zone_count_step(cguard_zone_step_place(z, scale, step,
                                            CGUARD_ZONE_REASONS + e->outcome),
                               step);
    }
}


/* the first event of a new step overwrites the bucket of an old step */

static void
cguard_zone_count_step(_Atomic uint64_t *word, uint64_t step)
{
    uint64_t  old, new;

    old = cguard_zone_get(word);

    do {
        if (old >> 32 == (step & 0xffffffff)) {

            if ((old & 0xffffffff) == 0xffffffff) {
                return;
            }

            new = old + 1;

        } else {
            new = step << 32 | 1;
        }

        /* not covered: only if another process came in between */
    } while (!atomic_compare_exchange_weak(word, &old, new));
}


uint64_t
cguard_zone_step(cguard_zone_t *z, cguard_zone_scale_e scale, uint64_t step,
    unsigned series)
{
    uint64_t  word;

    word = cguard_zone_get(cguard_zone_step_place(z, scale, step, series));

    return word >> 32 == (step & 0xffffffff) ? word & 0xffffffff : 0;
}


static void
cguard_zone_source(cguard_zone_t *z, const unsigned char address[16],
    uint64_t msec)
{
    size_t                 i;
    uint64_t               mark, words[2];
    cguard_zone_source_t  *s;

    mark = cguard_zone_mark(z, address);

    for (i = 0, s = z->sources; i < CGUARD_ZONE_SOURCES; i++, s++) {
        if (cguard_zone_hit(s, mark)) {
            break;
        }
    }

    if (i == CGUARD_ZONE_SOURCES) {
        s = cguard_zone_take(z, mark);
    }

    /* also if the process that began to write it was killed */

    memcpy(words, address, sizeof(words));

    cguard_zone_set(&s->address[0], words[0]);
    cguard_zone_set(&s->address[1], words[1]);
    cguard_zone_set(&s->last, msec);
}


/* 0 marks a free place */

static uint64_t
cguard_zone_mark(const cguard_zone_t *z, const unsigned char address[16])
{
    uint64_t  mark;

    mark = cguard_zone_hash(address, 16, z->seed) >> 32;

    return mark ? mark : 1;   /* not covered: one address in 2^32 */
}


static int
cguard_zone_hit(cguard_zone_source_t *s, uint64_t mark)
{
    uint64_t  word;

    word = cguard_zone_get(&s->word);

    do {
        if (word >> 32 != mark) {
            return 0;
        }

        if ((word & 0xffffffff) == 0xffffffff) {
            return 1;
        }

        /* not covered: only if another process came in between */
    } while (!atomic_compare_exchange_weak(&s->word, &word, word + 1));

    return 1;
}


static cguard_zone_source_t *
cguard_zone_take(cguard_zone_t *z, uint64_t mark)
{
    size_t                 i;
    uint64_t               word, least, count;
    cguard_zone_source_t  *s;

    for ( ;; ) {

        s = NULL;
        least = 0;

        for (i = 0; i < CGUARD_ZONE_SOURCES; i++) {
            word = cguard_zone_get(&z->sources[i].word);

            if (s == NULL || (word & 0xffffffff) < (least & 0xffffffff)) {
                s = &z->sources[i];
                least = word;
            }
        }

        count = least & 0xffffffff;

        if (count == 0xffffffff) {
            return s;
        }

        if (atomic_compare_exchange_strong(&s->word, &least,
                                           mark << 32 | (count + 1)))
        {
            cguard_zone_set(&s->error, mark << 32 | count);
            return s;
        }
    }
}


size_t
cguard_zone_top(cguard_zone_t *z, cguard_zone_top_t *top)
{
    size_t                 i, n;
    uint64_t               word, error, words[2];
    cguard_zone_top_t      one;
    cguard_zone_source_t  *s;

    n = 0;

    for (i = 0, s = z->sources; i < CGUARD_ZONE_SOURCES; i++, s++) {

        word = cguard_zone_get(&s->word);
        error = cguard_zone_get(&s->error);
        words[0] = cguard_zone_get(&s->address[0]);
        words[1] = cguard_zone_get(&s->address[1]);

        memcpy(one.address, words, sizeof(words));

        /* free, or being replaced right now */

        if (word == 0
            || cguard_zone_mark(z, one.address) != word >> 32)
        {
            continue;
        }

        one.count = word & 0xffffffff;

        /*
         * the error is not stored yet: assume that the whole count may be
         * wrong
         */

        one.error = error >> 32 == word >> 32 ? error & 0xffffffff
                                              : one.count - 1;
        one.last = cguard_zone_get(&s->last);

        n = cguard_zone_merge(top, n, &one);
    }

    return n;
}


/* Two processes may have given the same source two places. Sorted by count. */

static size_t
cguard_zone_merge(cguard_zone_top_t *top, size_t n,
    const cguard_zone_top_t *one)
{
    size_t             i;
    cguard_zone_top_t  sum;

    sum = *one;

    for (i = 0; i < n; i++) {

        if (memcmp(top[i].address, sum.address, 16) == 0) {
            sum.count += top[i].count;
            sum.error += top[i].error;
            sum.last = sum.last > top[i].last ? sum.last : top[i].last;

            n--;
            memmove(&top[i], &top[i + 1], (n - i) * sizeof(*top));
            break;
        }
    }

    for (i = n; i && top[i - 1].count < sum.count; i--) {
        top[i] = top[i - 1];
    }

    top[i] = sum;

    return n + 1;
}
