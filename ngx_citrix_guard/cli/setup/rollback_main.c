
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard rollback: restores the files from before a setup.  Without a
 * date it goes back one step: to the last files that differ from the current
 * ones.
 */


#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_error.h"
#include "rollback_main.h"
#include "setup_kept.h"
#include "setup_nginx.h"
#include "setup_types.h"
#include "setup_verify.h"


#define ROLLBACK_ERROR  2


typedef struct {
    setup_nginx_t         nginx;
    const char           *conf;
    const char           *to;
    const char           *monitor;
    unsigned              list:1;
    unsigned              dry_run:1;
} rollback_t;


static int rollback_options(rollback_t *rb, int argc, char **argv);
static int rollback_all(rollback_t *rb);
static int rollback_list(const rollback_t *rb, char (*dates)[SETUP_DATE],
    unsigned n);
static unsigned rollback_choose(const rollback_t *rb,
    char (*dates)[SETUP_DATE], unsigned n);
static int rollback_to(const rollback_t *rb, char (*dates)[SETUP_DATE],
    unsigned i);
static int rollback_write(const rollback_t *rb, const char *date,
    const setup_change_t *change, unsigned n);
static void rollback_undo(const rollback_t *rb, const char *now);
static int rollback_say(const rollback_t *rb, const char *date,
    const setup_change_t *change, unsigned n);


static const char  rollback_usage[] =
"usage: citrix-guard rollback [OPTION...]\n"
"\n"
"Restores the files from before the last citrix-guard setup, and reloads nginx.\n"
"Each further rollback undoes one more setup.\n"
"\n"
"  -l, --list           list the setups, the newest first\n"
"      --to=DATE        restore the files from before that setup\n"
"      --conf=DIR       the folder of nginx.conf (as nginx -V says)\n"
"      --nginx=BINARY   the nginx to reload (/usr/sbin/nginx)\n"
"      --monitor=URL    its monitor (http://127.0.0.1:8089/citrix-guard)\n"
"  -n, --dry-run        show what would be restored, but write nothing\n"
"  -h, --help           print this text\n"
"\n"
"Exit status: 0 done, 2 error, and nothing has changed.\n";


int
rollback_main(int argc, char **argv)
{
    int         rc;
    rollback_t  rb;

    memset(&rb, 0, sizeof(rollback_t));

    rb.nginx.nginx = "/usr/sbin/nginx";
    rb.monitor = SETUP_MONITOR;

    rc = rollback_options(&rb, argc, argv);

    if (rc == -1) {
        rc = rollback_all(&rb);
    }

    free(rb.nginx.conf);

    return cli_flush(rc);
}


/* -1: continue */

static int
rollback_options(rollback_t *rb, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "list", no_argument, NULL, 'l' },
        { "to", required_argument, NULL, 't' },
        { "conf", required_argument, NULL, 'C' },
        { "nginx", required_argument, NULL, 'X' },
        { "monitor", required_argument, NULL, 'M' },
        { "dry-run", no_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "lnh", options, NULL)) != -1) {

        switch (c) {

        case 'l':
            rb->list = 1;
            break;

        case 't':
            rb->to = optarg;
            break;

        case 'C':
            rb->conf = optarg;
            break;

        case 'X':
            rb->nginx.nginx = optarg;
            break;

        case 'M':
            rb->monitor = optarg;
            break;

        case 'n':
            rb->dry_run = 1;
            break;

        case 'h':
            fputs(rollback_usage, stdout);
            return 0;

        default:
            return ROLLBACK_ERROR;
        }
    }

    if (optind < argc) {
        cli_error("rollback: takes options only, not \"%s\"",
                  cli_printable(argv[optind]));
        return ROLLBACK_ERROR;
    }

    return -1;
}


static int
rollback_all(rollback_t *rb)
{
    int        rc;
    char     (*dates)[SETUP_DATE];
    unsigned   n, i;

    if (setup_nginx_find(&rb->nginx, rb->conf) == -1) {
        return ROLLBACK_ERROR;
    }

    n = setup_dates(rb->nginx.conf, &dates);

    if (rb->list) {
        rc = rollback_list(rb, dates, n);

    } else {
        i = rollback_choose(rb, dates, n);
        rc = i < n ? rollback_to(rb, dates, i) : -1;
    }

    free(dates);

    return rc == -1 ? ROLLBACK_ERROR : 0;
}


/*
 * The files from before the setup of dates[i]: those that it kept, and those
 * that later setups kept of other files.
 */

static int
rollback_read(const rollback_t *rb, char (*dates)[SETUP_DATE], unsigned i,
    setup_change_t *change, unsigned *n)
{
    unsigned         k, j, m, n_kept;
    setup_change_t   kept[SETUP_CHANGES];

    *n = 0;

    for (k = 0; k <= i; k++) {

        if (setup_kept_read(rb->nginx.conf, dates[k], kept, &n_kept) == -1) {
            setup_kept_free(change, *n);
            return -1;
        }

        for (j = 0; j < n_kept; j++) {

            for (m = 0; m < *n; m++) {
                if (strcmp(change[m].path, kept[j].path) == 0) {
                    setup_kept_free(&change[m], 1);
                    break;
                }
            }

            if (m == SETUP_CHANGES) {
                cli_error("rollback: more files than setup writes");
                setup_kept_free(&kept[j], n_kept - j);
                setup_kept_free(change, *n);
                return -1;
            }

            change[m] = kept[j];
            *n += m == *n;
        }
    }

    return 0;
}


/* are all files as before that setup? -1: they cannot be read */

static int
rollback_is(const rollback_t *rb, char (*dates)[SETUP_DATE], unsigned i)
{
    int              same;
    unsigned         n;
    setup_change_t   change[SETUP_CHANGES];

    if (rollback_read(rb, dates, i, change, &n) == -1) {
        return -1;
    }

    same = setup_kept_same(rb->nginx.conf, change, n);

    setup_kept_free(change, n);

    return same;
}


static int
rollback_list(const rollback_t *rb, char (*dates)[SETUP_DATE], unsigned n)
{
    int       is;
    unsigned  i;

    for (i = 0; i < n; i++) {
        is = rollback_is(rb, dates, i);

        if (is == -1) {
            return -1;
        }

        printf("%s%s\n", dates[i], is ? "  as it is now" : "");
    }

    if (n == 0) {
        printf("There was no setup: no files are kept in %s/" SETUP_KEPT ".\n",
               rb->nginx.conf);
    }

    return 0;
}


/*
 * the given date, or the one before the current state; "n": none, with a
 * message
 */

static unsigned
rollback_choose(const rollback_t *rb, char (*dates)[SETUP_DATE], unsigned n)
{
    int       is;
    unsigned  i, to;

    for (i = 0, to = 0; i < n; i++) {

        if (rb->to) {
            if (strcmp(dates[i], rb->to) == 0) {
                return i;
            }

            continue;
        }

        is = rollback_is(rb, dates, i);

        if (is == -1) {
            return n;
        }

        if (is) {
            to = i + 1;
        }
    }

    if (rb->to) {
        cli_error("rollback: --to=%s: there is no setup of that date; --list "
                  "lists them", cli_printable(rb->to));
        return n;
    }

    if (n == 0) {
        cli_error("rollback: there is nothing to restore in %s/" SETUP_KEPT,
                  rb->nginx.conf);

    } else if (to == n) {
        cli_error("rollback: the files are already those from before the "
                  "first setup");
    }

    return to;
}


/* the current files are kept, too, until nginx has accepted the old ones */

static int
rollback_to(const rollback_t *rb, char (*dates)[SETUP_DATE], unsigned i)
{
    int              rc;
    unsigned         n;
    setup_change_t   change[SETUP_CHANGES];

    if (rollback_read(rb, dates, i, change, &n) == -1) {
        return -1;
    }

    if (rb->dry_run) {
        (void) rollback_say(rb, dates[i], change, n);
        printf("Nothing was written: this was a dry run.\n");
        rc = 0;

    } else {
        rc = rollback_write(rb, dates[i], change, n);
    }

    setup_kept_free(change, n);

    return rc;
}


static int
rollback_write(const rollback_t *rb, const char *date,
    const setup_change_t *change, unsigned n)
{
    int            guard;
    char           now[SETUP_DATE];
    unsigned long  loads;

    if (setup_nginx_lock(&rb->nginx) == -1
        || setup_keep(rb->nginx.conf, change, n, now) == -1)
    {
        return -1;
    }

    loads = setup_nginx_loads(rb->monitor);

    if (setup_kept_put(rb->nginx.conf, change, n) == -1
        || setup_nginx_test(&rb->nginx) == -1
        || setup_nginx_reload(&rb->nginx) == -1)
    {
        rollback_undo(rb, now);
        return -1;
    }

    setup_forget(rb->nginx.conf, now);

    guard = rollback_say(rb, date, change, n);

    if (loads) {
        (void) fflush(stdout);
        setup_nginx_wait(rb->monitor, loads, guard);
    }

    return 0;
}


static void
rollback_undo(const rollback_t *rb, const char *now)
{
    if (setup_put_back(rb->nginx.conf, now) == 0) {
        setup_forget(rb->nginx.conf, now);
        cli_error("rollback: the old files are restored, and nginx keeps "
                  "running");

    } else {
        cli_error("rollback: not all files were restored: they are in "
                  "%s/" SETUP_KEPT "/%s", rb->nginx.conf, now);
    }
}


/* reports what was restored; does it include the guard? */

static int
rollback_say(const rollback_t *rb, const char *date,
    const setup_change_t *change, unsigned n)
{
    int       guard;
    unsigned  i;

    /* nginx.conf is the same if no setup since then has changed it */

    for (i = 0, guard = 1; i < n; i++) {
        printf("  %s %s/%s\n",
               change[i].text || change[i].link ? "restored" : "removed ",
               rb->nginx.conf, change[i].path);

        if (strcmp(change[i].path, "nginx.conf") == 0) {
            guard = change[i].text
                    && strstr(change[i].text, "\ninclude citrix-guard/");
        }
    }

    printf("The files are those from before the setup of %s.\n", date);

    if (!guard) {
        printf("These files have no guard from setup: nothing is refused.\n");
    }

    return guard;
}
