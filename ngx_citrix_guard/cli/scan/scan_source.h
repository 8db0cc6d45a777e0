
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The bytes of a file, unpacked.
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


/*
 * Opens a file; "-" is standard input.  Allocates the source; returns NULL,
 * with "error" set, on failure.
 */

scan_source_t *scan_source_open(const char *name, const char **error);

/* closes and frees it */

void scan_source_close(scan_source_t *src);

/* "", "gzip", */

const char *scan_source_packed(const scan_source_t *src);

/* bytes of the file itself read so far */

uint64_t scan_source_at(const scan_source_t *src);

/*
 * Like read(2), but returns fewer bytes than requested only near the end.
 * Returns -1, with "error" set, on failure: what was read before is valid.
 */

ssize_t scan_source_read(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error);


#endif /* _SCAN_SOURCE_H_INCLUDED_ */
