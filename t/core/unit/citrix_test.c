
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Whatever the responder policy of Citrix's workaround refuses, the core
 * refuses; prints TAP.
 *
 * The policy's expression is implemented here a second time, as simply as
 * possible, and shares nothing with the core.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


#define CITRIX_GENERATED   2000000
#define CITRIX_TOKENS_MAX  24
#define CITRIX_REFUSED_MIN 10000
#define CITRIX_LEN         1024
#define CITRIX_SHOWN       10


typedef struct {
    const char           *text;
    unsigned              len;
} citrix_token_t;


typedef struct {
    unsigned long         targets;
    unsigned long         refused[2];    /* by the expression, per policy */
    unsigned long         missed[2];     /* and by the core as well */
} citrix_count_t;


static void citrix_file(tap_t *t, const char *file);
static void citrix_generated(tap_t *t);
static size_t citrix_generate(unsigned char *buf, uint64_t *seed);
static uint64_t citrix_random(uint64_t *seed);
static void citrix_count(citrix_count_t *count, const unsigned char *p,
    size_t len);
static int citrix_refuses(const unsigned char *p, size_t len, int sslvpn);
static int citrix_contains(const unsigned char *p, size_t len,
    const char *text);
static int citrix_hex(int c);


#define citrix_token(text)  { text, sizeof(text) - 1 }


/* each token is here as often as its weight says */

static const citrix_token_t  citrix_tokens[] = {
    citrix_token("/"), citrix_token("/"), citrix_token("/"),
    citrix_token("/"), citrix_token("/"), citrix_token("/"),
    citrix_token("."), citrix_token("."),
    citrix_token(".."), citrix_token(".."), citrix_token(".."),
    citrix_token("vpns"), citrix_token("vpns"), citrix_token("vpns"),
    citrix_token("vpn"), citrix_token("v"), citrix_token("pns"),
    citrix_token("%2f"), citrix_token("%2F"), citrix_token("%2e"),
    citrix_token("%2E"), citrix_token("%25"), citrix_token("%"),
    citrix_token("%76"), citrix_token("%73"), citrix_token("%5c"),
    citrix_token("%3f"), citrix_token("%23"), citrix_token("%3b"),
    citrix_token("%00"), citrix_token("%09"), citrix_token("%20"),
    citrix_token("%u002e"), citrix_token("%u"), citrix_token("%c0"),
    citrix_token("2"), citrix_token("5"), citrix_token("e"),
    citrix_token("f"), citrix_token("c0"), citrix_token("ae"),
    citrix_token("\xc0"), citrix_token("\xc1"), citrix_token("\xe0"),
    citrix_token("\xf0"), citrix_token("\xfc"), citrix_token("\xae"),
    citrix_token("\xef\xbc\x8e"), citrix_token("\xe2\x80\xa5"),
    citrix_token("\\"), citrix_token(";"), citrix_token("?"),
    citrix_token("#"), citrix_token("\t"), citrix_token("\0"),
    citrix_token(" "), citrix_token("\x7f"), citrix_token("@"),
    citrix_token("x"), citrix_token("V"), citrix_token("/vpns/"),
    citrix_token("/../"),
};


int
main(void)
{
    tap_t  t = { 0, 0 };

    citrix_file(&t, VECTORS_TARGETS);
    citrix_file(&t, VECTORS_BENIGN);
    citrix_generated(&t);

    return tap_done(&t);
}


static void
citrix_file(tap_t *t, const char *file)
{
    size_t          i;
    vectors_t       v;
    citrix_count_t  count;

    if (vectors_read(&v, file) == -1) {
        tap_ok(t, 0, "%s can be read", file);
        return;
    }

    memset(&count, 0, sizeof(count));

    for (i = 0; i < v.n; i++) {
        citrix_count(&count, v.row[i].input.data, v.row[i].input.len);
    }

    tap_ok(t, count.missed[0] == 0, "%s: superset, a Gateway", file);
    tap_ok(t, count.missed[1] == 0, "%s: superset, no Gateway", file);

    tap_diag("%lu targets, Citrix refuses %lu and %lu", count.targets,
             count.refused[0], count.refused[1]);

    vectors_free(&v);
}


static void
citrix_generated(tap_t *t)
{
    size_t           len;
    uint64_t         seed;
    unsigned         i;
    unsigned char    buf[CITRIX_LEN], *p;
    citrix_count_t   count;

    memset(&count, 0, sizeof(count));
    seed = 0x2019197812020011;

    for (i = 0; i < CITRIX_GENERATED; i++) {
        len = citrix_generate(buf, &seed);
        p = vectors_copy(buf, len);
        citrix_count(&count, p, len);
        free(p);
    }

    tap_ok(t, count.missed[0] == 0, "generated: superset, a Gateway");
    tap_ok(t, count.missed[1] == 0, "generated: superset, no Gateway");

    tap_ok(t, count.refused[0] > CITRIX_REFUSED_MIN
              && count.refused[1] > CITRIX_REFUSED_MIN,
           "generated: enough of what Citrix refuses");

    tap_diag("%lu targets, Citrix refuses %lu and %lu", count.targets,
             count.refused[0], count.refused[1]);
}


static size_t
citrix_generate(unsigned char *buf, uint64_t *seed)
{
    size_t                 len;
    unsigned               n;
    const citrix_token_t  *token;

    len = 0;

    for (n = 1 + citrix_random(seed) % CITRIX_TOKENS_MAX; n; n--) {
        token = &citrix_tokens[citrix_random(seed)
                               % (sizeof(citrix_tokens)
                                  / sizeof(citrix_tokens[0]))];

        memcpy(buf + len, token->text, token->len);
        len += token->len;
    }

    return len;
}


/* xorshift, the low bits left out */

static uint64_t
citrix_random(uint64_t *seed)
{
    uint64_t  x;

    x = *seed;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;

    *seed = x;

    return x >> 20;
}


static void
citrix_count(citrix_count_t *count, const unsigned char *p, size_t len)
{
    char                    text[4 * CITRIX_LEN];
    unsigned                k;
    static const unsigned   policy[] = { 0, CGUARD_NO_SSLVPN };

    count->targets++;

    for (k = 0; k < 2; k++) {

        if (!citrix_refuses(p, len, k == 0)) {
            continue;
        }

        count->refused[k]++;

        if (cguard_target(p, len, policy[k], NULL) != CGUARD_PASS
            && cguard_target(p, len, policy[k] | CGUARD_ANY_PARENT, NULL)
               != CGUARD_PASS)
        {
            continue;
        }

        if (count->missed[k]++ < CITRIX_SHOWN) {
            vectors_escape(text, sizeof(text), p, len);
            tap_diag("missed with policy %u: %s", policy[k], text);
        }
    }
}


/*
 * HTTP.REQ.URL.DECODE_USING_TEXT_MODE.CONTAINS("/vpns/")
 * && (!CLIENT.SSLVPN.IS_SSLVPN
 *     || HTTP.REQ.URL.DECODE_USING_TEXT_MODE.CONTAINS("/../"))
 */

static int
citrix_refuses(const unsigned char *p, size_t len, int sslvpn)
{
    int             refuses;
    size_t          i, n;
    unsigned char  *url;

    url = malloc(len + 1);
    if (url == NULL) {
        exit(2);
    }

    n = 0;

    for (i = 0; i < len; i++) {

        if (p[i] == '%' && i + 2 < len
            && citrix_hex(p[i + 1]) != -1 && citrix_hex(p[i + 2]) != -1)
        {
            url[n++] = (unsigned char) (citrix_hex(p[i + 1]) * 16
                                        + citrix_hex(p[i + 2]));
            i += 2;
            continue;
        }

        url[n++] = p[i];
    }

    refuses = citrix_contains(url, n, "/vpns/")
              && (!sslvpn || citrix_contains(url, n, "/../"));

    free(url);

    return refuses;
}


static int
citrix_contains(const unsigned char *p, size_t len, const char *text)
{
    size_t  i, n;

    n = strlen(text);

    for (i = 0; i + n <= len; i++) {
        if (memcmp(p + i, text, n) == 0) {
            return 1;
        }
    }

    return 0;
}


static int
citrix_hex(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return (c >= 'A' && c <= 'F') ? c - 'A' + 10 : -1;
}
