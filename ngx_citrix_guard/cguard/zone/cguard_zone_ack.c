
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Acknowledgements in a zone.  Like an event, each is many words with a sum
 * that shows whether they belong together.
 */


#include <string.h>

#include "cguard_zone_ack.h"
#include "cguard_zone.h"


_Static_assert(sizeof(cguard_zone_ack_t) % sizeof(uint64_t) == 0,
               "an acknowledgement is whole words");


uint64_t
cguard_zone_through(cguard_zone_t *z)
{
    unsigned  i, k;
    uint64_t  n;

    n = 0;

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        for (k = CGUARD_ZONE_UNKNOWN; k < CGUARD_ZONE_OUTCOMES; k++) {
            n += cguard_zone_get(&z->servers[i].counts.outcomes[k].n);
        }
    }

    return n;
}


int
cguard_zone_acknowledge(cguard_zone_t *z, cguard_zone_ack_t *ack)
{
    unsigned                   i;
    uint64_t                   through, events, lines, before,
                               words[CGUARD_ZONE_ACK_WORDS];
    cguard_zone_ack_t          last;
    cguard_zone_ack_entry_t   *entry;

    through = cguard_zone_through(z);
    events = cguard_zone_get(&z->lost[0].n);
    lines = cguard_zone_get(&z->lost[1].n);
    before = cguard_zone_acknowledged(z, &last) ? last.lost[0] : 0;

    if (ack->count == UINT64_MAX) {
        ack->count = through;
    }

    if (ack->lost[0] == UINT64_MAX) {
        ack->lost[0] = events - before;
    }

    if (ack->count > through
        || ack->lost[0] > events - before
        || (through + events + lines == 0
            && z->state != CGUARD_ZONE_STATE_DAMAGED
            && cguard_zone_get(&z->uncounted) == 0))
    {
        return 0;
    }

    ack->lost[0] += before;
    ack->lost[1] = lines;
    ack->number = 1 + atomic_fetch_add_explicit(&z->acknowledged, 1,
                                                memory_order_relaxed);

    entry = &z->acks[ack->number % CGUARD_ZONE_ACKS];

    memcpy(words, ack, sizeof(words));

    for (i = 0; i < CGUARD_ZONE_ACK_WORDS; i++) {
        cguard_zone_set(&entry->words[i], words[i]);
    }

    atomic_store_explicit(&entry->sum,
                          cguard_zone_hash(words, sizeof(words), z->seed),
                          memory_order_release);

    return 1;
}


/* skips one that is being written, or whose writer was killed */

int
cguard_zone_acknowledged(cguard_zone_t *z, cguard_zone_ack_t *ack)
{
    unsigned                   i, k;
    uint64_t                   n, sum, words[CGUARD_ZONE_ACK_WORDS];
    cguard_zone_ack_entry_t   *entry;

    n = cguard_zone_get(&z->acknowledged);

    for (k = 0; k < CGUARD_ZONE_ACKS && n > k; k++) {

        entry = &z->acks[(n - k) % CGUARD_ZONE_ACKS];

        sum = atomic_load_explicit(&entry->sum, memory_order_acquire);

        for (i = 0; i < CGUARD_ZONE_ACK_WORDS; i++) {
            words[i] = cguard_zone_get(&entry->words[i]);
        }

        memcpy(ack, words, sizeof(words));

        if (cguard_zone_hash(words, sizeof(words), z->seed) == sum
            && ack->number == n - k)
        {
            return 1;
        }
    }

    return 0;
}
