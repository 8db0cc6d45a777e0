
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The files from before a setup.  A folder has the files and links, and a
 * "list" that says what each was: "file PATH", "link PATH" or "absent PATH".
 */


#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "setup_kept.h"
#include "setup_file.h"
#include "setup_types.h"


#define SETUP_FORM    "20200117T120000Z"
#define SETUP_LIST    4096
#define SETUP_FOLDERS 16


static int setup_keep_one(const char *conf, const char *date,
    const char *path, const char **what);
static int setup_new_folder(const char *conf, char *date);
static int setup_kept_line(const char *conf, const char *date,
    const char *line, setup_change_t *change);
static char *setup_kept_path(const char *conf, const char *date,
    const char *path);
static int setup_is_date(const char *name);
static int setup_newer(const void *one, const void *two);


int
setup_keep(const char *conf, const setup_change_t *change, unsigned n,
    char *date)
{
    int          rc;
    char        *to, list[SETUP_LIST];
    size_t       used;
    unsigned     i;
    const char  *what;

    if (setup_new_folder(conf, date) == -1) {
        return -1;
    }

    used = 0;

    for (i = 0, rc = 0; i < n && rc == 0; i++) {
        rc = setup_keep_one(conf, date, change[i].path, &what);

        used += (size_t) snprintf(list + used, sizeof(list) - used, "%s %s\n",
                                  what, change[i].path);
    }

    /* the list is written last: a folder without one does not count */

    if (rc == 0) {
        to = setup_kept_path(conf, date, "list");
        rc = setup_put(to, list, used, NULL, 0);
        free(to);
    }

    if (rc == -1) {
        setup_forget(conf, date);
    }

    return rc;
}


static int
setup_keep_one(const char *conf, const char *date, const char *path,
    const char **what)
{
    int          rc;
    char        *from, *to, *text, *link;
    size_t       len;
    struct stat  st;

    from = setup_path(conf, path);
    to = setup_kept_path(conf, date, path);
    link = setup_link(from);
    text = link ? NULL : setup_slurp(from, &len);

    *what = link ? "link" : text ? "file" : "absent";
    rc = 0;

    if (link) {
        rc = setup_put(to, NULL, 0, link, 0);

    } else if (text && stat(from, &st) == 0) {
        rc = setup_put(to, text, len, NULL, st.st_mode & 0777);

    } else if (lstat(from, &st) == 0) {
        cli_error("cannot read %s", from);
        rc = -1;
    }

    free(from);
    free(to);
    free(link);
    free(text);

    return rc;
}


/* of this second, or of the next one without a folder */

static int
setup_new_folder(const char *conf, char *date)
{
    char       *path;
    time_t      t;
    unsigned    tries;
    struct tm   tm;

    for (tries = 0, t = time(NULL); tries < 60; tries++, t++) {

        (void) gmtime_r(&t, &tm);
        (void) strftime(date, SETUP_DATE, "%Y%m%dT%H%M%SZ", &tm);

        path = setup_kept_path(conf, date, "");

        if (setup_folders(path) == -1) {
            free(path);
            return -1;
        }

        if (mkdir(path, 0755) == 0) {
            free(path);
            return 0;
        }

        if (errno != EEXIST) {
            cli_error("cannot create the folder %s: %s", path, strerror(errno));
            free(path);
            return -1;
        }

        free(path);
    }

    cli_error("no free folder name below %s/%s", conf, SETUP_KEPT);

    return -1;
}


static char *
setup_kept_path(const char *conf, const char *date, const char *path)
{
    char    *p;
    size_t   size;

    size = strlen(conf) + sizeof(SETUP_KEPT) + strlen(date) + strlen(path) + 3;
    p = cli_alloc(size);

    snprintf(p, size, "%s/" SETUP_KEPT "/%s%s%s", conf, date,
             *path ? "/" : "", path);

    return p;
}


int
setup_kept_read(const char *conf, const char *date, setup_change_t *change,
    unsigned *n)
{
    int    rc;
    char  *path, *list, *line, *next;

    *n = 0;
    memset(change, 0, SETUP_CHANGES * sizeof(setup_change_t));

    path = setup_kept_path(conf, date, "list");
    list = setup_slurp(path, NULL);
    free(path);

    if (list == NULL) {
        cli_error("nothing was kept at %s below %s/%s", date, conf,
                  SETUP_KEPT);
        return -1;
    }

    for (line = list, rc = 0; rc == 0 && *line && *n < SETUP_CHANGES;
         line = next)
    {
        next = line + strcspn(line, "\n");

        if (*next) {
            *next++ = '\0';
        }

        rc = setup_kept_line(conf, date, line, &change[*n]);
        (*n)++;
    }

    free(list);

    if (rc == -1) {
        cli_error("the files kept at %s are damaged", date);
        setup_kept_free(change, *n);
    }

    return rc;
}


static int
setup_kept_line(const char *conf, const char *date, const char *line,
    setup_change_t *change)
{
    int          rc;
    char        *path;
    const char  *name;
    struct stat  st;

    name = strchr(line, ' ');

    if (name == NULL || name[1] == '/' || strstr(name, "..")) {
        return -1;
    }

    change->path = cli_strndup(name + 1, strlen(name + 1));

    path = setup_kept_path(conf, date, change->path);
    rc = 0;

    if (strncmp(line, "file ", 5) == 0) {
        change->text = setup_slurp(path, NULL);
        rc = change->text && stat(path, &st) == 0 ? 0 : -1;
        change->mode = rc == 0 ? st.st_mode & 0777 : 0;

    } else if (strncmp(line, "link ", 5) == 0) {
        change->link = setup_link(path);
        rc = change->link ? 0 : -1;

    } else if (strncmp(line, "absent ", 7) != 0) {
        rc = -1;
    }

    free(path);

    return rc;
}


void
setup_kept_free(setup_change_t *change, unsigned n)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        free((char *) change[i].path);
        free((char *) change[i].link);
        free(change[i].text);
    }
}


int
setup_put_back(const char *conf, const char *date)
{
    int              rc;
    unsigned         n;
    setup_change_t   change[SETUP_CHANGES];

    if (setup_kept_read(conf, date, change, &n) == -1) {
        return -1;
    }

    rc = setup_kept_put(conf, change, n);

    setup_kept_free(change, n);

    return rc;
}


int
setup_kept_put(const char *conf, const setup_change_t *change, unsigned n)
{
    int        rc;
    char      *path;
    unsigned   i;

    for (i = 0, rc = 0; i < n; i++) {
        path = setup_path(conf, change[i].path);

        if (change[i].text || change[i].link) {
            rc |= setup_put(path, change[i].text,
                            change[i].text ? strlen(change[i].text) : 0,
                            change[i].link, change[i].mode);

        } else if (unlink(path) == -1 && errno != ENOENT) {
            cli_error("cannot remove %s: %s", path, strerror(errno));
            rc = -1;
        }

        free(path);
    }

    return rc;
}


int
setup_kept_same(const char *conf, const setup_change_t *change, unsigned n)
{
    int          same;
    char        *path, *link;
    unsigned     i;
    struct stat  st;

    for (i = 0, same = 1; i < n && same; i++) {

        if (change[i].text) {
            same = setup_same(conf, &change[i]);
            continue;
        }

        path = setup_path(conf, change[i].path);

        if (change[i].link) {
            link = setup_link(path);
            same = link && strcmp(link, change[i].link) == 0;
            free(link);

        } else {
            same = lstat(path, &st) == -1;
        }

        free(path);
    }

    return same;
}


void
setup_forget(const char *conf, const char *date)
{
    char            *path;
    unsigned         i, n;
    struct stat      st;
    setup_change_t   change[SETUP_CHANGES];

    static const char  *rest[] = { "list", "citrix-guard", "" };

    path = setup_kept_path(conf, date, "list");
    n = 0;

    if (lstat(path, &st) == 0
        && setup_kept_read(conf, date, change, &n) == 0)
    {
        for (i = 0; i < n; i++) {
            free(path);
            path = setup_kept_path(conf, date, change[i].path);
            (void) unlink(path);
        }

        setup_kept_free(change, n);
    }

    free(path);

    for (i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
        path = setup_kept_path(conf, date, rest[i]);
        (void) remove(path);
        free(path);
    }
}


unsigned
setup_dates(const char *conf, char (**dates)[SETUP_DATE])
{
    DIR            *dir;
    char           *path;
    size_t          size;
    unsigned        n;
    struct dirent  *entry;

    path = setup_kept_path(conf, "", "");
    dir = opendir(path);
    free(path);

    n = 0;
    size = SETUP_FOLDERS;
    *dates = cli_alloc(size * sizeof(**dates));

    while (dir && (entry = readdir(dir)) != NULL) {

        if (!setup_is_date(entry->d_name)) {
            continue;
        }

        if (n == size) {
            size *= 2;
            *dates = cli_realloc(*dates, size * sizeof(**dates));
        }

        memcpy((*dates)[n++], entry->d_name, sizeof(SETUP_FORM));
    }

    if (dir) {
        closedir(dir);
    }

    qsort(*dates, n, sizeof(**dates), setup_newer);

    return n;
}


static int
setup_is_date(const char *name)
{
    return strlen(name) == sizeof(SETUP_FORM) - 1
           && strspn(name, "0123456789") == 8 && name[8] == 'T'
           && strspn(name + 9, "0123456789") == 6 && name[15] == 'Z';
}


static int
setup_newer(const void *one, const void *two)
{
    return strcmp(two, one);
}
