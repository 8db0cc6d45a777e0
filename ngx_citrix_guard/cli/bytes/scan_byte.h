
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The classes of a byte of a log, whatever the locale.
 */


#ifndef _SCAN_BYTE_H_INCLUDED_
#define _SCAN_BYTE_H_INCLUDED_


static inline int
scan_is_digit(unsigned char c)
{
    return (unsigned) c - '0' < 10;
}


static inline int
scan_is_capital(unsigned char c)
{
    return (unsigned) c - 'A' < 26;
}


#endif /* _SCAN_BYTE_H_INCLUDED_ */
