
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The progress of the scan: one line on a terminal.
 */


#ifndef _SCAN_PROGRESS_H_INCLUDED_
#define _SCAN_PROGRESS_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* shows the progress on standard error */

void scan_progress(scan_findings_t *sc, uint64_t done);

/* removes the line */

void scan_progress_end(const scan_findings_t *sc);


#endif /* _SCAN_PROGRESS_H_INCLUDED_ */
