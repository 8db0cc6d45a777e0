
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * One document by HTTP, as the guard's monitor gives it.
 */


#ifndef _MONITOR_FETCH_H_INCLUDED_
#define _MONITOR_FETCH_H_INCLUDED_


#include <stddef.h>


typedef struct {
    char                 *data;             /* to be freed */
    size_t                len;
    char                  error[256];
} monitor_document_t;


/*
 * Asks for the URL, which may have a name and password in it, or ~/.netrc has.
 * No redirect is followed, and no proxy asked.  -1, with an error for people,
 * if the answer is not 200, or too large.
 */

int monitor_fetch(const char *url, long seconds, monitor_document_t *doc);


#endif /* _MONITOR_FETCH_H_INCLUDED_ */
