
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The tables of cguard_byte.c and the classes of cguard_sign.c, derived again
 * from the definitions in docs/readings.md; prints TAP.
 */


#include <ctype.h>
#include <string.h>

#include "cguard/decision/cguard_compat.h"
#include "cguard/decision/cguard_sign.h"
#include "tap.h"


static int
is_control(int c)
{
    return c < 0x20 || c == 0x7f;
}


static int
is_noise(int c)
{
    return is_control(c) || c == ' ' || c == '+';
}


static int
is_lead(int c)
{
    return c >= 0xc0 && c <= 0xfd;
}


static int
is_cont(int c)
{
    return c >= 0x80 && c <= 0xbf;
}


static int
is_one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c) != NULL;
}


static unsigned
bits(int c)
{
    unsigned  b;

    b = 0;

    b |= is_one_of(c, "0123456789abcdefABCDEF") ? CGUARD_B_HEX : 0;
    b |= is_cont(c) ? CGUARD_B_CONT : 0;
    b |= c > 0x20 && c < 0x7f && !is_one_of(c, "%#+") ? CGUARD_B_LENIENT : 0;
    b |= is_noise(c) && c != '+' ? CGUARD_B_NOISE : 0;
    b |= is_control(c) ? CGUARD_B_CONTROL : 0;
    b |= is_one_of(c, "./\\;?#%uvpnsUVPNS0123456789abcdefABCDEF")
         ? CGUARD_B_MATTERS : 0;
    b |= c == '%' || is_lead(c) ? CGUARD_B_FEED : 0;

    return b;
}


/* a lead byte accepts lenient bytes if its sequence can be ASCII */

static unsigned
token(int c)
{
    return is_noise(c) ? CGUARD_T_NOISE
           : c == '%' ? CGUARD_T_PERCENT
           : is_one_of(c, "0123456789abcdefABCDEF") ? CGUARD_T_HEX
           : is_one_of(c, "uU") ? CGUARD_T_U
           : is_cont(c) ? CGUARD_T_CONT
           : c == 0xc0 || c == 0xc1 || c == 0xe0 || c == 0xf0 || c == 0xf8
             || c == 0xfc ? CGUARD_T_OPEN
           : is_lead(c) ? CGUARD_T_LEAD : CGUARD_T_OTHER;
}


/* the number of bytes that follow, by the number of leading ones */

static unsigned
need(int lead)
{
    unsigned  n;

    for (n = 0; lead & 0x80; lead <<= 1) {
        n++;
    }

    return n - 1;
}


static unsigned
class(int c)
{
    return c >= 0x80 ? CGUARD_C_UNKNOWN + (is_lead(c) ? need(c) : 0)
           : is_noise(c) ? CGUARD_C_NOISE
           : is_one_of(c, "/\\") ? CGUARD_C_SEPARATOR
           : is_one_of(c, "?#;") ? CGUARD_C_END
           : c == '.' ? CGUARD_C_DOT
           : tolower(c) == 'v' ? CGUARD_C_V
           : tolower(c) == 'p' ? CGUARD_C_P
           : tolower(c) == 'n' ? CGUARD_C_N
           : tolower(c) == 's' ? CGUARD_C_S : CGUARD_C_OTHER;
}


/* what the texts of a lead byte's code points may be or begin */

static unsigned
may_of_lead(int c)
{
    int          ncont;
    unsigned     b;
    uint32_t     point, first, last;
    const char  *text;

    b = 0;
    ncont = (int) need(c);
    first = (uint32_t) (c & (0x3f >> ncont)) << 6 * ncont;
    last = first + (1u << 6 * ncont);

    for (point = first; point < last && point <= 0x10ffff; point++) {
        text = cguard_compat(point);

        if (text && strcmp(text, " ") == 0) {
            b |= CGUARD_MAY_VANISH;

        } else if (text) {
            b |= CGUARD_MAY_MATTER|CGUARD_MAY_LEAD;
            b |= strpbrk(text, "/\\%") ? CGUARD_MAY_SEPARATE : 0;
        }
    }

    return b;
}


static unsigned
may(int c)
{
    if (c < 0x80) {
        return CGUARD_MAY_MATTER
               | (is_one_of(c, "/\\%") ? CGUARD_MAY_SEPARATE : 0)
               | (c == '%' ? CGUARD_MAY_CONTINUE : 0)
               | (is_noise(c) ? CGUARD_MAY_VANISH : 0);
    }

    if (!is_lead(c)) {
        return is_cont(c) ? CGUARD_MAY_CONTINUE : 0;
    }

    return token(c) == CGUARD_T_OPEN
           ? CGUARD_MAY_MATTER|CGUARD_MAY_SEPARATE|CGUARD_MAY_VANISH
           : may_of_lead(c);
}


static unsigned
digit(int c)
{
    return isdigit(c) ? (unsigned) (c - '0')
                      : (unsigned) (tolower(c) - 'a' + 10);
}


int
main(void)
{
    int    c, wrong[6] = { 0, 0, 0, 0, 0, 0 };
    tap_t  t = { 0, 0 };

    for (c = 0; c < 256; c++) {
        wrong[0] += cguard_byte[c] != bits(c);
        wrong[1] += cguard_token[c] != token(c);
        wrong[2] += cguard_class[c] != class(c);
        wrong[3] += is_lead(c) && cguard_utf8_ncont[c & 0x3f] != need(c);
        wrong[4] += (bits(c) & CGUARD_B_HEX) && cguard_hex[c] != digit(c);
        wrong[5] += cguard_may[c] != may(c);
    }

    tap_ok(&t, wrong[0] == 0, "what a byte is, as bits");
    tap_ok(&t, wrong[1] == 0, "what a byte is to an escape");
    tap_ok(&t, wrong[2] == 0, "what a byte is to a sign");
    tap_ok(&t, wrong[3] == 0, "the continuation bytes of a lead byte");
    tap_ok(&t, wrong[4] == 0, "the values of hexadecimal digits");
    tap_ok(&t, wrong[5] == 0, "what may separate segments, and what matters");

    return tap_done(&t);
}
