
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types without functions: a rule, and a request as rules see it.
 */


#ifndef _CGUARD_RULE_TYPES_H_INCLUDED_
#define _CGUARD_RULE_TYPES_H_INCLUDED_


#include <stddef.h>

#include "cguard_form.h"
#include "cguard_pattern.h"


#define CGUARD_RULE_CONDITIONS  8
#define CGUARD_RULE_ID          64   /* the maximum length */
#define CGUARD_RULE_LITERAL     32   /* of a literal; longer ones would not
                                        help */
#define CGUARD_RULE_BODY        (1024 * 1024)


typedef enum {
    CGUARD_RULE_DETECT = 0,
    CGUARD_RULE_BLOCK,
    CGUARD_RULE_PASS
} cguard_action_e;


typedef enum {
    CGUARD_IN_RULE_PATH = 0,
    CGUARD_IN_RULE_QUERY,
    CGUARD_IN_RULE_TARGET,
    CGUARD_IN_RULE_METHOD,
    CGUARD_IN_RULE_HOST,
    CGUARD_IN_RULE_HEADER,           /* fields of one name */
    CGUARD_IN_RULE_HEADERS,          /* all fields, only counted */
    CGUARD_IN_RULE_BODY
} cguard_part_e;


typedef enum {
    CGUARD_MEASURE_NONE = 0,         /* matches a pattern */
    CGUARD_MEASURE_LENGTH,
    CGUARD_MEASURE_COUNT
} cguard_measure_e;


typedef enum {
    CGUARD_EQUAL = 0,
    CGUARD_LESS,
    CGUARD_NOT_LESS,
    CGUARD_MORE,
    CGUARD_NOT_MORE
} cguard_compare_e;


typedef struct {
    const char           *data;
    size_t                len;
} cguard_word_t;


typedef struct {
    cguard_part_e         part;
    cguard_measure_e      measure;
    cguard_compare_e      compare;
    size_t                number;    /* compared with, or the bytes of the
                                        body to examine */
    unsigned              negative;  /* negated: the pattern must not match */
    cguard_word_t         name;      /* of the header */
    cguard_word_t         text;      /* of the pattern */
    cguard_pattern_t      pattern;
    size_t                nliteral;
    char                  literal[CGUARD_RULE_LITERAL];
} cguard_condition_t;


typedef struct {
    cguard_word_t         id;
    cguard_word_t         msg;
    cguard_word_t         scope;     /* of a pass rule: ID,ID,... */
    cguard_action_e       action;
    unsigned              n;
    size_t                body;      /* bytes of the body that it examines */
    cguard_condition_t    condition[CGUARD_RULE_CONDITIONS];
} cguard_rule_t;


/*
 * A request, as rules see it. header() returns one header field after another,
 * and 0 after the last; "i" is its position, 0 at first, which the caller
 * provides.
 */

typedef struct {
    cguard_form_t         form[CGUARD_FORM_MAX];
    unsigned              nforms;
    cguard_word_t         method;
    cguard_word_t         host;
    cguard_word_t         authority; /* host of the target, if it differs */
    int                 (*header)(void *data, size_t *i, cguard_word_t *name,
                                  cguard_word_t *value);
    void                 *data;
    const unsigned char  *body;
    size_t                nbody;
    unsigned              body_known;
    unsigned              body_whole;    /* the end of the body was seen */
    size_t                body_length;   /* or CGUARD_RULE_UNANNOUNCED */
    unsigned char        *scratch;   /* memory for the forms of values */
    size_t                nscratch;
} cguard_subject_t;


/* the length of the body was not announced */

#define CGUARD_RULE_UNANNOUNCED  ((size_t) -1)


#endif /* _CGUARD_RULE_TYPES_H_INCLUDED_ */
