
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which protocol a client speaks on a Gateway's port, by its first bytes
 * (docs/stream.md), and whether both sides speak it.  Deny by default: an exact
 * signature is needed to be anything but HTTP.  What a client sends before the
 * server has answered in the same protocol is held to its form, as far as that
 * is known, and could not be a request of HTTP.  Behind that, the stream is
 * theirs.
 *
 * As the rest of the core it only reads what it is given, and allocates
 * nothing.
 */


#ifndef _CGUARD_SESSION_H_INCLUDED_
#define _CGUARD_SESSION_H_INCLUDED_


#include <stddef.h>

#include "cguard_cgp.h"
#include "cguard_hello.h"
#include "cguard_session_types.h"
#include "cguard_socks5.h"


#pragma GCC visibility push(hidden)


/* the longest signature: a SOCKS5 greeting with all methods */

#define CGUARD_SESSION_SIGNATURE  CGUARD_SOCKS5_GREETING

/* so many bytes may stand behind a signature of CGP before it is answered */

#define CGUARD_SESSION_HELLO      CGUARD_CGP_BIND

/* no more of a server's bytes are held than this */

#define CGUARD_SESSION_HELD       6


/* a session behind its signature; "watch" is 0 when nothing is left to see */

typedef struct {
    cguard_protocol_e     protocol;
    unsigned              watch;

    unsigned              inside;       /* SOCKS5 is over */
    cguard_socks5_t       socks5;

    cguard_protocol_e     client;       /* whose signature has begun */
    cguard_protocol_e     server;
    unsigned              client_len;   /* of it, so far */
    unsigned              server_len;
    unsigned              said;         /* the client's signature is whole */
    unsigned              answered;     /* and the server's */
    unsigned              hello;        /* bytes behind the client's */
    cguard_cgp_t          cgp;          /* their form */
    cguard_hello_t        request;      /* what HTTP makes of them */

    unsigned              held_len;     /* of the server, not shown yet */
    unsigned char         held[CGUARD_SESSION_HELD];
} cguard_session_t;


/*
 * What the client may be shown when the server has said something: "before",
 * bytes of earlier pieces that were held until now, then this piece without its
 * last "kept" bytes.
 */

typedef struct {
    size_t                kept;
    unsigned              before_len;
    unsigned char         before[CGUARD_SESSION_HELD];
} cguard_session_shown_t;


/* what all bytes so far are; MORE only for a proper prefix of a signature */

cguard_protocol_e cguard_session_protocol(const void *data, size_t len);

/* "http", "socks5", "cgp", "ica"; MORE is "http" */

const char *cguard_session_name(cguard_protocol_e protocol);

/* of a reason: a word for machines, and to be said in a log */

const char *cguard_session_why(cguard_session_reason_e reason);
const char *cguard_session_reason_text(cguard_session_reason_e reason);

/* the bytes of a signature: all of a greeting of SOCKS5 */

size_t cguard_session_signature(cguard_protocol_e protocol, const void *data);

/*
 * What the client says behind its signature, and what the server says, in
 * pieces of any size: the same whatever the pieces.  With another reason than
 * PASS nothing of the piece is to be passed on.  Time is linear in the piece
 * while the session is watched, constant then.
 */

void cguard_session_init(cguard_session_t *cs, cguard_protocol_e protocol,
    cguard_socks5_e socks5);
cguard_session_reason_e cguard_session_client(cguard_session_t *cs,
    const void *data, size_t len);
cguard_session_reason_e cguard_session_server(cguard_session_t *cs,
    const void *data, size_t len, cguard_session_shown_t *shown);


#pragma GCC visibility pop


#endif /* _CGUARD_SESSION_H_INCLUDED_ */
