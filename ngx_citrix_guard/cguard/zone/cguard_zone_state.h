
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A zone as a file: a header and the image, protected by a sum.
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
    uint64_t              owner;     /* the zone that wrote it */
    uint64_t              sum;       /* length of the image */
} cguard_zone_state_t;


#define CGUARD_ZONE_STATE  (sizeof(cguard_zone_state_t) + sizeof(cguard_zone_t))


/* is this the header of such a file, of any version? */

int cguard_zone_state_is(const cguard_zone_state_t *state);

/* writes header and image: CGUARD_ZONE_STATE bytes, aligned to words */

void cguard_zone_save(cguard_zone_t *z, void *buf);

/*
 * Restores the contents of "buf", except the modes: nobody knows what was in
 * force in the meantime.  Returns 0, and changes nothing, if the file is
 * damaged or of another version.
 */

int cguard_zone_restore(cguard_zone_t *z, const void *buf, size_t len);


#pragma GCC visibility pop


#endif /* _CGUARD_ZONE_STATE_H_INCLUDED_ */
