
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Would nginx start again, as it is installed and configured now?
 */


#ifndef _STATUS_START_H_INCLUDED_
#define _STATUS_START_H_INCLUDED_


#include "status_types.h"


/* runs "nginx -t"; sets "start" and "start_says" */

void status_start(status_t *st);


#endif /* _STATUS_START_H_INCLUDED_ */
