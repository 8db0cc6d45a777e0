
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sessions that go on in an http server.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_HTTP_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_HTTP_H_INCLUDED_


#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the handler of "citrix_guard_http_pass" */

char *ngx_stream_citrix_guard_set_http(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* warns of each of these addresses at which no http server listens */

void ngx_stream_citrix_guard_check_http(ngx_cycle_t *cycle,
    ngx_array_t *addrs);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_HTTP_H_INCLUDED_ */
