
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Archives: the files in them, one behind the other.
 */


#ifndef _SCAN_ARCHIVE_H_INCLUDED_
#define _SCAN_ARCHIVE_H_INCLUDED_


#include <stddef.h>
#include <sys/types.h>


typedef struct scan_archive_s  scan_archive_t;

typedef enum {
    SCAN_ARCHIVE_NONE = 0,
    SCAN_ARCHIVE_ZIP,
    SCAN_ARCHIVE_TAR,

    /* no archive, but a packer that libarchive knows */
    SCAN_ARCHIVE_PACKED
} scan_archive_kind_e;


/*
 * NULL, and "error" says why.  "more" gives the archive's next bytes, 0 at its
 * end, -1 if they cannot be read.  Allocates.
 */

scan_archive_t *scan_archive_open(scan_archive_kind_e kind,
    ssize_t (*more)(void *data, const unsigned char **p), void *data,
    const char **error);

/* frees it */

void scan_archive_close(scan_archive_t *archive);

/* the next file's name; NULL: there is none, and "error" says if that is one */

const char *scan_archive_next(scan_archive_t *archive, const char **error);

/* bytes of that file: 0 at its end, -1 and "error" says why */

ssize_t scan_archive_read(void *archive, unsigned char *buf, size_t size,
    const char **error);


#endif /* _SCAN_ARCHIVE_H_INCLUDED_ */
