
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The report for people.
 */


#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/common/cli_colour.h"
#include "cli/common/cli_error.h"
#include "cli/common/cli_escape.h"
#include "cli/common/cli_memory.h"
#include "cli/formats/scan_time.h"
#include "cli/formats/scan_types.h"
#include "scan_report.h"
#include "scan_conclusion.h"
#include "scan_findings.h"
#include "scan_hash.h"
#include "scan_judge.h"


#define SCAN_SHOWN_FILES    20
#define SCAN_SHOWN_ORIGINS  10
#define SCAN_SHOWN_DAYS     31
#define SCAN_SHOWN_EVENTS   20
#define SCAN_SHOWN_GROUPS   50


static void scan_report_files(const scan_findings_t *sc);
static void scan_report_requests(const scan_findings_t *sc);
static void scan_report_outcomes(const scan_findings_t *sc);
static void scan_report_origins(scan_findings_t *sc);
static void scan_report_days(scan_findings_t *sc);
static void scan_report_milestones(const scan_findings_t *sc);
static void scan_report_timeline(const scan_findings_t *sc);


static const char *
scan_count(uint64_t n, char buf[32])
{
    char    digits[32];
    size_t  i, k, len;

    len = (size_t) snprintf(digits, sizeof(digits), "%llu",
                            (unsigned long long) n);
    k = 0;

    for (i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) {
            buf[k++] = ',';
        }

        buf[k++] = digits[i];
    }

    buf[k] = '\0';

    return buf;
}


static void
scan_title(const char *title)
{
    printf("\n%s%s%s\n", cli_colour(stdout, CLI_BOLD), title,
           cli_colour(stdout, CLI_PLAIN));
}


void
scan_report(scan_findings_t *sc)
{
    scan_report_files(sc);
    scan_report_requests(sc);

    if (scan_attempts(sc->count) + sc->count[SCAN_MALFORMED]
        + sc->count[SCAN_LOOK] + sc->count[SCAN_OWN])
    {
        scan_report_outcomes(sc);
        scan_report_origins(sc);
        scan_report_days(sc);
        scan_report_milestones(sc);
        scan_report_timeline(sc);
    }

    if (sc->would_block) {
        scan_would_block(sc);
    }

    scan_title("Conclusion");
    scan_conclusion(sc, stdout);
}


void
scan_formats_text(const scan_file_t *file, char *buf, size_t size)
{
    size_t  n;

    static const struct {
        unsigned     formats;
        unsigned     kinds;
        const char  *name;
    } names[] = {
        { 1 << SCAN_CUSTOM, 0, "--log-format" },
        { 1 << SCAN_CLF, SCAN_KIND_TIME,
          "Citrix httpaccess.log (combined and Time)" },
        { 1 << SCAN_CLF, SCAN_KIND_COMBINED, "combined (nginx, Apache)" },
        { 1 << SCAN_CLF, SCAN_KIND_COMMON, "common" },
        { 1 << SCAN_JSON, 0, "JSON lines" },
        { 1 << SCAN_W3C, 0, "W3C extended (IIS)" },
        { 1 << SCAN_ERROR_LOG, 0, "nginx error log" },
        { 1 << SCAN_GATEWAY, 0, "gateway.log" },
        { 1 << SCAN_TABLE, 0, "table with a header" },
        { 1 << SCAN_PAIRS, 0, "names and values" },
        { 1 << SCAN_PIECES, 0, "lines with a request in them" },
    };

    size_t  i;

    n = 0;
    buf[0] = '\0';

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((file->formats & names[i].formats)
            && (names[i].kinds == 0 || (file->kinds & names[i].kinds)))
        {
            n += (size_t) snprintf(buf + n, size - n, "%s%s", n ? " and " : "",
                                   names[i].name);
        }
    }

    if (n == 0 && file->members) {
        (void) snprintf(buf, size, "archive of %u files", file->members);

    } else if (n == 0) {
        (void) snprintf(buf, size, "%s", file->lines ? "no known format"
                                                     : "empty");
    }
}


static void
scan_report_damaged(const scan_file_t *file)
{
    char      n[32];
    uint64_t  i;

    printf("    %s%s damaged or of no known format%s: line",
           cli_colour(stdout, CLI_AMBER), scan_count(file->damaged, n),
           cli_colour(stdout, CLI_PLAIN));

    for (i = 0; i < file->damaged && i < SCAN_DAMAGED_SHOWN; i++) {
        printf("%s %llu", i ? "," : "",
               (unsigned long long) file->damaged_line[i]);
    }

    printf("%s\n", i < file->damaged ? " and more" : "");
}


static void
scan_report_files(const scan_findings_t *sc)
{
    char                formats[256], n[32];
    size_t              i, shown;
    const scan_file_t  *file;

    printf("%sFiles%s\n", cli_colour(stdout, CLI_BOLD),
           cli_colour(stdout, CLI_PLAIN));

    shown = 0;

    for (i = 0; i < sc->nfile; i++) {
        file = sc->file[i];

        /* errors are always shown */

        if (shown >= SCAN_SHOWN_FILES && !file->error && !file->damaged) {
            continue;
        }

        shown++;
        scan_formats_text(file, formats, sizeof(formats));

        printf("  %s: %s%s%s, %s lines\n", cli_printable(file->name), formats,
               *file->packed ? ", " : "", file->packed,
               scan_count(file->lines, n));

        if (file->error) {
            printf("    %snot read to the end: %s%s\n",
                   cli_colour(stdout, CLI_RED), file->error,
                   cli_colour(stdout, CLI_PLAIN));
        }

        if (file->damaged) {
            scan_report_damaged(file);
        }
    }

    if (shown < sc->nfile) {
        printf("  and %s more\n", scan_count(sc->nfile - shown, n));
    }
}


static void
scan_report_requests(const scan_findings_t *sc)
{
    char  n[32], first[32], last[32];

    scan_title("Requests");

    printf("  %s, from %s to %s\n", scan_count(sc->requests, n),
           scan_time_text(sc->first, first), scan_time_text(sc->last, last));

    if (sc->untimed) {
        printf("  %s of them without a time\n", scan_count(sc->untimed, n));
    }
}


static void
scan_report_outcomes(const scan_findings_t *sc)
{
    char      n[32];
    unsigned  i;

    static const struct {
        scan_outcome_e  outcome;
        cli_colour_e    colour;
        const char     *text;
    } rows[] = {
        { SCAN_EXPLOIT, CLI_RED, "a template, or a script's second stage" },
        { SCAN_SCAN_SUCCESS, CLI_RED, "a traversal was answered" },
        { SCAN_NOT_KNOWN, CLI_AMBER, "the answer is not known" },
        { SCAN_ATTEMPT, CLI_AMBER, "no sign of success" },
        { SCAN_BLOCKED, CLI_GREEN, "refused by the guard" },
        { SCAN_LOOK, CLI_AMBER, "may be a part of the attack: look at it" },
        { SCAN_OWN, CLI_PLAIN, "your own (--own), not attempts" },
    };

    scan_title("Attempts");

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        printf("  %s%-18s%s %12s  %s\n",
               cli_colour(stdout, sc->count[rows[i].outcome]
                                  ? rows[i].colour : CLI_PLAIN),
               scan_outcome_name[rows[i].outcome],
               cli_colour(stdout, CLI_PLAIN),
               scan_count(sc->count[rows[i].outcome], n), rows[i].text);
    }

    for (i = 0; i < SCAN_WHYS; i++) {
        if (sc->why[i] && i != SCAN_WHY_MALFORMED) {
            printf("  %31s  %s\n", scan_count(sc->why[i], n),
                   scan_why_text[i]);
        }
    }

    if (sc->count[SCAN_MALFORMED]) {
        printf("  %s also refused, as malformed: %s\n",
               scan_count(sc->count[SCAN_MALFORMED], n),
               scan_why_text[SCAN_WHY_MALFORMED]);
    }

    if (sc->salvaged) {
        printf("  %s of them found in damaged lines\n",
               scan_count(sc->salvaged, n));
    }
}


/* the worst first, then the busiest */

static int
scan_by_origin(const void *one, const void *two)
{
    uint64_t              x, y;
    const scan_origin_t  *a = *(const scan_origin_t *const *) one;
    const scan_origin_t  *b = *(const scan_origin_t *const *) two;

    x = scan_successes(a->count);
    y = scan_successes(b->count);

    if (x == y) {
        x = scan_attempts(a->count);
        y = scan_attempts(b->count);
    }

    return x < y ? 1 : x > y ? -1 : memcmp(a->name, b->name, sizeof(a->name));
}


static void
scan_report_origins(scan_findings_t *sc)
{
    char                  n[32], first[32], last[32];
    char                  name[4 * SCAN_ORIGIN_LEN + 1];
    size_t                i, k;
    const scan_origin_t  *o, **sorted;

    sorted = cli_alloc(sc->origins.n * sizeof(scan_origin_t *));
    k = 0;

    for (i = 0; i < sc->origins.n; i++) {
        o = scan_hash_table_entry(&sc->origins, i);

        if (scan_attempts(o->count) + o->count[SCAN_LOOK]) {
            sorted[k++] = o;
        }
    }

    qsort(sorted, k, sizeof(scan_origin_t *), scan_by_origin);

    scan_title("Sources");
    printf("  %s\n", scan_count(k, n));

    if (sc->origins.left_out) {
        printf("  and other sources, not listed: %s requests\n",
               scan_count(sc->origins.left_out, n));
    }

    for (i = 0; i < k && i < SCAN_SHOWN_ORIGINS; i++) {
        o = sorted[i];

        (void) cli_escape(name, sizeof(name), o->name, o->len);

        printf("  %-24s %9s attempts", *name ? name : "-",
               scan_count(scan_attempts(o->count), n));
        printf(", %s%s successes%s, %s to %s\n",
               cli_colour(stdout, scan_successes(o->count) ? CLI_RED
                                                           : CLI_PLAIN),
               scan_count(scan_successes(o->count), n),
               cli_colour(stdout, CLI_PLAIN), scan_time_text(o->first, first),
               scan_time_text(o->last, last));

        if (scan_sequence(o)) {
            printf("  %-24s   a script was answered, and then a template was "
                   "fetched\n", "");
        }
    }

    free(sorted);
}


static int
scan_by_day(const void *one, const void *two)
{
    const scan_day_t  *a = *(const scan_day_t *const *) one;
    const scan_day_t  *b = *(const scan_day_t *const *) two;

    return a->day < b->day ? -1 : a->day > b->day;
}


static void
scan_report_days(scan_findings_t *sc)
{
    char               n[32], day[32];
    size_t             i, k;
    const scan_day_t  *d, **sorted;

    sorted = cli_alloc(sc->days.n * sizeof(scan_day_t *));
    k = 0;

    for (i = 0; i < sc->days.n; i++) {
        d = scan_hash_table_entry(&sc->days, i);

        if (d->attempts) {
            sorted[k++] = d;
        }
    }

    qsort(sorted, k, sizeof(scan_day_t *), scan_by_day);

    scan_title("Days with attempts (UTC)");

    for (i = 0; i < k && i < SCAN_SHOWN_DAYS; i++) {
        d = sorted[i];

        printf("  %s %12s requests", scan_day_text(d->day, day),
               scan_count(d->requests, n));
        printf(" %9s attempts", scan_count(d->attempts, n));
        printf(" %9s successes\n", scan_count(d->success, n));
    }

    if (i < k) {
        printf("  and %zu more days\n", k - i);
    }

    free(sorted);
}


static void
scan_report_period(const char *from, const char *name,
    const scan_period_t *period)
{
    char  n[32];

    printf("  %-28s %-22s %9s attempts", name, from,
           scan_count(period->attempts, n));
    printf(" %9s successes\n", scan_count(period->success, n));
}


static void
scan_report_milestones(const scan_findings_t *sc)
{
    char      time[32];
    unsigned  i;

    scan_title("Before and after the moments that matter");

    scan_report_period("", "before", &sc->period[0]);

    for (i = 0; i < sc->milestones; i++) {
        scan_report_period(scan_time_text(sc->milestone[i].time, time),
                           sc->milestone[i].name, &sc->period[i + 1]);
    }

    if (sc->no_period.attempts) {
        scan_report_period("", "without a time", &sc->no_period);
    }
}


/* findings without a time come last; of the same second, in file order */

static int
scan_by_time(const void *one, const void *two)
{
    int64_t                       x, y;
    const scan_timeline_entry_t  *a = one;
    const scan_timeline_entry_t  *b = two;

    x = a->time == SCAN_NO_TIME ? INT64_MAX : a->time;
    y = b->time == SCAN_NO_TIME ? INT64_MAX : b->time;

    if (x != y) {
        return x < y ? -1 : 1;
    }

    if (a->file != b->file) {
        return a->file->order < b->file->order ? -1 : 1;
    }

    return a->number < b->number ? -1 : a->number > b->number;
}


static void
scan_report_timeline(const scan_findings_t *sc)
{
    char                          time[32];
    size_t                        i;
    const scan_timeline_entry_t  *n;

    scan_title("Timeline (first attempts, and each success)");

    qsort(sc->timeline, sc->timeline_n, sizeof(scan_timeline_entry_t),
          scan_by_time);

    for (i = 0; i < sc->timeline_n && i < SCAN_SHOWN_EVENTS; i++) {
        n = &sc->timeline[i];

        printf("  %s  %s  %s%s%s: %s\n", scan_time_text(n->time, time),
               *n->client ? (char *) n->client : "-",
               cli_colour(stdout, n->outcome >= SCAN_SCAN_SUCCESS
                                  ? CLI_RED : CLI_PLAIN),
               scan_outcome_name[n->outcome], cli_colour(stdout, CLI_PLAIN),
               scan_why_text[n->why]);

        printf("    %s ", *n->method ? (char *) n->method : "-");
        cli_print_escaped(stdout, n->target, n->len);
        printf(" -> ");

        if (n->status) {
            printf("%u", n->status);
        } else {
            putchar('-');
        }

        printf("  (%s:%llu)\n", cli_printable(n->file->name),
               (unsigned long long) n->number);
    }

    if (i < sc->timeline_n + sc->timeline_left_out) {
        printf("  and %llu more: --csv and --json list all\n",
               (unsigned long long) (sc->timeline_n - i
                                     + sc->timeline_left_out));
    }
}


static int
scan_by_group(const void *one, const void *two)
{
    const scan_group_t  *a = *(const scan_group_t *const *) one;
    const scan_group_t  *b = *(const scan_group_t *const *) two;

    return a->count < b->count ? 1 : a->count > b->count ? -1
           : memcmp(a->name, b->name, sizeof(a->name));
}


/* the dry run: what the guard would have refused, by target */

void
scan_would_block(scan_findings_t *sc)
{
    char                 n[32];
    size_t               i;
    unsigned             k;
    const scan_group_t  *g, **sorted;

    sorted = cli_alloc(sc->groups.n * sizeof(scan_group_t *));

    for (i = 0; i < sc->groups.n; i++) {
        sorted[i] = scan_hash_table_entry(&sc->groups, i);
    }

    qsort(sorted, sc->groups.n, sizeof(scan_group_t *), scan_by_group);

    scan_title("What the guard would refuse, by reading");

    if (sc->groups.n == 0) {
        printf("  nothing\n");
    }

    for (i = 0; i < sc->groups.n && i < SCAN_SHOWN_GROUPS; i++) {
        g = sorted[i];

        printf("  %9s  %-9s  ", scan_count(g->count, n),
               g->reason);
        cli_print_escaped(stdout, g->name, g->len);
        printf("\n    sent as ");
        cli_print_escaped(stdout, g->target, g->tlen);
        printf("\n    answered");

        for (k = 0; k < g->statuses; k++) {
            printf(" %u", g->status[k]);
        }

        putchar('\n');
    }

    if (i < sc->groups.n) {
        printf("  and %zu more readings\n", sc->groups.n - i);
    }

    if (sc->groups.left_out) {
        printf("  and %s requests that are not grouped\n",
               scan_count(sc->groups.left_out, n));
    }

    free(sorted);
}
