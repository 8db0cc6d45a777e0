
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Who acknowledged the requests that may have got through; the last one is
 * shown.
 */


#ifndef _CGUARD_ZONE_ACK_H_INCLUDED_
#define _CGUARD_ZONE_ACK_H_INCLUDED_


#include <stdint.h>

#include "cguard_zone.h"


#pragma GCC visibility push(hidden)


/* the number of requests that may have got through, over all servers */

uint64_t cguard_zone_through(cguard_zone_t *z);

/*
 * Acknowledges the first "count" of them, and the first "lost[0]" events that
 * were lost since the last acknowledgement, or with UINT64_MAX all so far; sets
 * "count" and "lost", since counting began.  Returns 0 if there are fewer, or
 * nothing to acknowledge.
 */

int cguard_zone_acknowledge(cguard_zone_t *z, cguard_zone_ack_t *ack);

/* copies the last acknowledgement; returns 0 if there is none */

int cguard_zone_acknowledged(cguard_zone_t *z, cguard_zone_ack_t *ack);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_ACK_H_INCLUDED_ */
