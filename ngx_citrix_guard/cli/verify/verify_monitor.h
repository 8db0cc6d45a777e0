
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Asks the guard's monitor what it has counted of this run.
 */


#ifndef _VERIFY_MONITOR_H_INCLUDED_
#define _VERIFY_MONITOR_H_INCLUDED_


#include "verify_types.h"


extern const char  *verify_counted_name[VERIFY_COUNTED];


/* adds a monitor; returns -1, with a message, on failure */

int verify_monitor_add(verify_t *v, const char *text);

/* frees the monitors */

void verify_monitor_free(verify_t *v);

/* reads them before the run */

void verify_monitor_begin(verify_t *v);

/* reads them after the run, and counts */

void verify_monitor_end(verify_t *v);

/* has this server received requests of the run? */

int verify_monitor_saw_run(const verify_monitor_t *m, unsigned server);


#endif /* _VERIFY_MONITOR_H_INCLUDED_ */
