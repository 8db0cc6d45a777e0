
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The line in the error log.  Its grammar is fixed (docs/directives.md), and
 * no byte of the client's gets into it unescaped.
 */


#include "http/base/ngx_http_citrix_guard_types.h"


/* nginx cuts a line at 2048 bytes, and puts client and server behind ours */

#define NGX_HTTP_CITRIX_GUARD_LOG_READING  384


static ngx_uint_t ngx_http_citrix_guard_is_found(ngx_http_request_t *r);


static const char  *ngx_http_citrix_guard_ats[] = {
    "request", "egress", "nginx"
};


static const char  *ngx_http_citrix_guard_ins[] = {
    "target", "uri", "head", "header", "request"
};


static const char  *ngx_http_citrix_guard_verdicts[] = {
    "pass", "exempted", "detected", "blocked"
};


/* the longest message of a rule in a line */

#define NGX_HTTP_CITRIX_GUARD_LOG_MSG  128


static ngx_str_t ngx_http_citrix_guard_log_rule(
    ngx_http_citrix_guard_finding_t *f, u_char *buf, size_t size);
static ngx_str_t ngx_http_citrix_guard_log_msg(
    ngx_http_citrix_guard_finding_t *f, u_char *buf, size_t size);


void
ngx_http_citrix_guard_log(ngx_http_request_t *r,
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

    /* nginx's own part of the line trusts it: HTTP/2, memory short */

    if (r->request_line.data == NULL) {
        r->request_line.len = 0;
    }

    target = ngx_http_citrix_guard_client_target(r);

    target.len = ngx_http_citrix_guard_escape(text, sizeof(text), target.data,
                                              target.len);
    target.data = text;

    reading.len = ngx_http_citrix_guard_reading(read, sizeof(read), f);
    reading.data = read;

    id = ngx_http_citrix_guard_request_id(r);
    rule = ngx_http_citrix_guard_log_rule(f, ids, sizeof(ids));
    msg = ngx_http_citrix_guard_log_msg(f, msgs, sizeof(msgs));

    ngx_log_error(glcf->log_level, r->connection->log, 0,
                  "citrix_guard: %s reason=%s%V at=%s in=%s depth=%ui "
                  "range=%uz-%uz mode=%s id=%V target=\"%V\" reading=\"%V\""
                  "%V",
                  ngx_http_citrix_guard_verdict_name(f->verdict), f->reason,
                  &rule, ngx_http_citrix_guard_ats[f->at],
                  ngx_http_citrix_guard_ins[f->in],
                  (ngx_uint_t) f->depth, f->start, f->end,
                  glcf->mode == NGX_HTTP_CITRIX_GUARD_ON ? "on" : "detect",
                  &id, &target, &reading, &msg);
}


const char *
ngx_http_citrix_guard_verdict_name(ngx_http_citrix_guard_verdict_e verdict)
{
    return ngx_http_citrix_guard_verdicts[verdict];
}


const char *
ngx_http_citrix_guard_at_name(ngx_http_citrix_guard_at_e at)
{
    return ngx_http_citrix_guard_ats[at];
}


const char *
ngx_http_citrix_guard_in_name(ngx_http_citrix_guard_in_e in)
{
    return ngx_http_citrix_guard_ins[in];
}


/* " rule=ID", " by=ID" of the exception that let it by */

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

    if (f->by) {
        p = ngx_slprintf(p, buf + size, " by=%*s", f->by->id.len,
                         f->by->id.data);
    }

    text.data = buf;
    text.len = p - buf;

    return text;
}


/* " msg="..."", from the configuration, and escaped all the same */

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


/*
 * The target as the client sent it, also where nginx gave up half way: what
 * it had found of it by then, or else the raw line without its method.
 */

ngx_str_t
ngx_http_citrix_guard_client_target(ngx_http_request_t *r)
{
    u_char     *p, *last;
    ngx_str_t   target;

    if (r->unparsed_uri.len) {
        return r->unparsed_uri;
    }

    ngx_str_null(&target);

    if (ngx_http_citrix_guard_is_found(r)) {
        target.data = r->uri_start;
        target.len = r->uri_end - r->uri_start;
        return target;
    }

    p = r->request_start;

    if (p == NULL || r->header_in == NULL || p < r->header_in->start
        || p >= r->header_in->last)
    {
        return target;
    }

    last = ngx_strlchr(p, r->header_in->last, LF);
    last = last ? last : r->header_in->last;

    while (p < last && *p != ' ') { p++; }
    while (p < last && *p == ' ') { p++; }
    while (last > p && last[-1] <= ' ') { last--; }

    target.data = p;
    target.len = last - p;

    if (target.len > 9 && ngx_strncmp(last - 9, " HTTP/1.", 8) == 0) {
        target.len -= 9;
    }

    return target;
}


/*
 * Whether uri_start and uri_end are the target's.  With a line that is moved
 * to a larger buffer nginx moves them as well, found or not: then they point
 * anywhere.  Those of HTTP/2 and newer are in a header field's buffer.
 */

static ngx_uint_t
ngx_http_citrix_guard_is_found(ngx_http_request_t *r)
{
    if (r->uri_start == NULL || r->uri_end <= r->uri_start) {
        return 0;
    }

    return r->http_version >= NGX_HTTP_VERSION_20
           || (r->header_in && r->uri_start >= r->header_in->start
               && r->uri_end <= r->header_in->last);
}


ngx_str_t
ngx_http_citrix_guard_request_id(ngx_http_request_t *r)
{
    ngx_str_t                           id;
    ngx_http_variable_value_t          *v;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    v = ngx_http_get_indexed_variable(r, gmcf->request_id);

    if (v == NULL || v->not_found) {
        ngx_str_set(&id, "-");
        return id;
    }

    id.data = v->data;
    id.len = v->len;

    return id;
}


/* printable ASCII as it is, anything else as \xHH; cut before "size" */

size_t
ngx_http_citrix_guard_escape(u_char *dst, size_t size, u_char *src,
    size_t len)
{
    u_char  *p, *last;

    static u_char  hex[] = "0123456789ABCDEF";

    p = dst;
    last = dst + size;

    for ( /* void */ ; len; len--, src++) {

        if (*src >= 0x20 && *src < 0x7f && *src != '"' && *src != '\\') {
            if (p == last) {
                break;
            }

            *p++ = *src;
            continue;
        }

        if (last - p < 4) {
            break;
        }

        *p++ = '\\';
        *p++ = 'x';
        *p++ = hex[*src >> 4];
        *p++ = hex[*src & 0xf];
    }

    return p - dst;
}


/* a reading that does not fit begins where the attack does */

size_t
ngx_http_citrix_guard_reading(u_char *dst, size_t size,
    ngx_http_citrix_guard_finding_t *f)
{
    size_t  len, from;
    u_char  text[NGX_HTTP_CITRIX_GUARD_TEXT];

    from = f->end > size ? f->start : 0;

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
