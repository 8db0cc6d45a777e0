
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The text of a file, as UTF-8 and as lines.
 */


#ifndef _SCAN_TEXT_H_INCLUDED_
#define _SCAN_TEXT_H_INCLUDED_


#include <stddef.h>
#include <sys/types.h>

#include "scan_source.h"


typedef struct scan_text_s  scan_text_t;


/* reads from "src", which it will close; allocates */

scan_text_t *scan_text_open(scan_source_t *src);

/* frees it, and closes its source */

void scan_text_close(scan_text_t *text);

/* like scan_source_read() */

ssize_t scan_text_read(scan_text_t *text, unsigned char *buf, size_t size,
    const char **error);


#endif /* _SCAN_TEXT_H_INCLUDED_ */
