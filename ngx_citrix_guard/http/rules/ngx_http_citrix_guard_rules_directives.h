
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The directives of rules, and which rules are in force where.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_RULES_DIRECTIVES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_RULES_DIRECTIVES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"


#pragma GCC visibility push(hidden)


/* "citrix_guard_rule", "citrix_guard_exempt", "citrix_guard_detect_for" */

char *ngx_http_citrix_guard_set_rule(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_citrix_guard_set_exempt(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_citrix_guard_set_detect_for(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);

/*
 * Sets glcf->set: the rules of the outer level and those of this level.
 * Allocates from cf->pool.  Returns NGX_CONF_ERROR, with a message, if a name
 * is unknown or there are too many rules.
 */

char *ngx_http_citrix_guard_merge_rules(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *prev,
    ngx_http_citrix_guard_loc_conf_t *glcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_RULES_DIRECTIVES_H_INCLUDED_ */
