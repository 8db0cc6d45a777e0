
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A layer of what a file is packed in: it takes bytes from what is below, and
 * gives them unpacked to what is above.
 */


#ifndef _SCAN_LAYER_H_INCLUDED_
#define _SCAN_LAYER_H_INCLUDED_


#include <stddef.h>
#include <sys/types.h>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "scan_archive.h"


#define SCAN_PACKED_SIZE  (128 * 1024)

/* so many bytes say what it is; tar's mark comes last */

#define SCAN_LAYER_LOOK   512


typedef struct scan_layer_s  scan_layer_t;

typedef struct {
    const char            *name;
    size_t                 at;
    size_t                 len;
    const char            *magic;
    int                  (*start)(scan_layer_t *layer);
    int                  (*step)(scan_layer_t *layer);
    void                 (*end)(scan_layer_t *layer);

    /* or libarchive reads it; or nothing does, and this is what to say */
    scan_archive_kind_e    kind;
    const char            *unread;
} scan_packer_t;


struct scan_layer_s {
    ssize_t              (*read)(void *below, unsigned char *buf, size_t size,
                                 const char **error);
    void                  *below;

    /* NULL: what is below passes as it is */
    const scan_packer_t   *packer;

    unsigned char         *in;
    size_t                 nin;
    size_t                 used;
    unsigned               eof:1;

    /* where a piece has ended and another one may begin */
    unsigned               between:1;

    unsigned char         *out;
    size_t                 nout;
    const char            *failed;

    z_stream               gzip;
    lzma_stream            xz;
    bz_stream              bzip2;
    ZSTD_DStream          *zstd;
    scan_archive_t        *archive;

    /* so much for the next call */
    size_t                 zstd_next;
};


#endif /* _SCAN_LAYER_H_INCLUDED_ */
