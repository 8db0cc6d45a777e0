
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request for the rules (request.h).
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cguard/rules/cguard_rule_parse.h"
#include "request.h"


static void *
request_alloc(size_t size)
{
    void  *p;

    p = malloc(size);

    if (p == NULL) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }

    return p;
}


static int
request_next(void *data, size_t *i, cguard_word_t *name, cguard_word_t *value)
{
    request_t  *r = data;

    if (*i == r->n) {
        return 0;
    }

    *name = r->name[*i];
    *value = r->value[*i];
    ++*i;

    return 1;
}


static void
request_field(request_t *r, const char *name, size_t nlen, const char *value,
    size_t vlen)
{
    if (r->n == REQUEST_HEADERS) {
        fprintf(stderr, "too many headers\n");
        exit(2);
    }

    r->name[r->n].data = name;
    r->name[r->n].len = nlen;
    r->value[r->n].data = value;
    r->value[r->n].len = vlen;
    r->n++;

    if (nlen == 4 && strncasecmp(name, "Host", 4) == 0) {
        r->subject.host = r->value[r->n - 1];
    }
}


void
request_header(request_t *r, const char *name, const char *value, size_t len)
{
    request_field(r, name, strlen(name), value, len);
}


static void
request_headers(request_t *r, const char *p, size_t len)
{
    size_t       n, end;
    const char  *colon;

    for ( /* void */ ; len; p += n, len -= n) {

        for (end = 0; end < len; end++) {
            if (len - end >= 3 && memcmp(p + end, " | ", 3) == 0) {
                break;
            }
        }

        n = end < len ? end + 3 : end;
        colon = memchr(p, ':', end);

        if (colon == NULL || colon + 1 == p + end || colon[1] != ' ') {
            fprintf(stderr, "a header without \": \": %.*s\n", (int) end, p);
            exit(2);
        }

        request_field(r, p, (size_t) (colon - p), colon + 2,
                      end - (size_t) (colon - p) - 2);
    }
}


void
request_init(request_t *r, const char *method, const unsigned char *target,
    size_t len, const char *headers, size_t nheaders)
{
    size_t  size;

    memset(r, 0, sizeof(request_t));

    size = cguard_form_size(len);

    r->forms = request_alloc(size);
    r->room = request_alloc(REQUEST_ROOM);

    r->subject.nforms = cguard_form_target(target, len, r->forms, size,
                                           r->subject.form);
    r->subject.method.data = method;
    r->subject.method.len = strlen(method);
    r->subject.body_length = CGUARD_RULE_UNANNOUNCED;
    r->subject.header = request_next;
    r->subject.data = r;
    r->subject.scratch = r->room;
    r->subject.nscratch = REQUEST_ROOM;

    if (nheaders != 1 || headers[0] != '-') {
        request_headers(r, headers, nheaders);
    }
}


void
request_body(request_t *r, const unsigned char *body, size_t len)
{
    r->subject.body = body;
    r->subject.nbody = len;
    r->subject.body_known = 1;
}


void
request_free(request_t *r)
{
    free(r->forms);
    free(r->room);
}


void
request_split(request_words_t *w, const char *text)
{
    char  *p;

    w->n = 0;

    (void) snprintf(w->text, sizeof(w->text), "%s", text);

    for (p = strtok(w->text, " "); p; p = strtok(NULL, " ")) {
        w->word[w->n].data = p;
        w->word[w->n++].len = strlen(p);

        for ( /* void */ ; *p; p++) {
            *p = *p == '~' ? ' ' : *p;
        }
    }
}


void
request_rule(cguard_rule_t *rule, request_words_t *w, const char *text)
{
    char  error[CGUARD_RULE_ERROR], whole[1024];

    (void) snprintf(whole, sizeof(whole), "id %s", text);
    request_split(w, whole);

    if (cguard_rule_parse(rule, w->word, w->n, error) == -1) {
        fprintf(stderr, "%s: %s\n", text, error);
        exit(2);
    }
}
