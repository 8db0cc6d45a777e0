
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files of a zip archive. libarchive reads them one after another, so
 * standard input may be a zip archive.
 */


#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "scan_zip.h"


struct scan_zip_s {
    struct archive       *archive;
    ssize_t             (*more)(void *data, const unsigned char **p);
    void                 *data;
    const char           *failed;
    unsigned              file:1;           /* within a file */
    unsigned              line:1;           /* its last line has no line end */
    unsigned              end:1;
};


static la_ssize_t
scan_zip_more(struct archive *archive, void *data, const void **p)
{
    scan_zip_t  *zip = data;

    ssize_t               n;
    const unsigned char  *bytes;

    n = zip->more(zip->data, &bytes);
    *p = bytes;

    if (n == -1) {
        archive_set_error(archive, -1, "the archive cannot be read");
        return ARCHIVE_FATAL;
    }

    return n;
}


scan_zip_t *
scan_zip_open(ssize_t (*more)(void *data, const unsigned char **p), void *data)
{
    scan_zip_t  *zip;

    zip = cli_alloc(sizeof(scan_zip_t));

    zip->more = more;
    zip->data = data;
    zip->archive = archive_read_new();

    if (zip->archive == NULL
        || archive_read_support_format_zip(zip->archive) != ARCHIVE_OK)
    {
        scan_zip_close(zip);
        return NULL;
    }

    if (archive_read_open(zip->archive, zip, NULL, scan_zip_more, NULL)
        != ARCHIVE_OK)
    {
        zip->failed = "the zip data is damaged";
    }

    return zip;
}


void
scan_zip_close(scan_zip_t *zip)
{
    (void) archive_read_free(zip->archive);
    free(zip);
}


/* 0: no more files */

static int
scan_zip_next(scan_zip_t *zip)
{
    int                    rc;
    struct archive_entry  *entry;

    rc = archive_read_next_header(zip->archive, &entry);

    if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) {
        zip->file = 1;
        return 1;
    }

    zip->end = 1;

    if (rc != ARCHIVE_EOF) {
        zip->failed = "the zip data is damaged";
    }

    return 0;
}


ssize_t
scan_zip_read(scan_zip_t *zip, unsigned char *buf, size_t size,
    const char **error)
{
    size_t      done;
    la_ssize_t  n;

    for (done = 0; done < size && zip->failed == NULL && !zip->end;
         /* void */)
    {
        if (!zip->file) {
            (void) scan_zip_next(zip);
            continue;
        }

        n = archive_read_data(zip->archive, buf + done, size - done);

        if (n > 0) {
            done += (size_t) n;
            zip->line = buf[done - 1] != '\n';
            continue;
        }

        zip->file = 0;

        if (n < 0) {
            zip->failed = archive_read_has_encrypted_entries(zip->archive) > 0
                          ? "the zip data is encrypted"
                          : "the zip data is damaged";

        } else if (zip->line) {
            buf[done++] = '\n';
            zip->line = 0;
        }
    }

    if (done == 0 && zip->failed) {
        *error = zip->failed;
        return -1;
    }

    return (ssize_t) done;
}
