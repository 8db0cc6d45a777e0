
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Detects by the first bytes which protocol a client speaks on a Gateway's
 * port (docs/stream.md), and checks that both sides speak it.
 *
 * The default is to deny: only an exact signature makes a session anything but
 * HTTP.  Until the server has answered in the same protocol, what the client
 * sends must have the form of that protocol, as far as it is public, and must
 * not be a possible HTTP request.  After that the session is not inspected.
 * Like the rest of the core, these functions only read what they are given,
 * and allocate nothing.
 */


#ifndef _CGUARD_SESSION_H_INCLUDED_
#define _CGUARD_SESSION_H_INCLUDED_


#include <stddef.h>

#include "cguard_cgp.h"
#include "cguard_hello.h"
#include "cguard_rdp.h"
#include "cguard_session_types.h"
#include "cguard_socks5.h"


#pragma GCC visibility push(hidden)


/* the longest signature, a SOCKS5 greeting with all methods; and with RDP */

#define CGUARD_SESSION_SIGNATURE  CGUARD_SOCKS5_GREETING
#define CGUARD_SESSION_LONGEST    CGUARD_RDP_REQUEST

/* how many bytes may follow a CGP signature before the server answers */

#define CGUARD_SESSION_HELLO      CGUARD_CGP_BIND

/* at most so many bytes of a server are held back */

#define CGUARD_SESSION_HELD       6


/* a session after its signature; "watch" is 0 when inspection is over */

typedef struct {
    cguard_protocol_e     protocol;
    unsigned              watch;

    unsigned              inside;       /* the SOCKS5 part is over */
    cguard_socks5_t       socks5;

    cguard_protocol_e     client;       /* the protocol whose signature has
                                           begun */
    cguard_protocol_e     server;
    unsigned              client_len;   /* bytes of it so far */
    unsigned              server_len;
    unsigned              said;         /* the client's signature is
                                           complete */
    unsigned              answered;     /* the server's signature is
                                           complete */
    unsigned              hello;        /* bytes after the client's
                                           signature */
    cguard_cgp_t          cgp;          /* their form */
    cguard_hello_t        request;      /* an HTTP request in them */

    unsigned              held_len;     /* bytes of the server that are held
                                           back */
    unsigned char         held[CGUARD_SESSION_HELD];
} cguard_session_t;


/*
 * What may be forwarded to the client after a piece of the server: "before",
 * bytes of earlier pieces that were held back until now, then this piece
 * without its last "kept" bytes.
 */

typedef struct {
    size_t                kept;
    unsigned              before_len;
    unsigned char         before[CGUARD_SESSION_HELD];
} cguard_session_shown_t;


/*
 * The protocol of these first bytes; MORE only for an incomplete signature.
 * RDP is known only if it is allowed.
 */

cguard_protocol_e cguard_session_protocol(const void *data, size_t len,
    unsigned rdp);

/* "http", "socks5", "cgp", "ica" or "rdp"; "http" for MORE */

const char *cguard_session_name(cguard_protocol_e protocol);

/* a reason as a word for programs, and as a text for logs */

const char *cguard_session_why(cguard_session_reason_e reason);
const char *cguard_session_reason_text(cguard_session_reason_e reason);

/* length of the signature; for SOCKS5 and RDP that of the whole message */

size_t cguard_session_signature(cguard_protocol_e protocol, const void *data);

/*
 * Take what the client, or the server, sends after the signature, in pieces of
 * any size; the result does not depend on how it is split.  If they return
 * anything but PASS, nothing of the piece may be forwarded.  They write to the
 * session only.  Time is linear in the piece while the session is inspected,
 * then constant.
 */

void cguard_session_init(cguard_session_t *cs, cguard_protocol_e protocol,
    cguard_socks5_e socks5);
cguard_session_reason_e cguard_session_client(cguard_session_t *cs,
    const void *data, size_t len);
cguard_session_reason_e cguard_session_server(cguard_session_t *cs,
    const void *data, size_t len, cguard_session_shown_t *shown);


#pragma GCC visibility pop


#endif /* _CGUARD_SESSION_H_INCLUDED_ */
