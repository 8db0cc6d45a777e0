
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Sample requests: which of them rules match, for each part that a rule may
 * examine; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_rule_parse.h"
#include "cguard/rules/cguard_samples.h"
#include "request.h"
#include "tap.h"


/* a rule, and the first sample request that it matches */

static const struct {
    const char           *rule;
    const char           *request;
} ordinary_cases[] = {
    { "path ^/$", "GET /" },
    { "path ^/zzz", NULL },
    { "target ^/.*&screenheight=800$", "GET /logon/LogonPoint/tmindex.html?"
      "screenwidth=1280&screenheight=800" },
    { "query ^wica$", "GET /cgi/setclient?wica" },
    { "query csrftoken=e1c5d0&is", "GET /Citrix/StoreWeb/Resources/LaunchIca/"
      "QS5Ob3RlcGFk.ica?CsrfToken=E1C5D0&IsUsingHttps=Yes&launchId=1584" },
    { "path ^/cvpn/.*/a\\x20b/", "GET /cvpn/http/intranet.example.test/"
      "a%20b/c.aspx?d=%E2%82%AC" },
    { "method ^HEAD$ case", "HEAD /vpn/images/AccessGateway.ico" },
    { "method ^PUT$", NULL },
    { "length:method >4", NULL },
    { "host ^gateway\\.example\\.com$", "GET /" },
    { "length:host >19", NULL },
    { "length:host =19", "GET /" },
    { "header:user-agent ^mozilla/5", "GET /" },
    { "header:user-agent gateway", NULL },
    { "header:cookie ;\\x20url=/vpn/index\\.html$", "GET /" },
    { "header:connection ^keep-alive$", "GET /" },
    { "header:accept-encoding ^gzip,", "GET /" },
    { "count:headers =8", "GET /" },
    { "count:headers >8", NULL },
    { "header:x-none !.", "GET /" },
    { "header:user-agent ^(.+)+[!?]$", NULL },
    { "body:9 .", NULL },
    { "body:9 .* and path ^/cgi/", NULL },
    { "length:body =0", NULL },
    { "length:body >0", NULL },
};


static void
ordinary_one(tap_t *t, cguard_matcher_t *m, const char *text,
    const char *want)
{
    const char       *request;
    cguard_rule_t     rule;
    request_words_t   w;

    request_rule(&rule, &w, text);

    request = cguard_sample_refused(&rule, m);

    if (!tap_ok(t, want ? request && strcmp(request, want) == 0
                        : request == NULL,
                "%s: %.40s", text, want ? want : "none"))
    {
        tap_diag("%s", request ? request : "none");
    }

    cguard_rule_free(&rule);
}


int
main(void)
{
    tap_t              t = { 0, 0 };
    size_t             i;
    cguard_matcher_t  *m;

    m = cguard_matcher_create();
    if (m == NULL) {
        return 2;
    }

    for (i = 0; i < sizeof(ordinary_cases) / sizeof(ordinary_cases[0]); i++) {
        ordinary_one(&t, m, ordinary_cases[i].rule, ordinary_cases[i].request);
    }

    cguard_matcher_free(m);

    return tap_done(&t);
}
