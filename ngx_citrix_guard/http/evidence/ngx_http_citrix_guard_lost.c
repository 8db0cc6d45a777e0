
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * ngx_http_log_module writes events.  It reports a failure to nobody, but
 * stores its time, so that it logs a full disk only once a minute.  That time
 * is read here, when a request with an event is over.  And nobody tells nginx
 * that the file was removed.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_http_citrix_guard_lost.h"
#include "ngx_http_citrix_guard_event.h"
#include "ngx_http_citrix_guard_outcome.h"
#include "http/base/ngx_http_citrix_guard_modules.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/zone/cguard_zone.h"


/* as in ngx_http_log_module.c, which does not export its structures */

typedef struct {
    ngx_str_t                       name;
    ngx_array_t                    *flushes;
    ngx_array_t                    *ops;
} ngx_http_citrix_guard_log_format_t;


typedef struct {
    size_t                          len;
    void                           *getlen;     /* NULL: no variable */
    void                           *run;
    uintptr_t                       data;       /* the variable's index */
} ngx_http_citrix_guard_log_op_t;


typedef struct {
    ngx_open_file_t                *file;
    void                           *script;
    time_t                          disk_full_time;
    time_t                          error_log_time;
    void                           *syslog_peer;
    ngx_http_citrix_guard_log_format_t *format;
    ngx_http_complex_value_t       *filter;
} ngx_http_citrix_guard_access_log_t;


typedef struct {
    ngx_array_t                    *logs;
} ngx_http_citrix_guard_log_conf_t;


static ngx_array_t *ngx_http_citrix_guard_access_logs(ngx_module_t *module,
    void **loc_conf);
static ngx_uint_t ngx_http_citrix_guard_has_event(
    ngx_http_core_main_conf_t *cmcf, ngx_http_citrix_guard_access_log_t *log);
static ngx_uint_t ngx_http_citrix_guard_is_event(ngx_str_t *name);
static ngx_uint_t ngx_http_citrix_guard_is_lost(
    ngx_http_citrix_guard_access_log_t *log);
static ngx_uint_t ngx_http_citrix_guard_is_removed(ngx_fd_t fd);
static ngx_uint_t ngx_http_citrix_guard_is_wanted(ngx_http_request_t *r,
    ngx_http_citrix_guard_access_log_t *log);


void
ngx_http_citrix_guard_lost_init(ngx_conf_t *cf)
{
    ngx_uint_t                           i, n;
    ngx_array_t                         *logs, *last;
    ngx_module_t                        *m;
    ngx_http_core_main_conf_t           *cmcf;
    ngx_http_citrix_guard_location_t    *location;
    ngx_http_citrix_guard_main_conf_t   *gmcf;
    ngx_http_citrix_guard_access_log_t  *log;

    gmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_citrix_guard_module);
    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    m = ngx_http_citrix_guard_find_module(cf->cycle, "ngx_http_log_module");

    gmcf->log_module = m;

    if (m == NULL) {
        return;
    }

    last = NULL;
    location = gmcf->locations.elts;

    for (i = 0; i < gmcf->locations.nelts; i++) {

        logs = ngx_http_citrix_guard_access_logs(m, location[i].loc_conf);

        /* a level without logs of its own inherits those of the outer level */

        if (logs == NULL || logs == last) {
            continue;
        }

        last = logs;
        log = logs->elts;

        for (n = 0; n < logs->nelts; n++) {

            if (log[n].syslog_peer
                || (log[n].script == NULL && log[n].file->data == NULL)
                || !ngx_http_citrix_guard_has_event(cmcf, &log[n]))
            {
                continue;
            }

            ngx_http_citrix_guard_conf_log(cf, NGX_LOG_WARN, &location[i],
                "writes events through a buffer, or to a file whose name has "
                "a variable: events that are lost there are not counted");
        }
    }
}


static ngx_array_t *
ngx_http_citrix_guard_access_logs(ngx_module_t *module, void **loc_conf)
{
    ngx_http_citrix_guard_log_conf_t  *conf;

    conf = loc_conf[module->ctx_index];

    /* of another version of nginx */

    if (conf == NULL || conf->logs == NULL
        || conf->logs->size != sizeof(ngx_http_citrix_guard_access_log_t))
    {
        return NULL;
    }

    return conf->logs;
}


static ngx_uint_t
ngx_http_citrix_guard_has_event(ngx_http_core_main_conf_t *cmcf,
    ngx_http_citrix_guard_access_log_t *log)
{
    ngx_uint_t                       i;
    ngx_http_variable_t             *v;
    ngx_http_citrix_guard_log_op_t  *op;

    if (log->format == NULL || log->format->ops == NULL
        || log->format->ops->size != sizeof(ngx_http_citrix_guard_log_op_t))
    {
        return 0;
    }

    v = cmcf->variables.elts;
    op = log->format->ops->elts;

    for (i = 0; i < log->format->ops->nelts; i++) {

        if (op[i].getlen && op[i].data < cmcf->variables.nelts
            && ngx_http_citrix_guard_is_event(&v[op[i].data].name))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_citrix_guard_is_event(ngx_str_t *name)
{
    ngx_uint_t  i;

    static ngx_str_t  names[] = {
        ngx_string("citrix_guard_event"),
        ngx_string("citrix_guard_cef")
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        if (name->len == names[i].len
            && ngx_strncmp(name->data, names[i].data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_http_citrix_guard_count_lost(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_uint_t what)
{
    ngx_time_t  *tp;

    if (gmcf->shared == NULL) {
        return;
    }

    tp = ngx_timeofday();

    cguard_zone_add(&gmcf->shared->lost[what],
                    (uint64_t) tp->sec * 1000 + tp->msec);
}


void
ngx_http_citrix_guard_check_event(ngx_http_request_t *r,
    ngx_http_citrix_guard_mark_t *mark, ngx_http_citrix_guard_event_t *e)
{
    ngx_uint_t                           i, lost;
    ngx_array_t                         *logs;
    ngx_http_core_main_conf_t           *cmcf;
    ngx_http_citrix_guard_main_conf_t   *gmcf;
    ngx_http_citrix_guard_access_log_t  *log;

    gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

    /* the mark may be one that requests without memory share */

    lost = mark->lost;
    mark->lost = 0;

    if (gmcf->shared == NULL || gmcf->log_module == NULL) {
        return;
    }

    /* log_rate counts what it has left out */

    if (mark->left_out && e->outcome < ngx_http_citrix_guard_outcome_unknown)
    {
        return;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);
    logs = ngx_http_citrix_guard_access_logs(gmcf->log_module, r->loc_conf);

    log = logs ? logs->elts : NULL;

    for (i = 0; logs && i < logs->nelts; i++) {

        if (log[i].script || log[i].syslog_peer
            || !ngx_http_citrix_guard_is_lost(&log[i])
            || !ngx_http_citrix_guard_has_event(cmcf, &log[i])
            || !ngx_http_citrix_guard_is_wanted(r, &log[i]))
        {
            continue;
        }

        log[i].error_log_time = 0;
        lost = 1;
    }

    if (lost) {
        ngx_http_citrix_guard_count_lost(gmcf, CGUARD_ZONE_LOST_EVENT);
    }
}


/* nginx does not try a full disk again within the same second */

static ngx_uint_t
ngx_http_citrix_guard_is_lost(ngx_http_citrix_guard_access_log_t *log)
{
    return log->error_log_time
           || log->disk_full_time == ngx_time()
           || ngx_http_citrix_guard_is_removed(log->file->fd);
}


/* a file without a name can be written, and nobody will ever read it */

static ngx_uint_t
ngx_http_citrix_guard_is_removed(ngx_fd_t fd)
{
    ngx_file_info_t  fi;

    return ngx_fd_info(fd, &fi) != NGX_FILE_ERROR
           && ngx_is_file(&fi) && fi.st_nlink == 0;
}


/* "if=" may have left it out */

static ngx_uint_t
ngx_http_citrix_guard_is_wanted(ngx_http_request_t *r,
    ngx_http_citrix_guard_access_log_t *log)
{
    ngx_str_t  value;

    if (log->filter == NULL
        || ngx_http_complex_value(r, log->filter, &value) != NGX_OK)
    {
        return 1;
    }

    return value.len > 1 || (value.len == 1 && value.data[0] != '0');
}


void
ngx_http_citrix_guard_check_line(ngx_http_request_t *r, ngx_uint_t level)
{
    ngx_log_t                          *log;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    /* they are sorted by level */

    for (log = r->connection->log;
         log && log->log_level >= level;
         log = log->next)
    {
        if (log->writer
            || (log->disk_full_time != ngx_time()
                && !ngx_http_citrix_guard_is_removed(log->file->fd)))
        {
            continue;
        }

        gmcf = ngx_http_get_module_main_conf(r, ngx_http_citrix_guard_module);

        ngx_http_citrix_guard_count_lost(gmcf, CGUARD_ZONE_LOST_LINE);

        return;
    }
}
