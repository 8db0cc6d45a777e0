
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard scan: options, and the list of files.
 */


#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "cli/common/cli_policy.h"
#include "cli/formats/scan_custom.h"
#include "cli/formats/scan_line.h"
#include "cli/formats/scan_nginx.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "scan_main.h"
#include "scan_conclusion.h"
#include "scan_export.h"
#include "scan_files.h"
#include "scan_findings.h"
#include "scan_progress.h"
#include "scan_report.h"
#include "scan_run.h"


#define SCAN_FOLDERS    32
#define SCAN_TOKEN_MIN  12


static int scan_options(scan_findings_t *sc, int argc, char **argv);
static int scan_option(scan_findings_t *sc, int c, const char *value);
static int scan_option_format(scan_findings_t *sc);
static int scan_option_time(scan_findings_t *sc, const char *option,
    const char *value, const char *name, int64_t *time);
static int scan_option_key(scan_findings_t *sc, const char *value);
static int scan_option_own(scan_findings_t *sc, const char *value);
static void scan_path(scan_findings_t *sc, const char *path, unsigned depth);
static void scan_folder(scan_findings_t *sc, const char *path, unsigned depth);
static void scan_warn_unread(scan_findings_t *sc);


static const char  scan_usage[] =
"usage: citrix-guard scan [OPTION...] FILE...\n"
"\n"
"Reads access logs (\"-\": standard input; a folder: all files in it) and says\n"
"who tried CVE-2019-19781, when, and whether it worked. It unpacks gzip,\n"
"bzip2, xz, zstd, lz4, tar and zip, and reads the formats of nginx, Apache, the\n"
"appliance and IIS, JSON, the guard's own events, and many more.\n"
"\n"
"      --log-format=FORMAT   a log_format (nginx) or LogFormat (Apache), or the\n"
"      --nginx-conf=FILE     name of one that this nginx.conf defines\n"
"      --key=FIELD=KEY       a key of JSON lines; FIELD is client, method,\n"
"                            target, query, request, status, bytes, time,\n"
"                            verdict, outcome or reason\n"
"      --since=TIME          count separately before and after TIME, such as\n"
"      --shield-up=TIME      2020-01-17T12:00; the same for the guard's start\n"
"      --timezone=ZONE       of times without one: +01:00, Europe/Amsterdam\n"
"      --own=ADDRESS|TOKEN   your own requests, to be counted separately\n"
"      --sslvpn=on|off, --traversal=vpns|any   as configured for the guard\n"
"      --would-block         list what the guard would refuse, by reading\n"
"  -j, --json  -c, --csv     list every finding, for a case file\n"
"  -t, --threads=N           default: 2 if there are two processors\n"
"  -q, --quiet  -h, --help   print the conclusion only; print this text\n"
"Exit status: 0 nothing found, 1 attempts only, 2 not everything is known,\n"
"3 success suspected.\n";


int
scan_main(int argc, char **argv)
{
    int              i, rc;
    scan_findings_t  sc;

    memset(&sc, 0, sizeof(scan_findings_t));

    sc.shield_up = SCAN_NO_TIME;
    sc.threads = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;

    scan_findings_init(&sc);
    scan_findings_milestone(&sc, 1576540800, "advisory");
    scan_findings_milestone(&sc, 1578528000, "scanning begins");

    rc = scan_options(&sc, argc, argv);

    if (rc == -1 && optind == argc) {
        cli_error("scan: no FILE; \"-\" is standard input");
        rc = 2;
    }

    if (rc != -1) {
        scan_findings_free(&sc);
        return rc;
    }

    for (i = optind; i < argc; i++) {
        scan_path(&sc, argv[i], 0);
    }

    sc.progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO)
                  ? 1 : isatty(STDERR_FILENO) && sc.output == SCAN_TEXT;

    scan_export_begin(&sc);
    scan_run(&sc);
    scan_progress_end(&sc);
    scan_warn_unread(&sc);

    if (sc.output == SCAN_TEXT) {
        if (sc.quiet) {
            scan_conclusion(&sc, stdout);
        } else {
            scan_report(&sc);
        }
    } else {
        scan_export_end(&sc);
    }

    rc = scan_findings_status(&sc);

    scan_findings_free(&sc);

    return cli_flush(rc);
}


/* -1: continue */

static int
scan_options(scan_findings_t *sc, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "log-format", required_argument, NULL, 'l' },
        { "nginx-conf", required_argument, NULL, 'n' },
        { "key", required_argument, NULL, 'k' },
        { "since", required_argument, NULL, 's' },
        { "shield-up", required_argument, NULL, 'u' },
        { "timezone", required_argument, NULL, 'z' },
        { "own", required_argument, NULL, 'o' },
        { "sslvpn", required_argument, NULL, 'S' },
        { "traversal", required_argument, NULL, 'T' },
        { "would-block", no_argument, NULL, 'w' },
        { "json", no_argument, NULL, 'j' },
        { "csv", no_argument, NULL, 'c' },
        { "threads", required_argument, NULL, 't' },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "jct:qh", options, NULL)) != -1) {

        if (c == 'h') {
            fputs(scan_usage, stdout);
            return cli_flush(0);
        }

        if (scan_option(sc, c, optarg) == -1) {
            return 2;
        }
    }

    return scan_option_format(sc) == -1 ? 2 : -1;
}


/* a format contains a variable, a name does not */

static int
scan_option_format(scan_findings_t *sc)
{
    if (sc->log_format == NULL) {

        if (sc->nginx_conf) {
            cli_error("--nginx-conf needs --log-format=NAME");
            return -1;
        }

        return 0;
    }

    return strpbrk(sc->log_format, "$%")
           ? scan_custom_compile(&sc->formats, sc->log_format, 0)
           : scan_nginx_named(&sc->formats, sc->log_format, sc->nginx_conf);
}


static int
scan_option(scan_findings_t *sc, int c, const char *value)
{
    char     *end;
    long      n;
    int64_t   since;

    switch (c) {

    case 'l':
        if (sc->log_format) {
            cli_error("--log-format is given twice");
            return -1;
        }

        sc->log_format = value;
        return 0;

    case 'n':
        sc->nginx_conf = value;
        return 0;

    case 'k':
        return scan_option_key(sc, value);

    case 's':
        return scan_option_time(sc, "since", value, "--since", &since);

    case 'u':
        return scan_option_time(sc, "shield-up", value, "the shield is up",
                                &sc->shield_up);

    case 'o':
        return scan_option_own(sc, value);

    case 'z':
        if (scan_time_zone(value) == -1) {
            cli_error("--timezone=%s: it must be +01:00, UTC, or a name like "
                      "Europe/Amsterdam", cli_printable(value));
            return -1;
        }

        return 0;

    case 'S':
        return cli_policy_sslvpn(value, &sc->policy);

    case 'T':
        return cli_policy_traversal(value, &sc->policy);

    case 'w':
        sc->would_block = 1;
        return 0;

    case 'j':
        sc->output = SCAN_JSON_OUT;
        return 0;

    case 'c':
        sc->output = SCAN_CSV;
        return 0;

    case 'q':
        sc->quiet = 1;
        return 0;

    case 't':
        n = strtol(value, &end, 10);

        if (*end || n < 1 || n > 64) {
            cli_error("--threads=%s: it must be from 1 to 64",
                      cli_printable(value));
            return -1;
        }

        sc->threads = (unsigned) n;
        return 0;

    default:
        return -1;
    }
}


static int
scan_option_time(scan_findings_t *sc, const char *option, const char *value,
    const char *name, int64_t *time)
{
    *time = scan_time_option(value);

    if (*time == SCAN_NO_TIME) {
        cli_error("--%s=%s: a time is 2020-01-17, 2020-01-17T12:00 (UTC) or "
                  "2020-01-17T12:00+01:00", option, cli_printable(value));
        return -1;
    }

    scan_findings_milestone(sc, *time, name);

    return 0;
}


/* an address has a dot or colon; a short token would match anywhere */

static int
scan_option_own(scan_findings_t *sc, const char *value)
{
    char            address[16];
    unsigned        is_address;

    is_address = inet_pton(AF_INET, value, address) == 1
                 || inet_pton(AF_INET6, value, address) == 1;

    if (!is_address
        && (strlen(value) < SCAN_TOKEN_MIN
            || strspn(value, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
               < strlen(value)))
    {
        cli_error("--own=%s: it must be an address, or a token of at least %d "
                  "letters and digits", cli_printable(value), SCAN_TOKEN_MIN);
        return -1;
    }

    if (sc->owns == SCAN_OWN_MAX) {
        cli_error("--own: more than %d", SCAN_OWN_MAX);
        return -1;
    }

    sc->own[sc->owns++] = value;

    return 0;
}


static int
scan_option_key(scan_findings_t *sc, const char *value)
{
    const char    *key;
    scan_key_t    *k;
    scan_field_e   field;

    key = strchr(value, '=');
    field = key ? scan_field_named(value, (size_t) (key - value))
                : SCAN_F_NONE;

    if (field == SCAN_F_NONE || key[1] == '\0') {
        cli_error("--key=%s: it must be FIELD=KEY", cli_printable(value));
        return -1;
    }

    if (sc->formats.nkey == SCAN_KEYS_MAX) {
        cli_error("--key: more than %d", SCAN_KEYS_MAX);
        return -1;
    }

    k = &sc->formats.key[sc->formats.nkey++];
    k->field = field;
    k->key.len = strlen(key + 1);
    k->key.data = (unsigned char *) cli_strndup(key + 1, k->key.len);

    return 0;
}


static void
scan_path(scan_findings_t *sc, const char *path, unsigned depth)
{
    struct stat   st;
    scan_file_t  *file;

    /* follows links to files; a link to a folder only if it was given */

    if (strcmp(path, "-") != 0 || depth) {

        if (stat(path, &st) == -1) {
            scan_files_add(sc, path)->error = strerror(errno);
            return;
        }

        if (S_ISDIR(st.st_mode)) {
            scan_folder(sc, path, depth);
            return;
        }

        /* skips everything in a folder that is not a file */

        if (depth && !S_ISREG(st.st_mode)) {
            return;
        }

    } else {
        st.st_size = 0;
    }

    file = scan_files_add(sc, path);

    file->named = depth == 0;
    file->size = (uint64_t) st.st_size;
    sc->size += file->size;
}


static int
scan_not_dot(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}


static void
scan_folder(scan_findings_t *sc, const char *path, unsigned depth)
{
    int              i, n;
    char            *name;
    size_t           len;
    struct stat      st;
    struct dirent  **entry;

    n = depth < SCAN_FOLDERS ? scandir(path, &entry, scan_not_dot, versionsort)
                             : -1;

    if (n == -1) {
        scan_files_add(sc, path)->error = depth < SCAN_FOLDERS
                                         ? strerror(errno)
                                         : "folders are nested too deeply";
        return;
    }

    for (i = 0; i < n; i++) {

        len = strlen(path) + 1 + strlen(entry[i]->d_name) + 1;
        name = cli_alloc(len);
        snprintf(name, len, "%s/%s", path, entry[i]->d_name);

        if (lstat(name, &st) == 0 && S_ISLNK(st.st_mode)
            && stat(name, &st) == 0 && S_ISDIR(st.st_mode))
        {
            /* a link may lead in a circle */

        } else {
            scan_path(sc, name, depth + 1);
        }

        free(name);
        free(entry[i]);
    }

    free(entry);
}


/* what could not be read, on standard error; the report has it as well */

static void
scan_warn_unread(scan_findings_t *sc)
{
    size_t        i;
    scan_file_t  *file;

    for (i = 0; i < sc->nfile; i++) {
        file = sc->file[i];

        /* nothing was understood: that does not mean "nothing found" */

        if (file->error == NULL && file->named && file->lines
            && file->damaged == file->lines)
        {
            file->error = "no line has a known format; describe it with "
                          "--log-format or --key";
        }

        if (file->error) {
            cli_error("%s: %s", cli_printable(file->name), file->error);
        }
    }

    if (sc->interrupted) {
        cli_error("interrupted: the report covers the part that was read");
    }
}
