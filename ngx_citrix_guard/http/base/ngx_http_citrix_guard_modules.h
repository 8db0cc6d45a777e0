
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What other modules of nginx have in their configuration.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MODULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MODULES_H_INCLUDED_


#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the module of that name, NULL if it is not there; reads the whole list */

ngx_module_t *ngx_http_citrix_guard_find_module(ngx_cycle_t *cycle,
    const char *name);

/*
 * Where a module keeps the value of its directive in this location; NULL if
 * it has no such directive.
 */

void *ngx_http_citrix_guard_module_field(ngx_module_t *module,
    void **loc_conf, const char *directive);

/*
 * A module's upstream settings in this location, if it connects to upstreams.
 * The offset of its "..._bind" directive shows where they are.  NULL if it has
 * no such directive.
 */

ngx_http_upstream_conf_t *ngx_http_citrix_guard_upstream_conf(
    ngx_module_t *module, void **loc_conf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MODULES_H_INCLUDED_ */
