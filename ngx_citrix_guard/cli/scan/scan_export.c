
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The case file: one row or object for each finding, written at once, so that
 * none is kept in memory; JSON ends with the sums.
 */


#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/common/cli_escape.h"
#include "cli/common/cli_types.h"
#include "cguard/decision/cguard_version.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "scan_export.h"
#include "scan_conclusion.h"
#include "scan_findings.h"
#include "scan_hash.h"
#include "scan_judge.h"
#include "scan_report.h"


static void scan_json_files(const scan_findings_t *sc);
static void scan_json_time(const char *name, int64_t time);
static void scan_json_sums(const scan_findings_t *sc);
static void scan_json_origins(const scan_findings_t *sc);
static void scan_json_periods(const scan_findings_t *sc);
static void scan_json_groups(const scan_findings_t *sc);


void
scan_export_begin(scan_findings_t *sc)
{
    if (sc->output == SCAN_CSV) {
        puts("time,client,method,target,status,bytes,reason,outcome,why,"
             "file,line");

    } else if (sc->output == SCAN_JSON_OUT) {
        printf("{\"citrix_guard\":\"" CGUARD_VERSION "\",\n\"findings\":[");
    }
}


/* a spreadsheet would take a leading sign for a formula */

static void
scan_csv(const unsigned char *p, size_t len)
{
    printf("\"%s", len && strchr("=+-@", *p) ? "'" : "");
    cli_print_escaped(stdout, p, len);
    printf("\",");
}


static void
scan_csv_hit(const scan_file_t *file, const scan_hit_t *hit)
{
    char                time[32];
    const scan_line_t  *ln;

    ln = &hit->request;

    printf("%s,", scan_time_text(ln->time, time));
    scan_csv(ln->client.data, ln->client.len);
    scan_csv(ln->method.data, ln->method.len);
    scan_csv(ln->target.data, ln->target.len);
    printf("%u,%lld,%s,%s,\"%s\",", ln->status, (long long) ln->bytes,
           hit->named, scan_outcome_name[hit->outcome],
           scan_why_text[hit->why]);
    scan_csv((unsigned char *) file->name, strlen(file->name));
    printf("%llu\n", (unsigned long long) hit->number);
}


static void
scan_json_string(const char *name, cli_str_t s)
{
    printf("\"%s\":", name);
    cli_print_json(stdout, s.data, s.len);
    putchar(',');
}


static void
scan_json_hit(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit)
{
    cli_str_t           name;
    const scan_line_t  *ln;

    ln = &hit->request;

    printf("%s\n{", sc->exported++ ? "," : "");
    scan_json_time("time", ln->time);
    putchar(',');
    scan_json_string("client", ln->client);
    scan_json_string("method", ln->method);
    scan_json_string("target", ln->target);
    scan_json_string("reading", hit->reading);
    printf("\"status\":%u,\"bytes\":%lld,\"reason\":\"%s\",\"outcome\":\"%s\","
           "\"why\":\"%s\",\"damaged\":%s,", ln->status, (long long) ln->bytes,
           hit->named, scan_outcome_name[hit->outcome],
           scan_why_text[hit->why], hit->damaged ? "true" : "false");

    name.data = (unsigned char *) file->name;
    name.len = strlen(file->name);

    scan_json_string("file", name);
    printf("\"line\":%llu}", (unsigned long long) hit->number);
}


void
scan_export_hit(scan_findings_t *sc, const scan_file_t *file,
    const scan_hit_t *hit)
{
    if (sc->output == SCAN_CSV) {
        scan_csv_hit(file, hit);

    } else if (sc->output == SCAN_JSON_OUT) {
        scan_json_hit(sc, file, hit);
    }
}


void
scan_export_end(scan_findings_t *sc)
{
    if (sc->output != SCAN_JSON_OUT) {
        return;
    }

    printf("],\n");

    scan_json_files(sc);
    scan_json_sums(sc);
    scan_json_origins(sc);
    scan_json_periods(sc);

    if (sc->would_block) {
        scan_json_groups(sc);
    }

    printf("\"left_out\":%llu,", (unsigned long long) sc->left_out);
    printf("\"interrupted\":%s,\n\"conclusion\":\"%s\",\n\"status\":%d}\n",
           sc->interrupted ? "true" : "false", scan_verdict(sc),
           scan_findings_status(sc));
}


static void
scan_json_time(const char *name, int64_t time)
{
    char  buf[32];

    if (time == SCAN_NO_TIME) {
        printf("\"%s\":null", name);
    } else {
        printf("\"%s\":\"%s\"", name, scan_time_text(time, buf));
    }
}


static void
scan_json_files(const scan_findings_t *sc)
{
    char                formats[256];
    size_t              i;
    uint64_t            k;
    const scan_file_t  *file;

    printf("\"files\":[");

    for (i = 0; i < sc->nfile; i++) {
        file = &sc->file[i];

        scan_formats_text(file, formats, sizeof(formats));

        printf("%s\n{\"name\":", i ? "," : "");
        cli_print_json(stdout, (unsigned char *) file->name,
                       strlen(file->name));
        printf(",\"format\":\"%s\",\"packed\":\"%s\",\"lines\":%llu,"
               "\"requests\":%llu,\"damaged\":%llu,\"damaged_lines\":[",
               formats, file->packed, (unsigned long long) file->lines,
               (unsigned long long) file->requests,
               (unsigned long long) file->damaged);

        for (k = 0; k < file->damaged && k < SCAN_DAMAGED_SHOWN; k++) {
            printf("%s%llu", k ? "," : "",
                   (unsigned long long) file->damaged_line[k]);
        }

        printf("],\"error\":");

        if (file->error) {
            cli_print_json_text(stdout, file->error);
        } else {
            printf("null");
        }

        putchar('}');
    }

    printf("],\n");
}


static void
scan_json_counts(const uint64_t count[SCAN_OUTCOMES])
{
    unsigned  i;

    for (i = SCAN_MALFORMED; i < SCAN_OUTCOMES; i++) {
        printf("\"%s\":%llu,", scan_outcome_name[i],
               (unsigned long long) count[i]);
    }
}


static void
scan_json_sums(const scan_findings_t *sc)
{
    printf("\"requests\":%llu,\"without_time\":%llu,",
           (unsigned long long) sc->requests,
           (unsigned long long) sc->untimed);
    scan_json_time("first", sc->first);
    putchar(',');
    scan_json_time("last", sc->last);
    printf(",\n");
    scan_json_counts(sc->count);
    printf("\"attempts\":%llu,\"successes\":%llu,",
           (unsigned long long) scan_attempts(sc->count),
           (unsigned long long) scan_successes(sc->count));
    scan_json_time("first_attempt", sc->attempt_first);
    putchar(',');
    scan_json_time("last_attempt", sc->attempt_last);
    putchar(',');
    scan_json_time("first_success", sc->success_first);
    putchar(',');
    scan_json_time("last_success", sc->success_last);
    printf(",\n");
}


static void
scan_json_origins(const scan_findings_t *sc)
{
    size_t                i, n;
    const scan_origin_t  *o;

    printf("\"sources\":[");

    n = 0;

    for (i = 0; i < sc->origins.n; i++) {
        o = scan_hash_table_entry(&sc->origins, i);

        if (scan_attempts(o->count) + o->count[SCAN_LOOK] == 0) {
            continue;
        }

        printf("%s\n{\"client\":", n++ ? "," : "");
        cli_print_json(stdout, o->name, o->len);
        putchar(',');
        scan_json_counts(o->count);
        scan_json_time("first", o->first);
        putchar(',');
        scan_json_time("last", o->last);
        printf(",\"script_then_template\":%s}",
               scan_sequence(o) ? "true" : "false");
    }

    printf("],\"requests_of_further_sources\":%llu,\n",
           (unsigned long long) sc->origins.left_out);
}


static void
scan_json_periods(const scan_findings_t *sc)
{
    size_t             k;
    unsigned           i;
    const scan_day_t  *d;

    printf("\"periods\":[");

    for (i = 0; i <= sc->milestones; i++) {
        printf("%s\n{\"name\":\"%s\",", i ? "," : "",
               i ? sc->milestone[i - 1].name : "before");
        scan_json_time("from", i ? sc->milestone[i - 1].time : SCAN_NO_TIME);
        printf(",\"attempts\":%llu,\"successes\":%llu}",
               (unsigned long long) sc->period[i].attempts,
               (unsigned long long) sc->period[i].success);
    }

    printf("],\n\"days\":[");

    for (k = 0; k < sc->days.n; k++) {
        d = scan_hash_table_entry(&sc->days, k);

        printf("%s\n{", k ? "," : "");
        scan_json_time("day", d->day * SCAN_DAY);
        printf(",\"requests\":%llu,\"attempts\":%llu,\"successes\":%llu}",
               (unsigned long long) d->requests,
               (unsigned long long) d->attempts,
               (unsigned long long) d->success);
    }

    printf("],\n");
}


static void
scan_json_groups(const scan_findings_t *sc)
{
    size_t               i;
    const scan_group_t  *g;

    printf("\"would_block\":[");

    for (i = 0; i < sc->groups.n; i++) {
        g = scan_hash_table_entry(&sc->groups, i);

        printf("%s\n{\"reading\":", i ? "," : "");
        cli_print_json(stdout, g->name, g->len);
        printf(",\"target\":");
        cli_print_json(stdout, g->target, g->tlen);
        printf(",\"reason\":\"%s\",\"count\":%llu}",
               g->reason,
               (unsigned long long) g->count);
    }

    printf("],\n");
}
