
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

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* installs the handlers; NGX_ERROR without memory */

ngx_int_t ngx_http_citrix_guard_phases_init(ngx_conf_t *cf);

/*
 * Called when every module has added its handlers: if one of them is not of
 * nginx's own modules, egress has to scan all headers.
 */

void ngx_http_citrix_guard_phases_check_handlers(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_ */
