
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * One nginx replaces another while that one runs (USR2).  For a while both
 * accept connections, and the old one keeps its connections until they end.
 *
 * The memory of the zone is a file without a name.  The new nginx inherits its
 * descriptor, and a variable of the environment says which one it is; so both
 * count in the same zone, as workers do over a reload.  But each has its own
 * configuration, and the zone shows the modes of the last one only.  So each
 * worker says in the zone to which nginx it belongs, and whether it still
 * accepts connections.
 *
 * An nginx without the guard, without a zone, or with one of another layout
 * counts nothing here.  Then the zone notes until when there was such a one.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <sys/mman.h>

#include "ngx_http_citrix_guard_upgrade.h"
#include "http/base/ngx_http_citrix_guard_types.h"
#include "cguard/zone/cguard_zone.h"
#include "cguard/zone/cguard_zone_ack.h"
#include "cguard/zone/cguard_zone_open.h"


#define NGX_HTTP_CITRIX_GUARD_UPGRADE  "CITRIX_GUARD_ZONE="

/* how soon a worker notices that it accepts no more connections */

#define NGX_HTTP_CITRIX_GUARD_UPGRADE_SOON   3000

/* seconds in which a new nginx has either started or failed */

#define NGX_HTTP_CITRIX_GUARD_UPGRADE_START  10


#if !defined MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL  0x0008
#endif


static size_t ngx_http_citrix_guard_upgrade_size(void);
static ngx_fd_t ngx_http_citrix_guard_upgrade_inherited(size_t size);
static ngx_fd_t ngx_http_citrix_guard_upgrade_memory(size_t size);
static void ngx_http_citrix_guard_upgrade_close(ngx_fd_t *fd);
static void ngx_http_citrix_guard_upgrade_handler(ngx_event_t *ev);
static ngx_uint_t ngx_http_citrix_guard_upgrade_stranger(cguard_zone_t *z,
    ngx_uint_t *unreadable);
static ngx_uint_t ngx_http_citrix_guard_upgrade_successor(cguard_zone_t *z,
    ngx_uint_t *started, ngx_uint_t *unreadable);
static ngx_int_t ngx_http_citrix_guard_upgrade_oldbin(
    volatile ngx_cycle_t *cycle, ngx_pid_t pid, time_t *since);
static ngx_uint_t ngx_http_citrix_guard_upgrade_lives(uint64_t pid);
static uint64_t ngx_http_citrix_guard_upgrade_now(void);


/* of the zone in force, and of one whose configuration is not yet in force */

static ngx_fd_t          ngx_http_citrix_guard_upgrade_fd = NGX_INVALID_FILE;
static ngx_fd_t          ngx_http_citrix_guard_upgrade_next = NGX_INVALID_FILE;

/* the nginx to which this process belongs: its master drew the number */

static uint32_t          ngx_http_citrix_guard_upgrade_nginx;

/* when the guard was loaded; 0: then this nginx was being replaced already */

static time_t            ngx_http_citrix_guard_upgrade_began;

/* the nginx that this one replaces counts elsewhere */

static ngx_uint_t        ngx_http_citrix_guard_upgrade_apart;

static unsigned          ngx_http_citrix_guard_upgrade_at;

static ngx_event_t       ngx_http_citrix_guard_upgrade_timer;
static ngx_connection_t  ngx_http_citrix_guard_upgrade_connection;


/* as "env" does it; the number follows when it is known */

ngx_int_t
ngx_http_citrix_guard_upgrade_init(ngx_conf_t *cf,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    ngx_str_t        *env;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);

    gmcf->zone_env = ngx_pnalloc(cf->pool,
                                 sizeof(NGX_HTTP_CITRIX_GUARD_UPGRADE)
                                 + NGX_INT_T_LEN);
    if (gmcf->zone_env == NULL) {
        return NGX_ERROR;
    }

    env = ngx_array_push(&ccf->env);
    if (env == NULL) {
        return NGX_ERROR;
    }

    env->data = gmcf->zone_env;
    env->len = sizeof(NGX_HTTP_CITRIX_GUARD_UPGRADE) - sizeof("=");

    (void) ngx_sprintf(env->data, NGX_HTTP_CITRIX_GUARD_UPGRADE "%Z");

    return NGX_OK;
}


ngx_int_t
ngx_http_citrix_guard_upgrade_zone(cguard_zone_t *z, ngx_log_t *log)
{
    size_t     size;
    ngx_fd_t   fd;
    ngx_int_t  rc;

    ngx_http_citrix_guard_upgrade_keep();

    rc = NGX_DECLINED;
    fd = NGX_INVALID_FILE;
    size = ngx_http_citrix_guard_upgrade_size();

    if (ngx_inherited && ngx_http_citrix_guard_upgrade_nginx == 0) {
        fd = ngx_http_citrix_guard_upgrade_inherited(size);

        if (fd != NGX_INVALID_FILE) {
            rc = NGX_OK;

        } else if (ngx_is_init_cycle(ngx_cycle) || getppid() == ngx_parent) {

            /* loaded by a reload, it only matters if that one is still there */

            ngx_http_citrix_guard_upgrade_apart = 1;
        }
    }

    if (fd == NGX_INVALID_FILE) {
        fd = ngx_http_citrix_guard_upgrade_memory(size);
    }

    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_NOTICE, log, ngx_errno,
                      "citrix_guard: the zone's memory cannot be handed on: "
                      "after an upgrade of nginx on the fly counters start at 0");
        return NGX_DECLINED;
    }

    /* a zone has whole pages of its own; nginx unmaps them with the others */

    if (mmap(z, size, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, fd, 0)
        == MAP_FAILED)
    {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "citrix_guard: the zone cannot be mapped");
        (void) ngx_close_file(fd);
        return NGX_ERROR;
    }

    ngx_http_citrix_guard_upgrade_next = fd;

    return rc;
}


static size_t
ngx_http_citrix_guard_upgrade_size(void)
{
    return (sizeof(cguard_zone_t) + ngx_pagesize - 1) & ~(ngx_pagesize - 1);
}


/* the descriptor may be anything: it is looked at before it is used */

static ngx_fd_t
ngx_http_citrix_guard_upgrade_inherited(size_t size)
{
    int              fits;
    char            *value;
    void            *p;
    ngx_int_t        fd;
    ngx_file_info_t  fi;

    value = getenv("CITRIX_GUARD_ZONE");

    if (value == NULL) {
        return NGX_INVALID_FILE;
    }

    fd = ngx_atoi((u_char *) value, ngx_strlen(value));

    if (fd == NGX_ERROR || ngx_fd_info((ngx_fd_t) fd, &fi) == NGX_FILE_ERROR
        || !ngx_is_file(&fi) || ngx_file_size(&fi) != (off_t) size)
    {
        return NGX_INVALID_FILE;
    }

    p = mmap(NULL, size, PROT_READ, MAP_SHARED, (ngx_fd_t) fd, 0);

    if (p == MAP_FAILED) {
        return NGX_INVALID_FILE;
    }

    fits = cguard_zone_fits(p);

    (void) munmap(p, size);

    if (!fits) {
        (void) ngx_close_file((ngx_fd_t) fd);
        return NGX_INVALID_FILE;
    }

    return (ngx_fd_t) fd;
}


static ngx_fd_t
ngx_http_citrix_guard_upgrade_memory(size_t size)
{
    ngx_fd_t   fd;
    ngx_err_t  err;

    fd = NGX_INVALID_FILE;

#if (NGX_LINUX && defined MFD_ALLOW_SEALING)

    fd = memfd_create("citrix_guard_zone", MFD_NOEXEC_SEAL);

    /* Linux before 6.3 */

    if (fd == NGX_INVALID_FILE && ngx_errno == NGX_EINVAL) {
        fd = memfd_create("citrix_guard_zone", MFD_ALLOW_SEALING);
    }

    if (fd != NGX_INVALID_FILE
        && (ftruncate(fd, (off_t) size) == -1
            || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK|F_SEAL_GROW) == -1))
    {
        err = ngx_errno;
        ngx_http_citrix_guard_upgrade_close(&fd);
        ngx_set_errno(err);
    }

#else

    (void) size;
    (void) err;
    ngx_set_errno(NGX_ENOSYS);

#endif

    return fd;
}


static void
ngx_http_citrix_guard_upgrade_close(ngx_fd_t *fd)
{
    if (*fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(*fd);
        *fd = NGX_INVALID_FILE;
    }
}


/* a configuration with a zone of its own may have failed */

void
ngx_http_citrix_guard_upgrade_keep(void)
{
    ngx_http_citrix_guard_upgrade_close(&ngx_http_citrix_guard_upgrade_next);
}


void
ngx_http_citrix_guard_upgrade_begin(ngx_cycle_t *cycle,
    ngx_http_citrix_guard_main_conf_t *gmcf)
{
    time_t          since;
    uint64_t        own;
    cguard_zone_t  *z;

    z = gmcf->shared;

    if (z == NULL) {
        ngx_http_citrix_guard_upgrade_keep();
        ngx_http_citrix_guard_upgrade_close(&ngx_http_citrix_guard_upgrade_fd);
        return;
    }

    if (ngx_http_citrix_guard_upgrade_next != NGX_INVALID_FILE) {
        ngx_http_citrix_guard_upgrade_close(&ngx_http_citrix_guard_upgrade_fd);

        ngx_http_citrix_guard_upgrade_fd = ngx_http_citrix_guard_upgrade_next;
        ngx_http_citrix_guard_upgrade_next = NGX_INVALID_FILE;
    }

    while (ngx_http_citrix_guard_upgrade_nginx == 0) {
        own = (uint64_t) ngx_pid << 32 ^ (uint64_t) ngx_random();

        ngx_http_citrix_guard_upgrade_nginx
            = (uint32_t) cguard_zone_hash(&own, sizeof(own), z->seed);

        ngx_http_citrix_guard_upgrade_began
            = ngx_http_citrix_guard_upgrade_oldbin(cycle, ngx_pid, &since)
              == NGX_OK ? 0 : ngx_time();
    }

    cguard_zone_set(&z->shown, ngx_http_citrix_guard_upgrade_nginx);

    if (ngx_http_citrix_guard_upgrade_apart) {
        ngx_http_citrix_guard_upgrade_apart = 0;

        cguard_zone_set(&z->uncounted, ngx_http_citrix_guard_upgrade_now());

        /* if it has ended since, this is the parent of all processes */

        cguard_zone_set(&z->predecessor,
                        ngx_parent > 1 ? (uint64_t) ngx_parent : 0);
    }

    if (ngx_http_citrix_guard_upgrade_fd != NGX_INVALID_FILE) {
        (void) ngx_sprintf(gmcf->zone_env, NGX_HTTP_CITRIX_GUARD_UPGRADE
                           "%d%Z", ngx_http_citrix_guard_upgrade_fd);
    }
}


void
ngx_http_citrix_guard_upgrade_place(cguard_zone_t *z, unsigned place)
{
    ngx_http_citrix_guard_upgrade_at = place;

    if (place < CGUARD_ZONE_WORKERS) {
        cguard_zone_open_set_nginx(z, place, (uint32_t) ngx_pid,
                                   ngx_http_citrix_guard_upgrade_nginx);
    }
}


void
ngx_http_citrix_guard_upgrade_start(ngx_http_citrix_guard_main_conf_t *gmcf)
{
    time_t        since;
    ngx_event_t  *ev;

    if (gmcf->shared == NULL || ngx_process != NGX_PROCESS_WORKER) {
        return;
    }

    if (ngx_http_citrix_guard_upgrade_oldbin(ngx_cycle, ngx_parent, &since)
        == NGX_ERROR && since == -1)
    {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, ngx_errno,
                      "citrix_guard: workers cannot search the folder of "
                      "nginx's pid file, and cannot tell whether another "
                      "nginx replaces this one: allow their user to do so");
    }

    /* for masters only; what a worker starts is not to have it */

    ngx_http_citrix_guard_upgrade_close(&ngx_http_citrix_guard_upgrade_fd);

    ngx_http_citrix_guard_upgrade_connection.fd = (ngx_socket_t) -1;
    ngx_http_citrix_guard_upgrade_connection.data = gmcf->shared;

    ev = &ngx_http_citrix_guard_upgrade_timer;

    ev->handler = ngx_http_citrix_guard_upgrade_handler;
    ev->data = &ngx_http_citrix_guard_upgrade_connection;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, NGX_HTTP_CITRIX_GUARD_UPGRADE_SOON);
}


/* nginx tells no module that a worker has closed its listening sockets */

static void
ngx_http_citrix_guard_upgrade_handler(ngx_event_t *ev)
{
    ngx_uint_t         unreadable;
    cguard_zone_t     *z;
    ngx_connection_t  *c;

    c = ev->data;
    z = c->data;

    if (ngx_exiting) {

        if (ngx_http_citrix_guard_upgrade_at < CGUARD_ZONE_WORKERS) {
            cguard_zone_open_set_nginx(z, ngx_http_citrix_guard_upgrade_at,
                                       (uint32_t) ngx_pid, 0);
        }

        return;
    }

    (void) ngx_http_citrix_guard_upgrade_stranger(z, &unreadable);

    ngx_add_timer(ev, NGX_HTTP_CITRIX_GUARD_UPGRADE_SOON);
}


ngx_uint_t
ngx_http_citrix_guard_upgrade_beside(cguard_zone_t *z, ngx_uint_t *unreadable)
{
    uint32_t    pid, nginx, shown;
    unsigned    i;
    ngx_uint_t  n;

    shown = (uint32_t) cguard_zone_get(&z->shown);
    n = ngx_http_citrix_guard_upgrade_stranger(z, unreadable);

    for (i = 0; i < CGUARD_ZONE_WORKERS; i++) {
        pid = cguard_zone_open_pid(z, i);
        nginx = cguard_zone_open_nginx(z, i, pid);

        if (pid && nginx && nginx != shown) {
            n++;
        }
    }

    *unreadable = *unreadable && n == 1;

    return n;
}


/* is there one that counts elsewhere?  If so, until now */

static ngx_uint_t
ngx_http_citrix_guard_upgrade_stranger(cguard_zone_t *z,
    ngx_uint_t *unreadable)
{
    uint64_t    pid;
    ngx_uint_t  predecessor, successor, started;

    pid = cguard_zone_get(&z->predecessor);

    predecessor = pid && ngx_http_citrix_guard_upgrade_lives(pid);
    successor = ngx_http_citrix_guard_upgrade_successor(z, &started,
                                                        unreadable);

    if (predecessor || (successor && started)) {
        cguard_zone_set(&z->uncounted, ngx_http_citrix_guard_upgrade_now());

    } else if (pid) {
        cguard_zone_set(&z->predecessor, 0);
    }

    return predecessor + successor;
}


/*
 * The one that replaces this one, if it does not count in the zone.  If the
 * worker may not read the file, there may be one; but not if the file is older
 * than this nginx.
 */

static ngx_uint_t
ngx_http_citrix_guard_upgrade_successor(cguard_zone_t *z,
    ngx_uint_t *started, ngx_uint_t *unreadable)
{
    time_t     since;
    ngx_int_t  rc;

    *started = 0;
    *unreadable = 0;

    if (ngx_process != NGX_PROCESS_WORKER
        || cguard_zone_get(&z->shown) != ngx_http_citrix_guard_upgrade_nginx)
    {
        return 0;
    }

    rc = ngx_http_citrix_guard_upgrade_oldbin(ngx_cycle, ngx_parent, &since);

    if (rc == NGX_DECLINED
        || (rc == NGX_ERROR && since != -1
            && since <= ngx_http_citrix_guard_upgrade_began))
    {
        return 0;
    }

    *started = ngx_time() - since > NGX_HTTP_CITRIX_GUARD_UPGRADE_START;
    *unreadable = rc == NGX_ERROR;

    return 1;
}


/*
 * nginx renames the file with the number of its process when it starts the one
 * that replaces it, and "since" is when.  NGX_OK: it is the number of this
 * process; NGX_DECLINED: there is no such file, or an earlier upgrade has left
 * it; NGX_ERROR: it cannot be read, or holds no number, and "since" may be -1.
 */

static ngx_int_t
ngx_http_citrix_guard_upgrade_oldbin(volatile ngx_cycle_t *cycle,
    ngx_pid_t pid, time_t *since)
{
    u_char            buf[NGX_INT64_LEN];
    ssize_t           n;
    ngx_fd_t          fd;
    ngx_int_t         owner;
    ngx_core_conf_t  *ccf;
    ngx_file_info_t   fi;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (ngx_file_info(ccf->oldpid.data, &fi) == NGX_FILE_ERROR) {
        *since = -1;
        return ngx_errno == NGX_ENOENT ? NGX_DECLINED : NGX_ERROR;
    }

    *since = fi.st_ctime;

    fd = ngx_open_file(ccf->oldpid.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        return ngx_errno == NGX_ENOENT ? NGX_DECLINED : NGX_ERROR;
    }

    n = ngx_read_fd(fd, buf, sizeof(buf));

    (void) ngx_close_file(fd);

    while (n > 0 && (buf[n - 1] == LF || buf[n - 1] == CR)) { n--; }

    owner = n > 0 ? ngx_atoi(buf, (size_t) n) : NGX_ERROR;

    if (owner == NGX_ERROR) {
        return NGX_ERROR;
    }

    return owner == (ngx_int_t) pid ? NGX_OK : NGX_DECLINED;
}


/* processes of another user count as well */

static ngx_uint_t
ngx_http_citrix_guard_upgrade_lives(uint64_t pid)
{
    return kill((pid_t) pid, 0) == 0 || ngx_errno != ESRCH;
}


uint64_t
ngx_http_citrix_guard_upgrade_uncounted(cguard_zone_t *z)
{
    uint64_t           until;
    cguard_zone_ack_t  ack;

    until = cguard_zone_get(&z->uncounted);

    return cguard_zone_acknowledged(z, &ack) && ack.msec >= until ? 0 : until;
}


static uint64_t
ngx_http_citrix_guard_upgrade_now(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (uint64_t) tp->sec * 1000 + tp->msec;
}
