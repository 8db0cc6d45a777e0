
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Memory for the findings in a piece of a log, freed all at once.
 */


#ifndef _SCAN_ARENA_H_INCLUDED_
#define _SCAN_ARENA_H_INCLUDED_


#include "cli/common/cli_types.h"
#include "cli/formats/scan_types.h"


/* a copy of the bytes, valid until scan_arena_reset() */

cli_str_t scan_arena_copy(scan_arena_t *arena, const unsigned char *p,
    size_t len);

/* memory for one string at a time, valid until the next call */

unsigned char *scan_arena_scratch(scan_arena_t *arena, size_t size);

/* discards all copies; keeps the memory for the next ones */

void scan_arena_reset(scan_arena_t *arena);

/* frees the memory */

void scan_arena_free(scan_arena_t *arena);


#endif /* _SCAN_ARENA_H_INCLUDED_ */
