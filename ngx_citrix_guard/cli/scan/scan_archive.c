
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files of an archive, by libarchive, which reads them one behind the
 * other: so standard input may be one.  It is loaded when the first archive is
 * there, because its own libraries take longer to load than most logs to read.
 */


#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "scan_archive.h"


/* cli.mk says which; a tool that only reads the source need not know */

#ifndef CLI_LIBARCHIVE
#define CLI_LIBARCHIVE  "libarchive.so"
#endif


/* what is called of it */

#define SCAN_ARCHIVE_CALLS(call)                                              \
    call(archive_read_new)                                                    \
    call(archive_read_free)                                                   \
    call(archive_read_open)                                                   \
    call(archive_read_support_format_zip)                                     \
    call(archive_read_support_format_tar)                                     \
    call(archive_read_support_format_raw)                                     \
    call(archive_read_support_filter_compress)                                \
    call(archive_read_support_filter_lz4)                                     \
    call(archive_read_next_header)                                            \
    call(archive_read_data)                                                   \
    call(archive_read_has_encrypted_entries)                                  \
    call(archive_entry_pathname)                                              \
    call(archive_entry_pathname_utf8)                                         \
    call(archive_entry_filetype)                                              \
    call(archive_entry_hardlink)                                              \
    call(archive_set_error)

#define scan_archive_member(name)  __typeof__(name)  *name;


struct scan_archive_s {
    struct archive       *archive;
    ssize_t             (*more)(void *data, const unsigned char **p);
    void                 *data;
    const char           *damaged;
    const char           *failed;
};


static struct {
    void                 *library;
    SCAN_ARCHIVE_CALLS(scan_archive_member)
} lib;


static int scan_archive_load(void);
static int scan_archive_formats(struct archive *archive,
    scan_archive_kind_e kind);


/* under the lock of who reads; it stays loaded */

static int
scan_archive_load(void)
{
    if (lib.library) {
        return 0;
    }

    lib.library = dlopen(CLI_LIBARCHIVE, RTLD_LAZY|RTLD_LOCAL);

    if (lib.library == NULL) {
        return -1;
    }

#define scan_archive_find(name)                                               \
    *(void **) &lib.name = dlsym(lib.library, #name);                         \
                                                                              \
    if (lib.name == NULL) {                                                   \
        (void) dlclose(lib.library);                                          \
        lib.library = NULL;                                                   \
        return -1;                                                            \
    }

    SCAN_ARCHIVE_CALLS(scan_archive_find)

    return 0;
}


static la_ssize_t
scan_archive_more(struct archive *archive, void *data, const void **p)
{
    scan_archive_t  *ar = data;

    ssize_t               n;
    const unsigned char  *bytes;

    n = ar->more(ar->data, &bytes);
    *p = bytes;

    if (n == -1) {
        lib.archive_set_error(archive, -1, "the archive cannot be read");
        return ARCHIVE_FATAL;
    }

    return n;
}


scan_archive_t *
scan_archive_open(scan_archive_kind_e kind,
    ssize_t (*more)(void *data, const unsigned char **p), void *data,
    const char **error)
{
    scan_archive_t  *ar;

    if (scan_archive_load() == -1) {
        *error = "it is an archive, and " CLI_LIBARCHIVE " is not there";
        return NULL;
    }

    ar = cli_alloc(sizeof(scan_archive_t));

    ar->more = more;
    ar->data = data;
    ar->damaged = kind == SCAN_ARCHIVE_ZIP ? "the zip data is damaged"
                  : kind == SCAN_ARCHIVE_TAR ? "the tar data is damaged"
                                             : "the packed data is damaged";
    ar->archive = lib.archive_read_new();

    if (ar->archive == NULL
        || scan_archive_formats(ar->archive, kind) != ARCHIVE_OK)
    {
        *error = "out of memory while unpacking";
        scan_archive_close(ar);
        return NULL;
    }

    if (lib.archive_read_open(ar->archive, ar, NULL, scan_archive_more, NULL)
        != ARCHIVE_OK)
    {
        ar->failed = ar->damaged;
    }

    return ar;
}


/* no others: a log may look like one of them */

static int
scan_archive_formats(struct archive *archive, scan_archive_kind_e kind)
{
    int  rc;

    switch (kind) {

    case SCAN_ARCHIVE_ZIP:
        return lib.archive_read_support_format_zip(archive);

    case SCAN_ARCHIVE_TAR:
        return lib.archive_read_support_format_tar(archive);

    default:
        rc = lib.archive_read_support_filter_compress(archive);

        if (rc == ARCHIVE_OK) {
            rc = lib.archive_read_support_filter_lz4(archive);
        }

        return rc == ARCHIVE_OK ? lib.archive_read_support_format_raw(archive)
                                : rc;
    }
}


void
scan_archive_close(scan_archive_t *ar)
{
    (void) lib.archive_read_free(ar->archive);
    free(ar);
}


/* what is no file, as a folder or a link, holds nothing */

const char *
scan_archive_next(scan_archive_t *ar, const char **error)
{
    int                    rc;
    const char            *name;
    struct archive_entry  *entry;

    while (ar->failed == NULL) {
        rc = lib.archive_read_next_header(ar->archive, &entry);

        if (rc == ARCHIVE_EOF) {
            return NULL;
        }

        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
            ar->failed = ar->damaged;
            break;
        }

        if (lib.archive_entry_filetype(entry) == AE_IFREG
            && lib.archive_entry_hardlink(entry) == NULL)
        {
            /* the first has no name that this locale cannot write */

            name = lib.archive_entry_pathname(entry);
            name = name ? name : lib.archive_entry_pathname_utf8(entry);

            return name ? name : "";
        }
    }

    *error = ar->failed;

    return NULL;
}


ssize_t
scan_archive_read(void *archive, unsigned char *buf, size_t size,
    const char **error)
{
    scan_archive_t  *ar = archive;

    size_t      done;
    la_ssize_t  n;

    for (done = 0; done < size; done += (size_t) n) {
        n = lib.archive_read_data(ar->archive, buf + done, size - done);

        if (n == 0) {
            break;
        }

        if (n < 0) {
            *error = lib.archive_read_has_encrypted_entries(ar->archive) > 0
                     ? "it is encrypted" : ar->damaged;

            return done ? (ssize_t) done : -1;
        }
    }

    return (ssize_t) done;
}
