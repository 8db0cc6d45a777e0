
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Each file has a place of its own in memory, which stays where it is while the
 * list grows: findings point to it.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_memory.h"
#include "scan_files.h"


/* what is in one archive beyond this counts as the archive's */

#define SCAN_MEMBERS_MAX  10000


static scan_file_t *
scan_files_insert(scan_findings_t *sc, size_t at, char *name)
{
    scan_file_t  *file;

    if (sc->nfile % 64 == 0) {
        sc->file = cli_realloc(sc->file,
                               (sc->nfile + 64) * sizeof(scan_file_t *));
    }

    memmove(sc->file + at + 1, sc->file + at,
            (sc->nfile - at) * sizeof(scan_file_t *));

    file = cli_alloc(sizeof(scan_file_t));
    file->name = name;

    sc->file[at] = file;
    sc->nfile++;

    return file;
}


scan_file_t *
scan_files_add(scan_findings_t *sc, const char *name)
{
    return scan_files_insert(sc, sc->nfile, cli_strndup(name, strlen(name)));
}


scan_file_t *
scan_files_member(scan_findings_t *sc, size_t at, scan_file_t *archive,
    const char *name)
{
    char         *full;
    size_t        size;
    scan_file_t  *file;

    if (archive->members == SCAN_MEMBERS_MAX) {
        return archive;
    }

    archive->members++;

    size = strlen(archive->name) + 1 + strlen(name) + 1;
    full = cli_alloc(size);
    snprintf(full, size, "%s:%s", archive->name, name);

    file = scan_files_insert(sc, at, full);
    file->named = archive->named;

    return file;
}


void
scan_files_free(scan_findings_t *sc)
{
    size_t  i;

    for (i = 0; i < sc->nfile; i++) {
        free(sc->file[i]->name);
        free(sc->file[i]);
    }

    free(sc->file);
}
