
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The variables of the module.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_VARIABLES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_VARIABLES_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* NGX_ERROR without memory */

ngx_int_t ngx_http_citrix_guard_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_VARIABLES_H_INCLUDED_ */
