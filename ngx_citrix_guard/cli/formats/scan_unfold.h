
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Turns JSON documents that span many lines, or are very long, into lines.
 */


#ifndef _SCAN_UNFOLD_H_INCLUDED_
#define _SCAN_UNFOLD_H_INCLUDED_


#include <stddef.h>


/* enough bytes of a file to recognise one */

#define SCAN_UNFOLD_LOOK  (64 * 1024)


typedef struct {

    /* what is ready, up to "start"; and what was taken of it */
    unsigned char        *out;
    size_t                n;
    size_t                used;
    size_t                start;
    size_t                size;

    /* the first object of an array of objects, and the depth of that array */
    size_t                element;
    unsigned              array_depth;

    unsigned              depth;
    unsigned char         top;              /* the outermost bracket */
    unsigned              begin:1;          /* after a line end */
    unsigned              string:1;
    unsigned              escape:1;
    unsigned              open:1;           /* after "[" */
    unsigned              text:1;           /* the line is not a document */
    unsigned              lines:1;          /* each object is a line */
    unsigned              split:1;          /* part of it was written */
} scan_unfold_t;


/* 1: the text begins with a document that does not end with its line */

int scan_unfold_is_needed(const unsigned char *p, size_t len);

/* adds text; allocates what it needs */

void scan_unfold_feed(scan_unfold_t *uf, const unsigned char *p, size_t len);

/* marks the end of the text */

void scan_unfold_end(scan_unfold_t *uf);

/* how many bytes may be taken from out + used */

size_t scan_unfold_ready(const scan_unfold_t *uf);


#endif /* _SCAN_UNFOLD_H_INCLUDED_ */
