
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * How many attacks each worker has forwarded whose end it still waits for.  A
 * place is one word, the process and its count, so it changes in one step.
 */


#include "cguard_zone_open.h"


unsigned
cguard_zone_open_place(cguard_zone_t *z, uint32_t pid)
{
    unsigned  i;
    uint64_t  nobody;

    for (i = 0; i < CGUARD_ZONE_WORKERS; i++) {
        nobody = 0;

        if (atomic_compare_exchange_strong(&z->open[i], &nobody,
                                           (uint64_t) pid << 32))
        {
            break;
        }
    }

    return i;
}


uint32_t
cguard_zone_open_pid(cguard_zone_t *z, unsigned place)
{
    return (uint32_t) (cguard_zone_get(&z->open[place]) >> 32);
}


/* with the process: what its predecessor has left there is not believed */

void
cguard_zone_open_set_nginx(cguard_zone_t *z, unsigned place, uint32_t pid,
    uint32_t nginx)
{
    cguard_zone_set(&z->nginx[place], (uint64_t) pid << 32 | nginx);
}


uint32_t
cguard_zone_open_nginx(cguard_zone_t *z, unsigned place, uint32_t pid)
{
    uint64_t  word;

    word = cguard_zone_get(&z->nginx[place]);

    return word >> 32 == pid ? (uint32_t) word : 0;
}


/* of several that find a dead one, one gets its count */

uint64_t
cguard_zone_open_leave(cguard_zone_t *z, unsigned place, uint32_t pid)
{
    uint64_t  word;

    word = cguard_zone_get(&z->open[place]);

    /* not covered: the exchange fails if another process came in between */

    if (word >> 32 != pid
        || !atomic_compare_exchange_strong(&z->open[place], &word, 0))
    {
        return 0;
    }

    return word & 0xffffffff;
}


uint64_t
cguard_zone_open_leave_all(cguard_zone_t *z)
{
    unsigned  i;
    uint64_t  n;

    for (i = 0, n = 0; i < CGUARD_ZONE_WORKERS; i++) {
        n += z->open[i] & 0xffffffff;
        z->open[i] = 0;
        z->nginx[i] = 0;
    }

    return n;
}
