
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Patterns: what their options mean, the limits with and without JIT code, and
 * that compiling them repeatedly leaks nothing.  Prints TAP.
 */


#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_pattern.h"
#include "tap.h"


#define PATTERN_LONG      (1024 * 1024)
#define PATTERN_TIMES     20000
#define PATTERN_GROWTH    (256 * 1024)
#define PATTERN_NO_JIT    "(*NO_JIT)"
#define PATTERN_DEEP      "^(?:(a)|b)*[cd]"

#define pattern_text(s)   s, sizeof(s) - 1


typedef struct {
    const char           *pattern;
    const char           *subject;
    size_t                len;
    unsigned              flags;
    int                   want;
    const char           *name;
} pattern_case_t;


static const pattern_case_t  pattern_cases[] = {
    { "abc", pattern_text("xabcx"), 0, 1, "found anywhere" },
    { "abc", pattern_text("xabx"), 0, 0, "not found" },
    { "abc", pattern_text("ABC"), 0, 1, "letter case does not count" },
    { "abc", pattern_text("ABC"), CGUARD_PATTERN_CASE, 0, "it does, if asked" },
    { "\xe9", pattern_text("\xc9"), 0, 0, "... not that of Latin-1" },
    { "a.b", pattern_text("a\nb"), 0, 1, "a dot takes a line feed" },
    { "a$", pattern_text("a\n"), 0, 0, "$ is the end alone" },
    { "a$", pattern_text("ba"), 0, 1, "$ is the end" },
    { "^a", pattern_text("b\na"), 0, 0, "^ is the start alone" },
    { "a.b", pattern_text("a\0b"), 0, 1, "NUL is a byte" },
    { "^.$", pattern_text("\xc3\xa9"), 0, 0, "a byte is a character" },
    { "\\xff", pattern_text("a\xff"), 0, 1, "no UTF-8 is needed" },
    { "^$", NULL, 0, 0, 1, "an empty subject" },
    { "a*", NULL, 0, 0, 1, "an empty match" },
    { "(a)(b)(c)", pattern_text("abc"), 0, 1, "groups have no room, nor need" },
};


/* patterns that scan a subject many times */

static const char  *pattern_slow[] = {
    "(a+)+$", "^(?:a|a)*$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"
};


/* with the words that every version of PCRE2 has in the message */

static const char  *pattern_errors[][2] = {
    { "(", "parenthesis" },
    { "a[b", "]" },
    { "*a", "quantifier" },
    { "a{2,1}", "out of order" },
    { "(*UTF)a", "disabled by the application" },
    { "(*UCP)a", "disabled by the application" },
    { "\\C", "disabled by the application" },
    { "a\\", "\\ at end" },
};


static int
pattern_compiled(cguard_pattern_t *p, const char *prefix, const char *text,
    unsigned flags)
{
    char    error[CGUARD_PATTERN_ERROR], whole[256];
    size_t  offset;

    (void) snprintf(whole, sizeof(whole), "%s%s", prefix, text);

    return cguard_pattern_compile(p, whole, strlen(whole), flags, error,
                                  &offset);
}


static int
pattern_once(cguard_matcher_t *m, const char *prefix, const char *text,
    unsigned flags, const char *subject, size_t len)
{
    int               rc;
    cguard_pattern_t  p;

    if (pattern_compiled(&p, prefix, text, flags) == -1) {
        return -1;
    }

    rc = cguard_pattern_match(m, &p, (const unsigned char *) subject, len);

    cguard_pattern_free(&p);

    return rc;
}


static void
pattern_table(tap_t *t, cguard_matcher_t *m)
{
    size_t                 i;
    const pattern_case_t  *c;

    for (i = 0; i < sizeof(pattern_cases) / sizeof(pattern_cases[0]); i++) {
        c = &pattern_cases[i];

        tap_ok(t, pattern_once(m, "", c->pattern, c->flags, c->subject,
                               c->len) == c->want,
               "%s", c->name);
        tap_ok(t, pattern_once(m, PATTERN_NO_JIT, c->pattern, c->flags,
                               c->subject, c->len) == c->want,
               "... without JIT");
    }
}


static void
pattern_messages(tap_t *t)
{
    char              error[CGUARD_PATTERN_ERROR];
    size_t            i, offset;
    const char       *text;
    cguard_pattern_t  p;

    for (i = 0; i < sizeof(pattern_errors) / sizeof(pattern_errors[0]); i++) {
        text = pattern_errors[i][0];
        error[0] = '\0';
        offset = 99;

        tap_ok(t, cguard_pattern_compile(&p, text, strlen(text), 0, error,
                                         &offset) == -1
                  && p.code == NULL,
               "%s is refused", text);
        tap_ok(t, strstr(error, pattern_errors[i][1]) != NULL
                  && offset <= strlen(text),
               "... %s at %zu", error, offset);
    }
}


static void
pattern_limits(tap_t *t, cguard_matcher_t *m)
{
    int     rc;
    char   *subject;
    size_t  i;

    subject = malloc(PATTERN_LONG);
    if (subject == NULL) {
        exit(2);
    }

    memset(subject, 'a', PATTERN_LONG);
    subject[64] = '!';

    for (i = 0; i < sizeof(pattern_slow) / sizeof(pattern_slow[0]); i++) {
        rc = pattern_once(m, "", pattern_slow[i], 0, subject, 65);
        tap_ok(t, rc < -1, "%s meets a limit: %d", pattern_slow[i], rc);

        rc = pattern_once(m, PATTERN_NO_JIT, pattern_slow[i], 0, subject, 65);
        tap_ok(t, rc < -1, "... without JIT: %d", rc);
    }

    /* a million steps, which is less than PCRE2's own limit */

    rc = pattern_once(m, "", "(a+)+$", 0, subject + 64 - 20, 21);
    tap_ok(t, rc < -1, "a million steps are too many: %d", rc);

    subject[64] = 'a';

    rc = pattern_once(m, "", "^(?:(a)|b)*c", 0, subject, PATTERN_LONG);
    tap_ok(t, rc < -1, "a match that needs much memory: %d", rc);

    rc = pattern_once(m, PATTERN_NO_JIT, "^(?:(a)|b)*c", 0, subject,
                      PATTERN_LONG);
    tap_ok(t, rc < -1, "... without JIT: %d", rc);

    /* each step needs memory: some fit, more do not */

    rc = pattern_once(m, "", PATTERN_DEEP, 0, subject, 1500);
    tap_ok(t, rc == 0, "a match that needs some stack: %d", rc);

    rc = pattern_once(m, "", PATTERN_DEEP, 0, subject, 10000);
    tap_ok(t, rc < -1, "... too much: %d", rc);

    rc = pattern_once(m, PATTERN_NO_JIT, PATTERN_DEEP, 0, subject, 10000);
    tap_ok(t, rc < -1, "... without JIT: %d", rc);

    rc = pattern_once(m, "", "aab$", 0, subject, PATTERN_LONG);
    tap_ok(t, rc == 0, "after an error the matcher serves again: %d", rc);

    rc = pattern_once(m, PATTERN_NO_JIT "(*LIMIT_MATCH=4000000000)",
                      "(a+)+$", 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", 35);
    tap_ok(t, rc < -1, "a pattern cannot raise the limit: %d", rc);

    free(subject);
}


/* the size of executable mappings, including compiled code */

static size_t
pattern_executable(void)
{
    char           line[512], mode[8];
    FILE          *f;
    size_t         sum;
    unsigned long  from, to;

    f = fopen("/proc/self/maps", "r");
    if (f == NULL) {
        return 0;
    }

    sum = 0;

    while (fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3
            && strchr(mode, 'x'))
        {
            sum += to - from;
        }
    }

    (void) fclose(f);

    return sum;
}


static void
pattern_again(tap_t *t, cguard_matcher_t *m)
{
    size_t            i, code, heap;
    unsigned          failed, jit;
    cguard_pattern_t  p;

    failed = 0;
    jit = 0;
    code = 0;
    heap = 0;

    for (i = 0; i < PATTERN_TIMES; i++) {

        if (i == 100) {
            code = pattern_executable();
            heap = mallinfo2().uordblks;
        }

        if (pattern_compiled(&p, "", "^/vpns/.*(?:a|b)+[0-9]{3}$", 0) == -1) {
            failed++;
            continue;
        }

        jit += p.jit;
        failed += cguard_pattern_match(m, &p,
                           (const unsigned char *) "/vpns/xab123", 12) != 1;
        cguard_pattern_free(&p);
    }

    tap_ok(t, failed == 0, "compiled %d times, %u with JIT", PATTERN_TIMES,
           jit);
    tap_ok(t, pattern_executable() <= code + PATTERN_GROWTH,
           "... no code is left: %zu, then %zu bytes mapped", code,
           pattern_executable());
    tap_ok(t, mallinfo2().uordblks <= heap + PATTERN_GROWTH,
           "... no memory is left: %zu, then %zu bytes", heap,
           mallinfo2().uordblks);
}


static void
pattern_quiet(tap_t *t, cguard_matcher_t *m, const char *prefix)
{
    size_t            i, heap;
    cguard_pattern_t  p;

    if (pattern_compiled(&p, prefix, "(a|b)+c.*d", 0) == -1) {
        tap_ok(t, 0, "compiled");
        return;
    }

    tap_ok(t, p.jit == (prefix[0] == '\0'), "JIT: %u", p.jit);

    (void) cguard_pattern_match(m, &p, (const unsigned char *) "abcxd", 5);

    heap = mallinfo2().uordblks;

    for (i = 0; i < 1000; i++) {
        (void) cguard_pattern_match(m, &p, (const unsigned char *) "abcxd", 5);
    }

    tap_ok(t, mallinfo2().uordblks == heap, "matching takes no more memory");

    cguard_pattern_free(&p);
}


static void
pattern_matchers(tap_t *t)
{
    size_t             i, heap;
    unsigned           failed;
    cguard_matcher_t  *m;

    failed = 0;
    heap = 0;

    for (i = 0; i < 1000; i++) {

        if (i == 10) {
            heap = mallinfo2().uordblks;
        }

        m = cguard_matcher_create();
        failed += m == NULL;
        cguard_matcher_free(m);
    }

    tap_ok(t, failed == 0 && mallinfo2().uordblks <= heap + 4096,
           "a matcher that is free again leaves nothing: %zu, then %zu bytes",
           heap, mallinfo2().uordblks);
}


int
main(void)
{
    tap_t              t = { 0, 0 };
    cguard_matcher_t  *m;

    m = cguard_matcher_create();
    if (m == NULL) {
        return 2;
    }

    pattern_table(&t, m);
    pattern_messages(&t);
    pattern_limits(&t, m);
    pattern_again(&t, m);
    pattern_quiet(&t, m, "");
    pattern_quiet(&t, m, PATTERN_NO_JIT);

    pattern_matchers(&t);

    cguard_matcher_free(m);
    cguard_matcher_free(NULL);

    return tap_done(&t);
}
