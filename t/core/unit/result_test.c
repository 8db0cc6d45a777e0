
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What a result reports besides the reason: depth and range; prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "tap.h"
#include "vectors.h"


/* "range" is the text that the range holds: its first place in the target */

typedef struct {
    const char           *target;    /* escaped as in t/data */
    const char           *range;
    unsigned              policy;
    unsigned              depth;
    cguard_reason_e       reason;
} result_case_t;


static void result_case(tap_t *t, const result_case_t *c);
static void result_headers(tap_t *t);
static void result_nothing(tap_t *t);
static void result_names(tap_t *t);
static vectors_bytes_t result_bytes(const char *text);


#define T0  0, 0, CGUARD_TRAVERSAL
#define T1  0, 1, CGUARD_TRAVERSAL
#define T2  0, 2, CGUARD_TRAVERSAL
#define T3  0, 3, CGUARD_TRAVERSAL


static const result_case_t  result_cases[] = {

    /* nothing encoded */

    { "/vpn/../vpns/cfg/smb.conf", "../vpns", T0 },
    { "/vpn/../vpns", "../vpns", T0 },
    { "/vpn/../x/y/vpns/z", "../x/y/vpns", T0 },
    { "../vpns/", "../vpns", T0 },
    { "/vpns/..", "vpns/..", T0 },
    { "/vpns/x/y/../z", "vpns/x/y/..", T0 },
    { "/vpns;x/../y", "vpns;x/..", T0 },
    { "/VPN/../VpNs/", "../VpNs", T0 },
    { "/vpn\\\\..\\\\vpns", "..\\\\vpns", T0 },
    { "/vpn/..;x/vpns/", "..;x/vpns", T0 },
    { "/vpn/.../vpns/", ".../vpns", T0 },
    { "/../a/../vpns/b/vpns", "../a/../vpns", T0 },
    { "/vpn/x%/../vpns", "../vpns", T0 },
    { "/vpn/../vpns%%32fx", "../vpns", T0 },
    { "/vpn/..///./vpns/", "..///./vpns", T0 },
    { "..%\t2f", "..%\t2f", T1 },
    { "http://gateway.example.test/vpn/../vpns/", "../vpns", T0 },
    { "/a?b/../vpns/", "../vpns", 0, 0, CGUARD_QUERY },

    /* separators do not count for the depth */

    { "/vpn/..%2fvpns/", "..%2fvpns", T0 },
    { "/vpn%252f..%255cvpns%2f", "..%255cvpns", T0 },
    { "/%2576pn/../vpns/", "../vpns", T0 },

    /* encoded */

    { "/vpn/%2e%2e/vpns/", "%2e%2e/vpns", T1 },
    { "/vpn/.%2e/vpns/", ".%2e/vpns", T1 },
    { "/vpn/../%76pns/", "../%76pns", T1 },
    { "/vpn/../vpn%73", "../vpn%73", T1 },
    { "/vpn/%2E./vpns/", "%2E./vpns", T1 },
    { "/vpn/%u002e./vpns/", "%u002e./vpns", T1 },
    { "/vpn/\\xc0\\xae./vpns/", "\\xc0\\xae./vpns", T1 },
    { "/vpn/%252e./vpns/", "%252e./vpns", T2 },
    { "/vpn/%2e./%2576pns/", "%2e./%2576pns", T2 },
    { "/vpn/%2e%252e/vpns/", "%2e%252e/vpns", T2 },
    { "/vpn/%%32%65./vpns/", "%%32%65./vpns", T2 },
    { "/vpn/%%32e./vpns/", "%%32e./vpns", T2 },
    { "/vpn/%2%65./vpns/", "%2%65./vpns", T2 },
    { "/vpn/%25%32%65./vpns/", "%25%32%65./vpns", T2 },
    { "/vpn/%25u002e./vpns/", "%25u002e./vpns", T2 },
    { "/vpn/%c0%ae./vpns/", "%c0%ae./vpns", T2 },
    { "/vpn/%c0\\xae./vpns/", "%c0\\xae./vpns", T2 },
    { "/vpn/%c0%2e./vpns/", "%c0%2e./vpns", T2 },
    { "/vpn/%c0../vpns/", "%c0../vpns", T2 },
    { "/vpn/%e0%80%ae./vpns/", "%e0%80%ae./vpns", T2 },
    { "/vpn/%uff0e./vpns/", "%uff0e./vpns", T2 },
    { "/vpn/../%c1%b6pns", "../%c1%b6pns", T2 },
    { "/vpn/../v%25c3pns", "../v%25c3pns", T2 },
    { "/vpn/%25252e./vpns/", "%25252e./vpns", T3 },
    { "/vpn/%%%332e./vpns/", "%%%332e./vpns", T3 },
    { "/vpn/%25c0%25ae./vpns/", "%25c0%25ae./vpns", T3 },
    { "/vpn/%c0%25ae./vpns/", "%c0%25ae./vpns", T3 },
    { "/vpn/%25252525252e./vpns", "%25252525252e./vpns",
      0, 6, CGUARD_TRAVERSAL },

    /* query */

    { "/vpns/?/../", "vpns/?/..", 0, 0, CGUARD_QUERY },
    { "/vpns?/../", "vpns?/..", 0, 0, CGUARD_QUERY },
    { "/vpn/..?/vpns/", "..?/vpns", 0, 0, CGUARD_QUERY },
    { "/?a=/%2e%2e/vpns/", "%2e%2e/vpns", 0, 1, CGUARD_QUERY },
    { "/vpns?a=/%252e./x", "vpns?a=/%252e.", 0, 2, CGUARD_QUERY },

    /* one segment alone */

    { "/vpns/portal/", "vpns", CGUARD_NO_SSLVPN, 0, CGUARD_VPNS },
    { "vpns", "vpns", CGUARD_NO_SSLVPN, 0, CGUARD_VPNS },
    { "/x?a=/vpns/", "vpns", CGUARD_NO_SSLVPN, 0, CGUARD_VPNS },
    { "/a/%2576pns/b", "%2576pns", CGUARD_NO_SSLVPN, 2, CGUARD_VPNS },
    { "/a/../b", "..", CGUARD_ANY_PARENT, 0, CGUARD_PARENT },
    { "/..", "..", CGUARD_ANY_PARENT, 0, CGUARD_PARENT },
    { "/a/%2e./b", "%2e.", CGUARD_ANY_PARENT, 1, CGUARD_PARENT },
    { "/a/%c0%ae%c0%ae/b", "%c0%ae%c0%ae", CGUARD_ANY_PARENT, 2,
      CGUARD_PARENT },
    { "/a/../b?/vpn", "..", CGUARD_ANY_PARENT, 0, CGUARD_PARENT },

    /* malformed: the byte, or its escape */

    { "/a#b", "#", 0, 0, CGUARD_MALFORMED },
    { "/a\\tb", "\\t", 0, 0, CGUARD_MALFORMED },
    { "/a#%01\\t", "#", 0, 0, CGUARD_MALFORMED },
    { "/a%01#\\t", "%01", 0, 1, CGUARD_MALFORMED },
    { "/a\\x00", "\\x00", 0, 0, CGUARD_MALFORMED },
    { "/a%00b", "%00", 0, 1, CGUARD_MALFORMED },
    { "/a%01b%02", "%01", 0, 1, CGUARD_MALFORMED },
    { "/a%u000ab", "%u000a", 0, 1, CGUARD_MALFORMED },
    { "/a%2500b", "", 0, 0, CGUARD_PASS },
    { "/a/%0ab?%00", "%0a", 0, 1, CGUARD_MALFORMED },

    /* nothing */

    { "", "", 0, 0, CGUARD_PASS },
    { "/", "", 0, 0, CGUARD_PASS },
    { "?", "", 0, 0, CGUARD_PASS },
    { "*", "", 0, 0, CGUARD_PASS },
    { "/vpns/", "", 0, 0, CGUARD_PASS },
    { "/a/../b", "", 0, 0, CGUARD_PASS },
    { "/vpn/a%20b/%c3%a9?x=%2e%2e", "", 0, 0, CGUARD_PASS },
};


int
main(void)
{
    tap_t   t = { 0, 0 };
    size_t  i;

    for (i = 0; i < sizeof(result_cases) / sizeof(result_cases[0]); i++) {
        result_case(&t, &result_cases[i]);
    }

    result_headers(&t);
    result_nothing(&t);
    result_names(&t);

    return tap_done(&t);
}


static void
result_case(tap_t *t, const result_case_t *c)
{
    int              ok;
    size_t           start;
    cguard_result_t  res;
    vectors_bytes_t  target, range;

    target = result_bytes(c->target);
    range = result_bytes(c->range);

    for (start = 0; start + range.len < target.len; start++) {
        if (memcmp(target.data + start, range.data, range.len) == 0) {
            break;
        }
    }

    memset(&res, 0xa5, sizeof(cguard_result_t));

    ok = cguard_target(target.data, target.len, c->policy, &res) == c->reason
         && res.reason == c->reason
         && cguard_target(target.data, target.len, c->policy, NULL)
            == c->reason;

    if (c->reason != CGUARD_PASS) {
        ok = ok && res.depth == c->depth && res.start == start
             && res.end == start + range.len;
    }

    if (!tap_ok(t, ok, "%s: %s", cguard_reason_name(c->reason), c->target)) {
        tap_diag("have %s, depth %u, range %zu to %zu",
                 cguard_reason_name(res.reason), res.depth, res.start,
                 res.end);
        tap_diag("want %s, depth %u, range %zu to %zu",
                 cguard_reason_name(c->reason), c->depth, start,
                 start + range.len);
    }

    free(target.data);
    free(range.data);
}


static void
result_headers(tap_t *t)
{
    static const struct {
        const char       *value;
        size_t            start;
        size_t            end;
        unsigned          depth;
    } headers[] = {
        { "..", 0, 2, 0 },
        { "../x", 0, 2, 0 },
        { "x/%2e%2e/y", 2, 8, 1 },
        { "x\\y\\..", 4, 6, 0 },
        { "x/%252e./y", 2, 8, 2 },
        { "x?/../y", 3, 5, 0 },
    };

    size_t                i;
    cguard_reason_e       reason;
    cguard_result_t       res;
    const unsigned char  *name, *value;

    name = (const unsigned char *) "nsc-user";

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        value = (const unsigned char *) headers[i].value;

        reason = cguard_header(name, 8, value, strlen(headers[i].value),
                               &res);

        if (!tap_ok(t, reason == CGUARD_HEADER && res.reason == reason
                       && res.start == headers[i].start
                       && res.end == headers[i].end
                       && res.depth == headers[i].depth,
                    "header: %s", headers[i].value))
        {
            tap_diag("have %s, depth %u, range %zu to %zu",
                     cguard_reason_name(reason), res.depth, res.start,
                     res.end);
        }
    }
}


static void
result_nothing(tap_t *t)
{
    unsigned              policy;
    cguard_result_t       res;
    const unsigned char  *name;

    name = (const unsigned char *) "NSC_USER";

    for (policy = 0; policy < 4; policy++) {
        tap_ok(t, cguard_target(NULL, 0, policy, &res) == CGUARD_PASS
                  && res.reason == CGUARD_PASS
                  && cguard_target(NULL, 0, policy, NULL) == CGUARD_PASS,
               "no target at all, policy %u", policy);
    }

    tap_ok(t, cguard_header(NULL, 0, NULL, 0, NULL) == CGUARD_PASS
              && cguard_header(name, 8, NULL, 0, NULL) == CGUARD_PASS
              && cguard_header(NULL, 0, name, 8, &res) == CGUARD_PASS
              && res.reason == CGUARD_PASS,
           "no header at all");
}


static void
result_names(tap_t *t)
{
    static const char  *names[] = {
        "pass", "traversal", "query", "vpns", "parent", "malformed", "header"
    };

    size_t  i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        tap_ok(t, strcmp(cguard_reason_name((cguard_reason_e) i), names[i])
                  == 0,
               "name of a reason: %s", names[i]);
    }
}


static vectors_bytes_t
result_bytes(const char *text)
{
    vectors_bytes_t  b;

    if (vectors_unescape(&b, text, strlen(text)) == -1) {
        fprintf(stderr, "bad escape: %s\n", text);
        exit(2);
    }

    return b;
}
