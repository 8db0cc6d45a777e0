
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sends every spelling over each protocol, and requests legitimate pages.
 */


#ifndef _VERIFY_PROBE_H_INCLUDED_
#define _VERIFY_PROBE_H_INCLUDED_


#include "verify_types.h"


/* sends every spelling over each protocol, and requests legitimate pages */

void verify_probe(verify_t *v);


#endif /* _VERIFY_PROBE_H_INCLUDED_ */
