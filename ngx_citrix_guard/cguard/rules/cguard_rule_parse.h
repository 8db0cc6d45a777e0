
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Parses a rule from the arguments of a directive.  The syntax is in
 * docs/rules.md.
 */


#ifndef _CGUARD_RULE_PARSE_H_INCLUDED_
#define _CGUARD_RULE_PARSE_H_INCLUDED_


#include <stddef.h>

#include "cguard_rule_types.h"


#pragma GCC visibility push(hidden)


#define CGUARD_RULE_ERROR  512       /* bytes for an error message, with its
                                        NUL */


/*
 * Parses a rule.  "word" holds the arguments of the directive, the ID first;
 * the rule points into them, so they have to live as long.  Allocates the
 * compiled patterns.  Returns 0, or -1 with a message in "error" and nothing
 * left allocated.
 */

int cguard_rule_parse(cguard_rule_t *rule, const cguard_word_t *word,
    size_t n, char error[CGUARD_RULE_ERROR]);
void cguard_rule_free(cguard_rule_t *rule);


#pragma GCC visibility pop


#endif /* _CGUARD_RULE_PARSE_H_INCLUDED_ */
