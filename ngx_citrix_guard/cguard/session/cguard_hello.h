
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Could an HTTP parser, however tolerant, find a request in these bytes?
 * Everything that a client sends is checked for this until the other side has
 * shown that it does not speak HTTP.
 */


#ifndef _CGUARD_HELLO_H_INCLUDED_
#define _CGUARD_HELLO_H_INCLUDED_


#include <stdint.h>


#pragma GCC visibility push(hidden)


/* all zero at first; whatever comes first counts as a method */

typedef struct {
    uint32_t              last;         /* the previous four bytes */
    unsigned              word;         /* length of a word after
                                           whitespace, plus 1 */
    unsigned              path;         /* that word has a byte of a path */
    unsigned              target;       /* the line has whitespace and a
                                           word */
    unsigned              blank;        /* there was whitespace */
    unsigned              escapes;      /* "%" after it */
    unsigned              opaque;       /* the previous byte was random */
    unsigned              brief;        /* there is no room for a path with
                                           bytes that a parser drops */
    unsigned              root;         /* progress in three texts */
    unsigned              parent;
    unsigned              version;
} cguard_hello_t;


/*
 * Takes one more byte.  Returns nonzero as soon as some parser could read a
 * request, or could do so if the connection ended here.  Among random bytes
 * ("opaque") whitespace and a slash are no sign yet, nor is a short word in a
 * line: a request there has to name a path that climbs.  Writes to its state
 * only, allocates nothing; constant time.
 */

int cguard_hello_byte(cguard_hello_t *h, unsigned char ch, unsigned opaque);


#pragma GCC visibility pop


#endif /* _CGUARD_HELLO_H_INCLUDED_ */
