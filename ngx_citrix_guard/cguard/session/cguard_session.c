
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which protocol a session speaks, by its first bytes, and whether what follows
 * keeps to it: automata that take a byte at a time.
 */


#include <string.h>

#include "cguard_session.h"


/* states of a client that speaks SOCKS5, in their order */

enum {
    socks5_waits = 0,           /* for the method that the server takes */
    socks5_version,
    socks5_command,
    socks5_reserved,
    socks5_type,
    socks5_length,
    socks5_address,
    socks5_name,
    socks5_port,
    socks5_done
};


/* states of a ticket: ";40;STA0123456789AB;0123..." */

enum {
    ticket_begin = 0,
    ticket_number,
    ticket_digits,
    ticket_s,
    ticket_t,
    ticket_a,
    ticket_authority,
    ticket_value,
    ticket_whole
};


/* states of a line that may be a request: a method, a blank, a slash */

enum {
    line_begin = 0,
    line_method_1,
    line_method_2,
    line_method,
    line_blank,
    line_other
};


static const unsigned char  cguard_session_cgp[] = {
    0x1a, 'C', 'G', 'P', '/', '0', '1'
};

static const unsigned char  cguard_session_ica[] = {
    0x7f, 0x7f, 'I', 'C', 'A', 0x00
};

static const char  cguard_session_version[] = " HTTP/";

static const char  cguard_session_http[] = "HTTP/";

/* the server's state when its first bytes have been compared with "HTTP/" */

#define CGUARD_SESSION_COMPARED  (sizeof(cguard_session_http) - 1)


static cguard_protocol_e cguard_session_compare(const unsigned char *p,
    size_t len, const unsigned char *signature, size_t size,
    cguard_protocol_e protocol);
static cguard_protocol_e cguard_session_greeting(const unsigned char *p,
    size_t len);
static cguard_session_reason_e cguard_session_socks5(cguard_session_t *cs,
    unsigned char ch);
static cguard_session_reason_e cguard_session_address(cguard_session_t *cs,
    unsigned char ch);
static cguard_session_reason_e cguard_session_host(cguard_session_t *cs,
    unsigned char ch);
static unsigned cguard_session_ticket(unsigned state, unsigned char ch);
static cguard_session_reason_e cguard_session_request_line(cguard_session_t *cs,
    unsigned char ch);
static cguard_session_reason_e cguard_session_socks5_server(
    cguard_session_t *cs, unsigned char ch);
static cguard_session_reason_e cguard_session_status_line(cguard_session_t *cs,
    unsigned char ch);
static int cguard_session_is_letter(unsigned char ch);
static int cguard_session_is_ticket_char(unsigned char ch);


cguard_protocol_e
cguard_session_protocol(const void *data, size_t len)
{
    const unsigned char  *p = data;

    if (len == 0) {
        return CGUARD_SESSION_MORE;
    }

    switch (p[0]) {

    case 0x05:
        return cguard_session_greeting(p, len);

    case 0x1a:
        return cguard_session_compare(p, len, cguard_session_cgp,
                                      sizeof(cguard_session_cgp),
                                      CGUARD_SESSION_CGP);

    case 0x7f:
        return cguard_session_compare(p, len, cguard_session_ica,
                                      sizeof(cguard_session_ica),
                                      CGUARD_SESSION_ICA);

    default:
        return CGUARD_SESSION_HTTP;
    }
}


static cguard_protocol_e
cguard_session_compare(const unsigned char *p, size_t len,
    const unsigned char *signature, size_t size, cguard_protocol_e protocol)
{
    if (memcmp(p, signature, len < size ? len : size) != 0) {
        return CGUARD_SESSION_HTTP;
    }

    return len < size ? CGUARD_SESSION_MORE : protocol;
}


/*
 * The client waits for an answer, so nothing is behind the methods.  0A to 7F
 * are not assigned (RFC 1928), which leaves no room for text, and FF is an
 * answer.
 */

static cguard_protocol_e
cguard_session_greeting(const unsigned char *p, size_t len)
{
    size_t  i, end;

    if (len == 1) {
        return CGUARD_SESSION_MORE;
    }

    end = 2 + (size_t) p[1];

    if (end == 2 || len > end) {
        return CGUARD_SESSION_HTTP;
    }

    for (i = 2; i < len; i++) {
        if ((p[i] > 0x09 && p[i] < 0x80) || p[i] == 0xff) {
            return CGUARD_SESSION_HTTP;
        }
    }

    return len < end ? CGUARD_SESSION_MORE : CGUARD_SESSION_SOCKS5;
}


const char *
cguard_session_name(cguard_protocol_e protocol)
{
    static const char  *names[] = { "http", "http", "socks5", "cgp", "ica" };

    return names[protocol];
}


const char *
cguard_session_reason_text(cguard_session_reason_e reason)
{
    static const char  *texts[] = {
        "nothing",
        "the client did not wait for the answer to its greeting",
        "the ADC asks for a login that is not known",
        "the second message is no CONNECT",
        "the CONNECT names no STA ticket",
        "an HTTP request follows the signature",
        "the ADC answers in another protocol"
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
        return sizeof(cguard_session_cgp);

    case CGUARD_SESSION_ICA:
        return sizeof(cguard_session_ica);

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
    cs->socks5 = socks5;

    cs->watch = protocol == CGUARD_SESSION_CGP || protocol == CGUARD_SESSION_ICA
                || (protocol == CGUARD_SESSION_SOCKS5
                    && socks5 != CGUARD_SOCKS5_ANY);
}


cguard_session_reason_e
cguard_session_client(cguard_session_t *cs, const void *data, size_t len)
{
    size_t                    i;
    const unsigned char      *p = data;
    cguard_session_reason_e   reason;

    for (i = 0; cs->watch && i < len; i++) {

        if (cs->protocol == CGUARD_SESSION_SOCKS5) {

            if (cs->client == socks5_done) {
                break;
            }

            reason = cguard_session_socks5(cs, p[i]);

        } else {

            if (cs->client_seen == CGUARD_SESSION_WINDOW) {

                /* it has been answered long ago, or is never heard */

                cs->watch = cs->server != CGUARD_SESSION_COMPARED;
                break;
            }

            cs->client_seen++;
            reason = cguard_session_request_line(cs, p[i]);
        }

        if (reason != CGUARD_SESSION_PASS) {
            return reason;
        }
    }

    return CGUARD_SESSION_PASS;
}


static cguard_session_reason_e
cguard_session_socks5(cguard_session_t *cs, unsigned char ch)
{
    switch (cs->client) {

    case socks5_waits:
        return CGUARD_SESSION_EARLY;

    case socks5_version:
        if (ch != 0x05) {
            return CGUARD_SESSION_CONNECT;
        }

        cs->client = socks5_command;
        return CGUARD_SESSION_PASS;

    case socks5_command:
        if (ch != 0x01) {
            return CGUARD_SESSION_CONNECT;
        }

        cs->client = socks5_reserved;
        return CGUARD_SESSION_PASS;

    case socks5_reserved:
        if (ch != 0x00) {
            return CGUARD_SESSION_CONNECT;
        }

        cs->client = socks5_type;
        return CGUARD_SESSION_PASS;

    default:
        break;
    }

    return cguard_session_address(cs, ch);
}


static cguard_session_reason_e
cguard_session_address(cguard_session_t *cs, unsigned char ch)
{
    switch (cs->client) {

    case socks5_type:
        if (ch == 0x03) {
            cs->client = socks5_length;
            return CGUARD_SESSION_PASS;
        }

        if (ch != 0x01 && ch != 0x04) {
            return CGUARD_SESSION_CONNECT;
        }

        cs->client = socks5_address;
        cs->rest = ch == 0x01 ? 4 : 16;

        return cs->socks5 == CGUARD_SOCKS5_TICKET ? CGUARD_SESSION_TICKET
                                                  : CGUARD_SESSION_PASS;

    case socks5_length:
        cs->client = socks5_name;
        cs->rest = ch;
        return ch ? CGUARD_SESSION_PASS : CGUARD_SESSION_CONNECT;

    case socks5_name:
        return cguard_session_host(cs, ch);

    default:    /* socks5_address, socks5_port */
        if (--cs->rest == 0) {
            cs->client = cs->client == socks5_address ? socks5_port
                                                      : socks5_done;
            cs->rest = 2;
        }

        return CGUARD_SESSION_PASS;
    }
}


static cguard_session_reason_e
cguard_session_host(cguard_session_t *cs, unsigned char ch)
{
    if (ch <= 0x20 || ch >= 0x7f) {
        return CGUARD_SESSION_CONNECT;
    }

    cs->rest--;

    if (cs->socks5 == CGUARD_SOCKS5_TICKET) {
        cs->ticket = cguard_session_ticket(cs->ticket, ch);

        if (cs->ticket == ticket_begin
            || (cs->rest == 0 && cs->ticket != ticket_whole))
        {
            return CGUARD_SESSION_TICKET;
        }
    }

    if (cs->rest == 0) {
        cs->client = socks5_port;
        cs->rest = 2;
    }

    return CGUARD_SESSION_PASS;
}


/* the next state; ticket_begin, which nothing leads to, if there is none */

static unsigned
cguard_session_ticket(unsigned state, unsigned char ch)
{
    switch (state) {

    case ticket_begin:
        return ch == ';' ? ticket_number : ticket_begin;

    case ticket_number:
    case ticket_digits:
        if (ch == ';' && state == ticket_digits) {
            return ticket_s;
        }

        return ch >= '0' && ch <= '9' ? ticket_digits : ticket_begin;

    case ticket_s:
        return ch == 'S' ? ticket_t : ticket_begin;

    case ticket_t:
        return ch == 'T' ? ticket_a : ticket_begin;

    case ticket_a:
        return ch == 'A' ? ticket_authority : ticket_begin;

    case ticket_authority:
        if (ch == ';') {
            return ticket_value;
        }

        return cguard_session_is_ticket_char(ch) ? ticket_authority
                                                 : ticket_begin;

    default:
        break;
    }

    /* ticket_value, ticket_whole */

    return cguard_session_is_ticket_char(ch)
           || (state == ticket_whole && ch == ';')
           ? ticket_whole : ticket_begin;
}


/* a request behind a signature, of HTTP/0.9 as well; whatever stands there */

static cguard_session_reason_e
cguard_session_request_line(cguard_session_t *cs, unsigned char ch)
{
    if (cs->version == sizeof(cguard_session_version) - 1) {
        if (ch >= '0' && ch <= '9') {
            return CGUARD_SESSION_REQUEST;
        }

        cs->version = 0;
    }

    /* only the first byte of " HTTP/" can begin it anew */

    if (ch == (unsigned char) cguard_session_version[cs->version]) {
        cs->version++;

    } else {
        cs->version = ch == ' ' ? 1 : 0;
    }

    if (ch == '\n') {
        cs->line = line_begin;
        return CGUARD_SESSION_PASS;
    }

    switch (cs->line) {

    case line_begin:
        if (ch == '\r') {
            break;
        }

        /* fall through */

    case line_method_1:
    case line_method_2:
        cs->line = cguard_session_is_letter(ch) ? cs->line + 1 : line_other;
        break;

    case line_method:
        if (ch == ' ' || ch == '\t') {
            cs->line = line_blank;

        } else if (!cguard_session_is_letter(ch)) {
            cs->line = line_other;
        }

        break;

    case line_blank:
        if (ch == '/') {
            return CGUARD_SESSION_REQUEST;
        }

        cs->line = ch == ' ' || ch == '\t' ? line_blank : line_other;
        break;
    }

    return CGUARD_SESSION_PASS;
}


cguard_session_reason_e
cguard_session_server(cguard_session_t *cs, const void *data, size_t len)
{
    size_t                    i;
    const unsigned char      *p = data;
    cguard_session_reason_e   reason;

    for (i = 0; cs->watch && i < len; i++) {

        if (cs->protocol == CGUARD_SESSION_SOCKS5) {
            reason = cguard_session_socks5_server(cs, p[i]);
            cs->server_seen++;

        } else {

            if (cs->server == CGUARD_SESSION_COMPARED) {
                break;
            }

            reason = cguard_session_status_line(cs, p[i]);
        }

        if (reason != CGUARD_SESSION_PASS) {
            return reason;
        }
    }

    return CGUARD_SESSION_PASS;
}


/* SOCKS5: the method that the server takes, and the answer to CONNECT */

static cguard_session_reason_e
cguard_session_socks5_server(cguard_session_t *cs, unsigned char ch)
{
    switch (cs->server_seen) {

    case 0:
        return ch == 0x05 ? CGUARD_SESSION_PASS : CGUARD_SESSION_ANSWER;

    case 1:
        if (ch == 0x00) {
            cs->client = socks5_version;
            return CGUARD_SESSION_PASS;
        }

        /* none that it knows: the client is told so, and nothing follows */

        return ch == 0xff ? CGUARD_SESSION_PASS : CGUARD_SESSION_METHOD;

    default:
        if (cs->client != socks5_done || ch != 0x05) {
            return CGUARD_SESSION_ANSWER;
        }

        cs->watch = 0;
        return CGUARD_SESSION_PASS;
    }
}


static cguard_session_reason_e
cguard_session_status_line(cguard_session_t *cs, unsigned char ch)
{
    if (ch != (unsigned char) cguard_session_http[cs->server]) {
        cs->server = CGUARD_SESSION_COMPARED;
        return CGUARD_SESSION_PASS;
    }

    cs->server++;

    return cs->server == CGUARD_SESSION_COMPARED ? CGUARD_SESSION_ANSWER
                                              : CGUARD_SESSION_PASS;
}


static int
cguard_session_is_letter(unsigned char ch)
{
    ch |= 0x20;

    return ch >= 'a' && ch <= 'z';
}


static int
cguard_session_is_ticket_char(unsigned char ch)
{
    return cguard_session_is_letter(ch) || (ch >= '0' && ch <= '9')
           || ch == '-' || ch == '_' || ch == '.' || ch == ':' || ch == '='
           || ch == '+';
}
