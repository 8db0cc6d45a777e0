
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Judges a request and its outcome.  The verdict is the core's; docs/cli.md,
 * "Outcome", has the rules for the outcome.
 */


#include <stdint.h>
#include <string.h>

#include "cguard/decision/cguard_reading.h"
#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_types.h"
#include "cli/formats/scan_escape.h"
#include "cli/formats/scan_event.h"
#include "cli/formats/scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "cli/formats/scan_types.h"
#include "scan_judge.h"
#include "scan_arena.h"


/* how much of a target and its reading is kept */

#define SCAN_KEEP        2048
#define SCAN_CLIENT      63

/* the size of a 403 page: the guard's, nginx's, Apache's */

#define SCAN_GUARD_PAGE  215
#define SCAN_NGINX_MIN   146
#define SCAN_NGINX_MAX   165
#define SCAN_APACHE_MIN  190
#define SCAN_APACHE_MAX  600

/* Apache 2.2 writes the path into it: the size without the path */

#define SCAN_APACHE_REST_MIN  200
#define SCAN_APACHE_REST_MAX  201

/* what only the appliance's own log has after the size */

#define SCAN_OWN_LOG     " \"time: "


static int scan_judge_target(const scan_line_t *ln, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit);
static cli_str_t scan_cut(scan_arena_t *arena, cli_str_t s, size_t len);
static cli_str_t scan_target(const scan_line_t *ln, unsigned char *p,
    unsigned policy, scan_hit_t *hit);
static void scan_class(cli_str_t target, unsigned char *buf, size_t size,
    scan_hit_t *hit);
static void scan_class_vpns(const unsigned char *p, size_t len,
    scan_hit_t *hit);
static int scan_has_name(const unsigned char *p, size_t len,
    const char *ending);
static void scan_outcome(scan_hit_t *hit);
static int scan_outcome_class(scan_hit_t *hit);
static void scan_outcome_pass(scan_hit_t *hit);
static int scan_outcome_unknown(scan_hit_t *hit);
static void scan_outcome_403(scan_hit_t *hit);
static int scan_apache_says(const scan_hit_t *hit);
static void scan_outcome_set(scan_hit_t *hit, scan_outcome_e outcome,
    scan_why_e why);


/* statuses that a server in front sets: the ADC may have answered */

static const unsigned short  scan_front[] = {
    408, 444, 460, 463, 494, 495, 496, 497, 499, 502, 503, 504, 520, 521, 522,
    523, 524, 525, 526, 527, 530, 561, 598, 599
};


/* folders where intruders left web shells */

static const char  *scan_php[] = {
    "/support/", "/shared/", "/n_top/", "/vpn/", "/themes/"
};


/* scripts of intruders, from the lists of SANS ISC, FireEye and Citrix */

static const char  *scan_shells[] = {
    "/personalbookmak.pl", "/aj3ubk2mp.pl", "/rmpm.pl", "/loadcolorprefs.pl"
};


const char  *scan_outcome_name[SCAN_OUTCOMES] = {
    "nothing", "malformed", "own", "look-at-it", "blocked", "attempt", "not-known",
    "scan-success", "exploit-suspected"
};


const char  *scan_why_text[SCAN_WHYS] = {
    "",
    "refused by the guard",
    "403 with the size of the guard's own page",
    "403 without a body, as the ADC's responder policy answers",
    "403 with the size of nginx's own page",
    "refused; the log does not show by whom",
    "answered, but not with a success",
    "the answer is not known",
    "the attack's text is in another field than the request; the answer is "
        "not known",
    "the signs are in the query: no file is reached that way",
    "no sign of CVE-2019-19781, but no legitimate client sends it",
    "a script or template ended with an error: it may have run",
    "the server in front wrote this status itself: the ADC's answer is not "
        "known",
    "a stage of the attack, without the traversal: legitimate for a "
        "logged-in user; look at it",
    "a stage of the attack, without the traversal; the answer is not known",
    "a .php file was asked for where none belongs; the answer is not known",
    "403 with the size of Apache's own page about this path: if it is "
        "Apache's, the traversal works",
    "your own (--own); the answer is not known",
    "your own (--own)",
    "your own (--own); it got through: the ADC was open",
    "it carries a token as citrix-guard verify sends it: if the run was "
        "yours, --own=TOKEN counts it separately",
    "a script was answered through a traversal",
    "a file was answered through a traversal",
    "403 with Apache's own page: the traversal works",
    "so says the guard's event",
    "the guard names another reason than CVE-2019-19781",
    "the guard recorded it for something that its target does not show",
    "a script answered 304",
    "a template was fetched",
    "template text in the target was answered",
    "a .php file answered where none belongs",
    "a web shell answered that public lists know by this name"
};


/* of all targets of a line, the worst one */

int
scan_judge(const scan_line_t *ln, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit)
{
    int          found;
    unsigned     i;
    scan_hit_t   one;
    scan_line_t  other;

    found = scan_judge_target(ln, policy, arena, hit);

    for (i = 0; i < ln->others; i++) {
        other = *ln;
        other.target = ln->other[i];

        if (memchr(other.target.data, '?', other.target.len)) {
            other.query.len = 0;
        }

        if (scan_judge_target(&other, policy, arena, &one)
            && (!found || one.outcome > hit->outcome))
        {
            *hit = one;
            found = 1;
        }
    }

    return found;
}


static int
scan_judge_target(const scan_line_t *ln, unsigned policy,
    scan_arena_t *arena, scan_hit_t *hit)
{
    if (ln->query.len == 0 && ln->verdict.len == 0 && ln->outcome.len == 0
        && scan_is_clean(ln->target.data, ln->target.len, policy))
    {
        return 0;
    }

    return scan_judge_full(ln, policy, arena, hit);
}


int
scan_judge_full(const scan_line_t *ln, unsigned policy, scan_arena_t *arena,
    scan_hit_t *hit)
{
    size_t          n;
    cli_str_t       target;
    unsigned char  *p;

    /* the target, the target without escapes, and its reading */

    n = ln->target.len + 1 + ln->query.len;
    p = scan_arena_scratch(arena, n * 6 + 64);

    memset(hit, 0, sizeof(scan_hit_t));

    hit->request = *ln;
    scan_line_size(&hit->request);

    target = scan_target(ln, p, policy, hit);

    scan_class(target, p + 2 * n, 4 * n + 64, hit);
    scan_event_begin(hit);
    scan_outcome(hit);

    if (hit->outcome == SCAN_NOTHING) {
        return 0;
    }

    hit->request.target = scan_cut(arena, target, SCAN_KEEP);
    hit->reading = scan_cut(arena, hit->reading, SCAN_KEEP);
    hit->request.method = scan_cut(arena, ln->method, 32);
    hit->request.client = scan_cut(arena, scan_client(ln->client),
                                   SCAN_CLIENT);
    hit->request.id = scan_cut(arena, ln->id, SCAN_CLIENT);

    return 1;
}


static cli_str_t
scan_cut(scan_arena_t *arena, cli_str_t s, size_t len)
{
    return scan_arena_copy(arena, s.data, s.len < len ? s.len : len);
}


/*
 * The target without the log's escapes.  If a log does not escape backslashes
 * ("escape=none", JSON, our own events), a backslash may be one: so the target
 * is judged unchanged as well.
 */

static cli_str_t
scan_target(const scan_line_t *ln, unsigned char *p, unsigned policy,
    scan_hit_t *hit)
{
    cli_str_t      target;
    unsigned char  *plain;

    plain = p;

    p = (unsigned char *) mempcpy(p, ln->target.data, ln->target.len);

    if (ln->query.len) {
        *p++ = '?';
        p = (unsigned char *) mempcpy(p, ln->query.data, ln->query.len);
    }

    target.data = plain;
    target.len = (size_t) (p - plain);

    if (memchr(plain, '\\', target.len)) {
        hit->reason = cguard_target(plain, target.len, policy, NULL);

        target.data = plain + ln->target.len + 1 + ln->query.len;
        target.len = scan_unescape((unsigned char *) target.data, plain,
                                   target.len);

        if (hit->reason == CGUARD_TRAVERSAL
            && cguard_target(target.data, target.len, policy, NULL)
               != CGUARD_TRAVERSAL)
        {
            target.data = plain;
            target.len = (size_t) (p - plain);
        }
    }

    hit->reason = cguard_target(target.data, target.len, policy, NULL);

    return target;
}


/*
 * What it requests, by the reading of its path in lower case.  "buf" is large
 * enough for what the core makes of that path.
 */

static void
scan_class(cli_str_t target, unsigned char *buf, size_t size, scan_hit_t *hit)
{
    size_t                i, n;
    const unsigned char  *end;

    end = memchr(target.data, '?', target.len);
    n = end ? (size_t) (end - target.data) : target.len;

    /* template text may be anywhere */

    hit->reading.data = buf;
    hit->reading.len = cguard_reading(target.data, target.len, 0, buf, size);

    if (scan_find(buf, hit->reading.len, "template.new")
        || (scan_find(buf, hit->reading.len, "[%")
            && scan_find(buf, hit->reading.len, "vpns")))
    {
        hit->is |= SCAN_IS_TEXT;
    }

    n = cguard_reading(target.data, n, 0, buf, size);
    hit->reading.len = n;

    if (scan_has_name(buf, n, ".php")) {
        for (i = 0; i < sizeof(scan_php) / sizeof(scan_php[0]); i++) {
            if (scan_find(buf, n, scan_php[i])) {
                hit->is |= SCAN_IS_PHP;
            }
        }
    }

    if (scan_find(buf, n, "vpns")) {
        scan_class_vpns(buf, n, hit);
    }
}


/* what the attack requests there, with a traversal or without */

static void
scan_class_vpns(const unsigned char *p, size_t len, scan_hit_t *hit)
{
    size_t  i;

    hit->is |= SCAN_IS_VPNS;

    if (scan_has_name(p, len, ".pl")) {
        hit->is |= SCAN_IS_SCRIPT|SCAN_IS_STAGE;

        for (i = 0; i < sizeof(scan_shells) / sizeof(scan_shells[0]); i++) {
            if (scan_has_name(p, len, scan_shells[i])) {
                hit->is |= SCAN_IS_SHELL;
            }
        }

    } else if (scan_find(p, len,
                         "/portal/") && scan_has_name(p, len, ".xml")) {
        hit->is |= SCAN_IS_TEMPLATE;

    } else if (scan_has_name(p, len, ".php") || scan_find(p, len, "/cfg/")) {
        hit->is |= SCAN_IS_STAGE;
    }
}


/* a name with this extension, also if more of the path follows */

static int
scan_has_name(const unsigned char *p, size_t len, const char *ending)
{
    unsigned char         c;
    const unsigned char  *last;

    for (last = p + len; (p = scan_find(p, (size_t) (last - p), ending));
         /* void */)
    {
        p += strlen(ending);

        if (p == last) {
            return 1;
        }

        c = *p | 0x20;

        if (!(c >= 'a' && c <= 'z') && !(*p >= '0' && *p <= '9')) {
            return 1;
        }
    }

    return 0;
}


static void
scan_outcome(scan_hit_t *hit)
{
    unsigned  status;

    status = hit->request.status;

    if (hit->reason == CGUARD_MALFORMED && hit->is == 0) {
        scan_outcome_set(hit, SCAN_MALFORMED, SCAN_WHY_MALFORMED);
        return;
    }

    if (scan_event(hit) || scan_outcome_class(hit)) {
        return;
    }

    if (hit->reason == CGUARD_PASS) {
        scan_outcome_pass(hit);

    } else if (hit->reason == CGUARD_QUERY) {
        scan_outcome_set(hit, SCAN_ATTEMPT, SCAN_WHY_QUERY);

    } else if (scan_outcome_unknown(hit)) {
        return;

    } else if (hit->reason == CGUARD_TRAVERSAL
               && (status / 100 == 2 || status == 304))
    {
        scan_outcome_set(hit, SCAN_SCAN_SUCCESS,
                         hit->is & SCAN_IS_SCRIPT ? SCAN_WHY_SCRIPT_READ
                                                  : SCAN_WHY_READ);

    } else if (status == 403) {
        scan_outcome_403(hit);

    } else {
        scan_outcome_set(hit, SCAN_ATTEMPT, status / 100 == 4
                                            ? SCAN_WHY_REFUSED
                                            : SCAN_WHY_OTHER);
    }
}


/* the core lets the target pass: a stage, or the word of an event */

static void
scan_outcome_pass(scan_hit_t *hit)
{
    unsigned  status;

    status = hit->request.status;

    if (hit->is & (SCAN_IS_TEMPLATE|SCAN_IS_TEXT)) {

        if (!scan_outcome_unknown(hit)) {
            scan_outcome_set(hit, SCAN_ATTEMPT, status / 100 == 4
                                                ? SCAN_WHY_REFUSED
                                                : SCAN_WHY_OTHER);
        }

    } else if (hit->event) {

        if (!scan_outcome_unknown(hit)) {
            scan_outcome_set(hit, SCAN_ATTEMPT, SCAN_WHY_EVENT_SEEN);
        }

    } else if ((hit->is & (SCAN_IS_STAGE|SCAN_IS_PHP))
               && scan_outcome_unknown(hit))
    {
        if (hit->why != SCAN_WHY_ERROR) {
            hit->why = hit->is & SCAN_IS_STAGE ? SCAN_WHY_STAGE_UNKNOWN
                                               : SCAN_WHY_PHP_UNKNOWN;
        }

        hit->outcome = SCAN_LOOK;
    }
}


/* 1: the status does not show what the ADC answered */

static int
scan_outcome_unknown(scan_hit_t *hit)
{
    size_t    i;
    unsigned  status;

    status = hit->request.status;

    if (status < 100) {
        scan_outcome_set(hit, SCAN_NOT_KNOWN, SCAN_WHY_UNKNOWN);
        return 1;
    }

    for (i = 0; i < sizeof(scan_front) / sizeof(scan_front[0]); i++) {
        if (status == scan_front[i]) {
            scan_outcome_set(hit, SCAN_NOT_KNOWN, SCAN_WHY_FRONT);
            return 1;
        }
    }

    if (status / 100 == 5
        && (hit->is & (SCAN_IS_SCRIPT|SCAN_IS_TEMPLATE|SCAN_IS_TEXT)))
    {
        scan_outcome_set(hit, SCAN_LOOK, SCAN_WHY_ERROR);
        return 1;
    }

    return 0;
}


/* what was requested, and that it was answered */

static int
scan_outcome_class(scan_hit_t *hit)
{
    unsigned  status, answered;

    status = hit->request.status;
    answered = status / 100 == 2 || status == 304;

    if (!answered) {
        return 0;
    }

    if (hit->is & SCAN_IS_TEXT) {
        scan_outcome_set(hit, SCAN_EXPLOIT, SCAN_WHY_TEXT);

    } else if (hit->is & SCAN_IS_TEMPLATE) {
        scan_outcome_set(hit, SCAN_EXPLOIT, SCAN_WHY_TEMPLATE);

    } else if (hit->is & SCAN_IS_SHELL) {
        scan_outcome_set(hit, SCAN_EXPLOIT, SCAN_WHY_SHELL);

    } else if ((hit->is & SCAN_IS_SCRIPT) && status == 304) {
        scan_outcome_set(hit, SCAN_EXPLOIT, SCAN_WHY_SCRIPT_304);

    } else if ((hit->is & SCAN_IS_PHP) && status != 304) {
        scan_outcome_set(hit, SCAN_EXPLOIT, SCAN_WHY_PHP);

    } else if ((hit->is & SCAN_IS_SCRIPT) && hit->event) {

        /* the first stage, found by the guard in a header field */

        scan_outcome_set(hit, SCAN_SCAN_SUCCESS, SCAN_WHY_SCRIPT_READ);

    } else if ((hit->is & SCAN_IS_STAGE) && hit->reason == CGUARD_PASS) {
        scan_outcome_set(hit, SCAN_LOOK, SCAN_WHY_STAGE);
    }

    return hit->outcome != SCAN_NOTHING;
}


/*
 * Apache answers a folder with a 403 of its own, so such a request has come
 * through.  Only in the appliance's own log is a page of that size certainly
 * Apache's.  The 403 of the responder policy has no body; the guard's has one
 * size.
 */

static void
scan_outcome_403(scan_hit_t *hit)
{
    int64_t  bytes;

    bytes = hit->request.bytes;

    if (scan_is(hit->request.method, "HEAD") || bytes < 0) {
        scan_outcome_set(hit, SCAN_ATTEMPT, SCAN_WHY_REFUSED);

    } else if (bytes == 0) {
        scan_outcome_set(hit, SCAN_ATTEMPT, SCAN_WHY_POLICY);

    } else if (hit->reason == CGUARD_TRAVERSAL && bytes >= SCAN_APACHE_MIN
               && bytes <= SCAN_APACHE_MAX
               && scan_find(hit->request.size.data, hit->request.size.len,
                            SCAN_OWN_LOG))
    {
        scan_outcome_set(hit, SCAN_SCAN_SUCCESS, SCAN_WHY_APACHE);

    } else if (hit->reason == CGUARD_TRAVERSAL && scan_apache_says(hit)) {
        scan_outcome_set(hit, SCAN_LOOK, SCAN_WHY_APACHE_SIZE);

    } else if (bytes == SCAN_GUARD_PAGE) {
        scan_outcome_set(hit, SCAN_BLOCKED, SCAN_WHY_GUARD_PAGE);

    } else if (bytes >= SCAN_NGINX_MIN && bytes <= SCAN_NGINX_MAX) {
        scan_outcome_set(hit, SCAN_ATTEMPT, SCAN_WHY_NGINX_PAGE);

    } else {
        scan_outcome_set(hit, SCAN_ATTEMPT, SCAN_WHY_REFUSED);
    }
}


/* does the answer have the size of Apache's page about this path? */

static int
scan_apache_says(const scan_hit_t *hit)
{
    int64_t               rest;
    const unsigned char  *p;

    p = scan_find(hit->reading.data, hit->reading.len, "vpns");

    if (p == NULL || p == hit->reading.data) {
        return 0;
    }

    rest = hit->request.bytes
           - (int64_t) (hit->reading.data + hit->reading.len - (p - 1));

    return rest >= SCAN_APACHE_REST_MIN && rest <= SCAN_APACHE_REST_MAX;
}


static void
scan_outcome_set(scan_hit_t *hit, scan_outcome_e outcome, scan_why_e why)
{
    hit->outcome = outcome;
    hit->why = why;
}
