
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which protocol a client speaks on a Gateway's port, by its first bytes
 * (docs/stream.md).  Deny by default: an exact signature is needed to be
 * anything but HTTP, and what follows a signature is held to its form for as
 * long as one is known.
 *
 * As the rest of the core it only reads what it is given, and allocates
 * nothing.
 */


#ifndef _CGUARD_SESSION_H_INCLUDED_
#define _CGUARD_SESSION_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


typedef enum {
    CGUARD_SESSION_MORE = 0,     /* the beginning of a signature, so far */
    CGUARD_SESSION_HTTP,         /* and everything else */
    CGUARD_SESSION_SOCKS5,
    CGUARD_SESSION_CGP,
    CGUARD_SESSION_ICA
} cguard_protocol_e;


/* why a session that began with a signature is ended */

typedef enum {
    CGUARD_SESSION_PASS = 0,
    CGUARD_SESSION_EARLY,        /* SOCKS5: the client did not wait */
    CGUARD_SESSION_METHOD,       /* SOCKS5: the server wants a login */
    CGUARD_SESSION_CONNECT,      /* SOCKS5: no well-formed CONNECT */
    CGUARD_SESSION_TICKET,       /* SOCKS5: no STA ticket */
    CGUARD_SESSION_REQUEST,      /* an HTTP request behind a signature */
    CGUARD_SESSION_ANSWER        /* the server takes it for HTTP */
} cguard_session_reason_e;


/* what a SOCKS5 client may ask for */

typedef enum {
    CGUARD_SOCKS5_TICKET = 0,   /* CONNECT to an STA ticket */
    CGUARD_SOCKS5_CONNECT,      /* CONNECT to anything */
    CGUARD_SOCKS5_ANY           /* it is not looked at */
} cguard_socks5_e;


/* the longest signature: a SOCKS5 greeting with 255 methods */

#define CGUARD_SESSION_SIGNATURE  257

/* so many bytes behind the signatures of CGP and ICA are looked at */

#define CGUARD_SESSION_WINDOW     8192


/* a session behind its signature; "watch" is 0 when nothing is left to see */

typedef struct {
    cguard_protocol_e     protocol;
    cguard_socks5_e       socks5;
    unsigned              watch;

    unsigned              client;       /* states */
    unsigned              server;
    unsigned              ticket;
    unsigned              line;
    unsigned              version;

    size_t                rest;         /* bytes of a part that are to come */
    size_t                client_seen;
    size_t                server_seen;
} cguard_session_t;


/* what all bytes so far are; MORE only for a proper prefix of a signature */

cguard_protocol_e cguard_session_protocol(const void *data, size_t len);

/* "http", "socks5", "cgp", "ica"; MORE is "http" */

const char *cguard_session_name(cguard_protocol_e protocol);

/* to be said of a reason in a log */

const char *cguard_session_reason_text(cguard_session_reason_e reason);

/* the bytes of a signature: all of a greeting of SOCKS5 */

size_t cguard_session_signature(cguard_protocol_e protocol, const void *data);

/*
 * What the client says behind its signature, and what the server says, in
 * pieces of any size: the same whatever the pieces.
 */

void cguard_session_init(cguard_session_t *cs, cguard_protocol_e protocol,
    cguard_socks5_e socks5);
cguard_session_reason_e cguard_session_client(cguard_session_t *cs,
    const void *data, size_t len);
cguard_session_reason_e cguard_session_server(cguard_session_t *cs,
    const void *data, size_t len);


#pragma GCC visibility pop


#endif /* _CGUARD_SESSION_H_INCLUDED_ */
