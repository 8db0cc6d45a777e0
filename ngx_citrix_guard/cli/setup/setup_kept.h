
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files from before a setup: kept in a dated folder, and restored.
 */


#ifndef _SETUP_KEPT_H_INCLUDED_
#define _SETUP_KEPT_H_INCLUDED_


#include "setup_types.h"


#define SETUP_DATE  24


/* below the folder of nginx.conf */

#define SETUP_KEPT  "citrix-guard/kept"


/*
 * Keeps the files that the changes will replace, in a new folder whose name is
 * written to "date".  Returns -1, with a message, on failure.
 */

int setup_keep(const char *conf, const setup_change_t *change, unsigned n,
    char *date);

/*
 * restores the files kept on this date; returns -1, with a message, on failure
 */

int setup_put_back(const char *conf, const char *date);

/* removes the folder of a setup that failed */

void setup_forget(const char *conf, const char *date);

/* the dates, the newest first, which the caller frees; returns their number */

unsigned setup_dates(const char *conf, char (**dates)[SETUP_DATE]);

/*
 * Reads the files of that date as changes, which the caller frees; returns -1,
 * with a message, on failure.
 */

int setup_kept_read(const char *conf, const char *date, setup_change_t *change,
    unsigned *n);
void setup_kept_free(setup_change_t *change, unsigned n);

/* writes them; returns -1, with a message, on failure */

int setup_kept_put(const char *conf, const setup_change_t *change,
    unsigned n);

/* are all files as these changes make them? */

int setup_kept_same(const char *conf, const setup_change_t *change,
    unsigned n);


#endif /* _SETUP_KEPT_H_INCLUDED_ */
