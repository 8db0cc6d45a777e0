
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request as the core's rules see it.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RULE_REQUEST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RULE_REQUEST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "cguard/rules/cguard_rule_types.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_body.h"


/* iterates over the request's header fields */

typedef struct {
    ngx_list_part_t                *first;
    ngx_list_part_t                *part;
    ngx_uint_t                      n;          /* in this part */
} ngx_http_citrix_guard_fields_t;


typedef struct {
    cguard_subject_t                subject;
    ngx_http_citrix_guard_fields_t  fields;
    ngx_str_t                       target;
    ngx_http_citrix_guard_in_e      in;
} ngx_http_citrix_guard_rule_request_t;


#pragma GCC visibility push(hidden)


/*
 * Fills "l"; "body" is NULL while nothing of it is known.  Valid until the
 * next call: the forms of the target are in a buffer of the process, which
 * grows to what the longest request needed.  Returns NGX_ERROR if memory runs
 * out.
 */

ngx_int_t ngx_http_citrix_guard_rule_request_init(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_rule_request_t *l);

/* frees the buffer */

void ngx_http_citrix_guard_exit_process(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RULE_REQUEST_H_INCLUDED_ */
