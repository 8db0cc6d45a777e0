
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Work spread over processes that count what they do.  Progress goes to the
 * terminal, if there is one.
 */


#ifndef _WORKERS_H_INCLUDED_
#define _WORKERS_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define WORKERS_MAX       64
#define WORKERS_COUNTERS  16


/* does the part number "turn" of "workers"; "counter" is its own */

typedef void (*work_pt)(uint64_t *counter, size_t turn, size_t workers);


/*
 * Counter 0 counts up to "expected", in units of "what".  Returns 0, or -1 if
 * a process could not be started, or has failed.
 */

int workers_run(work_pt work, size_t workers, uint64_t expected,
    const char *what);

/* a counter of all processes together */

uint64_t workers_sum(unsigned counter);

/* as many as there are processors */

size_t workers_usual(void);


#endif /* _WORKERS_H_INCLUDED_ */
