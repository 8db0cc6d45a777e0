
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules.  An input is the text of a rule, a line feed, and a target.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_rule_parse.h"
#include "fuzz.h"
#include "request.h"
#include "vectors.h"


#define RULES_LONGEST  256
#define RULES_BLOCKS   10
#define RULES_HEADERS  "Host: x | X-One: a%41 | x_one: b+c"
#define RULES_BODY     "login=a%2Bb+c"


typedef struct {
    cguard_rule_t         rule;
    cguard_rule_t         pass;      /* the same as an exception */
    unsigned              passes;    /* there can be one */
    request_words_t       words[2];
} rules_made_t;


typedef struct {
    size_t                n;
    void                 *block[RULES_BLOCKS];
} rules_memory_t;


static int rules_read(rules_made_t *made, const char *text, size_t len);
static void rules_judge(const rules_made_t *made, const unsigned char *target,
    size_t len);
static int rules_match(const cguard_rule_t *rule, const unsigned char *target,
    size_t len, int body, int raw);
static void rules_gated(const cguard_rule_t *rule, const request_t *r);
static void *rules_alloc(void *data, size_t size);
static int rules_measures(const cguard_rule_t *rule);
static void rules_encoded(const cguard_rule_t *rule,
    const unsigned char *target, size_t len);


static cguard_matcher_t  *rules_matcher;


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          n;
    rules_made_t    made;
    unsigned char  *target;
    const uint8_t  *end;

    if (rules_matcher == NULL) {
        rules_matcher = cguard_matcher_create();
    }

    end = size ? memchr(data, '\n', size) : NULL;

    if (end == NULL) {
        return 0;
    }

    n = (size_t) (end - data);

    if (rules_read(&made, (const char *) data, n) == -1) {
        return 0;
    }

    target = vectors_copy(end + 1, size - n - 1);

    rules_judge(&made, target, size - n - 1);

    free(target);
    cguard_rule_free(&made.rule);
    cguard_rule_free(&made.pass);

    return 0;
}


/* reads the text as a rule, and as one with "pass" */

static int
rules_read(rules_made_t *made, const char *text, size_t len)
{
    char    line[RULES_LONGEST + 16], error[CGUARD_RULE_ERROR];
    size_t  i, words;

    words = 0;

    for (i = 0; i < len; i++) {
        words += text[i] == ' ';
    }

    if (len > RULES_LONGEST || memchr(text, '\0', len)
        || words > REQUEST_WORDS - 4)
    {
        return -1;
    }

    memset(made, 0, sizeof(rules_made_t));

    (void) snprintf(line, sizeof(line), "id %.*s", (int) len, text);
    request_split(&made->words[0], line);

    if (cguard_rule_parse(&made->rule, made->words[0].word, made->words[0].n,
                          error)
        == -1)
    {
        return -1;
    }

    (void) snprintf(line, sizeof(line), "id %.*s pass", (int) len, text);
    request_split(&made->words[1], line);

    made->passes = made->rule.action == CGUARD_RULE_BLOCK
                   && cguard_rule_parse(&made->pass, made->words[1].word,
                                        made->words[1].n, error)
                      == 0;

    return 0;
}


static void
rules_judge(const rules_made_t *made, const unsigned char *target, size_t len)
{
    int  rc, known;

    rc = rules_match(&made->rule, target, len, 0, 1);
    known = rules_match(&made->rule, target, len, 1, 1);

    if (known == CGUARD_RULE_NEED_BODY
        || (rc != CGUARD_RULE_NEED_BODY && rc != known))
    {
        fuzz_failed("another verdict with the body", target, len);
    }

    /* what all forms have to say, one of them says */

    if (made->passes && known == 0
        && rules_match(&made->pass, target, len, 1, 1) == 1)
    {
        fuzz_failed("an exception matches where the rule does not", target,
                    len);
    }

    if (known == 1 && made->rule.action != CGUARD_RULE_PASS
        && !rules_measures(&made->rule))
    {
        rules_encoded(&made->rule, target, len);
    }
}


/* the verdict on a request for the target, without its raw form or with it */

static int
rules_match(const cguard_rule_t *rule, const unsigned char *target,
    size_t len, int body, int raw)
{
    int        rc;
    request_t  r;

    request_init(&r, "GET", target, len, RULES_HEADERS,
                 sizeof(RULES_HEADERS) - 1);

    if (!raw && r.subject.nforms > 1) {
        r.subject.nforms--;
        memmove(&r.subject.form[0], &r.subject.form[1],
                r.subject.nforms * sizeof(cguard_form_t));
    }

    if (body) {
        request_body(&r, (const unsigned char *) RULES_BODY,
                     sizeof(RULES_BODY) - 1);
        r.subject.body_whole = 1;
    }

    rc = cguard_rule_match(rule, &r.subject, rules_matcher);

    if (rc > 0) {
        rules_gated(rule, &r);
    }

    request_free(&r);

    return rc;
}


/* a rule that matches is a candidate */

static void
rules_gated(const cguard_rule_t *rule, const request_t *r)
{
    cguard_rules_t        set;
    rules_memory_t        memory = { 0, { NULL } };
    cguard_ac_hits_t    hits;
    const cguard_rule_t  *rules[1];

    rules[0] = rule;

    if (cguard_rules_build(&set, rules, 1, rules_alloc, &memory) == -1) {
        abort();
    }

    cguard_rules_candidates(&set, &r->subject, &hits);

    if (hits.bits[0] != 1) {
        fuzz_failed("a rule that matches is no candidate",
                    r->subject.form[0].data, r->subject.form[0].len);
    }

    while (memory.n) {
        free(memory.block[--memory.n]);
    }
}


static void *
rules_alloc(void *data, size_t size)
{
    rules_memory_t  *memory = data;

    if (memory->n == RULES_BLOCKS) {
        return NULL;
    }

    memory->block[memory->n] = malloc(size);

    return memory->block[memory->n++];
}


static int
rules_measures(const cguard_rule_t *rule)
{
    unsigned  i;

    for (i = 0; i < rule->n; i++) {
        if (rule->condition[i].measure != CGUARD_MEASURE_NONE) {
            return 1;
        }
    }

    return 0;
}


/*
 * What a rule finds in a target, but for its raw form, it finds as well when
 * each byte of path and query is encoded once more.
 */

static void
rules_encoded(const cguard_rule_t *rule, const unsigned char *target,
    size_t len)
{
    int             query;
    size_t          i, n;
    unsigned char  *p;

    static const char  hex[] = "0123456789abcdef";

    if (rules_match(rule, target, len, 1, 0) != 1) {
        return;
    }

    p = malloc(3 * len + 1);
    if (p == NULL) {
        abort();
    }

    query = 0;
    n = 0;

    for (i = 0; i < len; i++) {

        if (target[i] == '?' && !query) {
            query = 1;
            p[n++] = '?';
            continue;
        }

        p[n++] = '%';
        p[n++] = (unsigned char) hex[target[i] >> 4];
        p[n++] = (unsigned char) hex[target[i] & 0xf];
    }

    if (rules_match(rule, p, n, 1, 1) == 0) {
        fuzz_failed("no match when it is encoded once more", target, len);
    }

    free(p);
}
