
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What nginx -t says of rules.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


#pragma GCC visibility push(hidden)


/*
 * Warns of rules that are in force nowhere, that refuse usual requests, or
 * whose patterns are slow; the last are tried by nginx -t only, for about five
 * seconds at most.
 */

void ngx_http_citrix_guard_check_rules(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_ */
