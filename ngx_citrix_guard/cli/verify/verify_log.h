
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds this run's requests in the guard's error log.
 */


#ifndef _VERIFY_LOG_H_INCLUDED_
#define _VERIFY_LOG_H_INCLUDED_


#include "verify_types.h"


/* remembers the end of the error log */

void verify_log_begin(verify_t *v);

/* finds what the guard has logged about this run */

void verify_log_read(verify_t *v);


#endif /* _VERIFY_LOG_H_INCLUDED_ */
