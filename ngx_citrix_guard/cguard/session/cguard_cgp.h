
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What a CGP client sends after its signature: one bind request.  Its form is
 * that of Citrix's own HTML5 client:
 *
 *   length of what follows: 7 bits, or 15 in two bytes; 01 00 00 00; the number
 *   of capabilities, in the same form
 *   each: length; service, capability (16 bits, the low byte first); 00 00; more
 *
 * Everything has a length, so unknown parts are skipped.  A client that
 * reconnects has a capability with a ticket from the ADC, whose form is known
 * from the client's own tests:
 *
 *   01 01, 01 02 05 00, 01 02 05 00; the number of a message (32 bits); flags;
 *   02; 10; "NS" 01 00 and 12 random bytes; more
 */


#ifndef _CGUARD_CGP_H_INCLUDED_
#define _CGUARD_CGP_H_INCLUDED_


#pragma GCC visibility push(hidden)


/* the longest bind request: the length's two bytes, and its maximum */

#define CGUARD_CGP_BIND  (2 + 0x7f + (0xff << 7))


/* all zero at first */

typedef struct {
    unsigned              state;
    unsigned              size;         /* a length that is being read */
    unsigned              left;         /* bytes of the request to come */
    unsigned              at;           /* offset in a head, or bytes left */
    unsigned              ticket;       /* may be the one with a ticket */
    unsigned              opaque;       /* the last byte may be any */
} cguard_cgp_t;


/*
 * Takes one more byte; zero if it cannot be one of a bind request.  Behind that
 * everything fits.
 */

int cguard_cgp_byte(cguard_cgp_t *c, unsigned char ch);


#pragma GCC visibility pop


#endif /* _CGUARD_CGP_H_INCLUDED_ */
