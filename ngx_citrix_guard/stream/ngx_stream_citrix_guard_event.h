
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The event of a session that the front has turned away, as a variable.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_EVENT_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_EVENT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>


#pragma GCC visibility push(hidden)


/* $citrix_guard_event and $citrix_guard_why: empty if it was not turned away */

ngx_int_t ngx_stream_citrix_guard_event_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data);
ngx_int_t ngx_stream_citrix_guard_why_variable(ngx_stream_session_t *s,
    ngx_stream_variable_value_t *v, uintptr_t data);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_EVENT_H_INCLUDED_ */
