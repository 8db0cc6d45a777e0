
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Checks that what follows a signature has the form of its protocol.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_FILTER_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_FILTER_H_INCLUDED_


#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* installs the filter before nginx's other filters of stream output */

void ngx_stream_citrix_guard_filter_init(void);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_FILTER_H_INCLUDED_ */
