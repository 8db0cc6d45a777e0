
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Converts logs in UTF-16 and UTF-32, as Windows writes them, to UTF-8.
 */


#ifndef _SCAN_CHARSET_H_INCLUDED_
#define _SCAN_CHARSET_H_INCLUDED_


#include <stddef.h>


/* enough bytes of a file to recognise it */

#define SCAN_CHARSET_LOOK  256

/* a byte becomes at most three */

#define SCAN_CHARSET_TIMES  3


typedef enum {
    SCAN_UTF_8 = 0,         /* or any other charset that contains ASCII */
    SCAN_UTF_16_LE,
    SCAN_UTF_16_BE,
    SCAN_UTF_32_LE,
    SCAN_UTF_32_BE
} scan_charset_e;


/*
 * Recognises it by the byte order mark, whose length is "mark", or by its
 * zeros.
 */

scan_charset_e scan_charset(const unsigned char *p, size_t len,
    size_t *mark);

/*
 * Converts complete characters, and at the "end" the rest; "used" is the
 * number of bytes taken.  Unpaired surrogates become U+FFFD.  Returns the
 * length of "dst", which has room for SCAN_CHARSET_TIMES + 1 times the bytes.
 */

size_t scan_charset_convert(scan_charset_e charset, unsigned char *dst,
    const unsigned char *src, size_t len, unsigned end, size_t *used);


#endif /* _SCAN_CHARSET_H_INCLUDED_ */
