
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Memory: if there is none, the command ends with status 2 and a message, so
 * none of these returns NULL.
 */


#ifndef _CLI_MEMORY_H_INCLUDED_
#define _CLI_MEMORY_H_INCLUDED_


#include <stddef.h>


/* zeroed memory */

void *cli_alloc(size_t size);

/* resizes memory; the new part is not zeroed */

void *cli_realloc(void *p, size_t size);

/* a copy of at most "len" bytes, with a NUL */

char *cli_strndup(const char *text, size_t len);


#endif /* _CLI_MEMORY_H_INCLUDED_ */
