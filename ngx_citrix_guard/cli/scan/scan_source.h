
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The texts of a file: the file itself, unpacked, or each file in an archive.
 */


#ifndef _SCAN_SOURCE_H_INCLUDED_
#define _SCAN_SOURCE_H_INCLUDED_


#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>


typedef struct scan_source_s  scan_source_t;


/* a signal requests the end */

extern volatile sig_atomic_t  scan_stop;


/* NULL, and "error" says why; "-" is standard input.  Allocates the source. */

scan_source_t *scan_source_open(const char *name, const char **error);

/* closes and frees it */

void scan_source_close(scan_source_t *src);

/*
 * The next text: 1, or -1 if it cannot be read, and "error" says why; 0: there
 * is none.  The name of a text in an archive, behind those of archives that
 * hold that one, is allocated; that of the file itself is NULL.
 */

int scan_source_next(scan_source_t *src, char **name, const char **error);

/* of what this text is unpacked: "", "gzip", "tar in gzip" */

void scan_source_packed(const scan_source_t *src, char *buf, size_t size);

/* bytes of the file itself read so far */

uint64_t scan_source_at(const scan_source_t *src);

/*
 * Like read(2), but returns fewer bytes than requested only near the end.
 * Returns -1, with "error" set, on failure: what was read before is valid.
 */

ssize_t scan_source_read(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error);


/*
 * The descriptor of a regular file that is a text itself, all of which before
 * "at" has been handed out; or -1.
 */

int scan_source_file(const scan_source_t *src, off_t *at);

/* so many bytes were read in another way */

void scan_source_skip(scan_source_t *src, size_t len);


#endif /* _SCAN_SOURCE_H_INCLUDED_ */
