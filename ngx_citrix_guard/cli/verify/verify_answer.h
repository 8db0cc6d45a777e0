
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What an answer to the attack means.
 */


#ifndef _VERIFY_ANSWER_H_INCLUDED_
#define _VERIFY_ANSWER_H_INCLUDED_


#include "verify_types.h"


/* classifies an answer by the traces of the file, or of Apache's page */

verify_meaning_e verify_meaning(const verify_answer_t *a);


#endif /* _VERIFY_ANSWER_H_INCLUDED_ */
