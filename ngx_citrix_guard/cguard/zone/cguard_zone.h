
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counters and the last events, in memory that processes share.
 *
 * There are no locks.  A counter is one word and changes in one atomic step,
 * so a process that is killed leaves neither half a count nor a lock behind.
 * An event is many words; its sum shows whether they belong together, and
 * readers skip an entry that was only partly written.
 *
 * Only the process that reads the configuration gives names their places.  A
 * server that is no longer configured gives up its place when another one
 * needs it; what it counted is then counted as "other".
 */


#ifndef _CGUARD_ZONE_H_INCLUDED_
#define _CGUARD_ZONE_H_INCLUDED_


#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define CGUARD_ZONE_VERSION   5

#define CGUARD_ZONE_NAME      64     /* bytes of a name; longer ones are cut */
#define CGUARD_ZONE_WORD      32     /* of a short name */
#define CGUARD_ZONE_CANARIES  8      /* the first is the zone's own */
#define CGUARD_ZONE_SERVERS   64     /* the first is "other" */
#define CGUARD_ZONE_RULES     256    /* the first is "other" */
#define CGUARD_ZONE_EVENTS    1024   /* more than are shown */
#define CGUARD_ZONE_SHOWN     1000
#define CGUARD_ZONE_SOURCES   256
#define CGUARD_ZONE_CHANGES   256
#define CGUARD_ZONE_STEP      300    /* seconds in a time step */
#define CGUARD_ZONE_STEPS     288    /* steps in a day */
#define CGUARD_ZONE_HOURS     336    /* hours in two weeks */
#define CGUARD_ZONE_DAYS      366    /* days in a year (UTC) */

#define CGUARD_ZONE_VERDICTS  4
#define CGUARD_ZONE_REASONS   12
#define CGUARD_ZONE_OUTCOMES  5
#define CGUARD_ZONE_PLACES    3      /* request, egress, nginx */
#define CGUARD_ZONE_LOST      2      /* events, lines of the error log */
#define CGUARD_ZONE_SERIES    (CGUARD_ZONE_REASONS + CGUARD_ZONE_OUTCOMES)


/* the number, and the first and the last time in milliseconds */

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


/* outcomes from here on mean that something may have got through */

#define CGUARD_ZONE_UNKNOWN     2


/* the result of reading the state file */

#define CGUARD_ZONE_STATE_NONE      0
#define CGUARD_ZONE_STATE_NEW       1
#define CGUARD_ZONE_STATE_RESTORED  2
#define CGUARD_ZONE_STATE_DAMAGED   3


/* worker processes, also those of older configurations */

#define CGUARD_ZONE_WORKERS     256


/* what could not be written: an event, a line of the error log */

#define CGUARD_ZONE_LOST_EVENT  0
#define CGUARD_ZONE_LOST_LINE   1


/* the modes in force in a server: one or several */

#define CGUARD_ZONE_OFF       1
#define CGUARD_ZONE_DETECT    2
#define CGUARD_ZONE_ON        4


typedef struct {
    uint16_t              len;
    uint16_t              used;      /* the server is configured */
    _Atomic uint32_t      modes;     /* 0: not configured */
    _Atomic uint64_t      turn;      /* how often another server took over
                                        this place */
    char                  name[CGUARD_ZONE_NAME];
    _Atomic uint64_t      since;     /* in milliseconds */
    cguard_zone_counts_t  counts;
} cguard_zone_server_t;


typedef struct {
    uint32_t              len;
    _Atomic uint32_t      used;
    char                  name[CGUARD_ZONE_NAME];
    cguard_zone_count_t   verdicts[CGUARD_ZONE_VERDICTS];
} cguard_zone_rule_t;


/* the operator's own requests */

typedef struct {
    uint32_t              len;
    _Atomic uint32_t      used;      /* 2: configured */
    char                  name[CGUARD_ZONE_WORD];
    cguard_zone_count_t   verdicts[CGUARD_ZONE_VERDICTS];
    cguard_zone_count_t   let_by;    /* not refused although the guard is on */
} cguard_zone_canary_t;


/*
 * An event, as words.  Only the beginning of each text is stored; the texts
 * are bytes of a client.
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
    uint8_t               canary;    /* 0: none; else its place plus 1 */
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


/* who acknowledged what may have got through; the texts are untrusted */

#define CGUARD_ZONE_ACKS      8
#define CGUARD_ZONE_BY        64
#define CGUARD_ZONE_NOTE      200

typedef struct {
    uint64_t              number;    /* from 1 on */
    uint64_t              msec;
    uint64_t              count;     /* requests acknowledged */
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
 * A source of events, as in the space-saving algorithm (Metwally, Agrawal, El
 * Abbadi, 2005): a new source replaces the one with the fewest events and
 * starts with its count, which is then the error.  Both words carry a mark of
 * the address; an address that does not fit the marks is being written.
 */

typedef struct {
    _Atomic uint64_t      word;      /* mark of the address << 32 | count */
    _Atomic uint64_t      error;     /* mark of the address << 32 | error */
    _Atomic uint64_t      address[2];
    _Atomic uint64_t      last;
} cguard_zone_source_t;


typedef struct {
    unsigned char         address[16];
    uint64_t              count;     /* the true count is at most this */
    uint64_t              error;     /* the maximum overcount */
    uint64_t              last;
} cguard_zone_top_t;


/* seconds << 16 | server << 8 | modes: the modes since then */

typedef _Atomic uint64_t  cguard_zone_change_t;


typedef struct {
    uint64_t              magic;
    uint32_t              version;
    uint32_t              size;
    uint64_t              seed;
    uint64_t              started;   /* milliseconds */
    uint64_t              owner;     /* of the state file; 0: no file yet */
    uint64_t              state;     /* CGUARD_ZONE_STATE_... */
    _Atomic uint64_t      unsaved;   /* failed writes since the last good */
    _Atomic uint64_t      configured;
    _Atomic uint64_t      loads;     /* of the configuration */
    _Atomic uint64_t      changed;   /* changes of modes */
    _Atomic uint64_t      events;    /* events */
    cguard_zone_count_t   errors;
    cguard_zone_count_t   lost[CGUARD_ZONE_LOST];
    _Atomic uint64_t      acknowledged;  /* acknowledgements */
    _Atomic uint64_t      open[CGUARD_ZONE_WORKERS];  /* cguard_zone_open */
    _Atomic uint64_t      nginx[CGUARD_ZONE_WORKERS]; /* of which nginx */
    _Atomic uint64_t      shown;     /* the nginx whose modes these are */
    _Atomic uint64_t      uncounted; /* an upgrade: another nginx counted
                                        elsewhere until then; 0: never */
    _Atomic uint64_t      predecessor;  /* the process that it was, or 0 */
    cguard_zone_ack_entry_t  acks[CGUARD_ZONE_ACKS];
    cguard_zone_canary_t  canaries[CGUARD_ZONE_CANARIES];
    cguard_zone_change_t  changes[CGUARD_ZONE_CHANGES];
    cguard_zone_server_t  servers[CGUARD_ZONE_SERVERS];
    cguard_zone_rule_t    rules[CGUARD_ZONE_RULES];
    cguard_zone_source_t  sources[CGUARD_ZONE_SOURCES];

    /* number of the step << 32 | events in it */

    _Atomic uint64_t      steps[CGUARD_ZONE_STEPS][CGUARD_ZONE_SERIES];
    _Atomic uint64_t      hours[CGUARD_ZONE_HOURS][CGUARD_ZONE_SERIES];
    _Atomic uint64_t      days[CGUARD_ZONE_DAYS][CGUARD_ZONE_SERIES];
    cguard_zone_entry_t   ring[CGUARD_ZONE_EVENTS];
} cguard_zone_t;


/* one word of it; the order of writes does not matter */

#define cguard_zone_get(p)                                                    \
    atomic_load_explicit(p, memory_order_relaxed)

#define cguard_zone_set(p, value)                                             \
    atomic_store_explicit(p, value, memory_order_relaxed)


/*
 * Initializes a zone.  "seed" must be secret: with it somebody could make
 * sources collide.
 */

void cguard_zone_init(cguard_zone_t *z, uint64_t seed, uint64_t msec);

/* is this a zone of this layout? */

int cguard_zone_fits(const cguard_zone_t *z);

/* the modes in force, for each of CGUARD_ZONE_SERVERS servers */

void cguard_zone_modes(cguard_zone_t *z, const unsigned *modes,
    uint64_t msec);

void cguard_zone_add(cguard_zone_count_t *count, uint64_t msec);

/*
 * Counts an event everywhere and stores it; sets its number.  A worker of an
 * older configuration may use a place that belongs to another server by now:
 * then the turn differs, and the event is counted as "other".
 */

void cguard_zone_event(cguard_zone_t *z, cguard_zone_event_t *e,
    const unsigned char address[16], uint64_t msec);

/* copies event "number"; returns 0 if it is gone or was only partly written */

int cguard_zone_read(cguard_zone_t *z, uint64_t number,
    cguard_zone_event_t *e);

/* the server of an event; "other" if its place was reused */

cguard_zone_server_t *cguard_zone_event_server(cguard_zone_t *z,
    const cguard_zone_event_t *e);

/* copies the sources, the largest first; returns their number */

size_t cguard_zone_top(cguard_zone_t *z, cguard_zone_top_t *top);

/* a sum over whole words that cannot be computed without the seed */

uint64_t cguard_zone_hash(const void *data, size_t len, uint64_t seed);

/* the time scales, the finest first: seconds in a step, and steps kept */

typedef enum {
    CGUARD_ZONE_BY_STEP = 0,
    CGUARD_ZONE_BY_HOUR,
    CGUARD_ZONE_BY_DAY,
    CGUARD_ZONE_SCALES
} cguard_zone_scale_e;

unsigned cguard_zone_seconds(cguard_zone_scale_e scale);
unsigned cguard_zone_steps(cguard_zone_scale_e scale);

/* how many events of a series were in this step */

uint64_t cguard_zone_step(cguard_zone_t *z, cguard_zone_scale_e scale,
    uint64_t step, unsigned series);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_H_INCLUDED_ */
