
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A zone as a file: what is saved is restored, and nothing of a file that is
 * damaged, whatever its sum says; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_names.h"
#include "cguard/zone/cguard_zone_open.h"
#include "cguard/zone/cguard_zone_state.h"
#include "tap.h"


#define STATE_EVENTS  40
#define STATE_OWNER   815


/* ways to damage a file although its checksum is right */

typedef struct {
    const char           *name;
    void                (*damage)(cguard_zone_t *z, cguard_zone_event_t *e,
                                  cguard_zone_ack_t *ack);
} state_damage_t;


#define STATE_DAMAGE(name, what)                                              \
    static void                                                               \
    state_ ## name(cguard_zone_t *z, cguard_zone_event_t *e,                  \
        cguard_zone_ack_t *ack)                                               \
    {                                                                         \
        (void) z;                                                             \
        (void) e;                                                             \
        (void) ack;                                                           \
        what;                                                                 \
    }

STATE_DAMAGE(nothing, (void) 0)
STATE_DAMAGE(layout, z->size++)
STATE_DAMAGE(server_len, z->servers[63].len = CGUARD_ZONE_NAME + 1)
STATE_DAMAGE(rule_len, z->rules[9].len = CGUARD_ZONE_NAME + 1)
STATE_DAMAGE(canary_len, z->canaries[1].len = CGUARD_ZONE_WORD + 1)
STATE_DAMAGE(change, z->changes[5] = (uint64_t) CGUARD_ZONE_SERVERS << 8)
STATE_DAMAGE(server, e->server = CGUARD_ZONE_SERVERS)
STATE_DAMAGE(rule, e->rule = CGUARD_ZONE_RULES + 1)
STATE_DAMAGE(verdict, e->verdict = CGUARD_ZONE_VERDICTS)
STATE_DAMAGE(reason, e->reason = CGUARD_ZONE_REASONS)
STATE_DAMAGE(outcome, e->outcome = CGUARD_ZONE_OUTCOMES)
STATE_DAMAGE(place, e->at = CGUARD_ZONE_PLACES)
STATE_DAMAGE(canary, e->canary = CGUARD_ZONE_CANARIES + 1)
STATE_DAMAGE(id, e->id_len = sizeof(e->id) + 1)
STATE_DAMAGE(client, e->client_len = sizeof(e->client) + 1)
STATE_DAMAGE(host, e->host_len = sizeof(e->host) + 1)
STATE_DAMAGE(method, e->method_len = sizeof(e->method) + 1)
STATE_DAMAGE(target, e->target_len = sizeof(e->target) + 1)
STATE_DAMAGE(reading, e->reading_len = sizeof(e->reading) + 1)
STATE_DAMAGE(agent, e->agent_len = sizeof(e->agent) + 1)
STATE_DAMAGE(by, ack->by_len = sizeof(ack->by) + 1)
STATE_DAMAGE(note, ack->note_len = sizeof(ack->note) + 1)

#define STATE_ROW(name)  { #name, state_ ## name }

static const state_damage_t  state_damages[] = {
    STATE_ROW(layout), STATE_ROW(server_len), STATE_ROW(rule_len),
    STATE_ROW(canary_len), STATE_ROW(change), STATE_ROW(server),
    STATE_ROW(rule), STATE_ROW(verdict), STATE_ROW(reason),
    STATE_ROW(outcome), STATE_ROW(place), STATE_ROW(canary), STATE_ROW(id),
    STATE_ROW(client), STATE_ROW(host), STATE_ROW(method), STATE_ROW(target),
    STATE_ROW(reading), STATE_ROW(agent), STATE_ROW(by), STATE_ROW(note)
};


static tap_t           state_tap;
static cguard_zone_t  *state_zone;     /* what is saved */
static cguard_zone_t  *state_other;    /* where it is restored */
static unsigned char  *state_file;


static void
state_make(void)
{
    unsigned             i, modes[CGUARD_ZONE_SERVERS] = { 0 };
    unsigned char        address[16] = { 127, 0, 0, 1 };
    cguard_zone_event_t  e;

    cguard_zone_init(state_zone, 4711, 5000);
    cguard_zone_init(state_other, 17, 9000);

    (void) cguard_zone_server(state_zone, "gateway.example.com", 19);
    modes[1] = CGUARD_ZONE_ON;
    cguard_zone_modes(state_zone, modes, 6000);

    for (i = 0; i < STATE_EVENTS; i++) {
        memset(&e, 0, sizeof(e));
        e.server = 1;
        e.verdict = 3;
        e.target_len = (uint8_t) i;
        memset(e.target, 'a', i);
        cguard_zone_event(state_zone, &e, address, 7000 + i);
    }

    state_zone->owner = STATE_OWNER;
    state_zone->unsaved = 3;
    state_zone->predecessor = 12;
    state_zone->configured = 6500;
}


/* saved, damaged, and given the right checksum */

static int
state_restored(const state_damage_t *d)
{
    cguard_zone_t        *image;
    cguard_zone_ack_t     ack;
    cguard_zone_event_t   e;
    cguard_zone_state_t  *state;

    cguard_zone_save(state_zone, state_file);

    state = (cguard_zone_state_t *) (void *) state_file;
    image = (cguard_zone_t *) (void *) (state + 1);

    memcpy(&e, image->ring[7].words, sizeof(e));
    memcpy(&ack, image->acks[2].words, sizeof(ack));

    d->damage(image, &e, &ack);

    memcpy(image->ring[7].words, &e, sizeof(e));
    memcpy(image->acks[2].words, &ack, sizeof(ack));

    state->sum = cguard_zone_hash(image, sizeof(cguard_zone_t), state->owner);

    return cguard_zone_restore(state_other, state_file, CGUARD_ZONE_STATE);
}


static void
state_whole(void)
{
    int                   ok;
    uint64_t              n;
    cguard_zone_event_t   e;
    const state_damage_t  nothing = STATE_ROW(nothing);

    state_make();

    tap_ok(&state_tap, state_restored(&nothing), "what was saved is restored");

    for (n = 1, ok = 1; n <= STATE_EVENTS; n++) {
        ok &= cguard_zone_read(state_other, n, &e) && e.target_len == n - 1
              && e.msec == 0;
    }

    tap_ok(&state_tap, ok && state_other->events == STATE_EVENTS
           && state_other->servers[1].counts.verdicts[3].n == STATE_EVENTS
           && state_other->servers[1].counts.verdicts[3].last == 7039
           && state_other->seed == 4711, "events and counters");

    tap_ok(&state_tap, state_other->servers[1].modes == 0
           && state_other->owner == 0 && state_other->unsaved == 0
           && state_other->predecessor == 0
           && state_other->lost[CGUARD_ZONE_LOST_EVENT].n == 0
           && state_zone->servers[1].modes == CGUARD_ZONE_ON,
           "but for what holds for the former nginx only");
}


static void
state_open(void)
{
    const state_damage_t  nothing = STATE_ROW(nothing);

    state_make();

    state_zone->open[cguard_zone_open_place(state_zone, 100)] += 2;
    state_zone->open[cguard_zone_open_place(state_zone, 200)] += 1;

    tap_ok(&state_tap, state_restored(&nothing)
           && state_other->lost[CGUARD_ZONE_LOST_EVENT].n == 3
           && state_other->lost[CGUARD_ZONE_LOST_EVENT].first == 6500
           && state_other->open[0] == 0,
           "attacks whose end was not recorded are lost events");
}


static void
state_states(void)
{
    const state_damage_t  nothing = STATE_ROW(nothing);

    state_make();
    state_zone->state = CGUARD_ZONE_STATE_RESTORED;

    tap_ok(&state_tap, state_restored(&nothing)
           && state_other->state == CGUARD_ZONE_STATE_NONE, "no damage");

    state_zone->state = CGUARD_ZONE_STATE_DAMAGED;

    tap_ok(&state_tap, state_restored(&nothing)
           && state_other->state == CGUARD_ZONE_STATE_DAMAGED,
           "damage that nobody has acknowledged stays");

    state_zone->acknowledged = 1;

    tap_ok(&state_tap, state_restored(&nothing)
           && state_other->state == CGUARD_ZONE_STATE_NONE,
           "... and ends when somebody has");
}


/* nothing is restored, and nothing changed */

static void
state_refused(int restored, const char *name)
{
    tap_ok(&state_tap, !restored && state_other->seed == 17
           && state_other->events == 0, "refused: %s", name);
}


static void
state_headers(void)
{
    unsigned              i;
    cguard_zone_state_t  *state;

    static const char  *names[] = {
        "no such file", "another version", "another size", "another sum",
        "another owner", "a bit of the image"
    };

    state = (cguard_zone_state_t *) (void *) state_file;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        state_make();
        cguard_zone_save(state_zone, state_file);

        state->magic += i == 0;
        state->version += i == 1;
        state->size += i == 2;
        state->sum += i == 3;
        state->owner += i == 4;
        state_file[CGUARD_ZONE_STATE - 1] ^= i == 5;

        state_refused(cguard_zone_restore(state_other, state_file,
                                          CGUARD_ZONE_STATE), names[i]);
        tap_ok(&state_tap, cguard_zone_state_is(state) == (i > 0),
               "... %s one of ours", i ? "but it is" : "not");
    }

    state_make();
    cguard_zone_save(state_zone, state_file);
    state_refused(cguard_zone_restore(state_other, state_file,
                                      CGUARD_ZONE_STATE - 1), "cut off");
}


int
main(void)
{
    size_t  i;

    state_zone = calloc(1, sizeof(cguard_zone_t));
    state_other = calloc(1, sizeof(cguard_zone_t));
    state_file = calloc(1, CGUARD_ZONE_STATE);

    if (state_zone == NULL || state_other == NULL || state_file == NULL) {
        return 2;
    }

    state_whole();
    state_open();
    state_states();
    state_headers();

    for (i = 0; i < sizeof(state_damages) / sizeof(state_damages[0]); i++) {
        state_make();
        state_refused(state_restored(&state_damages[i]),
                      state_damages[i].name);
    }

    free(state_zone);
    free(state_other);
    free(state_file);

    return tap_done(&state_tap);
}
