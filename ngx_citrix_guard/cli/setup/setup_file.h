
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes files completely or not at all.
 */


#ifndef _SETUP_FILE_H_INCLUDED_
#define _SETUP_FILE_H_INCLUDED_


#include <stddef.h>

#include "setup_types.h"


/* "DIR/PATH"; the caller frees it */

char *setup_path(const char *dir, const char *path);

/* the text of a file, which the caller frees; NULL if there is none */

char *setup_slurp(const char *path, size_t *len);

/* the target of a link, which the caller frees; NULL if it is not a link */

char *setup_link(const char *path);

/* creates the folders of the path; returns -1, with a message, on failure */

int setup_folders(const char *path);

/*
 * Writes a text or a link next to the path and renames it, so that others see
 * the old one or the new one.  Keeps owner and mode of the old one.  Returns
 * -1, with a message, on failure.
 */

int setup_put(const char *path, const char *text, size_t len,
    const char *link);

/*
 * Writes a text to a temporary file, which the caller removes; returns its
 * path, which the caller frees, or NULL.
 */

char *setup_scratch(const char *text);

/* is the file already as the change makes it? */

int setup_same(const char *conf, const setup_change_t *change);


#endif /* _SETUP_FILE_H_INCLUDED_ */
