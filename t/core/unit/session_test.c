
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The signatures on a Gateway's port, and what follows them, in pieces of any
 * size; prints TAP.
 */


#include <stdint.h>
#include <string.h>

#include "cguard/session/cguard_session.h"
#include "tap.h"


#define TEST_LEN    (CGUARD_SESSION_HELLO + 64)

#define HTTP    CGUARD_SESSION_HTTP
#define SOCKS5  CGUARD_SESSION_SOCKS5
#define CGP     CGUARD_SESSION_CGP
#define ICA     CGUARD_SESSION_ICA
#define RDP     CGUARD_SESSION_RDP
#define MORE    CGUARD_SESSION_MORE

#define PASS    CGUARD_SESSION_PASS

#define TICKET  "\x05\x01\x00\x03\x0f;40;STA01;0A1B2\x01\xbb"


#define REPLY   "\x05\x00\x00\x01\0\0\0\0\0\0"


/* connection requests of RDP */

#define ZERO      "\0\0\0\0\0"
#define RDP_BARE  "\x03\0\0\x0b\x06\xe0" ZERO

#define RDP_LONG(first, id)                                                  \
    "\x01\x08\x08\0\x0b\0\0\0" "\x06\0\x24\0" first id "456789abcde"        \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

#define CORRELATED  RDP_LONG("0", "123\x0c")


/* the beginning of the longest bind request; what follows is not known */

#define LONGEST  "\xff\xff\x01\0\0\0\x01\x01"

/* the capability of a reconnecting client: its number, low byte first */

#define RELIABLE(capability, number, version)                               \
    "\0\0" capability "\0\0\0" "\1\1\1\2\5\0\1\2\5\0" number "\0\0\0"     \
    version

#define NS  "\x10NS\1\0"

/* a client that reconnects, up to the random bytes of its ticket */

#define RECONNECT                                                           \
    "\x2f\x01\0\0\0\x01\x29" RELIABLE("\5", "\x2a\3", "\2") NS

#define TICKET_RANDOM  12


/* data with its length, because it contains zeros */

#define TEST_DATA(s)  (s), sizeof(s) - 1


typedef struct {
    const char              *data;
    size_t                   len;
    cguard_protocol_e        protocol;
    const char              *name;
} session_first_t;


/* what the server sends, and then the client */

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
    { TEST_DATA("\x05\x01\x00\x01"), HTTP, "SOCKS5, a method behind it" },
    { TEST_DATA("\x05\x01\x00GET / HTTP/1.1\r\n"), HTTP,
      "SOCKS5, a request behind it" },
    { TEST_DATA("\x05\x01\xff"), HTTP, "SOCKS5, the method FF" },
    { TEST_DATA("\x05\x03\x09\x00\x01"), SOCKS5, "SOCKS5, other methods" },
    { TEST_DATA("\x05\x01\x80"), HTTP, "SOCKS5, a private method" },
    { TEST_DATA("\x05\x02\x00\x00"), HTTP, "SOCKS5, a method twice" },
    { TEST_DATA("\x05\x0b"), HTTP, "SOCKS5, more methods than there are" },
    { TEST_DATA("\x05\x09\xc0\xaf"), HTTP, "SOCKS5, TAB and a slash" },
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
    { TEST_DATA("\x00"), HTTP, "zero" },

    /* RDP: what the length says, a line, a negotiation, a correlation */

    { TEST_DATA(RDP_BARE), RDP, "RDP, the shortest" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x08\0\x0b\0\0\0"), RDP,
      "RDP with a negotiation" },
    { TEST_DATA("\x03\0\0\x2c\x27\xe0" ZERO "Cookie: mstshash=eltons\r\n"
                "\x01\0\x08\0\0\0\0\0"), RDP, "RDP with a name" },
    { TEST_DATA("\x03\0\0\x24\x1f\xe0" ZERO "Cookie: mstshash=eltons\r\n"),
      RDP, "RDP with a name alone" },
    { TEST_DATA("\x03\0\0\x27\x22\xe0" ZERO "Cookie: mstshash=CORP\\J\xf6rg"
                "\r\n"), RDP, "RDP with a domain and a letter" },
    { TEST_DATA("\x03\0\0\x30\x2b\xe0" ZERO
                "Cookie: msts=3640205228.15629.0000 \r\n"), RDP,
      "RDP with an address, and a blank" },
    { TEST_DATA("\x03\0\0\x22\x1d\xe0" ZERO ";40;STA01;0A1B2C3D=|x\r\n"), RDP,
      "RDP with a token" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO CORRELATED), RDP,
      "RDP with a correlation" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO RDP_LONG("x", " a\xff/")), RDP,
      "RDP with a correlation whose word ends at FF" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x08\0\x0b\0\0"), MORE,
      "RDP but for a byte" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x08\0\x0b\0\0\0\x03"),
      HTTP, "RDP and a byte" },
    { TEST_DATA("\x03\0\0\x13\x0d\xe0"), HTTP, "RDP, two lengths" },
    { TEST_DATA("\x03\0\0\x0a\x05\xe0"), HTTP, "RDP, too short" },
    { TEST_DATA("\x03\0\x01\x04\xff\xe0"), HTTP, "RDP, too long" },
    { TEST_DATA("\x03\0\x01\x03\xfe\xe0"), MORE, "RDP, the longest, in part" },
    { TEST_DATA("\x03\0\x02\x13\x0e\xe0"), HTTP, "RDP, much too long" },
    { TEST_DATA("\x03\x01"), HTTP, "TPKT, another reserved byte" },
    { TEST_DATA("\x02"), HTTP, "TPKT, another version" },
    { TEST_DATA("\x03\0\0\x0b\x06\xd0"), HTTP, "RDP, a confirmation" },
    { TEST_DATA("\x03\0\0\x0b\x06\xe0\x01"), HTTP, "RDP, a destination" },
    { TEST_DATA("\x03\0\0\x0b\x06\xe0\0\0\0\x01"), HTTP, "RDP, a source" },
    { TEST_DATA("\x03\0\0\x0b\x06\xe0\0\0\0\0\x01"), HTTP, "RDP, a class" },
    { TEST_DATA("\x03GET / HTTP/1.1\r\n"), HTTP, "03, then a request" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x02\0\x08\0\0\0\0\0"), HTTP,
      "RDP, no negotiation" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\x04\x08\0\0\0\0\0"), HTTP,
      "RDP, an unknown flag" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\x08\x08\0\0\0\0\0"), HTTP,
      "RDP, the correlation is missing" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x09\0\0\0\0\0"), HTTP,
      "RDP, another length within" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x08\x01\0\0\0\0"), HTTP,
      "RDP, a long length within" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x08\0\x20\0\0\0"), HTTP,
      "RDP, an unknown protocol" },
    { TEST_DATA("\x03\0\0\x13\x0e\xe0" ZERO "\x01\0\x08\0\0\0\x01\0"), HTTP,
      "RDP, another unknown protocol" },
    { TEST_DATA("\x03\0\0\x12\x0d\xe0" ZERO "\x01\0\x08\0\0\0\0"), HTTP,
      "RDP, half a negotiation" },
    { TEST_DATA("\x03\0\0\x0d\x08\xe0" ZERO "\r\n"), HTTP,
      "RDP with an empty line" },
    { TEST_DATA("\x03\0\0\x0c\x07\xe0" ZERO "x"), HTTP, "RDP, a token alone" },
    { TEST_DATA("\x03\0\0\x0e\x09\xe0" ZERO "x\n\r"), HTTP,
      "RDP, another line end" },
    { TEST_DATA("\x03\0\0\x0f\x0a\xe0" ZERO "xy\r\r"), HTTP,
      "RDP, half a line end" },
    { TEST_DATA("\x03\0\0\x10\x0b\xe0" ZERO "x  \r\n"), HTTP,
      "RDP, two blanks" },
    { TEST_DATA("\x03\0\0\x10\x0b\xe0" ZERO "x y\r\n"), HTTP,
      "RDP, two words" },
    { TEST_DATA("\x03\0\0\x1a\x15\xe0" ZERO "Cookie: other\r\n"), HTTP,
      "RDP, another cookie" },
    { TEST_DATA("\x03\0\0\x21\x1c\xe0" ZERO "Cookie: mstshash=a/b\r\n"), HTTP,
      "RDP, a slash in a name" },
    { TEST_DATA("\x03\0\0\x21\x1c\xe0" ZERO "Cookie: mstshash=a%b\r\n"), HTTP,
      "RDP, an escape in a name" },
    { TEST_DATA("\x03\0\0\x21\x1c\xe0" ZERO "Cookie: mstshash=\\..\r\n"), HTTP,
      "RDP, a climb in a name" },
    { TEST_DATA("\x03\0\0\x21\x1c\xe0" ZERO "Cookie: mstshash=a\x7f" "b\r\n"),
      HTTP, "RDP, a control byte in a name" },
    { TEST_DATA("\x03\0\0\x21\x1c\xe0" ZERO "Cookie: mstshash=a\xa0" "b\r\n"),
      HTTP, "RDP, a blank of Latin-1 in a name" },
    { TEST_DATA("\x03\0\0\x12\x0d\xe0" ZERO "\xaf\xf6\xf0\xee\xf3\r\n"), HTTP,
      "RDP, a path with the top bit" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO RDP_LONG("\0", "x /x")), HTTP,
      "RDP, a zero in a correlation" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO RDP_LONG("\xf4", "xxxx")), HTTP,
      "RDP, F4 in a correlation" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO RDP_LONG("x", "xx\rx")), HTTP,
      "RDP, a line end in a correlation" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO RDP_LONG("x", "x /x")), HTTP,
      "RDP, a request in a correlation" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO "\x01\x08\x08\0\x0b\0\0\0"
                "\x06\0\x24\0" "0123456789abcdef" "\0\0\0\0\0\0\0\0"
                "\0\0\0\0\0\0\0\x01"), HTTP, "RDP, no zero behind a correlation" },
    { TEST_DATA("\x03\0\0\x37\x32\xe0" ZERO "\x01\x08\x08\0\x0b\0\0\0"
                "\x07\0\x24\0" "0123456789abcdef" "\0\0\0\0\0\0\0\0"
                "\0\0\0\0\0\0\0\0"), HTTP, "RDP, no correlation" }
};


static const session_case_t  session_cases[] = {

    /* SOCKS5 */

    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\x00"),
      TEST_DATA(TICKET "GET / HTTP/1.1\r\n"), CGUARD_SESSION_EARLY,
      "a ticket, and no waiting for the reply" },
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
      TEST_DATA("\x05\x01\x00\x01\x7f\x00\x00\x01\x01\xbb"), PASS,
      "an address, where it may be" },
    { SOCKS5, CGUARD_SOCKS5_CONNECT, TEST_DATA("\x05\x00"),
      TEST_DATA("\x05\x01\x00\x04" "0123456789abcdef\x01\xbb"), PASS,
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
    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA("\x05\xff\x05"),
      TEST_DATA(""), CGUARD_SESSION_ANSWER, "more behind a refusal" },

    /* CGP and ICA */

    { CGP, 0, TEST_DATA("\x1a" "CGP/01"), TEST_DATA("\nGET / HTTP/1.1"),
      PASS, "HTTP, when it has been answered" },
    { ICA, 0, TEST_DATA("\x7f\x7fICA\0"), TEST_DATA("GET / HTTP/1.1"),
      PASS, "HTTP, when it has been answered" },
    { CGP, 0, TEST_DATA("\x1a" "CG"), TEST_DATA("\x05\x01\0\0\0\0\nGET / HTTP/1.1"),
      CGUARD_SESSION_REQUEST, "... but not in part" },
    { ICA, 0, TEST_DATA("\x7f\x7fICA"), TEST_DATA("x"),
      CGUARD_SESSION_EARLY, "... but not in part" },
    { ICA, 0, TEST_DATA(""), TEST_DATA("\n"), CGUARD_SESSION_EARLY,
      "a byte before the answer" },
    { CGP, 0, TEST_DATA("HTTP/1.1"), TEST_DATA(""), CGUARD_SESSION_ANSWER,
      "an answer in HTTP" },
    { CGP, 0, TEST_DATA("\x1a" "CGQ"), TEST_DATA(""), CGUARD_SESSION_ANSWER,
      "almost its signature" },
    { CGP, 0, TEST_DATA("\x7f\x7fICA\0"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "that of ICA" },
    { ICA, 0, TEST_DATA("\x7f\x7fICA\x01"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "almost its signature" },
    { ICA, 0, TEST_DATA("<html>"), TEST_DATA(""), CGUARD_SESSION_ANSWER,
      "HTTP/0.9" },

    /* RDP */

    { RDP, 0, TEST_DATA(""), TEST_DATA("x"), CGUARD_SESSION_EARLY,
      "a byte before the answer" },
    { RDP, 0, TEST_DATA("\x03\0\0\x0b\x06"), TEST_DATA("x"),
      CGUARD_SESSION_EARLY, "... but not in part" },
    { RDP, 0, TEST_DATA("\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0"),
      TEST_DATA("GET / HTTP/1.1"), PASS, "HTTP, when it has been answered" },
    { RDP, 0, TEST_DATA("\x03\0\0\x13\x0e\xd0"), TEST_DATA("\x16\x03"), PASS,
      "TLS, when it has been answered" },
    { RDP, 0, TEST_DATA("HTTP/1.1 400"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "an answer in HTTP" },
    { RDP, 0, TEST_DATA("\x03\0\0\x13\x06"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "two lengths" },
    { RDP, 0, TEST_DATA("\x03\0\0\x0c"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "another length" },
    { RDP, 0, TEST_DATA("\x03\0\x01"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "a long length" },
    { RDP, 0, TEST_DATA("\x03\x01"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "a reserved byte" },
    { RDP, 0, TEST_DATA("\x03\0\0\x0b\x06\xe0"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "a request" },
    { SOCKS5, CGUARD_SOCKS5_CONNECT, TEST_DATA("\x03"), TEST_DATA(""),
      CGUARD_SESSION_ANSWER, "RDP" },

    /* ICA and CGP within SOCKS5, where any CONNECT is allowed */

    { SOCKS5, CGUARD_SOCKS5_TICKET, TEST_DATA(""), TEST_DATA("x"),
      CGUARD_SESSION_EARLY, "a client that does not wait" },
    { HTTP, 0, TEST_DATA("HTTP/1.1 200 OK"), TEST_DATA("GET / HTTP/1.1"),
      PASS, "HTTP is not looked at here" }
};


static void session_first(tap_t *t, const session_first_t *f);
static void session_allowed(tap_t *t);
static void session_longest(tap_t *t);
static void session_case(tap_t *t, const session_case_t *c);
static cguard_session_reason_e session_pieces(cguard_session_t *cs,
    cguard_session_reason_e (*say)(cguard_session_t *, const void *, size_t),
    const char *data, size_t len, size_t piece);
static cguard_session_reason_e session_server(cguard_session_t *cs,
    const void *data, size_t len);
static void session_bound(tap_t *t);
static void session_hello(tap_t *t);
static cguard_session_reason_e session_behind(const char *before,
    size_t before_len, const char *data, size_t len, size_t piece);
static void session_forms(tap_t *t);
static void session_tickets(tap_t *t);
static size_t session_bind(char *p, const char *ticket, size_t len);
static void session_shown(tap_t *t);
static cguard_session_reason_e session_within(cguard_session_t *cs,
    cguard_socks5_e allowed, const char *reply, size_t reply_len,
    const char *client, size_t client_len);
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

    session_allowed(&t);
    session_longest(&t);
    session_bound(&t);
    session_hello(&t);
    session_forms(&t);
    session_tickets(&t);
    session_shown(&t);
    session_done(&t);
    session_words(&t);

    return tap_done(&t);
}


/* the result does not depend on how the bytes are split */

static void
session_first(tap_t *t, const session_first_t *f)
{
    size_t             i;
    cguard_protocol_e  is;

    is = CGUARD_SESSION_MORE;

    for (i = 0; i < f->len && is == CGUARD_SESSION_MORE; i++) {
        is = cguard_session_protocol(f->data, i + 1, 1);
    }

    /* a byte after a greeting counts only if it arrives with it */

    tap_ok(t, is == f->protocol
              || ((is == SOCKS5 || is == RDP) && f->protocol == HTTP
                  && i < f->len),
           "%s, byte by byte", f->name);
    tap_ok(t, cguard_session_protocol(f->data, f->len, 1)
              == f->protocol,
           "%s, at once", f->name);
}


/* RDP has to be allowed, and is not within SOCKS5 */

static void
session_allowed(tap_t *t)
{
    cguard_session_t  cs;

    tap_ok(t, cguard_session_protocol(RDP_BARE, 11, 0) == HTTP,
           "RDP, where it is not allowed");
    tap_ok(t, cguard_session_protocol("\x03", 1, 0) == HTTP,
           "... its first byte");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT,
                             TEST_DATA(REPLY "\x03"), TEST_DATA(""))
              == CGUARD_SESSION_ANSWER, "no RDP in SOCKS5");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT, TEST_DATA(REPLY),
                             TEST_DATA("\x03")) == CGUARD_SESSION_INSIDE,
           "... by the client");
    tap_ok(t, cguard_session_signature(RDP, "\x03\0\x01\x03") == 259,
           "the length of a request");
    tap_ok(t, strcmp(cguard_session_name(RDP), "rdp") == 0, "its name");
}


static void
session_longest(tap_t *t)
{
    char    data[CGUARD_SESSION_SIGNATURE + 1];
    size_t  i, more;

    for (i = 0; i < sizeof(data); i++) {
        data[i] = (char) (i - 2);
    }

    data[0] = 0x05;
    data[1] = CGUARD_SOCKS5_METHODS;

    more = 0;

    for (i = 1; i < CGUARD_SESSION_SIGNATURE; i++) {
        more += cguard_session_protocol(data, i, 0) == MORE;
    }

    tap_ok(t, more == CGUARD_SESSION_SIGNATURE - 1, "ten methods, in part");
    tap_ok(t, cguard_session_protocol(data, CGUARD_SESSION_SIGNATURE, 0)
              == SOCKS5,
           "ten methods");
    tap_ok(t, cguard_session_signature(SOCKS5, data)
              == CGUARD_SESSION_SIGNATURE, "... and the length of it");
    tap_ok(t, cguard_session_protocol(data, sizeof(data), 0) == HTTP,
           "ten methods and a byte");
}


static void
session_case(tap_t *t, const session_case_t *c)
{
    size_t                   piece;
    cguard_session_t         cs;
    cguard_session_reason_e  reason;

    for (piece = 1; piece < 32; piece += piece) {
        cguard_session_init(&cs, c->protocol, c->socks5);

        reason = session_pieces(&cs, session_server, c->server,
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


static cguard_session_reason_e
session_server(cguard_session_t *cs, const void *data, size_t len)
{
    cguard_session_shown_t  shown;

    return cguard_session_server(cs, data, len, &shown);
}


/* as many bytes as may come before the answer, and one more */

static void
session_bound(tap_t *t)
{
    char              data[TEST_LEN];
    cguard_session_t  cs;

    memset(data, 0x01, sizeof(data));
    memcpy(data, TEST_DATA(LONGEST));

    cguard_session_init(&cs, CGP, 0);
    tap_ok(t, cguard_session_client(&cs, data, CGUARD_SESSION_HELLO) == PASS,
           "the longest hello");
    tap_ok(t, cguard_session_client(&cs, data, 1) == CGUARD_SESSION_LONG,
           "... and a byte more");

    cguard_session_init(&cs, CGP, 0);
    (void) cguard_session_client(&cs, data, CGUARD_SESSION_HELLO);
    (void) session_server(&cs, "\x1a" "CGP", 4);
    tap_ok(t, !cs.watch, "it is answered");
    tap_ok(t, cguard_session_client(&cs, data, sizeof(data)) == PASS,
           "... and then there is no bound");
}


/* what a hello may contain, and what not */

static void
session_hello(tap_t *t)
{
    size_t    i, len;
    unsigned  same;

    static const struct {
        const char              *data;
        size_t                   len;
        cguard_session_reason_e  reason;
    } hellos[] = {
        { TEST_DATA(" /"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\t/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\v/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\f/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\r/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\n/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\x1c/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\x1f/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\x85/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xa0/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xc2\xa0/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xe2\x80\x83/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xe2\x80\xa8/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xe2\x81\x9f/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xe1\x9a\x80/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xe3\x80\x80/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xef\xbb\xbf/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("x y/z \t  /"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" http:/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" host:4/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" vpn\\ab"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" %2fvpn"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" a%2fb\n"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" a\n"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" a\r\n"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" a \xff\n"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("/vpn"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\\VPn"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("x/.."), CGUARD_SESSION_REQUEST },
        { TEST_DATA("//.."), CGUARD_SESSION_REQUEST },
        { TEST_DATA("/\0v\0p\0n"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xaf\xf6\xf0\xee"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xc0\xaf\xc1\xb6\xc1\xb0\xc1\xae"),
          CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xe0\x80\xafvp\xe0\x81\xae"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("xHTTP/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\x05\x08\x80\x02\x00"), PASS },
        { TEST_DATA("\x16" "Citrix.TcpProxyService\x0a"), PASS },
        { TEST_DATA("\x20;40;STA0123456789AB;0A1B2C3D4E5F\x05"), PASS },
        { TEST_DATA("01/02 a\x01\n"), PASS },
        { TEST_DATA(" \x01/x/y\x01vpn..\n"), PASS },
        { TEST_DATA(" \xff/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" \x7f/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" \xc3\xa9\xff/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" abc\xff" "de/"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" a\xff\n"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\xff/x \n"), PASS },
        { TEST_DATA("\n\n\r\n \n"), PASS },
        { TEST_DATA("/vp\x01n /"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("/vp/vp/. HTTP HTT:/"), PASS },
        { TEST_DATA("\xe2\x80\x83"), PASS },
        { TEST_DATA("\xe2\x82\x83/x"), PASS }
    };

    for (i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
        len = hellos[i].len;

        same = session_behind(TEST_DATA(LONGEST), hellos[i].data, len, len)
               == hellos[i].reason;
        same &= session_behind(TEST_DATA(LONGEST), hellos[i].data, len - 1, 1)
                == PASS;
        same &= session_behind(TEST_DATA(LONGEST), hellos[i].data, len, 1)
                == hellos[i].reason;

        tap_ok(t, same, "hello %zu: by its last byte", i);
    }
}


static cguard_session_reason_e
session_behind(const char *before, size_t before_len, const char *data,
    size_t len, size_t piece)
{
    cguard_session_t         cs;
    cguard_session_reason_e  reason;

    cguard_session_init(&cs, CGP, 0);

    reason = cguard_session_client(&cs, before, before_len);

    return reason ? reason
                  : session_pieces(&cs, cguard_session_client, data, len,
                                   piece);
}


/* bind requests, valid and invalid */

static void
session_forms(tap_t *t)
{
    size_t        i;
    unsigned      same;
    cguard_cgp_t  cgp = { 0, 0, 0, 0, 0, 0 };

    static const struct {
        const char              *data;
        size_t                   len;
        cguard_session_reason_e  reason;
        const char              *name;
    } forms[] = {
        { TEST_DATA("\x05\x01\0\0\0\0"), PASS, "no capability" },
        { TEST_DATA("\x85\x00\x01\0\0\0\0"), PASS, "a length of two bytes" },
        { TEST_DATA("\x04"), CGUARD_SESSION_FORM, "too short a length" },
        { TEST_DATA("\x84\x00"), CGUARD_SESSION_FORM, "... of two bytes" },
        { TEST_DATA("\x00"), CGUARD_SESSION_FORM, "no length" },
        { TEST_DATA("\x05\x02"), CGUARD_SESSION_FORM, "a bind response" },
        { TEST_DATA("\x05\x00"), CGUARD_SESSION_FORM, "no command" },
        { TEST_DATA("\x05\x01\x01"), CGUARD_SESSION_FORM, "an extension" },
        { TEST_DATA("\x05\x01\0\x01"), CGUARD_SESSION_FORM,
          "a reserved byte" },
        { TEST_DATA("\x05\x01\0\0\x01"), CGUARD_SESSION_FORM, "another one" },
        { TEST_DATA("\x05\x01\0\0\0\0\x03\x05\0\0"), PASS,
          "another message behind it" },
        { TEST_DATA("\x05\x01\0\0\0\0 /"), CGUARD_SESSION_REQUEST,
          "a request behind it" },
        { TEST_DATA("\x07\x01\0\0\0\x82\x00\x01"), PASS,
          "a number of two bytes" },
        { TEST_DATA("\x0e\x01\0\0\0\x01\x08\0\0\x07\0\0\0\x01\x02"), PASS,
          "a capability" },
        { TEST_DATA("\x2f\x01\0\0\0\x01\xa8\0" RELIABLE("\5", "\x2a\3", "\2")
                    NS "01 /"), PASS,
          "a ticket, its length of two bytes" },
        { TEST_DATA("\x2d\x01\0\0\0\x01\x29" RELIABLE("\5", "\x2a\3", "\2")
                    NS " /"), CGUARD_SESSION_REQUEST,
          "a ticket that is longer than the request" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\5", "\x2a\3", "\2")
                    NS "012345678 /" "\0\0"), PASS, "a ticket" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\5", "\x2a\3", "\2")
                    NS "0123456789ab" " /"), CGUARD_SESSION_REQUEST,
          "what follows a ticket" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\5", " /", "\2")
                    NS), PASS, "a number" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\6", "\x2a\3", "\2")
                    NS " /"), CGUARD_SESSION_REQUEST, "another capability" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\5", "\x2a\3", "\3")
                    NS " /"), CGUARD_SESSION_REQUEST, "another version" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\5", "\x2a\3", "\2")
                    "\x11NS\1\0" " /"), CGUARD_SESSION_REQUEST,
          "another length of a ticket" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" RELIABLE("\5", "\x2a\3", "\2")
                    "\x10NS\1\1" " /"), CGUARD_SESSION_REQUEST,
          "another ticket" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" "\0\0\5\0\0\0" "\2"),
          PASS, "another form" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" "\0\0\5\0\0\0"
                    "\1\1\1\2\5\0\1\2\4\0" " /"), CGUARD_SESSION_REQUEST,
          "... has no such number" },
        { TEST_DATA("\x2e\x01\0\0\0\x01\x28" "\1" RELIABLE("\5", "\x2a\3", "\2")
                    NS " /"), CGUARD_SESSION_REQUEST, "another service" },
        { TEST_DATA("\x38\x01\0\0\0\x02\x28" RELIABLE("\5", "\x2a\3", "\2")
                    NS "0123456789ab\0" "\x09\0\0\x06\0\0\0. /"),
          CGUARD_SESSION_REQUEST, "one behind a ticket" },
        { TEST_DATA("\x38\x01\0\0\0\x02\x09\0\0\x06\0\0\0.x."
                    "\x28" RELIABLE("\5", "\x2a\3", "\2") NS " /"), PASS,
          "a ticket behind another one" },
        { TEST_DATA(RECONNECT "01234567 x x" "\x01\n"), PASS,
          "a line that begins in a ticket is none" },
        { TEST_DATA(RECONNECT "0123456789 /" "abcde"), CGUARD_SESSION_REQUEST,
          "a path that begins in a ticket" },
        { TEST_DATA(RECONNECT "0123456789a " "/"), CGUARD_SESSION_REQUEST,
          "a path behind a ticket" },
        { TEST_DATA(RECONNECT "0123456789 /" "x\n"), CGUARD_SESSION_REQUEST,
          "... a short one" },
        { TEST_DATA("\x38\x01\0\0\0\x01\x32" RELIABLE("\5", "\x2a\3", "\2")
                    NS "012345678 /\xff" "x/.\xff./vp\xffns"),
          CGUARD_SESSION_REQUEST, "... with a byte that a parser drops" },
        { TEST_DATA(RECONNECT "0123456789 \xff" "/"), CGUARD_SESSION_REQUEST,
          "... that comes first" },
        { TEST_DATA("\x30\x01\0\0\0\x01\x2a" RELIABLE("\5", "\x2a\3", "\2")
                    NS "01234567 /\xff\1" "ab\n"), PASS,
          "... and ends before" },
    };

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        same = session_behind("", 0, forms[i].data, forms[i].len,
                              forms[i].len)
               == forms[i].reason;
        same &= session_behind("", 0, forms[i].data, forms[i].len, 1)
                == forms[i].reason;

        tap_ok(t, same, "bind request: %s", forms[i].name);
    }

    tap_ok(t, !cguard_cgp_byte(&cgp, 0x00) && !cguard_cgp_byte(&cgp, 0x05)
              && !cguard_cgp_byte(&cgp, 0x01),
           "behind what is none, everything is none");
    tap_ok(t, session_behind("", 0, TEST_DATA("GET /"), 5)
              == CGUARD_SESSION_REQUEST,
           "HTTP in one piece with what is none");
}


/*
 * What a ticket may look like; and how many honest ones are taken for HTTP.
 */

static void
session_tickets(tap_t *t)
{
    char      data[256], ticket[TICKET_RANDOM];
    size_t    i, n, len, refused;
    uint64_t  x;

    static const struct {
        const char              *data;
        size_t                   len;
        cguard_session_reason_e  reason;
    } tickets[] = {
        { TEST_DATA(" /abcd"), PASS },
        { TEST_DATA(" /abcde"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" abc/de"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" /a b\n"), PASS },
        { TEST_DATA(" \n/\n"), PASS },
        { TEST_DATA(" /.."), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" /\xff/vpn"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" /%2e\xff\xff.\xff/\xff%"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("%2eabcd"), PASS },
        { TEST_DATA(" x%\xff"), PASS },
        { TEST_DATA("\n%\xff%"), CGUARD_SESSION_REQUEST },
        { TEST_DATA(" a\xff/bcde\n"), PASS },
        { TEST_DATA(" \xff/a\xff/bcde"), PASS },
        { TEST_DATA(" a\xff/bcdef"), CGUARD_SESSION_REQUEST },
        { TEST_DATA("\1\xff/bcdefg"), PASS },
        { TEST_DATA(" /\xff" "ghijkl"), PASS },
        { TEST_DATA("HTTP/"), CGUARD_SESSION_REQUEST },
    };

    for (i = 0; i < sizeof(tickets) / sizeof(tickets[0]); i++) {
        len = session_bind(data, tickets[i].data,
                           tickets[i].len);
        tap_ok(t, session_behind("", 0, data, len, 1) == tickets[i].reason,
               "ticket %zu", i);
    }

    refused = 0;
    x = 1;

    for (i = 0; i < 100000; i++) {
        for (n = 0; n < sizeof(ticket); n++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            ticket[n] = (char) (x >> 56);
        }

        len = session_bind(data, ticket, sizeof(ticket));
        refused += session_behind("", 0, data, len, len) != PASS;
    }

    tap_ok(t, refused < 100, "of 100,000 random tickets %zu look like HTTP",
           refused);
}


/* as a reconnecting client sends it; all lengths are below 128 */

static size_t
session_bind(char *p, const char *ticket, size_t len)
{
    size_t  n;

    static const char  head[] = "\x01\0\0\0\x05";
    static const char  reliability[] = "\0\0\x05\0\0\0\x01\x01\x01\x02\x05\0"
                                       "\x01\x02\x05\0\x2a\x03\0\0\x01\x02";
    static const char  more[] = "\x0e\0\0\x07\0\0\0\xb8\x0b\0\0\xb8\x0b\0\0"
                                "\x24\0\0\x01\0\0\0\x01\x1c\x01\0\x01\0\0\x16"
                                "Citrix.TcpProxyService"
                                "\x31\0\0\x06\0\0\0\0\x29"
                                ";40;STA0123456789AB;0A1B2C3D4E5F607182930"
                                "\x08\0\0\x02\0\0\0\x03\0";

    n = 1;
    memcpy(p + n, TEST_DATA(head));
    n += sizeof(head) - 1;

    p[n++] = (char) (sizeof(reliability) - 1 + sizeof(NS) - 1 + TICKET_RANDOM
                     + 1);
    memcpy(p + n, TEST_DATA(reliability));
    n += sizeof(reliability) - 1;

    memcpy(p + n, TEST_DATA(NS));
    n += sizeof(NS) - 1;
    memset(p + n, 0x01, TICKET_RANDOM + 1);
    memcpy(p + n, ticket, len);
    n += TICKET_RANDOM;
    p[n++] = 0;

    memcpy(p + n, TEST_DATA(more));
    n += sizeof(more) - 1;

    /* its length in two bytes */

    memmove(p + 2, p + 1, n - 1);
    p[0] = (char) (((n - 1) & 0x7f) | 0x80);
    p[1] = (char) ((n - 1) >> 7);

    return n + 1;
}


/* no byte of a server is forwarded before its answer is complete */

static void
session_shown(tap_t *t)
{
    cguard_session_t        cs;
    cguard_session_shown_t  shown;

    cguard_session_init(&cs, CGP, 0);
    (void) cguard_session_server(&cs, "\x1a" "C", 2, &shown);
    tap_ok(t, shown.kept == 2 && shown.before_len == 0, "two are held");
    (void) cguard_session_server(&cs, "GP", 2, &shown);
    tap_ok(t, shown.kept == 0 && shown.before_len == 2
              && memcmp(shown.before, "\x1a" "C", 2) == 0,
           "... and come back");

    cguard_session_init(&cs, CGP, 0);
    (void) cguard_session_server(&cs, "\x1a" "CGP/01", 7, &shown);
    tap_ok(t, shown.kept == 0 && shown.before_len == 0, "all at once");

    cguard_session_init(&cs, ICA, 0);
    (void) cguard_session_server(&cs, "\x7f\x7fICA", 5, &shown);
    tap_ok(t, shown.kept == 5, "five are held");
    (void) cguard_session_server(&cs, "\0abc", 4, &shown);
    tap_ok(t, shown.kept == 0 && shown.before_len == 5, "... and come back");

    cguard_session_init(&cs, RDP, 0);
    (void) cguard_session_server(&cs, "\x03\0\0\x0b", 4, &shown);
    tap_ok(t, shown.kept == 4, "four of RDP are held");
    (void) cguard_session_server(&cs, "\x06\xd0\0", 3, &shown);
    tap_ok(t, shown.kept == 0 && shown.before_len == 4 && !cs.watch,
           "... and come back");

    cguard_session_init(&cs, SOCKS5, CGUARD_SOCKS5_CONNECT);
    (void) cguard_session_server(&cs, "\x05", 1, &shown);
    tap_ok(t, shown.kept == 1, "a version is held");
    (void) cguard_session_server(&cs, "\0", 1, &shown);
    tap_ok(t, shown.kept == 0 && shown.before_len == 1, "... to the method");
    (void) cguard_session_client(&cs, TEST_DATA(TICKET));
    (void) cguard_session_server(&cs, "\x05\0\0", 3, &shown);
    tap_ok(t, shown.kept == 3, "a reply is held");
    (void) cguard_session_server(&cs, "\x03\x01x\0\0\x7f\x7f", 7, &shown);
    tap_ok(t, shown.kept == 2 && shown.before_len == 3,
           "... to its type; then what is within");
    (void) cguard_session_server(&cs, "ICA\0", 4, &shown);
    tap_ok(t, shown.before_len == 2 && cs.watch, "the server comes first");
    tap_ok(t, cguard_session_client(&cs, "\x7f\x7fICA\0", 6) == PASS
              && !cs.watch, "... and the client has its signature");
}


/* SOCKS5 to its end; then the client or the server sends something */

static cguard_session_reason_e
session_within(cguard_session_t *cs, cguard_socks5_e allowed,
    const char *reply, size_t reply_len, const char *client, size_t client_len)
{
    cguard_session_init(cs, SOCKS5, allowed);
    (void) session_server(cs, "\x05\x00", 2);
    (void) cguard_session_client(cs, TEST_DATA(TICKET));

    return session_server(cs, reply, reply_len) != PASS
           ? CGUARD_SESSION_ANSWER
           : cguard_session_client(cs, client, client_len);
}


static void
session_done(tap_t *t)
{
    cguard_session_t  cs;

    cguard_session_init(&cs, SOCKS5, CGUARD_SOCKS5_TICKET);
    (void) session_server(&cs, "\x05\x00", 2);
    (void) cguard_session_client(&cs, TEST_DATA(TICKET));
    tap_ok(t, cs.watch, "the answer to CONNECT is waited for");
    tap_ok(t, cguard_session_client(&cs, "x", 1) == CGUARD_SESSION_EARLY,
           "... by the client, too");
    tap_ok(t, session_server(&cs, "H", 1) == CGUARD_SESSION_ANSWER,
           "... and is not HTTP");

    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_TICKET, TEST_DATA(REPLY),
                             TEST_DATA("GET / HTTP/1.1")) == PASS
              && !cs.watch, "behind a ticket, anything");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_TICKET,
                             TEST_DATA("\x05\x01\x00\x01"),
                             TEST_DATA("x")) == CGUARD_SESSION_EARLY,
           "behind a refusal, nothing");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_TICKET,
                             TEST_DATA("\x05\x00\x01"), TEST_DATA(""))
              == CGUARD_SESSION_ANSWER, "no reply of SOCKS5");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_TICKET,
                             TEST_DATA("\x05\x00\x00\x02"), TEST_DATA(""))
              == CGUARD_SESSION_ANSWER, "... nor with that type");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT, TEST_DATA(REPLY),
                             TEST_DATA("GET / HTTP/1.1"))
              == CGUARD_SESSION_INSIDE, "behind another CONNECT, no HTTP");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT, TEST_DATA(REPLY),
                             TEST_DATA("\x1a" "CGP/02"))
              == CGUARD_SESSION_INSIDE, "... nor almost CGP");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT, TEST_DATA(REPLY),
                             TEST_DATA("\x1a" "CGP/01 /"))
              == CGUARD_SESSION_REQUEST, "... nor HTTP in CGP");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT, TEST_DATA(REPLY),
                             TEST_DATA("\x1a" "CGP/01\x05")) == PASS
              && cs.watch, "... but CGP");
    tap_ok(t, session_server(&cs, "\x1a" "CGP", 4) == PASS && !cs.watch,
           "... that is answered");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT,
                             TEST_DATA(REPLY "\x1a" "CGP/01 more"),
                             TEST_DATA("\x1a" "CGP/0")) == PASS && cs.watch
              && cguard_session_client(&cs, "1", 1) == PASS && !cs.watch,
           "a server that does not wait for the client");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT,
                             TEST_DATA(REPLY "\x7f\x7fICA\0"),
                             TEST_DATA("\x1a")) == CGUARD_SESSION_INSIDE,
           "not CGP to ICA");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT,
                             TEST_DATA(REPLY "HTTP"), TEST_DATA(""))
              == CGUARD_SESSION_ANSWER, "nor a server of HTTP");
    tap_ok(t, session_within(&cs, CGUARD_SOCKS5_CONNECT,
                             TEST_DATA("\x05\x00\x00\x04" "0123456789abcdef"
                                       "\0\0" "HTTP"), TEST_DATA(""))
              == CGUARD_SESSION_ANSWER, "... behind an address of IPv6");
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

    for (i = 0; i <= CGUARD_SESSION_SILENT; i++) {
        for (j = 0; j < i; j++) {
            tap_ok(t, strcmp(cguard_session_reason_text(i),
                             cguard_session_reason_text(j)) != 0,
                   "reasons %u and %u differ", i, j);
            tap_ok(t, strcmp(cguard_session_why(i), cguard_session_why(j)) != 0,
                   "... in a word");
        }
    }
}
