
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The handlers of the phases PREACCESS and LOG.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/* installs the handlers; NGX_ERROR without memory */

ngx_int_t ngx_http_citrix_guard_phases_init(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_ */
