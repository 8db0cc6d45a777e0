
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The protocols of a Gateway's port, and why a session of one is ended.
 */


#ifndef _CGUARD_SESSION_TYPES_H_INCLUDED_
#define _CGUARD_SESSION_TYPES_H_INCLUDED_


typedef enum {
    CGUARD_SESSION_MORE = 0,     /* the beginning of a signature, so far */
    CGUARD_SESSION_HTTP,         /* and everything else */
    CGUARD_SESSION_SOCKS5,
    CGUARD_SESSION_CGP,
    CGUARD_SESSION_ICA,
    CGUARD_SESSION_PROTOCOLS
} cguard_protocol_e;


typedef enum {
    CGUARD_SESSION_PASS = 0,
    CGUARD_SESSION_EARLY,        /* the client did not wait */
    CGUARD_SESSION_METHOD,       /* SOCKS5: the server wants a login */
    CGUARD_SESSION_CONNECT,      /* SOCKS5: no well-formed CONNECT */
    CGUARD_SESSION_TICKET,       /* SOCKS5: no STA ticket */
    CGUARD_SESSION_INSIDE,       /* SOCKS5: neither ICA nor CGP within */
    CGUARD_SESSION_FORM,         /* CGP: no bind request */
    CGUARD_SESSION_REQUEST,      /* HTTP behind a signature */
    CGUARD_SESSION_LONG,         /* too much before the server's answer */
    CGUARD_SESSION_ANSWER,       /* the server speaks another protocol */
    CGUARD_SESSION_SLOW,         /* neither side has finished its greeting */
    CGUARD_SESSION_SILENT,       /* the client has said nothing yet */
    CGUARD_SESSION_REASONS
} cguard_session_reason_e;


#endif /* _CGUARD_SESSION_TYPES_H_INCLUDED_ */
