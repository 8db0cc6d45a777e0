
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files of a zip archive, one after another.
 */


#ifndef _SCAN_ZIP_H_INCLUDED_
#define _SCAN_ZIP_H_INCLUDED_


#include <stddef.h>
#include <sys/types.h>


typedef struct scan_zip_s  scan_zip_t;


/*
 * Opens an archive.  "more" returns its next bytes, which stay valid until it
 * is called again: 0 is the end, -1 an error.  Returns NULL if memory runs
 * out.
 */

scan_zip_t *scan_zip_open(ssize_t (*more)(void *data,
    const unsigned char **p), void *data);

/* frees it */

void scan_zip_close(scan_zip_t *zip);

/*
 * reads the files' contents, each followed by a line end; like
 * scan_source_read()
 */

ssize_t scan_zip_read(scan_zip_t *zip, unsigned char *buf, size_t size,
    const char **error);


#endif /* _SCAN_ZIP_H_INCLUDED_ */
