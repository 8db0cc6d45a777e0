
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds a log_format by its name in an nginx configuration.
 */


#ifndef _SCAN_NGINX_H_INCLUDED_
#define _SCAN_NGINX_H_INCLUDED_


#include "scan_types.h"


/*
 * Compiles the log_format of that name from the nginx.conf "conf"; NULL: one
 * that nginx has built in.  Returns -1, with a message, on failure.
 */

int scan_nginx_named(scan_formats_t *formats, const char *name,
    const char *conf);


#endif /* _SCAN_NGINX_H_INCLUDED_ */
