
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads a rule from the words of a directive.  The syntax is in docs/rules.md.
 */


#ifndef _CGUARD_RULE_PARSE_H_INCLUDED_
#define _CGUARD_RULE_PARSE_H_INCLUDED_


#include <stddef.h>

#include "cguard_rule_types.h"


#pragma GCC visibility push(hidden)


#define CGUARD_RULE_ERROR  512       /* bytes for a message, with its NUL */


/*
 * Reads a rule: "word" holds the words after the name of the directive in the
 * configuration, ID first.  The rule points into it.  Returns 0, or -1 with a
 * message in "error"; patterns that are already compiled are freed.
 */

int cguard_rule_parse(cguard_rule_t *rule, const cguard_word_t *word,
    size_t n, char error[CGUARD_RULE_ERROR]);
void cguard_rule_free(cguard_rule_t *rule);


#pragma GCC visibility pop


#endif /* _CGUARD_RULE_PARSE_H_INCLUDED_ */
