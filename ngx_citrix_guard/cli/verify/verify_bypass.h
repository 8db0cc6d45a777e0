
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Tests each address and port of the name, and the addresses given with
 * --direct.
 */


#ifndef _VERIFY_BYPASS_H_INCLUDED_
#define _VERIFY_BYPASS_H_INCLUDED_


#include "verify_types.h"


/*
 * Tests each address and port of the name, and the hosts given with --direct.
 */

void verify_bypass(verify_t *v);


#endif /* _VERIFY_BYPASS_H_INCLUDED_ */
