
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The outcome of a suspicious request, by the ADC's answer.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_OUTCOME_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_OUTCOME_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


/* the outcomes, in ascending order of severity */

typedef enum {
    ngx_http_citrix_guard_outcome_blocked = 0,
    ngx_http_citrix_guard_outcome_attempt,
    ngx_http_citrix_guard_outcome_unknown,      /* sent, answer unknown */
    ngx_http_citrix_guard_outcome_scan_success,
    ngx_http_citrix_guard_outcome_exploit_suspected
} ngx_http_citrix_guard_outcome_e;


#pragma GCC visibility push(hidden)


/*
 * The worst outcome of all answers to the request and to those subrequests in
 * which something was found; "answered" is the one with that answer.  Reads the
 * mark, targets and upstream_states; allocates nothing, cannot fail.
 */

ngx_http_citrix_guard_outcome_e ngx_http_citrix_guard_outcome(
    ngx_http_request_t *r, ngx_http_citrix_guard_mark_t *mark,
    ngx_http_request_t **answered);

/*
 * The status of the upstream's own answer; 0 if its status line was not read.
 * What nginx sets in its place (502, 504, 499) does not count.
 */

ngx_uint_t ngx_http_citrix_guard_answer_status(ngx_http_request_t *r,
    ngx_http_upstream_state_t *state);

/* a constant string */

const char *ngx_http_citrix_guard_outcome_name(
    ngx_http_citrix_guard_outcome_e outcome);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_OUTCOME_H_INCLUDED_ */
