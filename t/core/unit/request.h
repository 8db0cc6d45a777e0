
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request for the rules: target, headers and body as a test has them, and
 * the subject that they make (cguard_rule.h).  And rules, from their text.
 */


#ifndef _REQUEST_H_INCLUDED_
#define _REQUEST_H_INCLUDED_


#include <stddef.h>

#include "cguard/rules/cguard_rule.h"


#define REQUEST_HEADERS  64
#define REQUEST_ROOM     (64 * 1024)
#define REQUEST_WORDS    40


typedef struct {
    cguard_subject_t      subject;
    cguard_word_t         name[REQUEST_HEADERS];
    cguard_word_t         value[REQUEST_HEADERS];
    size_t                n;
    unsigned char        *forms;     /* for the target, exactly enough memory */
    unsigned char        *room;      /* for those of values */
} request_t;


/* words of a rule, split at spaces; "~" stands for a space in a word */

typedef struct {
    char                  text[1024];
    cguard_word_t         word[REQUEST_WORDS];
    size_t                n;
} request_words_t;


/*
 * "headers" is "Name: value", more of them joined by " | ", or "-" for none;
 * the host is that of a header "Host".  Data are pointed to, not copied.
 * The subject's body is not known before request_body().
 */

void request_init(request_t *r, const char *method,
    const unsigned char *target, size_t len, const char *headers,
    size_t nheaders);
void request_body(request_t *r, const unsigned char *body, size_t len);
void request_free(request_t *r);

/* another field; the number of fields is checked */

void request_header(request_t *r, const char *name, const char *value,
    size_t len);

void request_split(request_words_t *w, const char *text);

/* a rule "id", from its text without the ID; an invalid one ends the program */

void request_rule(cguard_rule_t *rule, request_words_t *w, const char *text);


#endif /* _REQUEST_H_INCLUDED_ */
