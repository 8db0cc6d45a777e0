
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Core against oracle over one string: the reasons of cguard_target() under
 * all four policies, of cguard_parts() and of cguard_header(), and what
 * cguard_target() reports beside the reason.  A line for each disagreement.
 */


#ifndef _JUDGE_H_INCLUDED_
#define _JUDGE_H_INCLUDED_


#include "oracle.h"
#include "text.h"


/* counters */

enum {
    STRINGS = 0,
    REFUSED,
    MISSED,              /* the core passes an attack */
    NEEDLESS,            /* the core refuses what is none */
    DIFFER,              /* both refuse, for another reason */
    REPORTED,            /* range or depth is not what it should be */
    ENDLESS,             /* too many readings for the oracle */
    READINGS,
    ALIGNED              /* calls of the core for padded strings */
};


#define POLICIES  4

extern const unsigned  policies[POLICIES];


void judge(uint64_t *counter, const text_t *t);

/* the core's answer for "t" with the oracle's for a string of equal worth */

void judge_target(uint64_t *counter, const text_t *t,
    const oracle_target_t *o);


#endif /* _JUDGE_H_INCLUDED_ */
