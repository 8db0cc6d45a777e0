
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Undoes the escapes that logs use for hostile bytes.
 */


#include <string.h>

#include "scan_escape.h"


static int
scan_hex(const unsigned char *p, unsigned digits, unsigned *n)
{
    unsigned  c, value;

    for (value = 0; digits; digits--, p++) {
        c = *p - (unsigned) '0';

        if (c > 9) {
            c = (*p | 0x20u) - 'a';

            if (c > 5) {
                return -1;
            }

            c += 10;
        }

        value = value << 4 | c;
    }

    *n = value;

    return 0;
}


/*
 * Apache's and nginx's escapes: \xHH, \" and \\, and Apache's \b \n \r \t \v.
 * Anything else stays.
 */

size_t
scan_unescape(unsigned char *dst, const unsigned char *src, size_t len)
{
    size_t       i, n;
    unsigned     c;
    const char  *found;

    static const char  letters[] = "\\\"bnrtv", bytes[] = "\\\"\b\n\r\t\v";

    n = 0;

    for (i = 0; i < len; i++) {

        if (src[i] == '\\' && len - i > 1) {

            if (src[i + 1] == 'x' && len - i > 3
                && scan_hex(src + i + 2, 2, &c) == 0)
            {
                dst[n++] = (unsigned char) c;
                i += 3;
                continue;
            }

            found = src[i + 1] ? strchr(letters, src[i + 1]) : NULL;

            if (found) {
                dst[n++] = (unsigned char) bytes[found - letters];
                i++;
                continue;
            }
        }

        dst[n++] = src[i];
    }

    return n;
}


/*
 * JSON's escapes (RFC 8259, section 7). nginx writes \u00HH for a control
 * byte, so that becomes a byte; above 7F it is a code point.  Unpaired
 * surrogates become what their bits say, which does not matter here.
 */

size_t
scan_unescape_json(unsigned char *dst, const unsigned char *src, size_t len)
{
    size_t       i, n;
    unsigned     c;
    const char  *found;

    static const char  letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";

    n = 0;

    for (i = 0; i < len; i++) {

        if (src[i] != '\\' || len - i < 2) {
            dst[n++] = src[i];
            continue;
        }

        if (src[i + 1] == 'u' && len - i > 5
            && scan_hex(src + i + 2, 4, &c) == 0)
        {
            if (c < 0x80) {
                dst[n++] = (unsigned char) c;

            } else if (c < 0x800) {
                dst[n++] = (unsigned char) (0xc0 | c >> 6);
                dst[n++] = (unsigned char) (0x80 | (c & 0x3f));

            } else {
                dst[n++] = (unsigned char) (0xe0 | c >> 12);
                dst[n++] = (unsigned char) (0x80 | (c >> 6 & 0x3f));
                dst[n++] = (unsigned char) (0x80 | (c & 0x3f));
            }

            i += 5;
            continue;
        }

        found = src[i + 1] ? strchr(letters, src[i + 1]) : NULL;

        if (found) {
            dst[n++] = (unsigned char) bytes[found - letters];
            i++;

        } else {
            dst[n++] = src[i];
        }
    }

    return n;
}


/* &#47; &#x2f; and the names of what an attack consists of */

static size_t
scan_reference(const unsigned char *p, size_t len, unsigned char *c)
{
    size_t    i, n;
    unsigned  base, digit, code;

    static const struct {
        const char     *name;
        unsigned char   c;
    } names[] = {
        { "&amp;", '&' }, { "&sol;", '/' }, { "&bsol;", '\\' },
        { "&period;", '.' }, { "&percnt;", '%' }, { "&quest;", '?' },
        { "&semi;", ';' }, { "&quot;", '"' }
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        n = strlen(names[i].name);

        if (len >= n && memcmp(p, names[i].name, n) == 0) {
            *c = names[i].c;
            return n;
        }
    }

    if (len < 4 || p[1] != '#') {
        return 0;
    }

    base = (p[2] | 0x20) == 'x' ? 16 : 10;
    code = 0;

    for (i = base == 16 ? 3 : 2; i < len && code < 0x80; i++) {
        digit = p[i] >= '0' && p[i] <= '9' ? p[i] - (unsigned) '0'
                                           : (p[i] | 0x20u) - 'a' + 10;

        if (digit >= base) {
            break;
        }

        code = code * base + digit;
    }

    *c = (unsigned char) code;

    return code && code < 0x80 && i < len && p[i] == ';' ? i + 1 : 0;
}


size_t
scan_unescape_html(unsigned char *dst, const unsigned char *src, size_t len)
{
    size_t  i, n, skip;

    for (i = n = 0; i < len; i += skip) {
        skip = src[i] == '&' ? scan_reference(src + i, len - i, dst + n) : 0;

        if (skip == 0) {
            dst[n] = src[i];
            skip = 1;
        }

        n++;
    }

    return n;
}
