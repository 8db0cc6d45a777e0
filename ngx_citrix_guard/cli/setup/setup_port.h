
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Who listens at a port of this machine?
 */


#ifndef _SETUP_PORT_H_INCLUDED_
#define _SETUP_PORT_H_INCLUDED_


/* free, or nginx's; -1 with a message that names who listens there */

int setup_check_port(unsigned port);


#endif /* _SETUP_PORT_H_INCLUDED_ */
