
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warns if the module is loaded but nothing is blocked.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_MODE_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_MODE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Warns if the mode is "off" everywhere, or "on" nowhere.  Called when the
 * whole configuration has been read.
 */

void ngx_http_citrix_guard_check_mode(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_MODE_H_INCLUDED_ */
