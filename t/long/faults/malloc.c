
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The same one level below, for LD_PRELOAD: allocations of nginx and its
 * libraries from the system.
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>

#include "fault.h"


#define NEXT(name)                                                            \
    static __typeof__(name)  *next;                                           \
                                                                              \
    if (next == NULL) {                                                       \
        next = (__typeof__(name) *) dlsym(RTLD_NEXT, #name);                  \
    }


void *
malloc(size_t size)
{
    NEXT(malloc)

    return fault("malloc") ? NULL : next(size);
}


void *
calloc(size_t n, size_t size)
{
    NEXT(calloc)

    return fault("calloc") ? NULL : next(n, size);
}


void *
realloc(void *p, size_t size)
{
    NEXT(realloc)

    return fault("realloc") ? NULL : next(p, size);
}


int
posix_memalign(void **p, size_t alignment, size_t size)
{
    NEXT(posix_memalign)

    return fault("posix_memalign") ? ENOMEM : next(p, alignment, size);
}
