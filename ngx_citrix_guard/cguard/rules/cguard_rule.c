
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does a rule match a request, and which rules of a set can match?  A
 * condition is tested on each form of its part of the request until the result
 * is certain.
 */


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cguard_aho_corasick.h"
#include "cguard_form.h"
#include "cguard_pattern.h"
#include "cguard_rule.h"


/*
 * Combines the results of all forms of a string for one condition.  "any" is 1
 * for a rule that refuses: one form is enough; 0 for an exception: all forms
 * have to match.
 */

static int
cguard_condition_text(const cguard_condition_t *c, const unsigned char *p,
    size_t len, cguard_matcher_t *m)
{
    int  rc;

    /* too short for the literal; "negative" conditions have none */

    if (len < c->nliteral) {
        return 0;
    }

    rc = cguard_pattern_match(m, &c->pattern, p, len);

    return rc < 0 ? rc : rc != (int) c->negative;
}


static int
cguard_condition_target(const cguard_condition_t *c, unsigned any,
    const cguard_subject_t *s, cguard_matcher_t *m)
{
    int                   rc;
    size_t                len;
    unsigned              i;
    const unsigned char  *p;
    const cguard_form_t  *form;

    rc = 0;

    for (i = 0; i < s->nforms; i++) {

        form = &s->form[i];
        p = form->data;
        len = form->len;

        if (c->part == CGUARD_IN_RULE_PATH) {
            len = form->path;

        } else if (c->part == CGUARD_IN_RULE_QUERY) {
            p += form->path;
            len -= form->path;

            if (len) {
                p++;
                len--;
            }
        }

        rc = cguard_condition_text(c, p, len, m);

        if (rc < 0 || rc == (int) any) {
            return rc;
        }
    }

    return rc;
}


static int
cguard_condition_value(const cguard_condition_t *c, unsigned any,
    const unsigned char *p, size_t len, const cguard_subject_t *s,
    cguard_matcher_t *m)
{
    int            rc;
    unsigned       i, n;
    cguard_form_t  form[CGUARD_FORM_MAX];

    rc = 0;

    n = cguard_form_value(p, len, c->part == CGUARD_IN_RULE_BODY, s->scratch,
                          s->nscratch, form);

    if (n == 0) {
        return CGUARD_RULE_NO_ROOM;
    }

    for (i = 0; i < n; i++) {
        rc = cguard_condition_text(c, form[i].data, form[i].len, m);

        if (rc < 0 || rc == (int) any) {
            return rc;
        }
    }

    return rc;
}


static int
cguard_condition_compare(const cguard_condition_t *c, size_t n)
{
    switch (c->compare) {

    case CGUARD_LESS:
        return n < c->number;

    case CGUARD_NOT_LESS:
        return n >= c->number;

    case CGUARD_MORE:
        return n > c->number;

    case CGUARD_NOT_MORE:
        return n <= c->number;

    default:  /* CGUARD_EQUAL */
        return n == c->number;
    }
}


/*
 * Compares names of header fields as CGI passes them on: letter case is
 * ignored, and all characters but letters and digits are the same (RFC 3875,
 * section 4.1.18).
 */

static const uint8_t  cguard_name_byte[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
    ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
    ['A'] = 'a', ['a'] = 'a', ['B'] = 'b', ['b'] = 'b',
    ['C'] = 'c', ['c'] = 'c', ['D'] = 'd', ['d'] = 'd',
    ['E'] = 'e', ['e'] = 'e', ['F'] = 'f', ['f'] = 'f',
    ['G'] = 'g', ['g'] = 'g', ['H'] = 'h', ['h'] = 'h',
    ['I'] = 'i', ['i'] = 'i', ['J'] = 'j', ['j'] = 'j',
    ['K'] = 'k', ['k'] = 'k', ['L'] = 'l', ['l'] = 'l',
    ['M'] = 'm', ['m'] = 'm', ['N'] = 'n', ['n'] = 'n',
    ['O'] = 'o', ['o'] = 'o', ['P'] = 'p', ['p'] = 'p',
    ['Q'] = 'q', ['q'] = 'q', ['R'] = 'r', ['r'] = 'r',
    ['S'] = 's', ['s'] = 's', ['T'] = 't', ['t'] = 't',
    ['U'] = 'u', ['u'] = 'u', ['V'] = 'v', ['v'] = 'v',
    ['W'] = 'w', ['w'] = 'w', ['X'] = 'x', ['x'] = 'x',
    ['Y'] = 'y', ['y'] = 'y', ['Z'] = 'z', ['z'] = 'z'
};


static int
cguard_name_is(const cguard_word_t *a, const cguard_word_t *b)
{
    size_t                i;
    const unsigned char  *x, *y;

    if (a->len != b->len) {
        return 0;
    }

    x = (const unsigned char *) a->data;
    y = (const unsigned char *) b->data;

    for (i = 0; i < a->len; i++) {
        if (cguard_name_byte[x[i]] != cguard_name_byte[y[i]]) {
            return 0;
        }
    }

    return 1;
}


/* one of 64 bits for a name; different names may share a bit */

static uint64_t
cguard_name_bit(const cguard_word_t *name)
{
    size_t                hash;
    const unsigned char  *p;

    if (name->len == 0) {
        return 1;
    }

    p = (const unsigned char *) name->data;

    hash = name->len + 5u * cguard_name_byte[p[0]]
           + 11u * cguard_name_byte[p[name->len / 2]]
           + 17u * cguard_name_byte[p[name->len - 1]];

    return 1ULL << hash % 64;
}


/*
 * Any field of that name is enough; an exception needs all of them.  Without a
 * field there is no value to match, so only "!" holds.
 */

static int
cguard_condition_header(const cguard_condition_t *c, unsigned any,
    const cguard_subject_t *s, cguard_matcher_t *m)
{
    int            rc;
    size_t         i, count;
    cguard_word_t  name, value;

    count = 0;
    rc = c->measure == CGUARD_MEASURE_NONE && c->negative;

    for (i = 0; s->header(s->data, &i, &name, &value); /* void */ ) {

        if (!cguard_name_is(&name, &c->name)) {
            continue;
        }

        count++;

        if (c->measure == CGUARD_MEASURE_COUNT) {
            continue;
        }

        if (c->measure == CGUARD_MEASURE_LENGTH) {
            rc = cguard_condition_compare(c, value.len);

        } else {
            rc = cguard_condition_value(c, any,
                                        (const unsigned char *) value.data,
                                        value.len, s, m);
        }

        if (rc < 0 || rc == (int) any) {
            return rc;
        }
    }

    return c->measure == CGUARD_MEASURE_COUNT
               ? cguard_condition_compare(c, count) : rc;
}


/* the number of fields, or their length as HTTP/1 writes them */

static int
cguard_condition_headers(const cguard_condition_t *c,
    const cguard_subject_t *s)
{
    size_t         i, n;
    cguard_word_t  name, value;

    n = 0;

    for (i = 0; s->header(s->data, &i, &name, &value); /* void */ ) {
        n += c->measure == CGUARD_MEASURE_COUNT
                 ? 1 : name.len + value.len + sizeof(": \r\n") - 1;
    }

    return cguard_condition_compare(c, n);
}


static int
cguard_condition_measure(const cguard_condition_t *c,
    const cguard_subject_t *s)
{
    const cguard_form_t  *raw;

    raw = &s->form[0];

    switch (c->part) {

    case CGUARD_IN_RULE_PATH:
        return cguard_condition_compare(c, raw->path);

    case CGUARD_IN_RULE_QUERY:
        return cguard_condition_compare(c, raw->len - raw->path
                                           - (raw->len != raw->path));

    case CGUARD_IN_RULE_METHOD:
        return cguard_condition_compare(c, s->method.len);

    default:  /* CGUARD_IN_RULE_TARGET */
        return cguard_condition_compare(c, raw->len);
    }
}


static int
cguard_condition_host(const cguard_condition_t *c, unsigned any,
    const cguard_subject_t *s, cguard_matcher_t *m)
{
    int                   rc;
    const cguard_word_t  *host;

    for (host = &s->host; /* void */ ; host = &s->authority) {

        rc = c->measure == CGUARD_MEASURE_LENGTH
                 ? cguard_condition_compare(c, host->len)
                 : cguard_condition_text(c, (const unsigned char *) host->data,
                                         host->len, m);

        if (rc < 0 || rc == (int) any || host == &s->authority
            || s->authority.data == NULL)
        {
            return rc;
        }
    }
}


/*
 * If the length of a body was not announced, it is read to its end, or to one
 * byte more than the length that it is compared with.
 */

static int
cguard_condition_body_length(const cguard_condition_t *c,
    const cguard_subject_t *s)
{
    if (s->body_length != CGUARD_RULE_UNANNOUNCED) {
        return cguard_condition_compare(c, s->body_length);
    }

    if (!s->body_known) {
        return CGUARD_RULE_NEED_BODY;
    }

    return cguard_condition_compare(c, s->nbody + !s->body_whole);
}


static int
cguard_condition_match(const cguard_condition_t *c, unsigned any,
    const cguard_subject_t *s, cguard_matcher_t *m)
{
    switch (c->part) {

    case CGUARD_IN_RULE_HOST:
        return cguard_condition_host(c, any, s, m);

    case CGUARD_IN_RULE_HEADER:
        return cguard_condition_header(c, any, s, m);

    case CGUARD_IN_RULE_HEADERS:
        return cguard_condition_headers(c, s);

    case CGUARD_IN_RULE_BODY:
        if (c->measure == CGUARD_MEASURE_LENGTH) {
            return cguard_condition_body_length(c, s);
        }

        if (!s->body_known) {
            return CGUARD_RULE_NEED_BODY;
        }

        return cguard_condition_value(c, any, s->body,
                                      s->nbody < c->number ? s->nbody
                                                           : c->number,
                                      s, m);

    default:
        break;
    }

    if (c->measure != CGUARD_MEASURE_NONE) {
        return cguard_condition_measure(c, s);
    }

    if (c->part != CGUARD_IN_RULE_METHOD) {
        return cguard_condition_target(c, any, s, m);
    }

    return cguard_condition_text(c, (const unsigned char *) s->method.data,
                                 s->method.len, m);
}


int
cguard_rule_match(const cguard_rule_t *rule, const cguard_subject_t *s,
    cguard_matcher_t *m)
{
    int       rc, need;
    unsigned  i, any;

    any = rule->action != CGUARD_RULE_PASS;
    need = 0;

    for (i = 0; i < rule->n; i++) {

        rc = cguard_condition_match(&rule->condition[i], any, s, m);

        if (rc == CGUARD_RULE_NEED_BODY) {
            need = 1;
            continue;
        }

        if (rc != 1) {
            return rc;
        }
    }

    return need ? CGUARD_RULE_NEED_BODY : 1;
}


/* the longest literal that the conditions on the target require */

static const cguard_condition_t *
cguard_rule_literal(const cguard_rule_t *rule)
{
    unsigned                   i;
    const cguard_condition_t  *c, *best;

    best = NULL;

    for (i = 0; i < rule->n; i++) {
        c = &rule->condition[i];

        if (c->part <= CGUARD_IN_RULE_TARGET && c->nliteral
            && (best == NULL || c->nliteral > best->nliteral))
        {
            best = c;
        }
    }

    return best;
}


/* does a condition require that its header field exists? */

static int
cguard_condition_requires(const cguard_condition_t *c)
{
    if (c->part != CGUARD_IN_RULE_HEADER) {
        return 0;
    }

    switch (c->measure) {

    case CGUARD_MEASURE_NONE:
        return !c->negative;

    case CGUARD_MEASURE_COUNT:
        return !cguard_condition_compare(c, 0);

    default:  /* CGUARD_MEASURE_LENGTH */
        return 1;
    }
}


/* bits of the header fields that a rule requires */

static uint64_t
cguard_rule_required(const cguard_rule_t *rule)
{
    unsigned  i;
    uint64_t  required;

    required = 0;

    for (i = 0; i < rule->n; i++) {
        if (cguard_condition_requires(&rule->condition[i])) {
            required |= cguard_name_bit(&rule->condition[i].name);
        }
    }

    return required;
}


int
cguard_rules_build(cguard_rules_t *set, const cguard_rule_t **rules, size_t n,
    cguard_alloc_pt alloc, void *data)
{
    size_t                     i, nliterals;
    cguard_ac_literal_t       *literals, *l;
    const cguard_condition_t  *c;

    memset(set, 0, sizeof(cguard_rules_t));

    if (n > CGUARD_AC_MAX) {
        return -1;
    }

    set->rules = rules;
    set->n = n;

    literals = alloc(data, (n + 1) * sizeof(cguard_ac_literal_t));
    set->required = alloc(data, (n + 1) * sizeof(uint64_t));

    if (literals == NULL || set->required == NULL) {
        return -1;
    }

    nliterals = 0;

    for (i = 0; i < n; i++) {
        c = cguard_rule_literal(rules[i]);
        set->required[i] = cguard_rule_required(rules[i]);

        if (c == NULL) {
            set->always.bits[i / 64] |= 1ULL << i % 64;
            set->any_required |= set->required[i] != 0;
            continue;
        }

        l = &literals[nliterals++];
        l->data = c->literal;
        l->len = c->nliteral;
        l->number = (unsigned) i;
    }

    return cguard_ac_build(&set->automaton, literals, nliterals, alloc, data);
}


/* removes rules that require a header field which is missing */

static void
cguard_rules_drop_unmet(const cguard_rules_t *set, const cguard_subject_t *s,
    cguard_ac_hits_t *hits)
{
    size_t         i, n;
    uint64_t       present, word, bit;
    cguard_word_t  name, value;

    present = 0;

    for (i = 0; s->header(s->data, &i, &name, &value); /* void */ ) {
        present |= cguard_name_bit(&name);
    }

    for (n = 0; n < set->n; n += 64) {

        word = hits->bits[n / 64];
        bit = 1;

        for (i = n; word; i++, word >>= 1, bit <<= 1) {
            if ((word & 1) && (set->required[i] & ~present)) {
                hits->bits[n / 64] &= ~bit;
            }
        }
    }
}


void
cguard_rules_candidates(const cguard_rules_t *set, const cguard_subject_t *s,
    cguard_ac_hits_t *hits)
{
    unsigned  i;

    memcpy(hits->bits, set->always.bits, (set->n + 63) / 64 * 8);

    for (i = 0; i < s->nforms; i++) {
        cguard_ac_search(&set->automaton, s->form[i].data, s->form[i].len,
                         hits);
    }

    if (set->any_required) {
        cguard_rules_drop_unmet(set, s, hits);
    }
}
