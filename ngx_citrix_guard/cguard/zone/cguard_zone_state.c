
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A zone as a file.  What is read is not trusted: a length or a place out of
 * bounds counts as damage, whatever the sum says.
 */


#include <string.h>

#include "cguard_zone_state.h"
#include "cguard_zone.h"
#include "cguard_zone_open.h"


#define CGUARD_ZONE_STATE_MAGIC  0x6574617453676369   /* "icgState" */


_Static_assert(sizeof(cguard_zone_t) % sizeof(uint64_t) == 0,
               "a zone is whole words");


static int cguard_zone_is_sound(cguard_zone_t *z);
static int cguard_zone_are_events_sound(cguard_zone_t *z);


int
cguard_zone_state_is(const cguard_zone_state_t *state)
{
    return state->magic == CGUARD_ZONE_STATE_MAGIC;
}


void
cguard_zone_copy(void *dst, cguard_zone_t *z)
{
    size_t             i;
    uint64_t          *to;
    _Atomic uint64_t  *from;

    to = dst;
    from = (_Atomic uint64_t *) (void *) z;

    /* other processes are counting: copy word by word, so that none is torn */

    for (i = 0; i < sizeof(cguard_zone_t) / sizeof(uint64_t); i++) {
        to[i] = cguard_zone_get(&from[i]);
    }
}


void
cguard_zone_save(cguard_zone_t *z, void *buf)
{
    uint64_t             *to;
    cguard_zone_state_t  *state;

    state = buf;
    to = (uint64_t *) (state + 1);

    cguard_zone_copy(to, z);

    state->magic = CGUARD_ZONE_STATE_MAGIC;
    state->version = CGUARD_ZONE_VERSION;
    state->size = CGUARD_ZONE_STATE;
    state->owner = z->owner;
    state->sum = cguard_zone_hash(to, sizeof(cguard_zone_t), z->owner);
}


int
cguard_zone_restore(cguard_zone_t *z, const void *buf, size_t len)
{
    unsigned                    i;
    uint64_t                    lost;
    cguard_zone_t              *image;
    const cguard_zone_state_t  *state;

    state = buf;

    if (len != CGUARD_ZONE_STATE || !cguard_zone_state_is(state)
        || state->version != CGUARD_ZONE_VERSION
        || state->size != CGUARD_ZONE_STATE)
    {
        return 0;
    }

    image = (cguard_zone_t *) (void *) (state + 1);

    if (cguard_zone_hash(image, sizeof(cguard_zone_t), state->owner)
        != state->sum
        || !cguard_zone_fits(image) || !cguard_zone_is_sound(image))
    {
        return 0;
    }

    memcpy(z, image, sizeof(cguard_zone_t));

    z->owner = 0;
    z->unsaved = 0;
    z->predecessor = 0;

    /* nobody has looked at the damage yet */

    if (z->state != CGUARD_ZONE_STATE_DAMAGED || z->acknowledged) {
        z->state = CGUARD_ZONE_STATE_NONE;
    }

    /* what was going on when it was written has no end */

    lost = cguard_zone_open_leave_all(z);

    if (lost) {
        cguard_zone_add(&z->lost[CGUARD_ZONE_LOST_EVENT],
                        cguard_zone_get(&z->configured));
        atomic_fetch_add(&z->lost[CGUARD_ZONE_LOST_EVENT].n, lost - 1);
    }

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        z->servers[i].modes = 0;
    }

    return 1;
}


static int
cguard_zone_is_sound(cguard_zone_t *z)
{
    unsigned  i;

    for (i = 0; i < CGUARD_ZONE_SERVERS; i++) {
        if (z->servers[i].len > CGUARD_ZONE_NAME) {
            return 0;
        }
    }

    for (i = 0; i < CGUARD_ZONE_RULES; i++) {
        if (z->rules[i].len > CGUARD_ZONE_NAME) {
            return 0;
        }
    }

    for (i = 0; i < CGUARD_ZONE_CANARIES; i++) {
        if (z->canaries[i].len > CGUARD_ZONE_WORD) {
            return 0;
        }
    }

    for (i = 0; i < CGUARD_ZONE_CHANGES; i++) {
        if ((z->changes[i] >> 8 & 0xff) >= CGUARD_ZONE_SERVERS) {
            return 0;
        }
    }

    return cguard_zone_are_events_sound(z);
}


static int
cguard_zone_are_events_sound(cguard_zone_t *z)
{
    unsigned             i;
    cguard_zone_ack_t    ack;
    cguard_zone_event_t  e;

    for (i = 0; i < CGUARD_ZONE_EVENTS; i++) {
        memcpy(&e, z->ring[i].words, sizeof(e));

        if (e.server >= CGUARD_ZONE_SERVERS || e.rule > CGUARD_ZONE_RULES
            || e.verdict >= CGUARD_ZONE_VERDICTS
            || e.reason >= CGUARD_ZONE_REASONS
            || e.outcome >= CGUARD_ZONE_OUTCOMES
            || e.at >= CGUARD_ZONE_PLACES
            || e.canary > CGUARD_ZONE_CANARIES
            || e.id_len > sizeof(e.id) || e.client_len > sizeof(e.client)
            || e.host_len > sizeof(e.host)
            || e.method_len > sizeof(e.method)
            || e.target_len > sizeof(e.target)
            || e.reading_len > sizeof(e.reading)
            || e.agent_len > sizeof(e.agent))
        {
            return 0;
        }
    }

    for (i = 0; i < CGUARD_ZONE_ACKS; i++) {
        memcpy(&ack, z->acks[i].words, sizeof(ack));

        if (ack.by_len > sizeof(ack.by) || ack.note_len > sizeof(ack.note)) {
            return 0;
        }
    }

    return 1;
}
