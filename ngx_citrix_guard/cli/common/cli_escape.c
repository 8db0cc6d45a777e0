
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Untrusted bytes as printable text, and back.
 */


#include <stdio.h>
#include <string.h>

#include "cli_escape.h"


static int cli_hex(int c);


unsigned
cli_escaped_width(unsigned char c)
{
    return (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') ? 1 : 4;
}


size_t
cli_escape(char *dst, size_t size, const unsigned char *p, size_t len)
{
    size_t    i, n;
    unsigned  width;

    static const char  hex[] = "0123456789ABCDEF";

    n = 0;

    for (i = 0; i < len; i++) {
        width = cli_escaped_width(p[i]);

        if (n + width >= size) {
            break;
        }

        if (width == 1) {
            dst[n++] = (char) p[i];
            continue;
        }

        dst[n++] = '\\';
        dst[n++] = 'x';
        dst[n++] = hex[p[i] >> 4];
        dst[n++] = hex[p[i] & 0xf];
    }

    if (size) {
        dst[n] = '\0';
    }

    return n;
}


void
cli_print_escaped(FILE *f, const unsigned char *p, size_t len)
{
    char    text[1024 + 1];
    size_t  i, n, size;

    for (i = 0; i < len; i += n) {
        n = len - i < 256 ? len - i : 256;
        size = cli_escape(text, sizeof(text), p + i, n);

        fwrite(text, 1, size, f);
    }
}


/* a JSON string, with its quotes */

void
cli_print_json(FILE *f, const unsigned char *p, size_t len)
{
    char    text[4 + 1];
    size_t  i, n;

    putc('"', f);

    for (i = 0; i < len; i++) {
        n = cli_escape(text, sizeof(text), p + i, 1);

        if (n > 1) {
            putc('\\', f);
        }

        fwrite(text, 1, n, f);
    }

    putc('"', f);
}


void
cli_print_json_text(FILE *f, const char *text)
{
    unsigned char  c;

    putc('"', f);

    for ( /* void */ ; *text; text++) {
        c = (unsigned char) *text;

        if (c == '"' || c == '\\') {
            fprintf(f, "\\%c", c);

        } else if (cli_escaped_width(c) == 1) {
            putc(c, f);

        } else {
            fprintf(f, "\\u%04x", c);
        }
    }

    putc('"', f);
}


int
cli_unescape(unsigned char *p, size_t *len)
{
    int                   hi, lo;
    size_t                i, n;
    const char           *found;

    static const char  letters[] = "\\tnr", bytes[] = "\\\t\n\r";

    n = 0;

    for (i = 0; i < *len; i++) {

        if (p[i] != '\\') {
            p[n++] = p[i];
            continue;
        }

        if (++i == *len) {
            return -1;
        }

        if (p[i] == 'x') {
            if (*len - i < 3
                || (hi = cli_hex(p[i + 1])) == -1
                || (lo = cli_hex(p[i + 2])) == -1)
            {
                return -1;
            }

            p[n++] = (unsigned char) (hi << 4 | lo);
            i += 2;
            continue;
        }

        found = p[i] ? strchr(letters, p[i]) : NULL;

        if (found == NULL) {
            return -1;
        }

        p[n++] = (unsigned char) bytes[found - letters];
    }

    *len = n;

    return 0;
}


static int
cli_hex(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}
