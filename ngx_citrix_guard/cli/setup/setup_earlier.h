
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The answers of an earlier setup, by the files that it wrote.
 */


#ifndef _SETUP_EARLIER_H_INCLUDED_
#define _SETUP_EARLIER_H_INCLUDED_


#include "setup_types.h"


/*
 * Finds what is to be proposed, and takes over what nobody is asked for and no
 * option has said.  -1, with a message, if that cannot be taken over.
 */

int setup_earlier(setup_t *s);
void setup_earlier_free(setup_t *s);


#endif /* _SETUP_EARLIER_H_INCLUDED_ */
