
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Limits how many lines a source may cause in the error log and events.
 * Refused requests and others have separate limits, so a flood of probes
 * cannot hide the one request that was let through.  The table belongs to the
 * process and does not grow; sources without a place in it share one limit.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_log_rate.h"
#include "ngx_http_citrix_guard_canary.h"
#include "ngx_http_citrix_guard_lost.h"
#include "http/base/ngx_http_citrix_guard_request.h"
#include "http/base/ngx_http_citrix_guard_source.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/zone/cguard_zone.h"


#define NGX_HTTP_CITRIX_GUARD_RATE_SETS  256
#define NGX_HTTP_CITRIX_GUARD_RATE_WAYS  4

#define NGX_HTTP_CITRIX_GUARD_RATE_MAX   1000000


typedef struct {
    u_char                          address[16];
    ngx_uint_t                      used;
    ngx_msec_t                      start;      /* of this second or minute */
    ngx_uint_t                      level;
    ngx_uint_t                      written[2]; /* not refused, refused */
    ngx_uint_t                      left[2];
} ngx_http_citrix_guard_share_t;


static ngx_http_citrix_guard_share_t *ngx_http_citrix_guard_find_share(
    u_char address[16], ngx_msec_t period);
static ngx_uint_t ngx_http_citrix_guard_share_is_over(
    ngx_http_citrix_guard_share_t *s, ngx_msec_t period);
static void ngx_http_citrix_guard_end_share(ngx_http_citrix_guard_share_t *s);
static void ngx_http_citrix_guard_set_timer(ngx_msec_t period);
static void ngx_http_citrix_guard_timer_handler(ngx_event_t *ev);


static ngx_http_citrix_guard_share_t  ngx_http_citrix_guard_shares
    [NGX_HTTP_CITRIX_GUARD_RATE_SETS][NGX_HTTP_CITRIX_GUARD_RATE_WAYS];

static ngx_http_citrix_guard_share_t  ngx_http_citrix_guard_others;

static ngx_event_t       ngx_http_citrix_guard_timer;
static ngx_connection_t  ngx_http_citrix_guard_timer_connection;
static ngx_msec_t        ngx_http_citrix_guard_timer_period;


char *
ngx_http_citrix_guard_set_log_rate(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf = conf;

    size_t      len;
    ngx_int_t   rate;
    ngx_str_t  *value;

    if (gmcf->log_period) {
        return "is duplicate";
    }

    value = cf->args->elts;
    len = value[1].len;
    rate = NGX_ERROR;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        gmcf->log_period = 1;
        return NGX_CONF_OK;
    }

    if (len > 3 && ngx_strncmp(value[1].data + len - 3, "r/s", 3) == 0) {
        gmcf->log_period = 1000;
        rate = ngx_atoi(value[1].data, len - 3);

    } else if (len > 3 && ngx_strncmp(value[1].data + len - 3, "r/m", 3) == 0) {
        gmcf->log_period = 60 * 1000;
        rate = ngx_atoi(value[1].data, len - 3);
    }

    if (rate < 1 || rate > NGX_HTTP_CITRIX_GUARD_RATE_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be \"off\" or a rate from 1 to 1000000, such as "
                           "\"60r/m\" or \"5r/s\"",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    gmcf->log_rate = (ngx_uint_t) rate;

    return NGX_CONF_OK;
}


ngx_uint_t
ngx_http_citrix_guard_may_log(ngx_http_request_t *r,
    ngx_http_citrix_guard_loc_conf_t *glcf, ngx_uint_t refused)
{
    u_char                              address[16];
    ngx_str_t                           target;
    ngx_http_citrix_guard_share_t      *s;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    if (gmcf->log_rate == 0) {
        return 1;
    }

    /* one's own check is to be recorded, and no line is to be missed for it */

    target = ngx_http_citrix_guard_client_target(r);

    if (ngx_http_citrix_guard_canary(r, &target)) {
        return 1;
    }

    ngx_http_citrix_guard_source_address(r->connection, address);

    s = ngx_http_citrix_guard_find_share(address, gmcf->log_period);

    if (s->written[refused] < gmcf->log_rate) {
        s->written[refused]++;
        return 1;
    }

    s->left[refused]++;
    s->level = glcf->log_level;

    ngx_http_citrix_guard_count_lost(gmcf, CGUARD_ZONE_LOST_LINE);

    ngx_http_citrix_guard_set_timer(gmcf->log_period);

    return 0;
}


static ngx_http_citrix_guard_share_t *
ngx_http_citrix_guard_find_share(u_char address[16], ngx_msec_t period)
{
    ngx_uint_t                      n;
    ngx_http_citrix_guard_share_t  *s, *set, *found;

    static uint64_t  seed;

    /* seeded, so nobody can choose addresses that share a place */

    if (seed == 0) {
        seed = (uint64_t) ngx_random() << 32 | (uint64_t) ngx_random() | 1;
    }

    n = (ngx_uint_t) cguard_zone_hash(address, 16, seed);

    set = ngx_http_citrix_guard_shares[n % NGX_HTTP_CITRIX_GUARD_RATE_SETS];
    found = &ngx_http_citrix_guard_others;

    for (n = 0; n < NGX_HTTP_CITRIX_GUARD_RATE_WAYS; n++) {

        s = &set[n];

        if (s->used && ngx_memcmp(s->address, address, 16) == 0) {
            found = s;
            break;
        }

        if (!s->used || ngx_http_citrix_guard_share_is_over(s, period)) {
            found = s;
        }
    }

    if (ngx_http_citrix_guard_share_is_over(found, period)) {
        ngx_http_citrix_guard_end_share(found);
    }

    if (!found->used) {
        ngx_memcpy(found->address, address, 16);
        found->used = 1;
        found->start = ngx_current_msec;
    }

    return found;
}


static ngx_uint_t
ngx_http_citrix_guard_share_is_over(ngx_http_citrix_guard_share_t *s,
    ngx_msec_t period)
{
    return s->used && ngx_current_msec - s->start >= period;
}


static void
ngx_http_citrix_guard_end_share(ngx_http_citrix_guard_share_t *s)
{
    u_char     text[NGX_HTTP_CITRIX_GUARD_SOURCE];
    ngx_str_t  source;

    if (s->left[0] || s->left[1]) {

        source.data = text;
        source.len = ngx_http_citrix_guard_source_text(s->address, text);

        if (s == &ngx_http_citrix_guard_others) {
            ngx_str_set(&source, "others");
        }

        ngx_log_error(s->level, ngx_cycle->log, 0,
                      "citrix_guard: log_rate left out %ui requests of %V: "
                      "%ui refused, %ui not refused",
                      s->left[0] + s->left[1], &source, s->left[1],
                      s->left[0]);
    }

    ngx_memzero(s, sizeof(ngx_http_citrix_guard_share_t));
}


/* a source that has stopped is reported as well */

static void
ngx_http_citrix_guard_set_timer(ngx_msec_t period)
{
    ngx_event_t  *ev;

    ev = &ngx_http_citrix_guard_timer;

    ngx_http_citrix_guard_timer_period = period;

    if (ev->timer_set) {
        return;
    }

    ngx_http_citrix_guard_timer_connection.fd = (ngx_socket_t) -1;

    ev->handler = ngx_http_citrix_guard_timer_handler;
    ev->data = &ngx_http_citrix_guard_timer_connection;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, period);
}


static void
ngx_http_citrix_guard_timer_handler(ngx_event_t *ev)
{
    ngx_uint_t                      n, left;
    ngx_msec_t                      period;
    ngx_http_citrix_guard_share_t  *s;

    period = ngx_http_citrix_guard_timer_period;
    s = &ngx_http_citrix_guard_shares[0][0];
    left = 0;

    for (n = 0; n <= NGX_HTTP_CITRIX_GUARD_RATE_SETS
                     * NGX_HTTP_CITRIX_GUARD_RATE_WAYS; n++)
    {
        if (n == NGX_HTTP_CITRIX_GUARD_RATE_SETS
                 * NGX_HTTP_CITRIX_GUARD_RATE_WAYS)
        {
            s = &ngx_http_citrix_guard_others;
        }

        if (ngx_http_citrix_guard_share_is_over(s, period)) {
            ngx_http_citrix_guard_end_share(s);
        }

        left += s->left[0] + s->left[1];
        s++;
    }

    if (left) {
        ngx_http_citrix_guard_set_timer(period);
    }
}


void
ngx_http_citrix_guard_end_log_rate(void)
{
    ngx_uint_t                      n;
    ngx_http_citrix_guard_share_t  *s;

    s = &ngx_http_citrix_guard_shares[0][0];

    for (n = 0; n < NGX_HTTP_CITRIX_GUARD_RATE_SETS
                    * NGX_HTTP_CITRIX_GUARD_RATE_WAYS; n++)
    {
        ngx_http_citrix_guard_end_share(s++);
    }

    ngx_http_citrix_guard_end_share(&ngx_http_citrix_guard_others);
}
