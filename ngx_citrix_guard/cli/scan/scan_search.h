
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
 * What of the line has an attack for a reading, CGUARD_PASS if nothing has:
 * as it stands and without the escapes of logs and of JSON, several times, the
 * whole line and each word, or the words only.  "found" is in the line or in
 * the arena's scratch.  Linear.
 */

cguard_reason_e scan_search(const unsigned char *p, const unsigned char *last,
    unsigned words, scan_arena_t *arena, cli_str_t *found);


#endif /* _SCAN_SEARCH_H_INCLUDED_ */
