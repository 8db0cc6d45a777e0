
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The zone in which processes count (cguard/zone/cguard_zone.h). nginx passes
 * it from one configuration to the next as long as name and size stay the
 * same.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_zone.h"
#include "ngx_http_citrix_guard_canary.h"
#include "ngx_http_citrix_guard_event.h"
#include "ngx_http_citrix_guard_upgrade.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_source.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/rules/cguard_rule_types.h"
#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_names.h"
#include "cguard/zone/cguard_zone_state.h"


/* the minimum size */

#define NGX_HTTP_CITRIX_GUARD_ZONE       (1024 * 1024)


static ngx_int_t ngx_http_citrix_guard_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static cguard_zone_t *ngx_http_citrix_guard_old_zone(void);
static uint64_t ngx_http_citrix_guard_seed(void);
static void ngx_http_citrix_guard_zone_keep_servers(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_str_t *node);
static ngx_str_t *ngx_http_citrix_guard_zone_name(
    ngx_http_core_srv_conf_t *cscf, ngx_str_t *node);
static ngx_uint_t ngx_http_citrix_guard_is_monitors(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_http_core_srv_conf_t *cscf);
static unsigned ngx_http_citrix_guard_zone_mode(
    ngx_http_citrix_guard_location_t *location);
static ngx_uint_t ngx_http_citrix_guard_lets_attack_by(
    ngx_http_citrix_guard_loc_conf_t *glcf);
static ngx_uint_t ngx_http_citrix_guard_is_wide(ngx_cidr_t *cidr);
static void ngx_http_citrix_guard_zone_rules(cguard_zone_t *z,
    ngx_http_citrix_guard_loc_conf_t *glcf);
static uint8_t ngx_http_citrix_guard_copy_text(u_char *dst, size_t size,
    ngx_str_t *text);


/* by the number of a reason in the zone */

static const char  *ngx_http_citrix_guard_reasons[] = {
    "unknown", "traversal", "query", "vpns", "parent", "malformed", "header",
    "upgrade", "unseen", "rule", "error", "injection", NULL
};


char *
ngx_http_citrix_guard_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf = conf;

    u_char     *p;
    ssize_t     size;
    ngx_str_t  *value, name, s;

    if (gmcf->zone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    p = ngx_strlchr(value[1].data, value[1].data + value[1].len, ':');

    name.data = value[1].data;
    name.len = p ? (size_t) (p - value[1].data) : 0;

    size = NGX_ERROR;

    if (p) {
        s.data = p + 1;
        s.len = value[1].data + value[1].len - s.data;

        size = ngx_parse_size(&s);
    }

    if (name.len == 0 || size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\", it must be a name, a colon "
                           "and a size", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_HTTP_CITRIX_GUARD_ZONE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small, it needs 1m",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    gmcf->zone = ngx_shared_memory_add(cf, &name, size,
                                       &ngx_http_citrix_guard_module);
    if (gmcf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    gmcf->zone->init = ngx_http_citrix_guard_init_zone;
    gmcf->zone->data = gmcf;

    if (ngx_http_citrix_guard_upgrade_init(cf, gmcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return cf->args->nelts == 3
           ? ngx_http_citrix_guard_set_zone_canary(cf, gmcf, &value[2])
           : NGX_CONF_OK;
}


static ngx_int_t
ngx_http_citrix_guard_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_http_citrix_guard_main_conf_t  *before = data;

    ngx_int_t                           rc;
    ngx_time_t                         *now;
    cguard_zone_t                      *old;
    ngx_slab_pool_t                    *pool;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = shm_zone->data;
    pool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (before || shm_zone->shm.exists) {
        gmcf->shared = before ? before->shared : pool->data;

        if (cguard_zone_fits(gmcf->shared)) {
            ngx_http_citrix_guard_upgrade_keep();
            return NGX_OK;
        }

        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "citrix_guard: the zone \"%V\" belongs to another "
                      "version of the module: restart nginx, or rename the "
                      "zone",
                      &shm_zone->shm.name);
        return NGX_ERROR;
    }

    gmcf->shared = ngx_slab_alloc(pool, sizeof(cguard_zone_t));
    if (gmcf->shared == NULL) {
        return NGX_ERROR;
    }

    pool->data = gmcf->shared;

    rc = ngx_http_citrix_guard_upgrade_zone(gmcf->shared, shm_zone->shm.log);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    old = ngx_http_citrix_guard_old_zone();

    if (old) {
        cguard_zone_copy(gmcf->shared, old);
        return NGX_OK;
    }

    now = ngx_timeofday();

    cguard_zone_init(gmcf->shared, ngx_http_citrix_guard_seed(),
                     (uint64_t) now->sec * 1000 + now->msec);

    return NGX_OK;
}


/*
 * Of the configuration that is in force: a zone of another size or name has a
 * memory of its own, and what was counted is not to be forgotten for that.
 * What its workers still wait for is in its list: it will be counted as lost.
 */

static cguard_zone_t *
ngx_http_citrix_guard_old_zone(void)
{
    ngx_cycle_t                        *cycle;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    cycle = (ngx_cycle_t *) ngx_cycle;

    if (cycle == NULL || cycle->conf_ctx == NULL) {
        return NULL;
    }

    /* it may not have loaded the module: then it has no place for it */

    if (ngx_http_citrix_guard_find_module(cycle,
                                          ngx_http_citrix_guard_module.name)
        != &ngx_http_citrix_guard_module)
    {
        return NULL;
    }

    gmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_citrix_guard_module);

    return gmcf && gmcf->shared && cguard_zone_fits(gmcf->shared)
           ? gmcf->shared : NULL;
}


static uint64_t
ngx_http_citrix_guard_seed(void)
{
    ssize_t    n;
    uint64_t   seed;
    ngx_fd_t   fd;

    seed = (uint64_t) ngx_random() << 32 ^ (uint64_t) ngx_pid << 16
           ^ (uint64_t) ngx_time();

    fd = ngx_open_file("/dev/urandom", NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd != NGX_INVALID_FILE) {
        n = ngx_read_fd(fd, &seed, sizeof(seed));
        (void) n;
        (void) ngx_close_file(fd);
    }

    return seed;
}


/*
 * Called when the configuration takes effect: gives each location the counters
 * of its server, and tells the zone the modes.
 */

void
ngx_http_citrix_guard_zone_set_servers(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_str_t *node)
{
    unsigned                           n, modes[CGUARD_ZONE_SERVERS];
    ngx_uint_t                         i;
    ngx_str_t                         *name;
    ngx_time_t                        *now;
    cguard_zone_t                     *z;
    ngx_http_core_srv_conf_t          *cscf;
    ngx_http_citrix_guard_canary_t    *canary;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    z = gmcf->shared;

    if (z == NULL) {
        return;
    }

    ngx_memzero(modes, sizeof(modes));

    ngx_http_citrix_guard_zone_keep_servers(gmcf, node);

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        cscf = location[i].srv_conf[ngx_http_core_module.ctx_index];

        /* the server with only the monitor does not need a guard */

        if (ngx_http_citrix_guard_is_monitors(gmcf, cscf)) {
            glcf->counters = &z->servers[0];
            continue;
        }

        name = ngx_http_citrix_guard_zone_name(cscf, node);

        n = cguard_zone_server(z, (char *) name->data, name->len);

        glcf->counters = &z->servers[n];
        glcf->turn = (uint16_t) z->servers[n].turn;

        modes[n] |= ngx_http_citrix_guard_zone_mode(&location[i]);

        if (glcf->set) {
            ngx_http_citrix_guard_zone_rules(z, glcf);
        }
    }

    cguard_zone_forget_canaries(z);

    canary = gmcf->canaries.elts;

    for (i = 0; i < gmcf->canaries.nelts; i++) {
        canary[i].place = cguard_zone_canary(z, (char *) canary[i].name.data,
                                             canary[i].name.len);
    }

    now = ngx_timeofday();

    cguard_zone_modes(z, modes, (uint64_t) now->sec * 1000 + now->msec);
}


/* no server of this configuration loses its place to another one of it */

static void
ngx_http_citrix_guard_zone_keep_servers(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_str_t *node)
{
    ngx_uint_t                         i;
    ngx_str_t                         *name;
    ngx_http_core_srv_conf_t          *cscf;
    ngx_http_citrix_guard_location_t  *location;

    cguard_zone_forget_servers(gmcf->shared);

    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        cscf = location[i].srv_conf[ngx_http_core_module.ctx_index];

        if (!ngx_http_citrix_guard_is_monitors(gmcf, cscf)) {
            name = ngx_http_citrix_guard_zone_name(cscf, node);

            cguard_zone_keep_server(gmcf->shared, (char *) name->data,
                                    name->len);
        }
    }
}


/* "_" matches any name, and an empty name says nothing */

static ngx_str_t *
ngx_http_citrix_guard_zone_name(ngx_http_core_srv_conf_t *cscf,
    ngx_str_t *node)
{
    ngx_str_t  *name;

    name = &cscf->server_name;

    return name->len == 0 || (name->len == 1 && name->data[0] == '_')
           ? node : name;
}


/* a server that has the monitor, and no other handler */

static ngx_uint_t
ngx_http_citrix_guard_is_monitors(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_http_core_srv_conf_t *cscf)
{
    ngx_uint_t                         i, monitor;
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_citrix_guard_location_t  *location;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    monitor = 0;
    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        if (location[i].srv_conf[ngx_http_core_module.ctx_index] != cscf) {
            continue;
        }

        glcf = location[i].loc_conf[ngx_http_citrix_guard_module.ctx_index];
        clcf = location[i].loc_conf[ngx_http_core_module.ctx_index];

        if (glcf->monitor) {
            monitor = 1;

        } else if (clcf->handler) {
            return 0;
        }
    }

    return monitor;
}


/* "off" counts where something is served that may need a guard */

static unsigned
ngx_http_citrix_guard_zone_mode(ngx_http_citrix_guard_location_t *location)
{
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_citrix_guard_loc_conf_t  *glcf;

    clcf = location->loc_conf[ngx_http_core_module.ctx_index];
    glcf = location->loc_conf[ngx_http_citrix_guard_module.ctx_index];

    if (glcf->monitor) {
        return 0;
    }

    switch (glcf->mode) {

    case NGX_HTTP_CITRIX_GUARD_ON:
        return ngx_http_citrix_guard_lets_attack_by(glcf)
               ? CGUARD_ZONE_ON|CGUARD_ZONE_DETECT : CGUARD_ZONE_ON;

    case NGX_HTTP_CITRIX_GUARD_DETECT:
        return CGUARD_ZONE_DETECT;

    default:
        return clcf->handler ? CGUARD_ZONE_OFF : 0;
    }
}


/*
 * "on" does not block here: the attack itself is exempted, by a reason that has
 * no false positives, or so are more clients than one's own
 */

static ngx_uint_t
ngx_http_citrix_guard_lets_attack_by(ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_str_t   *name;
    ngx_cidr_t  *cidr;
    ngx_uint_t   i;

    name = glcf->set ? glcf->set->exempt->elts : NULL;

    for (i = 0; name && i < glcf->set->exempt->nelts; i++) {
        if ((name[i].len == 9 && ngx_strncmp(name[i].data, "traversal", 9) == 0)
            || (name[i].len == 6 && ngx_strncmp(name[i].data, "header", 6)
                                    == 0))
        {
            return 1;
        }
    }

    cidr = glcf->detect_for ? glcf->detect_for->elts : NULL;

    for (i = 0; cidr && i < glcf->detect_for->nelts; i++) {
        if (ngx_http_citrix_guard_is_wide(&cidr[i])) {
            return 1;
        }
    }

    return 0;
}


/* nobody has a network of less than 8 bits for himself */

static ngx_uint_t
ngx_http_citrix_guard_is_wide(ngx_cidr_t *cidr)
{
    switch (cidr->family) {

    case AF_INET:
        return (ntohl(cidr->u.in.mask) & 0x01000000) == 0;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        return (cidr->u.in6.mask.s6_addr[0] & 1) == 0;
#endif

    default:
        return 0;
    }
}


static void
ngx_http_citrix_guard_zone_rules(cguard_zone_t *z,
    ngx_http_citrix_guard_loc_conf_t *glcf)
{
    ngx_uint_t                      i;
    ngx_http_citrix_guard_rule_t  **rule;

    rule = glcf->set->rules->elts;

    for (i = 0; i < glcf->set->rules->nelts; i++) {
        (void) cguard_zone_rule(z, rule[i]->rule.id.data,
                                rule[i]->rule.id.len);
    }
}


const char *
ngx_http_citrix_guard_reason_name(ngx_uint_t n)
{
    return ngx_http_citrix_guard_reasons[n];
}


void
ngx_http_citrix_guard_count_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_event_t *e)
{
    u_char                              address[16];
    uint64_t                            now;
    ngx_time_t                         *tp;
    const cguard_rule_t                *rule;
    cguard_zone_event_t                 ze;
    ngx_http_citrix_guard_loc_conf_t   *glcf;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);
    glcf = ngx_http_get_module_loc_conf(r, ngx_http_citrix_guard_module);

    if (gmcf->shared == NULL || glcf->counters == NULL) {
        return;
    }

    tp = ngx_timeofday();
    now = (uint64_t) tp->sec * 1000 + tp->msec;

    ngx_memzero(&ze, sizeof(cguard_zone_event_t));

    ze.msec = e->msec;
    ze.status = (uint32_t) e->status;
    ze.upstream = (uint32_t) e->answer;
    ze.server = (uint16_t) (glcf->counters - gmcf->shared->servers);
    ze.turn = glcf->turn;
    ze.verdict = (uint8_t) e->mark->verdict;
    ze.outcome = (uint8_t) e->outcome;
    ze.at = (uint8_t) e->mark->at;
    ze.canary = e->canary ? (uint8_t) (1 + e->canary->place) : 0;
    ze.let_by = (uint8_t) e->let_by;

    while (ngx_http_citrix_guard_reasons[ze.reason + 1]
           && ngx_strcmp(ngx_http_citrix_guard_reasons[ze.reason],
                         e->mark->reason)
              != 0)
    {
        ze.reason++;
    }

    if (e->mark->reason[0] == '\0') {
        ze.reason = 0;
    }

    if (ze.reason == 0 || ngx_strcmp(e->mark->reason, "error") == 0) {
        cguard_zone_add(&gmcf->shared->errors, now);
    }

    rule = e->mark->rule;

    ze.rule = rule ? (uint16_t) cguard_zone_rule_find(gmcf->shared,
                                                      rule->id.data,
                                                      rule->id.len)
                   : CGUARD_ZONE_RULES;

    ze.id_len = ngx_http_citrix_guard_copy_text(ze.id, sizeof(ze.id), &e->id);
    ze.client_len = ngx_http_citrix_guard_copy_text(ze.client,
                                                    sizeof(ze.client),
                                                    &e->client);
    ze.host_len = ngx_http_citrix_guard_copy_text(ze.host, sizeof(ze.host),
                                                  &e->host);
    ze.method_len = ngx_http_citrix_guard_copy_text(ze.method,
                                                    sizeof(ze.method),
                                                    &e->method);
    ze.target_len = ngx_http_citrix_guard_copy_text(ze.target,
                                                    sizeof(ze.target),
                                                    &e->target);
    ze.reading_len = ngx_http_citrix_guard_copy_text(ze.reading,
                                                     sizeof(ze.reading),
                                                     &e->mark->reading);
    ze.agent_len = ngx_http_citrix_guard_copy_text(ze.agent, sizeof(ze.agent),
                                                   &e->agent);

    ngx_http_citrix_guard_source_address(r->connection, address);

    cguard_zone_event(gmcf->shared, &ze, address, now);
}


static uint8_t
ngx_http_citrix_guard_copy_text(u_char *dst, size_t size, ngx_str_t *text)
{
    size_t  len;

    len = ngx_min(text->len, size);

    if (len) {
        ngx_memcpy(dst, text->data, len);
    }

    return (uint8_t) len;
}
