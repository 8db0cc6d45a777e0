
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard setup: from nothing to shielded.  Asks, checks, writes, starts,
 * verifies; if a step fails, nothing has changed.
 */


#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common/cli_error.h"
#include "setup_main.h"
#include "setup_ask.h"
#include "setup_check.h"
#include "setup_earlier.h"
#include "setup_file.h"
#include "setup_kept.h"
#include "setup_nginx.h"
#include "setup_text.h"
#include "setup_types.h"
#include "setup_value.h"
#include "setup_verify.h"


#define SETUP_ERROR  2


static int setup_options(setup_t *s, const char **conf, int argc,
    char **argv);
static int setup_option(setup_t *s, const char **conf, int c, char *value);
static int setup_kind(setup_t *s);
static int setup_all(setup_t *s, const char *conf);
static int setup_write_all(setup_t *s, char *date);
static int setup_start(setup_t *s, const char *date);
static int setup_undo(setup_t *s, const char *date);
static void setup_free(setup_t *s);


static const char  setup_usage[] =
"usage: citrix-guard setup [OPTION...]\n"
"\n"
"Puts the guard in front of a whole Gateway: asks for everything that no option\n"
"sets, checks the answers, shows all changes, writes them, starts or reloads\n"
"nginx, and verifies the result. It proposes the answers of an earlier setup;\n"
"with --yes it takes them without asking.\n"
"\n"
"      --name=NAME            the Gateway's name; may be given several times\n"
"      --adc=HOST[:PORT]      its virtual server on the ADC, also https://...\n"
"      --certificate=FILE     certificate for these names, with its chain (PEM)\n"
"      --key=FILE             its key, without a passphrase (PEM)\n"
"      --adc-ca=FILE          CA of the ADC's certificate (the system's CAs)\n"
"      --mode=on|detect       refuse the attack (on), or only log it\n"
"      --listen=[ADDRESS:]PORT  the address that users connect to (443)\n"
"      --browser-only         without apps (ICA) and the stream module\n"
"      --balancer=ADDRESS     a node behind this balancer, with the PROXY\n"
"                             protocol; may be given several times\n"
"      --collector=ADDRESS[:PORT]  gets a node's logs, and may read its counters\n"
"      --gateway              return to a single Gateway with apps (ICA)\n"
"      --conf=DIR             the folder of nginx.conf (as nginx -V says)\n"
"      --nginx=BINARY         the nginx to set up (/usr/sbin/nginx)\n"
"      --monitor=URL          its monitor (http://127.0.0.1:8089/citrix-guard)\n"
"      --no-start             do not ask the ADC, do not start nginx: for a\n"
"                             container\n"
"  -y, --yes                  do not ask: for scripts\n"
"  -n, --dry-run              check and show the changes, but write nothing\n"
"  -h, --help                 print this text\n"
"\n"
"Exit status: 0 shielded, or everything works in the mode detect; 1 set up, but\n"
"not shielded, or setup cannot tell; 2 error, and nothing has changed.\n";


int
setup_main(int argc, char **argv)
{
    int          rc;
    setup_t      s;
    const char  *conf;

    memset(&s, 0, sizeof(setup_t));

    s.nginx.nginx = "/usr/sbin/nginx";
    s.monitor = SETUP_MONITOR;
    conf = NULL;

    rc = setup_options(&s, &conf, argc, argv);

    if (rc == -1) {
        rc = setup_all(&s, conf);
    }

    setup_free(&s);

    return cli_flush(rc);
}


/* -1: continue */

static int
setup_options(setup_t *s, const char **conf, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "name", required_argument, NULL, 'N' },
        { "adc", required_argument, NULL, 'a' },
        { "certificate", required_argument, NULL, 'c' },
        { "key", required_argument, NULL, 'k' },
        { "adc-ca", required_argument, NULL, 'A' },
        { "mode", required_argument, NULL, 'm' },
        { "listen", required_argument, NULL, 'l' },
        { "browser-only", no_argument, NULL, 'b' },
        { "gateway", no_argument, NULL, 'g' },
        { "balancer", required_argument, NULL, 'B' },
        { "collector", required_argument, NULL, 'L' },
        { "no-start", no_argument, NULL, 's' },
        { "conf", required_argument, NULL, 'C' },
        { "nginx", required_argument, NULL, 'X' },
        { "monitor", required_argument, NULL, 'M' },
        { "yes", no_argument, NULL, 'y' },
        { "dry-run", no_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "ynh", options, NULL)) != -1) {

        if (c == 'h') {
            fputs(setup_usage, stdout);
            return 0;
        }

        if (setup_option(s, conf, c, optarg) == -1) {
            return SETUP_ERROR;
        }
    }

    if (optind < argc) {
        cli_error("setup: takes options only, not \"%s\"",
                  cli_printable(argv[optind]));
        return SETUP_ERROR;
    }

    return -1;
}


static int
setup_option(setup_t *s, const char **conf, int c, char *value)
{
    switch (c) {

    case 'N':
        return setup_name(s, value);

    case 'a':
        return setup_adc(s, value);

    case 'c':
        return setup_certificate(s, value);

    case 'k':
        return setup_key(s, value);

    case 'A':
        return setup_adc_ca(s, value);

    case 'm':
        return setup_mode(s, value);

    case 'l':
        return setup_listen(s, value);

    case 'M':
        return setup_monitor(s, value);

    case 'b':
        s->kind = SETUP_BROWSERS;
        s->kind_said = 1;
        return 0;

    case 'g':
        s->kind = SETUP_GATEWAY;
        s->kind_said = 1;
        return 0;

    case 'B':
        return setup_balancer(s, value);

    case 'L':
        return setup_collector(s, value);

    case 's':
        s->no_start = 1;
        return 0;

    case 'C':
        *conf = value;
        return 0;

    case 'X':
        s->nginx.nginx = value;
        return 0;

    case 'y':
        s->yes = 1;
        return 0;

    case 'n':
        s->dry_run = 1;
        return 0;

    default:
        return -1;
    }
}


/* whoever names a balancer means a node */

static int
setup_kind(setup_t *s)
{
    if (s->kind_said && (s->balancers || s->collector[0])) {
        cli_error("setup: --balancer and --collector set up a node: they "
                  "exclude --browser-only and --gateway");
        return -1;
    }

    if (s->balancers) {
        s->kind = SETUP_NODE;
        s->kind_said = 1;
    }

    if (setup_earlier(s) == -1) {
        return -1;
    }

    if (s->collector[0] && s->kind != SETUP_NODE) {
        cli_error("setup: --collector is only for a node behind a balancer: "
                  "--balancer= is missing");
        return -1;
    }

    if (s->port == 0) {
        s->port = 443;
    }

    return 0;
}


static int
setup_all(setup_t *s, const char *conf)
{
    char      date[SETUP_DATE];
    unsigned  differ;

    if (setup_nginx_find(&s->nginx, conf) == -1
        || setup_kind(s) == -1
        || setup_ask(s) == -1
        || setup_check(s) == -1
        || setup_text(s) == -1)
    {
        return SETUP_ERROR;
    }

    differ = setup_show(s);

    if (differ == 0) {
        printf("All files are up to date.\n");
    }

    if (s->dry_run) {
        printf("Nothing was written: this was a dry run.\n");
        return 0;
    }

    if (differ && !setup_confirm(s)) {
        cli_error("setup: nothing was written");
        return SETUP_ERROR;
    }

    if (setup_nginx_lock(&s->nginx) == -1) {
        return SETUP_ERROR;
    }

    date[0] = '\0';

    if (setup_write_all(s, date) == -1) {
        return SETUP_ERROR;
    }

    return setup_start(s, date);
}


static int
setup_write_all(setup_t *s, char *date)
{
    int              rc;
    char            *path;
    unsigned         i, n;
    setup_change_t  *change, differ[SETUP_CHANGES];

    for (i = 0, n = 0; i < s->changes; i++) {
        if (setup_restrict(s->nginx.conf, &s->change[i]) == -1) {
            return -1;
        }

        if (!setup_same(s->nginx.conf, &s->change[i])) {
            differ[n++] = s->change[i];
        }
    }

    if (n == 0) {
        return 0;
    }

    if (setup_keep(s->nginx.conf, differ, n, date) == -1) {
        return -1;
    }

    for (i = 0, rc = 0; i < n && rc == 0; i++) {
        change = &differ[i];

        path = setup_path(s->nginx.conf, change->path);
        rc = setup_put(path, change->text,
                       change->text ? strlen(change->text) : 0, change->link,
                       change->mode);
        free(path);
    }

    if (rc == -1) {
        (void) setup_undo(s, date);
    }

    return rc;
}


static int
setup_start(setup_t *s, const char *date)
{
    unsigned long  loads;

    if (setup_nginx_test(&s->nginx) == -1) {
        return setup_undo(s, date);
    }

    if (s->no_start) {
        printf("Set up; nginx was not started.\n");
        return 0;
    }

    loads = setup_nginx_loads(s->monitor);

    if (setup_nginx_reload(&s->nginx) == -1) {
        return setup_undo(s, date);
    }

    if (*date) {
        printf("The previous files are in %s/" SETUP_KEPT "/%s; "
               "\"citrix-guard rollback\" restores them.\n",
               s->nginx.conf, date);
    }

    (void) fflush(stdout);

    setup_nginx_wait(s->monitor, loads, 1);

    return setup_verify(s);
}


/* restores the old files */

static int
setup_undo(setup_t *s, const char *date)
{
    if (*date == '\0') {
        return SETUP_ERROR;
    }

    if (setup_put_back(s->nginx.conf, date) == -1) {
        cli_error("setup: not all old files were restored: they are in "
                  "%s/" SETUP_KEPT "/%s", s->nginx.conf, date);

    } else {
        setup_forget(s->nginx.conf, date);
        cli_error("setup: the old files are restored, and nginx runs as "
                  "before");
    }

    return SETUP_ERROR;
}


static void
setup_free(setup_t *s)
{
    unsigned  i;

    for (i = 0; i < s->names; i++) {
        free(s->name[i]);
    }

    setup_text_free(s);
    setup_earlier_free(s);

    free(s->adc_ca);
    free(s->certificate);
    free(s->key);
    free(s->nginx.conf);
}
