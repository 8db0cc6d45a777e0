
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A location of the configuration, and messages that name it.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_LOCATION_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_LOCATION_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* our part of the location's configuration */

ngx_http_citrix_guard_loc_conf_t *ngx_http_citrix_guard_location_conf(
    ngx_http_citrix_guard_location_t *location);

/*
 * One line in the log of the configuration, at this level: the location, its
 * server with file and line, and the text.
 */

void ngx_http_citrix_guard_log_location(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_location_t *location, const char *text);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_LOCATION_H_INCLUDED_ */
