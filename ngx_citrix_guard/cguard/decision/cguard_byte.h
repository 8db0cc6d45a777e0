
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The classes of a byte for the decoder: constant tables, indexed by byte.
 */


#ifndef _CGUARD_BYTE_H_INCLUDED_
#define _CGUARD_BYTE_H_INCLUDED_


#include <stdint.h>


/* classes of a byte, bits of cguard_byte[] */

#define CGUARD_B_HEX         0x01
#define CGUARD_B_CONT        0x04    /* continuation byte, 80-BF */
#define CGUARD_B_LENIENT     0x08    /* one to a lenient parser */
#define CGUARD_B_NOISE       0x10    /* NUL, control bytes, blank */
#define CGUARD_B_CONTROL     0x20    /* 00-1F and 7F */
#define CGUARD_B_MATTERS     0x40    /* can be part of a sign or an escape */
#define CGUARD_B_FEED        0x80    /* begins an escape */


#pragma GCC visibility push(hidden)

extern const uint8_t  cguard_byte[256];

/* the value of a hexadecimal digit; 0 for any other byte */

extern const uint8_t  cguard_hex[256];

/* what a byte may be or begin, bits of cguard_may[] */

#define CGUARD_MAY_SEPARATE  0x01    /* "/", "\\" or "%" */
#define CGUARD_MAY_MATTER    0x02    /* any ASCII character */
#define CGUARD_MAY_LEAD      0x04    /* one of these, if it goes on: with */
#define CGUARD_MAY_CONTINUE  0x08    /*   a continuation byte or an escape, */
#define CGUARD_MAY_VANISH    0x10    /*   or behind what may be noise */

extern const uint8_t  cguard_may[256];

/* continuation bytes after a lead byte, by its low six bits */

extern const uint8_t  cguard_utf8_ncont[64];

#pragma GCC visibility pop


#endif /* _CGUARD_BYTE_H_INCLUDED_ */
