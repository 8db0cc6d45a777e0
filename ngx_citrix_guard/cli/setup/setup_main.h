
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard setup: from nothing to shielded.
 */


#ifndef _SETUP_MAIN_H_INCLUDED_
#define _SETUP_MAIN_H_INCLUDED_


/* the command; "argv[0]" is its name.  Returns the exit status */

int setup_main(int argc, char **argv);


#endif /* _SETUP_MAIN_H_INCLUDED_ */
