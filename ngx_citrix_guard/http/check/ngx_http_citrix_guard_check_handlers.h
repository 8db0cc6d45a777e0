
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Handlers of modules that are not nginx's own.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_HANDLERS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_HANDLERS_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* called when every module has added its handlers; sets what is scanned */

void ngx_http_citrix_guard_check_handlers(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_HANDLERS_H_INCLUDED_ */
