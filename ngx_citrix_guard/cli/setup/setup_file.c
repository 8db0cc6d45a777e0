
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Writes files completely or not at all.
 */


#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "setup_file.h"
#include "setup_types.h"


#define SETUP_FILE  (1024 * 1024)
#define SETUP_LINK  1024


static int setup_write(const char *path, const char *text, size_t len,
    mode_t mode);
static int setup_sync_folder(const char *path);


char *
setup_path(const char *dir, const char *path)
{
    char    *p;
    size_t   size;

    size = strlen(dir) + strlen(path) + 2;
    p = cli_alloc(size);

    snprintf(p, size, "%s/%s", dir, path);

    return p;
}


char *
setup_slurp(const char *path, size_t *len)
{
    char    *text;
    FILE    *f;
    size_t   n;

    f = fopen(path, "re");

    if (f == NULL) {
        return NULL;
    }

    text = cli_alloc(SETUP_FILE + 1);
    n = fread(text, 1, SETUP_FILE, f);

    if (ferror(f) || n == SETUP_FILE) {
        free(text);
        fclose(f);
        return NULL;
    }

    fclose(f);

    text[n] = '\0';

    if (len) {
        *len = n;
    }

    return text;
}


char *
setup_link(const char *path)
{
    char     to[SETUP_LINK];
    ssize_t  n;

    n = readlink(path, to, sizeof(to));

    return n > 0 && n < (ssize_t) sizeof(to) ? cli_strndup(to, (size_t) n)
                                             : NULL;
}


int
setup_folders(const char *path)
{
    char  *copy, *p;

    copy = cli_strndup(path, strlen(path));

    for (p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';

        if (mkdir(copy, 0755) == -1 && errno != EEXIST) {
            cli_error("cannot create the folder %s: %s", copy, strerror(errno));
            free(copy);
            return -1;
        }

        *p = '/';
    }

    free(copy);

    return 0;
}


int
setup_put(const char *path, const char *text, size_t len, const char *link,
    unsigned mode)
{
    int          rc;
    char        *new;
    struct stat  st;

    if (setup_folders(path) == -1) {
        return -1;
    }

    new = cli_alloc(strlen(path) + sizeof(".new"));
    sprintf(new, "%s.new", path);
    (void) unlink(new);

    if (link) {
        rc = symlink(link, new);

    } else {
        if (mode == 0) {
            mode = stat(path, &st) == 0 ? st.st_mode & 0777 : 0644;
        }

        rc = setup_write(new, text, len, mode);
    }

    if (rc == 0) {
        rc = rename(new, path);
    }

    if (rc == 0) {
        rc = setup_sync_folder(path);
    }

    if (rc == -1) {
        cli_error("cannot write %s: %s", path, strerror(errno));
        (void) unlink(new);
    }

    free(new);

    return rc;
}


static int
setup_write(const char *path, const char *text, size_t len, mode_t mode)
{
    int      fd, failed;
    size_t   done;
    ssize_t  n;

    fd = open(path, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);

    if (fd == -1) {
        return -1;
    }

    for (done = 0; done < len; done += (size_t) n) {
        n = write(fd, text + done, len - done);

        if (n == -1) {
            break;
        }
    }

    failed = done < len || fchmod(fd, mode) == -1 || fsync(fd) == -1;

    return close(fd) == -1 || failed ? -1 : 0;
}


/* the new name has to survive a crash as well */

static int
setup_sync_folder(const char *path)
{
    int    fd, rc;
    char  *folder;

    folder = cli_strndup(path, (size_t) (strrchr(path, '/') - path));
    fd = open(folder[0] ? folder : "/", O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    free(folder);

    if (fd == -1) {
        return -1;
    }

    rc = fsync(fd);

    close(fd);

    return rc;
}


FILE *
setup_open(char **text, size_t *len)
{
    FILE  *f;

    f = open_memstream(text, len);

    if (f == NULL) {
        cli_error("no memory left");
        exit(2);
    }

    return f;
}


char *
setup_scratch(const char *text)
{
    int    fd;
    char  *path;

    path = cli_strndup("/tmp/citrix-guard.XXXXXX", 32);
    fd = mkostemp(path, O_CLOEXEC);

    if (fd == -1) {
        free(path);
        return NULL;
    }

    if (write(fd, text, strlen(text)) != (ssize_t) strlen(text)) {
        (void) unlink(path);
        close(fd);
        free(path);
        return NULL;
    }

    close(fd);

    return path;
}


int
setup_same(const char *conf, const setup_change_t *change)
{
    int          same;
    char        *path, *is;
    struct stat  st;

    path = setup_path(conf, change->path);

    if (change->link) {
        same = lstat(path, &st) == 0;

    } else {
        is = setup_slurp(path, NULL);
        same = is && strcmp(is, change->text) == 0;
        free(is);
    }

    free(path);

    return same;
}


int
setup_restrict(const char *conf, const setup_change_t *change)
{
    int          rc;
    char        *path;
    struct stat  st;

    path = setup_path(conf, change->path);
    rc = 0;

    if (change->mode && stat(path, &st) == 0
        && (st.st_mode & 0777 & ~change->mode)
        && chmod(path, st.st_mode & change->mode) == -1)
    {
        cli_error("cannot restrict the access to %s: %s", path,
                  strerror(errno));
        rc = -1;
    }

    free(path);

    return rc;
}
