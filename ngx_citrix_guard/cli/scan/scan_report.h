
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The report of a scan, for people.
 */


#ifndef _SCAN_REPORT_H_INCLUDED_
#define _SCAN_REPORT_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* prints the report on standard output */

void scan_report(scan_findings_t *sc);

/* the formats of a file, as text */

void scan_formats_text(const scan_file_t *file, char *buf, size_t size);

/* prints what the guard would have refused */

void scan_would_block(scan_findings_t *sc);


#endif /* _SCAN_REPORT_H_INCLUDED_ */
