
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * SOCKS5, one byte at a time (RFC 1928).
 */


#include "cguard_socks5.h"


/* states of a client after its greeting, in their order */

enum {
    client_waits = 0,           /* for the method that the server takes */
    client_version,
    client_command,
    client_reserved,
    client_type,
    client_length,
    client_address,
    client_name,
    client_port,
    client_done
};


/* states of a server, in their order */

enum {
    server_version = 0,
    server_method,
    server_reply,
    server_code,
    server_reserved,
    server_type,
    server_length,
    server_address,
    server_over
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


static cguard_session_reason_e cguard_socks5_head(cguard_socks5_t *s,
    unsigned char ch);
static cguard_session_reason_e cguard_socks5_address(cguard_socks5_t *s,
    unsigned char ch);
static cguard_session_reason_e cguard_socks5_host(cguard_socks5_t *s,
    unsigned char ch);
static unsigned cguard_socks5_ticket(unsigned state, unsigned char ch);
static cguard_session_reason_e cguard_socks5_method(cguard_socks5_t *s,
    unsigned char ch, unsigned *hold);
static cguard_session_reason_e cguard_socks5_reply(cguard_socks5_t *s,
    unsigned char ch, unsigned *hold, unsigned *over);
static unsigned cguard_socks5_bound(cguard_socks5_t *s, unsigned char ch);
static int cguard_socks5_is_letter(unsigned char ch);
static int cguard_socks5_is_ticket_char(unsigned char ch);


/*
 * The client waits for an answer, so nothing follows the methods.  Only
 * assigned methods (00 to 09) are accepted, each once.  No byte is left from
 * which a target could be made, in any encoding.
 */

cguard_protocol_e
cguard_socks5_greeting(const unsigned char *p, size_t len)
{
    size_t    i, end;
    unsigned  seen;

    if (p[0] != 0x05) {
        return CGUARD_SESSION_HTTP;
    }

    if (len == 1) {
        return CGUARD_SESSION_MORE;
    }

    end = 2 + (size_t) p[1];

    if (end == 2 || end > CGUARD_SOCKS5_GREETING || len > end) {
        return CGUARD_SESSION_HTTP;
    }

    seen = 0;

    for (i = 2; i < len; i++) {
        if (p[i] >= CGUARD_SOCKS5_METHODS || (seen & 1u << p[i])) {
            return CGUARD_SESSION_HTTP;
        }

        seen |= 1u << p[i];
    }

    return len < end ? CGUARD_SESSION_MORE : CGUARD_SESSION_SOCKS5;
}


cguard_session_reason_e
cguard_socks5_client(cguard_socks5_t *s, unsigned char ch)
{
    switch (s->client) {

    case client_waits:
    case client_done:
        return CGUARD_SESSION_EARLY;

    case client_version:
    case client_command:
    case client_reserved:
        return cguard_socks5_head(s, ch);

    default:
        break;
    }

    return cguard_socks5_address(s, ch);
}


/* version 5, CONNECT, a zero */

static cguard_session_reason_e
cguard_socks5_head(cguard_socks5_t *s, unsigned char ch)
{
    static const unsigned char  head[] = { 0x05, 0x01, 0x00 };

    if (ch != head[s->client - client_version]) {
        return CGUARD_SESSION_CONNECT;
    }

    s->client++;

    return CGUARD_SESSION_PASS;
}


static cguard_session_reason_e
cguard_socks5_address(cguard_socks5_t *s, unsigned char ch)
{
    switch (s->client) {

    case client_type:
        if (ch == 0x03) {
            s->client = client_length;
            return CGUARD_SESSION_PASS;
        }

        if (ch != 0x01 && ch != 0x04) {
            return CGUARD_SESSION_CONNECT;
        }

        s->client = client_address;
        s->rest = ch == 0x01 ? 4 : 16;

        return s->allowed == CGUARD_SOCKS5_TICKET ? CGUARD_SESSION_TICKET
                                                  : CGUARD_SESSION_PASS;

    case client_length:
        s->client = client_name;
        s->rest = ch;
        return ch ? CGUARD_SESSION_PASS : CGUARD_SESSION_CONNECT;

    case client_name:
        return cguard_socks5_host(s, ch);

    default:    /* client_address, client_port */
        if (--s->rest == 0) {
            s->client = s->client == client_address ? client_port
                                                    : client_done;
            s->rest = 2;
        }

        return CGUARD_SESSION_PASS;
    }
}


static cguard_session_reason_e
cguard_socks5_host(cguard_socks5_t *s, unsigned char ch)
{
    if (ch <= 0x20 || ch >= 0x7f) {
        return CGUARD_SESSION_CONNECT;
    }

    s->rest--;

    if (s->allowed == CGUARD_SOCKS5_TICKET) {
        s->ticket = cguard_socks5_ticket(s->ticket, ch);

        if (s->ticket == ticket_begin
            || (s->rest == 0 && s->ticket != ticket_whole))
        {
            return CGUARD_SESSION_TICKET;
        }
    }

    if (s->rest == 0) {
        s->client = client_port;
        s->rest = 2;
    }

    return CGUARD_SESSION_PASS;
}


/* the next state; ticket_begin, to which nothing leads, if there is none */

static unsigned
cguard_socks5_ticket(unsigned state, unsigned char ch)
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

        return cguard_socks5_is_ticket_char(ch) ? ticket_authority
                                                 : ticket_begin;

    default:
        break;
    }

    /* ticket_value, ticket_whole */

    return cguard_socks5_is_ticket_char(ch)
           || (state == ticket_whole && ch == ';')
           ? ticket_whole : ticket_begin;
}


cguard_session_reason_e
cguard_socks5_server(cguard_socks5_t *s, unsigned char ch, unsigned *hold,
    unsigned *over)
{
    *hold = 0;
    *over = 0;

    return s->server <= server_method
           ? cguard_socks5_method(s, ch, hold)
           : cguard_socks5_reply(s, ch, hold, over);
}


static cguard_session_reason_e
cguard_socks5_method(cguard_socks5_t *s, unsigned char ch, unsigned *hold)
{
    if (s->server == server_version) {
        *hold = 1;
        s->server = server_method;

        return ch == 0x05 ? CGUARD_SESSION_PASS : CGUARD_SESSION_ANSWER;
    }

    if (ch == 0x00) {
        s->client = client_version;
        s->server = server_reply;

        return CGUARD_SESSION_PASS;
    }

    /* no acceptable method: the client is told so, and nothing follows */

    s->refused = 1;
    s->server = server_over;

    return ch == 0xff ? CGUARD_SESSION_PASS : CGUARD_SESSION_METHOD;
}


/* a reply is held back until its first four bytes are known to be one */

static cguard_session_reason_e
cguard_socks5_reply(cguard_socks5_t *s, unsigned char ch, unsigned *hold,
    unsigned *over)
{
    switch (s->server) {

    case server_reply:
        *hold = 1;
        s->server = server_code;

        return s->client == client_done && ch == 0x05 ? CGUARD_SESSION_PASS
                                                      : CGUARD_SESSION_ANSWER;

    case server_code:
        *hold = 1;
        s->server = server_reserved;
        s->refused = ch != 0x00;

        return CGUARD_SESSION_PASS;

    case server_reserved:
        *hold = 1;
        s->server = server_type;

        return ch == 0x00 ? CGUARD_SESSION_PASS : CGUARD_SESSION_ANSWER;

    case server_over:

        /* after a refusal only the end of the session may follow */

        return CGUARD_SESSION_ANSWER;

    default:    /* server_type, server_length, server_address */
        break;
    }

    *over = cguard_socks5_bound(s, ch);

    return s->server == server_type ? CGUARD_SESSION_ANSWER
                                    : CGUARD_SESSION_PASS;
}


/*
 * The address in a reply; true with the last byte of a reply that grants the
 * request.  After a ticket nothing else is checked, so its type is enough.
 */

static unsigned
cguard_socks5_bound(cguard_socks5_t *s, unsigned char ch)
{
    switch (s->server) {

    case server_type:
        if (ch == 0x01 || ch == 0x04) {
            s->server = server_address;
            s->rest = ch == 0x01 ? 4 + 2 : 16 + 2;

        } else if (ch == 0x03) {
            s->server = server_length;
        }

        return s->allowed == CGUARD_SOCKS5_TICKET && s->server != server_type
               && !s->refused;

    case server_length:
        s->server = server_address;
        s->rest = ch + 2u;
        return 0;

    default:    /* server_address */
        if (--s->rest > 0) {
            return 0;
        }

        s->server = server_over;

        return !s->refused;
    }
}


static int
cguard_socks5_is_letter(unsigned char ch)
{
    ch |= 0x20;

    return ch >= 'a' && ch <= 'z';
}


static int
cguard_socks5_is_ticket_char(unsigned char ch)
{
    return cguard_socks5_is_letter(ch) || (ch >= '0' && ch <= '9')
           || ch == '-' || ch == '_' || ch == '.' || ch == ':' || ch == '='
           || ch == '+';
}
