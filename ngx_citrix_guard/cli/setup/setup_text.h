
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files that setup writes.
 */


#ifndef _SETUP_TEXT_H_INCLUDED_
#define _SETUP_TEXT_H_INCLUDED_


#include "setup_types.h"


/* makes the changes of what is known by now; -1 with a message */

int setup_text(setup_t *s);

/* shows how the files that are there differ from them; how many do */

unsigned setup_show(const setup_t *s);

/* frees them */

void setup_text_free(setup_t *s);


#endif /* _SETUP_TEXT_H_INCLUDED_ */
