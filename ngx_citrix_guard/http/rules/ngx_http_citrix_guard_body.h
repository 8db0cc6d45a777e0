
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads ahead the beginning of a body, before anything is forwarded.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* the beginning of a body, decoded from its framing */

typedef struct {
    u_char                         *data;
    size_t                          len;
    ngx_uint_t                      whole;      /* that is all of it */
} ngx_http_citrix_guard_body_t;


#pragma GCC visibility push(hidden)


/* is there a body that nobody has begun to read or to discard? */

ngx_uint_t ngx_http_citrix_guard_is_body_ahead(ngx_http_request_t *r);

/*
 * At least the first "n" bytes of the request's body, or all of it, from the
 * request's pool.  NGX_OK, or NGX_AGAIN: the phases are run again when more
 * is there.  NGX_ERROR if the body cannot be judged; a status if the request
 * is to end with it.
 */

ngx_int_t ngx_http_citrix_guard_peek_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_t *body);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_ */
