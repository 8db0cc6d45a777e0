
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request of a log, and the outcome by its answer.
 */


#ifndef _SCAN_JUDGE_H_INCLUDED_
#define _SCAN_JUDGE_H_INCLUDED_


#include "cli/formats/scan_types.h"


extern const char  *scan_outcome_name[SCAN_OUTCOMES];
extern const char  *scan_why_text[SCAN_WHYS];


/* 1: a finding, and "hit" is filled in; its strings are in the arena */

int scan_judge(const scan_line_t *ln, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit);

/* the same without asking scan_is_clean() first */

int scan_judge_full(const scan_line_t *ln, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit);


#endif /* _SCAN_JUDGE_H_INCLUDED_ */
