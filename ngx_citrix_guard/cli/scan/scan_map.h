
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A window of a file: its bytes in the page cache, without a copy.  They may
 * change at any time, because others write to the file, and so they may only be
 * read by code that ends at a line end, or that is told where to stop.
 */


#ifndef _SCAN_MAP_H_INCLUDED_
#define _SCAN_MAP_H_INCLUDED_


#include <signal.h>
#include <stddef.h>
#include <sys/types.h>


/* a multiple of the size of a page; twice as much is no faster */

#define SCAN_MAP  (1024 * 1024)


typedef struct {
    /* so many bytes, and line ends behind them */
    unsigned char         *base;
    size_t                 page;

    /* the file has become shorter, or a part of it could not be read */
    volatile sig_atomic_t  lost;
} scan_map_t;


/*
 * The bytes of a file from "at" on, and how many; NULL: they have to be read.
 * The window moves, and belongs to the thread that calls this.
 */

const unsigned char *scan_map_file(scan_map_t *map, int fd, off_t at,
    size_t *len);

/* frees it */

void scan_map_free(scan_map_t *map);

/* from now on, bytes that are missing are NULs, and the window is "lost" */

void scan_map_watch(void);


#endif /* _SCAN_MAP_H_INCLUDED_ */
