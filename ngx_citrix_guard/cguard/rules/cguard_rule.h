
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules: conditions on the parts of a request, all of which must hold.  The
 * syntax is in docs/rules.md.
 *
 * A condition on a target holds if it does for any form of it
 * (cguard_form.h), so that another spelling does not bypass a rule.
 * Those of a "pass" rule must hold for every form, and for every field of a
 * header's name: an exception is for requests that no parser can take for
 * something else.
 */


#ifndef _CGUARD_RULE_H_INCLUDED_
#define _CGUARD_RULE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_aho_corasick.h"
#include "cguard_pattern.h"
#include "cguard_rule_types.h"


#pragma GCC visibility push(hidden)


/* rules that are evaluated together */

typedef struct {
    const cguard_rule_t **rules;
    size_t                n;
    cguard_ac_hits_t      always;    /* those that no literal decides */
    uint64_t             *required;  /* by rule: bits of header names */
    unsigned              any_required;  /* some of "always" have bits */
    cguard_ac_t           automaton;
} cguard_rules_t;


/* what cguard_rule_match() returns besides 0 and 1 */

#define CGUARD_RULE_NEED_BODY   2
#define CGUARD_RULE_NO_ROOM    -1000     /* "scratch" is too small */


/*
 * Does a rule match?  1 or 0, CGUARD_RULE_NEED_BODY if that depends on a body
 * which is not known yet, or an error (below -1): a pattern reached its limits,
 * or "scratch" is too small.
 */

int cguard_rule_match(const cguard_rule_t *rule, const cguard_subject_t *s,
    cguard_matcher_t *m);


/*
 * Builds a set, with the automaton over the literals of its rules.  Returns 0,
 * or -1 if memory is short or there are more than CGUARD_AC_MAX rules.
 */

int cguard_rules_build(cguard_rules_t *set, const cguard_rule_t **rules,
    size_t n, cguard_alloc_pt alloc, void *data);


/*
 * The rules of the set that can match: those whose literals are in the
 * target, and those that have none, unless they ask for a header field that
 * is not there.
 */

void cguard_rules_candidates(const cguard_rules_t *set,
    const cguard_subject_t *s, cguard_ac_hits_t *hits);


#pragma GCC visibility pop


#endif /* _CGUARD_RULE_H_INCLUDED_ */
