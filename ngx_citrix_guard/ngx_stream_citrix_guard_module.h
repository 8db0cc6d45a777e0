
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

#include "cguard/cguard_stream.h"


typedef struct {
    ngx_flag_t                      preread;
    ngx_msec_t                      timeout;
    ngx_uint_t                      socks5;     /* cguard_socks5_e */
} ngx_stream_citrix_guard_srv_conf_t;


typedef struct {
    cguard_protocol_e               protocol;   /* MORE: not known yet */
    ngx_event_t                     timer;
    cguard_stream_t                 stream;     /* behind the signature */
    size_t                          signature;  /* of it, still to be sent */
    u_char                          first;      /* its first byte */
    ngx_uint_t                      begun;      /* it is on its way */
} ngx_stream_citrix_guard_ctx_t;


extern ngx_module_t  ngx_stream_citrix_guard_module;


#pragma GCC visibility push(hidden)


/* filter: holds what follows a signature to its form */

void ngx_stream_citrix_guard_filter_init(void);


#pragma GCC visibility pop


#endif /* _NGX_STREAM_CITRIX_GUARD_MODULE_H_INCLUDED_ */
