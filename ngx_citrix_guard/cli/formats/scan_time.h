
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Times as logs write them, as seconds since 1970.
 */


#ifndef _SCAN_TIME_H_INCLUDED_
#define _SCAN_TIME_H_INCLUDED_


#include "scan_types.h"


/* the time of a line in seconds since 1970, or SCAN_NO_TIME */

int64_t scan_time_clf(const unsigned char *p);

/*
 * Sets the zone of times without one: +hh:mm, or a name of the tz database.
 * Returns -1 if it is unknown.  Called before any time is read, because it
 * sets TZ.
 */

int scan_time_zone(const char *text);

/* the same for a time as in nginx's error log; that zone if it has none */

int64_t scan_time_local(const unsigned char *p, size_t len);

/* the same; UTC if it has no zone */

int64_t scan_time_iso(const unsigned char *p, size_t len);

/* the same for another form of time */

int64_t scan_time_epoch(const unsigned char *p, size_t len);

/* the same for any of them */

int64_t scan_time_any(const unsigned char *p, size_t len);

/* the same for the common log format */

int64_t scan_time_cached_clf(scan_time_cache_t *clock,
    const unsigned char *p);

/* the same, using the line before, which mostly has the same minute */

int64_t scan_time_cached(scan_time_cache_t *clock, const unsigned char *p,
    size_t len);

/* the time in an option */

int64_t scan_time_option(const char *text);

/* the same for a day */

const char *scan_day_text(int64_t day, char buf[32]);

/* as text, in UTC */

const char *scan_time_text(int64_t time, char buf[32]);


#endif /* _SCAN_TIME_H_INCLUDED_ */
