
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What a layer is packed with is seen by its first bytes, not by a name.
 * Several packed pieces one behind the other count as one, as they do for the
 * packers' own commands.
 */


#include <stdint.h>
#include <string.h>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "scan_unpack.h"
#include "scan_archive.h"
#include "scan_layer.h"


/* xz may ask for as much as its header says */

#define SCAN_XZ_MEMORY    (256 * 1024 * 1024)

/* of a block: zstd asks for the next one's together with a block */

#define SCAN_ZSTD_HEADER  3


static int scan_gzip_start(scan_layer_t *layer);
static int scan_gzip_step(scan_layer_t *layer);
static void scan_gzip_end(scan_layer_t *layer);
static int scan_xz_start(scan_layer_t *layer);
static int scan_xz_step(scan_layer_t *layer);
static void scan_xz_end(scan_layer_t *layer);
static int scan_bzip2_start(scan_layer_t *layer);
static int scan_bzip2_step(scan_layer_t *layer);
static void scan_bzip2_end(scan_layer_t *layer);
static int scan_zstd_start(scan_layer_t *layer);
static int scan_zstd_step(scan_layer_t *layer);
static void scan_zstd_end(scan_layer_t *layer);


#define SCAN_UNREAD(name)                                                     \
    "it is packed with " name ", which is not read: unpack it first"


static const scan_packer_t  scan_packers[] = {
    { "gzip", 0, 2, "\x1f\x8b",
      scan_gzip_start, scan_gzip_step, scan_gzip_end, 0, NULL },
    { "bzip2", 0, 3, "BZh",
      scan_bzip2_start, scan_bzip2_step, scan_bzip2_end, 0, NULL },
    { "xz", 0, 6, "\xfd" "7zXZ\0",
      scan_xz_start, scan_xz_step, scan_xz_end, 0, NULL },
    { "zstd", 0, 4, "\x28\xb5\x2f\xfd",
      scan_zstd_start, scan_zstd_step, scan_zstd_end, 0, NULL },

    { "zip", 0, 4, "PK\3\4", NULL, NULL, NULL, SCAN_ARCHIVE_ZIP, NULL },

    /* with the NUL that no line of a log has: a request may hold the rest */
    { "tar", 257, 6, "ustar\0", NULL, NULL, NULL, SCAN_ARCHIVE_TAR, NULL },
    { "tar", 257, 8, "ustar  \0", NULL, NULL, NULL, SCAN_ARCHIVE_TAR, NULL },
    { "compress", 0, 2, "\x1f\x9d",
      NULL, NULL, NULL, SCAN_ARCHIVE_PACKED, NULL },
    { "lz4", 0, 4, "\x04\x22\x4d\x18",
      NULL, NULL, NULL, SCAN_ARCHIVE_PACKED, NULL },

    { "7z", 0, 6, "7z\xbc\xaf\x27\x1c", NULL, NULL, NULL, 0,
      SCAN_UNREAD("7-Zip") },
    { "rar", 0, 6, "Rar!\x1a\7", NULL, NULL, NULL, 0, SCAN_UNREAD("RAR") },
};


const scan_packer_t *
scan_unpack_find(const unsigned char *p, size_t len)
{
    size_t                i;
    const scan_packer_t  *packer;

    for (i = 0; i < sizeof(scan_packers) / sizeof(scan_packers[0]); i++) {
        packer = &scan_packers[i];

        if (len >= packer->at + packer->len
            && memcmp(p + packer->at, packer->magic, packer->len) == 0)
        {
            return packer;
        }
    }

    return NULL;
}


static int
scan_gzip_start(scan_layer_t *layer)
{
    return inflateInit2(&layer->gzip, 15 + 16) == Z_OK ? 0 : -1;
}


static int
scan_gzip_step(scan_layer_t *layer)
{
    int  rc;

    /* tapes and some tools fill up with zeros */

    while (layer->between && layer->used < layer->nin
           && layer->in[layer->used] == 0)
    {
        layer->used++;
    }

    if (layer->between && layer->used == layer->nin) {
        return 0;
    }

    layer->between = 0;

    layer->gzip.next_in = layer->in + layer->used;
    layer->gzip.avail_in = (uInt) (layer->nin - layer->used);
    layer->gzip.next_out = layer->out;
    layer->gzip.avail_out = (uInt) layer->nout;

    rc = inflate(&layer->gzip, Z_NO_FLUSH);

    layer->used = layer->nin - layer->gzip.avail_in;
    layer->out = layer->gzip.next_out;
    layer->nout = layer->gzip.avail_out;

    if (rc == Z_STREAM_END) {
        layer->between = 1;
        rc = inflateReset(&layer->gzip);
    }

    if (rc != Z_OK && rc != Z_BUF_ERROR) {
        layer->failed = "the gzip data is damaged";
        return -1;
    }

    return 0;
}


static void
scan_gzip_end(scan_layer_t *layer)
{
    (void) inflateEnd(&layer->gzip);
}


static int
scan_xz_start(scan_layer_t *layer)
{
    static const lzma_stream  init = LZMA_STREAM_INIT;

    layer->xz = init;

    return lzma_stream_decoder(&layer->xz, SCAN_XZ_MEMORY, LZMA_CONCATENATED)
           == LZMA_OK ? 0 : -1;
}


static int
scan_xz_step(scan_layer_t *layer)
{
    lzma_ret  rc;

    layer->xz.next_in = layer->in + layer->used;
    layer->xz.avail_in = layer->nin - layer->used;
    layer->xz.next_out = layer->out;
    layer->xz.avail_out = layer->nout;

    rc = lzma_code(&layer->xz, layer->eof ? LZMA_FINISH : LZMA_RUN);

    layer->used = layer->nin - layer->xz.avail_in;
    layer->out = layer->xz.next_out;
    layer->nout = layer->xz.avail_out;

    if (rc == LZMA_STREAM_END) {
        layer->between = 1;

    } else if (rc != LZMA_OK && rc != LZMA_BUF_ERROR) {
        layer->failed = rc == LZMA_MEMLIMIT_ERROR
                      ? "the xz data needs more memory than 256 MiB"
                      : "the xz data is damaged";
        return -1;
    }

    return 0;
}


static void
scan_xz_end(scan_layer_t *layer)
{
    lzma_end(&layer->xz);
}


static int
scan_bzip2_start(scan_layer_t *layer)
{
    return BZ2_bzDecompressInit(&layer->bzip2, 0, 0) == BZ_OK ? 0 : -1;
}


static int
scan_bzip2_step(scan_layer_t *layer)
{
    int  rc;

    layer->between = 0;

    layer->bzip2.next_in = (char *) layer->in + layer->used;
    layer->bzip2.avail_in = (unsigned) (layer->nin - layer->used);
    layer->bzip2.next_out = (char *) layer->out;
    layer->bzip2.avail_out = (unsigned) layer->nout;

    rc = BZ2_bzDecompress(&layer->bzip2);

    layer->used = layer->nin - layer->bzip2.avail_in;
    layer->out = (unsigned char *) layer->bzip2.next_out;
    layer->nout = layer->bzip2.avail_out;

    if (rc == BZ_STREAM_END) {
        layer->between = 1;
        scan_bzip2_end(layer);
        memset(&layer->bzip2, 0, sizeof(bz_stream));
        rc = scan_bzip2_start(layer) == 0 ? BZ_OK : BZ_MEM_ERROR;
    }

    if (rc != BZ_OK) {
        layer->failed = "the bzip2 data is damaged";
        return -1;
    }

    return 0;
}


static void
scan_bzip2_end(scan_layer_t *layer)
{
    (void) BZ2_bzDecompressEnd(&layer->bzip2);
}


static int
scan_zstd_start(scan_layer_t *layer)
{
    layer->zstd = ZSTD_createDStream();
    layer->zstd_next = 1;

    return layer->zstd ? 0 : -1;
}


/*
 * A call that ends with an error does not say what came out in it.  So a call
 * gets no more than one block, and nothing while the one before is not out.
 */

static int
scan_zstd_step(scan_layer_t *layer)
{
    size_t          rc, left;
    ZSTD_inBuffer   in;
    ZSTD_outBuffer  out;

    left = layer->nin - layer->used;

    in.src = layer->in + layer->used;
    in.size = layer->zstd_next < left ? layer->zstd_next : left;
    in.pos = 0;

    out.dst = layer->out;
    out.size = layer->nout;
    out.pos = 0;

    rc = ZSTD_decompressStream(layer->zstd, &out, &in);

    layer->used += in.pos;
    layer->out += out.pos;
    layer->nout -= out.pos;
    layer->between = (rc == 0);

    if (ZSTD_isError(rc)) {
        layer->failed = "the zstd data is damaged";
        return -1;
    }

    if (out.pos == out.size) {
        layer->zstd_next = 0;

    } else if (rc > SCAN_ZSTD_HEADER) {
        layer->zstd_next = rc - SCAN_ZSTD_HEADER;

    } else {
        layer->zstd_next = rc ? rc : 1;
    }

    return 0;
}


static void
scan_zstd_end(scan_layer_t *layer)
{
    (void) ZSTD_freeDStream(layer->zstd);
}
