
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files of a run, and those that were found in archives.
 */


#ifndef _SCAN_FILES_H_INCLUDED_
#define _SCAN_FILES_H_INCLUDED_


#include <stddef.h>

#include "cli/formats/scan_types.h"


/* behind all others; allocates, the name as well */

scan_file_t *scan_files_add(scan_findings_t *sc, const char *name);

/* "name" in "archive", at the place "at"; the archive itself if it has many */

scan_file_t *scan_files_member(scan_findings_t *sc, size_t at,
    scan_file_t *archive, const char *name);

/* frees all of them */

void scan_files_free(scan_findings_t *sc);


#endif /* _SCAN_FILES_H_INCLUDED_ */
