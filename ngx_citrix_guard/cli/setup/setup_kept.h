
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What was there before a setup: kept in a dated folder, and put back.
 */


#ifndef _SETUP_KEPT_H_INCLUDED_
#define _SETUP_KEPT_H_INCLUDED_


#include "setup_types.h"


#define SETUP_DATE  24


/* below the folder of nginx.conf */

#define SETUP_KEPT  "citrix-guard/kept"


/*
 * Keeps what the changes are about to replace, in a new folder whose name goes
 * into "date".  -1 with a message.
 */

int setup_keep(const char *conf, const setup_change_t *change, unsigned n,
    char *date);

/* puts back all that was kept at this date; -1 with a message */

int setup_put_back(const char *conf, const char *date);

/* a setup that came to nothing leaves no folder */

void setup_forget(const char *conf, const char *date);

/* the dates, the newest first, to be freed; how many */

unsigned setup_dates(const char *conf, char (**dates)[SETUP_DATE]);

/* the files of that date as changes, to be freed; -1 with a message */

int setup_kept_read(const char *conf, const char *date, setup_change_t *change,
    unsigned *n);
void setup_kept_free(setup_change_t *change, unsigned n);

/* puts them in their places; -1 with a message */

int setup_kept_put(const char *conf, const setup_change_t *change,
    unsigned n);

/* do all files stand as they say? */

int setup_kept_same(const char *conf, const setup_change_t *change,
    unsigned n);


#endif /* _SETUP_KEPT_H_INCLUDED_ */
