
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request of the guard's own through nginx's upstream code, at start.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_SELF_TEST_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_SELF_TEST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Adds the variable that the self-test is called by.  NGX_ERROR without memory
 * in the configuration's pool.
 */

ngx_int_t ngx_http_citrix_guard_self_test_init(ngx_conf_t *cf);

/*
 * Sends one request through each place that the egress check is called at, to
 * nowhere.  NGX_OK; NGX_DECLINED if nginx does not call both, with a head that
 * can be judged; NGX_ERROR without memory.  Nothing is left of it.
 */

ngx_int_t ngx_http_citrix_guard_self_test(ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_SELF_TEST_H_INCLUDED_ */
