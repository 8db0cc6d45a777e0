
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Files that are written whole or not at all.
 */


#ifndef _SETUP_FILE_H_INCLUDED_
#define _SETUP_FILE_H_INCLUDED_


#include <stdio.h>

#include "setup_types.h"


/* "DIR/PATH", to be freed */

char *setup_path(const char *dir, const char *path);

/* the text of a file, to be freed; NULL if there is none */

char *setup_slurp(const char *path, size_t *len);

/* where a link leads, to be freed; NULL if it is none */

char *setup_link(const char *path);

/* makes the folders that the path goes through; -1 with a message */

int setup_folders(const char *path);

/*
 * Writes a text, or makes a link, beside the path and puts it in its place: who
 * looks finds the old one or the new one.  With the mode 0 the access of the old
 * one stays.  -1 with a message.
 */

int setup_put(const char *path, const char *text, size_t len,
    const char *link, unsigned mode);

/* a text in memory, to be written; the command ends if there is none */

FILE *setup_open(char **text, size_t *len);

/* a text in a file of its own, to be removed; its path, to be freed, or NULL */

char *setup_scratch(const char *text);

/* is what stands there what the change makes? */

int setup_same(const char *conf, const setup_change_t *change);

/* if the change has a mode, the file that is there has no more; -1 with a
 * message */

int setup_restrict(const char *conf, const setup_change_t *change);


#endif /* _SETUP_FILE_H_INCLUDED_ */
