
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A zone as a file: a header and the image, which a sum holds together.
 */


#ifndef _CGUARD_ZONE_STATE_H_INCLUDED_
#define _CGUARD_ZONE_STATE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "cguard_zone.h"


#pragma GCC visibility push(hidden)


typedef struct {
    uint64_t              magic;
    uint32_t              version;
    uint32_t              size;
    uint64_t              owner;     /* the zone that writes it */
    uint64_t              sum;       /* of the image */
} cguard_zone_state_t;


#define CGUARD_ZONE_STATE  (sizeof(cguard_zone_state_t) + sizeof(cguard_zone_t))


/* is that the header of such a file, of whatever version? */

int cguard_zone_state_is(const cguard_zone_state_t *state);

/* all of it as it is, to a zone that nobody counts in yet */

void cguard_zone_copy(void *to, cguard_zone_t *z);

/* writes header and image, CGUARD_ZONE_STATE bytes, aligned as words */

void cguard_zone_save(cguard_zone_t *z, void *buf);

/*
 * Takes over what "buf" has.  Which modes are in force it does not say: the
 * guard may have been gone meanwhile.  0 if it is another version's, or
 * damaged: then the zone is as it was.
 */

int cguard_zone_restore(cguard_zone_t *z, const void *buf, size_t len);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_STATE_H_INCLUDED_ */
