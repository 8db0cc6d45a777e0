
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes JSON and other text to a buffer, or to a chain of them.
 */


#ifndef _NGX_HTTP_CITRIX_GUARD_WRITER_H_INCLUDED_
#define _NGX_HTTP_CITRIX_GUARD_WRITER_H_INCLUDED_


#include "http/base/ngx_http_citrix_guard_types.h"


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
} ngx_http_citrix_guard_writer_t;


#pragma GCC visibility push(hidden)


/*
 * Begins: to "size" bytes at "buf" and no further, or to buffers of the pool.
 * A writer that is full or has no memory sets "failed" and writes no more.
 */

void ngx_http_citrix_guard_write_fixed(ngx_http_citrix_guard_writer_t *o,
    u_char *buf, size_t size);
void ngx_http_citrix_guard_write_chain(ngx_http_citrix_guard_writer_t *o,
    ngx_pool_t *pool);

/* the chain that was written, NULL if the writer failed */

ngx_chain_t *ngx_http_citrix_guard_write_end(
    ngx_http_citrix_guard_writer_t *o);

/* text of our own, as it is */

void ngx_http_citrix_guard_write_bytes(ngx_http_citrix_guard_writer_t *o,
    const void *data, size_t len);
void ngx_http_citrix_guard_write_format(ngx_http_citrix_guard_writer_t *o,
    const char *fmt, ...);

/* text of others: printable ASCII, anything else as \xHH; "max" bytes of it */

void ngx_http_citrix_guard_write_escaped(ngx_http_citrix_guard_writer_t *o,
    const void *data, size_t len, size_t max);

/* members of JSON; "key" is NULL for an element of an array */

void ngx_http_citrix_guard_write_open(ngx_http_citrix_guard_writer_t *o,
    const char *key, const char *bracket);
void ngx_http_citrix_guard_write_close(ngx_http_citrix_guard_writer_t *o,
    const char *bracket);
void ngx_http_citrix_guard_write_key(ngx_http_citrix_guard_writer_t *o,
    const char *key);
void ngx_http_citrix_guard_write_number(ngx_http_citrix_guard_writer_t *o,
    const char *key, uint64_t n);
void ngx_http_citrix_guard_write_true(ngx_http_citrix_guard_writer_t *o,
    const char *key);
void ngx_http_citrix_guard_write_name(ngx_http_citrix_guard_writer_t *o,
    const char *key, const char *name);
void ngx_http_citrix_guard_write_text(ngx_http_citrix_guard_writer_t *o,
    const char *key, const void *data, size_t len, size_t max);
void ngx_http_citrix_guard_write_ready(ngx_http_citrix_guard_writer_t *o,
    const char *key, ngx_str_t *text);
void ngx_http_citrix_guard_write_time(ngx_http_citrix_guard_writer_t *o,
    const char *key, uint64_t msec);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_CITRIX_GUARD_WRITER_H_INCLUDED_ */
