
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * How many forwarded attacks each worker still waits for: if it dies, their
 * outcome will never be known.
 */


#ifndef _CGUARD_ZONE_OPEN_H_INCLUDED_
#define _CGUARD_ZONE_OPEN_H_INCLUDED_


#include <stdint.h>

#include "cguard_zone.h"


#pragma GCC visibility push(hidden)

/* a place for that process; CGUARD_ZONE_WORKERS if there is none */

unsigned cguard_zone_open_place(cguard_zone_t *z, uint32_t pid);

/* whose place it is; 0: nobody's */

uint32_t cguard_zone_open_pid(cguard_zone_t *z, unsigned place);

/*
 * The nginx of which it is a worker, as a number that its processes share, and
 * 0 when it accepts no more connections.  A place that has just been taken has
 * 0 as well.
 */

void cguard_zone_open_set_nginx(cguard_zone_t *z, unsigned place,
    uint32_t pid, uint32_t nginx);
uint32_t cguard_zone_open_nginx(cguard_zone_t *z, unsigned place,
    uint32_t pid);

/* gives that process's place back; how many there were */

uint64_t cguard_zone_open_leave(cguard_zone_t *z, unsigned place,
    uint32_t pid);

/* all of them, of a zone that nobody counts in */

uint64_t cguard_zone_open_leave_all(cguard_zone_t *z);

#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_OPEN_H_INCLUDED_ */
