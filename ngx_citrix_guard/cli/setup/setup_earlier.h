
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The answers of an earlier setup, by the files that it wrote.
 */


#ifndef _SETUP_EARLIER_H_INCLUDED_
#define _SETUP_EARLIER_H_INCLUDED_


#include "setup_types.h"


/*
 * Finds the values to propose, and keeps those that setup does not ask for and
 * no option has given.  -1, with a message, if they cannot be kept.
 */

int setup_earlier(setup_t *s);
void setup_earlier_free(setup_t *s);


#endif /* _SETUP_EARLIER_H_INCLUDED_ */
