
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes JSON, and other text, to a buffer or a chain of buffers.
 *
 * No function returns an error: when the buffer is full, or memory runs out,
 * "failed" is set and the rest is left out.  "key" is a name in an object, or
 * NULL for an element of an array.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_JSON_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_JSON_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    u_char                         *pos;
    u_char                         *last;
    ngx_pool_t                     *pool;       /* NULL: stop at "last" */
    ngx_chain_t                    *chain;
    ngx_chain_t                   **next;
    ngx_buf_t                      *buf;
    off_t                           size;
    unsigned                        comma:1;
    unsigned                        failed:1;
} ngx_http_citrix_guard_json_t;


#pragma GCC visibility push(hidden)


/* begins in the caller's buffer, and never exceeds it */

void ngx_http_citrix_guard_json_init_buffer(ngx_http_citrix_guard_json_t *o,
    u_char *buf, size_t size);

/* begins a chain of buffers, allocated from the pool as needed */

void ngx_http_citrix_guard_json_init_chain(ngx_http_citrix_guard_json_t *o,
    ngx_pool_t *pool);

/* ends the chain and sets "size"; returns NULL if it has failed */

ngx_chain_t *ngx_http_citrix_guard_json_end(ngx_http_citrix_guard_json_t *o);

/* unescaped bytes, for trusted text; at most 256 bytes */

void ngx_http_citrix_guard_json_bytes(ngx_http_citrix_guard_json_t *o,
    const void *data, size_t len);
void ngx_http_citrix_guard_json_format(ngx_http_citrix_guard_json_t *o,
    const char *fmt, ...);

/* "{" or "[", and its end */

void ngx_http_citrix_guard_json_open(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *bracket);
void ngx_http_citrix_guard_json_close(ngx_http_citrix_guard_json_t *o,
    const char *bracket);

/* the key alone, with a comma before it if needed */

void ngx_http_citrix_guard_json_key(ngx_http_citrix_guard_json_t *o,
    const char *key);

/* values: a number, true, and a trusted string */

void ngx_http_citrix_guard_json_number(ngx_http_citrix_guard_json_t *o,
    const char *key, uint64_t n);
void ngx_http_citrix_guard_json_true(ngx_http_citrix_guard_json_t *o,
    const char *key);
void ngx_http_citrix_guard_json_string(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *name);

/* an untrusted text, escaped; at most "max" bytes in that form */

void ngx_http_citrix_guard_json_text(ngx_http_citrix_guard_json_t *o,
    const char *key, const void *data, size_t len, size_t max);

/* a text that is already escaped */

void ngx_http_citrix_guard_json_ready_text(ngx_http_citrix_guard_json_t *o,
    const char *key, ngx_str_t *text);

/* the same as json_text(), without key and quotes */

void ngx_http_citrix_guard_json_escaped(ngx_http_citrix_guard_json_t *o,
    const void *data, size_t len, size_t max);

/* a time in milliseconds since 1970, as RFC 3339 in UTC */

void ngx_http_citrix_guard_json_time(ngx_http_citrix_guard_json_t *o,
    const char *key, uint64_t msec);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_JSON_H_INCLUDED_ */
