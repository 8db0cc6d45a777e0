
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Holds what follows a signature to its form.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_FILTER_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_FILTER_H_INCLUDED_


#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* puts the filter on top of nginx's other filters of stream output */

void ngx_stream_citrix_guard_filter_init(void);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_FILTER_H_INCLUDED_ */
