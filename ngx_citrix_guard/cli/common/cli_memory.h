
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Memory: the command ends with status 2 if there is none.
 */


#ifndef _CLI_MEMORY_H_INCLUDED_
#define _CLI_MEMORY_H_INCLUDED_


#include <stddef.h>


/* zeroed memory; ends with status 2 and a message if there is none */

void *cli_alloc(size_t size);

/* the same for memory that grows, which is not zeroed */

void *cli_realloc(void *p, size_t size);

/* a copy of at most "len" bytes, with a NUL */

char *cli_strndup(const char *text, size_t len);


#endif /* _CLI_MEMORY_H_INCLUDED_ */
