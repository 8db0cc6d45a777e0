
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * At the end of a client's request: counts it, and raises an alert if the
 * ADC's answer says that something got through.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_record.h"
#include "ngx_http_citrix_guard_event.h"
#include "ngx_http_citrix_guard_log.h"
#include "ngx_http_citrix_guard_lost.h"
#include "ngx_http_citrix_guard_mark.h"
#include "ngx_http_citrix_guard_outcome.h"
#include "ngx_http_citrix_guard_zone.h"
#include "http/base/ngx_http_citrix_guard_escape.h"
#include "http/base/ngx_http_citrix_guard_names.h"
#include "http/base/ngx_http_citrix_guard_types.h"


static void ngx_http_citrix_guard_log_alert(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e);


/* called once for each request of a client, and for subrequests */

void
ngx_http_citrix_guard_record_event(ngx_http_request_t *r)
{
    ngx_http_citrix_guard_mark_t   *mark;
    ngx_http_citrix_guard_event_t   e;

    if (r != r->main) {
        return;
    }

    mark = ngx_http_citrix_guard_mark(r);

    if (mark == NULL) {
        ngx_http_citrix_guard_count_passed(r);
        return;
    }

    ngx_http_citrix_guard_build_event(r, mark, &e);
    ngx_http_citrix_guard_count_event(r, &e);
    ngx_http_citrix_guard_check_event(r, mark, &e);

    if (e.canary) {

        if (e.let_by) {
            ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                          "citrix_guard: the canary \"%V\" was %s and not "
                          "refused, where the guard is on, id=%V",
                          &e.canary->name,
                          ngx_http_citrix_guard_verdict_name(mark->verdict),
                          &e.id);

            ngx_http_citrix_guard_check_line(r, NGX_LOG_ALERT);
        }

        return;
    }

    if (e.outcome >= ngx_http_citrix_guard_outcome_unknown) {
        ngx_http_citrix_guard_log_alert(r, &e);
    }
}


static void
ngx_http_citrix_guard_log_alert(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e)
{
    u_char      text[NGX_HTTP_CITRIX_GUARD_TEXT];
    ngx_str_t   target;
    ngx_uint_t  level, status;

    target.data = text;
    target.len = ngx_http_citrix_guard_escape(text, sizeof(text),
                                              e->target.data, e->target.len);

    /* an answer from nginx's cache has no other status */

    status = e->upstream ? e->answer : e->status;

    level = e->outcome == ngx_http_citrix_guard_outcome_unknown
            ? NGX_LOG_CRIT : NGX_LOG_ALERT;

    ngx_log_error(level, r->connection->log, 0,
                  "citrix_guard: %s reason=%s status=%ui id=%V "
                  "target=\"%V\"",
                  ngx_http_citrix_guard_outcome_name(e->outcome),
                  e->mark->reason, status, &e->id, &target);

    ngx_http_citrix_guard_check_line(r, level);
}
