
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The sample requests, and the first one that a rule matches.
 */


#include <string.h>

#include "cguard_form.h"
#include "cguard_pattern.h"
#include "cguard_rule.h"
#include "cguard_rule_types.h"
#include "cguard_samples.h"


#define CGUARD_SAMPLE_SCRATCH  2048


static const char *const  cguard_sample_requests[] = {
    "GET /",
    "GET /favicon.ico",
    "GET /vpn/index.html",
    "GET /vpn/js/rdx/core/lang/rdx_en.json.gz",
    "GET /vpn/pluginlist.xml",
    "GET /logon/LogonPoint/tmindex.html?screenwidth=1280&screenheight=800",
    "GET /logon/themes/Default/resources/en.xml",
    "POST /nf/auth/doAuthentication.do",
    "POST /cgi/login",
    "POST /cgi/samlauth",
    "GET /cgi/setclient?wica",
    "GET /saml/login?SAMLRequest=fZFRS8MwFIX%2FSsl7m7SdWxfaQnE",
    "GET /oauth/idp/.well-known/openid-configuration",
    "GET /vpns/cvpnpage.html",
    "GET /vpns/portal/homepage.html",
    "HEAD /vpn/images/AccessGateway.ico",
    "POST /Citrix/StoreWeb/Resources/List",
    ("GET /Citrix/StoreWeb/Resources/LaunchIca/QS5Ob3RlcGFk.ica?"
     "CsrfToken=E1C5D0&IsUsingHttps=Yes&launchId=1584"),
    "GET /cvpn/http/intranet.example.test/a%20b/c.aspx?d=%E2%82%AC"
};


static const struct {
    const char  *name;
    const char  *value;
} cguard_sample_fields[] = {
    { "Host", "gateway.example.com" },
    { "User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" },
    { "Accept", "text/html,application/xhtml+xml,*/*;q=0.8" },
    { "Accept-Language", "nl,en;q=0.5" },
    { "Accept-Encoding", "gzip, deflate, br" },
    { "Referer", "https://gateway.example.com/vpn/index.html" },
    { "Cookie", "NSC_AAAC=4ed7f6a9c2b0; NSC_USER=jdoe; "
                "url=%2Fvpn%2Findex.html" },
    { "Connection", "keep-alive" }
};


static int
cguard_sample_field(void *data, size_t *i, cguard_word_t *name,
    cguard_word_t *value)
{
    (void) data;

    if (*i == sizeof(cguard_sample_fields)
              / sizeof(cguard_sample_fields[0]))
    {
        return 0;
    }

    name->data = cguard_sample_fields[*i].name;
    name->len = strlen(name->data);
    value->data = cguard_sample_fields[*i].value;
    value->len = strlen(value->data);

    (*i)++;

    return 1;
}


const char *
cguard_sample_refused(const cguard_rule_t *rule, cguard_matcher_t *m)
{
    size_t             i, size;
    const char        *target;
    unsigned char      scratch[CGUARD_SAMPLE_SCRATCH];
    cguard_subject_t   s;

    memset(&s, 0, sizeof(cguard_subject_t));

    s.header = cguard_sample_field;
    s.host.data = cguard_sample_fields[0].value;
    s.host.len = strlen(s.host.data);
    s.body_length = CGUARD_RULE_UNANNOUNCED;

    for (i = 0; i < sizeof(cguard_sample_requests)
                    / sizeof(cguard_sample_requests[0]); i++)
    {
        s.method.data = cguard_sample_requests[i];
        target = strchr(s.method.data, ' ') + 1;
        s.method.len = (size_t) (target - s.method.data) - 1;

        size = cguard_form_size(strlen(target));

        s.nforms = cguard_form_target((const unsigned char *) target,
                                      strlen(target), scratch, size, s.form);
        s.scratch = scratch + size;
        s.nscratch = sizeof(scratch) - size;

        if (cguard_rule_match(rule, &s, m) == 1) {
            return cguard_sample_requests[i];
        }
    }

    return NULL;
}
