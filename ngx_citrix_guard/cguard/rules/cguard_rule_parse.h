
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The syntax of a rule: from words of the configuration to conditions.
 */


#ifndef _CGUARD_RULE_PARSE_H_INCLUDED_
#define _CGUARD_RULE_PARSE_H_INCLUDED_


#include <stddef.h>

#include "cguard_rule.h"


#pragma GCC visibility push(hidden)


/*
 * Reads a rule: "word" is what stands in the configuration behind the name of
 * the directive, ID first.  The rule points into it.  Returns 0, or -1 with a
 * message in "error"; patterns that are compiled by then are free again.
 */

int cguard_rule_parse(cguard_rule_t *rule, const cguard_word_t *word,
    size_t n, char error[CGUARD_RULE_ERROR]);

/* frees the compiled patterns; the rule itself is the caller's */

void cguard_rule_free(cguard_rule_t *rule);


#pragma GCC visibility pop


#endif /* _CGUARD_RULE_PARSE_H_INCLUDED_ */
