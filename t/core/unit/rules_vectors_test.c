
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The shipped rules (ngx_citrix_guard/conf/rules) against t/data/rules.tsv,
 * and against all legitimate requests of t/data/benign.tsv; prints TAP.
 */


#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_rule_parse.h"
#include "conf.h"
#include "request.h"
#include "tap.h"
#include "vectors.h"


#define SHIPPED         "ngx_citrix_guard/conf/rules"
#define SHIPPED_MAX     64
#define SHIPPED_ROWS    8         /* at least as many of each kind a file */
#define SHIPPED_SESSION  "Cookie: NSC_AAAC=8a7b6c5d4e3f"


typedef struct {
    char                  file[64];  /* no folder, no ".conf" */
    cguard_rule_t         rule;
    unsigned              seen;      /* rows that it has to match */
} shipped_rule_t;


typedef struct {
    glob_t                found;
    conf_t               *conf;
    shipped_rule_t        rule[SHIPPED_MAX];
    const cguard_rule_t  *all[SHIPPED_MAX];
    size_t                n;
    cguard_rules_t        set;
    void                 *block[8];
    size_t                nblock;
    cguard_matcher_t     *matcher;
} shipped_t;


static void *
shipped_alloc(void *data, size_t size)
{
    shipped_t  *s = data;

    return s->block[s->nblock++] = malloc(size);
}


static void
shipped_add(tap_t *t, shipped_t *s, const char *path,
    const conf_directive_t *d)
{
    char             error[CGUARD_RULE_ERROR];
    const char      *name;
    shipped_rule_t  *r;

    if (s->n == SHIPPED_MAX) {
        fprintf(stderr, "more than %d rules\n", SHIPPED_MAX);
        exit(2);
    }

    r = &s->rule[s->n];

    if (!tap_ok(t, d->word[0].len == 17
                   && memcmp(d->word[0].data, "citrix_guard_rule", 17) == 0,
                "%s:%u: a rule", path, d->line)
        || !tap_ok(t, cguard_rule_parse(&r->rule, &d->word[1], d->n - 1, error)
                      == 0,
                   "... is read"))
    {
        tap_diag("%s", error);
        return;
    }

    name = strrchr(path, '/') + 1;
    (void) snprintf(r->file, sizeof(r->file), "%.*s",
                    (int) (strlen(name) - strlen(".conf")), name);

    tap_ok(t, r->rule.msg.len > 0, "... %.*s has a message",
           (int) r->rule.id.len, r->rule.id.data);

    s->all[s->n++] = &r->rule;
}


static void
shipped_read(tap_t *t, shipped_t *s)
{
    size_t  i, k;

    memset(s, 0, sizeof(shipped_t));

    s->matcher = cguard_matcher_create();

    if (s->matcher == NULL
        || glob(SHIPPED "/*.conf", 0, NULL, &s->found) != 0)
    {
        fprintf(stderr, "no rules\n");
        exit(2);
    }

    s->conf = calloc(s->found.gl_pathc, sizeof(conf_t));

    for (i = 0; i < s->found.gl_pathc; i++) {
        if (s->conf == NULL
            || conf_read(&s->conf[i], s->found.gl_pathv[i]) == -1)
        {
            exit(2);
        }

        for (k = 0; k < s->conf[i].n; k++) {
            shipped_add(t, s, s->found.gl_pathv[i], &s->conf[i].directive[k]);
        }
    }

    tap_ok(t, cguard_rules_build(&s->set, s->all, s->n, shipped_alloc, s) == 0,
           "%zu rules in a set", s->n);
}


static void
shipped_free(shipped_t *s)
{
    size_t  i;

    for (i = 0; i < s->n; i++) {
        cguard_rule_free(&s->rule[i].rule);
    }

    for (i = 0; i < s->found.gl_pathc; i++) {
        conf_free(&s->conf[i]);
    }

    while (s->nblock) {
        free(s->block[--s->nblock]);
    }

    free(s->conf);
    globfree(&s->found);
    cguard_matcher_free(s->matcher);
}


static int
shipped_is(const cguard_word_t *word, const char *text)
{
    return word->len == strlen(text)
           && memcmp(word->data, text, word->len) == 0;
}


/* first as before the body is read, then with it, as in the module */

static int
shipped_match(const shipped_t *s, size_t i, request_t *r,
    const unsigned char *body, size_t len)
{
    int               rc;
    cguard_ac_hits_t  hits;

    r->subject.body_known = 0;

    rc = cguard_rule_match(s->all[i], &r->subject, s->matcher);

    if (rc == CGUARD_RULE_NEED_BODY) {
        request_body(r, body, len);
        rc = cguard_rule_match(s->all[i], &r->subject, s->matcher);
    }

    cguard_rules_candidates(&s->set, &r->subject, &hits);

    if (rc == 1 && !(hits.bits[i / 64] & 1ULL << i % 64)) {
        tap_diag("%.*s matches and is no candidate", (int) s->all[i]->id.len,
                 s->all[i]->id.data);
        return -1;
    }

    return rc;
}


/* the rules of the row's file that match, those named or all others */

static void
shipped_row(tap_t *t, shipped_t *s, const vectors_row_t *row)
{
    int              rc, want, named;
    size_t           i, asked, wrong;
    request_t        r;
    vectors_bytes_t  body, headers;

    named = strcmp(row->field[1], "-") != 0;
    want = strcmp(row->field[6], "match") == 0;
    asked = 0;
    wrong = 0;

    if (vectors_unescape(&headers, row->field[4], strlen(row->field[4])) == -1
        || vectors_unescape(&body, row->field[5], strlen(row->field[5])) == -1)
    {
        tap_ok(t, 0, "%s:%u: a bad escape", VECTORS_RULES, row->line);
        return;
    }

    if (strcmp(row->field[5], "-") == 0) {
        body.len = 0;
    }

    request_init(&r, row->field[2], row->input.data, row->input.len,
                 (char *) headers.data, headers.len);

    for (i = 0; i < s->n; i++) {
        if (strcmp(s->rule[i].file, row->field[0]) != 0
            || (named && !shipped_is(&s->all[i]->id, row->field[1])))
        {
            continue;
        }

        rc = shipped_match(s, i, &r, body.data, body.len);

        asked++;
        wrong += rc != want;
        s->rule[i].seen += want;

        if (rc != want) {
            tap_diag("%.*s: %d", (int) s->all[i]->id.len, s->all[i]->id.data,
                     rc);
        }
    }

    tap_ok(t, asked && wrong == 0, "%s:%u: %s %s: %.60s, %s", VECTORS_RULES,
           row->line, row->field[named], row->field[6], row->field[3],
           row->field[7]);

    request_free(&r);
    free(headers.data);
    free(body.data);
}


/* each file has rows of both kinds, and each rule matches some */

static void
shipped_covered(tap_t *t, const shipped_t *s, const vectors_t *v)
{
    size_t       i, k, n[2];
    const char  *file;

    for (i = 0; i < s->n; i++) {
        file = s->rule[i].file;

        tap_ok(t, s->rule[i].seen > 0, "%.*s matches in %u rows",
               (int) s->all[i]->id.len, s->all[i]->id.data, s->rule[i].seen);

        for (k = 0; k < i; k++) {
            if (s->all[k]->id.len == s->all[i]->id.len
                && memcmp(s->all[k]->id.data, s->all[i]->id.data,
                          s->all[i]->id.len)
                   == 0)
            {
                tap_ok(t, 0, "an ID that is there twice");
            }
        }

        if (i && strcmp(file, s->rule[i - 1].file) == 0) {
            continue;
        }

        n[0] = 0;
        n[1] = 0;

        for (k = 0; k < v->n; k++) {
            if (strcmp(v->row[k].field[0], file) == 0) {
                n[strcmp(v->row[k].field[6], "match") == 0]++;
            }
        }

        tap_ok(t, n[1] >= SHIPPED_ROWS && n[0] >= SHIPPED_ROWS,
               "%s: %zu attacks, %zu near misses", file, n[1], n[0]);
    }
}


/* as a logged-in user; with the form of a login */

static unsigned
shipped_benign(const shipped_t *s, const vectors_row_t *row)
{
    int                   rc;
    char                  text[4096];
    size_t                i;
    unsigned              wrong;
    request_t             r;
    const unsigned char  *body;

    wrong = 0;
    body = (const unsigned char *) "login=jdoe&passwd=secret&url=%5Ba%5D";

    (void) snprintf(text, sizeof(text), "%s%s" SHIPPED_SESSION,
                    strcmp(row->field[2], "-") == 0 ? "" : row->field[2],
                    strcmp(row->field[2], "-") == 0 ? "" : " | ");

    request_init(&r, row->field[0], row->input.data, row->input.len, text,
                 strlen(text));

    for (i = 0; i < s->n; i++) {
        rc = shipped_match(s, i, &r, body, strlen((const char *) body));

        if (rc != 0) {
            tap_diag("%s:%u: %.*s: %d", VECTORS_BENIGN, row->line,
                     (int) s->all[i]->id.len, s->all[i]->id.data, rc);
            wrong++;
        }
    }

    request_free(&r);

    return wrong;
}


int
main(void)
{
    tap_t      t = { 0, 0 };
    size_t     i;
    unsigned   wrong;
    shipped_t  s;
    vectors_t  v, benign;

    shipped_read(&t, &s);

    if (vectors_read(&v, VECTORS_RULES) == -1
        || vectors_read(&benign, VECTORS_BENIGN) == -1)
    {
        return 2;
    }

    for (i = 0; i < v.n; i++) {
        shipped_row(&t, &s, &v.row[i]);
    }

    shipped_covered(&t, &s, &v);

    wrong = 0;

    for (i = 0; i < benign.n; i++) {
        wrong += shipped_benign(&s, &benign.row[i]);
    }

    tap_ok(&t, wrong == 0, "%zu legitimate requests pass all of them",
           benign.n);

    vectors_free(&v);
    vectors_free(&benign);
    shipped_free(&s);

    return tap_done(&t);
}
