
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the current configuration says about rules and exemptions, as JSON.
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


/* the actions of a rule where it is in force; empty if it is nowhere */

void ngx_http_citrix_guard_dump_actions(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf, cguard_zone_rule_t *rule);

/* what is exempted, and where */

void ngx_http_citrix_guard_dump_exemptions(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_MONITOR_RULES_H_INCLUDED_ */
