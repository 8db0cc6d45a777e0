
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Finds a log_format by its name in an nginx configuration, read as nginx
 * reads it (ngx_conf_read_token), with included files.
 */


#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "scan_nginx.h"
#include "scan_custom.h"
#include "scan_types.h"


#define SCAN_NGINX_MAX     (16 * 1024 * 1024)
#define SCAN_NGINX_DEPTH   16
#define SCAN_NGINX_BLOCKS  32
#define SCAN_NGINX_WORDS   512
#define SCAN_NGINX_NAMES   512


/* what is searched for, and what was found */

typedef struct {
    const char           *name;
    const char           *conf;
    unsigned              depth;

    char                 *format;
    unsigned              json:1;

    /* names of the others, for the message */
    char                  names[SCAN_NGINX_NAMES];

    /* "stream" has its own formats */
    unsigned              blocks;
    unsigned              stream;
} scan_nginx_t;


typedef struct {
    const char           *file;
    const char           *p;
    const char           *last;
    unsigned              line;

    char                 *text;
    size_t                used;
    char                 *word[SCAN_NGINX_WORDS];
    unsigned              words;
} scan_nginx_file_t;


static const char  scan_nginx_combined[] =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status "
    "$body_bytes_sent \"$http_referer\" \"$http_user_agent\"";


static int scan_nginx_read(scan_nginx_t *ng, const char *file);
static char *scan_nginx_slurp(const char *file, size_t *len);
static int scan_nginx_statements(scan_nginx_t *ng, scan_nginx_file_t *f);
static int scan_nginx_word(scan_nginx_file_t *f);
static int scan_nginx_quoted(scan_nginx_file_t *f, char quote);
static char scan_nginx_escaped(scan_nginx_file_t *f);
static int scan_nginx_block(scan_nginx_t *ng, scan_nginx_file_t *f);
static int scan_nginx_lua(scan_nginx_file_t *f);
static int scan_nginx_include(scan_nginx_t *ng, scan_nginx_file_t *f);
static int scan_nginx_format(scan_nginx_t *ng, scan_nginx_file_t *f);


int
scan_nginx_named(scan_formats_t *formats, const char *name, const char *conf)
{
    int           rc;
    scan_nginx_t  ng;

    if (strcmp(name, "combined") == 0) {
        return scan_custom_compile(formats, scan_nginx_combined, 0);
    }

    if (conf == NULL) {
        cli_error("--log-format=%s: it has no variable; for a name, "
                  "--nginx-conf says where it is defined", cli_printable(
                                                                       name));
        return -1;
    }

    memset(&ng, 0, sizeof(scan_nginx_t));

    ng.name = name;
    ng.conf = conf;

    rc = scan_nginx_read(&ng, conf);

    if (rc == 0 && ng.format == NULL) {
        cli_error("--log-format=%s: %s has no such log_format; it has "
                  "combined%s", cli_printable(
                                        name), cli_printable(conf), ng.names);
        rc = -1;
    }

    if (rc == 0) {
        rc = scan_custom_compile(formats, ng.format, ng.json);
    }

    free(ng.format);

    return rc;
}


static int
scan_nginx_read(scan_nginx_t *ng, const char *file)
{
    int                 rc;
    char               *text;
    size_t              len;
    scan_nginx_file_t  *f;

    if (ng->depth == SCAN_NGINX_DEPTH) {
        cli_error("%s: includes are nested too deeply",
                  cli_printable(file));
        return -1;
    }

    text = scan_nginx_slurp(file, &len);

    if (text == NULL) {
        return -1;
    }

    f = cli_alloc(sizeof(scan_nginx_file_t));

    f->file = file;
    f->p = text;
    f->last = text + len;
    f->line = 1;

    /* a word is never longer than its text, except for the NUL */

    f->text = cli_alloc(2 * len + 2);

    ng->depth++;
    rc = scan_nginx_statements(ng, f);
    ng->depth--;

    free(f->text);
    free(f);
    free(text);

    return rc;
}


static char *
scan_nginx_slurp(const char *file, size_t *len)
{
    int     failed;
    char   *text;
    FILE   *from;

    from = fopen(file, "re");

    if (from == NULL) {
        cli_error("%s: %s", cli_printable(file), strerror(errno));
        return NULL;
    }

    text = cli_alloc(SCAN_NGINX_MAX);
    *len = fread(text, 1, SCAN_NGINX_MAX, from);
    failed = ferror(from) ? errno : 0;

    (void) fclose(from);

    if (failed || *len == SCAN_NGINX_MAX) {
        cli_error("%s: %s", cli_printable(file),
                  failed ? strerror(failed) : "it is longer than 16 MiB");
        free(text);
        return NULL;
    }

    return text;
}


static int
scan_nginx_says(const scan_nginx_file_t *f, const char *what)
{
    cli_error("%s:%u: %s", cli_printable(f->file), f->line, what);

    return -1;
}


/* until the format is found, or the file ends */

static int
scan_nginx_statements(scan_nginx_t *ng, scan_nginx_file_t *f)
{
    int  rc;

    while (ng->format == NULL) {

        switch (scan_nginx_word(f)) {

        case -1:
            return -1;

        case '{':
            rc = scan_nginx_block(ng, f);
            break;

        case '}':
            ng->blocks -= ng->blocks > 0;
            ng->stream = ng->blocks < ng->stream ? 0 : ng->stream;
            rc = 0;
            break;

        case ';':
            rc = f->words == 0 ? 0
                 : strcmp(f->word[0], "include") == 0
                   ? scan_nginx_include(ng, f)
                 : strcmp(f->word[0], "log_format") == 0 && ng->stream == 0
                   ? scan_nginx_format(ng, f) : 0;
            break;

        case '\0':
            return f->words ? scan_nginx_says(f, "its end is missing") : 0;

        default:
            continue;
        }

        if (rc == -1) {
            return -1;
        }

        f->words = 0;
        f->used = 0;
    }

    return 0;
}


/*
 * 1: another word; otherwise what ends the statement, '\0' at the end of file
 */

static int
scan_nginx_word(scan_nginx_file_t *f)
{
    char  c;

    for ( ;; ) {

        if (f->p == f->last) {
            return '\0';
        }

        c = *f->p++;

        if (c == '\n') {
            f->line++;

        } else if (c == '#') {
            while (f->p < f->last && *f->p != '\n') {
                f->p++;
            }

        } else if (c == ';' || c == '{' || c == '}') {
            return c;

        } else if (c != ' ' && c != '\t' && c != '\r') {
            break;
        }
    }

    if (f->words == SCAN_NGINX_WORDS) {
        return scan_nginx_says(f, "too many words");
    }

    f->word[f->words++] = f->text + f->used;

    if (c == '"' || c == '\'') {
        return scan_nginx_quoted(f, c);
    }

    for (f->p--; f->p < f->last; f->p++) {
        c = *f->p;

        if (c == '\\') {
            c = scan_nginx_escaped(f);

        } else if (c == '$' && f->last - f->p > 1 && f->p[1] == '{') {
            f->text[f->used++] = c;
            c = *++f->p;

        } else if (memchr(" \t\r\n;{", c, 6)) {
            break;
        }

        f->text[f->used++] = c;
    }

    f->text[f->used++] = '\0';

    return 1;
}


static int
scan_nginx_quoted(scan_nginx_file_t *f, char quote)
{
    char      c;
    unsigned  line;

    line = f->line;

    for ( /* void */ ; f->p < f->last && *f->p != quote; f->p++) {
        c = *f->p;

        f->line += c == '\n';
        f->text[f->used++] = c == '\\' ? scan_nginx_escaped(f) : c;
    }

    if (f->p++ == f->last) {
        f->line = line;
        return scan_nginx_says(f, "the end of a quoted text is missing");
    }

    f->text[f->used++] = '\0';

    return 1;
}


/* \" \' \\ \t \r \n; before anything else the backslash stays */

static char
scan_nginx_escaped(scan_nginx_file_t *f)
{
    const char  *found;

    static const char  letters[] = "\"'\\trn", bytes[] = "\"'\\\t\r\n";

    found = f->last - f->p > 1 && f->p[1] ? strchr(letters, f->p[1]) : NULL;

    if (found == NULL) {
        return '\\';
    }

    f->p++;

    return bytes[found - letters];
}


static int
scan_nginx_block(scan_nginx_t *ng, scan_nginx_file_t *f)
{
    size_t       len;
    const char  *name;

    static const char  lua[] = "_by_lua_block";

    name = f->words ? f->word[0] : "";
    len = strlen(name);

    if (len >= sizeof(lua) - 1
        && strcmp(name + len - (sizeof(lua) - 1), lua) == 0)
    {
        return scan_nginx_lua(f);
    }

    if (ng->blocks == SCAN_NGINX_BLOCKS) {
        return scan_nginx_says(f, "blocks are nested too deeply");
    }

    ng->blocks++;

    if (strcmp(name, "stream") == 0 && ng->stream == 0) {
        ng->stream = ng->blocks;
    }

    return 0;
}


/* another language, in which braces come in pairs */

static int
scan_nginx_lua(scan_nginx_file_t *f)
{
    unsigned  depth;

    for (depth = 1; f->p < f->last; f->p++) {
        f->line += *f->p == '\n';
        depth += *f->p == '{';
        depth -= *f->p == '}';

        if (depth == 0) {
            f->p++;
            return 0;
        }
    }

    return scan_nginx_says(f, "the end of a block is missing");
}


/* relative to the folder of the first file, wherever it is included */

static int
scan_nginx_include(scan_nginx_t *ng, scan_nginx_file_t *f)
{
    int          rc;
    char        *path;
    glob_t       found;
    size_t       i, len, folder;
    const char  *slash;

    if (f->words != 2) {
        return scan_nginx_says(f, "include takes one file");
    }

    slash = f->word[1][0] == '/' ? NULL : strrchr(ng->conf, '/');
    folder = slash ? (size_t) (slash + 1 - ng->conf) : 0;

    len = folder + strlen(f->word[1]) + 1;
    path = cli_alloc(len);
    snprintf(path, len, "%.*s%s", (int) folder, ng->conf, f->word[1]);

    rc = 0;

    if (strpbrk(path + folder, "*?[") == NULL) {
        rc = scan_nginx_read(ng, path);

    } else if (glob(path, 0, NULL, &found) == 0) {

        for (i = 0; i < found.gl_pathc && rc == 0 && !ng->format; i++) {
            rc = scan_nginx_read(ng, found.gl_pathv[i]);
        }

        globfree(&found);
    }

    free(path);

    return rc;
}


/* log_format NAME [escape=...] TEXT...; the texts are joined */

static int
scan_nginx_format(scan_nginx_t *ng, scan_nginx_file_t *f)
{
    size_t    len;
    unsigned  i, first;

    if (f->words < 3) {
        return scan_nginx_says(f, "log_format takes a name and a text");
    }

    if (strcmp(f->word[1], ng->name) != 0) {
        len = strlen(ng->names);
        snprintf(ng->names + len, sizeof(ng->names) - len, ", %s",
                 cli_printable(f->word[1]));
        return 0;
    }

    first = strncmp(f->word[2], "escape=", 7) == 0 ? 3 : 2;
    ng->json = strcmp(f->word[2], "escape=json") == 0;

    for (len = 1, i = first; i < f->words; i++) {
        len += strlen(f->word[i]);
    }

    ng->format = cli_alloc(len);

    for (len = 0, i = first; i < f->words; i++) {
        strcpy(ng->format + len, f->word[i]);
        len += strlen(f->word[i]);
    }

    return 0;
}
