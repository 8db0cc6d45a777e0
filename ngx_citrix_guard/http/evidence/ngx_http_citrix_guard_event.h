
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The event of a suspicious request, and its form as JSON.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_EVENT_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_EVENT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"
#include "ngx_http_citrix_guard_outcome.h"


/*
 * The contents of an event, as pointers to the original data.  Texts are not
 * escaped, except the reading.
 */

typedef struct {
    ngx_http_citrix_guard_mark_t   *mark;
    ngx_http_citrix_guard_outcome_e  outcome;
    uint64_t                        msec;       /* when it arrived, UTC */
    ngx_str_t                       id;
    ngx_str_t                       client;
    ngx_str_t                       sni;
    ngx_str_t                       server;
    ngx_str_t                       host;
    ngx_str_t                       method;
    ngx_str_t                       protocol;
    ngx_str_t                       target;
    ngx_str_t                       agent;
    ngx_str_t                       nsc_user;
    ngx_uint_t                      status;
    off_t                           sent;
    ngx_http_upstream_state_t      *upstream;   /* NULL: not forwarded */
    ngx_uint_t                      answer;     /* its status; 0: unknown */
    ngx_http_citrix_guard_canary_t *canary;     /* NULL: not a canary */
    ngx_uint_t                      let_by;     /* not refused with "on" */
} ngx_http_citrix_guard_event_t;


#pragma GCC visibility push(hidden)


/* fills "e" for a request that has a mark; allocates nothing */

void ngx_http_citrix_guard_build_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_event_t *e);

/*
 * The event as a line of JSON, at most 4096 bytes, from the request's pool.
 * If memory runs out it is in a static buffer, valid until the next event.
 */

ngx_str_t ngx_http_citrix_guard_event_json(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_EVENT_H_INCLUDED_ */
