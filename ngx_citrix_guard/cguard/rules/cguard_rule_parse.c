
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Parses a rule:
 *
 *   ID TARGET PATTERN [and TARGET PATTERN]... [detect|block|pass]
 *      [msg=TEXT] [of=ID,...] [case]
 */


#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cguard_literal.h"
#include "cguard_pattern.h"
#include "cguard_rule_parse.h"


typedef struct {
    const char           *name;
    cguard_part_e         part;
    unsigned              named;     /* "header:NAME" */
    unsigned              measures;  /* 1 << cguard_measure_e */
} cguard_target_name_t;


#define CGUARD_ANY_PATTERN   (1 << CGUARD_MEASURE_NONE)
#define CGUARD_ANY_LENGTH    (1 << CGUARD_MEASURE_LENGTH)
#define CGUARD_ANY_COUNT     (1 << CGUARD_MEASURE_COUNT)

#define CGUARD_TARGETS                                                        \
    "path, query, target, method, host, header:NAME, body:N, length: or "     \
    "count: with one of these, length:body, length:headers or count:headers"


static const cguard_target_name_t  cguard_target_names[] = {
    { "path", CGUARD_IN_RULE_PATH, 0,
      CGUARD_ANY_PATTERN|CGUARD_ANY_LENGTH },
    { "query", CGUARD_IN_RULE_QUERY, 0,
      CGUARD_ANY_PATTERN|CGUARD_ANY_LENGTH },
    { "target", CGUARD_IN_RULE_TARGET, 0,
      CGUARD_ANY_PATTERN|CGUARD_ANY_LENGTH },
    { "method", CGUARD_IN_RULE_METHOD, 0,
      CGUARD_ANY_PATTERN|CGUARD_ANY_LENGTH },
    { "host", CGUARD_IN_RULE_HOST, 0,
      CGUARD_ANY_PATTERN|CGUARD_ANY_LENGTH },
    { "headers", CGUARD_IN_RULE_HEADERS, 0,
      CGUARD_ANY_LENGTH|CGUARD_ANY_COUNT },
    { "header:", CGUARD_IN_RULE_HEADER, 1,
      CGUARD_ANY_PATTERN|CGUARD_ANY_LENGTH|CGUARD_ANY_COUNT },
    { "body:", CGUARD_IN_RULE_BODY, 1, CGUARD_ANY_PATTERN },
    { "body", CGUARD_IN_RULE_BODY, 0, CGUARD_ANY_LENGTH },
    { NULL, CGUARD_IN_RULE_PATH, 0, 0 }
};


__attribute__((format(printf, 2, 3)))
static int
cguard_rule_error(char *error, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(error, CGUARD_RULE_ERROR, fmt, args);
    va_end(args);

    return -1;
}


static int
cguard_word_is(const cguard_word_t *w, const char *text)
{
    return w->len == strlen(text) && memcmp(w->data, text, w->len) == 0;
}


/* does the word begin with "prefix"? "rest" is what follows it */

static int
cguard_word_begins(const cguard_word_t *w, const char *prefix,
    cguard_word_t *rest)
{
    size_t  len;

    len = strlen(prefix);

    if (w->len < len || memcmp(w->data, prefix, len) != 0) {
        return 0;
    }

    rest->data = w->data + len;
    rest->len = w->len - len;

    return 1;
}


/* a number, with an optional "k" after it and nothing else */

static int
cguard_word_number(const cguard_word_t *w, size_t *number)
{
    size_t  i, value;

    value = 0;

    for (i = 0; i < w->len && w->data[i] >= '0' && w->data[i] <= '9'; i++) {
        value = value * 10 + (size_t) (w->data[i] - '0');

        if (value > 1024 * 1024 * 1024) {
            return -1;
        }
    }

    if (i && i + 1 == w->len && (w->data[i] | 0x20) == 'k') {
        value *= 1024;
        i++;
    }

    *number = value;

    return i && i == w->len ? 0 : -1;
}


/* letters, digits, "-", "_" and "." */

static int
cguard_word_plain(const cguard_word_t *w)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < w->len; i++) {
        c = (unsigned char) w->data[i];

        if (!((c >= '0' && c <= '9')
              || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
              || c == '-' || c == '_' || c == '.'))
        {
            return 0;
        }
    }

    return w->len != 0;
}


static int
cguard_rule_id(cguard_rule_t *rule, const cguard_word_t *id, char *error)
{
    if (id->len > CGUARD_RULE_ID || !cguard_word_plain(id)) {
        return cguard_rule_error(error, "invalid rule ID \"%.*s\", it must be "
                                 "1 to %d letters, digits, \"-\", \"_\" "
                                 "or \".\"", (int) id->len, id->data,
                                 CGUARD_RULE_ID);
    }

    rule->id = *id;

    return 0;
}


static int
cguard_condition_target(cguard_condition_t *c, const cguard_word_t *word,
    char *error)
{
    cguard_word_t                rest, name;
    const cguard_target_name_t  *t;

    c->measure = CGUARD_MEASURE_NONE;
    rest = *word;

    name.data = NULL;
    name.len = 0;

    if (cguard_word_begins(word, "length:", &rest)) {
        c->measure = CGUARD_MEASURE_LENGTH;

    } else if (cguard_word_begins(word, "count:", &rest)) {
        c->measure = CGUARD_MEASURE_COUNT;
    }

    for (t = cguard_target_names; t->name; t++) {
        if (t->named ? cguard_word_begins(&rest, t->name, &name)
                     : cguard_word_is(&rest, t->name))
        {
            break;
        }
    }

    if (t->name == NULL || !(t->measures & (1u << c->measure))) {
        return cguard_rule_error(error, "invalid target \"%.*s\", it must be "
                                 "one of " CGUARD_TARGETS, (int) word->len,
                                 word->data);
    }

    c->part = t->part;

    if (t->part == CGUARD_IN_RULE_HEADER) {
        c->name = name;

        if (!cguard_word_plain(&name)) {
            return cguard_rule_error(error, "invalid header name in target "
                                     "\"%.*s\"", (int) word->len, word->data);
        }
    }

    if (t->part == CGUARD_IN_RULE_BODY && t->named
        && (cguard_word_number(&name, &c->number) == -1
            || c->number == 0 || c->number > CGUARD_RULE_BODY))
    {
        return cguard_rule_error(error, "invalid number in target \"%.*s\", "
                                 "it must be from 1 to 1024k bytes",
                                 (int) word->len, word->data);
    }

    return 0;
}


static int
cguard_condition_number(cguard_condition_t *c, const cguard_word_t *word,
    char *error)
{
    size_t         i;
    cguard_word_t  rest;

    static const struct {
        const char        *text;
        cguard_compare_e   compare;
    } signs[] = {
        { ">=", CGUARD_NOT_LESS },
        { "<=", CGUARD_NOT_MORE },
        { ">", CGUARD_MORE },
        { "<", CGUARD_LESS },
        { "=", CGUARD_EQUAL }
    };

    for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (cguard_word_begins(word, signs[i].text, &rest)
            && cguard_word_number(&rest, &c->number) == 0)
        {
            c->compare = signs[i].compare;
            break;
        }
    }

    if (i < sizeof(signs) / sizeof(signs[0])) {

        if (c->part == CGUARD_IN_RULE_BODY && c->number > CGUARD_RULE_BODY) {
            return cguard_rule_error(error, "invalid comparison \"%.*s\" with "
                                     "the length of a body, the number must "
                                     "not exceed 1024k", (int) word->len,
                                     word->data);
        }

        return 0;
    }

    return cguard_rule_error(error, "invalid comparison \"%.*s\", it must be "
                             "\">\", \">=\", \"<\", \"<=\" or \"=\" and a "
                             "number, such as \">255\" or \">=4k\"",
                             (int) word->len, word->data);
}


static int
cguard_condition_pattern(cguard_condition_t *c, const cguard_word_t *word,
    unsigned flags, char *error)
{
    char    why[CGUARD_PATTERN_ERROR];
    size_t  offset;

    c->negative = cguard_word_begins(word, "!", &c->text);

    if (!c->negative) {
        c->text = *word;
    }

    if (c->text.len == 0) {
        return cguard_rule_error(error, "empty pattern");
    }

    if (cguard_pattern_compile(&c->pattern, c->text.data, c->text.len, flags,
                               why, &offset)
        == -1)
    {
        return cguard_rule_error(error, "invalid pattern \"%.*s\": %s at "
                                 "offset %zu", (int) c->text.len,
                                 c->text.data, why, offset);
    }

    if (!c->negative) {
        c->nliteral = cguard_literal(c->text.data, c->text.len, c->literal,
                                     sizeof(c->literal));
    }

    return 0;
}


static int
cguard_rule_condition(cguard_rule_t *rule, const cguard_word_t *word,
    unsigned flags, char *error)
{
    int                  rc;
    size_t               body;
    cguard_condition_t  *c;

    if (rule->n == CGUARD_RULE_CONDITIONS) {
        return cguard_rule_error(error, "too many conditions, at most %d",
                                 CGUARD_RULE_CONDITIONS);
    }

    c = &rule->condition[rule->n++];

    if (cguard_condition_target(c, &word[0], error) == -1) {
        return -1;
    }

    rc = c->measure == CGUARD_MEASURE_NONE
             ? cguard_condition_pattern(c, &word[1], flags, error)
             : cguard_condition_number(c, &word[1], error);

    if (c->part == CGUARD_IN_RULE_BODY) {

        /* one byte more shows that a body is longer */

        body = c->number + (c->measure == CGUARD_MEASURE_LENGTH);

        if (body > rule->body) {
            rule->body = body;
        }
    }

    return rc;
}


/* the number of words in "TARGET PATTERN [and TARGET PATTERN]..." */

static size_t
cguard_rule_extent(const cguard_word_t *word, size_t n)
{
    size_t  i;

    i = 2;

    while (i < n && cguard_word_is(&word[i], "and")) {
        i += 3;
    }

    return i;
}


/* 1 if the word is an action, 0 if it is another option */

static int
cguard_rule_option(cguard_rule_t *rule, const cguard_word_t *word,
    unsigned *flags, char *error)
{
    if (cguard_word_begins(word, "msg=", &rule->msg)
        || cguard_word_begins(word, "of=", &rule->scope))
    {
        return 0;
    }

    if (cguard_word_is(word, "case")) {
        *flags |= CGUARD_PATTERN_CASE;
        return 0;
    }

    if (cguard_word_is(word, "detect")) {
        rule->action = CGUARD_RULE_DETECT;
        return 1;
    }

    if (cguard_word_is(word, "block")) {
        rule->action = CGUARD_RULE_BLOCK;
        return 1;
    }

    if (cguard_word_is(word, "pass")) {
        rule->action = CGUARD_RULE_PASS;
        return 1;
    }

    if (cguard_word_is(word, "and")) {
        return cguard_rule_error(error, "\"and\" after an option: conditions "
                                 "come first");
    }

    return cguard_rule_error(error, "invalid parameter \"%.*s\", it must be "
                             "\"and\", \"detect\", \"block\", \"pass\", "
                             "\"msg=TEXT\", \"of=ID,...\" or \"case\"",
                             (int) word->len, word->data);
}


static int
cguard_rule_options(cguard_rule_t *rule, const cguard_word_t *word, size_t n,
    unsigned *flags, char *error)
{
    int       rc;
    unsigned  actions;

    actions = 0;

    for ( /* void */ ; n; n--, word++) {

        rc = cguard_rule_option(rule, word, flags, error);
        if (rc == -1) {
            return -1;
        }

        actions += (unsigned) rc;
    }

    if (actions > 1) {
        return cguard_rule_error(error, "more than one of \"detect\", "
                                 "\"block\" and \"pass\"");
    }

    if (rule->scope.data && rule->scope.len == 0) {
        return cguard_rule_error(error, "\"of=\" without an ID");
    }

    if (rule->scope.data && rule->action != CGUARD_RULE_PASS) {
        return cguard_rule_error(error, "\"of=\" is for a rule with \"pass\" "
                                 "only");
    }

    return 0;
}


int
cguard_rule_parse(cguard_rule_t *rule, const cguard_word_t *word, size_t n,
    char error[CGUARD_RULE_ERROR])
{
    size_t    i, extent;
    unsigned  flags;

    memset(rule, 0, sizeof(cguard_rule_t));

    rule->action = CGUARD_RULE_BLOCK;
    flags = 0;

    if (n == 0) {
        return cguard_rule_error(error, "a rule needs an ID");
    }

    if (cguard_rule_id(rule, word++, error) == -1) {
        return -1;
    }

    n--;
    extent = cguard_rule_extent(word, n);

    if (extent > n) {
        return cguard_rule_error(error, n ? "a target without a pattern"
                                          : "a rule needs a target and a "
                                            "pattern");
    }

    if (cguard_rule_options(rule, word + extent, n - extent, &flags, error)
        == -1)
    {
        return -1;
    }

    for (i = 0; i < extent; i += 3) {
        if (cguard_rule_condition(rule, word + i, flags, error) == -1) {
            cguard_rule_free(rule);
            return -1;
        }
    }

    /*
     * a rule with "pass" is only evaluated when there is something to exempt
     */

    if (rule->body && rule->action == CGUARD_RULE_PASS) {
        cguard_rule_free(rule);
        return cguard_rule_error(error, "a rule with \"pass\" cannot examine "
                                 "a body");
    }

    return 0;
}


void
cguard_rule_free(cguard_rule_t *rule)
{
    unsigned  i;

    for (i = 0; i < CGUARD_RULE_CONDITIONS; i++) {
        cguard_pattern_free(&rule->condition[i].pattern);
    }
}
