
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The report of a verification: text, JSON, Nagios.
 */


#include <stdio.h>
#include <string.h>

#include "cli/common/cli_colour.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_escape.h"
#include "verify_report.h"
#include "verify_monitor.h"
#include "verify_types.h"
#include "verify_verdict.h"


static const char  *verify_protocol_name[] = { "HTTP/1.1", "HTTP/2" };

static const char  *verify_ica_text[] = {
    "not tried", "reaches the ADC", "is taken for HTTP: apps will not start",
    "no answer", "is refused"
};

static const char  *verify_ica_name[] = {
    "not tried", "works", "http", "silent", "refused"
};


static void
verify_counts(const verify_t *v, unsigned i)
{
    unsigned  k;

    printf("  %-10s ", verify_protocol_name[i]);

    if (!v->offered[i]) {
        printf("not offered\n");
        return;
    }

    printf("%u spellings:", v->asked[i]);

    for (k = 0; k < VERIFY_MEANINGS; k++) {
        if (v->count[i][k]) {
            printf(" %u %s;", v->count[i][k], verify_meaning_text[k]);
        }
    }

    putchar('\n');
}


static void
verify_report_routes(const verify_t *v)
{
    unsigned               i;
    const verify_route_t  *route;

    for (i = 0; i < v->routes; i++) {
        route = &v->route[i];

        printf("  %-10s %s:%u %s", route->direct ? "direct" : "address",
               route->endpoint.address, route->endpoint.connect_port,
               !route->connected ? ""
               : strcmp(route->endpoint.scheme,
                        "https") == 0 ? "TLS " : "plain ");

        if (route->status) {
            printf("%s (%ld)\n", verify_meaning_text[route->meaning],
                   route->status);
        } else {
            printf("%s: %s\n", verify_meaning_text[route->meaning],
                   cli_printable(route->error));
        }
    }
}


static void
verify_modes(unsigned modes, const char *before, const char *between)
{
    unsigned     i;
    const char  *p;

    static const char  *names[] = { "on", "detect", "off" };

    for (i = 0, p = ""; i < sizeof(names) / sizeof(names[0]); i++) {
        if (modes & 1u << i) {
            printf("%s%s%s%s", p, before, names[i], before);
            p = between;
        }
    }
}


static void
verify_monitors(const verify_t *v)
{
    unsigned                 i, k;
    const verify_monitor_t  *m;

    for (i = 0; i < v->monitors; i++) {
        m = v->monitor[i];

        printf("  %-10s %s: ", "monitor", cli_printable(m->shown));

        if (m->error[0]) {
            printf("%s\n", m->error);
            continue;
        }

        printf("of these requests %u blocked, %u detected, %u exempted\n",
               m->counted[VERIFY_BLOCKED], m->counted[VERIFY_DETECTED],
               m->counted[VERIFY_EXEMPTED]);

        for (k = 0; k < m->after.servers; k++) {
            if (verify_monitor_saw_run(m, k)) {
                printf("  %-10s server \"%s\": mode ", "",
                       m->after.server[k].name);
                verify_modes(m->after.server[k].modes, "", ", ");
                printf(", since %s\n", m->after.server[k].since);
            }
        }
    }
}


void
verify_report_text(const verify_t *v)
{
    unsigned  i;

    static const cli_colour_e  colours[] = {
        CLI_GREEN, CLI_AMBER, CLI_RED, CLI_AMBER
    };

    printf("%s://%s:%u\n\n", v->endpoint.scheme, v->endpoint.host,
           v->endpoint.port);

    if (v->pages) {
        printf("  %-10s %u of %u are served\n", "pages", v->served, v->pages);

        for (i = 0; i < VERIFY_PROTOCOLS; i++) {
            verify_counts(v, i);
        }
    }

    verify_report_routes(v);

    if (v->ica) {
        printf("  %-10s SOCKS5 %s; CGP %s\n", "ICA",
               verify_ica_text[v->socks], verify_ica_text[v->cgp]);
    }

    if (v->log_read) {
        printf("  %-10s %u blocked, %u detected, %u exempted\n", "log",
               v->log[VERIFY_BLOCKED], v->log[VERIFY_DETECTED],
               v->log[VERIFY_EXEMPTED]);
    }

    verify_monitors(v);

    for (i = 0; i < v->unrefused_n; i++) {
        if (i == 0) {
            printf("\n  not refused by the guard\n");
        }

        printf("    %-8s %3ld  %s\n      %s\n",
               verify_protocol_name[v->unrefused[i].protocol],
               v->unrefused[i].status, v->unrefused[i].target,
               verify_meaning_text[v->unrefused[i].meaning]);

        if (!v->verbose && i == 4 && v->unrefused_n > 5) {
            printf("    and %u more; --verbose lists them\n",
                   v->unrefused_n - 5);
            break;
        }
    }

    printf("\n%s%s%s: %s.\n", cli_colour(stdout, colours[v->verdict]),
           verify_verdict_name[v->verdict], cli_colour(stdout, CLI_PLAIN),
           v->reason);

    if (*v->todo) {
        printf("%s\n", v->todo);
    }
}


static void
verify_json_string(const char *name, const char *text)
{
    printf("\"%s\":", name);
    cli_print_json_text(stdout, text);
}


static void
verify_json_counts(const unsigned *count)
{
    unsigned  k;

    for (k = 0; k < VERIFY_COUNTED; k++) {
        printf(",\"%s\":%u", verify_counted_name[k], count[k]);
    }
}


/* this run's requests, and how much the counters have grown */

static void
verify_json_monitors(const verify_t *v)
{
    unsigned                 i, k, n;
    const verify_server_t   *s;
    const verify_monitor_t  *m;

    for (i = 0; i < v->monitors; i++) {
        m = v->monitor[i];

        printf("%s\n{", i ? "," : "");
        verify_json_string("url", m->shown);
        putchar(',');
        verify_json_string("error", m->error);
        verify_json_counts(m->counted);
        printf(",\"servers\":[");

        for (k = 0; k < m->after.servers; k++) {
            s = &m->after.server[k];

            printf("%s\n{", k ? "," : "");
            verify_json_string("name", s->name);
            printf(",\"modes\":[");
            verify_modes(s->modes, "\"", ",");
            putchar(']');
            putchar(',');
            verify_json_string("since", s->since);
            verify_json_counts(s->seen);
            printf(",\"grown\":{");

            for (n = 0; n < VERIFY_COUNTED; n++) {
                printf("%s\"%s\":%llu", n ? "," : "", verify_counted_name[n],
                       s->count[n]);
            }

            printf("}}");
        }

        printf("]}");
    }
}


void
verify_report_json(const verify_t *v)
{
    unsigned  i, k;

    printf("{\"url\":\"%s://%s:%u\",\"verdict\":\"%s\",", v->endpoint.scheme,
           v->endpoint.host, v->endpoint.port,
           verify_verdict_name[v->verdict]);
    verify_json_string("reason", v->reason);
    putchar(',');
    verify_json_string("todo", v->todo);
    printf(",\"status\":%d,\n\"pages\":%u,\"served\":%u,\n\"protocols\":{",
           (int) v->verdict, v->pages, v->served);

    for (i = 0; i < VERIFY_PROTOCOLS; i++) {
        printf("%s\n\"%s\":{\"offered\":%s,\"asked\":%u",
               i ? "," : "", verify_protocol_name[i],
               v->offered[i] ? "true" : "false", v->asked[i]);

        for (k = 0; k < VERIFY_MEANINGS; k++) {
            printf(",\"%s\":%u", verify_meaning_text[k], v->count[i][k]);
        }

        putchar('}');
    }

    printf("},\n\"ways\":[");

    for (i = 0; i < v->routes; i++) {
        printf("%s\n{\"address\":\"%s\",\"port\":%u,\"direct\":%s,"
               "\"scheme\":\"%s\",\"connected\":%s,\"meaning\":\"%s\","
               "\"answer\":%ld}", i ? "," : "",
               v->route[i].endpoint.address, v->route[i].endpoint.connect_port,
               v->route[i].direct ? "true" : "false",
               v->route[i].endpoint.scheme,
               v->route[i].connected ? "true" : "false",
               verify_meaning_text[v->route[i].meaning], v->route[i].status);
    }

    printf("],\n\"not_refused_by_the_guard\":[");

    for (i = 0; i < v->unrefused_n; i++) {
        printf("%s\n{\"protocol\":\"%s\",\"answer\":%ld,", i ? "," : "",
               verify_protocol_name[v->unrefused[i].protocol],
               v->unrefused[i].status);
        verify_json_string("target", v->unrefused[i].target);
        printf(",\"meaning\":\"%s\"}",
               verify_meaning_text[v->unrefused[i].meaning]);
    }

    printf("],\n\"ica\":{\"socks5\":\"%s\",\"cgp\":\"%s\"},\n"
           "\"log\":{\"read\":%s",
           verify_ica_name[v->socks], verify_ica_name[v->cgp],
           v->log_read ? "true" : "false");
    verify_json_counts(v->log);
    printf("},\n\"monitors\":[");
    verify_json_monitors(v);
    printf("]}\n");
}


void
verify_report_nagios(const verify_t *v)
{
    unsigned     i, asked, guard, through;
    const char  *p;

    static const char  *states[] = {
        "OK", "WARNING", "CRITICAL", "UNKNOWN"
    };

    asked = guard = through = 0;

    for (i = 0; i < VERIFY_PROTOCOLS; i++) {
        asked += v->asked[i];
        guard += v->count[i][VERIFY_GUARD];
        through += v->count[i][VERIFY_THROUGH];
    }

    printf("CITRIX_GUARD %s - %s: ", states[v->verdict],
           verify_verdict_name[v->verdict]);

    /* Nagios: figures follow a bar */

    for (p = v->reason; *p; p++) {
        putchar(*p == '|' ? '/' : *p);
    }

    printf(" | asked=%u refused=%u through=%u served=%u", asked, guard,
           through, v->served);

    if (v->monitors) {
        printf(" counted=%u", v->counted[VERIFY_BLOCKED]);
    }

    putchar('\n');
}
