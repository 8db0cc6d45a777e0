
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The signatures of a Gateway's port, and what is behind them, in pieces of
 * any size; prints TAP.
 */


#include <string.h>

#include "cguard/session/cguard_session.h"
#include "tap.h"


#define TEST_LEN    (CGUARD_SESSION_WINDOW + 64)

#define HTTP    CGUARD_SESSION_HTTP
#define SOCKS5  CGUARD_SESSION_SOCKS5
#define CGP     CGUARD_SESSION_CGP
#define ICA     CGUARD_SESSION_ICA
#define MORE    CGUARD_SESSION_MORE

#define PASS    CGUARD_SESSION_PASS

#define TICKET  "\x05\x01\x00\x03\x0f;40;STA01;0A1B2\x01\xbb"


/* data with its length: zeros are in it */

#define TEST_DATA(s)  (s), sizeof(s) - 1


typedef struct {
    const char              *data;
    size_t                   len;
    cguard_protocol_e        protocol;
    const char              *name;
} session_first_t;


/* what the server says, and then the client */

typedef struct {
    cguard_protocol_e        protocol;
    cguard_socks5_e          socks5;
    const char              *server;
    size_t                   server_len;
    const char              *client;
    size_t                   client_len;
    cguard_session_reason_e   reason;
    const char              *name;
} session_case_t;


static const session_first_t  session_firsts[] = {
    { TEST_DATA(""), MORE, "silence" },
    { TEST_DATA("\x05\x01\x00"), SOCKS5, "SOCKS5, one method" },
    { TEST_DATA("\x05\x02\x00\x02"), SOCKS5, "SOCKS5, two methods" },
    { TEST_DATA("\x05\x02\x00"), MORE, "SOCKS5, one of two methods" },
    { TEST_DATA("\x05\x02"), MORE, "SOCKS5, none of two methods" },
    { TEST_DATA("\x05"), MORE, "SOCKS5, the version" },
    { TEST_DATA("\x05\x00"), HTTP, "SOCKS5, no method" },
    { TEST_DATA("\x05\x01\x00\x00"), HTTP, "SOCKS5, a byte behind it" },
    { TEST_DATA("\x05\x01\x00GET / HTTP/1.1\r\n"), HTTP,
      "SOCKS5, a request behind it" },
    { TEST_DATA("\x05\x01\xff"), HTTP, "SOCKS5, the method FF" },
    { TEST_DATA("\x05\x03\x09\x80\xfe"), SOCKS5, "SOCKS5, other methods" },
    { TEST_DATA("\x05\x01\x0a"), HTTP, "SOCKS5, a line feed as a method" },
    { TEST_DATA("\x05\x01\x7f"), HTTP, "SOCKS5, the method 7F" },
    { TEST_DATA("\x05GET /vpn/"), HTTP, "05, then a request" },
    { TEST_DATA("\x04\x01\x00"), HTTP, "SOCKS4" },
    { TEST_DATA("\x1a" "CGP/01"), CGP, "CGP" },
    { TEST_DATA("\x1a" "CGP/0"), MORE, "CGP but for a byte" },
    { TEST_DATA("\x1a" "CGP/02"), HTTP, "CGP of another version" },
    { TEST_DATA("\x1a" "CGP/01\x05\x08"), CGP, "CGP, and more" },
    { TEST_DATA("CGP/01"), HTTP, "CGP without its first byte" },
    { TEST_DATA("\x1a" "cgp/01"), HTTP, "CGP in small letters" },
    { TEST_DATA("\x7f\x7fICA\x00"), ICA, "ICA" },
    { TEST_DATA("\x7f\x7fICA"), MORE, "ICA but for the zero" },
    { TEST_DATA("\x7f\x7fICA\x01"), HTTP, "ICA with a one" },
    { TEST_DATA("\x7fICA\x00"), HTTP, "ICA without a byte" },
    { TEST_DATA("\r\n\x7f\x7fICA\x00"), HTTP, "a line before ICA" },
    { TEST_DATA("\r\n\x05\x01\x00"), HTTP, "a line before SOCKS5" },
    { TEST_DATA("\n\x1a" "CGP/01"), HTTP, "a line before CGP" },
    { TEST_DATA(" \x1a" "CGP/01"), HTTP, "a blank before CGP" },
    { TEST_DATA("GET / HTTP/1.1\r\n"), HTTP, "HTTP" },
    { TEST_DATA("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), HTTP, "HTTP/2" },
    { TEST_DATA("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"), HTTP, "PROXY" },
    { TEST_DATA("\x16\x03\x01\x02\x00"), HTTP, "TLS" },
    { TEST_DATA("\x00"), HTTP, "zero" }
};


static const session_case_t  session_cases[] = {

    /* SOCKS5 */

    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA(TICKET "GET / HTTP/1.1\r\n"), PASS,
      "a ticket, and then anything" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA(""), TEST_DATA(TICKET),
      CGUARD_SESSION_EARLY, "a ticket before the answer" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\xff"),
      TEST_DATA("\x05"), CGUARD_SESSION_EARLY, "a client that was refused" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x02"),
      TEST_DATA(""), CGUARD_SESSION_METHOD, "a login" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("HTTP/1.1 400"),
      TEST_DATA(""), CGUARD_SESSION_ANSWER, "a server that speaks HTTP" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00\x05"),
      TEST_DATA(""), CGUARD_SESSION_ANSWER, "an answer to nothing" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("GET / HTTP/1.1\r\n"), CGUARD_SESSION_CONNECT, "HTTP" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x02\x00\x03"), CGUARD_SESSION_CONNECT, "BIND" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x01\x03"), CGUARD_SESSION_CONNECT,
      "a reserved byte" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x02"), CGUARD_SESSION_CONNECT,
      "no type of address" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x00"), CGUARD_SESSION_CONNECT,
      "an empty name" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x04\r"), CGUARD_SESSION_CONNECT,
      "a line end in a name" },
    { SOCKS5, CGUARD_SOCKS5_CONNECT, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x04x\x7f"), CGUARD_SESSION_CONNECT,
      "a control byte in a name" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x01"), CGUARD_SESSION_TICKET, "an address" },
    { SOCKS5, CGUARD_SOCKS5_CONNECT, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x01\x7f\x00\x00\x01\x01\xbb" "any"), PASS,
      "an address, where it may be" },
    { SOCKS5, CGUARD_SOCKS5_CONNECT, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x04" "0123456789abcdef\x01\xbb" "any"), PASS,
      "an address of IPv6, where it may be" },
    { SOCKS5, CGUARD_SOCKS5_CONNECT, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x04host\x00\x50"), PASS,
      "a name, where it may be" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0bvda.example\x00\x50"),
      CGUARD_SESSION_TICKET, "a name" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0b;40;STA01;0\x01\xbb"), PASS,
      "the shortest ticket" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0a;40;STA01;"), CGUARD_SESSION_TICKET,
      "a ticket without its value" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x10;40;STA01;A;b_+=\x01\xbb"), PASS,
      "a ticket with a part more" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;STA01;/"), CGUARD_SESSION_TICKET,
      "a slash in a ticket" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;STA01;A/"), CGUARD_SESSION_TICKET,
      "a slash behind a value" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;STA01;;"), CGUARD_SESSION_TICKET,
      "an empty value" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;;"), CGUARD_SESSION_TICKET,
      "no number" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;4x"), CGUARD_SESSION_TICKET,
      "a number with a letter" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;4!"), CGUARD_SESSION_TICKET,
      "a number with a sign" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;T"), CGUARD_SESSION_TICKET,
      "another authority (1)" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;SX"), CGUARD_SESSION_TICKET,
      "another authority (2)" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;STX"), CGUARD_SESSION_TICKET,
      "another authority (3)" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;STA!"), CGUARD_SESSION_TICKET,
      "another authority (4)" },
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x03\x0f;40;STA-_.:{"), CGUARD_SESSION_TICKET,
      "another authority (5)" },
    { SOCKS5, CGUARD_SOCKS5_ANY, TEST_DATA(""),
      TEST_DATA("GET / HTTP/1.1\r\n"), PASS, "anything, where it may be" },

    /* CGP and ICA */

    { CGP, 0, TEST_DATA(""), TEST_DATA("\r\nGET /"),
      CGUARD_SESSION_REQUEST, "a request behind a line" },
    { CGP, 0, TEST_DATA(""), TEST_DATA("GET /"),
      CGUARD_SESSION_REQUEST, "a request at once" },
    { ICA, 0, TEST_DATA(""), TEST_DATA("x y\nfoo \t /"),
      CGUARD_SESSION_REQUEST, "HTTP/0.9 in small letters" },
    { ICA, 0, TEST_DATA(""), TEST_DATA("x\nfoo\t/"),
      CGUARD_SESSION_REQUEST, "a tab" },
    { ICA, 0, TEST_DATA(""), TEST_DATA("PRI * HTTP/2.0"),
      CGUARD_SESSION_REQUEST, "HTTP/2" },
    { ICA, 0, TEST_DATA(""), TEST_DATA("!x  HTTP/1.1"),
      CGUARD_SESSION_REQUEST, "the version of any request" },
    { ICA, 0, TEST_DATA(""), TEST_DATA(" HTTP HTTP/1"),
      CGUARD_SESSION_REQUEST, "... that begins twice" },
    { ICA, 0, TEST_DATA(""), TEST_DATA(" HTTP/x HTTP/: HTTP/! HTTP!0"),
      PASS, "no version" },
    { ICA, 0, TEST_DATA(""), TEST_DATA("GE /a\nGET x\nG3T /\nGETT3 /"),
      PASS, "no request" },
    { CGP, 0, TEST_DATA("\x1a" "CGP/01"), TEST_DATA("\x05\x08\x80\x02"),
      PASS, "CGP" },
    { CGP, 0, TEST_DATA("HTTP/"), TEST_DATA(""), CGUARD_SESSION_ANSWER,
      "an answer in HTTP" },
    { ICA, 0, TEST_DATA("HTTP:HTTP/"), TEST_DATA(""), PASS,
      "another answer" },
    { HTTP, 0, TEST_DATA("HTTP/1.1 200 OK"), TEST_DATA("GET / HTTP/1.1"),
      PASS, "HTTP is not looked at here" }
};


static void session_first(tap_t *t, const session_first_t *f);
static void session_longest(tap_t *t);
static void session_case(tap_t *t, const session_case_t *c);
static cguard_session_reason_e session_pieces(cguard_session_t *cs,
    cguard_session_reason_e (*say)(cguard_session_t *, const void *, size_t),
    const char *data, size_t len, size_t piece);
static void session_window(tap_t *t);
static void session_done(tap_t *t);
static void session_words(tap_t *t);


int
main(void)
{
    size_t  i;
    tap_t   t = { 0, 0 };

    for (i = 0; i < sizeof(session_firsts) / sizeof(session_firsts[0]); i++) {
        session_first(&t, &session_firsts[i]);
    }

    for (i = 0; i < sizeof(session_cases) / sizeof(session_cases[0]); i++) {
        session_case(&t, &session_cases[i]);
    }

    session_longest(&t);
    session_window(&t);
    session_done(&t);
    session_words(&t);

    return tap_done(&t);
}


/* what it is does not depend on how much of it was there before */

static void
session_first(tap_t *t, const session_first_t *f)
{
    size_t             i;
    cguard_protocol_e  is;

    is = CGUARD_SESSION_MORE;

    for (i = 0; i < f->len && is == CGUARD_SESSION_MORE; i++) {
        is = cguard_session_protocol(f->data, i + 1);
    }

    /* a byte behind a greeting is seen only if it comes with it */

    tap_ok(t, is == f->protocol
              || (is == SOCKS5 && f->protocol == HTTP && i < f->len),
           "%s, byte by byte", f->name);
    tap_ok(t, cguard_session_protocol(f->data, f->len) == f->protocol,
           "%s, at once", f->name);
}


static void
session_longest(tap_t *t)
{
    char    data[CGUARD_SESSION_SIGNATURE + 1];
    size_t  i, more;

    memset(data, 0x80, sizeof(data));
    data[0] = 0x05;
    data[1] = (char) 0xff;

    more = 0;

    for (i = 1; i < CGUARD_SESSION_SIGNATURE; i++) {
        more += cguard_session_protocol(data, i) == MORE;
    }

    tap_ok(t, more == CGUARD_SESSION_SIGNATURE - 1, "255 methods, in part");
    tap_ok(t, cguard_session_protocol(data, CGUARD_SESSION_SIGNATURE) == SOCKS5,
           "255 methods");
    tap_ok(t, cguard_session_signature(SOCKS5, data)
              == CGUARD_SESSION_SIGNATURE, "... and the length of it");
    tap_ok(t, cguard_session_protocol(data, sizeof(data)) == HTTP,
           "255 methods and a byte");
}


static void
session_case(tap_t *t, const session_case_t *c)
{
    size_t                   piece;
    cguard_session_t         cs;
    cguard_session_reason_e  reason;

    for (piece = 1; piece < 32; piece += piece) {
        cguard_session_init(&cs, c->protocol, c->socks5);

        reason = session_pieces(&cs, cguard_session_server, c->server,
                                c->server_len, piece);

        if (reason == PASS) {
            reason = session_pieces(&cs, cguard_session_client, c->client,
                                    c->client_len, piece);
        }

        tap_ok(t, reason == c->reason, "%s %s: %s, by %zu",
               cguard_session_name(c->protocol), c->name,
               cguard_session_reason_text(reason), piece);
    }
}


static cguard_session_reason_e
session_pieces(cguard_session_t *cs,
    cguard_session_reason_e (*say)(cguard_session_t *, const void *, size_t),
    const char *data, size_t len, size_t piece)
{
    size_t                   i, n;
    cguard_session_reason_e  reason;

    reason = PASS;

    for (i = 0; i < len && reason == PASS; i += n) {
        n = len - i < piece ? len - i : piece;
        reason = say(cs, data + i, n);
    }

    return reason;
}


/* the last byte that is looked at, and the first that is not */

static void
session_window(tap_t *t)
{
    char              data[TEST_LEN];
    cguard_session_t  cs;

    memset(data, '\n', sizeof(data));
    memcpy(data + CGUARD_SESSION_WINDOW - 5, "GET /", 5);

    cguard_session_init(&cs, CGP, 0);
    tap_ok(t, cguard_session_client(&cs, data, sizeof(data))
              == CGUARD_SESSION_REQUEST, "a request that ends the window");

    cguard_session_init(&cs, CGP, 0);
    tap_ok(t, cguard_session_client(&cs, data + 1, sizeof(data) - 1)
              == CGUARD_SESSION_REQUEST, "... and one before");

    memset(data, '\n', sizeof(data));
    memcpy(data + CGUARD_SESSION_WINDOW - 4, "GET /", 5);

    cguard_session_init(&cs, CGP, 0);
    tap_ok(t, cguard_session_client(&cs, data, sizeof(data)) == PASS,
           "a request that ends behind it");
    tap_ok(t, cs.watch, "the server is waited for");
    tap_ok(t, cguard_session_server(&cs, "HTTP/", 5) == CGUARD_SESSION_ANSWER,
           "... and heard");

    cguard_session_init(&cs, CGP, 0);
    (void) cguard_session_server(&cs, "\x1a", 1);
    tap_ok(t, cs.watch, "the client is watched when the server has spoken");
    (void) cguard_session_client(&cs, data, sizeof(data));
    tap_ok(t, !cs.watch, "... to the end of the window");
    tap_ok(t, cguard_session_client(&cs, "GET / HTTP/1.1", 14) == PASS,
           "nothing is looked at then");
    tap_ok(t, cguard_session_server(&cs, "HTTP/", 5) == PASS,
           "... on either side");
}


static void
session_done(tap_t *t)
{
    cguard_session_t  cs;

    cguard_session_init(&cs, SOCKS5, CGUARD_SOCKS5_TICKET);
    (void) cguard_session_server(&cs, "\x05\x00", 2);
    (void) cguard_session_client(&cs, TEST_DATA(TICKET));
    tap_ok(t, cs.watch, "the answer to CONNECT is waited for");
    tap_ok(t, cguard_session_server(&cs, "H", 1) == CGUARD_SESSION_ANSWER,
           "... and is not HTTP");

    cguard_session_init(&cs, SOCKS5, CGUARD_SOCKS5_TICKET);
    (void) cguard_session_server(&cs, "\x05\x00", 2);
    (void) cguard_session_client(&cs, TEST_DATA(TICKET));
    tap_ok(t, cguard_session_server(&cs, "\x05\x00", 2) == PASS,
           "an answer to CONNECT");
    tap_ok(t, !cs.watch, "... is the last that is looked at");
    tap_ok(t, cguard_session_server(&cs, "HTTP/1.1", 8) == PASS,
           "nothing is looked at then");
}


static void
session_words(tap_t *t)
{
    unsigned  i, j;

    tap_ok(t, strcmp(cguard_session_name(MORE), "http") == 0,
           "what is not known yet is http");
    tap_ok(t, cguard_session_signature(CGP, "") == 7, "signature of CGP");
    tap_ok(t, cguard_session_signature(ICA, "") == 6, "signature of ICA");
    tap_ok(t, cguard_session_signature(HTTP, "") == 0, "HTTP has none");

    for (i = 0; i <= CGUARD_SESSION_ANSWER; i++) {
        for (j = 0; j < i; j++) {
            tap_ok(t, strcmp(cguard_session_reason_text(i),
                             cguard_session_reason_text(j)) != 0,
                   "reasons %u and %u differ", i, j);
        }
    }
}
