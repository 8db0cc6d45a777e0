
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directives of rules, and which are in force where.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RULES_DIRECTIVES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RULES_DIRECTIVES_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* handlers of "citrix_guard_rule", "_exempt" and "_detect_for" */

char *ngx_http_citrix_guard_set_rule(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_citrix_guard_set_exempt(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_citrix_guard_set_detect_for(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);

/* part of merging a location: what it inherits, and its set of rules */

char *ngx_http_citrix_guard_merge_rules(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *prev,
    ngx_http_citrix_guard_loc_conf_t *glcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RULES_DIRECTIVES_H_INCLUDED_ */
