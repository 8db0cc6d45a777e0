
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard rollback: restores the files from before a setup.
 */


#ifndef _ROLLBACK_MAIN_H_INCLUDED_
#define _ROLLBACK_MAIN_H_INCLUDED_


/* runs the command; "argv[0]" is its name; returns the exit status */

int rollback_main(int argc, char **argv);


#endif /* _ROLLBACK_MAIN_H_INCLUDED_ */
