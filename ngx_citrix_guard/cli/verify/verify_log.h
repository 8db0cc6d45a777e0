
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds this run's requests in the guard's error log.
 */


#ifndef _VERIFY_LOG_H_INCLUDED_
#define _VERIFY_LOG_H_INCLUDED_


#include "verify_types.h"


/* remembers where the error log ends */

void verify_log_begin(verify_t *v);

/* what the guard has written of this run */

void verify_log_read(verify_t *v);


#endif /* _VERIFY_LOG_H_INCLUDED_ */
