
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of setup and rollback: what is set up, where, and the files that
 * change.
 */


#ifndef _SETUP_TYPES_H_INCLUDED_
#define _SETUP_TYPES_H_INCLUDED_


#define SETUP_NAMES    16
#define SETUP_CHANGES  10
#define SETUP_TOKEN    24

/* of a host name (RFC 1035), and of one with a port */

#define SETUP_NAME     253
#define SETUP_ADDRESS  (SETUP_NAME + sizeof("[]:65535"))


/* an nginx and its configuration */

typedef struct {
    const char           *nginx;
    char                 *conf;
    unsigned              own:1;        /* not the system's service */
} setup_nginx_t;


/* a file below the folder of nginx.conf: its text, or the target of a link */

typedef struct {
    const char           *path;
    char                 *text;
    const char           *link;
} setup_change_t;


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

    /* the token of its own checks */
    char                  canary[SETUP_TOKEN + 1];

    unsigned              yes:1;
    unsigned              dry_run:1;
    unsigned              browser_only:1;

    setup_change_t        change[SETUP_CHANGES];
    unsigned              changes;
} setup_t;


#endif /* _SETUP_TYPES_H_INCLUDED_ */
