
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the files of the stream module share.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_MODULE_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session.h"


/* a server of "citrix_guard_preread_name" */

typedef struct {
    ngx_str_t                       name;
    void                          **srv_conf;
} ngx_stream_citrix_guard_server_t;


/* where such a name is asked for, if it has no variables */

typedef struct {
    ngx_str_t                       name;
    u_char                         *file;
    ngx_uint_t                      line;
} ngx_stream_citrix_guard_wanted_t;


typedef struct {
    ngx_array_t                     servers;
    ngx_array_t                     wanted;
    ngx_array_t                     http;       /* ngx_addr_t *, as below */
} ngx_stream_citrix_guard_main_conf_t;


typedef struct {
    ngx_flag_t                      preread;
    ngx_msec_t                      timeout;
    ngx_uint_t                      socks5;     /* cguard_socks5_e */
    ngx_stream_complex_value_t     *pass;       /* to a server of this name */
    ngx_addr_t                     *http;       /* to who listens there */
} ngx_stream_citrix_guard_srv_conf_t;


typedef struct {
    cguard_protocol_e               protocol;   /* MORE: not known yet */
    ngx_event_t                     timer;
    cguard_session_t                 stream;     /* behind the signature */
    size_t                          signature;  /* of it, still to be sent */
    u_char                          first;      /* its first byte */
    ngx_uint_t                      begun;      /* it is on its way */
} ngx_stream_citrix_guard_ctx_t;


extern ngx_module_t  ngx_stream_citrix_guard_module;


#pragma GCC visibility push(hidden)


/* filter: holds what follows a signature to its form */

void ngx_stream_citrix_guard_filter_init(void);


/* pass: the server in which a session goes on */

char *ngx_stream_citrix_guard_set_name(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_stream_citrix_guard_set_pass(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_int_t ngx_stream_citrix_guard_check_pass(ngx_conf_t *cf);

/*
 * From here on the session has the settings of the server that
 * "citrix_guard_preread_pass" names, if it names any.  NGX_ERROR if there is
 * none of that name, or memory is short.
 */

ngx_int_t ngx_stream_citrix_guard_pass(ngx_stream_session_t *s);


/* http: sessions that go on in an http server */

char *ngx_stream_citrix_guard_set_http(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_stream_citrix_guard_check_http(ngx_cycle_t *cycle,
    ngx_array_t *addrs);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_MODULE_H_INCLUDED_ */
