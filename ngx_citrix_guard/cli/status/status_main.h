
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard status: are we shielded?  In one sentence.
 */


#ifndef _STATUS_MAIN_H_INCLUDED_
#define _STATUS_MAIN_H_INCLUDED_


/* runs the command; "argv[0]" is its name; returns the exit status */

int status_main(int argc, char **argv);


#endif /* _STATUS_MAIN_H_INCLUDED_ */
