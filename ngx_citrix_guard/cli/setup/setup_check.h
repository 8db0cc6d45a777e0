
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Do all values fit together?  Checked before anything is written.
 */


#ifndef _SETUP_CHECK_H_INCLUDED_
#define _SETUP_CHECK_H_INCLUDED_


#include "setup_types.h"


/*
 * prints a line for each check; returns -1, with a message, at the first
 * failure
 */

int setup_check(setup_t *s);


#endif /* _SETUP_CHECK_H_INCLUDED_ */
