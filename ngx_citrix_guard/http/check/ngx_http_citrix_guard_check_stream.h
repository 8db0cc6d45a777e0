
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warnings of nginx -t about stream{}.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_STREAM_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_STREAM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Warns about stream servers that lead to an ADC which is guarded in http{}.
 * Called when the whole configuration has been read.
 */

void ngx_http_citrix_guard_check_stream(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_STREAM_H_INCLUDED_ */
