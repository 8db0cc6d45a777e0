
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which values in the head for the upstream may hold a line feed.
 *
 * nginx writes a variable into the head unchanged.  Most variables that
 * configurations use cannot hold a line feed.  These are listed here, each
 * with its reason; every other variable is examined in each request.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_check_values.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"


static ngx_int_t ngx_http_citrix_guard_next_variable(u_char **p, u_char *last,
    ngx_str_t *name);
static ngx_int_t ngx_http_citrix_guard_add_value(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *name,
    ngx_uint_t upgrade);
static ngx_uint_t ngx_http_citrix_guard_is_one_line(ngx_conf_t *cf,
    ngx_str_t *name);
static ngx_http_variable_t *ngx_http_citrix_guard_defined_variable(
    ngx_conf_t *cf, ngx_str_t *name);


/*
 * A configuration cannot redefine any of these: nginx refuses that.  But Perl
 * code can ($r->variable), so with nginx's Perl module none of them counts.
 * $proxy_host is not listed, because proxy_pass may have variables.
 */

static ngx_str_t  ngx_http_citrix_guard_one_line[] = {

    /* nginx refuses a host with a byte up to 20, or uses server_name */
    ngx_string("host"),

    /* addresses and ports, as text written by nginx */
    ngx_string("remote_addr"),
    ngx_string("remote_port"),
    ngx_string("realip_remote_addr"),
    ngx_string("realip_remote_port"),
    ngx_string("server_addr"),
    ngx_string("server_port"),

    /* a header field of the client, plus the client's address */
    ngx_string("proxy_add_x_forwarded_for"),

    /* header fields of the client, which end at their line feed */
    ngx_string("content_length"),
    ngx_string("content_type"),
    ngx_string("http_cookie"),
    ngx_string("http_host"),
    ngx_string("http_referer"),
    ngx_string("http_user_agent"),
    ngx_string("http_via"),
    ngx_string("http_x_forwarded_for"),

    /* bytes of the request line or of ":path", without control bytes */
    ngx_string("request_uri"),

    /* capital letters, "_" and "-" */
    ngx_string("request_method"),

    /* constant words of nginx */
    ngx_string("scheme"),
    ngx_string("https"),
    ngx_string("server_protocol"),

    /* names from the configuration, and of the machine */
    ngx_string("server_name"),
    ngx_string("hostname"),

    /* hexadecimal digits, numbers, times */
    ngx_string("request_id"),
    ngx_string("connection"),
    ngx_string("connection_requests"),
    ngx_string("msec"),
    ngx_string("time_iso8601"),
    ngx_string("time_local"),
    ngx_string("proxy_port"),

    /* names from the TLS library */
    ngx_string("ssl_protocol"),
    ngx_string("ssl_cipher"),

    ngx_null_string
};


/*
 * Header fields of the client, unless the configuration or a module defines
 * the name.
 */

static ngx_str_t  ngx_http_citrix_guard_one_line_prefixes[] = {
    ngx_string("http_"),
    ngx_string("cookie_"),
    ngx_null_string
};


ngx_int_t
ngx_http_citrix_guard_check_value(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *text)
{
    u_char     *p, *last;
    ngx_int_t   rc;
    ngx_str_t   name;

    p = text->data;
    last = p + text->len;

    /* from the configuration file; the form of the head will show it */

    if (ngx_strlchr(p, last, LF) || ngx_strlchr(p, last, CR)) {
        glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
    }

    for ( ;; ) {

        rc = ngx_http_citrix_guard_next_variable(&p, last, &name);

        if (rc == NGX_DONE) {
            return NGX_OK;
        }

        if (rc == NGX_DECLINED) {

            /* a capture, which may be part of a decoded URI */

            glcf->captures |= 1u << (name.data[0] - '0');
            glcf->scan = NGX_HTTP_CITRIX_GUARD_SCAN;
            continue;
        }

        if (!ngx_http_citrix_guard_is_one_line(cf, &name)
            && ngx_http_citrix_guard_add_value(cf, glcf, &name, 0) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }
}


ngx_int_t
ngx_http_citrix_guard_check_upgrade_value(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *text)
{
    u_char     *p, *last;
    ngx_str_t   name;

    p = text->data;
    last = p + text->len;

    if (text->len == 0 || *p != '$'
        || ngx_http_citrix_guard_next_variable(&p, last, &name) != NGX_OK
        || p != last
        || ngx_http_citrix_guard_is_one_line(cf, &name))
    {
        return NGX_DECLINED;
    }

    return ngx_http_citrix_guard_add_value(cf, glcf, &name, 1);
}


ngx_uint_t
ngx_http_citrix_guard_value_names(ngx_str_t *text, ngx_str_t *variable)
{
    u_char     *p, *last;
    ngx_int_t   rc;
    ngx_str_t   name;

    p = text->data;
    last = p + text->len;

    do {
        rc = ngx_http_citrix_guard_next_variable(&p, last, &name);

        if (rc == NGX_OK && name.len == variable->len
            && ngx_strncasecmp(name.data, variable->data, name.len) == 0)
        {
            return 1;
        }

    } while (rc != NGX_DONE);

    return 0;
}


/*
 * The next "$name", "${name}" or "$1", as ngx_http_script_compile() reads
 * them.  NGX_DECLINED for a capture, NGX_DONE if there are no more.
 */

static ngx_int_t
ngx_http_citrix_guard_next_variable(u_char **p, u_char *last, ngx_str_t *name)
{
    u_char  *s;

    s = ngx_strlchr(*p, last, '$');

    if (s == NULL || ++s == last) {
        return NGX_DONE;
    }

    if (*s == '{') {
        s++;
    }

    name->data = s;

    while (s < last
           && ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z')
               || (*s >= '0' && *s <= '9') || *s == '_'))
    {
        s++;
    }

    name->len = s - name->data;

    if (s < last && *s == '}' && name->data[-1] == '{') {
        s++;
    }

    *p = s;

    if (name->len && name->data[0] >= '0' && name->data[0] <= '9') {

        /* one digit: "$12" is "$1" and a "2" */

        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_citrix_guard_add_value(ngx_conf_t *cf,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_str_t *name,
    ngx_uint_t upgrade)
{
    ngx_int_t                       index;
    ngx_http_citrix_guard_value_t  *value;

    index = ngx_http_get_variable_index(cf, name);

    if (index == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (glcf->values == NULL) {
        glcf->values = ngx_array_create(cf->pool, 2,
                                        sizeof(ngx_http_citrix_guard_value_t));
        if (glcf->values == NULL) {
            return NGX_ERROR;
        }
    }

    value = ngx_array_push(glcf->values);
    if (value == NULL) {
        return NGX_ERROR;
    }

    value->index = (ngx_uint_t) index;
    value->upgrade = upgrade;

    return NGX_OK;
}


static ngx_uint_t
ngx_http_citrix_guard_is_one_line(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_str_t            *known;
    ngx_http_variable_t  *v;

    v = ngx_http_citrix_guard_defined_variable(cf, name);

    for (known = ngx_http_citrix_guard_one_line; known->len; known++) {
        if (known->len == name->len
            && ngx_strncasecmp(known->data, name->data, name->len) == 0)
        {
            return v && !(v->flags & NGX_HTTP_VAR_CHANGEABLE)
                   && ngx_http_citrix_guard_find_module(cf->cycle,
                                              "ngx_http_perl_module") == NULL;
        }
    }

    for (known = ngx_http_citrix_guard_one_line_prefixes; known->len; known++)
    {
        if (known->len < name->len
            && ngx_strncasecmp(known->data, name->data, known->len) == 0)
        {
            return v == NULL;
        }
    }

    return 0;
}


/* set by "set", "map" and the like, or by a module; not a prefix variable */

static ngx_http_variable_t *
ngx_http_citrix_guard_defined_variable(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t                  i;
    ngx_hash_key_t             *key;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    key = cmcf->variables_keys->keys.elts;

    for (i = 0; i < cmcf->variables_keys->keys.nelts; i++) {
        if (key[i].key.len == name->len
            && ngx_strncasecmp(key[i].key.data, name->data, name->len) == 0)
        {
            return key[i].value;
        }
    }

    return NULL;
}
