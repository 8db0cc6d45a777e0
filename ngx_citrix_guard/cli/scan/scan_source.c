/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Unpacks a file.  The compression is recognised by the first bytes, not by
 * the name.  Several compressed pieces after each other are one file, as for
 * the commands that made them.
 */


#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "cli/common/cli_memory.h"
#include "scan_source.h"
#include "scan_zip.h"


#define SCAN_PACKED_SIZE  (128 * 1024)

/* xz may need as much memory as its header says */

#define SCAN_XZ_MEMORY    (256 * 1024 * 1024)

/* one block: zstd asks for a block and the header of the next */

#define SCAN_ZSTD_HEADER  3


typedef struct {
    const char           *name;
    unsigned              len;
    unsigned char         magic[6];
    int                 (*start)(scan_source_t *src);
    int                 (*step)(scan_source_t *src);
    void                (*end)(scan_source_t *src);
} scan_packer_t;


struct scan_source_s {
    int                   fd;
    const scan_packer_t  *packer;
    uint64_t              at;
    unsigned              regular:1;
    unsigned              eof:1;

    /* a piece has ended, and another one may follow */
    unsigned              between:1;

    unsigned char        *in;
    size_t                nin;
    size_t                used;

    unsigned char        *out;
    size_t                nout;
    const char           *failed;

    z_stream              gzip;
    lzma_stream           xz;
    bz_stream             bzip2;
    scan_zip_t           *zip;
    ZSTD_DStream         *zstd;

    /* bytes to request in the next call */
    size_t                zstd_next;
};


static ssize_t scan_fill(scan_source_t *src, const char **error);
static ssize_t scan_plain(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error);
static ssize_t scan_unpack(scan_source_t *src, unsigned char *buf,
    size_t size, const char **error);
static int scan_gzip_start(scan_source_t *src);
static int scan_gzip_step(scan_source_t *src);
static void scan_gzip_end(scan_source_t *src);
static int scan_xz_start(scan_source_t *src);
static int scan_xz_step(scan_source_t *src);
static void scan_xz_end(scan_source_t *src);
static int scan_bzip2_start(scan_source_t *src);
static int scan_bzip2_step(scan_source_t *src);
static void scan_bzip2_end(scan_source_t *src);
static ssize_t scan_zip_bytes(void *data, const unsigned char **p);
static int scan_zip_start(scan_source_t *src);
static void scan_zip_end(scan_source_t *src);
static int scan_zstd_start(scan_source_t *src);
static int scan_zstd_step(scan_source_t *src);
static void scan_zstd_end(scan_source_t *src);


static const scan_packer_t  scan_packers[] = {
    { "gzip", 2, { 0x1f, 0x8b },
      scan_gzip_start, scan_gzip_step, scan_gzip_end },
    { "bzip2", 3, { 'B', 'Z', 'h' },
      scan_bzip2_start, scan_bzip2_step, scan_bzip2_end },
    { "zip", 4, { 'P', 'K', 3, 4 }, scan_zip_start, NULL, scan_zip_end },
    { "xz", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 },
      scan_xz_start, scan_xz_step, scan_xz_end },
    { "zstd", 4, { 0x28, 0xb5, 0x2f, 0xfd },
      scan_zstd_start, scan_zstd_step, scan_zstd_end },
};


volatile sig_atomic_t  scan_stop;


scan_source_t *
scan_source_open(const char *name, const char **error)
{
    int             fd;
    size_t          i;
    struct stat     st;
    scan_source_t  *src;

    fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO)
                                : open(name, O_RDONLY|O_CLOEXEC|O_NOCTTY);

    if (fd == -1) {
        *error = strerror(errno);
        return NULL;
    }

    (void) posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);

    src = cli_alloc(sizeof(scan_source_t));

    src->fd = fd;
    src->regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    src->in = cli_alloc(SCAN_PACKED_SIZE);

    if (scan_fill(src, error) == -1) {
        scan_source_close(src);
        return NULL;
    }

    for (i = 0; i < sizeof(scan_packers) / sizeof(scan_packers[0]); i++) {
        if (src->nin >= scan_packers[i].len
            && memcmp(src->in, scan_packers[i].magic, scan_packers[i].len)
               == 0)
        {
            src->packer = &scan_packers[i];
            break;
        }
    }

    if (src->packer && src->packer->start(src) == -1) {
        src->packer = NULL;
        *error = "out of memory while unpacking";
        scan_source_close(src);
        return NULL;
    }

    return src;
}


void
scan_source_close(scan_source_t *src)
{
    if (src->packer) {
        src->packer->end(src);
    }

    (void) close(src->fd);

    free(src->in);
    free(src);
}


const char *
scan_source_packed(const scan_source_t *src)
{
    return src->packer ? src->packer->name : "";
}


uint64_t
scan_source_at(const scan_source_t *src)
{
    return src->at;
}


ssize_t
scan_source_read(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error)
{
    if (src->zip) {
        return scan_zip_read(src->zip, buf, size, error);
    }

    return src->packer ? scan_unpack(src, buf, size, error)
                       : scan_plain(src, buf, size, error);
}


static ssize_t
scan_read(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error)
{
    ssize_t        n;
    struct pollfd  pfd;

    /* a signal may have reached another thread than the one that waits here */

    pfd.fd = src->fd;
    pfd.events = POLLIN;

    do {
        while (!src->regular && !scan_stop && poll(&pfd, 1, 200) == 0) {
            /* void */
        }

        if (scan_stop) {
            src->eof = 1;
            return 0;
        }

        n = read(src->fd, buf, size);
    } while (n == -1 && errno == EINTR);

    if (n == -1) {
        *error = strerror(errno);
        return -1;
    }

    if (n == 0) {
        src->eof = 1;
    }

    src->at += (uint64_t) n;

    return n;
}


/* reads more of the file into "in", which is empty */

static ssize_t
scan_fill(scan_source_t *src, const char **error)
{
    ssize_t  n;

    src->used = 0;
    src->nin = 0;

    /* a pipe may deliver the first bytes one by one */

    do {
        n = scan_read(src, src->in + src->nin, SCAN_PACKED_SIZE - src->nin,
                      error);

        if (n == -1) {
            return -1;
        }

        src->nin += (size_t) n;

    } while (n && src->nin < 6);

    return (ssize_t) src->nin;
}


static ssize_t
scan_plain(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error)
{
    size_t   done;
    ssize_t  n;

    done = src->nin - src->used;

    if (done) {
        done = done < size ? done : size;

        memcpy(buf, src->in + src->used, done);
        src->used += done;
    }

    while (done < size && !src->eof) {
        n = scan_read(src, buf + done, size - done, error);

        if (n == -1) {
            return done ? (ssize_t) done : -1;
        }

        done += (size_t) n;
    }

    return (ssize_t) done;
}


static ssize_t
scan_unpack(scan_source_t *src, unsigned char *buf, size_t size,
    const char **error)
{
    size_t  left;

    src->out = buf;
    src->nout = size;

    while (src->nout && src->failed == NULL) {

        if (src->used == src->nin && !src->eof
            && scan_fill(src, &src->failed) == -1)
        {
            break;
        }

        if (src->used == src->nin && src->eof && src->between) {
            break;
        }

        /* the file has ended, but the decoder may have more output */

        left = src->nout;

        if (src->packer->step(src) == -1) {
            break;
        }

        if (src->used == src->nin && src->eof && src->nout == left
            && !src->between)
        {
            src->failed = "the end of the packed data is missing";
        }
    }

    /* output before the damage is valid */

    if (src->nout == size && src->failed) {
        *error = src->failed;
        return -1;
    }

    return (ssize_t) (size - src->nout);
}


static int
scan_gzip_start(scan_source_t *src)
{
    return inflateInit2(&src->gzip, 15 + 16) == Z_OK ? 0 : -1;
}


static int
scan_gzip_step(scan_source_t *src)
{
    int  rc;

    /* tapes and some tools pad with zeros */

    while (src->between && src->used < src->nin && src->in[src->used] == 0) {
        src->used++;
    }

    if (src->between && src->used == src->nin) {
        return 0;
    }

    src->between = 0;

    src->gzip.next_in = src->in + src->used;
    src->gzip.avail_in = (uInt) (src->nin - src->used);
    src->gzip.next_out = src->out;
    src->gzip.avail_out = (uInt) src->nout;

    rc = inflate(&src->gzip, Z_NO_FLUSH);

    src->used = src->nin - src->gzip.avail_in;
    src->out = src->gzip.next_out;
    src->nout = src->gzip.avail_out;

    if (rc == Z_STREAM_END) {
        src->between = 1;
        rc = inflateReset(&src->gzip);
    }

    if (rc != Z_OK && rc != Z_BUF_ERROR) {
        src->failed = "the gzip data is damaged";
        return -1;
    }

    return 0;
}


static void
scan_gzip_end(scan_source_t *src)
{
    (void) inflateEnd(&src->gzip);
}


static int
scan_xz_start(scan_source_t *src)
{
    static const lzma_stream  init = LZMA_STREAM_INIT;

    src->xz = init;

    return lzma_stream_decoder(&src->xz, SCAN_XZ_MEMORY, LZMA_CONCATENATED)
           == LZMA_OK ? 0 : -1;
}


static int
scan_xz_step(scan_source_t *src)
{
    lzma_ret  rc;

    src->xz.next_in = src->in + src->used;
    src->xz.avail_in = src->nin - src->used;
    src->xz.next_out = src->out;
    src->xz.avail_out = src->nout;

    rc = lzma_code(&src->xz, src->eof ? LZMA_FINISH : LZMA_RUN);

    src->used = src->nin - src->xz.avail_in;
    src->out = src->xz.next_out;
    src->nout = src->xz.avail_out;

    if (rc == LZMA_STREAM_END) {
        src->between = 1;

    } else if (rc != LZMA_OK && rc != LZMA_BUF_ERROR) {
        src->failed = rc == LZMA_MEMLIMIT_ERROR
                      ? "the xz data needs more memory than 256 MiB"
                      : "the xz data is damaged";
        return -1;
    }

    return 0;
}


static void
scan_xz_end(scan_source_t *src)
{
    lzma_end(&src->xz);
}


static int
scan_bzip2_start(scan_source_t *src)
{
    return BZ2_bzDecompressInit(&src->bzip2, 0, 0) == BZ_OK ? 0 : -1;
}


static int
scan_bzip2_step(scan_source_t *src)
{
    int  rc;

    src->between = 0;

    src->bzip2.next_in = (char *) src->in + src->used;
    src->bzip2.avail_in = (unsigned) (src->nin - src->used);
    src->bzip2.next_out = (char *) src->out;
    src->bzip2.avail_out = (unsigned) src->nout;

    rc = BZ2_bzDecompress(&src->bzip2);

    src->used = src->nin - src->bzip2.avail_in;
    src->out = (unsigned char *) src->bzip2.next_out;
    src->nout = src->bzip2.avail_out;

    if (rc == BZ_STREAM_END) {
        src->between = 1;
        scan_bzip2_end(src);
        memset(&src->bzip2, 0, sizeof(bz_stream));
        rc = scan_bzip2_start(src) == 0 ? BZ_OK : BZ_MEM_ERROR;
    }

    if (rc != BZ_OK) {
        src->failed = "the bzip2 data is damaged";
        return -1;
    }

    return 0;
}


static void
scan_bzip2_end(scan_source_t *src)
{
    (void) BZ2_bzDecompressEnd(&src->bzip2);
}


/* the archive reader requests bytes itself, and keeps them until then */

static ssize_t
scan_zip_bytes(void *data, const unsigned char **p)
{
    scan_source_t  *src = data;

    ssize_t      n;
    const char  *error;

    if (src->used == src->nin && !src->eof && scan_fill(src, &error) == -1) {
        return -1;
    }

    n = (ssize_t) (src->nin - src->used);
    *p = src->in + src->used;
    src->used = src->nin;

    return n;
}


static int
scan_zip_start(scan_source_t *src)
{
    src->zip = scan_zip_open(scan_zip_bytes, src);

    return src->zip ? 0 : -1;
}


static void
scan_zip_end(scan_source_t *src)
{
    scan_zip_close(src->zip);
}


static int
scan_zstd_start(scan_source_t *src)
{
    src->zstd = ZSTD_createDStream();
    src->zstd_next = 1;

    return src->zstd ? 0 : -1;
}


/*
 * A call that fails does not say how much output was written before.  So a
 * call gets at most one block, and nothing until the one before is written.
 */

static int
scan_zstd_step(scan_source_t *src)
{
    size_t          rc, left;
    ZSTD_inBuffer   in;
    ZSTD_outBuffer  out;

    left = src->nin - src->used;

    in.src = src->in + src->used;
    in.size = src->zstd_next < left ? src->zstd_next : left;
    in.pos = 0;

    out.dst = src->out;
    out.size = src->nout;
    out.pos = 0;

    rc = ZSTD_decompressStream(src->zstd, &out, &in);

    src->used += in.pos;
    src->out += out.pos;
    src->nout -= out.pos;
    src->between = (rc == 0);

    if (ZSTD_isError(rc)) {
        src->failed = "the zstd data is damaged";
        return -1;
    }

    if (out.pos == out.size) {
        src->zstd_next = 0;

    } else if (rc > SCAN_ZSTD_HEADER) {
        src->zstd_next = rc - SCAN_ZSTD_HEADER;

    } else {
        src->zstd_next = rc ? rc : 1;
    }

    return 0;
}


static void
scan_zstd_end(scan_source_t *src)
{
    (void) ZSTD_freeDStream(src->zstd);
}
