
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Detects the protocol of a session by its first bytes.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_PREREAD_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_PREREAD_H_INCLUDED_


#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* adds the handlers of the phases; NGX_ERROR if memory runs out */

ngx_int_t ngx_stream_citrix_guard_preread_init(ngx_conf_t *cf);

/*
 * adds $citrix_guard_protocol, $citrix_guard_source and $citrix_guard_why;
 * returns NGX_ERROR if memory runs out
 */

ngx_int_t ngx_stream_citrix_guard_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_PREREAD_H_INCLUDED_ */
