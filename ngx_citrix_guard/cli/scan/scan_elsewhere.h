
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * An attack that stands where no request was read.
 */


#ifndef _SCAN_ELSEWHERE_H_INCLUDED_
#define _SCAN_ELSEWHERE_H_INCLUDED_


#include "cli/formats/scan_types.h"


/*
 * 1: a finding in what else stands in the line of a request in which nothing
 * was found; "hit" is filled in as by scan_judge().
 */

int scan_judge_elsewhere(const scan_line_t *ln, const unsigned char *p,
    const unsigned char *last, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit);

/* the same for a line that could not be parsed, which is no request */

int scan_judge_damaged(const unsigned char *p, const unsigned char *last,
    unsigned policy, scan_arena_t *arena, scan_hit_t *hit);


#endif /* _SCAN_ELSEWHERE_H_INCLUDED_ */
