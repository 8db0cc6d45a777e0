
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the current configuration says about rules and exemptions, as JSON.
 * The zone knows only what was counted.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_monitor_rules.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_json.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/zone/cguard_zone.h"


/* how many places are shown, however many locations there are */

#define NGX_HTTP_CITRIX_GUARD_EXEMPTIONS  256


static ngx_uint_t ngx_http_citrix_guard_exempts(
    ngx_http_citrix_guard_loc_conf_t *glcf);
static void ngx_http_citrix_guard_dump_exemption(
    ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_location_t *location);
static void ngx_http_citrix_guard_dump_bytes(ngx_http_citrix_guard_json_t *o,
    const char *key, u_char *data, size_t len);


void
ngx_http_citrix_guard_dump_actions(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf, cguard_zone_rule_t *rule)
{
    size_t                          len;
    ngx_uint_t                      i, seen;
    ngx_http_citrix_guard_rule_t  **r;

    static const char  *names[] = {
        [CGUARD_RULE_DETECT] = "detect",
        [CGUARD_RULE_BLOCK] = "block",
        [CGUARD_RULE_PASS] = "pass"
    };

    seen = 0;
    r = gmcf->rules.elts;

    for (i = 0; i < gmcf->rules.nelts; i++) {

        /* the zone has the beginning of a long name */

        len = ngx_min(r[i]->rule.id.len, (size_t) CGUARD_ZONE_NAME);

        if (r[i]->in_force && len == rule->len
            && ngx_memcmp(r[i]->rule.id.data, rule->name, len) == 0)
        {
            seen |= 1 << r[i]->rule.action;
        }
    }

    ngx_http_citrix_guard_json_open(o, "actions", "[");

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (seen & 1 << i) {
            ngx_http_citrix_guard_json_string(o, NULL, names[i]);
        }
    }

    ngx_http_citrix_guard_json_close(o, "]");
}


void
ngx_http_citrix_guard_dump_exemptions(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    void                             **srv_conf;
    ngx_uint_t                         i, n;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf, *server;

    n = 0;
    server = NULL;
    srv_conf = NULL;
    location = gmcf->locations.elts;

    ngx_http_citrix_guard_json_open(o, "exemptions", "[");

    for (i = 0; i < gmcf->locations.nelts; i++) {

        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];

        /* a server comes before its locations, which may not add anything */

        if (server == NULL || location[i].srv_conf != srv_conf) {
            srv_conf = location[i].srv_conf;
            server = glcf;

        } else if (glcf->set == server->set
                   && glcf->detect_for == server->detect_for)
        {
            continue;
        }

        if (!ngx_http_citrix_guard_exempts(glcf)) {
            continue;
        }

        if (n++ < NGX_HTTP_CITRIX_GUARD_EXEMPTIONS) {
            ngx_http_citrix_guard_dump_exemption(o, &location[i]);
        }
    }

    ngx_http_citrix_guard_json_close(o, "]");

    if (n > NGX_HTTP_CITRIX_GUARD_EXEMPTIONS) {
        ngx_http_citrix_guard_json_number(o, "exemptions_left_out",
                                     n - NGX_HTTP_CITRIX_GUARD_EXEMPTIONS);
    }
}


static ngx_uint_t
ngx_http_citrix_guard_exempts(ngx_http_citrix_guard_loc_conf_t *glcf)
{
    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_OFF || glcf->counters == NULL) {
        return 0;
    }

    return (glcf->set && glcf->set->exempt->nelts)
           || (glcf->detect_for && glcf->detect_for->nelts);
}


static void
ngx_http_citrix_guard_dump_exemption(ngx_http_citrix_guard_json_t *o,
    ngx_http_citrix_guard_location_t *location)
{
    ngx_str_t                         *name;
    ngx_uint_t                         i;
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];
    clcf = location->loc_conf[ngx_http_core_module.ctx_index];

    ngx_http_citrix_guard_json_open(o, NULL, "{");
    ngx_http_citrix_guard_dump_bytes(o, "server",
                                     (u_char *) glcf->counters->name,
                                     glcf->counters->len);
    ngx_http_citrix_guard_dump_bytes(o, "location", clcf->name.data,
                                     clcf->name.len);
    ngx_http_citrix_guard_json_open(o, "names", "[");

    if (glcf->set) {
        name = glcf->set->exempt->elts;

        for (i = 0; i < glcf->set->exempt->nelts; i++) {
            ngx_http_citrix_guard_dump_bytes(o, NULL, name[i].data,
                                             name[i].len);
        }
    }

    ngx_http_citrix_guard_json_close(o, "]");
    ngx_http_citrix_guard_json_number(o, "detect_for",
                            glcf->detect_for ? glcf->detect_for->nelts : 0);
    ngx_http_citrix_guard_json_close(o, "}");
}


static void
ngx_http_citrix_guard_dump_bytes(ngx_http_citrix_guard_json_t *o,
    const char *key, u_char *data, size_t len)
{
    ngx_http_citrix_guard_json_text(o, key, data, len, 4 * len);
}
