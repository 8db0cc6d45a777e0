
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The beginning of a request's body, before anything is forwarded.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_


#include "ngx_http_citrix_guard_body_types.h"


#pragma GCC visibility push(hidden)


/*
 * Gives at least the first "n" bytes of the body, or all of it.  NGX_OK, and
 * "body" lasts as long as the request; NGX_AGAIN, and the phases run again
 * when more is there; NGX_DONE: the same, and the handler returns it;
 * NGX_ERROR if the body cannot be judged; a status if the request is to end
 * with it.  Allocates from the request's pool.
 */

ngx_int_t ngx_http_citrix_guard_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_t *body);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_ */
