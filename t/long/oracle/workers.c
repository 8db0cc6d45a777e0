
/*
 * Copyright (C) ngx_citrix_guard authors
 */


#define _GNU_SOURCE

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workers.h"


typedef uint64_t  counters_t[WORKERS_COUNTERS];


static counters_t  *counters;       /* one of each process, shared */


static void
progress(uint64_t expected, const char *what, const char *end)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%llu of %llu %s%s",
                (unsigned long long) workers_sum(0),
                (unsigned long long) expected, what, end);
    }
}


static int
wait_for_all(size_t workers, uint64_t expected, const char *what)
{
    int    status, rc;
    pid_t  pid;

    rc = 0;

    while (workers) {
        pid = waitpid(-1, &status, WNOHANG);

        if (pid == 0) {
            progress(expected, what, "");
            usleep(200000);
            continue;
        }

        if (pid < 0) {
            return -1;
        }

        rc = status ? -1 : rc;
        workers--;
    }

    progress(expected, what, "\n");

    return rc;
}


static int
start(work_pt work, size_t turn, size_t workers)
{
    pid_t  parent;

    parent = getpid();

    switch (fork()) {

    case -1:
        return -1;

    case 0:
        prctl(PR_SET_PDEATHSIG, SIGKILL);

        if (getppid() != parent) {
            _exit(1);
        }

        setvbuf(stdout, NULL, _IOLBF, 0);
        work(counters[turn], turn, workers);
        fflush(stdout);
        _exit(0);
    }

    return 0;
}


int
workers_run(work_pt work, size_t workers, uint64_t expected,
    const char *what)
{
    size_t  i;

    if (counters == NULL) {
        counters = mmap(NULL, WORKERS_MAX * sizeof(counters_t),
                        PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1,
                        0);
        if (counters == MAP_FAILED) {
            perror("mmap");
            exit(2);
        }
    }

    fflush(stdout);
    memset(counters, 0, WORKERS_MAX * sizeof(counters_t));

    for (i = 0; i < workers; i++) {
        if (start(work, i, workers) == -1) {
            perror("fork");
            exit(2);
        }
    }

    return wait_for_all(workers, expected, what);
}


uint64_t
workers_sum(unsigned counter)
{
    size_t    i;
    uint64_t  sum;

    sum = 0;

    for (i = 0; i < WORKERS_MAX; i++) {
        sum += counters[i][counter];
    }

    return sum;
}


size_t
workers_usual(void)
{
    long  n;

    n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t) n;
}
