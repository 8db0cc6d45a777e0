
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sends requests of the guard's own through nginx's upstream code, at start.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_SELF_TEST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_SELF_TEST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Adds the variable through which nginx calls the self-test.  Returns
 * NGX_ERROR if the configuration's pool has no memory.
 */

ngx_int_t ngx_http_citrix_guard_self_test_init(ngx_conf_t *cf);

/*
 * Sends one request through each place where the egress check is called,
 * without a destination.  Returns NGX_OK; NGX_DECLINED if nginx does not call
 * both with a head that can be judged; NGX_ERROR if memory runs out.  Frees
 * everything.
 */

ngx_int_t ngx_http_citrix_guard_self_test(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_SELF_TEST_H_INCLUDED_ */
