
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A request as the core's rules see it (cguard/rules/cguard_rule.h): the forms
 * of its target, method, host, header fields and the beginning of its body.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_rule_request.h"
#include "ngx_http_citrix_guard_body.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/rules/cguard_form.h"


static ngx_int_t ngx_http_citrix_guard_rule_target(ngx_http_request_t *r,
    ngx_http_citrix_guard_rule_request_t *l);
static void ngx_http_citrix_guard_rule_host(ngx_http_request_t *r,
    cguard_subject_t *s);
static int ngx_http_citrix_guard_next_field(void *data, size_t *i,
    cguard_word_t *name, cguard_word_t *value);
static size_t ngx_http_citrix_guard_longest_header(ngx_http_request_t *r);
static u_char *ngx_http_citrix_guard_reserve_buffer(ngx_http_request_t *r,
    size_t size, size_t value);


/*
 * Memory for the forms of targets and values.  It belongs to the process,
 * which judges one request at a time, and grows to what the longest needed.
 */

static u_char  *ngx_http_citrix_guard_buffer;
static size_t   ngx_http_citrix_guard_buffer_size;


ngx_int_t
ngx_http_citrix_guard_rule_request_init(ngx_http_request_t *r,
    ngx_http_citrix_guard_body_t *body,
    ngx_http_citrix_guard_rule_request_t *l)
{
    size_t             size, value;
    u_char            *room;
    cguard_subject_t  *s;

    s = &l->subject;

    if (ngx_http_citrix_guard_rule_target(r, l) != NGX_OK) {
        return NGX_ERROR;
    }

    size = cguard_form_size(l->target.len);

    value = ngx_http_citrix_guard_longest_header(r);

    if (body && body->len > value) {
        value = body->len;
    }

    room = ngx_http_citrix_guard_reserve_buffer(r, size, value);
    if (room == NULL) {
        return NGX_ERROR;
    }

    s->nforms = cguard_form_target(l->target.data, l->target.len, room, size,
                                   s->form);
    if (s->nforms == 0) {
        return NGX_ERROR;
    }

    s->scratch = room + size;
    s->nscratch = ngx_http_citrix_guard_buffer_size - size;

    ngx_http_citrix_guard_rule_host(r, s);

    s->method.data = (char *) r->method_name.data;
    s->method.len = r->method_name.len;

    l->fields.first = &r->headers_in.headers.part;
    s->header = ngx_http_citrix_guard_next_field;
    s->data = &l->fields;

    s->body_length = r->headers_in.chunked
                     ? CGUARD_RULE_UNANNOUNCED
                     : (size_t) ngx_max(r->headers_in.content_length_n, 0);
    s->body_known = (body != NULL);
    s->body_whole = body ? (unsigned) body->whole : 0;
    s->body = body ? body->data : NULL;
    s->nbody = body ? body->len : 0;

    return NGX_OK;
}


/* as in judge_request(): the client's own bytes, or what nginx made of them */

static ngx_int_t
ngx_http_citrix_guard_rule_target(ngx_http_request_t *r,
    ngx_http_citrix_guard_rule_request_t *l)
{
    u_char  *p;
    size_t   i, marks;

    if (r->valid_unparsed_uri) {
        l->in = ngx_http_citrix_guard_in_target;
        l->target = r->unparsed_uri;
        return NGX_OK;
    }

    l->in = ngx_http_citrix_guard_in_uri;
    l->target = r->uri;

    /*
     * a "?" in it was encoded, will be encoded again, and does not end the
     * path
     */

    marks = 0;

    for (i = 0; i < r->uri.len; i++) {
        marks += r->uri.data[i] == '?';
    }

    if (marks == 0 && r->args.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, r->uri.len + 2 * marks + 1 + r->args.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    l->target.data = p;

    for (i = 0; i < r->uri.len; i++) {

        if (r->uri.data[i] == '?') {
            p = ngx_cpymem(p, "%3F", sizeof("%3F") - 1);

        } else {
            *p++ = r->uri.data[i];
        }
    }

    if (r->args.len) {
        *p++ = '?';
        p = ngx_cpymem(p, r->args.data, r->args.len);
    }

    l->target.len = p - l->target.data;

    return NGX_OK;
}


/*
 * "GET http://HOST/" names a host as well, and nginx uses that one for $host,
 * in lower case, without a port and a trailing dot.
 */

static void
ngx_http_citrix_guard_rule_host(ngx_http_request_t *r, cguard_subject_t *s)
{
    size_t      rest;
    u_char     *p;
    ngx_str_t  *host, *server;

    server = &r->headers_in.server;
    host = r->headers_in.host ? &r->headers_in.host->value : server;

    s->host.data = (char *) host->data;
    s->host.len = host->len;

    s->authority.data = NULL;
    s->authority.len = 0;

    if (server->len == 0) {
        return;
    }

    if (host->len >= server->len
        && ngx_strncasecmp(host->data, server->data, server->len) == 0)
    {
        p = host->data + server->len;
        rest = host->len - server->len;

        if (rest && *p == '.') {
            p++;
            rest--;
        }

        if (rest == 0 || *p == ':') {
            return;
        }
    }

    s->authority.data = (char *) server->data;
    s->authority.len = server->len;
}


static int
ngx_http_citrix_guard_next_field(void *data, size_t *i, cguard_word_t *name,
    cguard_word_t *value)
{
    ngx_http_citrix_guard_fields_t  *fields = data;

    ngx_table_elt_t  *h;

    if (*i == 0) {
        fields->part = fields->first;
        fields->n = 0;
    }

    (*i)++;

    while (fields->n == fields->part->nelts) {
        fields->part = fields->part->next;
        fields->n = 0;

        if (fields->part == NULL) {
            return 0;
        }
    }

    h = (ngx_table_elt_t *) fields->part->elts + fields->n++;

    name->data = (char *) h->key.data;
    name->len = h->key.len;
    value->data = (char *) h->value.data;
    value->len = h->value.len;

    return 1;
}


/* values in HTTP/2 may exceed any buffer: cookies are joined into one field */

static size_t
ngx_http_citrix_guard_longest_header(ngx_http_request_t *r)
{
    size_t            longest;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    longest = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            longest = ngx_max(longest, h[i].value.len);
        }
    }

    return longest;
}


/* "size" bytes for a target, and for a value: a body or a header field */

static u_char *
ngx_http_citrix_guard_reserve_buffer(ngx_http_request_t *r, size_t size,
    size_t value)
{
    u_char                    *p;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    size += ngx_max(value, cscf->large_client_header_buffers.size);

    if (size <= ngx_http_citrix_guard_buffer_size) {
        return ngx_http_citrix_guard_buffer;
    }

    p = ngx_alloc(size, r->connection->log);
    if (p == NULL) {
        return NULL;
    }

    if (ngx_http_citrix_guard_buffer) {
        ngx_free(ngx_http_citrix_guard_buffer);
    }

    ngx_http_citrix_guard_buffer = p;
    ngx_http_citrix_guard_buffer_size = size;

    return p;
}


void
ngx_http_citrix_guard_exit_process(ngx_cycle_t *cycle)
{
    if (ngx_http_citrix_guard_buffer) {
        ngx_free(ngx_http_citrix_guard_buffer);
        ngx_http_citrix_guard_buffer = NULL;
        ngx_http_citrix_guard_buffer_size = 0;
    }
}
