
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What does the configuration put into the head for the upstream?
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_HEAD_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_HEAD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Sets what the egress check has to examine in this location.  Returns
 * NGX_ERROR if the head could not be judged, which it logs, or if memory runs
 * out.
 */

ngx_int_t ngx_http_citrix_guard_check_head(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_HEAD_H_INCLUDED_ */
