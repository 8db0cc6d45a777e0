
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The http servers with a "citrix_guard_http_name", to which stream passes its
 * sessions.  They need no "listen".
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_NAMES_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_NAMES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* what nginx has for an address, here for a name: one per address family */

typedef struct {
    ngx_str_t                       name;
    ngx_array_t                     servers;    /* the first is the default */
    ngx_uint_t                      http2;
    ngx_http_in_addr_t              addr;
    ngx_http_port_t                 port;
    ngx_listening_t                 listening;
#if (NGX_HAVE_INET6)
    ngx_http_in6_addr_t             addr6;
    ngx_http_port_t                 port6;
    ngx_listening_t                 listening6;
#endif
} ngx_stream_citrix_guard_http_t;


#pragma GCC visibility push(hidden)


/*
 * The http servers of a name; NULL if there are none, or http{} has not been
 * read yet.  They live as long as the cycle.
 */

ngx_stream_citrix_guard_http_t *ngx_stream_citrix_guard_find_http(
    ngx_cycle_t *cycle, ngx_str_t *name);

/*
 * The handler of "citrix_guard_http_name", the main configuration that it
 * fills, and a function for the end of http{}, when all server names are
 * known.
 */

char *ngx_stream_citrix_guard_set_http_name(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
void *ngx_stream_citrix_guard_create_names(ngx_conf_t *cf);
ngx_int_t ngx_stream_citrix_guard_names_init(ngx_conf_t *cf);


#pragma GCC visibility pop


/*
 * The directive's module: nginx finds our configuration by its address.
 * Defined in ngx_http_citrix_guard_name_module.c.
 */

extern ngx_module_t  ngx_http_citrix_guard_name_module;


#endif /* _NGX_STREAM_CITRIX_GUARD_NAMES_H_INCLUDED_ */
