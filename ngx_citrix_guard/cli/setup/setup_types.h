
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of setup and rollback: what is set up, where, and the files that
 * change.
 */


#ifndef _SETUP_TYPES_H_INCLUDED_
#define _SETUP_TYPES_H_INCLUDED_


#define SETUP_NAMES      16
#define SETUP_BALANCERS  8
#define SETUP_CHANGES    16
#define SETUP_TOKEN      24

/* in settings.conf; the shipped one, whose values are examples, has it not */

#define SETUP_WRITTEN  "Written by \"citrix-guard setup\""

/* of a host name (RFC 1035), and of one with a port */

#define SETUP_NAME     253
#define SETUP_ADDRESS  (SETUP_NAME + sizeof("[]:65535"))


/* an nginx and its configuration */

typedef struct {
    const char           *nginx;
    char                 *conf;
    unsigned              own:1;        /* not the system's service */
} setup_nginx_t;


/*
 * A file below the folder of nginx.conf: its text, or the target of a link.  The
 * mode is the most that it may have; 0: that of the file which is there.
 */

typedef struct {
    const char           *path;
    char                 *text;
    const char           *link;
    unsigned              mode;
} setup_change_t;


/* which of the shipped configurations */

typedef enum {
    SETUP_GATEWAY = 0,
    SETUP_BROWSERS,
    SETUP_NODE,
    SETUP_KINDS
} setup_kind_e;


/* the answers of an earlier setup, as they would be typed; NULL: none */

typedef struct {
    char                 *names;
    char                 *adc;
    char                 *certificate;
    char                 *key;
    char                 *mode;
} setup_earlier_t;


typedef struct {
    setup_nginx_t         nginx;

    char                 *name[SETUP_NAMES];
    unsigned              names;

    char                  adc[SETUP_ADDRESS + 1];       /* HOST:PORT */
    char                 *adc_ca;
    char                 *certificate;
    char                 *key;
    const char           *mode;
    const char           *monitor;

    /* where users connect; no address: all addresses */
    char                  address[SETUP_NAME + 1];
    unsigned              port;

    setup_kind_e          kind;

    /* of a node: who sends users, and where its logs go */
    char                  balancer[SETUP_BALANCERS][SETUP_NAME + 1];
    unsigned              balancers;
    char                  collector[SETUP_ADDRESS + 1];

    /* the token of its own checks */
    char                  canary[SETUP_TOKEN + 1];

    unsigned              yes:1;
    unsigned              dry_run:1;
    unsigned              no_start:1;
    unsigned              kind_said:1;
    unsigned              collector_said:1;

    setup_earlier_t       earlier;

    setup_change_t        change[SETUP_CHANGES];
    unsigned              changes;
} setup_t;


#endif /* _SETUP_TYPES_H_INCLUDED_ */
