
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules: conditions on the parts of a request, all of which must hold.  The
 * syntax is in docs/rules.md.
 *
 * A condition on a target holds if it holds for any form of the target
 * (cguard_form.h), so another spelling does not bypass a rule.  The conditions
 * of a "pass" rule must hold for every form, and for every field of a header's
 * name: an exception is only for requests that no parser can read differently.
 */


#ifndef _CGUARD_RULE_H_INCLUDED_
#define _CGUARD_RULE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_aho_corasick.h"
#include "cguard_pattern.h"
#include "cguard_rule_types.h"


#pragma GCC visibility push(hidden)


/* the rules that are in force in a location */

typedef struct {
    const cguard_rule_t **rules;
    size_t                n;
    cguard_ac_hits_t      always;    /* rules without a literal */
    uint64_t             *required;  /* by rule: the bits of header fields
                                        that it requires */
    unsigned              any_required;  /* some rules in "always" require a
                                            field */
    cguard_ac_t           automaton;
} cguard_rules_t;


/* cguard_rule_match() returns these besides 0 and 1 */

#define CGUARD_RULE_NEED_BODY   2
#define CGUARD_RULE_NO_ROOM    -1000     /* "scratch" is too small */


/*
 * Does a rule match?  Returns 1 or 0; CGUARD_RULE_NEED_BODY if that depends on
 * a body that is not known yet; or an error (below -1): a pattern reached its
 * limits, or "scratch" is too small.  Reads the request only through "s", and
 * allocates only what cguard_pattern_match() may.
 */

int cguard_rule_match(const cguard_rule_t *rule, const cguard_subject_t *s,
    cguard_matcher_t *m);


/*
 * Builds a set and the automaton over the literals of its rules.  Allocates;
 * the rules have to live as long as the set.  Returns 0, or -1 if memory runs
 * out or there are more than CGUARD_AC_MAX rules.
 */

int cguard_rules_build(cguard_rules_t *set, const cguard_rule_t **rules,
    size_t n, cguard_alloc_pt alloc, void *data);


/*
 * Sets a bit in "hits" for each rule of the set that can match: those whose
 * literals are in the target, and those without a literal, except rules that
 * require a header field which is missing.  One pass over each form of the
 * target; allocates nothing, cannot fail.
 */

void cguard_rules_candidates(const cguard_rules_t *set,
    const cguard_subject_t *s, cguard_ac_hits_t *hits);


#pragma GCC visibility pop


#endif /* _CGUARD_RULE_H_INCLUDED_ */
