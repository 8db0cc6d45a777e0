
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which values in the head for the upstream may hold a line feed?
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_VALUES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_VALUES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Reads the text of a value that goes into the head, and adds to "glcf" what
 * has to be examined in each request: captures, and variables that are not
 * known to be free of line feeds.  Searches the configuration's variables for
 * each variable in the text.  Returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_check_value(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *text);

/* 1 if the text contains that variable */

ngx_uint_t ngx_http_citrix_guard_value_names(ngx_str_t *text,
    ngx_str_t *variable);

/*
 * The same as check_value() for "Upgrade", which makes egress scan the head if
 * it is not empty.  Returns NGX_DECLINED, and adds nothing, if the text is
 * more than one variable, or is one whose value the client sends.
 */

ngx_int_t ngx_http_citrix_guard_check_upgrade_value(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *text);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_VALUES_H_INCLUDED_ */
