
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * How many sessions the stream module has ended, by protocol and reason:
 * shared memory that the stream module writes and the monitor of the http
 * module reads.  The names are stored as well, so the reader does not depend
 * on the writer's tables.
 */


#ifndef _CGUARD_FRONT_H_INCLUDED_
#define _CGUARD_FRONT_H_INCLUDED_


#include <stdatomic.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define CGUARD_FRONT_ROWS  128
#define CGUARD_FRONT_NAME  12       /* bytes of a name, with its NUL */


typedef struct {
    char                  protocol[CGUARD_FRONT_NAME];
    char                  why[CGUARD_FRONT_NAME];
    _Atomic uint64_t      count;
    _Atomic uint64_t      last;     /* in milliseconds */
} cguard_front_row_t;


typedef struct {
    uint64_t              magic;
    uint64_t              rows;     /* rows with a name */
    cguard_front_row_t    row[CGUARD_FRONT_ROWS];
} cguard_front_t;


void cguard_front_init(cguard_front_t *f);

/* is this such a table, of this layout? */

int cguard_front_fits(const cguard_front_t *f);

/*
 * The row of a protocol and a reason; names that were added before keep their
 * row.  Called by the process that configures.  Returns CGUARD_FRONT_ROWS,
 * which counts nothing, if there is no room or a name is too long.
 */

unsigned cguard_front_row(cguard_front_t *f, const char *protocol,
    const char *why);

void cguard_front_count(cguard_front_t *f, unsigned row, uint64_t msec);


#pragma GCC visibility pop


#endif /* _CGUARD_FRONT_H_INCLUDED_ */
