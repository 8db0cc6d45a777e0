
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Does this nginx call the guard where the guard expects it?
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_HOOKS_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_HOOKS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/*
 * Puts a filter before all others.  Comes once for each configuration, when
 * every module has set up its own: in a static build nginx's first filter
 * comes behind the guard, and starts the chain anew.  Cannot fail.
 */

void ngx_http_citrix_guard_hooks_init(void);

/*
 * Warns of an nginx that is newer than those that the guard was tried with.
 * Reads the version of the nginx that runs, not of the one it was built for.
 */

void ngx_http_citrix_guard_check_version(ngx_log_t *log);

/* from now on this process refuses what it would have to judge */

extern ngx_uint_t  ngx_http_citrix_guard_hooks_lost;

/*
 * Records that a request is refused for that, whatever is in it: reason
 * "unseen", which no exception changes.  Allocates from the request's pool,
 * and cannot fail.
 */

void ngx_http_citrix_guard_record_distrust(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);


#pragma GCC visibility pop


#define ngx_http_citrix_guard_must_distrust(glcf)                             \
    (ngx_http_citrix_guard_hooks_lost                                         \
     && (glcf)->mode == NGX_HTTP_CITRIX_GUARD_ON)


/*
 * The egress check leaves its sign in the upstream: the type of the socket,
 * which nginx leaves at 0, and takes 0 for this one.  So it costs no memory,
 * and stays with the upstream when a redirect clears the module's context.
 */

#define ngx_http_citrix_guard_set_checked(u)                                  \
    (u)->peer.type = SOCK_STREAM

#define ngx_http_citrix_guard_is_checked(u)                                   \
    ((u)->peer.type == SOCK_STREAM)


#endif /* _NGX_HTTP_CITRIX_GUARD_HOOKS_H_INCLUDED_ */
