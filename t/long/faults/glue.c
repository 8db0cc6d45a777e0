
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Whatever the glue calls in nginx that needs memory, with a fault before it.
 * Both modules are linked again with --wrap for each of these; their objects
 * are those of the build.  What nginx has of them is weak, as its stream part
 * may be a dynamic module that is loaded behind the http one; so neither may
 * take the other's, and only the count is one (fault.h).
 */


#include "fault.h"


#define FAULT(type, name, failure, params, args)                              \
                                                                              \
    type __real_##name params __attribute__((weak));                          \
    type __wrap_##name params __attribute__((visibility("hidden")));          \
                                                                              \
    type                                                                      \
    __wrap_##name params                                                      \
    {                                                                         \
        return fault(#name) ? (type) failure : __real_##name args;            \
    }


/* nginx's ngx_int_t, its NGX_ERROR and NGX_CONF_ERROR */

#define INT         intptr_t
#define ERROR       (-1)
#define CONF_ERROR  (-1)


FAULT(void *, ngx_alloc, NULL, (size_t n, void *log), (n, log))
FAULT(void *, ngx_alloc_chain_link, NULL, (void *p), (p))
FAULT(void *, ngx_array_create, NULL, (void *p, INT n, size_t size),
      (p, n, size))
FAULT(void *, ngx_array_push, NULL, (void *a), (a))
FAULT(void *, ngx_array_push_n, NULL, (void *a, INT n), (a, n))
FAULT(INT, ngx_conf_full_name, ERROR, (void *cycle, void *name, INT prefix),
      (cycle, name, prefix))
FAULT(void *, ngx_create_pool, NULL, (INT size, void *log), (size, log))
FAULT(void *, ngx_create_temp_buf, NULL, (void *p, size_t n), (p, n))
FAULT(INT, ngx_handle_read_event, ERROR, (void *rev, INT flags), (rev, flags))
FAULT(INT, ngx_hash_add_key, ERROR,
      (void *keys, void *key, void *value, INT flags),
      (keys, key, value, flags))
FAULT(INT, ngx_hash_init, ERROR, (void *hash, void *names, INT n),
      (hash, names, n))
FAULT(INT, ngx_hash_keys_array_init, ERROR, (void *keys, INT type),
      (keys, type))
FAULT(INT, ngx_hash_wildcard_init, ERROR, (void *hash, void *names, INT n),
      (hash, names, n))
FAULT(void *, ngx_http_add_variable, NULL, (void *cf, void *name, INT flags),
      (cf, name, flags))
FAULT(INT, ngx_http_compile_complex_value, ERROR, (void *ccv), (ccv))
FAULT(INT, ngx_http_complex_value, ERROR, (void *r, void *cv, void *value),
      (r, cv, value))
FAULT(INT, ngx_http_discard_request_body, 500, (void *r), (r))
FAULT(void *, ngx_http_get_indexed_variable, NULL, (void *r, INT n), (r, n))
FAULT(void *, ngx_http_get_variable, NULL, (void *r, void *name, INT key),
      (r, name, key))
FAULT(INT, ngx_http_get_variable_index, ERROR, (void *cf, void *name),
      (cf, name))
FAULT(INT, ngx_http_output_filter, ERROR, (void *r, void *out), (r, out))
FAULT(INT, ngx_http_read_client_request_body, 500, (void *r, void *handler),
      (r, handler))
FAULT(INT, ngx_http_send_header, ERROR, (void *r), (r))
FAULT(INT, ngx_http_upstream_create, ERROR, (void *r), (r))
FAULT(void *, ngx_list_push, NULL, (void *list), (list))
FAULT(void *, ngx_palloc, NULL, (void *p, size_t n), (p, n))
FAULT(void *, ngx_pcalloc, NULL, (void *p, size_t n), (p, n))
FAULT(void *, ngx_pnalloc, NULL, (void *p, size_t n), (p, n))
FAULT(void *, ngx_pool_cleanup_add, NULL, (void *p, size_t n), (p, n))
FAULT(INT, ngx_read_file, ERROR, (void *file, void *buf, size_t n, off_t at),
      (file, buf, n, at))
FAULT(void *, ngx_shared_memory_add, NULL,
      (void *cf, void *name, size_t size, void *tag), (cf, name, size, tag))
FAULT(void *, ngx_slab_alloc, NULL, (void *pool, size_t size), (pool, size))
FAULT(void *, ngx_stream_add_variable, NULL,
      (void *cf, void *name, INT flags), (cf, name, flags))
FAULT(INT, ngx_stream_complex_value, ERROR, (void *s, void *cv, void *value),
      (s, cv, value))
FAULT(void *, ngx_stream_get_variable, NULL, (void *s, void *name, INT key),
      (s, name, key))
FAULT(char *, ngx_stream_set_complex_value_slot, CONF_ERROR,
      (void *cf, void *cmd, void *conf), (cf, cmd, conf))
