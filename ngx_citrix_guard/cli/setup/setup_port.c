
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which program listens on a port of this machine?  Asks the kernel: to bind
 * the port would need privileges, and would be in nginx's way.
 */


#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "setup_port.h"


#define SETUP_SOCKETS  64
#define SETUP_LISTEN   0x0A
#define SETUP_PATH     300
#define SETUP_COMM     32

/* a port whose sockets come and go is asked for that often */

#define SETUP_LOOKS    50


typedef struct {
    unsigned long         inode[SETUP_SOCKETS];
    unsigned              n;
} setup_sockets_t;


static void setup_listening(const char *table, unsigned port,
    setup_sockets_t *to);
static int setup_same_sockets(const setup_sockets_t *one,
    const setup_sockets_t *other);
static int setup_owned(const setup_sockets_t *sockets, unsigned port,
    unsigned *nginx);
static int setup_process(const char *pid, const setup_sockets_t *sockets);
static void setup_comm(const char *pid, char *comm);


/*
 * A socket that nobody owns may have been closed since it was listed: nginx
 * closes those of its old configuration after a reload.  Only sockets that are
 * still open at a second look belong to a process that cannot be seen.
 */

int
setup_check_port(unsigned port)
{
    unsigned         i, nginx;
    setup_sockets_t  sockets, before;

    sockets.n = 0;

    for (i = 0; i < SETUP_LOOKS; i++) {
        before = sockets;
        sockets.n = 0;

        setup_listening("/proc/net/tcp", port, &sockets);
        setup_listening("/proc/net/tcp6", port, &sockets);

        if (sockets.n == 0) {
            return 0;
        }

        if (setup_owned(&sockets, port, &nginx) == -1) {
            return -1;
        }

        if (nginx) {
            return 0;
        }

        if (setup_same_sockets(&sockets, &before)) {
            break;
        }
    }

    cli_error("setup: port %u is in use, by a process that this user cannot "
              "see", port);

    return -1;
}


static int
setup_same_sockets(const setup_sockets_t *one, const setup_sockets_t *other)
{
    return one->n == other->n
           && memcmp(one->inode, other->inode, one->n * sizeof(one->inode[0]))
              == 0;
}


/* "sl local_address rem_address st ... inode" */

static void
setup_listening(const char *table, unsigned port, setup_sockets_t *to)
{
    char           line[512];
    FILE          *f;
    unsigned       local, state;
    unsigned long  inode;

    f = fopen(table, "re");

    if (f == NULL) {
        return;
    }

    while (to->n < SETUP_SOCKETS && fgets(line, sizeof(line), f)) {

        if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s"
                         " %*s %*s %*s %lu", &local, &state, &inode) == 3
            && local == port && state == SETUP_LISTEN)
        {
            to->inode[to->n++] = inode;
        }
    }

    fclose(f);
}


/* -1: with a message, another program than nginx listens there */

static int
setup_owned(const setup_sockets_t *sockets, unsigned port, unsigned *nginx)
{
    char            comm[SETUP_COMM];
    DIR            *dir;
    struct dirent  *entry;

    dir = opendir("/proc");

    if (dir == NULL) {
        cli_error("setup: port %u is already in use", port);
        return -1;
    }

    *nginx = 0;
    comm[0] = '\0';

    while ((entry = readdir(dir)) != NULL) {

        if (entry->d_name[0] < '1' || entry->d_name[0] > '9'
            || !setup_process(entry->d_name, sockets))
        {
            continue;
        }

        setup_comm(entry->d_name, comm);

        if (strcmp(comm, "nginx") != 0) {
            cli_error("setup: port %u is in use: %s (process %s) listens "
                      "there", port, cli_printable(comm), entry->d_name);
            closedir(dir);
            return -1;
        }

        *nginx = 1;
    }

    closedir(dir);

    return 0;
}


/* does this process have one of the sockets? */

static int
setup_process(const char *pid, const setup_sockets_t *sockets)
{
    int             found;
    DIR            *dir;
    char            path[SETUP_PATH], to[64];
    ssize_t         n;
    unsigned        i;
    unsigned long   inode;
    struct dirent  *entry;

    snprintf(path, sizeof(path), "/proc/%s/fd", pid);

    dir = opendir(path);

    if (dir == NULL) {
        return 0;
    }

    found = 0;

    while (!found && (entry = readdir(dir)) != NULL) {
        n = readlinkat(dirfd(dir), entry->d_name, to, sizeof(to) - 1);

        if (n <= 0) {
            continue;
        }

        to[n] = '\0';

        if (sscanf(to, "socket:[%lu]", &inode) != 1) {
            continue;
        }

        for (i = 0; i < sockets->n; i++) {
            found |= sockets->inode[i] == inode;
        }
    }

    closedir(dir);

    return found;
}


static void
setup_comm(const char *pid, char *comm)
{
    char   path[SETUP_PATH];
    FILE  *f;

    snprintf(path, sizeof(path), "/proc/%s/comm", pid);
    snprintf(comm, SETUP_COMM, "something");

    f = fopen(path, "re");

    if (f == NULL) {
        return;
    }

    if (fgets(comm, SETUP_COMM, f)) {
        comm[strcspn(comm, "\n")] = '\0';
    }

    fclose(f);
}
