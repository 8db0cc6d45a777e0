
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The first message of each side in RDP (MS-RDPBCGR 2.2.1.1 and 2.2.1.2):
 *
 *   03 00, the length in two bytes; the length of what follows in one byte;
 *   E0 (a connection request), or D0 (the confirmation of one); five bytes
 *   a line: a routing token, or "Cookie: mstshash=NAME"; may be absent
 *   01, flags, 08 00, four bytes: a negotiation; may be absent
 *   06 00 24 00, an id of 16 bytes, 16 zeros, if the flags say so
 */


#ifndef _CGUARD_RDP_H_INCLUDED_
#define _CGUARD_RDP_H_INCLUDED_


#include <stddef.h>

#include "cguard_session_types.h"


#pragma GCC visibility push(hidden)


/* the first byte of both messages */

#define CGUARD_RDP_FIRST    0x03

/* the longest request: one byte has its length, and 255 is reserved */

#define CGUARD_RDP_REQUEST  (5 + 254)

/* so many bytes show that the server confirms */

#define CGUARD_RDP_CONFIRM  6


/*
 * Returns MORE, HTTP or RDP; RDP only for one complete connection request with
 * nothing after it, in which no HTTP parser finds a request.  "len" must be
 * above 0.  Reads only, allocates nothing.
 */

cguard_protocol_e cguard_rdp_request(const unsigned char *p, size_t len);

/* can the byte follow these "n" ones, fewer than CGUARD_RDP_CONFIRM? */

int cguard_rdp_confirm(const unsigned char *before, unsigned n,
    unsigned char ch);


#pragma GCC visibility pop


#endif /* _CGUARD_RDP_H_INCLUDED_ */
