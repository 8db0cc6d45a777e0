
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone: what one process counts, what many count at once, and what remains
 * when they are killed in the middle; prints TAP.
 */


#define _DEFAULT_SOURCE  1

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_ack.h"
#include "cguard/zone/cguard_zone_names.h"
#include "cguard/zone/cguard_zone_open.h"
#include "tap.h"


#define ZONE_PROCESSES  4
#define ZONE_EACH       20000
#define ZONE_KILLS      60


static tap_t           zone_tap;
static cguard_zone_t  *zone;


static void
zone_address(unsigned char address[16], unsigned n)
{
    memset(address, 0, 16);
    memcpy(address, &n, sizeof(n));
}


/* all its parts follow from one number, so that a mixture is noticed */

static void
zone_make(cguard_zone_event_t *e, unsigned n)
{
    memset(e, 0, sizeof(*e));

    e->msec = n;
    e->status = n * 3;
    e->upstream = n * 5;
    e->verdict = (uint8_t) (1 + n % 3);
    e->reason = (uint8_t) (n % CGUARD_ZONE_REASONS);
    e->outcome = (uint8_t) (n % CGUARD_ZONE_OUTCOMES);
    e->at = (uint8_t) (n % CGUARD_ZONE_PLACES);
    e->server = 1;
    e->rule = CGUARD_ZONE_RULES;
    e->target_len = CGUARD_ZONE_TARGET;
    memset(e->id, (int) n, sizeof(e->id));
    memset(e->target, (int) n, sizeof(e->target));
    memset(e->agent, (int) n, sizeof(e->agent));
}


static int
zone_whole(const cguard_zone_event_t *e)
{
    cguard_zone_event_t  made;

    zone_make(&made, (unsigned) e->msec);
    made.number = e->number;

    return memcmp(&made, e, sizeof(made)) == 0;
}


static void
zone_event(unsigned n, unsigned source)
{
    unsigned char        address[16];
    cguard_zone_event_t  e;

    zone_make(&e, n);
    zone_address(address, source);
    cguard_zone_event(zone, &e, address, 1000000 + n);
}


static uint64_t
zone_sum(const cguard_zone_count_t *counts, unsigned n)
{
    uint64_t  sum;

    for (sum = 0; n; n--) {
        sum += counts[n - 1].n;
    }

    return sum;
}


static void
zone_new(void)
{
    cguard_zone_init(zone, 4711, 5000);
}


static void
zone_names(void)
{
    char      name[100];
    unsigned  i, ok;

    zone_new();

    tap_ok(&zone_tap, cguard_zone_fits(zone), "a new zone has the layout");

    zone->version++;
    tap_ok(&zone_tap, !cguard_zone_fits(zone), "not of another version");
    zone->version--;

    zone->size++;
    tap_ok(&zone_tap, !cguard_zone_fits(zone), "nor of another size");
    zone->size--;

    zone->magic++;
    tap_ok(&zone_tap, !cguard_zone_fits(zone), "nor is anything else one");
    zone->magic--;

    tap_ok(&zone_tap, cguard_zone_server(zone, "", 0) == 1
           && cguard_zone_server(zone, "a", 1) == 2
           && cguard_zone_server(zone, "", 0) == 1
           && cguard_zone_server(zone, "ab", 2) == 3
           && cguard_zone_server(zone, "a", 1) == 2,
           "a server keeps its place");

    memset(name, 'x', sizeof(name));

    tap_ok(&zone_tap,
           cguard_zone_server(zone, name, CGUARD_ZONE_NAME + 9) == 4
           && cguard_zone_server(zone, name, CGUARD_ZONE_NAME) == 4
           && zone->servers[4].len == CGUARD_ZONE_NAME,
           "a long name is cut");

    for (i = 5, ok = 1; i < CGUARD_ZONE_SERVERS; i++) {
        (void) snprintf(name, sizeof(name), "server %u", i);
        ok &= cguard_zone_server(zone, name, strlen(name)) == i;
    }

    tap_ok(&zone_tap, ok, "as many as there is room for");
    tap_ok(&zone_tap, cguard_zone_server(zone, "one more", 8) == 0,
           "others are together");

    tap_ok(&zone_tap, cguard_zone_rule_find(zone, "r", 1) == 0
           && cguard_zone_rule(zone, "r", 1) == 1
           && cguard_zone_rule(zone, "r", 1) == 1
           && cguard_zone_rule_find(zone, "r", 1) == 1
           && cguard_zone_rule_find(zone, "s", 1) == 0, "rules as well");

    memset(name, 'x', sizeof(name));

    tap_ok(&zone_tap, cguard_zone_rule(zone, name, CGUARD_ZONE_NAME + 1) == 2
           && cguard_zone_rule_find(zone, name, CGUARD_ZONE_NAME + 9) == 2
           && cguard_zone_rule(zone, name, CGUARD_ZONE_NAME) == 2
           && cguard_zone_rule(zone, name, CGUARD_ZONE_NAME - 1) == 3,
           "a long name is cut");

    for (i = 4, ok = 1; i < CGUARD_ZONE_RULES; i++) {
        (void) snprintf(name, sizeof(name), "rule %u", i);
        ok &= cguard_zone_rule(zone, name, strlen(name)) == i;
    }

    tap_ok(&zone_tap, ok && cguard_zone_rule(zone, "t", 1) == 0
           && cguard_zone_rule_find(zone, "t", 1) == 0,
           "and others are together");
}


static void
zone_modes(void)
{
    unsigned  i, modes[CGUARD_ZONE_SERVERS];

    zone_new();
    memset(modes, 0, sizeof(modes));

    modes[1] = CGUARD_ZONE_ON;
    modes[2] = CGUARD_ZONE_DETECT;
    cguard_zone_modes(zone, modes, 7000);

    tap_ok(&zone_tap, zone->changed == 2 && zone->loads == 1
           && zone->configured == 7000 && zone->servers[1].since == 7000
           && zone->servers[1].modes == CGUARD_ZONE_ON,
           "modes of a first configuration");

    cguard_zone_modes(zone, modes, 8000);

    tap_ok(&zone_tap, zone->changed == 2 && zone->loads == 2
           && zone->configured == 8000 && zone->servers[1].since == 7000,
           "a reload that changes nothing");

    modes[1] = CGUARD_ZONE_ON|CGUARD_ZONE_OFF;
    modes[2] = 0;
    cguard_zone_modes(zone, modes, 9500);

    tap_ok(&zone_tap, zone->changed == 4 && zone->servers[1].since == 9500
           && zone->servers[2].modes == 0
           && zone->changes[2] == (9 << 16 | 1 << 8 | 5)
           && zone->changes[3] == (9 << 16 | 2 << 8 | 0),
           "one that does is in the history");

    for (i = 0; i < 300; i++) {
        modes[1] = 1 + i % 7;
        cguard_zone_modes(zone, modes, 10000 + i * 1000);
    }

    tap_ok(&zone_tap, zone->changed == 304
           && zone->changes[303 % CGUARD_ZONE_CHANGES]
              == (309 << 16 | 1 << 8 | (1 + 299 % 7)),
           "of which the last are kept");
}


/* as for a configuration: servers "from" to the one before "to" */

static unsigned
zone_configure(unsigned from, unsigned to, uint64_t msec)
{
    char      name[20];
    unsigned  i, n, others, modes[CGUARD_ZONE_SERVERS];

    memset(modes, 0, sizeof(modes));
    cguard_zone_forget_servers(zone);

    for (i = from; i < to; i++) {
        (void) snprintf(name, sizeof(name), "server %u", i);
        cguard_zone_keep_server(zone, name, strlen(name));
    }

    for (i = from, others = 0; i < to; i++) {
        (void) snprintf(name, sizeof(name), "server %u", i);
        n = cguard_zone_server(zone, name, strlen(name));
        modes[n] = n ? CGUARD_ZONE_ON : 0;
        others += n == 0;
    }

    cguard_zone_modes(zone, modes, msec);

    return others;
}


static void
zone_places(void)
{
    char                   name[20];
    unsigned               i, ok, gone;
    unsigned char          address[16];
    cguard_zone_event_t    e, old;
    cguard_zone_server_t  *s, *other;

    zone_new();
    zone_address(address, 1);
    other = &zone->servers[0];

    tap_ok(&zone_tap, zone_configure(0, 63, 7000) == 0
           && zone_configure(0, 64, 8000) == 1
           && zone_configure(0, 63, 9000) == 0,
           "63 servers have a place, one more does not");

    /* something may have got through the server that has place 1 */

    zone_make(&old, 3);
    old.outcome = CGUARD_ZONE_UNKNOWN;
    cguard_zone_event(zone, &old, address, 5500);

    zone_make(&e, 5);
    e.server = 2;
    cguard_zone_event(zone, &e, address, 6600);
    cguard_zone_event(zone, &e, address, 6700);
    zone->servers[2].counts.passed = 10;
    other->counts.passed = 1;
    other->counts.verdicts[e.verdict].n = 1;
    other->counts.verdicts[e.verdict].first = 6650;
    other->counts.verdicts[e.verdict].last = 6660;
    other->counts.reasons[e.reason].n = 1;
    other->counts.reasons[e.reason].first = 6000;
    other->counts.reasons[e.reason].last = 9000;

    /* servers 0 and 1, in places 1 and 2, are removed; one more is added */

    tap_ok(&zone_tap, zone_configure(2, 64, 10000) == 0
           && zone->servers[1].len == 8
           && memcmp(zone->servers[1].name, "server 0", 8) == 0
           && zone->servers[2].len == 9
           && memcmp(zone->servers[2].name, "server 63", 9) == 0,
           "one that is gone gives its place back, first of those through "
           "which nothing got");

    s = &zone->servers[2];

    tap_ok(&zone_tap, s->counts.passed == 0 && s->since == 10000
           && s->modes == CGUARD_ZONE_ON
           && zone_sum(s->counts.verdicts, CGUARD_ZONE_VERDICTS) == 0
           && zone_sum(s->counts.reasons, CGUARD_ZONE_REASONS) == 0
           && s->counts.verdicts[e.verdict].first == 0,
           "the new one begins with nothing");
    tap_ok(&zone_tap, other->counts.verdicts[e.verdict].first == 6600
           && other->counts.verdicts[e.verdict].last == 6700
           && other->counts.reasons[e.reason].first == 6000
           && other->counts.reasons[e.reason].last == 9000,
           "the first and the last time are those of both");

    tap_ok(&zone_tap, other->counts.passed == 11
           && other->counts.verdicts[e.verdict].n == 3
           && other->counts.verdicts[e.verdict].first == 6600
           && other->counts.verdicts[e.verdict].last == 6700
           && zone_sum(other->counts.reasons, CGUARD_ZONE_REASONS) == 3
           && zone_sum(other->counts.outcomes, CGUARD_ZONE_OUTCOMES) == 2
           && zone_sum(other->counts.places, CGUARD_ZONE_PLACES) == 2,
           "what the old one has counted is among the others");

    ok = cguard_zone_read(zone, 2, &e);

    tap_ok(&zone_tap, ok && cguard_zone_event_server(zone, &e) == other
           && cguard_zone_event_server(zone, &old) == &zone->servers[1],
           "and so are its events");

    cguard_zone_event(zone, &e, address, 6900);

    tap_ok(&zone_tap, zone_sum(s->counts.verdicts, CGUARD_ZONE_VERDICTS) == 0
           && other->counts.verdicts[e.verdict].n == 4,
           "a worker of the old configuration counts nothing for the new");

    for (i = 0, ok = 1; i < zone->changed; i++) {
        ok &= (zone->changes[i] >> 8 & 0xff) != 2
              || zone->changes[i] >> 16 == 10;
    }

    tap_ok(&zone_tap, ok, "in the history it has no past");

    tap_ok(&zone_tap, zone_configure(100, 163, 11000) == 0
           && other->counts.outcomes[CGUARD_ZONE_UNKNOWN].n == 1,
           "all are replaced, and nothing that got through is forgotten");

    /* the server in the last place is removed; the new one asks first */

    memcpy(name, zone->servers[63].name, zone->servers[63].len);
    name[zone->servers[63].len] = '\0';
    gone = (unsigned) atoi(name + 7);

    cguard_zone_forget_servers(zone);

    for (i = 100; i < 163; i++) {
        (void) snprintf(name, sizeof(name), "server %u", i);

        if (i != gone) {
            cguard_zone_keep_server(zone, name, strlen(name));
        }
    }

    tap_ok(&zone_tap, cguard_zone_server(zone, "new", 3) == 63,
           "one that stays keeps its place, whoever asks first");
}


static void
zone_acknowledge(void)
{
    unsigned           i, ok;
    cguard_zone_ack_t  ack, last;

    zone_new();
    memset(&ack, 0, sizeof(ack));
    ack.count = UINT64_MAX;

    tap_ok(&zone_tap, !cguard_zone_acknowledged(zone, &last)
           && !cguard_zone_acknowledge(zone, &ack)
           && zone->acknowledged == 0, "there is nothing to acknowledge");

    zone->servers[0].counts.outcomes[1].n = 100;
    zone->servers[0].counts.outcomes[2].n = 1;
    zone->servers[5].counts.outcomes[3].n = 2;
    zone->servers[63].counts.outcomes[4].n = 3;
    zone->lost[0].n = 7;

    ack.count = UINT64_MAX;
    ack.lost[0] = UINT64_MAX;
    ack.by_len = 3;
    memcpy(ack.by, "Ann", 3);

    tap_ok(&zone_tap, cguard_zone_through(zone) == 6
           && cguard_zone_acknowledge(zone, &ack) && ack.count == 6
           && cguard_zone_acknowledged(zone, &last)
           && memcmp(&last, &ack, sizeof(ack)) == 0 && last.lost[0] == 7,
           "all that there are");

    ack.count = 7;
    ack.lost[0] = 0;
    tap_ok(&zone_tap, !cguard_zone_acknowledge(zone, &ack),
           "not more than there are");

    zone->lost[0].n = 9;
    ack.count = 6;
    ack.lost[0] = 3;
    tap_ok(&zone_tap, !cguard_zone_acknowledge(zone, &ack),
           "and not more lost events");

    ack.lost[0] = 1;
    tap_ok(&zone_tap, cguard_zone_acknowledge(zone, &ack)
           && cguard_zone_acknowledged(zone, &last) && last.lost[0] == 8,
           "what was lost meanwhile is not acknowledged");

    for (i = 0, ok = 1; i < 20; i++) {
        ack.count = i % 6;
        ack.lost[0] = 0;
        ack.msec = i;
        ok &= cguard_zone_acknowledge(zone, &ack);
    }

    tap_ok(&zone_tap, ok && cguard_zone_acknowledged(zone, &last)
           && last.msec == 19 && last.count == 1, "the last one is shown");

    zone->acks[last.number % CGUARD_ZONE_ACKS].words[20] ^= 1;
    tap_ok(&zone_tap, cguard_zone_acknowledged(zone, &last)
           && last.msec == 18, "or the one before, if it is torn");

    zone_new();
    ack.count = UINT64_MAX;
    ack.lost[0] = UINT64_MAX;
    zone->uncounted = 1;
    tap_ok(&zone_tap, cguard_zone_acknowledge(zone, &ack),
           "what was counted elsewhere can be acknowledged");

    zone->uncounted = 0;
    zone->state = CGUARD_ZONE_STATE_DAMAGED;
    tap_ok(&zone_tap, cguard_zone_acknowledge(zone, &ack),
           "so can damage");

    for (i = 0, ok = 1; i < CGUARD_ZONE_ACKS; i++) {
        ok &= cguard_zone_acknowledge(zone, &ack);
    }

    zone->acknowledged++;
    tap_ok(&zone_tap, ok && cguard_zone_acknowledged(zone, &last)
           && last.number == zone->acknowledged - 1,
           "one that is being written is not shown");

    memset(zone->acks, 0, sizeof(zone->acks));
    tap_ok(&zone_tap, !cguard_zone_acknowledged(zone, &last),
           "none, if all are");
}


/* the places of workers, and the nginx to which each belongs */

static void
zone_workers(void)
{
    unsigned  i, ok;

    zone_new();

    for (i = 0, ok = 1; i < CGUARD_ZONE_WORKERS; i++) {
        ok &= cguard_zone_open_place(zone, 100 + i) == i
              && cguard_zone_open_nginx(zone, i, 100 + i) == 0;
        cguard_zone_open_set_nginx(zone, i, 100 + i, 0xffffffff - i);
    }

    for (i = 0; i < CGUARD_ZONE_WORKERS; i++) {
        ok &= cguard_zone_open_pid(zone, i) == 100 + i
              && cguard_zone_open_nginx(zone, i, 100 + i) == 0xffffffff - i;
    }

    tap_ok(&zone_tap, ok && cguard_zone_open_place(zone, 7)
                            == CGUARD_ZONE_WORKERS, "workers have places");

    zone->open[3] += 2;

    tap_ok(&zone_tap, cguard_zone_open_leave(zone, 3, 104) == 0
           && cguard_zone_open_leave(zone, 3, 103) == 2
           && cguard_zone_open_leave(zone, 3, 103) == 0
           && cguard_zone_open_place(zone, 7) == 3
           && cguard_zone_open_nginx(zone, 3, 7) == 0,
           "what one has left is not the next one's");

    zone->open[3] += 5;
    zone->open[9] += 1;

    tap_ok(&zone_tap, cguard_zone_open_leave_all(zone) == 6
           && zone->open[0] == 0 && zone->nginx[0] == 0, "all leave");
}


static void
zone_counts(void)
{
    unsigned              n, ok;
    unsigned char         address[16];
    cguard_zone_event_t   e, read;
    cguard_zone_counts_t  *c;

    zone_new();
    c = &zone->servers[1].counts;

    for (n = 0; n < 3000; n++) {
        zone_event(n, 1);
    }

    tap_ok(&zone_tap, zone_sum(c->verdicts, CGUARD_ZONE_VERDICTS) == 3000
           && zone_sum(c->reasons, CGUARD_ZONE_REASONS) == 3000
           && zone_sum(c->outcomes, CGUARD_ZONE_OUTCOMES) == 3000
           && zone_sum(c->places, CGUARD_ZONE_PLACES) == 3000,
           "each event counts once in each kind");
    tap_ok(&zone_tap, c->reasons[5].n == 250 && c->reasons[5].first == 1000005
           && c->reasons[5].last == 1002993, "with its first and last time");

    for (n = 1, ok = 1; n <= 3000; n++) {
        ok &= cguard_zone_read(zone, n, &read) == (n > 3000 - 1024)
              && (n <= 3000 - 1024 || (zone_whole(&read)
                                       && read.msec == n - 1));
    }

    tap_ok(&zone_tap, ok, "the last events are there, and as they were");
    tap_ok(&zone_tap, !cguard_zone_read(zone, 3001, &read),
           "none that is to come");

    zone->ring[2500 % CGUARD_ZONE_EVENTS].words[30] ^= 1;
    tap_ok(&zone_tap, !cguard_zone_read(zone, 2500, &read),
           "nor one that is torn");

    zone_make(&e, 3);
    e.rule = 7;
    zone_address(address, 9);
    cguard_zone_event(zone, &e, address, 1);
    tap_ok(&zone_tap, zone->rules[7].verdicts[1].n == 1, "one of a rule");

    e.canary = 1;
    cguard_zone_event(zone, &e, address, 2);
    tap_ok(&zone_tap, zone->rules[7].verdicts[1].n == 1
           && zone_sum(c->verdicts, CGUARD_ZONE_VERDICTS) == 3001
           && zone_sum(zone->canaries[0].verdicts, CGUARD_ZONE_VERDICTS) == 1
           && zone->canaries[0].let_by.n == 0
           && cguard_zone_read(zone, 3002, &read) && read.canary,
           "a canary counts apart");

    e.let_by = 1;
    cguard_zone_event(zone, &e, address, 2);
    tap_ok(&zone_tap, zone->canaries[0].let_by.n == 1,
           "one that is let by is counted");
}


static void
zone_canaries(void)
{
    char                 name[40];
    unsigned             i, n, ok, seen;
    unsigned char        address[16];
    cguard_zone_event_t  e;

    zone_new();

    memset(name, 'x', sizeof(name));
    n = cguard_zone_canary(zone, name, sizeof(name));
    tap_ok(&zone_tap, zone->canaries[n].len == CGUARD_ZONE_WORD,
           "a long name is cut off");

    cguard_zone_forget_canaries(zone);
    tap_ok(&zone_tap, cguard_zone_canary(zone, "new", 3) != n,
           "a place that nobody had comes before one that is given back");

    zone_new();

    for (i = 1, ok = 1, seen = 0; i < CGUARD_ZONE_CANARIES; i++) {
        (void) snprintf(name, sizeof(name), "check %u", i);
        n = cguard_zone_canary(zone, name, strlen(name));
        ok &= n > 0 && n < CGUARD_ZONE_CANARIES && !(seen & 1u << n);
        seen |= 1u << n;
    }

    tap_ok(&zone_tap, ok, "canaries have places");
    tap_ok(&zone_tap, cguard_zone_canary(zone, "more", 4) == 0,
           "there is no room for more");

    n = cguard_zone_canary(zone, "check 3", 7);

    zone_make(&e, 1);
    e.canary = (uint8_t) (1 + n);
    zone_address(address, 1);
    cguard_zone_event(zone, &e, address, 1);

    cguard_zone_forget_canaries(zone);

    tap_ok(&zone_tap, cguard_zone_canary(zone, "check 3", 7) == n
           && zone_sum(zone->canaries[n].verdicts, CGUARD_ZONE_VERDICTS) == 1,
           "one keeps its place from one configuration to the next");

    for (i = 1, ok = 1; i < CGUARD_ZONE_CANARIES - 1; i++) {
        (void) snprintf(name, sizeof(name), "other %u", i);
        ok &= cguard_zone_canary(zone, name, strlen(name)) != n;
    }

    tap_ok(&zone_tap, ok && cguard_zone_canary(zone, "check 3", 7) == n
           && cguard_zone_canary(zone, "other 1", 7) != 0,
           "those that are gone give theirs back");
}


static void
zone_steps(void)
{
    unsigned             i;
    uint64_t             step;
    unsigned char        address[16];
    cguard_zone_event_t  e;

    zone_new();

    /* zone_event(n) is at 1000 seconds and n milliseconds */

    step = 1000 / CGUARD_ZONE_STEP;

    for (i = 0; i < 24; i++) {
        zone_event(i, 1);
    }

    tap_ok(&zone_tap, cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step, 3) == 2
           && cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step, CGUARD_ZONE_REASONS) == 5
           && cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step + 1, 3) == 0
           && cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step + CGUARD_ZONE_STEPS, 3) == 0,
           "events by step of time");

    zone_event(CGUARD_ZONE_STEP * 1000 * CGUARD_ZONE_STEPS, 1);

    tap_ok(&zone_tap,
           cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step, 0) == 0
           && cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step + CGUARD_ZONE_STEPS, 0) == 1,
           "a new day takes the place of the old");

    tap_ok(&zone_tap,
           cguard_zone_step(zone, CGUARD_ZONE_BY_HOUR, 0, 3) == 2
           && cguard_zone_step(zone, CGUARD_ZONE_BY_HOUR, 24, 0) == 1
           && cguard_zone_step(zone, CGUARD_ZONE_BY_HOUR,
                               CGUARD_ZONE_HOURS, 3) == 0,
           "... by hour");

    tap_ok(&zone_tap,
           cguard_zone_step(zone, CGUARD_ZONE_BY_DAY, 0, 3) == 2
           && cguard_zone_step(zone, CGUARD_ZONE_BY_DAY, 0,
                               CGUARD_ZONE_REASONS) == 5
           && cguard_zone_step(zone, CGUARD_ZONE_BY_DAY, 1, 0) == 1
           && cguard_zone_step(zone, CGUARD_ZONE_BY_DAY,
                               CGUARD_ZONE_DAYS, 3) == 0,
           "... by day");

    zone_make(&e, 0);
    zone_address(address, 1);
    cguard_zone_event(zone, &e, address, 86400ULL * 1000 * CGUARD_ZONE_DAYS);

    tap_ok(&zone_tap,
           cguard_zone_step(zone, CGUARD_ZONE_BY_DAY, 0, 3) == 2
           && cguard_zone_step(zone, CGUARD_ZONE_BY_DAY, CGUARD_ZONE_DAYS,
                               0) == 1
           && cguard_zone_step(zone, CGUARD_ZONE_BY_DAY, 0, 0) == 0,
           "a new year takes the place of the old");

    zone->steps[step % CGUARD_ZONE_STEPS][0] = step << 32 | 0xffffffff;
    zone_event(0, 1);
    tap_ok(&zone_tap, cguard_zone_step(zone, CGUARD_ZONE_BY_STEP, step, 0) == 0xffffffff,
           "a full count stays full");
}


/* the sketch against exact counts; "order" is the order of the sources */

static void
zone_sketch(const char *name, unsigned sources, unsigned events,
    unsigned (*order)(unsigned i))
{
    size_t                    i, n;
    unsigned                  id, heavy, ok, found;
    unsigned                  *truth;
    static cguard_zone_top_t  top[CGUARD_ZONE_SOURCES];

    zone_new();
    truth = calloc(sources, sizeof(unsigned));

    for (i = 0; i < events; i++) {
        id = order((unsigned) i) % sources;
        truth[id]++;
        zone_event((unsigned) i, id + 1);
    }

    n = cguard_zone_top(zone, top);

    for (i = 0, ok = 1; i < n; i++) {
        memcpy(&id, top[i].address, sizeof(id));
        id--;

        ok &= top[i].count >= truth[id]
              && top[i].count - top[i].error <= truth[id]
              && top[i].error <= events / CGUARD_ZONE_SOURCES
              && (i == 0 || top[i].count <= top[i - 1].count);
    }

    tap_ok(&zone_tap, ok && n <= CGUARD_ZONE_SOURCES,
           "%s: counts within their error, in order", name);

    for (id = 0, heavy = 0, found = 0; id < sources; id++) {

        if (truth[id] <= events / CGUARD_ZONE_SOURCES) {
            continue;
        }

        heavy++;

        for (i = 0; i < n; i++) {
            if (memcmp(top[i].address, &(unsigned) { id + 1 }, 4) == 0) {
                found++;
            }
        }
    }

    tap_ok(&zone_tap, heavy == found, "%s: %u of %u that matter are there",
           name, found, heavy);

    free(truth);
}


static unsigned
zone_even(unsigned i)
{
    return i;
}


static unsigned
zone_skewed(unsigned i)
{
    i = i * 2654435761u;

    return (i >> 16) % 1000 < 700 ? (i >> 8) % 20 : i >> 7;
}


/* as many as there is room for, and then a new one */

static unsigned
zone_crowd(unsigned i)
{
    return i % 3 ? i : 7;
}


static void
zone_sources(void)
{
    unsigned char             address[16];
    static cguard_zone_top_t  top[CGUARD_ZONE_SOURCES];

    zone_sketch("few sources", 100, 5000, zone_even);
    zone_sketch("many sources", 5000, 20000, zone_even);
    zone_sketch("some of many", 50000, 60000, zone_skewed);
    zone_sketch("one in a crowd", 100000, 30000, zone_crowd);

    zone_new();
    zone_event(1, 1);
    zone->sources[0].address[0] ^= 1;
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == 0,
           "an address that is half written is left out");

    zone_event(1, 1);
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == 1 && top[0].count == 2,
           "and is mended by the next event");

    zone->sources[0].error = 0;
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == 1 && top[0].error == 1,
           "an error that is another's: all but one may be wrong");

    /* two processes each gave it a place */

    memcpy(&zone->sources[1], &zone->sources[0], sizeof(zone->sources[0]));
    zone->sources[1].last = 1;
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == 1 && top[0].count == 4
           && top[0].last == 1000001, "a source in two places is one");
    memcpy(&zone->sources[1], &zone->sources[0], sizeof(zone->sources[0]));
    zone->sources[0].last = 1;
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == 1
           && top[0].last == 1000001, "whichever comes first");

    memset(&zone->sources[1], 0, sizeof(zone->sources[1]));
    zone->sources[0].word |= 0xffffffff;
    zone_event(1, 1);
    zone_address(address, 1);
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == 1
           && top[0].count == 0xffffffff
           && memcmp(top[0].address, address, 16) == 0,
           "a full count stays full");
}


static void
zone_full(void)
{
    unsigned                  i;
    static cguard_zone_top_t  top[CGUARD_ZONE_SOURCES];

    zone_new();

    for (i = 0; i < CGUARD_ZONE_SOURCES; i++) {
        zone_event(i, i + 1);
        zone->sources[i].word |= 0xffffffff;
    }

    zone_event(1, 100000);
    tap_ok(&zone_tap, cguard_zone_top(zone, top) == CGUARD_ZONE_SOURCES - 1,
           "full counts are not taken over");
}


static void
zone_work(unsigned process, unsigned times)
{
    unsigned  i;

    for (i = 0; i < times; i++) {
        atomic_fetch_add(&zone->servers[1].counts.passed, 1);
        zone_event(i * ZONE_PROCESSES + process, 1 + i % 700);
    }

    _exit(0);
}


/* events that can be read, and none of them is a mixture */

static unsigned
zone_readable(unsigned *torn)
{
    uint64_t             n, last;
    unsigned             readable;
    cguard_zone_event_t  e;

    last = zone->events;
    readable = 0;

    for (n = last > CGUARD_ZONE_SHOWN ? last - CGUARD_ZONE_SHOWN : 0;
         n < last; n++)
    {
        if (!cguard_zone_read(zone, n + 1, &e)) {
            continue;
        }

        readable++;
        *torn += !zone_whole(&e);
    }

    return readable;
}


static void
zone_many(void)
{
    pid_t                     pid[ZONE_PROCESSES];
    unsigned                  i, left, torn, rounds;
    uint64_t                  all;
    cguard_zone_counts_t      *c;
    static cguard_zone_top_t  top[CGUARD_ZONE_SOURCES];

    zone_new();
    c = &zone->servers[1].counts;
    torn = 0;
    rounds = 0;

    for (i = 0; i < ZONE_PROCESSES; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            zone_work(i, ZONE_EACH);
        }
    }

    for (left = ZONE_PROCESSES; left; rounds++) {
        (void) zone_readable(&torn);
        (void) cguard_zone_top(zone, top);

        for (i = 0; i < ZONE_PROCESSES; i++) {
            if (pid[i] && waitpid(pid[i], NULL, WNOHANG) == pid[i]) {
                pid[i] = 0;
                left--;
            }
        }
    }

    all = ZONE_PROCESSES * ZONE_EACH;

    tap_diag("read %u times while %u processes wrote", rounds,
             ZONE_PROCESSES);
    tap_ok(&zone_tap, c->passed == all
           && zone_sum(c->verdicts, CGUARD_ZONE_VERDICTS) == all
           && zone_sum(c->reasons, CGUARD_ZONE_REASONS) == all
           && zone_sum(c->outcomes, CGUARD_ZONE_OUTCOMES) == all
           && zone_sum(c->places, CGUARD_ZONE_PLACES) == all
           && zone->events == all, "sums are exact");
    tap_ok(&zone_tap, torn == 0, "no event was ever a mixture");
    tap_ok(&zone_tap, zone_readable(&torn) >= CGUARD_ZONE_SHOWN * 9 / 10,
           "most of the last ones can be read");
}


/* one counter, and nothing else between its steps */

static void
zone_crowded(void)
{
    pid_t                pid[ZONE_PROCESSES];
    unsigned             i, k;
    cguard_zone_count_t  *count;

    zone_new();
    count = &zone->errors;

    for (i = 0; i < ZONE_PROCESSES; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            for (k = 0; k < ZONE_EACH * 200; k++) {
                cguard_zone_add(count, 1 + k);
            }

            _exit(0);
        }
    }

    for (i = 0; i < ZONE_PROCESSES; i++) {
        (void) waitpid(pid[i], NULL, 0);
    }

    tap_ok(&zone_tap, count->n == ZONE_PROCESSES * ZONE_EACH * 200
           && count->first && count->last == ZONE_EACH * 200,
           "one counter for all of them: exact");
}


static void
zone_killed(void)
{
    pid_t                     pid;
    unsigned                  i, torn;
    uint64_t                  events, counted;
    cguard_zone_counts_t      *c;
    static cguard_zone_top_t  top[CGUARD_ZONE_SOURCES];

    zone_new();
    c = &zone->servers[1].counts;
    torn = 0;

    for (i = 0; i < ZONE_KILLS; i++) {
        pid = fork();

        if (pid == 0) {
            zone_work(i, 100000000);
        }

        nanosleep(&(struct timespec) { 0, 1000000 + i * 37111 }, NULL);

        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);

        (void) zone_readable(&torn);
    }

    events = zone->events;
    counted = zone_sum(c->verdicts, CGUARD_ZONE_VERDICTS);

    tap_ok(&zone_tap, torn == 0, "killed: no event is a mixture");
    tap_ok(&zone_tap, events > ZONE_KILLS && counted >= events
           && counted - events <= ZONE_KILLS
           && c->passed - counted <= ZONE_KILLS
           && counted - zone_sum(c->places, CGUARD_ZONE_PLACES) <= ZONE_KILLS,
           "each has lost one event at most");
    tap_ok(&zone_tap, cguard_zone_top(zone, top) > 0, "sources are there");

    for (i = 0; i < 2000; i++) {
        zone_event(i, 3);
    }

    tap_ok(&zone_tap, zone_readable(&torn) == CGUARD_ZONE_SHOWN && torn == 0
           && zone_sum(c->verdicts, CGUARD_ZONE_VERDICTS) == counted + 2000,
           "and who comes after them is not held up");
}


int
main(void)
{
    zone = mmap(NULL, sizeof(cguard_zone_t), PROT_READ|PROT_WRITE,
                MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (zone == MAP_FAILED) {
        perror("mmap");
        return 1;
    }

    (void) fflush(stdout);

    zone_names();
    zone_modes();
    zone_places();
    zone_acknowledge();
    zone_workers();
    zone_counts();
    zone_canaries();
    zone_steps();
    zone_sources();
    zone_full();

    /* flushed, so that the children do not print it again */

    (void) fflush(stdout);

    zone_crowded();

    (void) fflush(stdout);

    zone_many();

    (void) fflush(stdout);

    zone_killed();

    return tap_done(&zone_tap);
}
