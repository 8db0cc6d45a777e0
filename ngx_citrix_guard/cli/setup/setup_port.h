
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which program listens on a port of this machine?
 */


#ifndef _SETUP_PORT_H_INCLUDED_
#define _SETUP_PORT_H_INCLUDED_


/*
 * 0 if the port is free or nginx's; -1, with a message that names the program
 */

int setup_check_port(unsigned port);


#endif /* _SETUP_PORT_H_INCLUDED_ */
