
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The operator's own requests, by their tokens.
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

/* the token of "citrix_guard_zone", of which "value" is the parameter */

char *ngx_http_citrix_guard_set_zone_canary(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_str_t *value);

/*
 * Has each request looked at when its head is read, if there are tokens of
 * header fields: the field is taken out, so that it goes to no upstream.
 * NGX_ERROR without memory.
 */

ngx_int_t ngx_http_citrix_guard_canary_init(ngx_conf_t *cf);

/*
 * Which of the operator's own the request is, NULL if it is none.  Compares in
 * a time that does not depend on how much of a token is right; allocates
 * nothing.
 */

ngx_http_citrix_guard_canary_t *ngx_http_citrix_guard_canary(
    ngx_http_request_t *r, ngx_str_t *target);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CANARY_H_INCLUDED_ */
