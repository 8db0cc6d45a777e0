
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard verify: options.
 */


#ifndef _VERIFY_MAIN_H_INCLUDED_
#define _VERIFY_MAIN_H_INCLUDED_


#include <stddef.h>


/* runs the command; "argv[0]" is its name; returns the exit status */

int verify_main(int argc, char **argv);

/*
 * The same without a report: returns the verdict, and the sentence with its
 * reason.  For commands that end with a verification.
 */

int verify_quietly(int argc, char **argv, char *reason, size_t size);


#endif /* _VERIFY_MAIN_H_INCLUDED_ */
