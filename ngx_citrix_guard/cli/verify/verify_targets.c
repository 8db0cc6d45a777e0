
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The targets that verify requests.  They are harmless: cfg/smb.conf is on
 * every appliance and holds no secret; everything else is a folder or does not
 * exist; no script is requested, and nothing is written.
 */


#include <string.h>

#include "verify_targets.h"
#include "verify_types.h"


#define CONF  "vpns/cfg/smb.conf"


/* spellings that some parser reads as /vpn/../vpns/..., by family */

static const char  *verify_all_targets[] = {
    "/vpn/../" CONF,
    "/vpn/../vpns/",
    "/vpn/../vpns",
    "/vpn/js/../../" CONF,
    "//vpn/../" CONF,
    "/vpn/.././" CONF,
    "/vpn//..//" CONF,
    "/vpn/../VPNS/cfg/smb.conf",

    "/vpn/%2e%2e/" CONF,
    "/vpn/%2E./" CONF,
    "/vpn/.%2e/" CONF,
    "/vpn/..%2f" CONF,
    "/vpn%2f..%2f" CONF,
    "/vpn/../%76pns/cfg/smb.conf",
    "/vpn/../vpn%73/cfg/smb.conf",
    "//vpn/js/%2e./.%2e/%76pns/cfg/smb.conf",

    "/vpn/%252e%252e/" CONF,
    "/vpn/..%252f" CONF,
    "/vpn/%25252e./" CONF,
    "/vpn/%%32%65./" CONF,
    "/vpn/%u002e./" CONF,
    "/vpn/..%u002f" CONF,

    "/vpn/%c0%ae%c0%ae/" CONF,
    "/vpn/..%c0%af" CONF,
    "/vpn/%e0%80%ae./" CONF,
    "/vpn/%ef%bc%8e%ef%bc%8e/" CONF,
    "/vpn/..%ef%bc%8f" CONF,
    "/vpn/../vpn%c5%bf/cfg/smb.conf",

    "/vpn/..\\" CONF,
    "/vpn/..%5c" CONF,
    "/vpn/..%255c" CONF,

    "/vpn/..;/" CONF,
    "/vpn/..;x=1/" CONF,
    "/vpn/..%3b/" CONF,
    "/vpn/../vpns;x/cfg/smb.conf",
    "/vpn/.../" CONF,
    "/vpn/..%20/" CONF,
    "/vpn/..%09/" CONF,
    "/vpn/..%3fx/" CONF,
    "/vpn/..%23x/" CONF,

    "/vpns/cfg/smb.conf?/../",
    "/vpn/index.html?x=/../vpns/",
    NULL
};


static const char  *verify_all_pages[] = {
    "/vpn/index.html",
    "/logon/LogonPoint/tmindex.html",
    "/",
    NULL
};


const char *
verify_target(unsigned n)
{
    return verify_all_targets[n];
}


const char *
verify_page(unsigned n)
{
    return verify_all_pages[n];
}


unsigned
verify_targets(void)
{
    return sizeof(verify_all_targets) / sizeof(verify_all_targets[0]) - 1;
}


/*
 * does it contain a spelling of this run, other than those of a bypass test?
 */

int
verify_is_spelling(const verify_t *v, const char *text)
{
    const char  *p;

    p = strstr(text, v->token);

    return p && strncmp(p + strlen(v->token), "-way", 4) != 0;
}
