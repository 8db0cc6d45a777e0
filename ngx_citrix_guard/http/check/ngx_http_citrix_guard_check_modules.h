
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Modules that are not nginx's own.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_MODULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_MODULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Where nginx has an http module that is not its own, egress judges each head:
 * such a module may change header fields at any time.  Called when all of the
 * configuration has been read.
 */

void ngx_http_citrix_guard_check_modules(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_MODULES_H_INCLUDED_ */
