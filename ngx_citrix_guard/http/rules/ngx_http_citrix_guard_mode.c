
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The verdict on a finding: blocked, unless the operator decided otherwise for
 * the location, the client or the request.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_mode.h"
#include "ngx_http_citrix_guard_exceptions.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/rules/cguard_rule_types.h"


static ngx_uint_t ngx_http_citrix_guard_is_exempt(
    ngx_http_citrix_guard_rule_set_t *set, ngx_str_t *name);
static ngx_uint_t ngx_http_citrix_guard_only_detect(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f);


void
ngx_http_citrix_guard_apply_mode(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    ngx_str_t  id, reason;

    f->exempted_by = NULL;

    if (glcf->set) {

        ngx_str_null(&id);

        if (f->rule) {
            id.data = (u_char *) f->rule->id.data;
            id.len = f->rule->id.len;
        }

        reason.data = (u_char *) f->reason;
        reason.len = ngx_strlen(f->reason);

        if (ngx_http_citrix_guard_is_exempt(glcf->set, &reason)
            || (id.len && ngx_http_citrix_guard_is_exempt(glcf->set, &id)))
        {
            f->verdict = ngx_http_citrix_guard_exempted;
            return;
        }

        f->exempted_by = ngx_http_citrix_guard_exception(r, glcf, &id, &reason);

        if (f->exempted_by) {
            f->verdict = ngx_http_citrix_guard_exempted;
            return;
        }
    }

    f->verdict = ngx_http_citrix_guard_only_detect(r, glcf, f)
                 ? ngx_http_citrix_guard_detected
                 : ngx_http_citrix_guard_blocked;
}


static ngx_uint_t
ngx_http_citrix_guard_is_exempt(ngx_http_citrix_guard_rule_set_t *set,
    ngx_str_t *name)
{
    ngx_str_t   *exempt;
    ngx_uint_t   i;

    exempt = set->exempt->elts;

    for (i = 0; i < set->exempt->nelts; i++) {
        if (exempt[i].len == name->len
            && ngx_strncmp(exempt[i].data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_citrix_guard_only_detect(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    if (glcf->mode == NGX_HTTP_CITRIX_GUARD_DETECT) {
        return 1;
    }

    if (f->rule && f->rule->action == CGUARD_RULE_DETECT) {
        return 1;
    }

    return glcf->detect_for
           && ngx_cidr_match(r->connection->sockaddr, glcf->detect_for)
              == NGX_OK;
}
