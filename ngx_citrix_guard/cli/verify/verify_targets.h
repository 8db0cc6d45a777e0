
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The targets that verify requests.
 */


#ifndef _VERIFY_TARGETS_H_INCLUDED_
#define _VERIFY_TARGETS_H_INCLUDED_


#include "verify_types.h"


/* spelling number "n" of the attack; NULL after the last one */

const char *verify_target(unsigned n);

/* legitimate page number "n"; NULL after the last one */

const char *verify_page(unsigned n);

/* the number of spellings */

unsigned verify_targets(void);

/*
 * Does the text contain a spelling of this run, other than those of a bypass
 * test?
 */

int verify_is_spelling(const verify_t *v, const char *text);


#endif /* _VERIFY_TARGETS_H_INCLUDED_ */
