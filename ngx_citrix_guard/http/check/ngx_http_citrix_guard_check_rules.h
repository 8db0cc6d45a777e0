
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Warnings of nginx -t about rules.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Warns about rules that are in force nowhere, refuse ordinary requests, or
 * have slow patterns.  Only nginx -t tests patterns for speed, for about five
 * seconds at most.
 */

void ngx_http_citrix_guard_check_rules(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_ */
