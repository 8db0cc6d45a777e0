
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard status: are we shielded?  In one sentence.
 */


#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_error.h"
#include "cli/common/cli_memory.h"
#include "cli/monitor/monitor_state.h"
#include "cli/verify/verify_main.h"
#include "status_main.h"
#include "status_report.h"
#include "status_start.h"
#include "status_types.h"
#include "status_verdict.h"


/* the monitor of the shipped configuration */

#define STATUS_MONITOR  "http://127.0.0.1:8089/citrix-guard"

#define STATUS_VERIFY   12


typedef void (*status_report_pt)(const status_t *st);


typedef struct {
    status_report_pt      report;
    const char           *connect;
    const char           *cacert;
    const char           *canary;
    unsigned              insecure:1;
} status_options_t;


static int status_options(status_t *st, status_options_t *o, int argc,
    char **argv);
static int status_option(status_t *st, status_options_t *o, int c,
    char *value);
static void status_try(status_t *st, const status_options_t *o);
static void status_try_adc(status_t *st);


static const char  status_usage[] =
"usage: citrix-guard status [OPTION...]\n"
"\n"
"Says in one sentence whether the Gateway is shielded: the mode, since when, and\n"
"whether anything got through, according to the guard's monitor.\n"
"\n"
"      --monitor=URL     its URL (http://127.0.0.1:8089/citrix-guard)\n"
"      --verify=URL      also test this URL, as citrix-guard verify does\n"
"      --connect=HOST[:PORT]  connect there, whatever its name resolves to\n"
"      --cacert=FILE     CA certificates that verify the server's\n"
"  -k, --insecure        do not verify the certificate\n"
"      --canary=TOKEN    mark requests as the operator's own: no alarm\n"
"      --nginx=FILE      the nginx that would be started next (/usr/sbin/nginx)\n"
"      --conf=FOLDER     the folder of its nginx.conf ($CITRIX_GUARD_CONF)\n"
"      --adc=HOST[:PORT] is the ADC itself patched? Bypasses the guard\n"
"  -j, --json  -h, --help     print JSON; print this text\n"
"      --nagios          print one line for Nagios and similar tools\n"
"\n"
"Exit status: 0 shielded, 1 detect only or partly, or nginx will not start\n"
"again, 2 not shielded, or something may have got through, 3 cannot tell, or\n"
"an error.\n";


int
status_main(int argc, char **argv)
{
    int                rc;
    status_t          *st;
    status_options_t   o;

    memset(&o, 0, sizeof(status_options_t));

    o.report = status_report_text;

    st = cli_alloc(sizeof(status_t));

    rc = status_options(st, &o, argc, argv);

    if (rc == -1) {
        (void) monitor_state(st->monitor ? st->monitor : STATUS_MONITOR,
                             &st->state);

        /* another monitor may be another machine's */

        if (st->monitor == NULL || st->nginx || st->conf) {

            if (st->conf == NULL) {
                st->conf = getenv("CITRIX_GUARD_CONF");
            }

            status_start(st);
        }

        if (st->monitor == NULL) {
            st->monitor = STATUS_MONITOR;
        }

        if (st->verify) {
            status_try(st, &o);
        }

        if (st->adc) {
            status_try_adc(st);
        }

        status_conclude(st);
        o.report(st);

        rc = (int) st->status;
    }

    free(st);

    return cli_flush(0) ? (int) STATUS_UNKNOWN : rc;
}


/* -1: continue */

static int
status_options(status_t *st, status_options_t *o, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "monitor", required_argument, NULL, 'm' },
        { "verify", required_argument, NULL, 'v' },
        { "connect", required_argument, NULL, 'C' },
        { "cacert", required_argument, NULL, 'c' },
        { "insecure", no_argument, NULL, 'k' },
        { "canary", required_argument, NULL, 'y' },
        { "adc", required_argument, NULL, 'a' },
        { "nginx", required_argument, NULL, 'N' },
        { "conf", required_argument, NULL, 'f' },
        { "json", no_argument, NULL, 'j' },
        { "nagios", no_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "kjh", options, NULL)) != -1) {

        if (c == 'h') {
            fputs(status_usage, stdout);
            return 0;
        }

        if (status_option(st, o, c, optarg) == -1) {
            return STATUS_UNKNOWN;
        }
    }

    if (optind < argc) {
        cli_error("status: takes options only, not \"%s\"",
                  cli_printable(argv[optind]));
        return STATUS_UNKNOWN;
    }

    return -1;
}


static int
status_option(status_t *st, status_options_t *o, int c, char *value)
{
    switch (c) {

    case 'm':
        if (strncmp(value, "http://", 7) != 0
            && strncmp(value, "https://", 8) != 0)
        {
            cli_error("--monitor: it must be the http://HOST[:PORT]/PATH of a "
                      "citrix_guard_monitor");
            return -1;
        }

        st->monitor = value;
        return 0;

    case 'v':
        st->verify = value;
        return 0;

    case 'C':
        o->connect = value;
        return 0;

    case 'c':
        o->cacert = value;
        return 0;

    case 'k':
        o->insecure = 1;
        return 0;

    case 'y':
        o->canary = value;
        return 0;

    case 'a':
        st->adc = value;
        return 0;

    case 'N':
        st->nginx = value;
        return 0;

    case 'f':
        st->conf = value;
        return 0;

    case 'j':
        o->report = status_report_json;
        return 0;

    case 'n':
        o->report = status_report_nagios;
        return 0;

    default:
        return -1;
    }
}


/* the monitor has to confirm the answers */

static void
status_try(status_t *st, const status_options_t *o)
{
    int    argc;
    char   monitor[2048], to[512], ca[2048], canary[256];
    char  *argv[STATUS_VERIFY];

    argc = 0;
    argv[argc++] = "citrix-guard verify";

    if (st->state.error[0] == '\0') {
        snprintf(monitor, sizeof(monitor), "--monitor=%s", st->monitor);
        argv[argc++] = monitor;
    }

    if (o->connect) {
        snprintf(to, sizeof(to), "--connect=%s", o->connect);
        argv[argc++] = to;
    }

    if (o->cacert) {
        snprintf(ca, sizeof(ca), "--cacert=%s", o->cacert);
        argv[argc++] = ca;
    }

    if (o->insecure) {
        argv[argc++] = "--insecure";
    }

    if (o->canary) {
        snprintf(canary, sizeof(canary), "--canary=%s", o->canary);
        argv[argc++] = canary;
    }

    argv[argc++] = (char *) st->verify;
    argv[argc] = NULL;

    st->verified = verify_quietly(argc, argv, st->verify_reason,
                                  sizeof(st->verify_reason));
}


/* the ADC's own answers: no guard in between, any certificate is accepted */

static void
status_try_adc(status_t *st)
{
    char   url[512];
    char  *argv[5];

    snprintf(url, sizeof(url), "%s%s",
             strncmp(st->adc, "https://", 8) == 0 ? "" : "https://", st->adc);

    argv[0] = "citrix-guard verify";
    argv[1] = "--insecure";
    argv[2] = "--no-ica";
    argv[3] = url;
    argv[4] = NULL;

    st->patched = verify_quietly(4, argv, st->adc_reason,
                                 sizeof(st->adc_reason));
}
