
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The assumptions of the core's contracts (contracts.acsl), checked for every
 * value: the axioms about bits, and the results of cguard_compat().
 */


#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cguard/decision/cguard_compat.h"
#include "cguard/decision/cguard_sign.h"


#define FACTS_TEXT     6        /* characters that a code point stands for,
                                   at most */
#define FACTS_CLASSES  257      /* of an automaton, and its states */
#define FACTS_STATES   0x20001


static unsigned  facts_failed;


static void
facts_say(int ok, const char *name)
{
    if (!ok) {
        printf("fact is wrong: %s\n", name);
        facts_failed++;
    }
}


/* 32 bits */

static void
facts_words(void)
{
    int       low6, point, not_point, ends, not_ends;
    uint32_t  c;

    low6 = 1;
    point = 1;
    not_point = 1;
    ends = 1;
    not_ends = 1;
    c = 0;

    do {
        low6 &= (c & 0x3f) <= 63;
        point &= (0x80000000 | c) >= 0x80000000;
        not_point &= (c & 0x80000000) != 0 || c < 0x80000000;
        ends &= c < 0x80000000 || (c & 0x7fffffff) == c - 0x80000000;
        not_ends &= c >= 0x80000000 || (c & 0x80000000) == 0;
    } while (++c);

    facts_say(low6, "low6");
    facts_say(point, "code_point");
    facts_say(not_point, "code_point_not");
    facts_say(ends, "row_ends");
    facts_say(not_ends, "row_ends_not");
}


/* an automaton's row, by its place, is below the number of rows */

static void
facts_rows(void)
{
    int       ok;
    uint32_t  classes, states;

    ok = 1;

    for (classes = 1; classes <= FACTS_CLASSES; classes++) {
        for (states = 1; states <= FACTS_STATES; states++) {
            ok &= (states * classes - classes) / classes < states;
        }
    }

    facts_say(ok, "row");
}


/* a byte, or less */

static void
facts_bytes(void)
{
    uint32_t  b, c;

    for (c = 0; c <= 0xff; c++) {
        facts_say(c < 192 || (c & 0x3f) == c - 192, "low6_lead");
        facts_say((c & 0x0f) <= 15, "low4");
        facts_say(c >> 4 != 1 || (c & 0x0f) == c - 0x10, "low4_emit");
        facts_say(c >> 4 != 4 || (c & 0x0f) == c - 0x40, "low4_push");
        facts_say((c >> 4 != 0 && c >> 4 != 2 && c >> 4 != 4)
                  || (c & 0x10) == 0, "emit_not");
        facts_say((c > 0x1f && (c < 0x40 || c > 0x5f)) || (c & 0x20) == 0,
                  "extend_not");
        facts_say(c > 0x3f || (c & 0x40) == 0, "push_not");
        facts_say(c > 0x7f || (c & 0x80) == 0, "feed_not");
        facts_say(c << 4 == c * 16 && c << 8 == c * 256
                  && c << 12 == c * 4096, "shifted");

        facts_say(cguard_class[c] < CGUARD_C_MAX, "class");

        for (b = 0; b <= 0xff; b++) {
            facts_say((b | c) <= 0xff, "or_byte");
        }
    }
}


static void
facts_compat(void)
{
    int          ok;
    uint32_t     c;
    const char  *text;

    ok = 1;
    c = 0;

    do {
        text = cguard_compat(c);
        ok &= text == NULL || (strnlen(text, FACTS_TEXT + 1) <= FACTS_TEXT
                               && text[FACTS_TEXT] == '\0');
    } while (++c);

    facts_say(ok, "cguard_compat");
}


int
main(void)
{
    facts_words();
    facts_rows();
    facts_bytes();
    facts_compat();

    return facts_failed != 0;
}
