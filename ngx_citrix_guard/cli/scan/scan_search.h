
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Searches a line that was not understood.
 */


#ifndef _SCAN_SEARCH_H_INCLUDED_
#define _SCAN_SEARCH_H_INCLUDED_


#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_types.h"


/*
 * The part of the line with a reading that is an attack; CGUARD_PASS if there
 * is none.  The line is searched unchanged and without the escapes of logs and
 * JSON, several times; as a whole and word by word, or word by word only.
 * "found" points into the line or the arena's scratch.  Linear.
 */

cguard_reason_e scan_search(const unsigned char *p, const unsigned char *last,
    unsigned words, scan_arena_t *arena, cli_str_t *found);


#endif /* _SCAN_SEARCH_H_INCLUDED_ */
