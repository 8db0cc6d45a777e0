
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Programs that setup runs: nginx, systemctl, diff.
 */


#ifndef _SETUP_RUN_H_INCLUDED_
#define _SETUP_RUN_H_INCLUDED_


/*
 * Runs it to its end; its exit status, 127 if it could not be run.  All that
 * it says is in "said", to be freed.
 */

int setup_run(const char *const *argv, char **said);


#endif /* _SETUP_RUN_H_INCLUDED_ */
