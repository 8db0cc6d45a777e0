
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The server of the stream block in which a session continues.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_PASS_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_PASS_H_INCLUDED_


#include "ngx_stream_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* handlers of "citrix_guard_preread_name" and "citrix_guard_preread_pass" */

char *ngx_stream_citrix_guard_set_name(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_stream_citrix_guard_set_pass(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* NGX_ERROR, with a message, if no server has that name */

ngx_int_t ngx_stream_citrix_guard_check_pass(ngx_conf_t *cf);

/*
 * Gives the session the settings of the server that
 * "citrix_guard_preread_pass" names, if it names one.  Returns NGX_ERROR if no
 * server has the name, or memory runs out.
 */

ngx_int_t ngx_stream_citrix_guard_switch_server(ngx_stream_session_t *s);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_PASS_H_INCLUDED_ */
