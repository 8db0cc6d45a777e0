
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The targets that verify asks for.
 */


#ifndef _VERIFY_TARGETS_H_INCLUDED_
#define _VERIFY_TARGETS_H_INCLUDED_


#include "verify_types.h"


/* spelling number "n" of the attack; NULL behind the last */

const char *verify_target(unsigned n);

/* legitimate page number "n"; NULL behind the last */

const char *verify_page(unsigned n);

/* how many spellings there are */

unsigned verify_targets(void);

/*
 * Does it hold one of this run's spellings, and not what a route was tried by?
 */

int verify_is_spelling(const verify_t *v, const char *text);


#endif /* _VERIFY_TARGETS_H_INCLUDED_ */
