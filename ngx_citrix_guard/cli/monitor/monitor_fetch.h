
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Fetches a document of the guard's monitor over HTTP.
 */


#ifndef _MONITOR_FETCH_H_INCLUDED_
#define _MONITOR_FETCH_H_INCLUDED_


#include <stddef.h>


typedef struct {
    char                 *data;             /* the caller frees it */
    size_t                len;
    size_t                size;             /* of the memory */
    char                  error[256];
} monitor_document_t;


/*
 * Requests the URL.  Name and password may be in it, or in ~/.netrc.  Follows
 * no redirect and uses no proxy.  Returns -1, with an error message, if the
 * answer is not 200 or too large.
 */

int monitor_fetch(const char *url, long seconds, monitor_document_t *doc);


#endif /* _MONITOR_FETCH_H_INCLUDED_ */
