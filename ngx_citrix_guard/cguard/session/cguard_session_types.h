
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The protocols on a Gateway's port, and the reasons to end a session.
 */


#ifndef _CGUARD_SESSION_TYPES_H_INCLUDED_
#define _CGUARD_SESSION_TYPES_H_INCLUDED_


typedef enum {
    CGUARD_SESSION_MORE = 0,     /* the beginning of a signature so far */
    CGUARD_SESSION_HTTP,         /* anything without a signature */
    CGUARD_SESSION_SOCKS5,
    CGUARD_SESSION_CGP,
    CGUARD_SESSION_ICA,
    CGUARD_SESSION_RDP,          /* only where it is allowed */
    CGUARD_SESSION_PROTOCOLS
} cguard_protocol_e;


typedef enum {
    CGUARD_SESSION_PASS = 0,
    CGUARD_SESSION_EARLY,        /* the client did not wait for the answer */
    CGUARD_SESSION_METHOD,       /* SOCKS5: the server wants a login */
    CGUARD_SESSION_CONNECT,      /* SOCKS5: not a well-formed CONNECT */
    CGUARD_SESSION_TICKET,       /* SOCKS5: no STA ticket */
    CGUARD_SESSION_INSIDE,       /* SOCKS5: carries neither ICA nor CGP */
    CGUARD_SESSION_FORM,         /* not its protocol's first message */
    CGUARD_SESSION_REQUEST,      /* an HTTP request after a signature */
    CGUARD_SESSION_LONG,         /* too many bytes before the answer */
    CGUARD_SESSION_ANSWER,       /* the server speaks another protocol */
    CGUARD_SESSION_SLOW,         /* no complete greeting in time */
    CGUARD_SESSION_SILENT,       /* the client has sent nothing */
    CGUARD_SESSION_REASONS
} cguard_session_reason_e;


#endif /* _CGUARD_SESSION_TYPES_H_INCLUDED_ */
