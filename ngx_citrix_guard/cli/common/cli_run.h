
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Runs other programs: nginx, systemctl, diff.
 */


#ifndef _CLI_RUN_H_INCLUDED_
#define _CLI_RUN_H_INCLUDED_


/*
 * Runs a program to its end.  Returns its exit status, 127 if it could not be
 * run.  Its output goes to "said", which the caller frees.
 */

int cli_run(const char *const *argv, char **said);


#endif /* _CLI_RUN_H_INCLUDED_ */
