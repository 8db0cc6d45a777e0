
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The end of a setup: is the guard active?  Verifies this machine by each
 * name, wherever DNS points.
 */


#include <stdio.h>
#include <string.h>

#include "cli/verify/verify_main.h"
#include "setup_verify.h"
#include "setup_types.h"


/* exit statuses of verify */

#define SETUP_SHIELDED  0
#define SETUP_DETECT    1
#define SETUP_OPEN      2


static int setup_verify_name(const setup_t *s, const char *name, char *reason,
    size_t size);


int
setup_verify(const setup_t *s)
{
    int       rc, is;
    char      reason[600];
    unsigned  i;

    is = SETUP_SHIELDED;

    for (i = 0; i < s->names; i++) {
        rc = setup_verify_name(s, s->name[i], reason, sizeof(reason));

        if (rc == SETUP_SHIELDED) {
            continue;
        }

        is = rc;

        if (rc != SETUP_DETECT || strcmp(s->mode, "detect") != 0) {
            printf("%s: %s: %s.\n",
                   rc == SETUP_OPEN || rc == SETUP_DETECT
                   ? "Not shielded" : "Set up, but we cannot tell whether it "
                                      "is shielded", s->name[i], reason);
            return 1;
        }
    }

    if (strcmp(s->mode, "detect") == 0) {
        if (is == SETUP_DETECT) {
            printf("Nothing is blocked: the mode is detect.\n");
            return 0;
        }

        printf("Not as set up: the mode is detect, but verify says: %s.\n",
               reason);
        return 1;
    }

    printf("Shielded: %s%s; %s.\n", s->name[0],
           s->names > 1 ? " and the other names" : "", reason);

    return 0;
}


/* the users' certificate was checked as a file */

static int
setup_verify_name(const setup_t *s, const char *name, char *reason,
    size_t size)
{
    int         argc;
    char        url[SETUP_NAME + 32], to[SETUP_ADDRESS + 32], monitor[2048];
    char        canary[SETUP_TOKEN + 32];
    const char *argv[8];

    snprintf(url, sizeof(url), "https://%s:%u", name, s->port);
    snprintf(to, sizeof(to), "--connect=%s:%u",
             s->address[0] ? s->address : "127.0.0.1", s->port);
    snprintf(monitor, sizeof(monitor), "--monitor=%s", s->monitor);

    snprintf(canary, sizeof(canary), "--canary=%s", s->canary);

    argc = 0;
    argv[argc++] = "citrix-guard verify";
    argv[argc++] = "--insecure";
    argv[argc++] = canary;
    argv[argc++] = to;
    argv[argc++] = monitor;
    argv[argc++] = url;
    argv[argc] = NULL;

    /* getopt may reorder them, nothing else */

    return verify_quietly(argc, (char **) argv, reason, size);
}
