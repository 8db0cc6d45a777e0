
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The options "--sslvpn" and "--traversal".
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cli_policy.h"
#include "cli_error.h"


static int
cli_policy(const char *option, const char *value, const char *off,
    const char *on, unsigned bit, unsigned *policy)
{
    if (strcmp(value, on) == 0) {
        *policy |= bit;
        return 0;
    }

    if (strcmp(value, off) == 0) {
        *policy &= ~bit;
        return 0;
    }

    cli_error("--%s=%s: it must be \"%s\" or \"%s\"", option,
              cli_printable(value), off, on);

    return -1;
}


int
cli_policy_sslvpn(const char *value, unsigned *policy)
{
    return cli_policy("sslvpn", value, "on", "off", CGUARD_NO_SSLVPN, policy);
}


int
cli_policy_traversal(const char *value, unsigned *policy)
{
    return cli_policy("traversal", value, "vpns", "any", CGUARD_ANY_PARENT,
                      policy);
}
