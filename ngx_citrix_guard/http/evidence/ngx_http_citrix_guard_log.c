
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The line in the error log.  Its grammar is fixed (docs/directives.md), and
 * every byte of the client is escaped.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_log.h"
#include "ngx_http_citrix_guard_lost.h"
#include "http/base/ngx_http_citrix_guard_escape.h"
#include "http/base/ngx_http_citrix_guard_names.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/decision/cguard_reading.h"
#include "cguard/rules/cguard_rule_types.h"


/* nginx cuts a line at 2048 bytes, and appends client and server to ours */

#define NGX_HTTP_CITRIX_GUARD_LOG_READING  384


/* the longest message of a rule in a line */

#define NGX_HTTP_CITRIX_GUARD_LOG_MSG  128


static ngx_str_t ngx_http_citrix_guard_log_rule(
    ngx_http_citrix_guard_finding_t *f, u_char *buf, size_t size);
static ngx_str_t ngx_http_citrix_guard_log_msg(
    ngx_http_citrix_guard_finding_t *f, u_char *buf, size_t size);


void
ngx_http_citrix_guard_log_finding(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf,
    ngx_http_citrix_guard_finding_t *f)
{
    u_char      text[NGX_HTTP_CITRIX_GUARD_TEXT];
    u_char      read[NGX_HTTP_CITRIX_GUARD_LOG_READING];
    u_char      ids[2 * CGUARD_RULE_ID + sizeof(" rule= by=")];
    u_char      msgs[4 * NGX_HTTP_CITRIX_GUARD_LOG_MSG];
    ngx_str_t   id, target, reading, rule, msg;

    if (r->connection->log->log_level < glcf->log_level) {
        return;
    }

    /* nginx's own part of the line relies on it: HTTP/2, memory ran out */

    if (r->request_line.data == NULL) {
        r->request_line.len = 0;
    }

    target = ngx_http_citrix_guard_client_target(r);

    target.len = ngx_http_citrix_guard_escape(text, sizeof(text), target.data,
                                              target.len);
    target.data = text;

    reading.len = ngx_http_citrix_guard_format_reading(read, sizeof(read), f);
    reading.data = read;

    id = ngx_http_citrix_guard_request_id(r);
    rule = ngx_http_citrix_guard_log_rule(f, ids, sizeof(ids));
    msg = ngx_http_citrix_guard_log_msg(f, msgs, sizeof(msgs));

    ngx_log_error(glcf->log_level, r->connection->log, 0,
                  "citrix_guard: %s reason=%s%V at=%s in=%s depth=%ui "
                  "range=%uz-%uz mode=%s id=%V target=\"%V\" reading=\"%V\""
                  "%V",
                  ngx_http_citrix_guard_verdict_name(f->verdict), f->reason,
                  &rule, ngx_http_citrix_guard_at_name(f->at),
                  ngx_http_citrix_guard_in_name(f->in),
                  (ngx_uint_t) f->depth, f->start, f->end,
                  glcf->mode == NGX_HTTP_CITRIX_GUARD_ON ? "on" : "detect",
                  &id, &target, &reading, &msg);

    ngx_http_citrix_guard_check_line(r, glcf->log_level);
}


/* " rule=ID", and " by=ID" of the exception that applied */

static ngx_str_t
ngx_http_citrix_guard_log_rule(ngx_http_citrix_guard_finding_t *f,
    u_char *buf, size_t size)
{
    u_char     *p;
    ngx_str_t   text;

    p = buf;

    if (f->rule) {
        p = ngx_slprintf(p, buf + size, " rule=%*s", f->rule->id.len,
                         f->rule->id.data);
    }

    if (f->exempted_by) {
        p = ngx_slprintf(p, buf + size, " by=%*s", f->exempted_by->id.len,
                         f->exempted_by->id.data);
    }

    text.data = buf;
    text.len = p - buf;

    return text;
}


/* " msg="..."", from the configuration, but escaped as well */

static ngx_str_t
ngx_http_citrix_guard_log_msg(ngx_http_citrix_guard_finding_t *f, u_char *buf,
    size_t size)
{
    ngx_str_t             text;
    const cguard_word_t  *msg;

    ngx_str_null(&text);

    if (f->rule == NULL || f->rule->msg.len == 0) {
        return text;
    }

    msg = &f->rule->msg;

    text.data = buf;
    text.len = ngx_sprintf(buf, " msg=\"") - buf;

    text.len += ngx_http_citrix_guard_escape(buf + text.len,
                    size - text.len - 1, (u_char *) msg->data, msg->len);

    buf[text.len++] = '"';

    return text;
}


/* a reading that does not fit begins where the attack begins */

size_t
ngx_http_citrix_guard_format_reading(u_char *dst, size_t size,
    ngx_http_citrix_guard_finding_t *f)
{
    size_t  len, from;
    u_char  text[NGX_HTTP_CITRIX_GUARD_TEXT];

    from = f->end > size ? f->start : 0;

    /* decoded, a line feed would be invisible */

    if (ngx_strcmp(f->reason, "injection") == 0) {
        return ngx_http_citrix_guard_escape(dst, size, f->judged.data + from,
                                            f->judged.len - from);
    }

    len = cguard_reading(f->judged.data, f->judged.len, from, text,
                         sizeof(text));

    if (f->args.len && len < sizeof(text)) {
        text[len++] = '?';

        from = from > f->judged.len ? from - f->judged.len - 1 : 0;

        len += cguard_reading(f->args.data, f->args.len, from, text + len,
                              sizeof(text) - len);
    }

    return ngx_http_citrix_guard_escape(dst, size, text, len);
}
