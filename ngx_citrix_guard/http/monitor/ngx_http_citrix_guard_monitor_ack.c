
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A POST to the monitor records who has investigated the requests that may
 * have got through, and what was found.  It needs a secret in a header field,
 * which a page of another site cannot send, and no cookie.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_monitor_ack.h"
#include "http/base/ngx_http_citrix_guard_escape.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "http/evidence/ngx_http_citrix_guard_sent_header.h"
#include "http/evidence/ngx_http_citrix_guard_state.h"
#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_ack.h"


#define NGX_HTTP_CITRIX_GUARD_SECRET      "X_CITRIX_GUARD_SECRET"
#define NGX_HTTP_CITRIX_GUARD_SECRET_MIN  16
#define NGX_HTTP_CITRIX_GUARD_SECRET_MAX  256

/* name and note with each byte as %HH, and the rest of the form */

#define NGX_HTTP_CITRIX_GUARD_ACK_BODY    1024


static ngx_int_t ngx_http_citrix_guard_read_secret(ngx_conf_t *cf,
    ngx_str_t *name, ngx_str_t *secret);
static ngx_uint_t ngx_http_citrix_guard_is_secret(ngx_str_t *sent,
    ngx_str_t *secret);
static void ngx_http_citrix_guard_ack_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_ack(ngx_http_request_t *r);
static ngx_int_t ngx_http_citrix_guard_ack_body(ngx_http_request_t *r,
    ngx_str_t *body);
static ngx_int_t ngx_http_citrix_guard_ack_field(ngx_str_t *body,
    const char *name, u_char *dst, size_t size);
static ngx_int_t ngx_http_citrix_guard_ack_number(ngx_str_t *body,
    const char *name, uint64_t *number);
static ngx_int_t ngx_http_citrix_guard_ack_value(u_char *p, u_char *end,
    u_char *dst, size_t size);
static ngx_int_t ngx_http_citrix_guard_hex(u_char ch);
static void ngx_http_citrix_guard_log_ack(ngx_http_request_t *r,
    cguard_zone_ack_t *ack);


char *
ngx_http_citrix_guard_set_monitor_ack(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_loc_conf_t  *glcf = conf;

    ngx_str_t  *value;

    if (glcf->ack_secret.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_conf_full_name(cf->cycle, &value[1], 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_citrix_guard_read_secret(cf, &value[1], &glcf->ack_secret)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* the first line of the file */

static ngx_int_t
ngx_http_citrix_guard_read_secret(ngx_conf_t *cf, ngx_str_t *name,
    ngx_str_t *secret)
{
    size_t           i;
    ssize_t          n;
    u_char           text[NGX_HTTP_CITRIX_GUARD_SECRET_MAX + 2];
    ngx_fd_t         fd;
    ngx_file_info_t  info;

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "the file \"%V\" of \"citrix_guard_monitor_ack\" "
                           "cannot be read", name);
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, text, sizeof(text));

    if (ngx_fd_info(fd, &info) != NGX_FILE_ERROR && (info.st_mode & 077)) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the secret in \"%V\" can be read by users other "
                           "than its owner: run \"chmod 600\"", name);
    }

    (void) ngx_close_file(fd);

    for (i = 0; n > 0 && i < (size_t) n && text[i] > ' ' && text[i] < 0x7f;
         i++) { /* void */ }

    if (i < NGX_HTTP_CITRIX_GUARD_SECRET_MIN
        || i > NGX_HTTP_CITRIX_GUARD_SECRET_MAX
        || (i < (size_t) n && text[i] != '\n'))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid secret in the file \"%V\" of "
                           "\"citrix_guard_monitor_ack\", it must be one line "
                           "of 16 to 256 printable ASCII characters without "
                           "spaces", name);
        return NGX_ERROR;
    }

    secret->len = i;
    secret->data = ngx_pnalloc(cf->pool, i);

    if (secret->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(secret->data, text, i);

    return NGX_OK;
}


ngx_int_t
ngx_http_citrix_guard_monitor_ack(ngx_http_request_t *r)
{
    ngx_int_t                          rc;
    ngx_str_t                          sent;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (glcf->ack_secret.data == NULL) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    sent = ngx_http_citrix_guard_sent_header(r, NGX_HTTP_CITRIX_GUARD_SECRET);

    if (!ngx_http_citrix_guard_is_secret(&sent, &glcf->ack_secret)) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "citrix_guard: an acknowledgement without the right "
                      "secret was refused");
        return NGX_HTTP_FORBIDDEN;
    }

    if (r->headers_in.content_length_n < 0) {
        return NGX_HTTP_LENGTH_REQUIRED;
    }

    if (r->headers_in.content_length_n > NGX_HTTP_CITRIX_GUARD_ACK_BODY) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    rc = ngx_http_read_client_request_body(r,
                                           ngx_http_citrix_guard_ack_handler);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


/* takes the same time whatever is wrong; only the length may show */

static ngx_uint_t
ngx_http_citrix_guard_is_secret(ngx_str_t *sent, ngx_str_t *secret)
{
    size_t             i;
    volatile u_char    differs;

    if (sent->len != secret->len) {
        return 0;
    }

    for (i = 0, differs = 0; i < secret->len; i++) {
        differs |= sent->data[i] ^ secret->data[i];
    }

    return differs == 0;
}


static void
ngx_http_citrix_guard_ack_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_http_citrix_guard_ack(r);

    if (rc == NGX_OK) {
        r->headers_out.status = NGX_HTTP_NO_CONTENT;
        r->header_only = 1;

        rc = ngx_http_send_header(r);
    }

    ngx_http_finalize_request(r, rc);
}


/* reads "by", "note", and the numbers that the sender saw */

static ngx_int_t
ngx_http_citrix_guard_ack(ngx_http_request_t *r)
{
    ngx_int_t                           by, note;
    ngx_str_t                           body;
    ngx_time_t                         *tp;
    cguard_zone_ack_t                   ack;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    ngx_memzero(&ack, sizeof(cguard_zone_ack_t));

    if (ngx_http_citrix_guard_ack_body(r, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    by = ngx_http_citrix_guard_ack_field(&body, "by", ack.by, sizeof(ack.by));
    note = ngx_http_citrix_guard_ack_field(&body, "note", ack.note,
                                           sizeof(ack.note));

    if (by <= 0
        || note <= 0
        || ngx_http_citrix_guard_ack_number(&body, "count", &ack.count)
           != NGX_OK
        || ngx_http_citrix_guard_ack_number(&body, "lost", &ack.lost[0])
           != NGX_OK)
    {
        return NGX_HTTP_BAD_REQUEST;
    }

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);
    tp = ngx_timeofday();

    ack.msec = (uint64_t) tp->sec * 1000 + tp->msec;
    ack.by_len = (uint16_t) by;
    ack.note_len = (uint16_t) note;

    if (!cguard_zone_acknowledge(gmcf->shared, &ack)) {
        return NGX_HTTP_CONFLICT;
    }

    ngx_http_citrix_guard_log_ack(r, &ack);
    ngx_http_citrix_guard_state_save(gmcf, r->connection->log);

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_ack_body(ngx_http_request_t *r, ngx_str_t *body)
{
    size_t        len;
    u_char       *p;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->temp_file) {
        return NGX_ERROR;
    }

    for (cl = r->request_body->bufs, len = 0; cl; cl = cl->next) {
        len += ngx_buf_size(cl->buf);
    }

    p = ngx_pnalloc(r->pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;
    body->len = len;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, ngx_buf_size(cl->buf));
    }

    return NGX_OK;
}


/*
 * The value of a field of the form.  Returns its length, NGX_DECLINED if there
 * is none, NGX_ERROR if it is too long, malformed, or given more than once.
 */

static ngx_int_t
ngx_http_citrix_guard_ack_field(ngx_str_t *body, const char *name,
    u_char *dst, size_t size)
{
    u_char     *p, *end, *last;
    size_t      len;
    ngx_int_t   rc;

    rc = NGX_DECLINED;
    len = ngx_strlen(name);
    last = body->data + body->len;

    for (p = body->data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, '&');

        if (end == NULL) {
            end = last;
        }

        if ((size_t) (end - p) <= len || p[len] != '='
            || ngx_strncmp(p, name, len) != 0)
        {
            continue;
        }

        if (rc != NGX_DECLINED) {
            return NGX_ERROR;
        }

        rc = ngx_http_citrix_guard_ack_value(p + len + 1, end, dst, size);
    }

    return rc;
}


/* without the field: as many as there are */

static ngx_int_t
ngx_http_citrix_guard_ack_number(ngx_str_t *body, const char *name,
    uint64_t *number)
{
    u_char     text[20];
    ngx_int_t  n, seen;

    n = ngx_http_citrix_guard_ack_field(body, name, text, sizeof(text));

    if (n == NGX_DECLINED) {
        *number = UINT64_MAX;
        return NGX_OK;
    }

    seen = n > 0 ? ngx_atoi(text, n) : NGX_ERROR;

    if (seen == NGX_ERROR) {
        return NGX_ERROR;
    }

    *number = (uint64_t) seen;

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_ack_value(u_char *p, u_char *end, u_char *dst,
    size_t size)
{
    size_t     n;
    ngx_int_t  ch, high;

    for (n = 0; p < end; n++) {

        ch = *p++;

        if (ch == '%') {
            high = end - p >= 2 ? ngx_http_citrix_guard_hex(p[0]) : NGX_ERROR;
            ch = high == NGX_ERROR ? NGX_ERROR
                                   : ngx_http_citrix_guard_hex(p[1]);

            if (ch == NGX_ERROR) {
                return NGX_ERROR;
            }

            ch += high * 16;
            p += 2;

        } else if (ch == '+') {
            ch = ' ';
        }

        /* one line of text, as the page will show it */

        if (n == size || ch < ' ' || ch == 0x7f) {
            return NGX_ERROR;
        }

        dst[n] = (u_char) ch;
    }

    return (ngx_int_t) n;
}


static ngx_int_t
ngx_http_citrix_guard_hex(u_char ch)
{
    u_char  lower;

    lower = (u_char) (ch | 0x20);

    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : NGX_ERROR;
}


static void
ngx_http_citrix_guard_log_ack(ngx_http_request_t *r, cguard_zone_ack_t *ack)
{
    u_char     by[4 * CGUARD_ZONE_BY], note[4 * CGUARD_ZONE_NOTE];
    ngx_str_t  who, what;

    who.data = by;
    who.len = ngx_http_citrix_guard_escape(by, sizeof(by), ack->by,
                                           ack->by_len);
    what.data = note;
    what.len = ngx_http_citrix_guard_escape(note, sizeof(note), ack->note,
                                            ack->note_len);

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "citrix_guard: acknowledged count=%uL by=\"%V\" note=\"%V\"",
                  ack->count, &who, &what);
}
