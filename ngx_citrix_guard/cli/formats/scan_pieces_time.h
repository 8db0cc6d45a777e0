
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The time of a line of pieces.
 */


#ifndef _SCAN_PIECES_TIME_H_INCLUDED_
#define _SCAN_PIECES_TIME_H_INCLUDED_


#include <stdint.h>

#include "scan_pieces_request.h"
#include "scan_types.h"


/* does a colon look like the first one of a time that follows a date? */

static inline int
scan_pieces_has_time(const unsigned char *start, const unsigned char *last,
    const unsigned char *p)
{
    /* dd/Mon/yyyy:hh, mm/dd/yyyy:hh */

    if (p - start >= 10 && last - p >= 9 && p[-5] == '/'
        && (p[-8] == '/' || (p - start >= 11 && p[-9] == '/')))
    {
        return 1;
    }

    /* yyyy-mm-ddThh: */

    return p - start >= 13 && last - p >= 6
           && (p[-3] == 'T' || p[-3] == ' ')
           && (p[-9] == '-' || p[-9] == '/') && p[3] == ':';
}


/* that time, or SCAN_NO_TIME */

int64_t scan_pieces_time_at(scan_parser_t *ps, const unsigned char *start,
    const unsigned char *last, const unsigned char *p);

/* seconds since 1970 in front of the first blank */

int64_t scan_pieces_epoch(const unsigned char *p, const unsigned char *last);

/* the time of the line, and where it is; -1: an impossible date */

int scan_pieces_time(scan_parser_t *ps, scan_pieces_t *pc, scan_line_t *ln);


#endif /* _SCAN_PIECES_TIME_H_INCLUDED_ */
