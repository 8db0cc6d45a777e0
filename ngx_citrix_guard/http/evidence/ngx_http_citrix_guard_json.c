
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes JSON, and other text, that grows as long as there is memory, or up to
 * a limit.  Untrusted text is written as printable ASCII only: any other byte
 * is \xHH, as in the log line, so that it has no meaning to a parser or a
 * terminal.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_json.h"
#include "http/base/ngx_http_citrix_guard_escape.h"


#define NGX_HTTP_CITRIX_GUARD_JSON_PIECE  16384
#define NGX_HTTP_CITRIX_GUARD_JSON_TEXT   256


static ngx_int_t ngx_http_citrix_guard_json_new_buf(
    ngx_http_citrix_guard_json_t *o);
static void ngx_http_citrix_guard_json_quoted(ngx_http_citrix_guard_json_t *o,
    u_char *p, size_t len);


void
ngx_http_citrix_guard_json_init_buffer(ngx_http_citrix_guard_json_t *o,
    u_char *buf, size_t size)
{
    ngx_memzero(o, sizeof(ngx_http_citrix_guard_json_t));

    o->pos = buf;
    o->last = buf + size;
}


void
ngx_http_citrix_guard_json_init_chain(ngx_http_citrix_guard_json_t *o,
    ngx_pool_t *pool)
{
    ngx_memzero(o, sizeof(ngx_http_citrix_guard_json_t));

    o->pool = pool;
    o->next = &o->chain;
}


/* ends the chain; NULL if memory ran out */

ngx_chain_t *
ngx_http_citrix_guard_json_end(ngx_http_citrix_guard_json_t *o)
{
    if (o->failed || o->buf == NULL) {
        return NULL;
    }

    o->buf->last = o->pos;
    o->size += o->buf->last - o->buf->pos;

    o->buf->last_buf = 1;
    o->buf->last_in_chain = 1;

    return o->chain;
}


void
ngx_http_citrix_guard_json_bytes(ngx_http_citrix_guard_json_t *o,
    const void *data, size_t len)
{
    size_t         n;
    const u_char  *p;

    p = data;

    while (len && !o->failed) {

        if (o->pos == o->last
            && ngx_http_citrix_guard_json_new_buf(o) != NGX_OK)
        {
            o->failed = 1;
            return;
        }

        n = ngx_min(len, (size_t) (o->last - o->pos));

        o->pos = ngx_cpymem(o->pos, p, n);
        p += n;
        len -= n;
    }
}


static ngx_int_t
ngx_http_citrix_guard_json_new_buf(ngx_http_citrix_guard_json_t *o)
{
    ngx_chain_t  *cl;

    if (o->pool == NULL) {
        return NGX_ERROR;
    }

    cl = ngx_alloc_chain_link(o->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = ngx_create_temp_buf(o->pool, NGX_HTTP_CITRIX_GUARD_JSON_PIECE);
    if (cl->buf == NULL) {
        return NGX_ERROR;
    }

    if (o->buf) {
        o->buf->last = o->pos;
        o->size += o->buf->last - o->buf->pos;
    }

    cl->next = NULL;
    *o->next = cl;
    o->next = &cl->next;

    o->buf = cl->buf;
    o->pos = cl->buf->pos;
    o->last = cl->buf->end;

    return NGX_OK;
}


/* for numbers and trusted names, at most 256 bytes */

void
ngx_http_citrix_guard_json_format(ngx_http_citrix_guard_json_t *o,
    const char *fmt, ...)
{
    u_char   text[NGX_HTTP_CITRIX_GUARD_JSON_TEXT], *p;
    va_list  args;

    va_start(args, fmt);
    p = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    ngx_http_citrix_guard_json_bytes(o, text, p - text);
}


void
ngx_http_citrix_guard_json_open(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *bracket)
{
    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_bytes(o, bracket, 1);

    o->comma = 0;
}


void
ngx_http_citrix_guard_json_close(ngx_http_citrix_guard_json_t *o,
    const char *bracket)
{
    ngx_http_citrix_guard_json_bytes(o, bracket, 1);

    o->comma = 1;
}


/* the key, with a comma before it if needed; NULL: only the comma */

void
ngx_http_citrix_guard_json_key(ngx_http_citrix_guard_json_t *o,
    const char *key)
{
    if (o->comma) {
        ngx_http_citrix_guard_json_bytes(o, ",", 1);
    }

    o->comma = 1;

    if (key) {
        ngx_http_citrix_guard_json_format(o, "\"%s\":", key);
    }
}


void
ngx_http_citrix_guard_json_number(ngx_http_citrix_guard_json_t *o,
    const char *key, uint64_t n)
{
    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_format(o, "%uL", n);
}


void
ngx_http_citrix_guard_json_true(ngx_http_citrix_guard_json_t *o,
    const char *key)
{
    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_bytes(o, "true", 4);
}


void
ngx_http_citrix_guard_json_string(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *name)
{
    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_format(o, "\"%s\"", name);
}


/* "max" limits the escaped form, without the quotes */

void
ngx_http_citrix_guard_json_text(ngx_http_citrix_guard_json_t *o,
    const char *key, const void *data, size_t len, size_t max)
{
    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_bytes(o, "\"", 1);
    ngx_http_citrix_guard_json_escaped(o, data, len, max);
    ngx_http_citrix_guard_json_bytes(o, "\"", 1);
}


/* a text that is already escaped */

void
ngx_http_citrix_guard_json_ready_text(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_str_t *text)
{
    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_bytes(o, "\"", 1);
    ngx_http_citrix_guard_json_quoted(o, text->data, text->len);
    ngx_http_citrix_guard_json_bytes(o, "\"", 1);
}


/* the text between quotes, for JSON and for Prometheus's format */

void
ngx_http_citrix_guard_json_escaped(ngx_http_citrix_guard_json_t *o,
    const void *data, size_t len, size_t max)
{
    size_t   n, size;
    u_char  *src, text[NGX_HTTP_CITRIX_GUARD_JSON_TEXT];

    src = (u_char *) data;

    while (len && max) {
        n = ngx_min(len, sizeof(text) / 4);

        size = ngx_http_citrix_guard_escape(text, ngx_min(max, sizeof(text)),
                                            src, n);

        ngx_http_citrix_guard_json_quoted(o, text, size);

        src += n;
        len -= n;

        /* an escape that does not fit ends the text */

        max = max - size < 4 && len ? 0 : max - size;
    }
}


static void
ngx_http_citrix_guard_json_quoted(ngx_http_citrix_guard_json_t *o, u_char *p,
    size_t len)
{
    u_char  *last, *mark;

    /* "p" may be NULL if there are no bytes */

    if (len == 0) {
        return;
    }

    last = p + len;

    while ((mark = ngx_strlchr(p, last, '\\')) != NULL) {
        ngx_http_citrix_guard_json_bytes(o, p, mark - p);
        ngx_http_citrix_guard_json_bytes(o, "\\\\", 2);
        p = mark + 1;
    }

    ngx_http_citrix_guard_json_bytes(o, p, last - p);
}


/* RFC 3339, UTC, in milliseconds */

void
ngx_http_citrix_guard_json_time(ngx_http_citrix_guard_json_t *o,
    const char *key, uint64_t msec)
{
    ngx_tm_t  tm;

    ngx_gmtime((time_t) (msec / 1000), &tm);

    ngx_http_citrix_guard_json_key(o, key);
    ngx_http_citrix_guard_json_format(o,
                                "\"%4d-%02d-%02dT%02d:%02d:%02d.%03uiZ\"",
                                tm.ngx_tm_year, tm.ngx_tm_mon,
                                tm.ngx_tm_mday, tm.ngx_tm_hour,
                                tm.ngx_tm_min, tm.ngx_tm_sec,
                                (ngx_uint_t) (msec % 1000));
}
