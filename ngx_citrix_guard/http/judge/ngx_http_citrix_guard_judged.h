
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Has PREACCESS judged the client's own target in this location?  Stored as
 * the module's context, which an internal redirect clears.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_JUDGED_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_JUDGED_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* the context of such a request points here, so it needs no memory */

extern u_char  ngx_http_citrix_guard_judged_ctx;


#pragma GCC visibility pop


/* are these the bytes that PREACCESS has let pass in this location? */

static ngx_inline ngx_uint_t
ngx_http_citrix_guard_is_judged(ngx_http_request_t *r, ngx_str_t *target)
{
    return target->len == r->unparsed_uri.len
           && ngx_http_get_module_ctx(r, ngx_http_citrix_guard_module)
              == &ngx_http_citrix_guard_judged_ctx
           && ngx_memcmp(target->data, r->unparsed_uri.data, target->len)
              == 0;
}


#endif /* _NGX_HTTP_CITRIX_GUARD_JUDGED_H_INCLUDED_ */
