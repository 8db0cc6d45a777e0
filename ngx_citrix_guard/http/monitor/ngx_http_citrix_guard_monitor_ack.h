
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix_guard_monitor_ack: somebody has investigated what may have got
 * through.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_ACK_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_ACK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/* the directive: reads the secret from its file */

char *ngx_http_citrix_guard_set_monitor_ack(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);

/*
 * Handles a POST to the monitor; 204 means acknowledged.  Reads the body only
 * if the secret is right, and allocates from the request's pool.
 */

ngx_int_t ngx_http_citrix_guard_monitor_ack(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_ACK_H_INCLUDED_ */
