
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the name of a field means: a key of JSON, a column, a label.
 */


#ifndef _SCAN_NAMES_H_INCLUDED_
#define _SCAN_NAMES_H_INCLUDED_


#include <stddef.h>

#include "scan_types.h"


/*
 * The meaning of a name, or of a path whose parts have dots between them; of
 * several values that mean the same the one of the highest "rank" counts.
 * SCAN_F_NONE: it is not known.  Reads "formats" for the keys of --key, takes
 * time linear in the length, allocates nothing.
 */

scan_field_e scan_name(const scan_formats_t *formats, const char *path,
    size_t len, unsigned *rank);


#endif /* _SCAN_NAMES_H_INCLUDED_ */
