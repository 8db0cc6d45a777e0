
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard ack: tells a monitor that somebody has investigated.
 */


#ifndef _ACK_MAIN_H_INCLUDED_
#define _ACK_MAIN_H_INCLUDED_


/* runs the command; "argv[0]" is its name; returns the exit status */

int ack_main(int argc, char **argv);


#endif /* _ACK_MAIN_H_INCLUDED_ */
