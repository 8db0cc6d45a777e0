
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What nginx -t warns of in rules.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* warnings only; the trials with hostile input run for "nginx -t" alone */

void ngx_http_citrix_guard_check_rules(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_CHECK_RULES_H_INCLUDED_ */
