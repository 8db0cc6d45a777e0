
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counters and the last events, in memory that processes share.
 *
 * There is no lock.  A counter is one word and changes in one atomic step, so
 * a process that is killed leaves neither half a count nor a lock behind.  An
 * event is many words; its sum says whether they belong together, and who
 * reads leaves one out that is torn.
 *
 * Names get their places from one process at a time, the one that reads the
 * configuration.  A server that is gone gives its place back when another one
 * needs it; what it has counted is then among the others.
 */


#ifndef _CGUARD_ZONE_H_INCLUDED_
#define _CGUARD_ZONE_H_INCLUDED_


#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define CGUARD_ZONE_VERSION   4

#define CGUARD_ZONE_NAME      64     /* bytes of a name, the rest is cut */
#define CGUARD_ZONE_WORD      32     /* of a shorter one */
#define CGUARD_ZONE_CANARIES  8      /* the first is that of the zone */
#define CGUARD_ZONE_SERVERS   64     /* the first is "other" */
#define CGUARD_ZONE_RULES     256    /* the same */
#define CGUARD_ZONE_EVENTS    1024   /* some more than are shown */
#define CGUARD_ZONE_SHOWN     1000
#define CGUARD_ZONE_SOURCES   256
#define CGUARD_ZONE_CHANGES   256
#define CGUARD_ZONE_STEP      300    /* seconds of a step in time */
#define CGUARD_ZONE_STEPS     288    /* a day of them */
#define CGUARD_ZONE_HOURS     336    /* two weeks */
#define CGUARD_ZONE_DAYS      366    /* a year, by UTC */

#define CGUARD_ZONE_VERDICTS  4
#define CGUARD_ZONE_REASONS   12
#define CGUARD_ZONE_OUTCOMES  5
#define CGUARD_ZONE_PLACES    3      /* request, egress, nginx */
#define CGUARD_ZONE_LOST      2      /* events, lines of the error log */
#define CGUARD_ZONE_SERIES    (CGUARD_ZONE_REASONS + CGUARD_ZONE_OUTCOMES)


/* how often, and when for the first and the last time, in milliseconds */

typedef struct {
    _Atomic uint64_t      n;
    _Atomic uint64_t      first;     /* 0: never */
    _Atomic uint64_t      last;
} cguard_zone_count_t;


typedef struct {
    _Atomic uint64_t      passed;
    cguard_zone_count_t   verdicts[CGUARD_ZONE_VERDICTS];
    cguard_zone_count_t   reasons[CGUARD_ZONE_REASONS];
    cguard_zone_count_t   outcomes[CGUARD_ZONE_OUTCOMES];
    cguard_zone_count_t   places[CGUARD_ZONE_PLACES];
} cguard_zone_counts_t;


/* the first outcome by which something may have got through */

#define CGUARD_ZONE_UNKNOWN     2


/* what a zone has found in its file */

#define CGUARD_ZONE_STATE_NONE      0
#define CGUARD_ZONE_STATE_NEW       1
#define CGUARD_ZONE_STATE_RESTORED  2
#define CGUARD_ZONE_STATE_DAMAGED   3


/* workers of this and of older configurations */

#define CGUARD_ZONE_WORKERS     256


/* what was not written: of the log of events, of the error log */

#define CGUARD_ZONE_LOST_EVENT  0
#define CGUARD_ZONE_LOST_LINE   1


/* modes that are in force in a server: one, or some of them */

#define CGUARD_ZONE_OFF       1
#define CGUARD_ZONE_DETECT    2
#define CGUARD_ZONE_ON        4


typedef struct {
    uint16_t              len;
    uint16_t              used;      /* in the configuration that is read */
    _Atomic uint32_t      modes;     /* 0: not in the configuration */
    _Atomic uint64_t      turn;      /* how often it was given to another */
    char                  name[CGUARD_ZONE_NAME];
    _Atomic uint64_t      since;     /* milliseconds */
    cguard_zone_counts_t  counts;
} cguard_zone_server_t;


typedef struct {
    uint32_t              len;
    _Atomic uint32_t      used;
    char                  name[CGUARD_ZONE_NAME];
    cguard_zone_count_t   verdicts[CGUARD_ZONE_VERDICTS];
} cguard_zone_rule_t;


/* requests of the operator's own */

typedef struct {
    uint32_t              len;
    _Atomic uint32_t      used;      /* 2: in the configuration */
    char                  name[CGUARD_ZONE_WORD];
    cguard_zone_count_t   verdicts[CGUARD_ZONE_VERDICTS];
    cguard_zone_count_t   let_by;    /* not refused where the guard is on */
} cguard_zone_canary_t;


/*
 * An event, in words.  Of its texts only the beginning is kept; they are the
 * client's bytes.
 */

#define CGUARD_ZONE_CLIENT    48
#define CGUARD_ZONE_HOST      64
#define CGUARD_ZONE_METHOD    16
#define CGUARD_ZONE_TARGET    240
#define CGUARD_ZONE_READING   160    /* escaped */
#define CGUARD_ZONE_AGENT     96

typedef struct {
    uint64_t              number;    /* from 1 on */
    uint64_t              msec;
    unsigned char         id[32];
    uint32_t              status;
    uint32_t              upstream;  /* the ADC's status; 0: none */
    uint16_t              server;
    uint16_t              rule;
    uint16_t              turn;      /* of the server's place */
    uint8_t               verdict;
    uint8_t               reason;
    uint8_t               outcome;
    uint8_t               at;
    uint8_t               canary;    /* 0: none, else 1 + its place */
    uint8_t               let_by;
    uint8_t               id_len;
    uint8_t               client_len;
    uint8_t               host_len;
    uint8_t               method_len;
    uint8_t               target_len;
    uint8_t               reading_len;
    uint8_t               agent_len;
    uint8_t               spare[5];
    unsigned char         client[CGUARD_ZONE_CLIENT];
    unsigned char         host[CGUARD_ZONE_HOST];
    unsigned char         method[CGUARD_ZONE_METHOD];
    unsigned char         target[CGUARD_ZONE_TARGET];
    unsigned char         reading[CGUARD_ZONE_READING];
    unsigned char         agent[CGUARD_ZONE_AGENT];
} cguard_zone_event_t;

#define CGUARD_ZONE_WORDS     (sizeof(cguard_zone_event_t) / sizeof(uint64_t))

typedef struct {
    _Atomic uint64_t      sum;
    _Atomic uint64_t      words[CGUARD_ZONE_WORDS];
} cguard_zone_entry_t;


/* who has looked at what may have got through; the texts are of others */

#define CGUARD_ZONE_ACKS      8
#define CGUARD_ZONE_BY        64
#define CGUARD_ZONE_NOTE      200

typedef struct {
    uint64_t              number;    /* from 1 on */
    uint64_t              msec;
    uint64_t              count;     /* so many may have got through */
    uint64_t              lost[CGUARD_ZONE_LOST];
    uint16_t              by_len;
    uint16_t              note_len;
    uint8_t               spare[4];
    unsigned char         by[CGUARD_ZONE_BY];
    unsigned char         note[CGUARD_ZONE_NOTE];
} cguard_zone_ack_t;

#define CGUARD_ZONE_ACK_WORDS  (sizeof(cguard_zone_ack_t) / sizeof(uint64_t))

typedef struct {
    _Atomic uint64_t      sum;
    _Atomic uint64_t      words[CGUARD_ZONE_ACK_WORDS];
} cguard_zone_ack_entry_t;


/*
 * A source of events, in the manner of the space-saving sketch: a new one
 * takes the place of that with the fewest, and begins with its count, which is
 * its error.  The word says whose the count is, and so does that of the error;
 * an address that does not belong to them is one that is being written.
 */

typedef struct {
    _Atomic uint64_t      word;      /* mark of the address << 32 | count */
    _Atomic uint64_t      error;     /* mark of the address << 32 | error */
    _Atomic uint64_t      address[2];
    _Atomic uint64_t      last;
} cguard_zone_source_t;


typedef struct {
    unsigned char         address[16];
    uint64_t              count;     /* never less than there were */
    uint64_t              error;     /* and at most so much more */
    uint64_t              last;
} cguard_zone_top_t;


/* seconds << 16 | server << 8 | modes: since then these are in force */

typedef _Atomic uint64_t  cguard_zone_change_t;


typedef struct {
    uint64_t              magic;
    uint32_t              version;
    uint32_t              size;
    uint64_t              seed;
    uint64_t              started;   /* milliseconds */
    uint64_t              owner;     /* of the file; 0: there is none yet */
    uint64_t              state;     /* CGUARD_ZONE_STATE_... */
    _Atomic uint64_t      unsaved;   /* how often, since it was written */
    _Atomic uint64_t      configured;
    _Atomic uint64_t      loads;     /* of the configuration */
    _Atomic uint64_t      changed;   /* changes of modes so far */
    _Atomic uint64_t      events;    /* so far */
    cguard_zone_count_t   errors;
    cguard_zone_count_t   lost[CGUARD_ZONE_LOST];
    _Atomic uint64_t      acknowledged;  /* so far */
    _Atomic uint64_t      open[CGUARD_ZONE_WORKERS];  /* cguard_zone_open */
    cguard_zone_ack_entry_t  acks[CGUARD_ZONE_ACKS];
    cguard_zone_canary_t  canaries[CGUARD_ZONE_CANARIES];
    cguard_zone_change_t  changes[CGUARD_ZONE_CHANGES];
    cguard_zone_server_t  servers[CGUARD_ZONE_SERVERS];
    cguard_zone_rule_t    rules[CGUARD_ZONE_RULES];
    cguard_zone_source_t  sources[CGUARD_ZONE_SOURCES];

    /* a step's number << 32 | how many there were in it */

    _Atomic uint64_t      steps[CGUARD_ZONE_STEPS][CGUARD_ZONE_SERIES];
    _Atomic uint64_t      hours[CGUARD_ZONE_HOURS][CGUARD_ZONE_SERIES];
    _Atomic uint64_t      days[CGUARD_ZONE_DAYS][CGUARD_ZONE_SERIES];
    cguard_zone_entry_t   ring[CGUARD_ZONE_EVENTS];
} cguard_zone_t;


/* a word of it: no order among words is needed */

#define cguard_zone_get(p)                                                    \
    atomic_load_explicit(p, memory_order_relaxed)

#define cguard_zone_set(p, value)                                             \
    atomic_store_explicit(p, value, memory_order_relaxed)


/* "seed" is not to be guessed: else sources could be made to look like one */

void cguard_zone_init(cguard_zone_t *z, uint64_t seed, uint64_t msec);

/* is that a zone of this layout? */

int cguard_zone_fits(const cguard_zone_t *z);

/* which modes are in force in each server: CGUARD_ZONE_SERVERS of them */

void cguard_zone_modes(cguard_zone_t *z, const unsigned *modes,
    uint64_t msec);

void cguard_zone_add(cguard_zone_count_t *count, uint64_t msec);

/*
 * All that an event counts for, and the event itself; its number is set.  A
 * worker of an older configuration may name a place that is another server's
 * by now: then the turn differs, and the event is one of the others.
 */

void cguard_zone_event(cguard_zone_t *z, cguard_zone_event_t *e,
    const unsigned char address[16], uint64_t msec);

/* a copy of the event; 0 if there is none of that number, or it is torn */

int cguard_zone_read(cguard_zone_t *z, uint64_t number,
    cguard_zone_event_t *e);

/* the server of an event; those of places that were given back are "other" */

cguard_zone_server_t *cguard_zone_event_server(cguard_zone_t *z,
    const cguard_zone_event_t *e);

/* sources, those with most events first; returns how many */

size_t cguard_zone_top(cguard_zone_t *z, cguard_zone_top_t *top);

/* a sum of whole words, not to be guessed without the zone's seed */

uint64_t cguard_zone_hash(const void *data, size_t len, uint64_t seed);

/* scales of time, the finest first: the seconds of a step; how many are kept */

typedef enum {
    CGUARD_ZONE_BY_STEP = 0,
    CGUARD_ZONE_BY_HOUR,
    CGUARD_ZONE_BY_DAY,
    CGUARD_ZONE_SCALES
} cguard_zone_scale_e;

unsigned cguard_zone_seconds(cguard_zone_scale_e scale);
unsigned cguard_zone_steps(cguard_zone_scale_e scale);

/* how many of a series there were in that step of time */

uint64_t cguard_zone_step(cguard_zone_t *z, cguard_zone_scale_e scale,
    uint64_t step, unsigned series);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_H_INCLUDED_ */
