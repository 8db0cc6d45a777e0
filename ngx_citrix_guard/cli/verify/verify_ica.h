
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Tests whether ICA, over SOCKS5 or CGP, still works on the port.
 */


#ifndef _VERIFY_ICA_H_INCLUDED_
#define _VERIFY_ICA_H_INCLUDED_


#include "verify_types.h"


/* tests SOCKS5 and CGP */

void verify_ica(verify_t *v);


#endif /* _VERIFY_ICA_H_INCLUDED_ */
