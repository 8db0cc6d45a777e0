
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * SOCKS5 (RFC 1928) as a Gateway speaks it: a greeting, the method that the
 * server takes, one CONNECT, and the reply to it.
 */


#ifndef _CGUARD_SOCKS5_H_INCLUDED_
#define _CGUARD_SOCKS5_H_INCLUDED_


#include <stddef.h>

#include "cguard_session_types.h"


#pragma GCC visibility push(hidden)


/* what a client may ask for */

typedef enum {
    CGUARD_SOCKS5_TICKET = 0,   /* CONNECT to an STA ticket */
    CGUARD_SOCKS5_CONNECT       /* CONNECT to anything */
} cguard_socks5_e;


/* the methods that may be in a greeting, and the longest one */

#define CGUARD_SOCKS5_METHODS   10
#define CGUARD_SOCKS5_GREETING  (2 + CGUARD_SOCKS5_METHODS)


typedef struct {
    cguard_socks5_e       allowed;
    unsigned              client;       /* states */
    unsigned              server;
    unsigned              ticket;
    unsigned              rest;         /* bytes of a part that are to come */
    unsigned              refused;      /* the server has said no */
} cguard_socks5_t;


/*
 * MORE, HTTP or SOCKS5: the latter for one whole greeting with nothing behind
 * it.  len > 0.
 */

cguard_protocol_e cguard_socks5_greeting(const unsigned char *p, size_t len);

/* one byte of the client behind its greeting */

cguard_session_reason_e cguard_socks5_client(cguard_socks5_t *s,
    unsigned char ch);

/*
 * One byte of the server.  "hold": this one, and those that were held before,
 * are not shown to the client yet.  "over": SOCKS5 has ended with this byte,
 * and both sides may speak.
 */

cguard_session_reason_e cguard_socks5_server(cguard_socks5_t *s,
    unsigned char ch, unsigned *hold, unsigned *over);


#pragma GCC visibility pop


#endif /* _CGUARD_SOCKS5_H_INCLUDED_ */
