
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Saves the zone in a file, so that it survives a restart.  The file belongs
 * to the zone that read it last: what workers of an older zone still count is
 * not written, because it would replace newer data.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <sys/file.h>

#include "ngx_http_citrix_guard_state.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_open.h"
#include "cguard/zone/cguard_zone_state.h"


/* how soon events are written, and how late clean requests */

#define NGX_HTTP_CITRIX_GUARD_STATE_SOON  10000
#define NGX_HTTP_CITRIX_GUARD_STATE_LATE  300


static ngx_int_t ngx_http_citrix_guard_state_read(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_log_t *log);
static void ngx_http_citrix_guard_state_find_name(
    ngx_http_citrix_guard_main_conf_t *gmcf);
static ngx_int_t ngx_http_citrix_guard_state_write(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_core_conf_t *ccf,
    ngx_uint_t take);
static ngx_uint_t ngx_http_citrix_guard_state_is_ours(
    ngx_http_citrix_guard_main_conf_t *gmcf);
static ngx_int_t ngx_http_citrix_guard_state_put(
    ngx_http_citrix_guard_main_conf_t *gmcf, ngx_core_conf_t *ccf, void *buf);
static void ngx_http_citrix_guard_state_handler(ngx_event_t *ev);
static uint64_t ngx_http_citrix_guard_state_happened(cguard_zone_t *z);


static ngx_event_t       ngx_http_citrix_guard_state_timer;
static ngx_connection_t  ngx_http_citrix_guard_state_connection;


char *
ngx_http_citrix_guard_set_state(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_citrix_guard_main_conf_t  *gmcf = conf;

    u_char           *p;
    ngx_str_t        *value, *path;
    ngx_file_info_t   info;

    if (gmcf->state.file.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_conf_full_name(cf->cycle, &value[1], 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    path = &gmcf->state.file;
    *path = value[1];

    p = ngx_pnalloc(cf->pool, 3 * path->len + sizeof(".tmp.damaged.9") + 2);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    gmcf->state.temp = p;
    p = ngx_sprintf(p, "%V.tmp%Z", path);
    gmcf->state.damaged = p;
    p = ngx_sprintf(p, "%V.damaged%Z", path) + sizeof(".9") - 1;
    gmcf->state.folder = p;
    (void) ngx_sprintf(p, "%V%Z", path);

    /* a full name has a slash */

    p = gmcf->state.folder + path->len;

    while (*p != '/') { p--; }

    p[p == gmcf->state.folder] = '\0';

    if (ngx_file_info(gmcf->state.folder, &info) == NGX_FILE_ERROR
        || !ngx_is_dir(&info))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid file \"%V\" in \"citrix_guard_state\", "
                           "its folder must exist, and the workers must be "
                           "able to write there", path);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


void
ngx_http_citrix_guard_state_begin(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_int_t         rc;
    cguard_zone_t    *z;
    ngx_core_conf_t  *ccf;

    z = gmcf->shared;

    if (gmcf->state.file.data == NULL || z == NULL || z->owner
        || ngx_test_config)
    {
        return;
    }

    /* a zone that has counted events is newer than the file */

    rc = z->loads ? NGX_DECLINED
                  : ngx_http_citrix_guard_state_read(gmcf, cycle->log);

    z->state = rc == NGX_OK
               ? (z->state == CGUARD_ZONE_STATE_DAMAGED
                  ? CGUARD_ZONE_STATE_DAMAGED : CGUARD_ZONE_STATE_RESTORED)
               : rc == NGX_DECLINED ? CGUARD_ZONE_STATE_NEW
                                    : CGUARD_ZONE_STATE_DAMAGED;

    /*
     * Nobody has ended the nginx that wrote it: what it counted since is not in
     * the file.  The same is true of this one until it ends.
     */

    if (rc == NGX_OK && cguard_zone_get(&z->shown)) {
        cguard_zone_set(&z->uncounted, (uint64_t) ngx_time() * 1000);

        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "citrix_guard: nginx was killed, or still runs: what it "
                      "has counted since it wrote \"%V\" is not known",
                      &gmcf->state.file);
    }

    cguard_zone_set(&z->shown, 1);

    z->owner = (uint64_t) ngx_random() << 32 ^ (uint64_t) ngx_pid << 40
               ^ (uint64_t) ngx_time() ^ (uint64_t) ngx_current_msec << 20;
    z->owner |= 1;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    /* even if the current one belongs to another zone: it was read just now */

    if (ngx_http_citrix_guard_state_write(gmcf, ccf, 1) != NGX_OK) {
        atomic_fetch_add(&z->unsaved, 1);

        ngx_log_error(NGX_LOG_CRIT, cycle->log, ngx_errno,
                      "citrix_guard: the state cannot be written to \"%V\"",
                      &gmcf->state.file);
    }
}


/* NGX_DECLINED: there is no file; NGX_ERROR: it was renamed */

static ngx_int_t
ngx_http_citrix_guard_state_read(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log)
{
    void       *buf;
    size_t      len;
    ssize_t     n;
    ngx_fd_t    fd;
    ngx_err_t   err;
    ngx_int_t   rc;

    fd = open((char *) gmcf->state.file.data, O_RDONLY|O_NOFOLLOW|O_NONBLOCK);

    if (fd == NGX_INVALID_FILE && ngx_errno == NGX_ENOENT) {
        return NGX_DECLINED;
    }

    err = fd == NGX_INVALID_FILE ? ngx_errno : 0;
    rc = NGX_ERROR;

    buf = ngx_alloc(CGUARD_ZONE_STATE + 1, log);

    if (buf && fd != NGX_INVALID_FILE) {

        for (len = 0; len <= CGUARD_ZONE_STATE; len += n) {
            n = ngx_read_fd(fd, (u_char *) buf + len,
                            CGUARD_ZONE_STATE + 1 - len);
            if (n <= 0) {
                break;
            }
        }

        if (cguard_zone_restore(gmcf->shared, buf, len)) {
            rc = NGX_OK;
        }
    }

    if (buf) {
        ngx_free(buf);
    }

    if (fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(fd);
    }

    if (rc == NGX_OK) {
        return NGX_OK;
    }

    ngx_http_citrix_guard_state_find_name(gmcf);

    ngx_log_error(NGX_LOG_ALERT, log, err,
                  "citrix_guard: the state in \"%V\" is damaged or of another "
                  "version: it is renamed to \"%s\", and counters start at 0",
                  &gmcf->state.file, gmcf->state.damaged);

    if (ngx_rename_file(gmcf->state.file.data, gmcf->state.damaged)
        == NGX_FILE_ERROR)
    {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "citrix_guard: \"%V\" cannot be renamed",
                      &gmcf->state.file);
    }

    return NGX_ERROR;
}


/* what was kept aside before is evidence, too; there is room for ten */

static void
ngx_http_citrix_guard_state_find_name(ngx_http_citrix_guard_main_conf_t *gmcf)
{
    u_char           *p;
    ngx_uint_t        n;
    ngx_file_info_t   info;

    p = gmcf->state.damaged + ngx_strlen(gmcf->state.damaged);

    for (n = 1; n < 10; n++) {
        if (ngx_file_info(gmcf->state.damaged, &info) == NGX_FILE_ERROR) {
            return;
        }

        (void) ngx_sprintf(p, ".%ui%Z", n);
    }
}


void
ngx_http_citrix_guard_state_save(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_log_t *log)
{
    cguard_zone_t  *z;

    z = gmcf->shared;

    if (gmcf->state.file.data == NULL || z == NULL || z->owner == 0) {
        return;
    }

    gmcf->state.happened = ngx_http_citrix_guard_state_happened(z);
    gmcf->state.written = ngx_time();

    switch (ngx_http_citrix_guard_state_write(gmcf, NULL, 0)) {

    case NGX_OK:
        atomic_store(&z->unsaved, 0);
        gmcf->state.said = 0;
        return;

    case NGX_DECLINED:
        atomic_fetch_add(&z->unsaved, 1);

        if (!gmcf->state.said) {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "citrix_guard: the state in \"%V\" now belongs to "
                          "another nginx: this one stops writing it",
                          &gmcf->state.file);
        }

        break;

    default:
        atomic_fetch_add(&z->unsaved, 1);

        if (!gmcf->state.said) {
            ngx_log_error(NGX_LOG_CRIT, log, ngx_errno,
                          "citrix_guard: the state cannot be written to "
                          "\"%V\"", &gmcf->state.file);
        }
    }

    gmcf->state.said = 1;
}


/*
 * All workers have ended.  After an upgrade on the fly those of the other nginx
 * have not, and still count.
 */

void
ngx_http_citrix_guard_state_end(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    uint32_t          pid;
    unsigned          i;
    ngx_core_conf_t  *ccf;

    if (gmcf->state.file.data == NULL || gmcf->shared == NULL
        || gmcf->shared->owner == 0)
    {
        return;
    }

    for (i = 0; i < CGUARD_ZONE_WORKERS; i++) {
        pid = cguard_zone_open_pid(gmcf->shared, i);

        if (pid && (kill((pid_t) pid, 0) == 0 || ngx_errno != ESRCH)) {
            return;
        }
    }

    cguard_zone_set(&gmcf->shared->shown, 0);

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (ngx_http_citrix_guard_state_write(gmcf, ccf, 0) == NGX_ERROR) {
        ngx_log_error(NGX_LOG_CRIT, cycle->log, ngx_errno,
                      "citrix_guard: the state cannot be written to \"%V\"",
                      &gmcf->state.file);
    }
}


/* one process at a time: closing the descriptor releases the lock */

static ngx_int_t
ngx_http_citrix_guard_state_write(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_core_conf_t *ccf, ngx_uint_t take)
{
    void       *buf;
    ngx_fd_t    folder;
    ngx_err_t   err;
    ngx_int_t   rc;

    buf = ngx_alloc(CGUARD_ZONE_STATE, ngx_cycle->log);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    folder = open((char *) gmcf->state.folder, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (folder != NGX_INVALID_FILE && flock(folder, LOCK_EX) == 0) {

        if (!take && !ngx_http_citrix_guard_state_is_ours(gmcf)) {
            rc = NGX_DECLINED;

        } else {
            cguard_zone_save(gmcf->shared, buf);

            rc = ngx_http_citrix_guard_state_put(gmcf, ccf, buf);

            if (rc == NGX_OK && fsync(folder) == -1) {
                rc = NGX_ERROR;
            }
        }
    }

    err = ngx_errno;

    if (folder != NGX_INVALID_FILE) {
        (void) ngx_close_file(folder);
    }

    ngx_free(buf);
    ngx_set_errno(err);

    return rc;
}


/* a file that is missing, or is not a state file, counts as ours */

static ngx_uint_t
ngx_http_citrix_guard_state_is_ours(ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ssize_t              n;
    ngx_fd_t             fd;
    cguard_zone_state_t  state;

    fd = open((char *) gmcf->state.file.data, O_RDONLY|O_NOFOLLOW|O_NONBLOCK);

    if (fd == NGX_INVALID_FILE) {
        return 1;
    }

    n = ngx_read_fd(fd, &state, sizeof(cguard_zone_state_t));

    (void) ngx_close_file(fd);

    return n != sizeof(cguard_zone_state_t) || !cguard_zone_state_is(&state)
           || state.owner == gmcf->shared->owner;
}


/* to a new file, then renamed; the master's file is the workers' as well */

static ngx_int_t
ngx_http_citrix_guard_state_put(ngx_http_citrix_guard_main_conf_t *gmcf,
    ngx_core_conf_t *ccf, void *buf)
{
    size_t     len;
    ssize_t    n;
    ngx_fd_t   fd;
    ngx_err_t  err;

    (void) ngx_delete_file(gmcf->state.temp);

    fd = open((char *) gmcf->state.temp,
              O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);

    if (fd == NGX_INVALID_FILE) {
        return NGX_ERROR;
    }

    for (len = 0; len < CGUARD_ZONE_STATE; len += n) {
        n = ngx_write_fd(fd, (u_char *) buf + len, CGUARD_ZONE_STATE - len);

        if (n <= 0) {
            goto failed;
        }
    }

    if ((ccf && geteuid() == 0 && fchown(fd, ccf->user, ccf->group) == -1)
        || fsync(fd) == -1
        || ngx_rename_file(gmcf->state.temp, gmcf->state.file.data)
           == NGX_FILE_ERROR)
    {
        goto failed;
    }

    (void) ngx_close_file(fd);

    return NGX_OK;

failed:

    err = ngx_errno;

    (void) ngx_close_file(fd);
    (void) ngx_delete_file(gmcf->state.temp);

    ngx_set_errno(err);

    return NGX_ERROR;
}


void
ngx_http_citrix_guard_state_start(ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_event_t  *ev;

    if (gmcf->state.file.data == NULL || gmcf->shared == NULL || ngx_worker) {
        return;
    }

    gmcf->state.happened = ngx_http_citrix_guard_state_happened(gmcf->shared);
    gmcf->state.written = ngx_time();

    ngx_http_citrix_guard_state_connection.fd = (ngx_socket_t) -1;
    ngx_http_citrix_guard_state_connection.data = gmcf;

    ev = &ngx_http_citrix_guard_state_timer;

    ev->handler = ngx_http_citrix_guard_state_handler;
    ev->data = &ngx_http_citrix_guard_state_connection;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, NGX_HTTP_CITRIX_GUARD_STATE_SOON);
}


static void
ngx_http_citrix_guard_state_handler(ngx_event_t *ev)
{
    ngx_connection_t                   *c;
    ngx_http_citrix_guard_main_conf_t  *gmcf;

    c = ev->data;
    gmcf = c->data;

    if (gmcf->state.happened
        != ngx_http_citrix_guard_state_happened(gmcf->shared)
        || ngx_time() - gmcf->state.written
           >= NGX_HTTP_CITRIX_GUARD_STATE_LATE)
    {
        ngx_http_citrix_guard_state_save(gmcf, ev->log);
    }

    ngx_add_timer(ev, NGX_HTTP_CITRIX_GUARD_STATE_SOON);
}


/* changes with everything that happens, except clean requests */

static uint64_t
ngx_http_citrix_guard_state_happened(cguard_zone_t *z)
{
    return atomic_load(&z->events) + atomic_load(&z->acknowledged)
           + atomic_load(&z->loads) + atomic_load(&z->errors.n)
           + atomic_load(&z->lost[0].n) + atomic_load(&z->lost[1].n);
}
