
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Counts the sessions that were turned away, for the monitor of the http
 * module.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_FRONT_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_FRONT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>


#pragma GCC visibility push(hidden)


/*
 * Adds the shared memory and the handler that counts, if some server has
 * citrix_guard_preread.  Returns NGX_ERROR if memory runs out.
 */

ngx_int_t ngx_stream_citrix_guard_front_init(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_FRONT_H_INCLUDED_ */
