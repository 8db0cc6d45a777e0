
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Questions to the operator, for what no option has said.
 */


#ifndef _SETUP_ASK_H_INCLUDED_
#define _SETUP_ASK_H_INCLUDED_


#include "setup_types.h"


/* asks for what is missing; -1 with a message */

int setup_ask(setup_t *s);

/* may it be written? */

int setup_confirm(const setup_t *s);


#endif /* _SETUP_ASK_H_INCLUDED_ */
