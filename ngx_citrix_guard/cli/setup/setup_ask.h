
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Asks the operator for everything that no option has set.
 */


#ifndef _SETUP_ASK_H_INCLUDED_
#define _SETUP_ASK_H_INCLUDED_


#include "setup_types.h"


/* asks for what is missing; returns -1, with a message, on failure */

int setup_ask(setup_t *s);

/* asks whether to write the files */

int setup_confirm(const setup_t *s);


#endif /* _SETUP_ASK_H_INCLUDED_ */
