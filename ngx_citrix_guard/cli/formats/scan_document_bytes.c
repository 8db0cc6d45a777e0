
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Logs contain bytes that JSON does not allow: they are passed as code points
 * of a private area, and become bytes again in the resulting strings.
 */


#include <stddef.h>
#include <string.h>

#include "scan_document_bytes.h"


/* U+F700 and the byte, as UTF-8: EF 9C 80 to EF 9F BF */

#define SCAN_PRIVATE_LEAD    0xef
#define SCAN_PRIVATE_SECOND  0x9c


static int
scan_document_utf8(const unsigned char *p, const unsigned char *last)
{
    int       i, n;
    unsigned  c;

    n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;

    if (*p < 0xc2 || *p > 0xf4 || last - p < n) {
        return 0;
    }

    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }

    c = (unsigned) p[0] << 8 | p[1];

    /* too long, a surrogate, beyond the last code point */

    return !((n == 3 && (c < 0xe0a0 || (c >= 0xeda0 && c < 0xee00)))
             || (n == 4 && (c < 0xf090 || c >= 0xf490)));
}


static unsigned char *
scan_document_private(unsigned char *dst, unsigned c)
{
    *dst++ = SCAN_PRIVATE_LEAD;
    *dst++ = (unsigned char) (SCAN_PRIVATE_SECOND | c >> 6);
    *dst++ = (unsigned char) (0x80 | (c & 0x3f));

    return dst;
}


static int
scan_document_hex(const unsigned char *p, unsigned *c)
{
    unsigned     i, n;
    const char  *found;

    static const char  digits[] = "0123456789abcdef";

    for (*c = 0, i = 0; i < 2; i++) {
        n = p[i] < 'A' ? p[i] : p[i] | 0x20u;
        found = n ? strchr(digits, (int) n) : NULL;

        if (found == NULL) {
            return 0;
        }

        *c = *c << 4 | (unsigned) (found - digits);
    }

    return 1;
}


/* a backslash in a string and what follows it; at most 3 bytes longer */

static const unsigned char *
scan_document_escape(unsigned char **dst, const unsigned char *p,
    const unsigned char *last)
{
    unsigned  c;

    if (last - p < 2) {
        return p + 1;
    }

    if (p[1] == 'x' && last - p > 3 && scan_document_hex(p + 2, &c)) {
        *dst = scan_document_private(*dst, c);
        return p + 4;
    }

    /* an unpaired surrogate */

    if (p[1] == 'u' && last - p > 5 && (p[2] | 0x20) == 'd' && p[3] > '7') {
        *dst = (unsigned char *) mempcpy(*dst, "\\uFFFD", 6);
        return p + 6;
    }

    if (p[1] == 0 || strchr("\"\\/bfnrtu", p[1]) == NULL) {
        *dst = (unsigned char *) mempcpy(*dst, "\\\\", 2);
        return p + 1;
    }

    *(*dst)++ = p[0];
    *(*dst)++ = p[1];

    return p + 2;
}


size_t
scan_document_clean(unsigned char *dst, const unsigned char *p,
    const unsigned char *last)
{
    int             n, string;
    unsigned char  *start;

    string = 0;

    for (start = dst; p < last; /* void */ ) {

        if (*p == '\\' && string) {
            p = scan_document_escape(&dst, p, last);
            continue;
        }

        if (*p < 0x20 && !string) {
            *dst++ = ' ';
            p++;
            continue;
        }

        if (*p >= 0x80 && scan_document_utf8(p, last)) {
            n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
            dst = (unsigned char *) mempcpy(dst, p, (size_t) n);
            p += n;
            continue;
        }

        if (*p < 0x20 || *p >= 0x80) {
            dst = scan_document_private(dst, *p++);
            continue;
        }

        string ^= *p == '"';
        *dst++ = *p++;
    }

    return (size_t) (dst - start);
}


size_t
scan_document_restore(unsigned char *dst, const unsigned char *p,
    const unsigned char *last)
{
    unsigned char  *start;

    for (start = dst; p < last; p++) {

        if (*p == SCAN_PRIVATE_LEAD
            && last - p > 2 && (p[1] & 0xfc) == SCAN_PRIVATE_SECOND)
        {
            *dst++ = (unsigned char) (p[1] << 6 | (p[2] & 0x3f));
            p += 2;
            continue;
        }

        *dst++ = *p;
    }

    return (size_t) (dst - start);
}
