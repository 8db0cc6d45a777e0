
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Recognises the operator's own requests by their tokens.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CANARY_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CANARY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the directive "citrix_guard_canary" */

char *ngx_http_citrix_guard_set_canary(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* parses the parameter "value" of "citrix_guard_zone" as its token */

char *ngx_http_citrix_guard_set_zone_canary(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_str_t *value);

/*
 * If there are tokens for header fields: has each request examined when its
 * header was read, and removes the field, so that no upstream gets it.
 * Returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_http_citrix_guard_canary_init(ngx_conf_t *cf);

/*
 * The canary that the request belongs to; NULL if it is an ordinary request.
 * The time to compare does not depend on how much of a token is right.
 * Allocates nothing.
 */

ngx_http_citrix_guard_canary_t *ngx_http_citrix_guard_canary(
    ngx_http_request_t *r, ngx_str_t *target);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CANARY_H_INCLUDED_ */
