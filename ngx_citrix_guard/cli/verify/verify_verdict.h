
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The verdict of all answers together.
 */


#ifndef _VERIFY_VERDICT_H_INCLUDED_
#define _VERIFY_VERDICT_H_INCLUDED_


#include "verify_types.h"


extern const char  *verify_verdict_name[];
extern const char  *verify_meaning_text[VERIFY_MEANINGS];


/* sets verdict, reason, and what to do */

void verify_conclude(verify_t *v);


#endif /* _VERIFY_VERDICT_H_INCLUDED_ */
