
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The end of a setup: is the guard active?
 */


#ifndef _SETUP_VERIFY_H_INCLUDED_
#define _SETUP_VERIFY_H_INCLUDED_


#include "setup_types.h"


/* the monitor of the shipped configuration */

#define SETUP_MONITOR  "http://127.0.0.1:8089/citrix-guard"


/* verifies, and prints the result in one sentence; returns the exit status */

int setup_verify(const setup_t *s);


#endif /* _SETUP_VERIFY_H_INCLUDED_ */
