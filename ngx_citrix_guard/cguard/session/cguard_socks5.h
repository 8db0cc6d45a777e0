
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * SOCKS5 (RFC 1928) as a Gateway speaks it: a greeting, the method that the
 * server chooses, one CONNECT, and the reply to it.
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


/* the number of methods in a greeting, and the longest greeting */

#define CGUARD_SOCKS5_METHODS   10
#define CGUARD_SOCKS5_GREETING  (2 + CGUARD_SOCKS5_METHODS)


typedef struct {
    cguard_socks5_e       allowed;
    unsigned              client;       /* states */
    unsigned              server;
    unsigned              ticket;
    unsigned              rest;         /* bytes of the current part that
                                           are missing */
    unsigned              refused;      /* the server has refused */
} cguard_socks5_t;


/*
 * Returns MORE, HTTP or SOCKS5; SOCKS5 only for one complete greeting with
 * nothing after it.  "len" must be above 0.  Reads only, allocates nothing.
 */

cguard_protocol_e cguard_socks5_greeting(const unsigned char *p, size_t len);

/* takes one byte of the client after its greeting */

cguard_session_reason_e cguard_socks5_client(cguard_socks5_t *s,
    unsigned char ch);

/*
 * Takes one byte of the server.  "hold" says that this byte, and those held
 * before, must not be forwarded to the client yet; "over" that SOCKS5 ends
 * with this byte, and both sides may speak.
 */

cguard_session_reason_e cguard_socks5_server(cguard_socks5_t *s,
    unsigned char ch, unsigned *hold, unsigned *over);


#pragma GCC visibility pop


#endif /* _CGUARD_SOCKS5_H_INCLUDED_ */
