
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A window of a file.  Copying the bytes of a file out of the page cache takes
 * longer than looking at them.
 */


#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan_map.h"


/* the window of this thread */

static _Thread_local scan_map_t *volatile  scan_map_current;


/* line ends behind the window, where every loop over a line stops */

static int
scan_map_reserve(scan_map_t *map)
{
    size_t          page;
    unsigned char  *base;

    page = (size_t) sysconf(_SC_PAGESIZE);

    base = mmap(NULL, SCAN_MAP + page, PROT_READ|PROT_WRITE,
                MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);

    if (base == MAP_FAILED) {
        return -1;
    }

    memset(base + SCAN_MAP, '\n', page);

    map->base = base;
    map->page = page;

    return 0;
}


const unsigned char *
scan_map_file(scan_map_t *map, int fd, off_t at, size_t *len)
{
    size_t       skip;
    struct stat  st;

    /* a part of a window is not worth it */

    if (fstat(fd, &st) == -1 || st.st_size - at < SCAN_MAP
        || (map->base == NULL && scan_map_reserve(map) == -1))
    {
        return NULL;
    }

    skip = (size_t) at % map->page;

    map->lost = 0;
    scan_map_current = map;

    if (mmap(map->base, SCAN_MAP, PROT_READ, MAP_SHARED|MAP_FIXED, fd,
             at - (off_t) skip) == MAP_FAILED)
    {
        /* there may be nothing any more where the last one was */

        map->base = NULL;
        return NULL;
    }

    *len = SCAN_MAP - skip;

    return map->base + skip;
}


void
scan_map_free(scan_map_t *map)
{
    if (map->base) {
        (void) munmap(map->base, SCAN_MAP + map->page);
        map->base = NULL;
    }
}


/* NULs in place of the bytes that are gone, so that reading goes on */

static void
scan_map_bus(int signo, siginfo_t *info, void *context)
{
    size_t          at;
    scan_map_t     *map;
    unsigned char  *p;

    (void) context;

    p = info->si_addr;
    map = scan_map_current;

    if (map && map->base && p >= map->base && p < map->base + SCAN_MAP) {
        at = (size_t) (p - map->base);
        at -= at % map->page;
        map->lost = 1;

        if (mmap(map->base + at, SCAN_MAP - at, PROT_READ,
                 MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) != MAP_FAILED)
        {
            return;
        }
    }

    /* any other is fatal, as it always is */

    (void) signal(signo, SIG_DFL);
}


void
scan_map_watch(void)
{
    struct sigaction  sa;

    memset(&sa, 0, sizeof(sa));
    sa.sa_sigaction = scan_map_bus;
    sa.sa_flags = SA_SIGINFO;

    (void) sigaction(SIGBUS, &sa, NULL);
}
