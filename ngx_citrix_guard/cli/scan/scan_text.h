
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The text of a file, as UTF-8 and as lines.
 */


#ifndef _SCAN_TEXT_H_INCLUDED_
#define _SCAN_TEXT_H_INCLUDED_


#include <stddef.h>
#include <sys/types.h>

#include "cli/formats/scan_types.h"
#include "scan_source.h"


typedef struct scan_text_s  scan_text_t;


/* reads from "src"; allocates */

scan_text_t *scan_text_open(scan_source_t *src,
    const scan_formats_t *formats);

/* frees it */

void scan_text_close(scan_text_t *text);

/* like scan_source_read() */

ssize_t scan_text_read(scan_text_t *text, unsigned char *buf, size_t size,
    const char **error);

/* like scan_source_file(), if the text is handed out as it is in the file */

int scan_text_file(const scan_text_t *text, off_t *at);


#endif /* _SCAN_TEXT_H_INCLUDED_ */
