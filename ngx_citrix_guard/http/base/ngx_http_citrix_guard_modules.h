
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Reads other modules' configuration.  The structures of nginx's own modules
 * are private, but the offsets in their command tables are not.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MODULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MODULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the module of that name, or NULL; searches all modules */

ngx_module_t *ngx_http_citrix_guard_find_module(ngx_cycle_t *cycle,
    const char *name);

/*
 * Where a module stores the value of its directive in a location; NULL if it
 * has no such directive.  Searches the module's commands.
 */

void *ngx_http_citrix_guard_directive_value(ngx_module_t *module,
    void **loc_conf, const char *directive);

/*
 * The upstream configuration of a module in a location; NULL if the module
 * uses no upstream.  The offset of its "..._bind" directive shows where its
 * ngx_http_upstream_conf_t is.
 */

ngx_http_upstream_conf_t *ngx_http_citrix_guard_upstream_conf(
    ngx_module_t *module, void **loc_conf);

/*
 * The n-th address of an upstream: sets "addr" and returns 1, or returns 0 if
 * there are fewer.  The address belongs to nginx's configuration.
 */

ngx_uint_t ngx_http_citrix_guard_upstream_address(
    ngx_http_upstream_srv_conf_t *uscf, ngx_uint_t n, ngx_addr_t *addr);

/* 1 if the address, with its port, belongs to the upstream */

ngx_uint_t ngx_http_citrix_guard_upstream_has_address(
    ngx_http_upstream_srv_conf_t *uscf, ngx_addr_t *addr);

/* logs a message about a location, with its name, server and file */

void ngx_http_citrix_guard_conf_log(ngx_conf_t *cf, ngx_uint_t level,
    ngx_http_citrix_guard_location_t *location, const char *text);

/*
 * Logs why a location cannot be guarded.  Returns NGX_ERROR; or NGX_OK with
 * "detect", where this is the operator's choice.
 */

ngx_int_t ngx_http_citrix_guard_conf_reject(ngx_conf_t *cf,
    ngx_http_citrix_guard_location_t *location, const char *text);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MODULES_H_INCLUDED_ */
