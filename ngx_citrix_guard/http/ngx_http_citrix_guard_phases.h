
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The handlers of the phases PREACCESS and LOG.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/* installs the handlers; NGX_ERROR without memory */

ngx_int_t ngx_http_citrix_guard_phases_init(ngx_conf_t *cf);

/*
 * Comes when nginx has put the phases together: makes the guard the last of
 * PREACCESS, which no other handler of it can lead past.  Writes nginx's phase
 * engine, allocates nothing.  NGX_DECLINED, and nothing is written, if the
 * engine is not what the guard knows.
 */

ngx_int_t ngx_http_citrix_guard_phases_order(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_ */
