
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Messages, escapes and colours.
 */


#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"


#define CLI_PLAIN_TEXTS  4
#define CLI_PLAIN_LEN    512


static int cli_hex(int c);


void
cli_error(const char *fmt, ...)
{
    va_list  args;

    (void) fflush(stdout);

    fprintf(stderr, "citrix-guard: ");

    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);

    fputc('\n', stderr);
}


const char *
cli_plain(const char *text)
{
    static char      texts[CLI_PLAIN_TEXTS][CLI_PLAIN_LEN];
    static unsigned  n;

    char  *p;

    p = texts[n++ % CLI_PLAIN_TEXTS];

    (void) cli_escape(p, CLI_PLAIN_LEN, (const unsigned char *) text,
                      strlen(text));

    return p;
}


static void *
cli_allocated(void *p)
{
    if (p == NULL) {
        cli_error("no memory left");
        exit(2);
    }

    return p;
}


void *
cli_alloc(size_t size)
{
    return cli_allocated(calloc(1, size ? size : 1));
}


void *
cli_realloc(void *p, size_t size)
{
    return cli_allocated(realloc(p, size ? size : 1));
}


char *
cli_strndup(const char *text, size_t len)
{
    return cli_allocated(strndup(text, len));
}


unsigned
cli_width(unsigned char c)
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
        width = cli_width(p[i]);

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
cli_put(FILE *f, const unsigned char *p, size_t len)
{
    char    text[1024 + 1];
    size_t  i, n, size;

    for (i = 0; i < len; i += n) {
        n = len - i < 256 ? len - i : 256;
        size = cli_escape(text, sizeof(text), p + i, n);

        fwrite(text, 1, size, f);
    }
}


/* a string of JSON, with its quotes */

void
cli_put_json(FILE *f, const unsigned char *p, size_t len)
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
cli_put_text(FILE *f, const char *text)
{
    unsigned char  c;

    putc('"', f);

    for ( /* void */ ; *text; text++) {
        c = (unsigned char) *text;

        if (c == '"' || c == '\\') {
            fprintf(f, "\\%c", c);

        } else if (cli_width(c) == 1) {
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


const char *
cli_colour(FILE *f, cli_colour_e colour)
{
    static const char  *codes[] = {
        "\033[0m", "\033[1m", "\033[1;31m", "\033[1;32m", "\033[1;33m"
    };

    static int   tty[2] = { -1, -1 };

    int  *is;

    is = &tty[f == stderr];

    if (*is == -1) {
        *is = isatty(fileno(f)) && getenv("NO_COLOR") == NULL;
    }

    return *is ? codes[colour] : "";
}


static int
cli_policy(const char *option, const char *value, const char *off,
    const char *on, unsigned bit, unsigned *policy)
{
    if (strcmp(value, on) == 0) {
        *policy |= bit;
        return 0;
    }

    if (strcmp(value, off) == 0) {
        *policy &= ~bit;
        return 0;
    }

    cli_error("--%s=%s: it must be \"%s\" or \"%s\"", option,
              cli_plain(value), off, on);

    return -1;
}


int
cli_policy_sslvpn(const char *value, unsigned *policy)
{
    return cli_policy("sslvpn", value, "on", "off", CGUARD_NO_SSLVPN, policy);
}


int
cli_policy_traversal(const char *value, unsigned *policy)
{
    return cli_policy("traversal", value, "vpns", "any", CGUARD_ANY_PARENT,
                      policy);
}


int
cli_flush(int status)
{
    if (fflush(stdout) == EOF || ferror(stdout)) {
        cli_error("cannot write: %s", strerror(errno));
        return 2;
    }

    return status;
}
