
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The operator's own requests: the canary, whose target ends with a token, and
 * those of checks and scanners, which have a token in a header field.  Nobody
 * can imitate them without knowing a token.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_canary.h"
#include "ngx_http_citrix_guard_sent_header.h"
#include "http/base/ngx_http_citrix_guard_pool.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/decision/cguard_target.h"
#include "cguard/zone/cguard_zone.h"


#define NGX_HTTP_CITRIX_GUARD_CANARY_MIN  8
#define NGX_HTTP_CITRIX_GUARD_CANARY_MAX  64


/* the name of the field, in the form of cguard_header_is() */

#define NGX_HTTP_CITRIX_GUARD_CANARY_FIELD  "X_CITRIX_GUARD_CANARY"


typedef struct {
    ngx_http_citrix_guard_canary_t *canary;
} ngx_http_citrix_guard_canary_ctx_t;


static ngx_uint_t ngx_http_citrix_guard_is_token(ngx_str_t *text,
    size_t min, size_t max);
static ngx_http_citrix_guard_canary_t *ngx_http_citrix_guard_add_canary(
    ngx_conf_t *cf, ngx_http_citrix_guard_main_conf_t *gmcf);
static ngx_int_t ngx_http_citrix_guard_canary_handler(ngx_http_request_t *r);
static ngx_inline ngx_uint_t ngx_http_citrix_guard_has_token(
    ngx_table_elt_t *h);
static ngx_int_t ngx_http_citrix_guard_take_tokens(ngx_http_request_t *r,
    ngx_uint_t n);
static ngx_http_citrix_guard_canary_t *ngx_http_citrix_guard_find_token(
    ngx_http_request_t *r, ngx_str_t *value);
static ngx_uint_t ngx_http_citrix_guard_same(u_char *one, u_char *two,
    size_t len);
static void ngx_http_citrix_guard_canary_cleanup(void *data);


char *
ngx_http_citrix_guard_set_canary(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf = conf;

    ngx_str_t                       *value;
    ngx_uint_t                       i;
    ngx_http_citrix_guard_canary_t  *canary;

    value = cf->args->elts;

    if (!ngx_http_citrix_guard_is_token(&value[1], 1, CGUARD_ZONE_WORD)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" of a canary, it must be 1 to "
                           "32 letters, digits, \"-\" or \"_\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_citrix_guard_is_token(&value[2],
                                        NGX_HTTP_CITRIX_GUARD_CANARY_MIN,
                                        NGX_HTTP_CITRIX_GUARD_CANARY_MAX))
    {
        /* a token is a secret: do not log it */

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid token of the canary \"%V\", it must be 8 "
                           "to 64 letters, digits, \"-\" or \"_\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    canary = gmcf->canaries.elts;

    for (i = 0; i < gmcf->canaries.nelts; i++) {

        if ((canary[i].name.len == value[1].len
             && ngx_memcmp(canary[i].name.data, value[1].data, value[1].len)
                == 0)
            || (canary[i].token.len == value[2].len
                && ngx_memcmp(canary[i].token.data, value[2].data,
                              value[2].len)
                   == 0))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the canary \"%V\" has the name or the token "
                               "of another one", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    canary = ngx_http_citrix_guard_add_canary(cf, gmcf);
    if (canary == NULL) {
        return NGX_CONF_ERROR;
    }

    canary->name = value[1];
    canary->token = value[2];

    return NGX_CONF_OK;
}


char *
ngx_http_citrix_guard_set_zone_canary(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_str_t *value)
{
    ngx_str_t  token;

    token.data = value->data + 7;
    token.len = value->len < 7 ? 0 : value->len - 7;

    if (ngx_strncmp(value->data, "canary=", 7) != 0
        || !ngx_http_citrix_guard_is_token(&token,
                                           NGX_HTTP_CITRIX_GUARD_CANARY_MIN,
                                           NGX_HTTP_CITRIX_GUARD_CANARY_MAX))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", it must be \"canary=\" "
                           "and 8 to 64 letters, digits, \"-\" or \"_\"",
                           value);
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&gmcf->canary.name, "canary");
    gmcf->canary.token = token;

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_http_citrix_guard_is_token(ngx_str_t *text, size_t min, size_t max)
{
    u_char  c;
    size_t  i;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
        {
            return 0;
        }
    }

    return text->len >= min && text->len <= max;
}


static ngx_http_citrix_guard_canary_t *
ngx_http_citrix_guard_add_canary(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_http_citrix_guard_canary_t  *canary;

    /* the first place belongs to the zone's own canary */

    if (gmcf->canaries.nelts == CGUARD_ZONE_CANARIES - 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there are more than %d canaries",
                           CGUARD_ZONE_CANARIES - 1);
        return NULL;
    }

    canary = ngx_array_push(&gmcf->canaries);
    if (canary == NULL) {
        return NULL;
    }

    ngx_memzero(canary, sizeof(ngx_http_citrix_guard_canary_t));

    return canary;
}


ngx_int_t
ngx_http_citrix_guard_canary_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt                *h;
    ngx_http_core_main_conf_t          *cmcf;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);

    /* without tokens a request costs nothing extra */

    if (gmcf->canaries.nelts == 0) {
        return NGX_OK;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_citrix_guard_canary_handler;

    return NGX_OK;
}


/* a wrong token is not forwarded to the ADC either: it may be nearly right */

static ngx_int_t
ngx_http_citrix_guard_canary_handler(ngx_http_request_t *r)
{
    ngx_uint_t                           i, n, found;
    ngx_list_part_t                     *part;
    ngx_table_elt_t                     *h;
    ngx_http_citrix_guard_canary_t      *canary;
    ngx_http_citrix_guard_canary_ctx_t  *ctx;

    n = 0;
    found = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;
        n += part->nelts;

        for (i = 0; i < part->nelts; i++) {

            if (!ngx_http_citrix_guard_has_token(&h[i])) {
                continue;
            }

            found++;

            canary = ngx_http_citrix_guard_find_token(r, &h[i].value);

            if (canary == NULL) {
                continue;
            }

            ctx = ngx_http_citrix_guard_pool_add(r->pool,
                                  ngx_http_citrix_guard_canary_cleanup,
                                  sizeof(ngx_http_citrix_guard_canary_ctx_t));
            if (ctx == NULL) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }

            ctx->canary = canary;
        }
    }

    if (found == 0) {
        return NGX_DECLINED;
    }

    return ngx_http_citrix_guard_take_tokens(r, n - found) == NGX_OK
           ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_inline ngx_uint_t
ngx_http_citrix_guard_has_token(ngx_table_elt_t *h)
{
    return h->key.len == sizeof(NGX_HTTP_CITRIX_GUARD_CANARY_FIELD) - 1
           && cguard_header_is(h->key.data, h->key.len,
                               NGX_HTTP_CITRIX_GUARD_CANARY_FIELD);
}


/*
 * Others point to fields, so no field may move: the remaining ones are copied
 * to a new list of "n". nginx does not expect an empty part in a list.
 */

static ngx_int_t
ngx_http_citrix_guard_take_tokens(ngx_http_request_t *r, ngx_uint_t n)
{
    ngx_uint_t        i;
    ngx_list_t       *list;
    ngx_list_part_t   old, *part;
    ngx_table_elt_t  *h, *copy;

    list = &r->headers_in.headers;
    old = list->part;

    if (ngx_list_init(list, r->pool, n + 1, sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (part = &old; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_citrix_guard_has_token(&h[i])) {
                continue;
            }

            copy = ngx_list_push(list);
            if (copy == NULL) {
                return NGX_ERROR;
            }

            *copy = h[i];
        }
    }

    return NGX_OK;
}


ngx_http_citrix_guard_canary_t *
ngx_http_citrix_guard_canary(ngx_http_request_t *r, ngx_str_t *target)
{
    u_char                              *p;
    ngx_str_t                            value, *token;
    ngx_http_citrix_guard_main_conf_t   *gmcf;
    ngx_http_citrix_guard_canary_ctx_t  *ctx;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    token = &gmcf->canary.token;

    if (token->len && target->len > token->len) {
        p = target->data + target->len - token->len;

        if (p[-1] == '/'
            && ngx_http_citrix_guard_same(p, token->data, token->len))
        {
            return &gmcf->canary;
        }
    }

    if (gmcf->canaries.nelts == 0) {
        return NULL;
    }

    ctx = ngx_http_citrix_guard_pool_get(r->pool,
                                        ngx_http_citrix_guard_canary_cleanup);
    if (ctx) {
        return ctx->canary;
    }

    /* nginx refused the request before it read the header */

    value = ngx_http_citrix_guard_sent_header(r,
                                          NGX_HTTP_CITRIX_GUARD_CANARY_FIELD);

    return value.len ? ngx_http_citrix_guard_find_token(r, &value) : NULL;
}


static ngx_http_citrix_guard_canary_t *
ngx_http_citrix_guard_find_token(ngx_http_request_t *r, ngx_str_t *value)
{
    ngx_uint_t                          i;
    ngx_http_citrix_guard_canary_t     *canary, *found;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    canary = gmcf->canaries.elts;
    found = NULL;

    for (i = 0; i < gmcf->canaries.nelts; i++) {

        if (canary[i].token.len == value->len
            && ngx_http_citrix_guard_same(canary[i].token.data, value->data,
                                          value->len))
        {
            found = &canary[i];
        }
    }

    return found;
}


/* takes the same time for any bytes */

static ngx_uint_t
ngx_http_citrix_guard_same(u_char *one, u_char *two, size_t len)
{
    size_t           i;
    volatile u_char  differ;

    differ = 0;

    for (i = 0; i < len; i++) {
        differ |= one[i] ^ two[i];
    }

    return differ == 0;
}


static void
ngx_http_citrix_guard_canary_cleanup(void *data)
{
    /* it is found by this address */
}
