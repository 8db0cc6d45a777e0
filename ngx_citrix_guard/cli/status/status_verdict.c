
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The one sentence, from what the monitor and verify say.  The first condition
 * that holds decides, in the order of the monitor's page (page/answer.js);
 * "shielded" needs that nothing speaks against it.
 */


#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "status_verdict.h"
#include "status_types.h"


#define STATUS_NAMES  600

/*
 * NTP may move a clock by 5 seconds, as the page allows; less than a
 * millisecond more is the error of a double
 */

#define STATUS_SLACK  5.0005


static int status_through(status_t *st);
static int status_none(status_t *st);
static int status_beside(status_t *st);
static int status_clock(status_t *st);
static double status_seconds(const char *text);
static int status_lost(status_t *st);
static int status_damaged(status_t *st);
static int status_uncounted(status_t *st);
static void status_modes(status_t *st);
static void status_verified(status_t *st);
static void status_next_start(status_t *st);
static unsigned status_of(const status_t *st, unsigned with, char *names,
    const char **since);


__attribute__((format(printf, 3, 4)))
static void
status_say(status_t *st, status_e status, const char *fmt, ...)
{
    va_list  args;

    st->status = status;

    va_start(args, fmt);
    (void) vsnprintf(st->sentence, sizeof(st->sentence), fmt, args);
    va_end(args);
}


void
status_conclude(status_t *st)
{
    if (st->state.error[0]) {
        status_say(st, STATUS_UNKNOWN,
                   "Cannot tell whether we are shielded: no answer from the "
                   "monitor at %s: %s.", st->monitor, st->state.error);

    } else if (!status_through(st) && !status_none(st) && !status_beside(st)
               && !status_clock(st) && !status_lost(st)
               && !status_damaged(st) && !status_uncounted(st))
    {
        status_modes(st);
    }

    status_verified(st);
    status_next_start(st);
}


static int
status_through(status_t *st)
{
    unsigned long long      n;
    const monitor_state_t  *is;

    is = &st->state;

    if (is->through <= is->looked) {
        return 0;
    }

    n = is->through - is->looked;

    status_say(st, STATUS_CRITICAL,
               "%llu request%s may have got through (of %llu the ADC's answer "
               "is not known), the last one at %s: block, save the logs, and "
               "follow docs/incident.md.", n, n == 1 ? "" : "s",
               is->unknown, is->last);

    return 1;
}


/* no server could be guarded, or all are off */

static int
status_none(status_t *st)
{
    char         names[STATUS_NAMES];
    unsigned     off;
    const char  *since;

    if (status_of(st, MONITOR_ON|MONITOR_DETECT, names, &since)) {
        return 0;
    }

    off = status_of(st, MONITOR_OFF, names, &since);

    if (off) {
        status_say(st, STATUS_CRITICAL,
                   "We are not shielded: the guard is off at %s (%s).", names,
                   st->state.node);
        return 1;
    }

    status_say(st, STATUS_UNKNOWN, "Cannot tell whether we are shielded: no "
               "server is configured that could be guarded.");

    return 1;
}


static int
status_beside(status_t *st)
{
    if (st->state.beside == 0 && st->state.unreadable == 0) {
        return 0;
    }

    if (st->state.unreadable) {
        status_say(st, STATUS_UNKNOWN, "Cannot tell whether we are shielded: "
                   "the guard may not read whether another nginx accepts "
                   "connections as well: allow the user of nginx's workers to "
                   "read the pid files.");
        return 1;
    }

    status_say(st, STATUS_UNKNOWN, "Cannot tell whether we are shielded: after "
               "an upgrade another nginx accepts connections as well, with a "
               "configuration of its own: end the old one (QUIT), or reload "
               "if the new one has ended.");

    return 1;
}


static int
status_clock(status_t *st)
{
    double  now, latest;

    now = status_seconds(st->state.now);
    latest = status_seconds(st->state.latest);

    if (now > 0 && latest > 0 && latest - now <= STATUS_SLACK) {
        return 0;
    }

    status_say(st, STATUS_UNKNOWN, "Cannot tell whether we are shielded: the "
               "clock of the server was set back.");

    return 1;
}


/* "2026-01-10T05:00:00.000Z"; 0 if it is something else */

static double
status_seconds(const char *text)
{
    int        n;
    double     seconds;
    struct tm  tm;

    memset(&tm, 0, sizeof(struct tm));

    n = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%lf", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &seconds);

    if (n != 6) {
        return 0;
    }

    tm.tm_year -= 1900;
    tm.tm_mon--;

    return (double) timegm(&tm) + seconds;
}


static int
status_lost(status_t *st)
{
    unsigned long long  n;

    n = st->state.lost;

    if (n == 0) {
        return 0;
    }

    status_say(st, STATUS_UNKNOWN,
               "Cannot tell whether anything got through: %llu event%s not "
               "written to the log in full.", n, n == 1 ? " was" : "s were");

    return 1;
}


static int
status_damaged(status_t *st)
{
    if (!st->state.damaged) {
        return 0;
    }

    status_say(st, STATUS_UNKNOWN,
               "Cannot tell whether anything got through before %s: the "
               "counters saved before then are damaged.", st->state.started);

    return 1;
}


static int
status_uncounted(status_t *st)
{
    if (st->state.uncounted[0] == '\0') {
        return 0;
    }

    status_say(st, STATUS_UNKNOWN,
               "Cannot tell whether anything got through before %s: until then "
               "another nginx served without counting here, or nginx was "
               "killed before it had saved its counters.",
               st->state.uncounted);

    return 1;
}


static void
status_modes(status_t *st)
{
    char         names[STATUS_NAMES];
    const char  *since, *node;

    node = st->state.node;

    if (status_of(st, MONITOR_OFF, names, &since)) {
        status_say(st, STATUS_WARNING,
                   "The guard is off in a part of %s (%s), since %s.",
                   names, node, since);
        return;
    }

    if (st->state.let_by_last[0]) {
        status_say(st, STATUS_WARNING,
                   "We are not shielded everywhere: the guard is on and did "
                   "not refuse our own test attack \"%s\", the last time at "
                   "%s.", st->state.let_by, st->state.let_by_last);
        return;
    }

    if (status_of(st, MONITOR_ON, names, &since) == 0) {
        (void) status_of(st, MONITOR_DETECT, names, &since);
        status_say(st, STATUS_WARNING,
                   "Nothing is blocked at %s (%s) since %s: the mode is "
                   "detect.", names, node, since);
        return;
    }

    if (status_of(st, MONITOR_DETECT, names, &since)) {
        status_say(st, STATUS_WARNING,
                   "We are partly shielded: not everything is blocked at %s "
                   "(%s), since %s.", names, node, since);
        return;
    }

    (void) status_of(st, MONITOR_ON, names, &since);

    if (st->state.through) {
        status_say(st, STATUS_OK,
                   "We have been shielded since %s at %s (%s): %llu blocked; "
                   "%llu that may have got through were acknowledged by %s.",
                   since, names, node, st->state.blocked, st->state.through,
                   st->state.by[0] ? st->state.by : "somebody");
        return;
    }

    status_say(st, STATUS_OK,
               "We have been shielded since %s at %s (%s): %llu blocked, and "
               "there is no sign that anything got through since then.",
               since, names, node,
               st->state.blocked);
}


/* verify can only make it worse; what got through stays the worst */

static void
status_verified(status_t *st)
{
    status_e     verified;
    const char  *says;

    if (st->verify == NULL || st->verified == 0) {
        return;
    }

    verified = st->verified == 1 ? STATUS_WARNING
               : st->verified == 2 ? STATUS_CRITICAL : STATUS_UNKNOWN;

    if (st->status == STATUS_CRITICAL
        || (st->status == STATUS_UNKNOWN && verified != STATUS_CRITICAL))
    {
        return;
    }

    says = verified == STATUS_CRITICAL ? "We are not shielded"
           : verified == STATUS_WARNING ? "Nothing is blocked"
           : "Cannot tell whether we are shielded";

    status_say(st, verified, "%s: verify says: %s.", says, st->verify_reason);
}


/* what is worse stays as it is; the report has a line for this */

static void
status_next_start(status_t *st)
{
    char  now[sizeof(st->sentence)];

    if (st->start != STATUS_START_NO || st->status != STATUS_OK) {
        return;
    }

    memcpy(now, st->sentence, sizeof(now));

    status_say(st, STATUS_WARNING,
               "%.*s; but nginx will not start again or reload: nginx -t "
               "says: %s.", (int) strlen(now) - 1, now, st->start_says);
}


/* counts the servers with one of these modes; their names, the last change */

static unsigned
status_of(const status_t *st, unsigned with, char *names, const char **since)
{
    size_t                   len;
    unsigned                 i, n;
    const monitor_server_t  *s;

    n = 0;
    len = 0;
    *since = "";
    names[0] = '\0';

    for (i = 0; i < st->state.servers; i++) {
        s = &st->state.server[i];

        if (!(s->modes & with)) {
            continue;
        }

        if (len < STATUS_NAMES) {
            len += (size_t) snprintf(names + len, STATUS_NAMES - len, "%s%s",
                                     n ? ", " : "",
                                     s->name[0] ? s->name : "(no name)");
        }

        if (strcmp(s->since, *since) > 0) {
            *since = s->since;
        }

        n++;
    }

    return n;
}
