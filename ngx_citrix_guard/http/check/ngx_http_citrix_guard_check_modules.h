
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Detects third-party modules.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_MODULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_MODULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * If nginx has a third-party http module, makes egress scan every head,
 * because such a module may change header fields at any time.  Called when the
 * whole configuration has been read.
 */

void ngx_http_citrix_guard_check_modules(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_MODULES_H_INCLUDED_ */
