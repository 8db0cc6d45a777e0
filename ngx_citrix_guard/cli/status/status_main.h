
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard status: are we shielded, in one sentence.
 */


#ifndef _STATUS_MAIN_H_INCLUDED_
#define _STATUS_MAIN_H_INCLUDED_


/* the command; "argv[0]" is its name.  Returns the exit status */

int status_main(int argc, char **argv);


#endif /* _STATUS_MAIN_H_INCLUDED_ */
