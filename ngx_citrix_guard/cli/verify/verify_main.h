
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard verify: options.
 */


#ifndef _VERIFY_MAIN_H_INCLUDED_
#define _VERIFY_MAIN_H_INCLUDED_


/* the command; "argv[0]" is its name.  Returns the exit status */

int verify_main(int argc, char **argv);


#endif /* _VERIFY_MAIN_H_INCLUDED_ */
