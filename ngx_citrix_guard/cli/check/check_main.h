
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard check: the guard's verdict on request targets.
 */


#ifndef _CHECK_MAIN_H_INCLUDED_
#define _CHECK_MAIN_H_INCLUDED_


/* runs the command; "argv[0]" is its name; returns the exit status */

int check_main(int argc, char **argv);


#endif /* _CHECK_MAIN_H_INCLUDED_ */
