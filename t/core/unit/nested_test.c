
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Nested encodings, up to the maximum number of layers: refused for the same
 * reason, with the right depth, as long as the path is read to its end; prints
 * TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


#define NESTED_LAYERS  1000
#define NESTED_FULL    8          /* 3 bytes for each byte, a layer */
#define NESTED_READ    6          /* 729 bytes, a "%" in a third of them */
#define NESTED_SIZE    (64 + 8 * NESTED_LAYERS + 3 * 6561)
#define NESTED_SHOWN   10
#define NESTED_WAITS   32         /* nested escapes */


/* one way to encode a byte in this many layers */

typedef struct {
    const char           *name;
    unsigned              layers;
    unsigned              read;        /* more are not read to the end */
    size_t              (*encode)(unsigned char *buf, unsigned char c,
                            unsigned layers);
} nested_t;


static void nested_layers(tap_t *t, const nested_t *nested);
static size_t nested_target(unsigned char *buf, const nested_t *nested,
    int letter, unsigned layers);
static size_t nested_plain(unsigned char *buf, unsigned char c,
    unsigned layers);
static size_t nested_first(unsigned char *buf, unsigned char c,
    unsigned layers);
static size_t nested_second(unsigned char *buf, unsigned char c,
    unsigned layers);
static size_t nested_full(unsigned char *buf, unsigned char c,
    unsigned layers);


static const nested_t  nested_all[] = {
    { "percent signs", NESTED_LAYERS, NESTED_LAYERS, nested_plain },
    { "first digits", NESTED_LAYERS, NESTED_WAITS, nested_first },
    { "second digits", NESTED_LAYERS, NESTED_WAITS, nested_second },
    { "every character", NESTED_FULL, NESTED_READ, nested_full },
};


int
main(void)
{
    tap_t   t = { 0, 0 };
    size_t  i;

    for (i = 0; i < sizeof(nested_all) / sizeof(nested_all[0]); i++) {
        nested_layers(&t, &nested_all[i]);
    }

    return tap_done(&t);
}


static void
nested_layers(tap_t *t, const nested_t *nested)
{
    int               letter;
    size_t            len;
    unsigned          layers, failed;
    unsigned char    *buf, *p;
    cguard_result_t   res;

    failed = 0;

    buf = malloc(NESTED_SIZE);
    if (buf == NULL) {
        exit(2);
    }

    for (layers = 1; layers <= nested->layers; layers++) {

        for (letter = 0; letter < 2; letter++) {
            len = nested_target(buf, nested, letter, layers);
            p = vectors_copy(buf, len);

            cguard_target(p, len, 0, &res);

            if ((res.reason == CGUARD_PASS
                 || (layers <= nested->read
                     && (res.reason != CGUARD_TRAVERSAL
                         || res.depth != layers)))
                && failed++ < NESTED_SHOWN)
            {
                tap_diag("%u layers: %s, depth %u", layers,
                         cguard_reason_name(res.reason), res.depth);
            }

            free(p);
        }
    }

    tap_ok(t, failed == 0, "1 to %u layers: %s", nested->layers,
           nested->name);

    free(buf);
}


/* one dot of the parent is encoded, or the first letter of vpns */

static size_t
nested_target(unsigned char *buf, const nested_t *nested, int letter,
    unsigned layers)
{
    size_t       len, n;
    const char  *before, *behind;

    before = letter ? "/vpn/../" : "/vpn/";
    behind = letter ? "pns/" : "./vpns/";

    len = strlen(before);
    memcpy(buf, before, len);

    len += nested->encode(buf + len, letter ? 'v' : '.', layers);

    n = strlen(behind);
    memcpy(buf + len, behind, n);

    return len + n;
}


/* %2525...2e */

static size_t
nested_plain(unsigned char *buf, unsigned char c, unsigned layers)
{
    size_t  len;

    len = 0;
    buf[len++] = '%';

    while (--layers) {
        buf[len++] = '2';
        buf[len++] = '5';
    }

    return len + (size_t) sprintf((char *) buf + len, "%02x", c);
}


/* %%%...33...2e: the first digit of each escape is the next one's result */

static size_t
nested_first(unsigned char *buf, unsigned char c, unsigned layers)
{
    memset(buf, '%', layers);
    memset(buf + layers, '3', layers - 1);

    return 2 * layers - 1
           + (size_t) sprintf((char *) buf + 2 * layers - 1, "%02x", c);
}


/* %2%6%3%3...5: the same of the second digits */

static size_t
nested_second(unsigned char *buf, unsigned char c, unsigned layers)
{
    size_t    len;
    unsigned  digit;

    len = 0;

    while (--layers) {
        digit = (c & 0x0f) < 10 ? '0' + (c & 0x0f) : 'a' + (c & 0x0f) - 10;

        buf[len++] = '%';
        buf[len++] = (unsigned char) ('0' + (c >> 4));

        c = (unsigned char) digit;
    }

    return len + (size_t) sprintf((char *) buf + len, "%%%02x", c);
}


/* each layer encodes every character of the one before */

static size_t
nested_full(unsigned char *buf, unsigned char c, unsigned layers)
{
    size_t  i, len;

    len = 1;
    buf[0] = c;

    while (layers--) {
        for (i = len; i--; /* void */ ) {
            c = buf[i];

            buf[3 * i] = '%';
            buf[3 * i + 1] = (unsigned char) "0123456789abcdef"[c >> 4];
            buf[3 * i + 2] = (unsigned char) "0123456789ABCDEF"[c & 0x0f];
        }

        len *= 3;
    }

    return len;
}
