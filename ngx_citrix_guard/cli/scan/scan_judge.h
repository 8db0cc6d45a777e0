
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request of a log, and its outcome by the answer.
 */


#ifndef _SCAN_JUDGE_H_INCLUDED_
#define _SCAN_JUDGE_H_INCLUDED_


#include "cli/formats/scan_types.h"


extern const char  *scan_outcome_name[SCAN_OUTCOMES];
extern const char  *scan_why_text[SCAN_WHYS];


/*
 * returns 1 if it is a finding, and fills "hit"; its strings are in the arena
 */

int scan_judge(const scan_line_t *ln, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit);

/* the same without calling scan_is_clean() first */

int scan_judge_full(const scan_line_t *ln, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit);


#endif /* _SCAN_JUDGE_H_INCLUDED_ */
