
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The one sentence, from what the monitor and verify say.
 */


#ifndef _STATUS_VERDICT_H_INCLUDED_
#define _STATUS_VERDICT_H_INCLUDED_


#include "status_types.h"


/* sets status and sentence */

void status_conclude(status_t *st);


#endif /* _STATUS_VERDICT_H_INCLUDED_ */
