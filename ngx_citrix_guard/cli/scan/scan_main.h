
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard scan: options, and the list of files.
 */


#ifndef _SCAN_MAIN_H_INCLUDED_
#define _SCAN_MAIN_H_INCLUDED_


/* runs the command; "argv[0]" is its name; returns the exit status */

int scan_main(int argc, char **argv);


#endif /* _SCAN_MAIN_H_INCLUDED_ */
