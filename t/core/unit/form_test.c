
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The forms of a target and of a value, the memory that they need, and
 * worst-case input with exactly that much; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "cguard/decision/cguard_compat.h"
#include "cguard/rules/cguard_form.h"
#include "tap.h"
#include "vectors.h"


#define FORM_LONG    4096
#define FORM_TIMES   100000
#define FORM_POINTS  0x110000


/* the path ends at the first "?" of each form; NULL: no such form */

typedef struct {
    const char           *target;
    const char           *form[CGUARD_FORM_MAX];
} form_case_t;


static const form_case_t  form_cases[] = {
    { "", { "" } },
    { "/", { "/" } },
    { "/vpn/index.html?a=b", { "/vpn/index.html?a=b" } },
    { "/a.b/c..d?x/y", { "/a.b/c..d?x/y" } },
    { "/%61", { "/%61", "/a" } },
    { "/%2561", { "/%2561", "/a" } },
    { "/%%36%31", { "/%%36%31", "/a" } },
    { "/%u0061", { "/%u0061", "/a" } },
    { "/%U0061", { "/%U0061", "/a" } },
    { "/%ug061", { "/%ug061" } },
    { "/%u0g61", { "/%u0g61" } },
    { "/%u00g1", { "/%u00g1" } },
    { "/%61+b", { "/%61+b", "/a+b" } },
    { "/%%7500%361", { "/%%7500%361", "/a" } },
    { "/%4", { "/%4" } },
    { "/a%?%g0", { "/a%?%g0" } },
    { "/a%00b", { "/a%00b", "/a\001b", "/ab" } },
    { "/a\\b", { "/a\\b", "/a/b" } },
    { "/a;x=1/b;y", { "/a;x=1/b;y", "/a/b" } },
    { "/a?b;c", { "/a?b;c", "/a?b" } },
    { "//a///b", { "//a///b", "/a/b" } },
    { "/a/./b/.", { "/a/./b/.", "/a/b/" } },
    { "/a/../b", { "/a/../b", "/b" } },
    { "/a/b/../../../c/..", { "/a/b/../../../c/..", "/" } },
    { "/..", { "/..", "/" } },
    { "/a/...", { "/a/..." } },
    { "/a/.b/..c", { "/a/.b/..c" } },
    { "/a?b/../c//d", { "/a?b/../c//d" } },
    { "..", { "..", "" } },
    { ".", { ".", "" } },
    { "./a", { "./a", "/a" } },
    { "a/../b", { "a/../b", "/b" } },
    { "/a//../b", { "/a//../b", "/b", "/a/b" } },
    { "/a//.././/../b", { "/a//.././/../b", "/b", "/a/b" } },
    { "/a\\b/../c", { "/a\\b/../c", "/a/b/../c", "/a/c", "/c" } },
    { "/a%2fb/../c", { "/a%2fb/../c", "/a/b/../c", "/a/c", "/c" } },
    { "/a%252fb/../c", { "/a%252fb/../c", "/a/b/../c", "/a/c", "/c" } },
    { "/a%2fb%252f/%2e./c", { "/a%2fb%252f/%2e./c", "/a/b//../c", "/a/c",
                              "/a/b/c" } },
    { "/a/%20/../c", { "/a/%20/../c", "/a/ /../c", "/a//../c", "/c",
                       "/a/c" } },
    { "/a/b/../%252e%252e/c", { "/a/b/../%252e%252e/c", "/a/b/../../c", "/c",
                                "/a/../c" } },
    { "/%2e%2e/%61", { "/%2e%2e/%61", "/../a", "/a" } },
    { "/x;y/..%5c%61", { "/x;y/..%5c%61", "/x;y/..\\a", "/x/../a", "/a" } },
    { "/x;y/..%5c%61?b=%2531", { "/x;y/..%5c%61?b=%2531", "/x;y/..\\a?b=1",
                                 "/x/../a?b=1", "/a?b=1" } },
    { "/%c0%ae%c0%ae/a", { "/%c0%ae%c0%ae/a", "/\xc0\xae\xc0\xae/a", "/../a",
                           "/a" } },
    { "/%uff0ea", { "/%uff0ea", "/.a" } },
    { "/\xef\xbc\xa1", { "/\xef\xbc\xa1", "/A" } },
    { "/%20a b", { "/%20a b", "/ a b", "/ab" } },
    { "/a?%26b%0d", { "/a?%26b%0d", "/a?&b\r", "/a?&b" } },
    { "?%61", { "?%61", "?a" } },
    { "/a#b", { "/a#b" } },
    { "/\xff", { "/\xff" } },
    { "/\x80", { "/\x80" } },
};


/* input that makes forms long, or takes much work */

static const char  *form_hostile[] = {
    "%", "%2", "%25", "%2e", "%%32%35", "%u", "%u00", "%u002", "%u0025",
    "%u25", "%252e%252e/", "/", "/.", "/..", "/a/..", "a/../", "\\", ";", ";/",
    "..;x/", "\xc0", "\xc0\xae", "%c0%ae", "%c0", "\xff", "\xfe", "\x80",
    "\xef\xbc", "\xe2\x80\xa5", "\xe2\x92\x91", "\xe2\x85\xa7",
    "\xf0\x9f\x84\x90", "\xef\xbc\x85" "25", "%uff05" "25", "%u2488",
    "\xfc\x80\x80\x80\x80\xae", "?", "?%25", "#", " ", "\t", "%00", "%0%30",
    "%%%%2", "\xc0%2e", "\xe0\x80%ae", "a", "%41%42", "%f", "\xc2%", "%e2%92",
};


static void
form_one(tap_t *t, const form_case_t *c)
{
    size_t          len, size;
    unsigned        i, n, want, same;
    unsigned char  *target, *buf;
    cguard_form_t   form[CGUARD_FORM_MAX];

    len = strlen(c->target);
    size = cguard_form_size(len);

    target = vectors_copy(c->target, len);
    buf = malloc(size);

    for (want = 0; want < CGUARD_FORM_MAX && c->form[want]; want++) {
        /* void */
    }

    n = cguard_form_target(target, len, buf, size, form);
    same = n == want;

    for (i = 0; i < n && same; i++) {

        /* \001 in the table is a NUL */

        while (memchr(form[i].data, '\0', form[i].len)) {
            *(unsigned char *) memchr(form[i].data, '\0', form[i].len) = 1;
        }

        same = form[i].len == strlen(c->form[i])
               && memcmp(form[i].data, c->form[i], form[i].len) == 0
               && form[i].path == strcspn(c->form[i], "?");
    }

    if (!tap_ok(t, same && form[0].data == target, "%s: %u forms", c->target,
                want))
    {
        for (i = 0; i < n; i++) {
            tap_diag("%.*s, path %zu", (int) form[i].len, form[i].data,
                     form[i].path);
        }
    }

    free(buf);
    free(target);
}


/* a "?" that is decoded in the path does not end it */

static void
form_question(tap_t *t)
{
    unsigned        n;
    unsigned char   buf[512];
    cguard_form_t   form[CGUARD_FORM_MAX];

    n = cguard_form_target((const unsigned char *) "/a%3fb?c%3fd", 12, buf,
                           sizeof(buf), form);

    tap_ok(t, n == 2 && form[1].len == 8 && form[1].path == 4
              && memcmp(form[1].data, "/a?b?c?d", 8) == 0,
           "an encoded question mark in path and query");
}


static void
form_values(tap_t *t)
{
    size_t          i;
    unsigned        n;
    unsigned char   buf[64];
    cguard_form_t   form[CGUARD_FORM_MAX];

    static const struct {
        const char *value;
        int         body;
        const char *decoded;
    } values[] = {
        { "abc", 0, NULL }, { "a+b", 0, NULL }, { "a+b", 1, "a b" },
        { "a%2bb", 1, "a+b" }, { "a%2Bb", 0, "a+b" }, { "%252e", 0, "." },
        { "%", 0, NULL }, { "a+%20", 0, "a+ " }, { "a+%20", 1, "a  " },
        { "%20+a", 0, " +a" },
        { "%%32+%65", 1, "%2 e" }, { "%u0041", 0, "A" }, { "%U0041", 0, "A" },
        { "..\\;//", 1, NULL }, { "", 1, NULL },
    };

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        n = cguard_form_value((const unsigned char *) values[i].value,
                              strlen(values[i].value), values[i].body, buf,
                              sizeof(buf), form);

        tap_ok(t, n == 1u + (values[i].decoded != NULL)
                  && form[n - 1].len == form[n - 1].path
                  && (n == 1 || (form[1].len == strlen(values[i].decoded)
                                 && memcmp(form[1].data, values[i].decoded,
                                           form[1].len) == 0)),
               "%s of \"%s\"", values[i].body ? "body" : "value",
               values[i].value);
    }

    n = cguard_form_value(NULL, 0, 1, NULL, 0, form);
    tap_ok(t, n == 1 && form[0].len == 0, "nothing needs no room");

    n = cguard_form_value((const unsigned char *) "abcde", 5, 1, buf, 4, form);
    tap_ok(t, n == 1, "what is not encoded needs no room");

    n = cguard_form_value((const unsigned char *) "abc%2", 5, 0, buf, 4, form);
    tap_ok(t, n == 0, "too little room");

    n = cguard_form_value((const unsigned char *) "abc%2", 5, 0, buf, 5, form);
    tap_ok(t, n == 1, "just enough room");
}


/* the reading is a form, even if it was not requested */

static int
form_has_reading(const unsigned char *p, size_t len,
    const cguard_form_t *form, unsigned n)
{
    size_t          path, whole;
    unsigned        i;
    unsigned char  *buf;

    buf = malloc(2 * len + 64);
    if (buf == NULL) {
        exit(2);
    }

    path = cguard_reading(p, form[0].path, 0, buf, 2 * len + 64);
    whole = path + cguard_reading(p + form[0].path, len - form[0].path, 0,
                                  buf + path, 2 * len + 64 - path);

    for (i = 0; i < n; i++) {
        if (form[i].len == whole && form[i].path == path
            && memcmp(form[i].data, buf, whole) == 0)
        {
            break;
        }
    }

    free(buf);

    return i < n;
}


/* decoding a form again changes nothing, and no form appears twice */

static unsigned
form_wrong(const unsigned char *p, size_t len, unsigned char *buf,
    unsigned char *again)
{
    size_t         n;
    unsigned       forms, i, k;
    cguard_form_t  form[CGUARD_FORM_MAX], value[CGUARD_FORM_MAX];

    forms = cguard_form_target(p, len, buf, cguard_form_size(len), form);

    if (forms == 0 || form[0].len != len || form[0].data != p
        || !form_has_reading(p, len, form, forms))
    {
        return 1;
    }

    for (i = 0; i < forms; i++) {
        if (form[i].path > form[i].len
            || (form[i].path < form[i].len
                && form[i].data[form[i].path] != '?'))
        {
            return 1;
        }

        for (k = 0; k < i; k++) {
            if (form[i].len == form[k].len && form[i].path == form[k].path
                && memcmp(form[i].data, form[k].data, form[i].len) == 0)
            {
                return 1;
            }
        }
    }

    if (cguard_form_value(p, len, 0, again, len, value) == 2) {
        n = value[1].len;
        memcpy(buf, again, n);

        return cguard_form_value(buf, n, 0, again, len, value) != 1;
    }

    return 0;
}


static void
form_longest(tap_t *t)
{
    size_t          i, k, len, size;
    unsigned        wrong;
    unsigned char  *p, *buf, *again;
    const char     *unit;

    for (i = 0; i < sizeof(form_hostile) / sizeof(form_hostile[0]); i++) {
        unit = form_hostile[i];
        wrong = 0;

        for (len = 1; len <= FORM_LONG; len = len < 40 ? len + 1 : len * 2) {
            size = cguard_form_size(len);

            p = malloc(len);
            buf = malloc(size);
            again = malloc(len);

            if (p == NULL || buf == NULL || again == NULL) {
                exit(2);
            }

            for (k = 0; k < len; k++) {
                p[k] = (unsigned char) unit[k % strlen(unit)];
            }

            wrong += form_wrong(p, len, buf, again);

            free(p);
            free(buf);
            free(again);
        }

        tap_ok(t, wrong == 0, "again and again, in the room there has to be: "
               "%s", unit[0] & 0x80 ? "bytes of UTF-8" : unit);
    }
}


static void
form_random(tap_t *t)
{
    size_t          i, k, n, len;
    unsigned        seed, wrong;
    unsigned char  *p, *buf, *again;
    const char     *unit;

    seed = 4711;
    wrong = 0;

    for (i = 0; i < FORM_TIMES; i++) {
        p = malloc(256);
        if (p == NULL) {
            exit(2);
        }

        for (k = 0, len = 0; k < 1 + i % 12; k++) {
            seed = seed * 1664525 + 1013904223;
            unit = form_hostile[(seed >> 8)
                                % (sizeof(form_hostile)
                                   / sizeof(form_hostile[0]))];
            n = strlen(unit);
            memcpy(p + len, unit, n);
            len += n;
        }

        p = realloc(p, len);
        buf = malloc(cguard_form_size(len));
        again = malloc(len);

        if (p == NULL || buf == NULL || again == NULL) {
            exit(2);
        }

        wrong += form_wrong(p, len, buf, again);

        free(p);
        free(buf);
        free(again);
    }

    tap_ok(t, wrong == 0, "%d random targets, %u wrong", FORM_TIMES, wrong);
}


/* the bound of cguard_form_size(): a reading is at most twice as long */

static void
form_bound(tap_t *t)
{
    size_t          i, bytes, most, worst;
    uint32_t        point;
    unsigned        wrong;
    const char     *text;
    unsigned char  *p, *buf, *again;

    wrong = 0;
    most = 0;
    worst = 0;

    for (point = 0x80; point < FORM_POINTS; point++) {
        text = cguard_compat(point);
        bytes = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

        if (text == NULL) {
            continue;
        }

        wrong += strlen(text) > 2 * bytes;

        if (bytes == 3 && strlen(text) > most) {
            most = strlen(text);
            worst = point;
        }
    }

    tap_ok(t, wrong == 0 && most > 4, "no code point has more than twice as "
           "many characters as bytes; U+%04zX has %zu", worst, most);

    /* this one and a parent, so that all forms differ */

    p = malloc(FORM_LONG);
    buf = malloc(cguard_form_size(FORM_LONG));
    again = malloc(FORM_LONG);

    if (p == NULL || buf == NULL || again == NULL) {
        exit(2);
    }

    memset(p, '/', FORM_LONG);
    memcpy(p, "/%61/..", 7);

    for (i = 7; i + 3 <= FORM_LONG; i += 3) {
        p[i] = (unsigned char) (0xe0 | worst >> 12);
        p[i + 1] = (unsigned char) (0x80 | (worst >> 6 & 0x3f));
        p[i + 2] = (unsigned char) (0x80 | (worst & 0x3f));
    }

    tap_ok(t, form_wrong(p, FORM_LONG, buf, again) == 0,
           "nothing but that one fits");

    free(p);
    free(buf);
    free(again);
}


static void
form_room(tap_t *t)
{
    size_t         size;
    unsigned       n;
    unsigned char  buf[512];
    cguard_form_t  form[CGUARD_FORM_MAX];

    static const unsigned char  target[] = "/%2e%2e/a;b?c";

    for (size = 0; size < cguard_form_size(sizeof(target) - 1); size++) {
        n = cguard_form_target(target, sizeof(target) - 1, buf, size, form);

        if (n != 0) {
            break;
        }
    }

    tap_ok(t, size == cguard_form_size(sizeof(target) - 1),
           "less room is not enough");

    n = cguard_form_target((const unsigned char *) "/abc", 4, NULL, 0, form);
    tap_ok(t, n == 1, "a clean target needs none");
}


int
main(void)
{
    tap_t   t = { 0, 0 };
    size_t  i;

    for (i = 0; i < sizeof(form_cases) / sizeof(form_cases[0]); i++) {
        form_one(&t, &form_cases[i]);
    }

    form_question(&t);
    form_values(&t);
    form_room(&t);
    form_bound(&t);
    form_longest(&t);
    form_random(&t);

    return tap_done(&t);
}
