
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A client of RDP sends its connection request as a whole and then waits.  So
 * nothing is decided before it is complete; it is short.
 */


#include <string.h>

#include "cguard_hello.h"
#include "cguard_rdp.h"


/* before the parts that may be absent */

#define CGUARD_RDP_HEAD         11

/* the lengths of these parts, and a flag: there are both */

#define CGUARD_RDP_NEGOTIATION  8
#define CGUARD_RDP_CORRELATION  36
#define CGUARD_RDP_CORRELATED   0x08


static const unsigned char  cguard_rdp_cookie[] = {
    'C', 'o', 'o', 'k', 'i', 'e', ':', ' ', 'm', 's', 't', 's'
};

/* where the word begins that a parser could take for a target */

#define CGUARD_RDP_WORD         8


static int cguard_rdp_head(const unsigned char *p, size_t len);
static int cguard_rdp_parts(const unsigned char *p, size_t len);
static size_t cguard_rdp_word(const unsigned char *p, size_t len);
static size_t cguard_rdp_line(const unsigned char *p, size_t len);
static int cguard_rdp_is_token(unsigned char ch);
static int cguard_rdp_negotiation(const unsigned char *p, size_t len);
static int cguard_rdp_correlation(const unsigned char *p);
static int cguard_rdp_http(const unsigned char *p, size_t len);


cguard_protocol_e
cguard_rdp_request(const unsigned char *p, size_t len)
{
    size_t  size;

    if (!cguard_rdp_head(p, len)) {
        return CGUARD_SESSION_HTTP;
    }

    if (len < 5) {
        return CGUARD_SESSION_MORE;
    }

    size = p[2] * 256u + p[3];

    if (size < CGUARD_RDP_HEAD || size > CGUARD_RDP_REQUEST
        || size != 5 + (size_t) p[4] || len > size)
    {
        return CGUARD_SESSION_HTTP;
    }

    if (len < size) {
        return CGUARD_SESSION_MORE;
    }

    return cguard_rdp_parts(p + CGUARD_RDP_HEAD, size - CGUARD_RDP_HEAD)
           ? CGUARD_SESSION_RDP : CGUARD_SESSION_HTTP;
}


/* both references and the class are zero; the lengths are not looked at */

static int
cguard_rdp_head(const unsigned char *p, size_t len)
{
    size_t  i;

    static const unsigned char  head[CGUARD_RDP_HEAD] = {
        CGUARD_RDP_FIRST, 0x00, 0, 0, 0, 0xe0, 0x00, 0x00, 0x00, 0x00, 0x00
    };

    for (i = 0; i < len && i < CGUARD_RDP_HEAD; i++) {
        if ((i < 2 || i > 4) && p[i] != head[i]) {
            return 0;
        }
    }

    return 1;
}


static int
cguard_rdp_parts(const unsigned char *p, size_t len)
{
    size_t  line;

    line = cguard_rdp_line(p, len);

    return line <= len
           && cguard_rdp_negotiation(p + line, len - line)
           && !cguard_rdp_http(p, len);
}


/* "Cookie: " may only stand before a name or an address */

static size_t
cguard_rdp_word(const unsigned char *p, size_t len)
{
    return len >= sizeof(cguard_rdp_cookie)
           && memcmp(p, cguard_rdp_cookie, sizeof(cguard_rdp_cookie)) == 0
           ? CGUARD_RDP_WORD : 0;
}


/*
 * The length of the line, with its end; zero if there is none, more than there
 * are bytes if it is no line.  Clients may add a blank to make it even.
 */

static size_t
cguard_rdp_line(const unsigned char *p, size_t len)
{
    size_t  n;

    n = cguard_rdp_word(p, len);

    while (n < len && cguard_rdp_is_token(p[n])) {
        n++;
    }

    if (n == 0) {
        return 0;
    }

    n += n < len && p[n] == ' ';

    return len - n >= 2 && p[n] == '\r' && p[n + 1] == '\n' ? n + 2 : len + 1;
}


/* no whitespace, and nothing that a path needs but a backslash */

static int
cguard_rdp_is_token(unsigned char ch)
{
    return ch > ' ' && ch != '/' && ch != '%' && ch != 0x7f;
}


/* known flags and protocols only */

static int
cguard_rdp_negotiation(const unsigned char *p, size_t len)
{
    size_t  size;

    if (len == 0) {
        return 1;
    }

    size = CGUARD_RDP_NEGOTIATION;

    if (len < size) {
        return 0;
    }

    size += p[1] & CGUARD_RDP_CORRELATED ? CGUARD_RDP_CORRELATION : 0;

    return len == size
           && p[0] == 0x01 && (p[1] & ~0x0b) == 0
           && p[2] == CGUARD_RDP_NEGOTIATION && p[3] == 0
           && p[4] <= 0x1f && (p[5] | p[6] | p[7]) == 0
           && (len == CGUARD_RDP_NEGOTIATION
               || cguard_rdp_correlation(p + CGUARD_RDP_NEGOTIATION));
}


/* an id of random bytes, but for those that it must not have */

static int
cguard_rdp_correlation(const unsigned char *p)
{
    size_t  i;

    static const unsigned char  head[] = {
        0x06, 0x00, CGUARD_RDP_CORRELATION, 0x00
    };

    if (memcmp(p, head, sizeof(head)) != 0 || p[4] == 0x00 || p[4] == 0xf4) {
        return 0;
    }

    for (i = 4; i < CGUARD_RDP_CORRELATION; i++) {
        if (i < 20 ? p[i] == 0x0d : p[i] != 0x00) {
            return 0;
        }
    }

    return 1;
}


/* The word of the line is known: it is no target that leads anywhere. */

static int
cguard_rdp_http(const unsigned char *p, size_t len)
{
    size_t          i;
    cguard_hello_t  hello;

    memset(&hello, 0, sizeof(cguard_hello_t));

    /* 16 bytes have no room for a path with bytes that a parser drops */

    hello.brief = 1;

    for (i = cguard_rdp_word(p, len); i < len; i++) {
        if (cguard_hello_byte(&hello, p[i], 0)) {
            return 1;
        }
    }

    return 0;
}


/* the second length says whether there is an answer to the negotiation */

int
cguard_rdp_confirm(const unsigned char *before, unsigned n, unsigned char ch)
{
    switch (n) {

    case 0:
        return ch == CGUARD_RDP_FIRST;

    case 3:
        return ch == CGUARD_RDP_HEAD
               || ch == CGUARD_RDP_HEAD + CGUARD_RDP_NEGOTIATION;

    case 4:
        return ch == before[3] - 5;

    case 5:
        return ch == 0xd0;

    default:    /* 1, 2 */
        return ch == 0x00;
    }
}
