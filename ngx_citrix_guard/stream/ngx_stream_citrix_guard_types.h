
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Types of the stream module.
 */


#ifndef _NGX_STREAM_CITRIX_GUARD_TYPES_H_INCLUDED_
#define _NGX_STREAM_CITRIX_GUARD_TYPES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>

#include "cguard/session/cguard_session.h"
#include "cguard/session/cguard_session_types.h"
#include "cguard/zone/cguard_front.h"
#include "ngx_stream_citrix_guard_names.h"


/* a server with a "citrix_guard_preread_name" */

typedef struct {
    ngx_str_t                       name;
    void                          **srv_conf;
} ngx_stream_citrix_guard_server_t;


/* where such a name is used, if it has no variables */

typedef struct {
    ngx_str_t                       name;
    u_char                         *file;
    ngx_uint_t                      line;
} ngx_stream_citrix_guard_reference_t;


typedef struct {
    ngx_array_t                     servers;
    ngx_array_t                     references;
    ngx_array_t                     http;       /* ..._handover_t */
    ngx_uint_t                      active;     /* preread is on somewhere */
    cguard_front_t                 *front;      /* NULL: preread is off */

    /* by protocol (MORE: UDP) and reason; the last four reasons are nginx's */

    u_char                          rows[CGUARD_SESSION_PROTOCOLS]
                                        [CGUARD_SESSION_REASONS + 4];
} ngx_stream_citrix_guard_main_conf_t;


typedef struct {
    ngx_flag_t                      preread;
    ngx_msec_t                      timeout;
    ngx_msec_t                      answer_timeout;
    ngx_uint_t                      socks5;     /* cguard_socks5_e */
    ngx_flag_t                      rdp;        /* is a protocol */
    ngx_stream_complex_value_t     *pass;       /* to the named server */
    ngx_stream_citrix_guard_http_t *http;       /* or to http servers */
} ngx_stream_citrix_guard_srv_conf_t;


/* a "citrix_guard_http_pass": resolved when http{} has been read */

typedef struct {
    ngx_stream_core_srv_conf_t          *cscf;
    ngx_stream_citrix_guard_srv_conf_t  *gscf;
    ngx_stream_citrix_guard_reference_t  to;
} ngx_stream_citrix_guard_handover_t;


typedef struct {
    cguard_protocol_e               protocol;   /* MORE: not known yet */
    ngx_event_t                     timer;
    ngx_event_t                     wait;       /* until the client speaks */
    ngx_event_handler_pt            read;       /* nginx's handler */
    ngx_connection_t               *connection;
    cguard_session_t                session;    /* after the signature */
    size_t                          signature;  /* bytes left to send */
    u_char                          first;      /* its first byte */
    ngx_uint_t                      started;    /* it is being sent */
    ngx_uint_t                      clear;      /* RDP in place of TLS */
    ngx_uint_t                      greeting;   /* "timer" limits it */
    ngx_msec_t                      answer_timeout;
    cguard_session_reason_e         reason;     /* why it was ended */
} ngx_stream_citrix_guard_ctx_t;


/*
 * The module's identity: nginx finds our configuration and context by it.
 * Defined in ngx_stream_citrix_guard_module.c.
 */

extern ngx_module_t  ngx_stream_citrix_guard_module;


#endif /* _NGX_STREAM_CITRIX_GUARD_TYPES_H_INCLUDED_ */
