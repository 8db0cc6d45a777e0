
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The report of status: text, JSON, Nagios.
 */


#include <stdio.h>

#include "cguard/decision/cguard_version.h"
#include "cli/common/cli_colour.h"
#include "cli/common/cli_escape.h"
#include "status_report.h"
#include "status_types.h"


static const char  *status_name[] = {
    "ok", "warning", "critical", "unknown"
};

static const char  *status_verdict[] = {
    "shielded", "detect only", "not shielded", "cannot tell"
};

static const char  *status_adc[] = {
    "has a guard of its own that refuses the attack", "is not patched",
    "is not patched", "not known from outside whether it is patched"
};


static const char  *status_next[] = {
    "", "nginx -t succeeds", "nginx will not start again or reload",
    "not known whether nginx would start again"
};

static const char  *status_next_json[] = { "", "yes", "no", "unknown" };


static void
status_modes_text(unsigned modes, const char *quote, const char *between)
{
    unsigned     i;
    const char  *p;

    static const char  *names[] = { "on", "detect", "off" };

    for (i = 0, p = ""; i < sizeof(names) / sizeof(names[0]); i++) {
        if (modes & 1u << i) {
            printf("%s%s%s%s", p, quote, names[i], quote);
            p = between;
        }
    }
}


void
status_report_text(const status_t *st)
{
    unsigned                i;
    const monitor_state_t  *is;

    static const cli_colour_e  colours[] = {
        CLI_GREEN, CLI_AMBER, CLI_RED, CLI_AMBER
    };

    is = &st->state;

    printf("%s%s%s\n", cli_colour(stdout, colours[st->status]), st->sentence,
           cli_colour(stdout, CLI_PLAIN));

    if (is->error[0] == '\0') {
        printf("\n  counted    since %s: %llu clean, %llu blocked, %llu "
               "detected, %llu exempted\n", is->started, is->passed,
               is->blocked, is->detected, is->exempted);
        printf("  through    %llu; %llu more reached the ADC without a "
               "sign of success\n", is->through, is->attempts);

        for (i = 0; i < is->servers; i++) {
            if (is->server[i].modes) {
                printf("  server     %s: ", is->server[i].name[0]
                       ? is->server[i].name : "(no name)");
                status_modes_text(is->server[i].modes, "", ", ");
                printf(", since %s\n", is->server[i].since);
            }
        }
    }

    printf("%s  versions   citrix-guard %s, module %s, nginx %s\n",
           is->error[0] ? "\n" : "", CGUARD_VERSION,
           is->module[0] ? is->module : "not known",
           is->nginx[0] ? is->nginx : "not known");

    if (st->start) {
        printf("  next start %s%s%s\n", status_next[st->start],
               st->start_says[0] ? ": " : "", st->start_says);
    }

    if (st->verify) {
        printf("  verify     %s: %s\n", status_verdict[st->verified],
               st->verify_reason);
    }

    if (st->adc) {
        printf("  ADC        %s: %s\n", status_adc[st->patched],
               st->adc_reason);
    }
}


static void
status_member(const char *name, const char *text)
{
    printf("\"%s\":", name);
    cli_print_json_text(stdout, text);
}


static void
status_tried(const char *name, const char *verdict, const char *reason)
{
    printf(",\n\"%s\":{", name);
    status_member("verdict", verdict);
    putchar(',');
    status_member("reason", reason);
    putchar('}');
}


static void
status_servers(const monitor_state_t *is)
{
    unsigned     i;
    const char  *p;

    for (i = 0, p = ""; i < is->servers; i++) {

        if (is->server[i].modes == 0) {
            continue;
        }

        printf("%s\n{", p);
        status_member("name", is->server[i].name);
        printf(",\"modes\":[");
        status_modes_text(is->server[i].modes, "\"", ",");
        printf("],");
        status_member("since", is->server[i].since);
        putchar('}');

        p = ",";
    }
}


void
status_report_json(const status_t *st)
{
    const monitor_state_t  *is;

    is = &st->state;

    printf("{\"status\":\"%s\",\"exit\":%d,", status_name[st->status],
           (int) st->status);
    status_member("sentence", st->sentence);
    printf(",\n");
    status_member("monitor", st->monitor);
    putchar(',');
    status_member("error", is->error);
    printf(",\n");
    status_member("node", is->node);
    putchar(',');
    status_member("started", is->started);
    printf(",\"versions\":{\"citrix-guard\":\"%s\",", CGUARD_VERSION);
    status_member("module", is->module);
    putchar(',');
    status_member("nginx", is->nginx);
    printf("},\n\"counts\":");

    /* no zero if nothing is known */

    if (is->error[0]) {
        printf("null");

    } else {
        printf("{\"passed\":%llu,\"blocked\":%llu,\"detected\":%llu,"
               "\"exempted\":%llu,\"attempts\":%llu,\"through\":%llu,"
               "\"unknown\":%llu,\"errors\":%llu}", is->passed, is->blocked,
               is->detected, is->exempted, is->attempts, is->through,
               is->unknown, is->errors);
    }

    printf(",\n\"servers\":[");
    status_servers(is);
    putchar(']');

    if (st->start) {
        status_tried("next_start", status_next_json[st->start],
                     st->start_says);
    }

    if (st->verify) {
        status_tried("verify", status_verdict[st->verified],
                     st->verify_reason);
    }

    if (st->adc) {
        status_tried("adc", status_adc[st->patched], st->adc_reason);
    }

    printf("}\n");
}


void
status_report_nagios(const status_t *st)
{
    const char             *p;
    const monitor_state_t  *is;

    static const char  *states[] = {
        "OK", "WARNING", "CRITICAL", "UNKNOWN"
    };

    is = &st->state;

    printf("CITRIX_GUARD %s - ", states[st->status]);

    /* Nagios: figures follow a bar */

    for (p = st->sentence; *p; p++) {
        putchar(*p == '|' ? '/' : *p);
    }

    if (is->error[0] == '\0') {
        printf(" | passed=%lluc blocked=%lluc detected=%lluc exempted=%lluc "
               "through=%lluc errors=%lluc", is->passed, is->blocked,
               is->detected, is->exempted, is->through, is->errors);
    }

    putchar('\n');
}
