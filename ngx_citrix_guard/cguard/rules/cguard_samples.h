
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sample requests as browsers and Citrix clients send them every day.  A rule
 * that blocks one of them is a mistake.
 */


#ifndef _CGUARD_SAMPLES_H_INCLUDED_
#define _CGUARD_SAMPLES_H_INCLUDED_


#include "cguard_pattern.h"
#include "cguard_rule_types.h"


#pragma GCC visibility push(hidden)


/*
 * The first sample that the rule matches, as "METHOD TARGET"; NULL if there is
 * none.  A rule that depends on a body counts as not matching.  Allocates
 * nothing; the text is constant.
 */

const char *cguard_sample_refused(const cguard_rule_t *rule,
    cguard_matcher_t *m);


#pragma GCC visibility pop


#endif /* _CGUARD_SAMPLES_H_INCLUDED_ */
