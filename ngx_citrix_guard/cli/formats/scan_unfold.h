
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON documents that stand over many lines, or are very long, become lines.
 */


#ifndef _SCAN_UNFOLD_H_INCLUDED_
#define _SCAN_UNFOLD_H_INCLUDED_


#include <stddef.h>


/* so many bytes of a file are enough to tell */

#define SCAN_UNFOLD_LOOK  (64 * 1024)


typedef struct {

    /* what is ready, up to "start", and of that what was taken */
    unsigned char        *out;
    size_t                n;
    size_t                used;
    size_t                start;
    size_t                size;

    /* the first object of an array of objects, and how deep that array is */
    size_t                element;
    unsigned              array_depth;

    unsigned              depth;
    unsigned char         top;              /* the bracket around all */
    unsigned              begin:1;          /* a line end was before */
    unsigned              string:1;
    unsigned              escape:1;
    unsigned              open:1;           /* "[" was before */
    unsigned              text:1;           /* a line that is no document */
    unsigned              lines:1;          /* each object is a line */
    unsigned              split:1;          /* a part of it is out already */
} scan_unfold_t;


/* 1: the text begins with a document that does not end with its line */

int scan_unfold_is_needed(const unsigned char *p, size_t len);

/* more of the text; allocates what it needs */

void scan_unfold_feed(scan_unfold_t *uf, const unsigned char *p, size_t len);

/* there is no more */

void scan_unfold_end(scan_unfold_t *uf);

/* how many bytes may be taken from out + used */

size_t scan_unfold_ready(const scan_unfold_t *uf);


#endif /* _SCAN_UNFOLD_H_INCLUDED_ */
