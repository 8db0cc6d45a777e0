
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rules: their syntax with every message, every target and comparison, what
 * "all" and "any" mean, bodies that are not known yet, and that no rule that
 * matches is missing from the candidates.  Prints TAP.
 */


#include <stdlib.h>
#include <string.h>

#include "cguard/rules/cguard_rule_parse.h"
#include "request.h"
#include "tap.h"
#include "vectors.h"


#define RULE_MANY    2000
#define RULE_BLOCKS  12
#define RULE_ASKED   14
#define RULE_SLOW    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"
#define RULE_LONG    "01234567890123456789012345678901"                       \
                     "23456789012345678901234567890123"


static const struct {
    const char           *rule;
    const char           *error;
} rule_errors[] = {
    { "", "a rule needs an ID" },
    { "a", "a rule needs a target and a pattern" },
    { "a path", "a target without a pattern" },
    { "a path x and", "a target without a pattern" },
    { "a path x and query", "a target without a pattern" },
    { "a/b path x", "invalid rule ID \"a/b\", it must be 1 to 64 letters, "
      "digits, \"-\", \"_\" or \".\"" },
    { "~ path x", "invalid rule ID" },
    { RULE_LONG "4 path x", "invalid rule ID" },
    { "a uri x", "invalid target \"uri\", it must be one of path, query, "
      "target, method, host, header:NAME, body:N, length: or count: with one "
      "of these, length:body, length:headers or count:headers" },
    { "a body x", "invalid target \"body\"" },
    { "a count:body >1", "invalid target \"count:body\"" },
    { "a length:body >1025k", "invalid comparison \">1025k\" with the length "
      "of a body, the number must not exceed 1024k" },
    { "a length:body >1 pass", "a rule with \"pass\" cannot examine a body" },
    { "a paths x", "invalid target \"paths\"" },
    { "a pat x", "invalid target \"pat\"" },
    { "a PATH x", "invalid target \"PATH\"" },
    { "a headers x", "invalid target \"headers\"" },
    { "a header x", "invalid target \"header\"" },
    { "a count:path >1", "invalid target \"count:path\"" },
    { "a length:body:5 >1", "invalid target \"length:body:5\"" },
    { "a length:length:path >1", "invalid target" },
    { "a header: x", "invalid header name in target \"header:\"" },
    { "a header:a:b x", "invalid header name in target \"header:a:b\"" },
    { "a count:header:a~b >1", "invalid header name" },
    { "a body: x", "invalid number in target \"body:\", it must be from 1 to "
      "1024k bytes" },
    { "a body:0 x", "invalid number in target" },
    { "a body:-1 x", "invalid number in target" },
    { "a body:5m x", "invalid number in target" },
    { "a body:k x", "invalid number in target" },
    { "a body:1025k x", "invalid number in target" },
    { "a body:1048577 x", "invalid number in target" },
    { "a body:99999999999999999999999 x", "invalid number in target" },
    { "a length:path x", "invalid comparison \"x\", it must be \">\", \">=\", "
      "\"<\", \"<=\" or \"=\" and a number, such as \">255\" or \">=4k\"" },
    { "a body:18446744073709551621 x", "invalid number in target" },
    { "a length:path >k", "invalid comparison \">k\"" },
    { "a length:path >1;", "invalid comparison \">1;\"" },
    { "a length:path >/", "invalid comparison \">/\"" },
    { "a length:path 5", "invalid comparison \"5\"" },
    { "a length:path >", "invalid comparison \">\"" },
    { "a length:path ==5", "invalid comparison \"==5\"" },
    { "a length:path >5x", "invalid comparison \">5x\"" },
    { "a length:path !>5", "invalid comparison \"!>5\"" },
    { "a path !", "empty pattern" },
    { "a path (", "invalid pattern \"(\": " },
    { "a path x and query [", "invalid pattern \"[\": " },
    { "a path x off", "invalid parameter \"off\", it must be \"and\", "
      "\"detect\", \"block\", \"pass\", \"msg=TEXT\", \"of=ID,...\" or "
      "\"case\"" },
    { "a path x Block", "invalid parameter \"Block\"" },
    { "a path x detect and query y", "\"and\" after an option: conditions "
      "come first" },
    { "a path x detect block", "more than one of \"detect\", \"block\" and "
      "\"pass\"" },
    { "a path x pass pass", "more than one of" },
    { "a path x and body:9 x pass", "a rule with \"pass\" cannot examine a "
      "body" },
    { "a path x of=b", "\"of=\" is for a rule with \"pass\" only" },
    { "a path x detect of=b", "\"of=\" is for a rule with \"pass\" only" },
    { "a path x pass of=", "\"of=\" without an ID" },
    { "a path 1 and path 2 and path 3 and path 4 and path 5 and path 6 and "
      "path 7 and path 8 and path 9", "too many conditions, at most 8" },
};


/* the request for the rules below */

#define RULE_TARGET   "/vpn/%61.b//c?x=%31&y=a+b"
#define RULE_HEADERS  "Host: Gateway.Example | X-One: a%62c | x_one: second"  \
                      " | Accept: */* | Empty: "
#define RULE_BODY     "login=j%6fe&passwd=a+b"


static const struct {
    const char           *rule;
    int                   want;
} rule_matches[] = {
    { "path ^/vpn/a", 1 }, { "path %61", 1 }, { "path x=", 0 },
    { "path ^/vpn/a\\.b/c$", 1 }, { "path VPN", 1 }, { "path VPN case", 0 },
    { "path vpn case", 1 }, { "path !vpn", 0 }, { "path !zzz", 1 },
    { "path !%61", 1 },
    { "query ^x=1&", 1 }, { "query ^x=%31", 1 }, { "query vpn", 0 },
    { "query \\?", 0 }, { "query a\\+b$", 1 },
    { "target c\\?x=1", 1 }, { "target ^/vpn/.*b$", 1 },
    { "method ^PUT$", 1 }, { "method ^put$", 1 }, { "method ^put$ case", 0 },
    { "method !^get$", 1 },
    { "host ^gateway\\.example$", 1 }, { "host x", 1 }, { "host zzz", 0 },
    { "header:x-one ^abc$", 1 }, { "header:X_ONE second", 1 },
    { "header:x.one ^a%62c$", 1 }, { "header:xone a", 0 },
    { "header:x-on second", 0 }, { "header:x-ones second", 0 },
    { "header:x-one ^third", 0 }, { "header:x-one !^abc$", 1 },
    { "header:accept !.", 0 }, { "header:empty ^$", 1 },
    { "header:none .", 0 }, { "header:none !.", 1 }, { "header:none ^$", 0 },
    { "length:path =13", 1 }, { "length:path >12", 1 },
    { "length:path >13", 0 }, { "length:path >=13", 1 },
    { "length:path <14", 1 }, { "length:path <13", 0 },
    { "length:path <=13", 1 }, { "length:path <=12", 0 },
    { "length:query =11", 1 }, { "length:target =25", 1 },
    { "length:method =3", 1 }, { "length:host =15", 1 },
    { "length:header:x-one =5", 1 }, { "length:header:x-one =6", 1 },
    { "length:header:x-one =7", 0 }, { "length:header:empty =0", 1 },
    { "length:header:none =0", 0 }, { "length:headers =74", 1 },
    { "count:headers =5", 1 }, { "count:header:x-one =2", 1 },
    { "count:header:none =0", 1 }, { "count:header:none >=1", 0 },
    { "length:target <1k", 1 }, { "length:target >=1K", 0 },
    { "body:1k ^login=joe&passwd=a~b$", 1 }, { "body:1k j%6fe", 1 },
    { "body:1k a\\+b", 1 }, { "body:3 ^log$", 1 }, { "body:3 login", 0 },
    { "body:1024k !zzz", 1 }, { "body:8 j%$", 1 },
    { "path ^/vpn/a detect", 1 }, { "path ^/vpn/a block", 1 },
    { "path vpn and query x and method put", 1 },
    { "path vpn and query zzz and method put", 0 },
    { "path %61 and path /a", 1 },
    { "path vpn and body:1k joe", 1 }, { "path zzz and body:1k joe", 0 },
    { "body:1k joe and path zzz", 0 },
    { "path and", 0 }, { "path and and query y", 0 },

    /* an exception: in every form, and in every field of the name */

    { "path vpn pass", 1 }, { "path ^/vpn/a pass", 0 },
    { "path %61 pass", 0 }, { "path !%61 pass", 0 }, { "path !zzz pass", 1 },
    { "query b$ pass", 1 }, { "query x=1 pass", 0 },
    { "header:x-one . pass", 1 }, { "header:x-one abc pass", 0 },
    { "header:x-one !zzz pass", 1 }, { "header:x-one !second pass", 0 },
    { "header:accept \\* pass", 1 }, { "header:none . pass", 0 },
    { "header:none !. pass", 1 }, { "header:x-one %62|second pass", 0 },
    { "length:header:x-one >4 pass", 1 }, { "length:header:x-one =5 pass", 0 },
    { "path vpn and query x=1 pass", 0 },
};


/* asked before the body is known */

static const struct {
    const char           *rule;
    int                   want;
} rule_bodies[] = {
    { "body:1k x", CGUARD_RULE_NEED_BODY },
    { "body:1k !x", CGUARD_RULE_NEED_BODY },
    { "path vpn and body:1k x", CGUARD_RULE_NEED_BODY },
    { "body:1k x and path vpn", CGUARD_RULE_NEED_BODY },
    { "body:1k x and body:2k y", CGUARD_RULE_NEED_BODY },
    { "path zzz and body:1k x", 0 },
    { "body:1k x and path zzz", 0 },
    { "length:body >3", CGUARD_RULE_NEED_BODY },
};


/* of a body of 5 bytes: announced; read so far, perhaps with its end */

static const struct {
    const char           *rule;
    size_t                length;
    size_t                read;
    unsigned              whole;
    int                   want;
    size_t                need;
} rule_lengths[] = {
    { "length:body >4", 5, 0, 0, 1, 5 },
    { "length:body >5", 5, 0, 0, 0, 6 },
    { "length:body =5", 5, 0, 0, 1, 6 },
    { "length:body >4", CGUARD_RULE_UNANNOUNCED, 5, 0, 1, 5 },
    { "length:body >5", CGUARD_RULE_UNANNOUNCED, 5, 1, 0, 6 },
    { "length:body >=5", CGUARD_RULE_UNANNOUNCED, 5, 1, 1, 6 },
    { "length:body <=5", CGUARD_RULE_UNANNOUNCED, 5, 1, 1, 6 },
    { "length:body <=4", CGUARD_RULE_UNANNOUNCED, 5, 0, 0, 5 },
    { "length:body <5", CGUARD_RULE_UNANNOUNCED, 5, 0, 0, 6 },
    { "length:body =4", CGUARD_RULE_UNANNOUNCED, 4, 0, 0, 5 },
    { "length:body =0", CGUARD_RULE_UNANNOUNCED, 0, 1, 1, 1 },
    { "length:body =1024k", CGUARD_RULE_UNANNOUNCED, 5, 1, 0,
      CGUARD_RULE_BODY + 1 },
    { "length:body =0", 0, 0, 0, 1, 1 },
    { "body:9 hell and length:body >9", 10, 5, 0, 1, 10 },
};


/* two hosts: that of the header is "gateway", that of the target "other" */

static const struct {
    const char           *rule;
    int                   want;
} rule_hosts[] = {
    { "host ^gateway$", 1 }, { "host ^other$", 1 }, { "host zzz", 0 },
    { "length:host =7", 1 }, { "length:host =5", 1 },
    { "length:host =6", 0 }, { "host e pass", 1 },
    { "host ^gateway$ pass", 0 }, { "host ^other$ pass", 0 },
    { "length:host >6 pass", 0 }, { "length:host >4 pass", 1 },
};


static void
rule_syntax(tap_t *t)
{
    char             error[CGUARD_RULE_ERROR];
    size_t           i, k;
    unsigned         left;
    const char      *want;
    request_words_t  w;
    cguard_rule_t    rule;

    left = 0;

    for (i = 0; i < sizeof(rule_errors) / sizeof(rule_errors[0]); i++) {
        request_split(&w, rule_errors[i].rule);
        memset(&rule, 0, sizeof(cguard_rule_t));
        want = rule_errors[i].error;
        error[0] = '\0';

        if (!tap_ok(t, cguard_rule_parse(&rule, w.word, w.n, error) == -1
                       && strncmp(error, want, strlen(want)) == 0,
                    "%.60s: %s", rule_errors[i].rule, want))
        {
            tap_diag("%s", error);
        }

        for (k = 0; k < CGUARD_RULE_CONDITIONS; k++) {
            left += rule.condition[k].pattern.code != NULL;
        }
    }

    tap_ok(t, left == 0, "no pattern of a rule that is none is left");
}


static int
rule_word(const cguard_word_t *w, const char *text)
{
    return w->len == strlen(text) && memcmp(w->data, text, w->len) == 0;
}


static void
rule_parts(tap_t *t)
{
    char             error[CGUARD_RULE_ERROR];
    request_words_t  w;
    cguard_rule_t    rule;

    request_rule(&rule, &w, "path abc");
    tap_ok(t, rule_word(&rule.id, "id") && rule.action == CGUARD_RULE_BLOCK
              && rule.msg.len == 0 && rule.scope.data == NULL
              && rule.body == 0 && rule.n == 1, "block is the default");
    cguard_rule_free(&rule);

    request_rule(&rule, &w, "path abc and body:2k x and body:1 y detect "
              "msg=a~text case");
    tap_ok(t, rule.action == CGUARD_RULE_DETECT
              && rule_word(&rule.msg, "a text") && rule.body == 2048
              && rule.n == 3, "detect, a message, the longest body");
    cguard_rule_free(&rule);

    request_rule(&rule, &w, "path abc pass of=a,b msg=");
    tap_ok(t, rule.action == CGUARD_RULE_PASS
              && rule_word(&rule.scope, "a,b") && rule.msg.len == 0,
           "pass, and of what");
    cguard_rule_free(&rule);

    request_rule(&rule, &w, "path abc block");
    tap_ok(t, rule.action == CGUARD_RULE_BLOCK, "block");
    cguard_rule_free(&rule);
    cguard_rule_free(&rule);
    tap_ok(t, rule.condition[0].pattern.code == NULL, "free twice is no harm");

    request_split(&w, RULE_LONG " path x");
    tap_ok(t, cguard_rule_parse(&rule, w.word, w.n, error) == 0
              && rule.id.len == CGUARD_RULE_ID, "the longest ID");
    cguard_rule_free(&rule);
}


static void
rule_table(tap_t *t, cguard_matcher_t *m)
{
    int              rc;
    size_t           i;
    request_t        r;
    request_words_t  w;
    cguard_rule_t    rule;
    unsigned char   *target, *body;

    target = vectors_copy(RULE_TARGET, strlen(RULE_TARGET));
    body = vectors_copy(RULE_BODY, strlen(RULE_BODY));

    request_init(&r, "PUT", target, strlen(RULE_TARGET), RULE_HEADERS,
                 strlen(RULE_HEADERS));

    for (i = 0; i < sizeof(rule_bodies) / sizeof(rule_bodies[0]); i++) {
        request_rule(&rule, &w, rule_bodies[i].rule);
        rc = cguard_rule_match(&rule, &r.subject, m);
        tap_ok(t, rc == rule_bodies[i].want, "no body yet: %s: %d",
               rule_bodies[i].rule, rc);
        cguard_rule_free(&rule);
    }

    request_body(&r, body, strlen(RULE_BODY));

    for (i = 0; i < sizeof(rule_matches) / sizeof(rule_matches[0]); i++) {
        request_rule(&rule, &w, rule_matches[i].rule);
        rc = cguard_rule_match(&rule, &r.subject, m);
        tap_ok(t, rc == rule_matches[i].want, "%s: %d", rule_matches[i].rule,
               rc);
        cguard_rule_free(&rule);
    }

    request_free(&r);
    free(target);
    free(body);
}


static void
rule_body_length(tap_t *t, cguard_matcher_t *m)
{
    size_t           i;
    request_t        r;
    request_words_t  w;
    cguard_rule_t    rule;
    unsigned char   *body, target[] = "/";

    for (i = 0; i < sizeof(rule_lengths) / sizeof(rule_lengths[0]); i++) {

        request_init(&r, "POST", target, 1, "-", 1);
        body = vectors_copy("hello", rule_lengths[i].read);

        if (rule_lengths[i].length == CGUARD_RULE_UNANNOUNCED
            || rule_lengths[i].read)
        {
            request_body(&r, body, rule_lengths[i].read);
        }

        r.subject.body_whole = rule_lengths[i].whole;
        r.subject.body_length = rule_lengths[i].length;

        request_rule(&rule, &w, rule_lengths[i].rule);
        tap_ok(t, cguard_rule_match(&rule, &r.subject, m)
                  == rule_lengths[i].want
                  && rule.body == rule_lengths[i].need,
               "%s: %zu announced, %zu read", rule_lengths[i].rule,
               rule_lengths[i].length, rule_lengths[i].read);

        cguard_rule_free(&rule);
        request_free(&r);
        free(body);
    }
}


/* a missing part is empty; a part that cannot be judged is an error */

static void
rule_authority(tap_t *t, cguard_matcher_t *m)
{
    size_t           i;
    request_t        r;
    request_words_t  w;
    cguard_rule_t    rule;
    unsigned char    target[] = "/";

    request_init(&r, "GET", target, 1, "-", 1);
    r.subject.host.data = "gateway";
    r.subject.host.len = 7;
    r.subject.authority.data = "other";
    r.subject.authority.len = 5;

    for (i = 0; i < sizeof(rule_hosts) / sizeof(rule_hosts[0]); i++) {
        request_rule(&rule, &w, rule_hosts[i].rule);
        tap_ok(t, cguard_rule_match(&rule, &r.subject, m)
                  == rule_hosts[i].want, "two hosts: %s", rule_hosts[i].rule);
        cguard_rule_free(&rule);
    }

    r.subject.host.data = RULE_SLOW;
    r.subject.host.len = sizeof(RULE_SLOW) - 1;

    request_rule(&rule, &w, "host ^(a+)+$");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) < -1,
           "a host for which a pattern meets its limit");
    cguard_rule_free(&rule);
    request_free(&r);
}


static void
rule_edges(tap_t *t, cguard_matcher_t *m)
{
    request_t        r;
    request_words_t  w;
    cguard_rule_t    rule;
    unsigned char    target[] = "/a?b", slow[] = "/?" RULE_SLOW "%62";

    request_init(&r, "GET", target, 2, "-", 1);

    /* in memory where another byte follows */

    request_rule(&rule, &w, "host ^$ and query (*NO_JIT)^$ and length:host =0 "
                 "and length:query =0 and body:1 ^$");
    request_body(&r, NULL, 0);
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) == 1,
           "no host, no query, an empty body");
    cguard_rule_free(&rule);
    request_free(&r);

    request_init(&r, "GET", target, 3, "-", 1);
    request_rule(&rule, &w, "query ^$ and length:query =0 and length:path =2");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) == 1, "an empty query");
    cguard_rule_free(&rule);

    request_header(&r, "X", RULE_SLOW, sizeof(RULE_SLOW) - 1);
    request_header(&r, "X", "b", 1);
    request_rule(&rule, &w, "header:x ^(a+)+$");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) < -1,
           "a pattern that meets its limit is an error");
    cguard_rule_free(&rule);

    request_rule(&rule, &w, "header:x !^(a+)+$");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) < -1,
           "... also one that must not match");
    cguard_rule_free(&rule);

    request_rule(&rule, &w, "header:x ^(a+)+$ pass");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) < -1,
           "... also of an exception");
    cguard_rule_free(&rule);

    request_header(&r, "Y", "%41%42", 6);
    r.subject.nscratch = 5;
    request_rule(&rule, &w, "header:y zzz");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) == CGUARD_RULE_NO_ROOM,
           "too little room for the forms of a value");
    r.subject.nscratch = 6;
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) == 0, "just enough");
    cguard_rule_free(&rule);

    request_header(&r, "Z", "%41+b", 5);
    request_rule(&rule, &w, "header:z ^a\\+b$");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) == 1,
           "\"+\" is no blank in a header");
    cguard_rule_free(&rule);

    request_free(&r);

    request_init(&r, "GET", slow, sizeof(slow) - 1, "-", 1);
    request_rule(&rule, &w, "query ^(a+)+!b?$");
    tap_ok(t, cguard_rule_match(&rule, &r.subject, m) < -1,
           "a form for which a pattern meets its limit");
    cguard_rule_free(&rule);
    request_free(&r);
}


/* the allocation with the number "lack" fails */

typedef struct {
    size_t                n;
    size_t                lack;
    void                 *block[RULE_BLOCKS];
} rule_memory_t;


static void *
rule_alloc(void *data, size_t size)
{
    rule_memory_t  *memory = data;

    memory->block[memory->n] = memory->n + 1 == memory->lack ? NULL
                                                             : malloc(size);

    return memory->block[memory->n++];
}


static void
rule_memory_free(rule_memory_t *memory)
{
    while (memory->n) {
        free(memory->block[--memory->n]);
    }
}


/* which rules are evaluated, by their literals and names of fields */

static void
rule_asked(tap_t *t)
{
    size_t                i, n;
    request_t             r;
    rule_memory_t         memory = { 0, 0, { NULL } };
    cguard_rules_t        set;
    cguard_ac_hits_t      hits;
    request_words_t       w[RULE_ASKED];
    cguard_rule_t         rule[RULE_ASKED];
    const cguard_rule_t  *all[RULE_ASKED];
    unsigned char         target[] = "/vpn/a";

    static const struct {
        const char *rule;
        int         asked;
    } asked[] = {
        { "header:x-none a", 0 }, { "method .", 1 }, { "header:x-none !a", 1 },
        { "header:x-one a", 1 }, { "header:x-one a and header:x-none a", 0 },
        { "path ^/vpn and header:x-none a", 0 }, { "path ^/vpn", 1 },
        { "path ^/vpm", 0 }, { "count:header:x-none =0", 1 },
        { "count:header:x-none >0", 0 }, { "length:header:x-none <9", 0 },
        { "header:x-one ^/vpm", 1 }, { "path ^/v and path ^/vpn/a", 1 },
        { "path ^/vpn and path ^/vpm/long", 0 },
    };

    n = sizeof(asked) / sizeof(asked[0]);

    for (i = 0; i < n; i++) {
        request_rule(&rule[i], &w[i], asked[i].rule);
        all[i] = &rule[i];
    }

    request_init(&r, "GET", target, 6, "X-One: a | X-Two: b", 19);

    /* nginx may pass on a field without a name */

    r.name[r.n].data = NULL;
    r.name[r.n++].len = 0;

    if (cguard_rules_build(&set, all, n, rule_alloc, &memory) == -1) {
        exit(2);
    }

    cguard_rules_candidates(&set, &r.subject, &hits);

    for (i = 0; i < n; i++) {
        tap_ok(t, (int) (hits.bits[0] >> i & 1) == asked[i].asked,
               "%s: %sasked", asked[i].rule, asked[i].asked ? "" : "not ");
    }

    rule_memory_free(&memory);

    /* one rule, which examines no field */

    if (cguard_rules_build(&set, &all[6], 1, rule_alloc, &memory) == -1) {
        exit(2);
    }

    cguard_rules_candidates(&set, &r.subject, &hits);
    tap_ok(t, hits.bits[0] == 1, "%s alone: asked", asked[6].rule);

    rule_memory_free(&memory);

    for (memory.lack = 1; memory.lack < RULE_BLOCKS; memory.lack++) {
        if (cguard_rules_build(&set, all, n, rule_alloc, &memory) == 0) {
            break;
        }

        rule_memory_free(&memory);
    }

    tap_ok(t, memory.lack > 2 && memory.lack < RULE_BLOCKS,
           "memory that is short is said %zu times", memory.lack - 1);

    rule_memory_free(&memory);
    request_free(&r);

    for (i = 0; i < n; i++) {
        cguard_rule_free(&rule[i]);
    }
}


/* the longest word of letters and digits; "none" if it is of one only */

static size_t
rule_longest(const char *p, const char **word)
{
    size_t  n, best;

    *word = "none";
    best = 4;

    for ( /* void */ ; *p; p += n ? n : 1) {
        n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789");

        if (n > 1 && (n > best || strcmp(*word, "none") == 0)) {
            *word = p;
            best = n;
        }
    }

    return best;
}


/* rules from words of the vectors, against those targets, both ways */

static void
rule_candidates(tap_t *t, cguard_matcher_t *m)
{
    size_t                i, k, n, len;
    unsigned              missing, matched, spared;
    request_t             r;
    vectors_t             v;
    rule_memory_t         memory = { 0, 0, { NULL } };
    request_words_t      *w;
    cguard_rule_t        *rule;
    cguard_rules_t        set;
    cguard_ac_hits_t      hits;
    const char           *word;
    const cguard_rule_t  *all[RULE_MANY];
    char                  text[128];

    static const char *const  makes[] = {
        "path ^/.*%.*s", "query %.*s", "target %.*s", "path !%.*s",
        "path %.*s and method get", "method get and target %.*s",
        "path x?%.*s and query a", "path (?:%.*s|zzz)", "path %.*s pass",
        "header:host %.*s", "header:x_one a", "count:header:X-ONE >0",
        "count:header:none =0", "header:none !%.*s", "length:header:x-one <9"
    };

    if (vectors_read(&v, VECTORS_TARGETS) == -1) {
        exit(2);
    }

    w = calloc(RULE_MANY, sizeof(request_words_t));
    rule = calloc(RULE_MANY, sizeof(cguard_rule_t));

    if (w == NULL || rule == NULL) {
        exit(2);
    }

    for (i = 0; i < RULE_MANY; i++) {
        n = i * 7 % v.n;
        k = i % (sizeof(makes) / sizeof(makes[0]));
        len = rule_longest(v.row[n].field[0], &word);

        (void) snprintf(text, sizeof(text), makes[k],
                        (int) (len < 20 ? len : 20), word);
        request_rule(&rule[i], &w[i], text);
        all[i] = &rule[i];
    }

    tap_ok(t, cguard_rules_build(&set, all, RULE_MANY, rule_alloc, &memory)
              == 0, "%d rules", RULE_MANY);

    missing = 0;
    matched = 0;
    spared = 0;

    for (n = 0; n < v.n; n += 4) {
        request_init(&r, "GET", v.row[n].input.data, v.row[n].input.len,
                     "Host: vpn | X^One: a", 20);
        cguard_rules_candidates(&set, &r.subject, &hits);

        for (i = 0; i < RULE_MANY; i++) {
            k = hits.bits[i / 64] >> i % 64 & 1;
            spared += !k;

            if (cguard_rule_match(&rule[i], &r.subject, m) == 1) {
                matched++;
                missing += !k;
            }
        }

        request_free(&r);
    }

    tap_ok(t, missing == 0 && matched > 1000 && spared > 100000,
           "%u matches, %u of them no candidates, %u spared", matched,
           missing, spared);

    rule_memory_free(&memory);

    for (i = 0; i < RULE_MANY; i++) {
        cguard_rule_free(&rule[i]);
    }

    tap_ok(t, cguard_rules_build(&set, all, CGUARD_AC_MAX + 1, NULL, NULL)
              == -1, "too many rules");

    free(w);
    free(rule);
    vectors_free(&v);
}


int
main(void)
{
    tap_t              t = { 0, 0 };
    cguard_matcher_t  *m;

    m = cguard_matcher_create();
    if (m == NULL) {
        return 2;
    }

    rule_syntax(&t);
    rule_parts(&t);
    rule_table(&t, m);
    rule_body_length(&t, m);
    rule_edges(&t, m);
    rule_authority(&t, m);
    rule_asked(&t);
    rule_candidates(&t, m);

    cguard_matcher_free(m);

    return tap_done(&t);
}
