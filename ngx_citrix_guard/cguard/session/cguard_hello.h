
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Could an HTTP parser, however tolerant, take these bytes for a request?  This
 * is checked for everything that a client sends before the other side has shown
 * that it does not speak HTTP.
 */


#ifndef _CGUARD_HELLO_H_INCLUDED_
#define _CGUARD_HELLO_H_INCLUDED_


#include <stdint.h>


#pragma GCC visibility push(hidden)


/* all zero at first; what stands in front counts as a method, whatever it is */

typedef struct {
    uint32_t              last;         /* the four bytes before */
    unsigned              word;         /* bytes of a word behind a blank, + 1 */
    unsigned              path;         /* a byte of a path is in that word */
    unsigned              target;       /* the line has a blank and a word */
    unsigned              blank;        /* there was one */
    unsigned              escapes;      /* "%" behind it */
    unsigned              opaque;       /* the byte before was random */
    unsigned              root;         /* states of three texts */
    unsigned              parent;
    unsigned              version;
} cguard_hello_t;


/*
 * Takes one more byte.  Returns nonzero as soon as some parser could read a
 * request, or could do so if the connection ended here.  Among bytes that are
 * random ("opaque") a blank and a slash are no sign yet, nor is a short word in
 * a line: a request there has to be one for a path that climbs.  Allocates
 * nothing; constant time.
 */

int cguard_hello_byte(cguard_hello_t *h, unsigned char ch, unsigned opaque);


#pragma GCC visibility pop


#endif /* _CGUARD_HELLO_H_INCLUDED_ */
