
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
 * Installs a filter before all others.  Called once for each configuration,
 * after every module has set up its own: in a static build nginx's first
 * filter comes after the guard and starts the chain anew.  Cannot fail.
 */

void ngx_http_citrix_guard_hooks_init(void);

/*
 * Warns if nginx is newer than those that the guard was tested with.  Reads
 * the version of the running nginx, not of the one it was built for.
 */

void ngx_http_citrix_guard_check_version(ngx_log_t *log);

/* from now on this process refuses everything that it would have to judge */

extern ngx_uint_t  ngx_http_citrix_guard_hooks_lost;

/*
 * Records that a request is refused for that reason, whatever it contains:
 * "unseen", which no exception changes.  Allocates from the request's pool,
 * cannot fail.
 */

void ngx_http_citrix_guard_record_distrust(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf);


#pragma GCC visibility pop


#define ngx_http_citrix_guard_must_distrust(glcf)                             \
    (ngx_http_citrix_guard_hooks_lost                                         \
     && (glcf)->mode == NGX_HTTP_CITRIX_GUARD_ON)


/*
 * The egress check marks the upstream through the type of its socket, which
 * nginx leaves at 0 and treats as this value.  So the mark needs no memory,
 * and stays with the upstream when a redirect clears the module's context.
 */

#define ngx_http_citrix_guard_set_checked(u)                                  \
    (u)->peer.type = SOCK_STREAM

#define ngx_http_citrix_guard_is_checked(u)                                   \
    ((u)->peer.type == SOCK_STREAM)


#endif /* _NGX_HTTP_CITRIX_GUARD_HOOKS_H_INCLUDED_ */
