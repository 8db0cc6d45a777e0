
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The nginx that is set up: finds its configuration, and starts it.
 */


#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_json.h"
#include "cli/common/cli_memory.h"
#include "cli/common/cli_run.h"
#include "cli/monitor/monitor_fetch.h"
#include "setup_nginx.h"
#include "setup_file.h"
#include "setup_types.h"


#define SETUP_SYSTEM   "/usr/sbin/nginx"
#define SETUP_WAITS    100
#define SETUP_WAIT     100000000

/* how much of a program's output is shown again */

#define SETUP_SHOWN    4000


static int setup_nginx_run(const setup_nginx_t *nginx, const char *option,
    const char *value, char **said);
static void setup_nginx_said(const char *said, const char *only);
static void setup_nginx_loads_found(void *data, const char *path,
    const char *value);


int
setup_nginx_find(setup_nginx_t *nginx, const char *conf)
{
    int          rc;
    char        *said, *end;
    const char  *argv[3], *p;

    argv[0] = nginx->nginx;
    argv[1] = "-V";
    argv[2] = NULL;

    rc = cli_run(argv, &said);

    if (rc != 0) {
        cli_error("%s does not run: install nginx, or name it with --nginx=",
                  cli_printable(nginx->nginx));
        free(said);
        return -1;
    }

    if (conf) {
        nginx->conf = cli_strndup(conf, strlen(conf));

    } else {
        p = strstr(said, "--conf-path=");
        p = p ? p + sizeof("--conf-path=") - 1
              : "/usr/local/nginx/conf/nginx.conf";

        nginx->conf = cli_strndup(p, strcspn(p, " \n"));
        end = strrchr(nginx->conf, '/');

        if (end) {
            *end = '\0';
        }
    }

    free(said);

    if (nginx->conf[0] != '/') {
        cli_error("--conf=%s: it must be the absolute path of nginx.conf's "
                  "folder",
                  cli_printable(nginx->conf));
        return -1;
    }

    nginx->own = conf != NULL || strcmp(nginx->nginx, SETUP_SYSTEM) != 0;

    return 0;
}


static int
setup_nginx_run(const setup_nginx_t *nginx, const char *option,
    const char *value, char **said)
{
    int          rc;
    char        *file;
    unsigned     n;
    const char  *argv[6];

    file = setup_path(nginx->conf, "nginx.conf");

    n = 0;
    argv[n++] = nginx->nginx;
    argv[n++] = "-c";
    argv[n++] = file;

    if (option) {
        argv[n++] = option;
    }

    if (value) {
        argv[n++] = value;
    }

    argv[n] = NULL;

    rc = cli_run(argv, said);

    free(file);

    return rc;
}


int
setup_nginx_test(const setup_nginx_t *nginx)
{
    int    rc;
    char  *said;

    rc = setup_nginx_run(nginx, "-t", NULL, &said);

    if (rc == 0) {
        setup_nginx_said(said, "[warn]");

    } else {
        cli_error("nginx rejects this configuration:");
        setup_nginx_said(said, NULL);
    }

    free(said);

    return rc == 0 ? 0 : -1;
}


/* prints its lines, or those that contain a text, on standard error */

static void
setup_nginx_said(const char *said, const char *only)
{
    char         line[512], *c;
    size_t       len, shown;
    const char  *p;

    if (said == NULL) {
        return;
    }

    for (p = said, shown = 0; *p && shown < SETUP_SHOWN; p += *p == '\n') {
        len = strcspn(p, "\n");

        snprintf(line, sizeof(line), "%.*s", (int) len, p);
        p += len;

        for (c = line; *c; c++) {
            *c = *c >= 0x20 && *c < 0x7f ? *c : '?';
        }

        if (line[0] && (only == NULL || strstr(line, only))) {
            fprintf(stderr, "  %s\n", line);
            shown += len;
        }
    }
}


int
setup_nginx_reload(const setup_nginx_t *nginx)
{
    int          rc;
    char        *said;

    static const char *const  systemd[] = {
        "systemctl", "reload-or-restart", "nginx.service", NULL
    };

    if (!nginx->own && access("/run/systemd/system", F_OK) == 0) {
        rc = cli_run(systemd, &said);

    } else {
        rc = setup_nginx_run(nginx, "-s", "reload", &said);

        if (rc != 0) {
            free(said);
            rc = setup_nginx_run(nginx, NULL, NULL, &said);
        }
    }

    if (rc != 0) {
        cli_error("nginx does not start:");
        setup_nginx_said(said, NULL);
    }

    free(said);

    return rc == 0 ? 0 : -1;
}


unsigned long
setup_nginx_loads(const char *monitor)
{
    char                url[2048];
    unsigned long       loads;
    monitor_document_t  doc;

    loads = 0;
    snprintf(url, sizeof(url), "%s?format=json", monitor);

    if (monitor_fetch(url, 5, &doc) == 0
        && cli_json(doc.data, doc.len, setup_nginx_loads_found, &loads) == -1)
    {
        loads = 0;
    }

    free(doc.data);

    return loads;
}


static void
setup_nginx_loads_found(void *data, const char *path, const char *value)
{
    unsigned long  *loads = data;

    if (value && strcmp(path, "loads") == 0) {
        *loads = strtoul(value, NULL, 10);
    }
}


/*
 * The master tells the old workers to stop accepting connections a tenth of a
 * second after it has started the new ones.
 */

void
setup_nginx_wait(const char *monitor, unsigned long loads, int guard)
{
    unsigned         i;
    unsigned long    is;
    struct timespec  ts, second;

    ts.tv_sec = 0;
    ts.tv_nsec = SETUP_WAIT;
    second.tv_sec = 1;
    second.tv_nsec = 0;

    for (i = 0; i < SETUP_WAITS; i++) {
        is = setup_nginx_loads(monitor);

        if (guard ? is && is != loads : is == 0) {
            (void) nanosleep(&second, NULL);
            break;
        }

        (void) nanosleep(&ts, NULL);
    }
}


/* until the command exits */

int
setup_nginx_lock(const setup_nginx_t *nginx)
{
    int    fd;
    char  *path;

    path = setup_path(nginx->conf, "citrix-guard");
    fd = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1) {
        cli_error("%s: %s; \"make install\" or the package installs it",
                  path, strerror(errno));
        free(path);
        return -1;
    }

    if (access(nginx->conf, W_OK) == -1 || access(path, W_OK) == -1) {
        cli_error("%s cannot be written: run this as root, for example with "
                  "sudo", path);
        free(path);
        close(fd);
        return -1;
    }

    free(path);

    if (flock(fd, LOCK_EX|LOCK_NB) == -1) {
        cli_error("another citrix-guard is working on %s", nginx->conf);
        close(fd);
        return -1;
    }

    /* what has begun is finished */

    (void) signal(SIGINT, SIG_IGN);
    (void) signal(SIGTERM, SIG_IGN);
    (void) signal(SIGHUP, SIG_IGN);

    return 0;
}
