
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Recognises a text without an attack, whatever its fields are.
 */


#ifndef _SCAN_QUIET_H_INCLUDED_
#define _SCAN_QUIET_H_INCLUDED_


#include <stddef.h>

/*
 * 1: no word of the text has a reading that is an attack, with the escapes of
 * any log. 1 is always right; 0 means only that this was not shown.  Linear.
 */

int scan_is_quiet(const unsigned char *p, const unsigned char *last);


#endif /* _SCAN_QUIET_H_INCLUDED_ */
