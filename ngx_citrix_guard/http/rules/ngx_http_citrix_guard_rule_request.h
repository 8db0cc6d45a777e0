
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request as the core's rules see one.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RULE_REQUEST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RULE_REQUEST_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_body_types.h"


/* the request's header fields, one after another */

typedef struct {
    ngx_list_part_t                *first;
    ngx_list_part_t                *part;
    ngx_uint_t                      n;          /* in this part */
} ngx_http_citrix_guard_header_iterator_t;


typedef struct {
    cguard_subject_t                         subject;
    ngx_http_citrix_guard_header_iterator_t  fields;
    ngx_str_t                                target;
    ngx_http_citrix_guard_in_e               in;
} ngx_http_citrix_guard_rule_request_t;


#pragma GCC visibility push(hidden)


/*
 * Fills "l" in; "body" is NULL while none is known.  Its texts are in the
 * request and in one buffer of the process, and are good until the next call.
 * NGX_ERROR without memory, or if there are too many forms of the target.
 */

ngx_int_t ngx_http_citrix_guard_rule_request_init(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_rule_request_t *l);

/* frees that buffer */

void ngx_http_citrix_guard_exit_process(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RULE_REQUEST_H_INCLUDED_ */
