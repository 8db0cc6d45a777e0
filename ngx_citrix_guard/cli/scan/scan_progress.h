
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * How far the scan is: one line on a terminal.
 */


#ifndef _SCAN_PROGRESS_H_INCLUDED_
#define _SCAN_PROGRESS_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* how far it is, as one line on standard error */

void scan_progress(scan_findings_t *sc, uint64_t done);

/* removes that line */

void scan_progress_end(const scan_findings_t *sc);


#endif /* _SCAN_PROGRESS_H_INCLUDED_ */
