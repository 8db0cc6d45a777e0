
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A file is a stack of layers: a tar in gzip, a gzip in a zip.  The lowest
 * reads the file; each one looks at the first bytes of what is below and says
 * what it is, until one of them is a text.
 */


#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common/cli_memory.h"
#include "scan_source.h"
#include "scan_archive.h"
#include "scan_layer.h"
#include "scan_unpack.h"


/* archives in archives; some are made so that there is no end of them */

#define SCAN_LAYERS      8

#define SCAN_NAME_LEN    1024


struct scan_source_s {
    int                   fd;
    uint64_t              at;
    unsigned              regular:1;
    unsigned              begun:1;

    scan_layer_t         *layer[SCAN_LAYERS];
    unsigned              layers;

    /* within the archive that is that layer */
    char                 *name[SCAN_LAYERS];
};


static int scan_source_push(scan_source_t *src, const char **error);
static void scan_source_pop(scan_source_t *src);
static int scan_source_member(scan_source_t *src, const char **error);
static int scan_source_end(scan_source_t *src, char **name,
    const char **error);
static char *scan_source_name(const scan_source_t *src);
static ssize_t scan_read(void *data, unsigned char *buf, size_t size,
    const char **error);
static int scan_fill(scan_layer_t *layer, size_t least, const char **error);
static ssize_t scan_layer_read(void *data, unsigned char *buf, size_t size,
    const char **error);
static ssize_t scan_plain(scan_layer_t *layer, unsigned char *buf, size_t size,
    const char **error);
static ssize_t scan_unpack(scan_layer_t *layer, unsigned char *buf,
    size_t size, const char **error);
static ssize_t scan_archive_bytes(void *data, const unsigned char **p);


volatile sig_atomic_t  scan_stop;


scan_source_t *
scan_source_open(const char *name, const char **error)
{
    int             fd;
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

    return src;
}


void
scan_source_close(scan_source_t *src)
{
    while (src->layers) {
        scan_source_pop(src);
    }

    (void) close(src->fd);
    free(src);
}


void
scan_source_packed(const scan_source_t *src, char *buf, size_t size)
{
    size_t    n;
    unsigned  i;

    n = 0;
    buf[0] = '\0';

    for (i = src->layers; i && n < size; i--) {
        if (src->layer[i - 1]->packer) {
            n += (size_t) snprintf(buf + n, size - n, "%s%s", n ? " in " : "",
                                   src->layer[i - 1]->packer->name);
        }
    }
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
    return scan_layer_read(src->layer[src->layers - 1], buf, size, error);
}


int
scan_source_file(const scan_source_t *src, off_t *at)
{
    const scan_layer_t  *layer;

    layer = src->layer[0];

    if (!src->regular || src->layers != 1 || layer->packer || layer->eof
        || layer->used != layer->nin)
    {
        return -1;
    }

    *at = lseek(src->fd, 0, SEEK_CUR);

    return *at == -1 ? -1 : src->fd;
}


void
scan_source_skip(scan_source_t *src, size_t len)
{
    if (lseek(src->fd, (off_t) len, SEEK_CUR) != -1) {
        src->at += len;
    }
}


int
scan_source_next(scan_source_t *src, char **name, const char **error)
{
    *name = NULL;
    *error = NULL;

    if (src->begun) {

        /* back to the archive that the last text was in */

        while (src->layers && !src->layer[src->layers - 1]->archive) {
            scan_source_pop(src);
        }

        if (src->layers == 0 || !scan_source_member(src, error)) {
            return scan_source_end(src, name, error);
        }
    }

    src->begun = 1;

    for ( ;; ) {

        if (scan_source_push(src, error) == -1) {
            *name = scan_source_name(src);
            return -1;
        }

        if (src->layer[src->layers - 1]->packer == NULL) {
            *name = scan_source_name(src);
            return 1;
        }

        if (src->layer[src->layers - 1]->archive
            && !scan_source_member(src, error))
        {
            return scan_source_end(src, name, error);
        }
    }
}


/* of all, or of an archive that cannot be read any further */

static int
scan_source_end(scan_source_t *src, char **name, const char **error)
{
    if (*error == NULL) {
        return 0;
    }

    *name = scan_source_name(src);

    return -1;
}


/* a layer on top of the others, or on the file; -1: it cannot be read */

static int
scan_source_push(scan_source_t *src, const char **error)
{
    scan_layer_t         *layer, *below;
    const scan_packer_t  *packer;

    if (src->layers == SCAN_LAYERS) {
        *error = "archives in archives: too many";
        return -1;
    }

    below = src->layers ? src->layer[src->layers - 1] : NULL;

    layer = cli_alloc(sizeof(scan_layer_t));
    layer->in = cli_alloc(SCAN_PACKED_SIZE);
    src->layer[src->layers++] = layer;

    if (below == NULL) {
        layer->read = scan_read;
        layer->below = src;

    } else {
        layer->read = below->archive ? scan_archive_read : scan_layer_read;
        layer->below = below->archive ? (void *) below->archive : below;
    }

    if (scan_fill(layer, SCAN_LAYER_LOOK, error) == -1) {
        return -1;
    }

    packer = scan_unpack_find(layer->in, layer->nin);

    if (packer == NULL) {
        return 0;
    }

    if (packer->unread) {
        *error = packer->unread;
        return -1;
    }

    if (packer->kind) {
        layer->archive = scan_archive_open(packer->kind, scan_archive_bytes,
                                           layer, error);
        layer->packer = layer->archive ? packer : NULL;

        return layer->archive ? 0 : -1;
    }

    if (packer->start(layer) == -1) {
        *error = "out of memory while unpacking";
        return -1;
    }

    layer->packer = packer;

    return 0;
}


static void
scan_source_pop(scan_source_t *src)
{
    scan_layer_t  *layer;

    layer = src->layer[--src->layers];

    free(src->name[src->layers]);
    src->name[src->layers] = NULL;

    if (layer->archive) {
        scan_archive_close(layer->archive);

    } else if (layer->packer) {
        layer->packer->end(layer);
    }

    free(layer->in);
    free(layer);
}


/* the next file of the topmost archive, or of one below that; 0: there is none */

static int
scan_source_member(scan_source_t *src, const char **error)
{
    unsigned      top;
    const char   *name;

    for ( ;; ) {
        top = src->layers - 1;

        name = scan_archive_next(src->layer[top]->archive, error);

        free(src->name[top]);
        src->name[top] = NULL;

        if (name) {
            if (src->layer[top]->packer->kind != SCAN_ARCHIVE_PACKED) {
                src->name[top] = cli_strndup(name,
                                             strnlen(name, SCAN_NAME_LEN));
            }

            return 1;
        }

        do {
            scan_source_pop(src);
        } while (src->layers && !src->layer[src->layers - 1]->archive);

        if (src->layers == 0 || *error) {
            return 0;
        }
    }
}


static char *
scan_source_name(const scan_source_t *src)
{
    char     *name;
    size_t    n, size;
    unsigned  i;

    for (size = 0, i = 0; i < src->layers; i++) {
        size += src->name[i] ? strlen(src->name[i]) + 1 : 0;
    }

    if (size == 0) {
        return NULL;
    }

    name = cli_alloc(size);

    for (n = 0, i = 0; i < src->layers; i++) {
        if (src->name[i]) {
            n += (size_t) snprintf(name + n, size - n, "%s%s", n ? ":" : "",
                                   src->name[i]);
        }
    }

    return name;
}


/* of the file itself */

static ssize_t
scan_read(void *data, unsigned char *buf, size_t size, const char **error)
{
    scan_source_t  *src = data;

    ssize_t        n;
    struct pollfd  pfd;

    /* a signal may have come to another thread than that which waits here */

    pfd.fd = src->fd;
    pfd.events = POLLIN;

    do {
        while (!src->regular && !scan_stop && poll(&pfd, 1, 200) == 0) {
            /* void */
        }

        if (scan_stop) {
            return 0;
        }

        n = read(src->fd, buf, size);
    } while (n == -1 && errno == EINTR);

    if (n == -1) {
        *error = strerror(errno);
        return -1;
    }

    src->at += (uint64_t) n;

    return n;
}


static int
scan_is_line(const unsigned char *p, size_t len)
{
    return memchr(p, '\n', len) && memchr(p, '\0', len) == NULL;
}


/*
 * More into "in", of which nothing is left.  A pipe may give a few bytes only:
 * as soon as there is a line, nobody waits for more of them.
 */

static int
scan_fill(scan_layer_t *layer, size_t least, const char **error)
{
    ssize_t  n;

    layer->used = 0;
    layer->nin = 0;

    do {
        n = layer->read(layer->below, layer->in + layer->nin,
                        SCAN_PACKED_SIZE - layer->nin, error);

        /* what came before the damage is good; the next time it says so */

        if (n == -1) {
            return layer->nin ? 0 : -1;
        }

        layer->nin += (size_t) n;
        layer->eof = n == 0;

    } while (n && layer->nin < least && !scan_is_line(layer->in, layer->nin));

    return 0;
}


static ssize_t
scan_layer_read(void *data, unsigned char *buf, size_t size,
    const char **error)
{
    scan_layer_t  *layer = data;

    return layer->packer ? scan_unpack(layer, buf, size, error)
                         : scan_plain(layer, buf, size, error);
}


static ssize_t
scan_plain(scan_layer_t *layer, unsigned char *buf, size_t size,
    const char **error)
{
    size_t   done;
    ssize_t  n;

    done = layer->nin - layer->used;

    if (done) {
        done = done < size ? done : size;

        memcpy(buf, layer->in + layer->used, done);
        layer->used += done;
    }

    while (done < size && !layer->eof) {
        n = layer->read(layer->below, buf + done, size - done, error);

        if (n == -1) {
            return done ? (ssize_t) done : -1;
        }

        layer->eof = n == 0;
        done += (size_t) n;
    }

    return (ssize_t) done;
}


static ssize_t
scan_unpack(scan_layer_t *layer, unsigned char *buf, size_t size,
    const char **error)
{
    size_t  left;

    layer->out = buf;
    layer->nout = size;

    while (layer->nout && layer->failed == NULL) {

        if (layer->used == layer->nin && !layer->eof
            && scan_fill(layer, 1, &layer->failed) == -1)
        {
            break;
        }

        if (layer->used == layer->nin && layer->eof && layer->between) {
            break;
        }

        /* with no more to come there may be something left inside */

        left = layer->nout;

        if (layer->packer->step(layer) == -1) {
            break;
        }

        if (layer->used == layer->nin && layer->eof && layer->nout == left
            && !layer->between)
        {
            layer->failed = "the end of the packed data is missing";
        }
    }

    /* what came out before the damage is good */

    if (layer->nout == size && layer->failed) {
        *error = layer->failed;
        return -1;
    }

    return (ssize_t) (size - layer->nout);
}


/* an archive asks for its bytes by itself, and keeps them until then */

static ssize_t
scan_archive_bytes(void *data, const unsigned char **p)
{
    scan_layer_t  *layer = data;

    ssize_t      n;
    const char  *error;

    if (layer->used == layer->nin && !layer->eof
        && scan_fill(layer, 1, &error) == -1)
    {
        return -1;
    }

    n = (ssize_t) (layer->nin - layer->used);
    *p = layer->in + layer->used;
    layer->used = layer->nin;

    return n;
}
