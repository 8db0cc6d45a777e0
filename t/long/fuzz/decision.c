
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The decision on any target, in every policy: what cguard.h promises, and
 * what must hold between the verdicts on targets that belong together.
 */


#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "fuzz.h"
#include "vectors.h"


/* from here on targets are judged less often, or they would take too long */

#define DECISION_LONG    256

/* some inputs are repeated up to here */

#define DECISION_GROWN   9000


static void decision_all(const unsigned char *p, size_t len);
static void decision_result(const unsigned char *p, size_t len,
    unsigned policy, const cguard_result_t *res);
static void decision_range(const unsigned char *p, size_t len,
    unsigned policy, const cguard_result_t *res);
static void decision_in_context(const unsigned char *p, size_t len,
    unsigned policy, const cguard_result_t *res);
static int decision_is_escape(const unsigned char *p, size_t len);
static void decision_encoded(const unsigned char *p, size_t len,
    unsigned policy, const cguard_result_t *res);
static int decision_differs(const cguard_result_t *parts,
    const cguard_result_t *target);
static void decision_parts(const unsigned char *p, size_t len,
    unsigned policy, const cguard_result_t *res);
static void decision_split(const unsigned char *p, size_t len, size_t at,
    unsigned policy);
static void decision_grown(const unsigned char *p, size_t len);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char  *p;

    p = vectors_copy(data, size);

    decision_all(p, size);

    if (size && size % 32 == 0) {
        decision_grown(p, size);
    }

    free(p);

    return 0;
}


static void
decision_all(const unsigned char *p, size_t len)
{
    unsigned         policy;
    cguard_result_t  res, usual;

    (void) cguard_target(p, len, 0, &usual);

    for (policy = 0; policy < 4; policy++) {

        memset(&res, 0xa5, sizeof(cguard_result_t));

        if (cguard_target(p, len, policy, &res) != res.reason
            || cguard_target(p, len, policy, NULL) != res.reason)
        {
            fuzz_failed("the verdict is not that of the result", p, len);
        }

        /* a policy adds reasons and takes none away */

        if ((usual.reason == CGUARD_TRAVERSAL || usual.reason == CGUARD_QUERY)
            ? memcmp(&res, &usual, sizeof(cguard_result_t)) != 0
            : (usual.reason != CGUARD_PASS && res.reason == CGUARD_PASS))
        {
            fuzz_failed("a policy lets an attack pass", p, len);
        }

        decision_result(p, len, policy, &res);
        decision_range(p, len, policy, &res);
        decision_in_context(p, len, policy, &res);
        decision_encoded(p, len, policy, &res);
        decision_parts(p, len, policy, &res);

        decision_split(p, len, len / 2, policy);
        decision_split(p, len, len, policy);
    }
}


static void
decision_result(const unsigned char *p, size_t len, unsigned policy,
    const cguard_result_t *res)
{
    switch (res->reason) {

    case CGUARD_PASS:
        if (res->depth || res->start || res->end) {
            fuzz_failed("a pass with a range", p, len);
        }
        return;

    case CGUARD_VPNS:
        if (!(policy & CGUARD_NO_SSLVPN)) {
            fuzz_failed("reason vpns without its policy", p, len);
        }
        break;

    case CGUARD_PARENT:
        if (!(policy & CGUARD_ANY_PARENT)) {
            fuzz_failed("reason parent without its policy", p, len);
        }
        break;

    case CGUARD_TRAVERSAL:
    case CGUARD_QUERY:
    case CGUARD_MALFORMED:
        break;

    default:
        fuzz_failed("no reason of a target", p, len);
    }

    if (res->start >= res->end || res->end > len || res->depth > len) {
        fuzz_failed("a range or a depth that cannot be", p, len);
    }
}


/* what the range shows is enough for the verdict */

static void
decision_range(const unsigned char *p, size_t len, unsigned policy,
    const cguard_result_t *res)
{
    size_t            n;
    unsigned char    *part;
    cguard_reason_e   reason;

    if (res->reason == CGUARD_PASS) {
        return;
    }

    n = res->end - res->start;
    part = vectors_copy(p + res->start, n);
    reason = cguard_target(part, n, policy, NULL);

    /* without the "?" before it, a part of the query is a path */

    if (reason != res->reason
        && !(res->reason == CGUARD_QUERY && reason == CGUARD_TRAVERSAL))
    {
        fuzz_failed("the range alone is judged otherwise", p, len);
    }

    free(part);
}


/* a folder before it moves the range, a clean end changes no refusal */

static void
decision_in_context(const unsigned char *p, size_t len, unsigned policy,
    const cguard_result_t *res)
{
    size_t            n;
    unsigned char    *whole;
    cguard_result_t   other;

    if (len > DECISION_LONG && len % 16) {
        return;
    }

    whole = fuzz_join(NULL, 0, "/x/", p, len, &n);

    if (cguard_target(whole, n, policy, &other) != res->reason
        || (res->reason != CGUARD_PASS
            && (other.start != res->start + 3 || other.end != res->end + 3
                || other.depth != res->depth)))
    {
        fuzz_failed("judged otherwise in a folder", p, len);
    }

    free(whole);

    whole = fuzz_join(p, len, "/x", NULL, 0, &n);

    if (res->reason != CGUARD_PASS
        && cguard_target(whole, n, policy, NULL) == CGUARD_PASS)
    {
        fuzz_failed("passes with a clean end", p, len);
    }

    free(whole);
}


static int
decision_is_escape(const unsigned char *p, size_t len)
{
    return len > 2 && isxdigit(p[1]) && isxdigit(p[2]);
}


/*
 * One byte of the range encoded once more: not what counts for being raw or
 * one layer deep, nor a "%" that is unknown, and may be whole in a deeper one.
 */

static void
decision_encoded(const unsigned char *p, size_t len, unsigned policy,
    const cguard_result_t *res)
{
    char            escape[sizeof("%HH")];
    size_t          i, n, step;
    unsigned char  *whole;

    if (res->reason == CGUARD_PASS) {
        return;
    }

    step = len > DECISION_LONG ? len / 8 : len > 32 ? 7 : 1;

    for (i = res->start; i < res->end; i += step) {

        if (p[i] == '?' || (p[i] == '%' && !decision_is_escape(p + i, len - i))
            || (res->reason == CGUARD_MALFORMED && isprint(p[i])))
        {
            continue;
        }

        (void) snprintf(escape, sizeof(escape), i % 2 ? "%%%02x" : "%%%02X",
                        p[i]);

        whole = fuzz_join(p, i, escape, p + i + 1, len - i - 1, &n);

        if (cguard_target(whole, n, policy, NULL) == CGUARD_PASS) {
            fprintf(stderr, "fuzz: byte %zu encoded\n", i);
            fuzz_failed("passes with one byte encoded", p, len);
        }

        free(whole);
    }
}


/*
 * Taken apart, a target is judged as before, save for what is malformed: "#"
 * is ordinary, and so is a control byte that is not raw.
 */

static int
decision_differs(const cguard_result_t *parts, const cguard_result_t *target)
{
    if (target->reason == CGUARD_MALFORMED) {
        return parts->reason != CGUARD_PASS
               && (parts->reason != CGUARD_MALFORMED
                   || parts->start < target->start);
    }

    return memcmp(parts, target, sizeof(cguard_result_t)) != 0;
}


static void
decision_parts(const unsigned char *p, size_t len, unsigned policy,
    const cguard_result_t *res)
{
    size_t                plen, qlen;
    unsigned char        *path, *query;
    cguard_result_t       parts;
    const unsigned char  *mark;

    mark = len ? memchr(p, '?', len) : NULL;
    plen = mark ? (size_t) (mark - p) : len;
    qlen = mark ? len - plen - 1 : 0;

    path = vectors_copy(p, plen);
    query = mark ? vectors_copy(mark + 1, qlen) : NULL;

    (void) cguard_parts(path, plen, query, qlen, policy, &parts);

    if (decision_differs(&parts, res)) {
        fuzz_failed("path and query are judged otherwise", p, len);
    }

    free(path);
    free(query);
}


/* taken apart anywhere: as the target that it is with "?" between */

static void
decision_split(const unsigned char *p, size_t len, size_t at, unsigned policy)
{
    size_t            n;
    unsigned char    *path, *query, *whole;
    cguard_result_t   parts, target;

    path = vectors_copy(p, at);
    query = vectors_copy(p + at, len - at);

    if (cguard_parts(path, at, query, len - at, policy, &parts)
        != cguard_parts(path, at, query, len - at, policy, NULL))
    {
        fuzz_failed("two verdicts on the same parts", p, len);
    }

    if (at == 0
        || (memchr(p, '?', at) == NULL && memchr(p, '#', at) == NULL))
    {
        whole = fuzz_join(path, at, "?", query, len - at, &n);

        (void) cguard_target(whole, n, policy, &target);

        if (decision_differs(&parts, &target)) {
            fuzz_failed("parts are judged otherwise than joined", p, len);
        }

        free(whole);
    }

    free(path);
    free(query);
}


static void
decision_grown(const unsigned char *p, size_t len)
{
    size_t            i;
    unsigned char    *grown;
    cguard_result_t   res;

    grown = malloc(DECISION_GROWN);
    if (grown == NULL) {
        abort();
    }

    for (i = 0; i < DECISION_GROWN; i++) {
        grown[i] = p[i % len];
    }

    if (cguard_target(grown, DECISION_GROWN, 0, &res)
        != cguard_target(grown, DECISION_GROWN, 0, NULL))
    {
        fuzz_failed("two verdicts on the same target, grown", p, len);
    }

    decision_result(grown, DECISION_GROWN, 0, &res);
    decision_parts(grown, DECISION_GROWN, 0, &res);

    free(grown);
}
