
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does all that was said fit together, before anything is written?
 */


#ifndef _SETUP_CHECK_H_INCLUDED_
#define _SETUP_CHECK_H_INCLUDED_


#include "setup_types.h"


/* each check is a line; -1 with a message at the first that fails */

int setup_check(setup_t *s);


#endif /* _SETUP_CHECK_H_INCLUDED_ */
