
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Asks each address and port, and the ways round the guard that were named.
 */


#ifndef _VERIFY_BYPASS_H_INCLUDED_
#define _VERIFY_BYPASS_H_INCLUDED_


#include "verify_types.h"


/*
 * Asks each address and port of the name, and the direct hosts that were
 * named.
 */

void verify_bypass(verify_t *v);


#endif /* _VERIFY_BYPASS_H_INCLUDED_ */
