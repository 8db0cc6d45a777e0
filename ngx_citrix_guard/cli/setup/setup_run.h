
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Runs programs for setup: nginx, systemctl, diff.
 */


#ifndef _SETUP_RUN_H_INCLUDED_
#define _SETUP_RUN_H_INCLUDED_


/*
 * Runs a program to its end.  Returns its exit status, 127 if it could not be
 * run.  Its output goes to "said", which the caller frees.
 */

int setup_run(const char *const *argv, char **said);


#endif /* _SETUP_RUN_H_INCLUDED_ */
