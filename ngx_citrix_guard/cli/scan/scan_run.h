
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads all files, in pieces of whole lines, by one thread or several.
 */


#ifndef _SCAN_RUN_H_INCLUDED_
#define _SCAN_RUN_H_INCLUDED_


#include "cli/formats/scan_types.h"


/* reads all files; adds what is found */

void scan_run(scan_findings_t *sc);


#endif /* _SCAN_RUN_H_INCLUDED_ */
