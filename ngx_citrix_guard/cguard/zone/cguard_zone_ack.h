
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Who has looked at what may have got through: the last of these is shown.
 */


#ifndef _CGUARD_ZONE_ACK_H_INCLUDED_
#define _CGUARD_ZONE_ACK_H_INCLUDED_


#include <stdint.h>

#include "cguard_zone.h"


#pragma GCC visibility push(hidden)


/* how many requests may have got through, all servers together */

uint64_t cguard_zone_through(cguard_zone_t *z);

/*
 * Acknowledges the first "count" of them, UINT64_MAX: all that there are now,
 * and the events that were lost so far; "count" and "lost" are set.  Returns
 * 0 if there are not so many, or there is nothing to acknowledge.
 */

int cguard_zone_acknowledge(cguard_zone_t *z, cguard_zone_ack_t *ack);

/* the last one; 0 if there is none */

int cguard_zone_acknowledged(cguard_zone_t *z, cguard_zone_ack_t *ack);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_ACK_H_INCLUDED_ */
