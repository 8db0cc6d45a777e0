
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the configuration in force says of rules and exemptions, as JSON.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_MONITOR_RULES_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_MONITOR_RULES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"
#include "cguard/zone/cguard_zone.h"


#pragma GCC visibility push(hidden)


/* what a rule does where it is in force: an array, empty if it is not */

void ngx_http_citrix_guard_dump_actions(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf, cguard_zone_rule_t *rule);

/* what is let by, and where */

void ngx_http_citrix_guard_dump_exemptions(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_RULES_H_INCLUDED_ */
