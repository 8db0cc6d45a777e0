
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "judge.h"


const unsigned  policies[POLICIES] = {
    0, CGUARD_NO_SSLVPN, CGUARD_ANY_PARENT,
    CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT
};

static const char  *policy_names[POLICIES] = {
    "-", "sslvpn=off", "traversal=any", "sslvpn=off,traversal=any"
};


/* a block of the exact size, so that a sanitizer sees over-reads */

static unsigned char *
exact(const text_t *t)
{
    unsigned char  *p;

    p = malloc(t->len ? t->len : 1);
    if (p == NULL) {
        abort();
    }

    memcpy(p, t->s, t->len);

    return p;
}


static void
compare(uint64_t *counter, const text_t *t, const char *what,
    const char *core, const char *oracle)
{
    if (strcmp(core, oracle) == 0) {
        return;
    }

    if (strcmp(core, "pass") == 0) {
        counter[MISSED]++;
        printf("missed\t");

    } else if (strcmp(oracle, "pass") == 0) {
        counter[NEEDLESS]++;
        printf("needless\t");

    } else {
        counter[DIFFER]++;
        printf("differ\t");
    }

    text_print(t);
    printf("\t%s\tcore %s\toracle %s\n", what, core, oracle);
}


/*
 * The range shows by itself what the reason says.  Its depth is that of what
 * it holds; between two segments there may be what is deeper.
 */

static const char *
wrong_report(const unsigned char *p, size_t len, const cguard_result_t *res)
{
    int             noise;
    size_t          n;
    unsigned        depth;
    oracle_signs_t  signs;

    if (res->start >= res->end || res->end > len) {
        return "range";
    }

    p += res->start;
    n = res->end - res->start;

    oracle_signs(p, n, &signs);
    depth = oracle_depth(p, n, &noise);

    if (signs.endless || signs.cut) {
        return NULL;
    }

    switch (res->reason) {

    case CGUARD_TRAVERSAL:
    case CGUARD_QUERY:
        return !(signs.parent && signs.vpns) && !signs.guessed ? "range"
               : res->depth > depth ? "depth" : NULL;

    case CGUARD_MALFORMED:
        if (!signs.control && !signs.escaped && !(n == 1 && p[0] == '#')) {
            return "range";
        }

        break;

    default:
        if (!(res->reason == CGUARD_VPNS ? signs.vpns : signs.parent)) {
            return "range";
        }
    }

    return res->depth > depth || (res->depth < depth && !noise) ? "depth"
                                                                : NULL;
}


static void
check_report(uint64_t *counter, const text_t *t, const unsigned char *p,
    const cguard_result_t *res)
{
    const char  *wrong;

    if (res->reason == CGUARD_PASS) {
        return;
    }

    wrong = wrong_report(p, t->len, res);

    if (wrong) {
        counter[REPORTED]++;
        printf("report\t");
        text_print(t);
        printf("\t%s\tdepth %u, %zu to %zu: %s\n",
               cguard_reason_name(res->reason), res->depth, res->start,
               res->end, wrong);
    }
}


void
judge_target(uint64_t *counter, const text_t *t, const oracle_target_t *o)
{
    size_t          i;
    const char     *core;
    unsigned char  *p;

    p = exact(t);

    for (i = 0; i < POLICIES; i++) {
        core = cguard_reason_name(cguard_target(p, t->len, policies[i], NULL));

        compare(counter, t, policy_names[i], core,
                oracle_target_reason(o, policies[i]));

        counter[REFUSED] += i == 0 && strcmp(core, "pass") != 0;
    }

    free(p);
}


static void
judge_others(uint64_t *counter, const text_t *t, const oracle_target_t *o)
{
    size_t            i;
    const char       *core;
    unsigned char    *p;
    cguard_result_t   res;

    p = exact(t);

    if (o->hash || memchr(p, '?', t->len)) {
        for (i = 0; i < POLICIES; i++) {
            core = cguard_reason_name(cguard_parts(p, t->len, NULL, 0,
                                                   policies[i], NULL));

            compare(counter, t, "parts", core,
                    oracle_parts_reason(o, policies[i]));
        }
    }

    (void) cguard_target(p, t->len, CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, &res);
    check_report(counter, t, p, &res);

    if (o->as_path.cut) {
        free(p);
        return;
    }

    core = cguard_reason_name(cguard_header((unsigned char *) "NSC_USER", 8,
                                            p, t->len, &res));

    compare(counter, t, "header", core, oracle_header_reason(o));
    check_report(counter, t, p, &res);

    free(p);
}


void
judge(uint64_t *counter, const text_t *t)
{
    oracle_target_t  o;

    oracle_target(t->s, t->len, &o);

    counter[STRINGS]++;
    counter[READINGS] += o.path.readings + o.whole.readings;

    if (o.path.endless || o.whole.endless || o.as_path.endless) {
        counter[ENDLESS]++;
        return;
    }

    judge_target(counter, t, &o);
    judge_others(counter, t, &o);
}
