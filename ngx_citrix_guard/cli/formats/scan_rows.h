
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rows of a table whose values in quotes hold line ends become lines.
 */


#ifndef _SCAN_ROWS_H_INCLUDED_
#define _SCAN_ROWS_H_INCLUDED_


#include <stddef.h>


/* what a line end in a value becomes; it is behind no value otherwise */

#define SCAN_ROWS_END  '\r'


typedef struct {
    unsigned char         separator;

    /* what is ready, up to "start", and of that what was taken */
    unsigned char        *out;
    size_t                n;
    size_t                used;
    size_t                start;
    size_t                size;

    unsigned              within:1;         /* a value, not at its beginning */
    unsigned              quoted:1;         /* one in quotes, */
    unsigned              quote:1;          /* and a quote was before */
} scan_rows_t;


/* more of the text; allocates what it needs */

void scan_rows_feed(scan_rows_t *rows, const unsigned char *p, size_t len);

/* there is no more */

void scan_rows_end(scan_rows_t *rows);

/* how many bytes may be taken from out + used */

size_t scan_rows_ready(const scan_rows_t *rows);


#endif /* _SCAN_ROWS_H_INCLUDED_ */
