
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard: would this be refused, were we hit, is the guard active?  It
 * also sets the guard up.
 */


#include <stdio.h>
#include <string.h>

#include "cli/ack/ack_main.h"
#include "cli/check/check_main.h"
#include "cli/common/cli_error.h"
#include "cguard/decision/cguard_version.h"
#include "cli/scan/scan_main.h"
#include "cli/setup/rollback_main.h"
#include "cli/setup/setup_main.h"
#include "cli/status/status_main.h"
#include "cli/verify/verify_main.h"


typedef struct {
    const char           *name;
    const char           *full;         /* the name in messages of getopt */
    int                 (*run)(int argc, char **argv);
} cli_command_t;


static const char  cli_usage[] =
"usage: citrix-guard COMMAND [OPTION...] ...\n"
"\n"
"CVE-2019-19781, the traversal into /vpns/ of Citrix ADC and Gateway.\n"
"\n"
"  check TARGET...   would the guard refuse this request target, and why?\n"
"  scan FILE...      access logs: were we hit, and did it work?\n"
"  verify URL        is the guard really active, seen from outside?\n"
"  status            are we shielded, by the guard's own counters?\n"
"  setup             puts the guard in front of a Gateway, and verifies it\n"
"  rollback          restores the files from before a setup\n"
"  ack OPTION...     acknowledges an incident that was investigated\n"
"\n"
"See citrix-guard COMMAND --help and the manual page citrix-guard(1).\n"
"  -V, --version     print the version\n";


static const cli_command_t  cli_commands[] = {
    { "check", "citrix-guard check", check_main },
    { "rollback", "citrix-guard rollback", rollback_main },
    { "scan", "citrix-guard scan", scan_main },
    { "setup", "citrix-guard setup", setup_main },
    { "status", "citrix-guard status", status_main },
    { "verify", "citrix-guard verify", verify_main },
    { "ack", "citrix-guard ack", ack_main },
};


int
main(int argc, char **argv)
{
    size_t       i;
    const char  *name;

    name = argc > 1 ? argv[1] : "";

    for (i = 0; i < sizeof(cli_commands) / sizeof(cli_commands[0]); i++) {
        if (strcmp(name, cli_commands[i].name) == 0) {
            argv[1] = (char *) cli_commands[i].full;

            return cli_commands[i].run(argc - 1, argv + 1);
        }
    }

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0
        || strcmp(name, "help") == 0)
    {
        fputs(cli_usage, stdout);
        return cli_flush(0);
    }

    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("citrix-guard %s\n", CGUARD_VERSION);
        return cli_flush(0);
    }

    if (argc > 1) {
        cli_error("there is no command \"%s\"; it is check, scan, verify, "
                  "status, setup, rollback or ack", cli_printable(name));
    } else {
        fputs(cli_usage, stderr);
    }

    return 2;
}
