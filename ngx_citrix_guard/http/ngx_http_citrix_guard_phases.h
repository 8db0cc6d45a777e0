
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


/* installs the handlers; returns NGX_ERROR if memory runs out */

ngx_int_t ngx_http_citrix_guard_phases_init(ngx_conf_t *cf);

/*
 * Called after nginx has built the phase engine: moves the guard to the end of
 * PREACCESS, where no other handler can bypass it.  Writes to nginx's phase
 * engine, allocates nothing.  Returns NGX_DECLINED, and writes nothing, if the
 * engine has an unknown form.
 */

ngx_int_t ngx_http_citrix_guard_phases_order(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_PHASES_H_INCLUDED_ */
