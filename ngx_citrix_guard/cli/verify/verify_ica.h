
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Asks whether ICA, by SOCKS5 or CGP, still works on the port.
 */


#ifndef _VERIFY_ICA_H_INCLUDED_
#define _VERIFY_ICA_H_INCLUDED_


#include "verify_types.h"


/* asks for SOCKS5 and CGP */

void verify_ica(verify_t *v);


#endif /* _VERIFY_ICA_H_INCLUDED_ */
