
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Logs in UTF-16 and UTF-32, as Windows writes them, become UTF-8.
 */


#ifndef _SCAN_CHARSET_H_INCLUDED_
#define _SCAN_CHARSET_H_INCLUDED_


#include <stddef.h>


/* so many bytes of a file are enough to tell */

#define SCAN_CHARSET_LOOK  256

/* and a byte becomes three at most */

#define SCAN_CHARSET_TIMES  3


typedef enum {
    SCAN_UTF_8 = 0,         /* or any other whose ASCII is ASCII */
    SCAN_UTF_16_LE,
    SCAN_UTF_16_BE,
    SCAN_UTF_32_LE,
    SCAN_UTF_32_BE
} scan_charset_e;


/*
 * By the mark at the beginning, whose length is "mark", or by where the zeros
 * are.
 */

scan_charset_e scan_charset(const unsigned char *p, size_t len,
    size_t *mark);

/*
 * Converts whole characters, and if it is the "end" what is left; "used" is how
 * many bytes.  Halves of pairs become U+FFFD.  Returns the length of "dst",
 * which has room for SCAN_CHARSET_TIMES + 1 times the bytes.
 */

size_t scan_charset_convert(scan_charset_e charset, unsigned char *dst,
    const unsigned char *src, size_t len, unsigned end, size_t *used);


#endif /* _SCAN_CHARSET_H_INCLUDED_ */
