
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * cguard_prefilter() as it is where there is no SSE2.
 */


#ifndef _PLAIN_CLEAN_H_INCLUDED_
#define _PLAIN_CLEAN_H_INCLUDED_


#include <stddef.h>


int plain_prefilter(const unsigned char *p, size_t len);


#endif /* _PLAIN_CLEAN_H_INCLUDED_ */
