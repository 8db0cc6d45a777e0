
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the name of a field means: a JSON key, a column, a label.
 */


#ifndef _SCAN_NAMES_H_INCLUDED_
#define _SCAN_NAMES_H_INCLUDED_


#include <stddef.h>

#include "scan_types.h"


/*
 * The meaning of a name, or of a path whose parts are separated by dots;
 * SCAN_F_NONE if it is unknown.  If several fields mean the same, the one with
 * the highest "rank" counts.  Reads "formats" for the keys of --key.  Linear;
 * allocates nothing.
 */

scan_field_e scan_name(const scan_formats_t *formats, const char *path,
    size_t len, unsigned *rank);


#endif /* _SCAN_NAMES_H_INCLUDED_ */
