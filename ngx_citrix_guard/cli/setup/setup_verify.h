
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The end of a setup: is the shield up?
 */


#ifndef _SETUP_VERIFY_H_INCLUDED_
#define _SETUP_VERIFY_H_INCLUDED_


#include "setup_types.h"


/* where the shipped configuration has the monitor */

#define SETUP_MONITOR  "http://127.0.0.1:8089/citrix-guard"


/* verifies, and says it in one sentence; the exit status */

int setup_verify(const setup_t *s);


#endif /* _SETUP_VERIFY_H_INCLUDED_ */
