
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The verdict of all answers together.  It is "shielded" only if nothing
 * contradicts it; a refusal counts as the guard's only with its header field.
 */


#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verify_verdict.h"
#include "verify_monitor.h"
#include "verify_types.h"


typedef struct {
    unsigned              asked;
    unsigned              count[VERIFY_MEANINGS];
} verify_sum_t;


static void verify_conclude_answers(verify_t *v, const verify_sum_t *sum);
static int verify_conclude_direct(verify_t *v);
static int verify_conclude_routes(verify_t *v);
static int verify_conclude_open(verify_t *v);
static int verify_conclude_counted(verify_t *v, const verify_sum_t *sum);
static int verify_conclude_through(verify_t *v, const verify_sum_t *sum);
static int verify_conclude_guard(verify_t *v, const verify_sum_t *sum);
static int verify_conclude_doubts(verify_t *v, unsigned refused);
static int verify_conclude_same(verify_t *v, const verify_sum_t *sum);
static int verify_conclude_log(verify_t *v);
static void verify_conclude_late(verify_t *v);
static unsigned verify_log_seen(const verify_t *v);
static int verify_conclude_modes(verify_t *v);
static const verify_server_t *verify_server_in(const verify_t *v,
    unsigned mode);
static unsigned verify_known(const verify_t *v, verify_counted_e counted);
static const char *verify_unseen(const verify_t *v);
static void verify_conclude_other(verify_t *v, const verify_sum_t *sum);


const char  *verify_verdict_name[] = {
    "shielded", "detect only", "not shielded", "cannot tell"
};


const char  *verify_meaning_text[VERIFY_MEANINGS] = {
    "refused by the guard",
    "got through",
    "answered 400, before any guard",
    "403 without a body, as the ADC's own policy",
    "answered by something other than the guard",
    "closed without an answer",
    "not reachable"
};


__attribute__((format(printf, 4, 5)))
static void
verify_say(verify_t *v, verify_verdict_e verdict, const char *todo,
    const char *fmt, ...)
{
    va_list  args;

    v->verdict = verdict;
    v->todo = todo;

    va_start(args, fmt);
    (void) vsnprintf(v->reason, sizeof(v->reason), fmt, args);
    va_end(args);
}


void
verify_conclude(verify_t *v)
{
    unsigned      i, k;
    verify_sum_t  sum;

    memset(&sum, 0, sizeof(verify_sum_t));

    for (i = 0; i < VERIFY_PROTOCOLS; i++) {
        sum.asked += v->asked[i];

        for (k = 0; k < VERIFY_MEANINGS; k++) {
            sum.count[k] += v->count[i][k];
        }
    }

    verify_conclude_answers(v, &sum);

    if (v->late && v->pages && v->verdict != VERIFY_NOT_SHIELDED) {
        verify_conclude_late(v);
    }
}


/* what was not tested may have got through */

static void
verify_conclude_late(verify_t *v)
{
    verify_say(v, VERIFY_CANNOT_TELL,
               "Raise --deadline, or find out why the answers are slow.",
               "the deadline of %ld seconds passed, and %u requests were not "
               "answered", v->deadline, v->missed);
}


static void
verify_conclude_answers(verify_t *v, const verify_sum_t *sum)
{
    if (v->pages == 0) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Check the name, the port, the certificate and the "
                   "network.", "no answer: %s", v->failure);
        return;
    }

    if (v->pages_guard && v->served == 0) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Check what is in front of the guard.",
                   "legitimate pages have X-Citrix-Guard as well: "
                   "something adds it to every answer");
        return;
    }

    if (verify_conclude_direct(v)
        || verify_conclude_counted(v, sum)
        || verify_conclude_through(v, sum)
        || verify_conclude_routes(v)
        || verify_conclude_guard(v, sum)
        || verify_conclude_same(v, sum))
    {
        return;
    }

    verify_conclude_other(v, sum);
}


/* an address given as the ADC's own bypasses the guard if it speaks HTTP */

static int
verify_conclude_direct(verify_t *v)
{
    unsigned               i;
    const verify_route_t  *route;

    for (i = 0; i < v->routes; i++) {
        route = &v->route[i];

        if (route->direct && route->meaning != VERIFY_GUARD && route->status) {
            verify_say(v, VERIFY_NOT_SHIELDED,
                       "Close the firewall: only the guard may reach the ADC.",
                       "the ADC can be reached without the guard, at %s:%u "
                       "(answer %ld)", route->endpoint.address,
                       route->endpoint.connect_port, route->status);
            return 1;
        }
    }

    return 0;
}


/* something is there that may be the ADC, but was not understood */

static int
verify_conclude_open(verify_t *v)
{
    unsigned               i;
    const verify_route_t  *route;

    for (i = 0; i < v->routes; i++) {
        route = &v->route[i];

        /* after TLS has failed, plain TCP is tried */

        if (route->direct && route->connected && route->status == 0
            && strcmp(route->endpoint.scheme, "http") == 0)
        {
            verify_say(v, VERIFY_CANNOT_TELL,
                       "Find out what it is. Close the firewall: only the "
                       "guard may reach the ADC.",
                       "something at %s:%u accepts connections but answers no "
                       "request", route->endpoint.address,
                       route->endpoint.connect_port);
            return 1;
        }
    }

    return 0;
}


/* the other addresses and ports of the name */

static int
verify_conclude_routes(verify_t *v)
{
    unsigned               i;
    const verify_route_t  *route;

    for (i = 0; i < v->routes; i++) {
        route = &v->route[i];

        if (!route->direct && route->meaning == VERIFY_THROUGH) {
            verify_say(v, VERIFY_NOT_SHIELDED,
                       "Put the guard in front of every address and port.",
                       "the attack gets through at %s:%u",
                       route->endpoint.address, route->endpoint.connect_port);
            return 1;
        }
    }

    return 0;
}


/* what the guard itself says, in its log or monitor */

static int
verify_conclude_counted(verify_t *v, const verify_sum_t *sum)
{
    unsigned  n;

    n = verify_known(v, VERIFY_EXEMPTED);

    if (n) {
        verify_say(v, VERIFY_NOT_SHIELDED,
                   "Look for \"citrix_guard_exempt\", and for rules with "
                   "\"pass\".",
                   "the guard logged %u of these requests, and an exception let "
                   "them pass", n);
        return 1;
    }

    if (sum->count[VERIFY_GUARD]) {
        return 0;
    }

    n = verify_known(v, VERIFY_DETECTED);

    if (n && v->counted[VERIFY_DETECTED]
        && verify_server_in(v, VERIFY_MODE_DETECT) == NULL)
    {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Run it from elsewhere: \"citrix_guard_detect_for\" names "
                   "this machine.",
                   "the mode is \"on\", but the guard only logs requests from "
                   "here: %u of these", n);
        return 1;
    }

    if (n) {
        verify_say(v, VERIFY_DETECT,
                   "When the log shows no false positives, set "
                   "\"citrix_guard on\".",
                   "the guard logged %u of these requests and refused none: "
                   "the mode is \"detect\"", n);
        return 1;
    }

    if (sum->count[VERIFY_THROUGH] == 0 && v->served
        && verify_known(v, VERIFY_BLOCKED) >= sum->asked)
    {
        if (verify_conclude_routes(v) || verify_conclude_open(v)
            || verify_conclude_modes(v))
        {
            return 1;
        }

        verify_say(v, VERIFY_SHIELDED, "",
                   "the guard's %s shows that all %u requests were refused, "
                   "though the answers do not",
                   v->log[VERIFY_BLOCKED] >= sum->asked ? "log" : "monitor",
                   sum->asked);
        return 1;
    }

    return 0;
}


/* log and monitor may both be given: they count the same requests */

static unsigned
verify_known(const verify_t *v, verify_counted_e k)
{
    return v->log[k] > v->counted[k] ? v->log[k] : v->counted[k];
}


static int
verify_conclude_through(verify_t *v, const verify_sum_t *sum)
{
    unsigned  through;

    through = sum->count[VERIFY_THROUGH];

    if (through == 0) {
        return 0;
    }

    if (sum->count[VERIFY_GUARD]) {
        verify_say(v, VERIFY_NOT_SHIELDED,
                   "Look for a location or server without \"citrix_guard "
                   "on\": nginx -t warns of it.",
                   "%u of %u requests got through, though the guard refused "
                   "%u others", through, sum->asked, sum->count[VERIFY_GUARD]);
        return 1;
    }

    if (v->served == 0) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Find out what answers there.",
                   "%u of %u attacks are answered like a success, but no "
                   "legitimate page is served", through, sum->asked);
        return 1;
    }

    verify_say(v, VERIFY_NOT_SHIELDED,
               "Switch the guard on, or take the ADC off the network. If "
               "the guard is there in the mode \"detect\", --monitor and "
               "--error-log show it.",
               "%u of %u requests got through, and the guard refused none%s",
               through, sum->asked, verify_unseen(v));

    return 1;
}


static int
verify_conclude_guard(verify_t *v, const verify_sum_t *sum)
{
    unsigned  guard;

    guard = sum->count[VERIFY_GUARD];

    if (guard == 0) {
        return 0;
    }

    if (guard + sum->count[VERIFY_BAD_REQUEST] < sum->asked) {
        verify_say(v, VERIFY_NOT_SHIELDED,
                   "Find out what answers these spellings; --verbose lists "
                   "them.",
                   "the guard refused %u of %u requests; something else "
                   "answered the others", guard, sum->asked);
        return 1;
    }

    if (v->served == 0) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Find out why users are not served.",
                   "the guard refuses the attack, but no legitimate page is "
                   "served either");
        return 1;
    }

    if (verify_conclude_doubts(v, guard) || verify_conclude_open(v)
        || verify_conclude_modes(v))
    {
        return 1;
    }

    verify_say(v, VERIFY_SHIELDED, "",
               "all %u requests were refused, %u by the guard's own answer, "
               "%sand users are served", sum->asked, guard,
               v->monitors ? "which its monitor confirms, " : "");

    return 1;
}


/* do the monitors confirm the answers? */

static int
verify_conclude_doubts(verify_t *v, unsigned refused)
{
    unsigned  i;

    for (i = 0; i < v->monitors; i++) {
        if (v->monitor[i]->error[0]) {
            verify_say(v, VERIFY_CANNOT_TELL,
                       "Check the monitor, and who may access it.",
                       "the answers are the guard's, but the monitor cannot "
                       "confirm it: %s", v->monitor[i]->error);
            return 1;
        }
    }

    if (verify_conclude_log(v)) {
        return 1;
    }

    if (v->monitors && v->counted[VERIFY_BLOCKED] < refused) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Give a --monitor for each guard that answers for this "
                   "name.",
                   "%u answers have X-Citrix-Guard, but the monitor shows "
                   "%u of these requests as refused: another guard, or an "
                   "imitation, answered the others", refused,
                   v->counted[VERIFY_BLOCKED]);
        return 1;
    }

    return 0;
}


/* a log was given: it must contain this run */

static int
verify_conclude_log(verify_t *v)
{
    if (v->error_log && !v->log_read) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Name the guard's own error log, and run this as a user "
                   "who may read it.",
                   "the answers are the guard's, but its log cannot be read");
        return 1;
    }

    if (v->error_log && verify_log_seen(v) == 0) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Check that this is the log of the guard that answers, and "
                   "that its level includes the guard's lines.",
                   "the answers are the guard's, but its log shows nothing of "
                   "this run");
        return 1;
    }

    return 0;
}


static unsigned
verify_log_seen(const verify_t *v)
{
    unsigned  i, n;

    for (i = 0, n = 0; i < VERIFY_COUNTED; i++) {
        n += v->log[i];
    }

    return n;
}


/* the same answer to everything says nothing about the guard */

static int
verify_conclude_same(verify_t *v, const verify_sum_t *sum)
{
    if (v->redirected == sum->asked + v->pages) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Verify the name and port that it redirects to.",
                   "it redirects every request, attack or not, to %s",
                   v->location[0] ? v->location : "nowhere");
        return 1;
    }

    if (v->unavailable == sum->asked + v->pages) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Run it again when users are served.",
                   "it answers 503 to every request, attack or not");
        return 1;
    }

    return 0;
}


/* the requests met "on"; is the whole server "on"? */

static int
verify_conclude_modes(verify_t *v)
{
    const verify_server_t  *server;

    server = verify_server_in(v, VERIFY_MODE_DETECT);

    if (server) {
        verify_say(v, VERIFY_DETECT,
                   "Set \"citrix_guard on\" in all its locations.",
                   "these requests were refused, but the monitor shows that "
                   "some location of the server \"%s\" has the mode \"detect\"",
                   server->name);
        return 1;
    }

    server = verify_server_in(v, VERIFY_MODE_OFF);

    if (server) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Make sure that it does not lead to the ADC: nginx -t "
                   "names those that do.",
                   "these requests were refused, but the monitor shows that "
                   "some location of the server \"%s\" has the mode \"off\"",
                   server->name);
        return 1;
    }

    return 0;
}


static const verify_server_t *
verify_server_in(const verify_t *v, unsigned mode)
{
    unsigned                 i, k;
    const verify_monitor_t  *m;

    for (i = 0; i < v->monitors; i++) {
        m = v->monitor[i];

        for (k = 0; k < m->after.servers; k++) {
            if ((m->after.server[k].modes & mode)
                && verify_monitor_saw_run(m, k))
            {
                return &m->after.server[k];
            }
        }
    }

    return NULL;
}


static const char *
verify_unseen(const verify_t *v)
{
    if (v->log_read && verify_log_seen(v) == 0) {
        return "; its log shows nothing of this run";
    }

    if (v->monitors == 0 || v->monitors_failed) {
        return "";
    }

    if (v->counted[VERIFY_BLOCKED]) {
        return ", though its monitor says that it did";
    }

    return "; its monitor did not count them";
}


static void
verify_conclude_other(verify_t *v, const verify_sum_t *sum)
{
    if (v->served == 0 && v->pages_403) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Run it from a place where users have access.",
                   "legitimate pages get 403 as well: this says nothing "
                   "about the guard");

    } else if (sum->count[VERIFY_POLICY] == sum->asked) {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "Some builds do not apply the ADC's policy: put the guard "
                   "in front.",
                   "the attack is refused as the ADC's own policy would, not "
                   "by the guard");

    } else if (sum->count[VERIFY_CLOSED]
               && sum->count[VERIFY_CLOSED] + sum->count[VERIFY_BAD_REQUEST]
                  == sum->asked)
    {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "With \"citrix_guard_status 444\", --monitor and "
                   "--error-log show who refused.",
                   "the attack is answered with a closed connection%s",
                   verify_unseen(v));

    } else {
        verify_say(v, VERIFY_CANNOT_TELL,
                   "A patched ADC or another filter may answer like this; the "
                   "guard does not.",
                   "nothing got through, but the guard refused none of %u "
                   "requests%s", sum->asked, verify_unseen(v));
    }
}
