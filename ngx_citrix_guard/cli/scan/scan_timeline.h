
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The timeline: each success, and the first attempts.
 */


#ifndef _SCAN_TIMELINE_H_INCLUDED_
#define _SCAN_TIMELINE_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* adds a finding if there is room */

void scan_timeline_add(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit);

/* removes the finding of this line */

void scan_timeline_remove(scan_findings_t *sc, const scan_file_t *file,
    uint64_t number);


#endif /* _SCAN_TIMELINE_H_INCLUDED_ */
