
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard rollback: back to what was there before a setup.
 */


#ifndef _ROLLBACK_MAIN_H_INCLUDED_
#define _ROLLBACK_MAIN_H_INCLUDED_


/* the command; "argv[0]" is its name.  Returns the exit status */

int rollback_main(int argc, char **argv);


#endif /* _ROLLBACK_MAIN_H_INCLUDED_ */
