
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Memory: if there is none, the command ends with status 2.
 */


#include <stdlib.h>
#include <string.h>

#include "cli_memory.h"
#include "cli_error.h"


static void *
cli_allocated(void *p)
{
    if (p == NULL) {
        cli_error("out of memory");
        exit(2);
    }

    return p;
}


void *
cli_alloc(size_t size)
{
    return cli_allocated(calloc(1, size ? size : 1));
}


void *
cli_realloc(void *p, size_t size)
{
    return cli_allocated(realloc(p, size ? size : 1));
}


char *
cli_strndup(const char *text, size_t len)
{
    return cli_allocated(strndup(text, len));
}
