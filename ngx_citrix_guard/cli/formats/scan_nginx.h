
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A log_format by its name, read from a configuration of nginx.
 */


#ifndef _SCAN_NGINX_H_INCLUDED_
#define _SCAN_NGINX_H_INCLUDED_


#include "scan_types.h"


/*
 * Compiles the log_format of that name, by the nginx.conf that "conf" is; NULL: one
 * that nginx knows by itself.  -1 with a message.
 */

int scan_nginx_named(scan_formats_t *formats, const char *name,
    const char *conf);


#endif /* _SCAN_NGINX_H_INCLUDED_ */
