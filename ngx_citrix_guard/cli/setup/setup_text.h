
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files that setup writes.
 */


#ifndef _SETUP_TEXT_H_INCLUDED_
#define _SETUP_TEXT_H_INCLUDED_


#include "setup_types.h"


/* makes the list of changes; returns -1, with a message, on failure */

int setup_text(setup_t *s);

/* shows how they differ from the current files; returns how many differ */

unsigned setup_show(const setup_t *s);

/* frees them */

void setup_text_free(setup_t *s);


#endif /* _SETUP_TEXT_H_INCLUDED_ */
