
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Converts logs in UTF-16 and UTF-32, as Windows writes them, to UTF-8.
 * Without a byte order mark they are recognised by their zeros: logs are
 * mostly ASCII, so every second byte is zero, or three of four.
 */


#include <stdint.h>
#include <string.h>

#include "scan_charset.h"


#define SCAN_REPLACEMENT  0xfffd


static const struct {
    scan_charset_e        charset;
    unsigned              len;
    unsigned char         bytes[4];
} scan_marks[] = {
    { SCAN_UTF_32_LE, 4, { 0xff, 0xfe, 0, 0 } },
    { SCAN_UTF_32_BE, 4, { 0, 0, 0xfe, 0xff } },
    { SCAN_UTF_16_LE, 2, { 0xff, 0xfe } },
    { SCAN_UTF_16_BE, 2, { 0xfe, 0xff } },
    { SCAN_UTF_8, 3, { 0xef, 0xbb, 0xbf } },
};


scan_charset_e
scan_charset(const unsigned char *p, size_t len, size_t *mark)
{
    size_t    i, n;
    unsigned  zeros[4];

    for (i = 0; i < sizeof(scan_marks) / sizeof(scan_marks[0]); i++) {
        *mark = scan_marks[i].len;

        if (len >= *mark && memcmp(p, scan_marks[i].bytes, *mark) == 0) {
            return scan_marks[i].charset;
        }
    }

    *mark = 0;
    memset(zeros, 0, sizeof(zeros));

    n = (len < SCAN_CHARSET_LOOK ? len : SCAN_CHARSET_LOOK) / 4;

    for (i = 0; i < 4 * n; i++) {
        zeros[i & 3] += p[i] == 0;
    }

    /* each position has nearly all zeros, or nearly none */

    for (i = 0; i < 4; i++) {
        if (zeros[i] > n / 8 && zeros[i] < n - n / 4) {
            return SCAN_UTF_8;
        }
    }

    switch (n < 2 ? 0 : (zeros[0] > n / 2) | (zeros[1] > n / 2) << 1
                        | (zeros[2] > n / 2) << 2 | (zeros[3] > n / 2) << 3)
    {
    case 0x0a:
        return SCAN_UTF_16_LE;

    case 0x05:
        return SCAN_UTF_16_BE;

    case 0x0e:
        return SCAN_UTF_32_LE;

    case 0x07:
        return SCAN_UTF_32_BE;

    default:
        return SCAN_UTF_8;
    }
}


static unsigned char *
scan_charset_put(unsigned char *dst, uint32_t c)
{
    if (c < 0x80) {
        *dst++ = (unsigned char) c;
        return dst;
    }

    if (c < 0x800) {
        *dst++ = (unsigned char) (0xc0 | c >> 6);

    } else {

        if (c < 0x10000) {
            *dst++ = (unsigned char) (0xe0 | c >> 12);

        } else {
            *dst++ = (unsigned char) (0xf0 | c >> 18);
            *dst++ = (unsigned char) (0x80 | (c >> 12 & 0x3f));
        }

        *dst++ = (unsigned char) (0x80 | (c >> 6 & 0x3f));
    }

    *dst++ = (unsigned char) (0x80 | (c & 0x3f));

    return dst;
}


static uint32_t
scan_charset_unit(scan_charset_e charset, const unsigned char *p)
{
    switch (charset) {

    case SCAN_UTF_16_LE:
        return p[0] | (uint32_t) p[1] << 8;

    case SCAN_UTF_16_BE:
        return p[1] | (uint32_t) p[0] << 8;

    case SCAN_UTF_32_LE:
        return p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16
               | (uint32_t) p[3] << 24;

    default:
        return p[3] | (uint32_t) p[2] << 8 | (uint32_t) p[1] << 16
               | (uint32_t) p[0] << 24;
    }
}


size_t
scan_charset_convert(scan_charset_e charset, unsigned char *dst,
    const unsigned char *src, size_t len, unsigned end, size_t *used)
{
    size_t          n, i;
    uint32_t        c, low;
    unsigned char  *start;

    start = dst;
    n = charset == SCAN_UTF_16_LE || charset == SCAN_UTF_16_BE ? 2 : 4;

    for (i = 0; len - i >= n; i += n) {
        c = scan_charset_unit(charset, src + i);

        if (n == 2 && c >= 0xd800 && c < 0xdc00) {

            if (len - i < 4) {

                if (!end) {
                    break;
                }

            } else {
                low = scan_charset_unit(charset, src + i + 2);

                if (low >= 0xdc00 && low < 0xe000) {
                    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                    i += 2;
                }
            }
        }

        if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
            c = SCAN_REPLACEMENT;
        }

        dst = scan_charset_put(dst, c);
    }

    /* each remaining byte of an incomplete character stays a byte */

    if (end && i < len) {
        memcpy(dst, src + i, len - i);
        dst += len - i;
        i = len;
    }

    *used = i;

    return (size_t) (dst - start);
}
