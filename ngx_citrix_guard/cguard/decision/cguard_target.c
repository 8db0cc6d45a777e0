
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The verdict on a request target and on the two header fields.
 */


#include <stdint.h>
#include <string.h>

#include "cguard_target.h"
#include "cguard_decode.h"
#include "cguard_prefilter.h"
#include "cguard_unknown.h"


/* offsets have 32 bits; what is longer is refused unread */

#define CGUARD_MAX  (UINT32_MAX - 1)


/* a target in its two parts; "query" is NULL if there is none */

typedef struct {
    const unsigned char  *path;
    const unsigned char  *query;
    size_t                plen;
    size_t                qlen;
    uint8_t               layers;    /* in which a control byte counts */
} cguard_string_t;


/* what its readings show */

typedef struct {
    cguard_sign_t         parent;
    cguard_sign_t         vpns;
    cguard_sign_t         malformed;
    cguard_sign_t         guess[2];  /* a plain sign, and what could be one */
} cguard_readings_t;


static const char  *cguard_reason_names[] = {
    "pass", "traversal", "query", "vpns", "parent", "malformed", "header"
};


/* apart from "r", so that the automaton stays in registers */

static void
cguard_read_lenient(const unsigned char *p, size_t len, unsigned part,
    cguard_readings_t *r)
{
    cguard_signs_t   signs = { part == CGUARD_IN_PATH ? CGUARD_S_START : 0,
                               part, 0, &r->parent, &r->vpns };
    cguard_decode_t  d;

    cguard_decode_init(&d);
    cguard_decode(&d, p, (uint32_t) len, cguard_sign_char, &signs);
}


/* one in the path counts for more than one in the query */

static void
cguard_sign_merge(cguard_sign_t *sign, const cguard_sign_t *other)
{
    if (other->found && sign->found != CGUARD_IN_PATH) {
        *sign = *other;
    }
}


/*
 * All readings.  If everything is ASCII, the plain signs are those of the
 * lenient reading; what is not read may be a parent.
 * After the first raw "?" the string continues in the middle of a segment, but
 * only as Citrix's expression reads it: for the signs.
 */

static void
cguard_read(const cguard_string_t *s, cguard_readings_t *r)
{
    cguard_unknown_t  u;

    cguard_unknown(s->path, (uint32_t) s->plen, s->layers, &u);

    memset(r, 0, sizeof(cguard_readings_t));
    memcpy(r->guess, u.guess, sizeof(r->guess));
    r->malformed = u.control;

    if (u.ascii) {
        r->parent = u.parent;
        r->vpns = u.vpns;

    } else {
        cguard_read_lenient(s->path, u.read, CGUARD_IN_PATH, r);
    }

    if (s->query) {
        cguard_read_lenient(s->query, s->qlen, CGUARD_IN_QUERY, r);
    }

    cguard_sign_merge(&r->parent, &u.dropped[0]);
    cguard_sign_merge(&r->vpns, &u.dropped[1]);

    if (u.read < s->plen) {
        cguard_sign_found(&r->parent, CGUARD_IN_PATH, u.read - 1, u.read);
        cguard_sign_found(&r->malformed, CGUARD_IN_PATH, u.read - 1, u.read);
    }
}


static unsigned
cguard_depth_char(void *data, const cguard_char_t *ch,
    const cguard_escape_t *e, uint32_t npending)
{
    unsigned  *depth = data;

    for ( /* void */ ; npending; npending--, e++) {
        if (e->depth > *depth) {
            *depth = e->depth;
        }
    }

    if (ch->depth > *depth) {
        *depth = ch->depth;
    }

    return ch->c >= 0x80 ? CGUARD_MAY_MATTER : 0;
}


/*
 * No escape reaches over a segment's end, so a segment decodes by itself to
 * what it was in its place.
 */

static unsigned
cguard_depth(const cguard_string_t *s, const cguard_sign_t *sign)
{
    unsigned              depth;
    cguard_decode_t       d;
    const unsigned char  *p;

    depth = 0;
    p = sign->found == CGUARD_IN_QUERY ? s->query : s->path;

    cguard_decode_init(&d);
    cguard_decode(&d, p + sign->start, sign->end - sign->start,
                  cguard_depth_char, &depth);

    return depth;
}


/* the result takes in a sign, unless it is within the range already */

static void
cguard_result_add(cguard_result_t *res, const cguard_string_t *s,
    const cguard_sign_t *sign)
{
    size_t    shift, start, end;
    unsigned  depth;

    shift = sign->found == CGUARD_IN_QUERY ? s->plen + 1 : 0;
    start = shift + sign->start;
    end = shift + sign->end;

    if (start >= res->start && end <= res->end) {
        return;
    }

    depth = cguard_depth(s, sign);

    if (res->end == 0 || start < res->start) {
        res->start = start;
    }

    if (end > res->end) {
        res->end = end;
    }

    if (depth > res->depth) {
        res->depth = depth;
    }
}


static cguard_reason_e
cguard_result(cguard_result_t *res, cguard_reason_e reason,
    const cguard_string_t *s, const cguard_sign_t *a, const cguard_sign_t *b)
{
    if (res) {
        memset(res, 0, sizeof(cguard_result_t));

        res->reason = reason;

        /* the longer one first, since the other one may be within it */

        if (a && b && b->end > a->end) {
            cguard_result_add(res, s, b);
        }

        if (a) {
            cguard_result_add(res, s, a);
        }

        if (b) {
            cguard_result_add(res, s, b);
        }
    }

    return reason;
}


static cguard_reason_e
cguard_verdict(const cguard_string_t *s, const cguard_readings_t *r,
    unsigned policy, cguard_result_t *res)
{
    const cguard_sign_t  *parent, *vpns;

    parent = &r->parent;
    vpns = &r->vpns;

    /* the first of a sign is kept, so one in the path is known as such */

    if (parent->found == CGUARD_IN_PATH && vpns->found == CGUARD_IN_PATH) {
        return cguard_result(res, CGUARD_TRAVERSAL, s, parent, vpns);
    }

    if (r->guess[0].found) {
        return cguard_result(res, CGUARD_TRAVERSAL, s, &r->guess[0],
                             &r->guess[1]);
    }

    if (parent->found && vpns->found) {
        return cguard_result(res, CGUARD_QUERY, s, parent, vpns);
    }

    if (vpns->found && (policy & CGUARD_NO_SSLVPN)) {
        return cguard_result(res, CGUARD_VPNS, s, vpns, NULL);
    }

    if (parent->found == CGUARD_IN_PATH && (policy & CGUARD_ANY_PARENT)) {
        return cguard_result(res, CGUARD_PARENT, s, parent, NULL);
    }

    if (r->malformed.found) {
        return cguard_result(res, CGUARD_MALFORMED, s, &r->malformed, NULL);
    }

    return cguard_result(res, CGUARD_PASS, s, NULL, NULL);
}


static cguard_reason_e
cguard_judge(const cguard_string_t *s, unsigned policy, cguard_result_t *res)
{
    cguard_readings_t  r;

    /* where a parent is needed for every reason, its absence is enough */

    if (!(policy & CGUARD_NO_SSLVPN)
        && cguard_prefilter(s->path, s->plen)
        && (s->query == NULL || cguard_prefilter(s->query, s->qlen)))
    {
        return cguard_result(res, CGUARD_PASS, NULL, NULL, NULL);
    }

    if (s->plen > CGUARD_MAX || s->qlen > CGUARD_MAX) {
        return cguard_result(res, CGUARD_MALFORMED, NULL, NULL, NULL);
    }

    cguard_read(s, &r);

    return cguard_verdict(s, &r, policy, res);
}


cguard_reason_e
cguard_parts(const unsigned char *path, size_t plen,
    const unsigned char *query, size_t qlen, unsigned policy,
    cguard_result_t *res)
{
    cguard_string_t  s = { path, query, plen, qlen, 0 };

    return cguard_judge(&s, policy, res);
}


/* apart, so that a clean target does not pay for its frame */

CGUARD_NOINLINE cguard_reason_e
cguard_target_parts(const unsigned char *p, size_t len, unsigned policy,
    cguard_result_t *res)
{
    cguard_sign_t         malformed;
    cguard_string_t       s;
    cguard_reason_e       reason;
    const unsigned char  *query, *hash;

    query = len ? memchr(p, '?', len) : NULL;

    s.path = p;
    s.plen = query ? (size_t) (query++ - p) : len;
    s.query = query;
    s.qlen = len - s.plen - (query != NULL);
    s.layers = 1;

    reason = cguard_judge(&s, policy, res);

    if (reason != CGUARD_PASS && reason != CGUARD_MALFORMED) {
        return reason;
    }

    hash = s.plen ? memchr(p, '#', s.plen) : NULL;

    if (hash == NULL
        || (reason == CGUARD_MALFORMED && res
            && res->start < (size_t) (hash - p)))
    {
        return reason;
    }

    malformed.found = CGUARD_IN_PATH;
    malformed.start = (uint32_t) (hash - p);
    malformed.end = malformed.start + 1;

    return cguard_result(res, CGUARD_MALFORMED, &s, &malformed, NULL);
}


cguard_reason_e
cguard_target(const unsigned char *p, size_t len, unsigned policy,
    cguard_result_t *res)
{
    if (res == NULL && !(policy & CGUARD_NO_SSLVPN)
        && cguard_prefilter(p, len))
    {
        return CGUARD_PASS;
    }

    return cguard_target_parts(p, len, policy, res);
}


int
cguard_header_is(const unsigned char *name, size_t nlen, const char *upper)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < nlen; i++) {
        c = name[i];

        if (c >= 'a' && c <= 'z') {
            c -= 0x20;

        } else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
            c = '_';
        }

        if (c != (unsigned char) upper[i]) {
            return 0;
        }
    }

    return upper[nlen] == '\0';
}


cguard_reason_e
cguard_header(const unsigned char *name, size_t nlen,
    const unsigned char *value, size_t vlen, cguard_result_t *res)
{
    cguard_string_t    s = { value, NULL, vlen, 0, 0 };
    cguard_readings_t  r;

    if ((nlen != 8 || !cguard_header_is(name, nlen, "NSC_USER"))
        && (nlen != 9 || !cguard_header_is(name, nlen, "NSC_NONCE")))
    {
        return cguard_result(res, CGUARD_PASS, NULL, NULL, NULL);
    }

    if (vlen > CGUARD_MAX) {
        return cguard_result(res, CGUARD_HEADER, NULL, NULL, NULL);
    }

    cguard_read(&s, &r);

    if (r.parent.found) {
        return cguard_result(res, CGUARD_HEADER, &s, &r.parent, NULL);
    }

    return cguard_result(res, CGUARD_PASS, NULL, NULL, NULL);
}


const char *
cguard_reason_name(cguard_reason_e reason)
{
    return cguard_reason_names[reason];
}
