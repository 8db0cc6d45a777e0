
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What an answer to the attack means.
 */


#ifndef _VERIFY_ANSWER_H_INCLUDED_
#define _VERIFY_ANSWER_H_INCLUDED_


#include "verify_types.h"


/* by the marks that the file, or Apache, leaves in an answer */

verify_meaning_e verify_meaning(const verify_answer_t *a);


#endif /* _VERIFY_ANSWER_H_INCLUDED_ */
