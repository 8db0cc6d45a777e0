
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The answer to a client that is refused.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_REFUSAL_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_REFUSAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Answers with the status of the location, whatever error_page says.  Returns
 * the result of a phase handler; with NGX_DONE the request is finalized.
 * Allocates from the request's pool.
 */

ngx_int_t ngx_http_citrix_guard_refuse(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_REFUSAL_H_INCLUDED_ */
