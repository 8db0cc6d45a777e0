
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The bytes of a log as a JSON library takes them, and back.
 */


#ifndef _SCAN_DOCUMENT_BYTES_H_INCLUDED_
#define _SCAN_DOCUMENT_BYTES_H_INCLUDED_


#include <stddef.h>


/* "dst" has 6 bytes for each of the line's; returns how many it becomes */

size_t scan_document_clean(unsigned char *dst, const unsigned char *p,
    const unsigned char *last);

/* the bytes of a string that was made of these; never more */

size_t scan_document_restore(unsigned char *dst, const unsigned char *p,
    const unsigned char *last);


#endif /* _SCAN_DOCUMENT_BYTES_H_INCLUDED_ */
