
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads all files in pieces of whole lines, with one thread or several.
 */


#ifndef _SCAN_RUN_H_INCLUDED_
#define _SCAN_RUN_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* reads all files and adds the findings */

void scan_run(scan_findings_t *sc);


#endif /* _SCAN_RUN_H_INCLUDED_ */
