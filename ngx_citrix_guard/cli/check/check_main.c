
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * citrix-guard check: the guard's verdict on request targets.
 */


#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_colour.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_escape.h"
#include "cli/common/cli_memory.h"
#include "cli/common/cli_policy.h"
#include "check_main.h"


#define CHECK_POLICIES  3


typedef struct {
    unsigned              policy;
    const char           *header;
    int                   delimiter;
    unsigned              json:1;
    unsigned              escapes:1;
    unsigned              quiet:1;
    unsigned              refused:1;
} check_t;


typedef void (*check_put_pt)(FILE *f, const unsigned char *p, size_t len);


static int check_options(check_t *ck, int argc, char **argv);
static int check_stdin(check_t *ck);
static int check_one(check_t *ck, unsigned char *p, size_t len);
static cguard_reason_e check_judge(const check_t *ck, const unsigned char *p,
    size_t len, unsigned policy, cguard_result_t *res);
static void check_text(const check_t *ck, const unsigned char *p, size_t len,
    const cguard_result_t *res);
static void check_underline(const unsigned char *p, size_t len,
    const cguard_result_t *res);
static void check_reading(const unsigned char *p, size_t len,
    check_put_pt put);
static void check_switches(const check_t *ck, const unsigned char *p,
    size_t len, cguard_reason_e reason);
static void check_json(const check_t *ck, const unsigned char *p, size_t len,
    const cguard_result_t *res);


static const char  check_usage[] =
"usage: citrix-guard check [OPTION...] TARGET...\n"
"\n"
"Says whether the guard refuses a request target, and why. Without a TARGET,\n"
"or for \"-\", targets are read from standard input, one per line.\n"
"\n"
"      --sslvpn=on|off         as citrix_guard_sslvpn (on)\n"
"      --traversal=vpns|any    as citrix_guard_traversal (vpns)\n"
"      --header=NAME           TARGET is the value of this header field\n"
"  -e, --escapes               \\xHH, \\\\, \\t, \\n, \\r in TARGET are decoded\n"
"  -z, --null                  targets on standard input end with NUL\n"
"  -j, --json                  print one JSON object per line\n"
"  -q, --quiet                 print nothing; see the exit status\n"
"  -h, --help\n"
"\n"
"Exit status: 0 all pass, 1 something is refused, 2 error.\n"
"Bytes that are not printable, quotes and backslashes are shown as \\xHH.\n";


static const char  *check_why[] = {
    "no reading of it is an attack",
    "a parent segment and a vpns segment in the path",
    "a parent segment and a vpns segment, one of them in the query",
    "a vpns segment, but no Gateway is served",
    "a parent segment in the path",
    "a byte in the path that no legitimate client sends",
    "a parent segment in the header field"
};


/* what a switch adds to the policy */

static const struct {
    unsigned              policy;
    const char           *text;
    const char           *key;
} check_switch[CHECK_POLICIES] = {
    { CGUARD_NO_SSLVPN, "citrix_guard_sslvpn off", "sslvpn=off" },
    { CGUARD_ANY_PARENT, "citrix_guard_traversal any", "traversal=any" },
    { CGUARD_NO_SSLVPN|CGUARD_ANY_PARENT, "both", "sslvpn=off,traversal=any" }
};


int
check_main(int argc, char **argv)
{
    int       i, rc;
    check_t   ck;

    memset(&ck, 0, sizeof(check_t));
    ck.delimiter = '\n';

    rc = check_options(&ck, argc, argv);

    if (rc != -1) {
        return rc;
    }

    if (optind == argc) {
        rc = check_stdin(&ck);

        return rc ? rc : cli_flush(ck.refused);
    }

    rc = 0;

    for (i = optind; i < argc && rc == 0; i++) {

        if (strcmp(argv[i], "-") == 0) {
            rc = check_stdin(&ck);

        } else {
            rc = check_one(&ck, (unsigned char *) argv[i], strlen(argv[i]));
        }
    }

    return rc ? rc : cli_flush(ck.refused);
}


/* -1: continue */

static int
check_options(check_t *ck, int argc, char **argv)
{
    int  c;

    static const struct option  options[] = {
        { "sslvpn", required_argument, NULL, 's' },
        { "traversal", required_argument, NULL, 't' },
        { "header", required_argument, NULL, 'H' },
        { "escapes", no_argument, NULL, 'e' },
        { "null", no_argument, NULL, 'z' },
        { "json", no_argument, NULL, 'j' },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    while ((c = getopt_long(argc, argv, "ezjqh", options, NULL)) != -1) {

        switch (c) {

        case 's':
            if (cli_policy_sslvpn(optarg, &ck->policy) == -1) {
                return 2;
            }
            break;

        case 't':
            if (cli_policy_traversal(optarg, &ck->policy) == -1) {
                return 2;
            }
            break;

        case 'H':
            ck->header = optarg;
            break;

        case 'e':
            ck->escapes = 1;
            break;

        case 'z':
            ck->delimiter = '\0';
            break;

        case 'j':
            ck->json = 1;
            break;

        case 'q':
            ck->quiet = 1;
            break;

        case 'h':
            fputs(check_usage, stdout);
            return cli_flush(0);

        default:
            return 2;
        }
    }

    return -1;
}


static int
check_stdin(check_t *ck)
{
    int      rc;
    char    *line;
    size_t   size;
    ssize_t  n;

    line = NULL;
    size = 0;
    rc = 0;

    while (rc == 0 && (n = getdelim(&line, &size, ck->delimiter, stdin)) > 0) {

        if ((unsigned char) line[n - 1] == ck->delimiter) {
            n--;
        }

        rc = check_one(ck, (unsigned char *) line, (size_t) n);
    }

    free(line);

    if (rc == 0 && ferror(stdin)) {
        cli_error("cannot read standard input: %s", strerror(errno));
        return 2;
    }

    return rc;
}


static int
check_one(check_t *ck, unsigned char *p, size_t len)
{
    cguard_result_t  res;

    if (ck->escapes && cli_unescape(p, &len) == -1) {
        cli_error("invalid escape, it must be one of \\xHH \\\\ \\t \\n \\r");
        return 2;
    }

    if (check_judge(ck, p, len, ck->policy, &res) != CGUARD_PASS) {
        ck->refused = 1;
    }

    if (ck->quiet) {
        return 0;
    }

    if (ck->json) {
        check_json(ck, p, len, &res);
    } else {
        check_text(ck, p, len, &res);
    }

    return ferror(stdout) ? cli_flush(2) : 0;
}


static cguard_reason_e
check_judge(const check_t *ck, const unsigned char *p, size_t len,
    unsigned policy, cguard_result_t *res)
{
    if (ck->header) {
        return cguard_header((const unsigned char *) ck->header,
                             strlen(ck->header), p, len, res);
    }

    return cguard_target(p, len, policy, res);
}


static void
check_text(const check_t *ck, const unsigned char *p, size_t len,
    const cguard_result_t *res)
{
    printf("%s%s%s  ", cli_colour(stdout, res->reason ? CLI_RED : CLI_GREEN),
           res->reason ? "refused" : "pass   ", cli_colour(stdout, CLI_PLAIN));
    cli_print_escaped(stdout, p, len);
    putchar('\n');

    check_underline(p, len, res);

    printf("  reason   %s: %s\n", cguard_reason_name(res->reason),
           check_why[res->reason]);

    if (res->reason) {
        printf("  depth    %u\n"
               "  range    %zu-%zu\n", res->depth, res->start, res->end);
    }

    printf("  reading  ");
    check_reading(p, len, cli_print_escaped);
    putchar('\n');

    check_switches(ck, p, len, res->reason);
}


/* marks the range below the target, which begins in column 9 */

static void
check_underline(const unsigned char *p, size_t len,
    const cguard_result_t *res)
{
    size_t    i;
    unsigned  width;

    if (res->end == 0 || res->end > len) {
        return;
    }

    printf("         %s", cli_colour(stdout, CLI_RED));

    for (i = 0; i < res->end; i++) {
        for (width = cli_escaped_width(p[i]); width; width--) {
            putchar(i < res->start ? ' ' : '^');
        }
    }

    printf("%s\n", cli_colour(stdout, CLI_PLAIN));
}


static void
check_reading(const unsigned char *p, size_t len, check_put_pt put)
{
    size_t          size;
    unsigned char  *buf;

    /* some code points have a longer reading than their bytes */

    size = len * 4 + 64;
    buf = cli_alloc(size);

    put(stdout, buf, cguard_reading(p, len, 0, buf, size));

    free(buf);
}


static void
check_switches(const check_t *ck, const unsigned char *p, size_t len,
    cguard_reason_e reason)
{
    unsigned          i, policy;
    cguard_reason_e   other;

    if (ck->header) {
        return;
    }

    for (i = 0; i < CHECK_POLICIES; i++) {
        policy = ck->policy | check_switch[i].policy;

        if (policy == ck->policy) {
            continue;
        }

        other = check_judge(ck, p, len, policy, NULL);

        printf("  with %s: ", check_switch[i].text);

        if (other == reason) {
            puts("the same");
        } else {
            printf("%s, %s\n", other ? "refused" : "pass",
                   cguard_reason_name(other));
        }
    }
}


static void
check_json(const check_t *ck, const unsigned char *p, size_t len,
    const cguard_result_t *res)
{
    unsigned         i;
    cguard_reason_e  reason;

    printf("{\"%s\":", ck->header ? "value" : "target");
    cli_print_json(stdout, p, len);
    printf(",\"verdict\":\"%s\",\"reason\":\"%s\",\"depth\":%u,"
           "\"range\":[%zu,%zu],\"reading\":",
           res->reason ? "refuse" : "pass", cguard_reason_name(res->reason),
           res->depth, res->start, res->end);
    check_reading(p, len, cli_print_json);

    if (ck->header) {
        puts("}");
        return;
    }

    printf(",\"policy\":{\"sslvpn\":\"%s\",\"traversal\":\"%s\"},\"with\":{",
           ck->policy & CGUARD_NO_SSLVPN ? "off" : "on",
           ck->policy & CGUARD_ANY_PARENT ? "any" : "vpns");

    for (i = 0; i < CHECK_POLICIES; i++) {
        reason = check_judge(ck, p, len,
                             ck->policy | check_switch[i].policy, NULL);

        printf("%s\"%s\":\"%s\"", i ? "," : "", check_switch[i].key,
               cguard_reason_name(reason));
    }

    puts("}}");
}
