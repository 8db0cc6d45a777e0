
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * How many sessions the front has turned away, by protocol and reason, in
 * memory that the stream module writes and the http module's monitor reads.
 * Who reads needs no tables of who writes: the names are in it.
 */


#ifndef _CGUARD_FRONT_H_INCLUDED_
#define _CGUARD_FRONT_H_INCLUDED_


#include <stdatomic.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define CGUARD_FRONT_ROWS  128
#define CGUARD_FRONT_NAME  12       /* bytes of a name and its NUL */


typedef struct {
    char                  protocol[CGUARD_FRONT_NAME];
    char                  why[CGUARD_FRONT_NAME];
    _Atomic uint64_t      count;
    _Atomic uint64_t      last;     /* milliseconds */
} cguard_front_row_t;


typedef struct {
    uint64_t              magic;
    uint64_t              rows;     /* that have a name */
    cguard_front_row_t    row[CGUARD_FRONT_ROWS];
} cguard_front_t;


void cguard_front_init(cguard_front_t *f);

/* is it one, of this layout? */

int cguard_front_fits(const cguard_front_t *f);

/*
 * The place of a protocol and a reason, for the one that configures; later ones
 * of the same names are the same.  Without room, or with a longer name, it is
 * CGUARD_FRONT_ROWS, which counts nothing.
 */

unsigned cguard_front_row(cguard_front_t *f, const char *protocol,
    const char *why);

void cguard_front_count(cguard_front_t *f, unsigned row, uint64_t msec);


#pragma GCC visibility pop


#endif /* _CGUARD_FRONT_H_INCLUDED_ */
