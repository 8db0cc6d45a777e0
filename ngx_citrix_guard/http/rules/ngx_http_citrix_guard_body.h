
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads the beginning of a body ahead, before anything is forwarded.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* the beginning of a body, without framing */

typedef struct {
    u_char                         *data;
    size_t                          len;
    ngx_uint_t                      whole;      /* this is the whole body */
} ngx_http_citrix_guard_body_t;


#pragma GCC visibility push(hidden)


/* is there a body that nobody has begun to read or discard? */

ngx_uint_t ngx_http_citrix_guard_is_body_ahead(ngx_http_request_t *r);

/*
 * Reads at least the first "n" bytes of the body, or all of it, into memory
 * from the request's pool.  Returns NGX_OK; NGX_AGAIN: the phases run again
 * when more has arrived; NGX_ERROR if the body cannot be judged; or a status
 * to end the request with.
 */

ngx_int_t ngx_http_citrix_guard_peek_body(ngx_http_request_t *r, size_t n,
    ngx_http_citrix_guard_body_t *body);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_BODY_H_INCLUDED_ */
