
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The packers whose layers are unpacked, and those that are known by name only.
 */


#ifndef _SCAN_UNPACK_H_INCLUDED_
#define _SCAN_UNPACK_H_INCLUDED_


#include <stddef.h>

#include "scan_layer.h"


/* by the first bytes; NULL: not packed */

const scan_packer_t *scan_unpack_find(const unsigned char *p, size_t len);


#endif /* _SCAN_UNPACK_H_INCLUDED_ */
