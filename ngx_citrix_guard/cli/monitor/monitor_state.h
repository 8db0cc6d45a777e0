
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard reports about itself, from its monitor's JSON.
 */


#ifndef _MONITOR_STATE_H_INCLUDED_
#define _MONITOR_STATE_H_INCLUDED_


#define MONITOR_SERVERS  64

#define MONITOR_ON       0x01
#define MONITOR_DETECT   0x02
#define MONITOR_OFF      0x04


/* a server that is no longer configured has no modes, but keeps its counts */

typedef struct {
    char                  name[256];
    char                  since[40];
    unsigned              modes;
} monitor_server_t;


typedef struct {
    char                  name[64];
    char                  let_by[40];
    char                  blocked[40];
} monitor_canary_t;


typedef struct {
    unsigned              version;
    char                  node[256];
    char                  now[40];
    char                  started[40];
    char                  configured[40];
    char                  latest[40];       /* of all that has happened */
    char                  module[40];
    char                  nginx[40];

    unsigned long long    passed;
    unsigned long long    blocked;
    unsigned long long    detected;
    unsigned long long    exempted;
    unsigned long long    errors;

    /* forwarded to the ADC, without a sign of success */
    unsigned long long    attempts;

    /* may have got through: all, those without an answer, and the last time */
    unsigned long long    through;
    unsigned long long    unknown;
    char                  last[40];

    /* of these, those that were acknowledged, and by whom */
    unsigned long long    looked;
    char                  by[256];

    /* events that were not written to the log, or not in full */
    unsigned long long    lost;

    /* the saved counters could not be read; not acknowledged */
    unsigned              damaged;

    /*
     * after an upgrade on the fly: processes of another nginx that accept
     * connections; until when one counted elsewhere, if not acknowledged
     */
    unsigned long long    beside;
    unsigned long long    unreadable;
    char                  uncounted[40];

    /* our own attack that was not refused last, where the guard is on */
    char                  let_by[64];
    char                  let_by_last[40];

    unsigned              servers;
    monitor_server_t      server[MONITOR_SERVERS];

    char                  error[300];
} monitor_state_t;


/* reads the monitor; returns -1, with "error" set, if nothing is known */

int monitor_state(const char *url, monitor_state_t *state);


#endif /* _MONITOR_STATE_H_INCLUDED_ */
