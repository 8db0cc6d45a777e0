
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The variables, such as $citrix_guard_event.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_VARIABLES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_VARIABLES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Adds the variables, before the configuration is read.  Returns NGX_ERROR if
 * memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_VARIABLES_H_INCLUDED_ */
