
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * For LD_PRELOAD: a file that is mapped becomes as short as SHRINK says, after
 * it was mapped and before anybody has read it.
 */


#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>


static void
shrink(int fd)
{
    char         name[64];
    const char  *size;

    size = getenv("SHRINK");

    if (size == NULL) {
        return;
    }

    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);

    if (truncate(name, atol(size)) == -1) {
        perror("shrink");
        _exit(126);
    }
}


void *
mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    void  *p;

    p = (void *) syscall(SYS_mmap, at, len, protection, flags, fd, offset);

    /* a window of a log: the linker, too, maps files, but not to share them */

    if (p != MAP_FAILED && fd >= 0 && (flags & MAP_SHARED)) {
        shrink(fd);
    }

    return p;
}


void *
mmap64(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    return mmap(at, len, protection, flags, fd, offset);
}
