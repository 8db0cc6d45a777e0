
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Detects the protocol of a session by its first bytes, and checks that both
 * sides speak it: automata that take one byte at a time.
 */


#include <string.h>

#include "cguard_session.h"


/* a signature, and how many bytes of it the server has to answer with */

typedef struct {
    const unsigned char  *data;
    unsigned              len;
    unsigned              answer;
} cguard_session_signature_t;


static const unsigned char  cguard_session_cgp[] = {
    0x1a, 'C', 'G', 'P', '/', '0', '1'
};

static const unsigned char  cguard_session_ica[] = {
    0x7f, 0x7f, 'I', 'C', 'A', 0x00
};

static const cguard_session_signature_t  cguard_session_signatures[] = {
    { cguard_session_cgp, sizeof(cguard_session_cgp), 4 },
    { cguard_session_ica, sizeof(cguard_session_ica), 6 }
};


static const cguard_session_signature_t *cguard_session_find(
    cguard_protocol_e protocol);
static cguard_protocol_e cguard_session_compare(const unsigned char *p,
    size_t len, cguard_protocol_e protocol);
static cguard_session_reason_e cguard_session_client_byte(cguard_session_t *cs,
    unsigned char ch);
static cguard_session_reason_e cguard_session_client_signature(
    cguard_session_t *cs, unsigned char ch);
static cguard_session_reason_e cguard_session_hello(cguard_session_t *cs,
    unsigned char ch);
static cguard_session_reason_e cguard_session_no_bind(cguard_session_t *cs,
    const unsigned char *p, size_t len);
static cguard_session_reason_e cguard_session_server_byte(cguard_session_t *cs,
    unsigned char ch, unsigned *hold);
static cguard_session_reason_e cguard_session_server_signature(
    cguard_session_t *cs, unsigned char ch, unsigned *hold);
static cguard_protocol_e cguard_session_begins(unsigned char ch);
static unsigned cguard_session_answer(const cguard_session_t *cs,
    unsigned char ch);
static void cguard_session_settle(cguard_session_t *cs);


cguard_protocol_e
cguard_session_protocol(const void *data, size_t len, unsigned rdp)
{
    const unsigned char  *p = data;

    if (len == 0) {
        return CGUARD_SESSION_MORE;
    }

    if (cguard_session_begins(p[0]) != CGUARD_SESSION_MORE) {
        return cguard_session_compare(p, len, cguard_session_begins(p[0]));
    }

    if (rdp && p[0] == CGUARD_RDP_FIRST) {
        return cguard_rdp_request(p, len);
    }

    return cguard_socks5_greeting(p, len);
}


/* signatures of CGP and ICA */

static const cguard_session_signature_t *
cguard_session_find(cguard_protocol_e protocol)
{
    return &cguard_session_signatures[protocol == CGUARD_SESSION_ICA];
}


static cguard_protocol_e
cguard_session_compare(const unsigned char *p, size_t len,
    cguard_protocol_e protocol)
{
    const cguard_session_signature_t  *s;

    s = cguard_session_find(protocol);

    if (memcmp(p, s->data, len < s->len ? len : s->len) != 0) {
        return CGUARD_SESSION_HTTP;
    }

    return len < s->len ? CGUARD_SESSION_MORE : protocol;
}


/* the protocol whose signature begins with this byte; MORE if none does */

static cguard_protocol_e
cguard_session_begins(unsigned char ch)
{
    if (ch == cguard_session_cgp[0]) {
        return CGUARD_SESSION_CGP;
    }

    return ch == cguard_session_ica[0] ? CGUARD_SESSION_ICA
                                       : CGUARD_SESSION_MORE;
}


const char *
cguard_session_name(cguard_protocol_e protocol)
{
    static const char  *names[] = {
        "http", "http", "socks5", "cgp", "ica", "rdp"
    };

    return names[protocol];
}


const char *
cguard_session_why(cguard_session_reason_e reason)
{
    static const char  *words[] = {
        "none", "early", "method", "connect", "ticket", "inside", "form",
        "request", "long", "answer", "slow", "silent"
    };

    return words[reason];
}


const char *
cguard_session_reason_text(cguard_session_reason_e reason)
{
    static const char  *texts[] = {
        "nothing",
        "the client did not wait for the answer to its greeting",
        "the ADC asks for an unknown login method",
        "the second message is not a CONNECT",
        "the CONNECT names no STA ticket",
        "SOCKS5 carries neither ICA nor CGP",
        "the client's first message is not one of this protocol",
        "an HTTP request follows the signature",
        "too many bytes follow the signature before the ADC's answer",
        "the ADC answers in another protocol",
        "client and ADC have not greeted each other in time",
        "the client has said nothing"
    };

    return texts[reason];
}


size_t
cguard_session_signature(cguard_protocol_e protocol, const void *data)
{
    const unsigned char  *p = data;

    switch (protocol) {

    case CGUARD_SESSION_SOCKS5:
        return 2 + (size_t) p[1];

    case CGUARD_SESSION_CGP:
    case CGUARD_SESSION_ICA:
        return cguard_session_find(protocol)->len;

    case CGUARD_SESSION_RDP:
        return p[2] * 256u + p[3];

    default:
        return 0;
    }
}


void
cguard_session_init(cguard_session_t *cs, cguard_protocol_e protocol,
    cguard_socks5_e socks5)
{
    memset(cs, 0, sizeof(cguard_session_t));

    cs->protocol = protocol;
    cs->socks5.allowed = socks5;
    cs->watch = protocol >= CGUARD_SESSION_SOCKS5;

    if (protocol > CGUARD_SESSION_SOCKS5) {
        cs->inside = 1;
        cs->client = protocol;
        cs->said = 1;
    }
}


cguard_session_reason_e
cguard_session_client(cguard_session_t *cs, const void *data, size_t len)
{
    size_t                    i;
    const unsigned char      *p = data;
    cguard_session_reason_e   reason;

    for (i = 0; cs->watch && i < len; i++) {
        reason = cguard_session_client_byte(cs, p[i]);

        if (reason == CGUARD_SESSION_FORM) {
            return cguard_session_no_bind(cs, p + i, len - i);
        }

        if (reason != CGUARD_SESSION_PASS) {
            return reason;
        }
    }

    return CGUARD_SESSION_PASS;
}


/* why it is none is worth a look at the rest: it may be an attack */

static cguard_session_reason_e
cguard_session_no_bind(cguard_session_t *cs, const unsigned char *p,
    size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (cguard_hello_byte(&cs->request, p[i], 0)) {
            return CGUARD_SESSION_REQUEST;
        }
    }

    return CGUARD_SESSION_FORM;
}


static cguard_session_reason_e
cguard_session_client_byte(cguard_session_t *cs, unsigned char ch)
{
    if (!cs->inside) {
        return cguard_socks5_client(&cs->socks5, ch);
    }

    return cs->said ? cguard_session_hello(cs, ch)
                    : cguard_session_client_signature(cs, ch);
}


/* SOCKS5 has to carry the signature of ICA or CGP, and nothing else */

static cguard_session_reason_e
cguard_session_client_signature(cguard_session_t *cs, unsigned char ch)
{
    const cguard_session_signature_t  *s;

    if (cs->client == CGUARD_SESSION_MORE) {
        cs->client = cguard_session_begins(ch);

        if (cs->client == CGUARD_SESSION_MORE
            || (cs->server != CGUARD_SESSION_MORE && cs->server != cs->client))
        {
            return CGUARD_SESSION_INSIDE;
        }
    }

    s = cguard_session_find(cs->client);

    if (ch != s->data[cs->client_len]) {
        return CGUARD_SESSION_INSIDE;
    }

    if (++cs->client_len == s->len) {
        cs->said = 1;
        cguard_session_settle(cs);
    }

    return CGUARD_SESSION_PASS;
}


/*
 * After a signature, before the server has answered.  In ICA each side waits
 * for the other's signature, in RDP for the other's message.  A CGP client
 * sends a bind request, in which no HTTP parser may find a request.
 */

static cguard_session_reason_e
cguard_session_hello(cguard_session_t *cs, unsigned char ch)
{
    if (cs->client != CGUARD_SESSION_CGP) {
        return CGUARD_SESSION_EARLY;
    }

    if (cs->hello == CGUARD_SESSION_HELLO) {
        return CGUARD_SESSION_LONG;
    }

    if (!cguard_cgp_byte(&cs->cgp, ch)) {
        return CGUARD_SESSION_FORM;
    }

    cs->hello++;

    return cguard_hello_byte(&cs->request, ch, cs->cgp.opaque)
           ? CGUARD_SESSION_REQUEST : CGUARD_SESSION_PASS;
}


cguard_session_reason_e
cguard_session_server(cguard_session_t *cs, const void *data, size_t len,
    cguard_session_shown_t *shown)
{
    size_t                    i;
    unsigned                  hold;
    const unsigned char      *p = data;
    cguard_session_reason_e   reason;

    shown->kept = 0;
    shown->before_len = 0;

    for (i = 0; cs->watch && i < len; i++) {
        reason = cguard_session_server_byte(cs, p[i], &hold);

        if (reason != CGUARD_SESSION_PASS) {
            return reason;
        }

        if (hold) {
            cs->held[cs->held_len++] = p[i];
            shown->kept++;
            continue;
        }

        /* bytes held back are released, of earlier pieces and of this one */

        if (cs->held_len > shown->kept) {
            shown->before_len = cs->held_len - (unsigned) shown->kept;
            memcpy(shown->before, cs->held, shown->before_len);
        }

        cs->held_len = 0;
        shown->kept = 0;
    }

    return CGUARD_SESSION_PASS;
}


static cguard_session_reason_e
cguard_session_server_byte(cguard_session_t *cs, unsigned char ch,
    unsigned *hold)
{
    unsigned                 over;
    cguard_session_reason_e  reason;

    if (cs->inside) {
        return cguard_session_server_signature(cs, ch, hold);
    }

    reason = cguard_socks5_server(&cs->socks5, ch, hold, &over);

    if (over) {
        cs->inside = 1;

        /* what follows a ticket is up to the STA that issued it */

        cs->watch = cs->socks5.allowed != CGUARD_SOCKS5_TICKET;
    }

    return reason;
}


static cguard_session_reason_e
cguard_session_server_signature(cguard_session_t *cs, unsigned char ch,
    unsigned *hold)
{
    unsigned  len;

    *hold = 0;

    if (cs->answered) {
        return CGUARD_SESSION_PASS;
    }

    if (cs->server == CGUARD_SESSION_MORE) {
        cs->server = cs->client != CGUARD_SESSION_MORE
                     ? cs->client : cguard_session_begins(ch);

        if (cs->server == CGUARD_SESSION_MORE) {
            return CGUARD_SESSION_ANSWER;
        }
    }

    len = cguard_session_answer(cs, ch);

    if (len == 0) {
        return CGUARD_SESSION_ANSWER;
    }

    if (++cs->server_len == len) {
        cs->answered = 1;
        cguard_session_settle(cs);

    } else {
        *hold = 1;
    }

    return CGUARD_SESSION_PASS;
}


/* the length of the answer that goes on with this byte; 0 if none does */

static unsigned
cguard_session_answer(const cguard_session_t *cs, unsigned char ch)
{
    const cguard_session_signature_t  *s;

    if (cs->server == CGUARD_SESSION_RDP) {
        return cguard_rdp_confirm(cs->held, cs->server_len, ch)
               ? CGUARD_RDP_CONFIRM : 0;
    }

    s = cguard_session_find(cs->server);

    return ch == s->data[cs->server_len] ? s->answer : 0;
}


/* both sides have spoken the protocol: no more inspection */

static void
cguard_session_settle(cguard_session_t *cs)
{
    if (cs->said && cs->answered) {
        cs->watch = 0;
    }
}
