
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A writer of JSON, and of other text, to a buffer or to a chain of buffers.
 *
 * No function returns an error: when the buffer is full, or memory is short,
 * "failed" is set and the rest is left out.  "key" is the name in an object, or
 * NULL for an element of an array.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_JSON_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_JSON_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    u_char                         *pos;
    u_char                         *last;
    ngx_pool_t                     *pool;       /* NULL: nothing beyond last */
    ngx_chain_t                    *chain;
    ngx_chain_t                   **next;
    ngx_buf_t                      *buf;
    off_t                           size;
    unsigned                        comma:1;
    unsigned                        failed:1;
} ngx_http_citrix_guard_json_t;


#pragma GCC visibility push(hidden)


/* begins in a buffer of the caller's, which is never left */

void ngx_http_citrix_guard_json_init_buffer(ngx_http_citrix_guard_json_t *o,
    u_char *buf, size_t size);

/* begins a chain of buffers, which are allocated from the pool as needed */

void ngx_http_citrix_guard_json_init_chain(ngx_http_citrix_guard_json_t *o,
    ngx_pool_t *pool);

/* ends the chain, and sets "size"; NULL if it has failed */

ngx_chain_t *ngx_http_citrix_guard_json_end(ngx_http_citrix_guard_json_t *o);

/* bytes as they are; text of the guard's own, of 256 bytes at most */

void ngx_http_citrix_guard_json_bytes(ngx_http_citrix_guard_json_t *o,
    const void *data, size_t len);
void ngx_http_citrix_guard_json_format(ngx_http_citrix_guard_json_t *o,
    const char *fmt, ...);

/* "{" or "[", and its end */

void ngx_http_citrix_guard_json_open(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *bracket);
void ngx_http_citrix_guard_json_close(ngx_http_citrix_guard_json_t *o,
    const char *bracket);

/* the key alone, with a comma before it if need be */

void ngx_http_citrix_guard_json_key(ngx_http_citrix_guard_json_t *o,
    const char *key);

/* values: a number, true, and a string of the guard's own */

void ngx_http_citrix_guard_json_number(ngx_http_citrix_guard_json_t *o,
    const char *key, uint64_t n);
void ngx_http_citrix_guard_json_true(ngx_http_citrix_guard_json_t *o,
    const char *key);
void ngx_http_citrix_guard_json_string(ngx_http_citrix_guard_json_t *o,
    const char *key, const char *name);

/* a text of others, escaped; "max" bytes of its \xHH form at most */

void ngx_http_citrix_guard_json_text(ngx_http_citrix_guard_json_t *o,
    const char *key, const void *data, size_t len, size_t max);

/* a text that has that form already */

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
