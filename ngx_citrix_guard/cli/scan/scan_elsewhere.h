
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds an attack outside of the request.
 */


#ifndef _SCAN_ELSEWHERE_H_INCLUDED_
#define _SCAN_ELSEWHERE_H_INCLUDED_


#include "cli/formats/scan_types.h"


/*
 * Searches the rest of a line whose request had no finding.  Returns 1 if it
 * holds an attack; "hit" is filled as by scan_judge().
 */

int scan_judge_elsewhere(const scan_line_t *ln, scan_format_e format,
    const unsigned char *p, const unsigned char *last, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit);

/* the same for a line that could not be parsed, and so has no request */

int scan_judge_damaged(const unsigned char *p, const unsigned char *last,
    unsigned policy, scan_arena_t *arena, scan_hit_t *hit);


#endif /* _SCAN_ELSEWHERE_H_INCLUDED_ */
