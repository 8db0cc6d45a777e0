
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * When to fail.  The test and nginx share a small file, named by FAULTS in
 * the environment: the test writes which allocation is to fail, and reads how
 * many there were.
 */


#ifndef _FAULT_H_INCLUDED_
#define _FAULT_H_INCLUDED_


#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>


typedef struct {
    int32_t  armed;
    int32_t  at;            /* the first to fail, counted from 1 */
    int32_t  lasting;       /* all that follow fail as well */
    int32_t  count;         /* how many there were while armed */
    int32_t  failed;
    int32_t  pid;           /* where the first has failed */
    char     name[40];      /* what it was */
} fault_t;


static fault_t  *fault_shared;


/* before nginx reads a line of its configuration, and before it forks */

__attribute__((constructor))
static void
fault_init(void)
{
    int    fd;
    char  *path;
    void  *p;

    path = getenv("FAULTS");

    if (path == NULL) {
        return;
    }

    fd = open(path, O_RDWR);

    if (fd == -1) {
        abort();
    }

    p = mmap(NULL, sizeof(fault_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED) {
        abort();
    }

    (void) close(fd);

    fault_shared = p;
}


static int
fault(const char *name)
{
    fault_t  *f;

    f = fault_shared;

    if (f == NULL || !f->armed) {
        return 0;
    }

    f->count++;

    if (f->at == 0 || (f->lasting ? f->count < f->at : f->count != f->at)) {
        return 0;
    }

    /* a worker that nginx starts in place of a dead one needs its memory */

    if (f->failed && f->pid != getpid()) {
        return 0;
    }

    if (f->failed++ == 0) {
        f->pid = getpid();
        (void) strncpy(f->name, name, sizeof(f->name) - 1);
    }

    return 1;
}


#endif /* _FAULT_H_INCLUDED_ */
