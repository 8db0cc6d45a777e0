
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * What the guard itself has logged about a request: an event, its line in the
 * error log, or its variables in a log.  The words are those of
 * conf/event.schema.json.
 *
 * And gateway.log of conf/gateway.  The client's bytes are in the middle, so a
 * line is parsed from both ends:
 *
 *   client [time] "request" status size seconds id verdict reason
 *   client [time] protocol shutter status received sent seconds
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "scan_event.h"
#include "scan_line.h"
#include "scan_time.h"
#include "scan_types.h"


/* how many words follow a request, and a session's last four; from the end */

#define SCAN_GATEWAY_WORDS  6
#define SCAN_GATEWAY_ID     32


static scan_parsed_e scan_gateway_request(scan_parser_t *ps,
    const unsigned char *p, const unsigned char *last, scan_line_t *ln);
static int scan_gateway_session(const unsigned char *p,
    const unsigned char *last);
static int scan_gateway_word(const unsigned char *p,
    const unsigned char **last, cli_str_t *word);
static int scan_gateway_is(cli_str_t s, const char *bytes);


/* by reason: is it a sign of this vulnerability? */

static const struct {
    const char           *name;
    unsigned              sign;
} scan_event_reasons[] = {
    { "traversal", 1 },
    { "query", 1 },
    { "vpns", 1 },
    { "parent", 1 },
    { "header", 1 },
    { "injection", 1 },
    { "unknown", 1 },
    { "malformed", 0 },
    { "upgrade", 0 },
    { "unseen", 0 },
    { "rule", 0 },
    { "error", 0 },
};


static const char  *scan_event_verdicts[] = {
    "blocked", "detected", "exempted", NULL
};


/* the reason may be something outside the target: a header field */

void
scan_event_begin(scan_hit_t *hit)
{
    size_t              i;
    const scan_line_t  *ln;

    ln = &hit->request;
    hit->named = cguard_reason_name(hit->reason);

    for (i = 0; scan_event_verdicts[i]; i++) {
        hit->event |= scan_is(ln->verdict, scan_event_verdicts[i]);
    }

    hit->event |= scan_is(ln->outcome, "scan-success")
                  || scan_is(ln->outcome, "exploit-suspected");

    if (!hit->event) {
        return;
    }

    hit->sign = 1;

    for (i = 0;
         i < sizeof(scan_event_reasons) / sizeof(scan_event_reasons[0]);
         i++)
    {
        if (scan_is(ln->reason, scan_event_reasons[i].name)) {
            hit->sign = scan_event_reasons[i].sign;

            if (hit->reason == CGUARD_PASS) {
                hit->named = scan_event_reasons[i].name;
            }
        }
    }
}


/* 1: nothing else to say */

int
scan_event(scan_hit_t *hit)
{
    const scan_line_t  *ln;

    ln = &hit->request;

    if (!hit->event) {
        return 0;
    }

    if (ln->canary) {
        hit->outcome = SCAN_NOTHING;

    } else if (scan_is(ln->outcome, "exploit-suspected")) {
        hit->outcome = SCAN_EXPLOIT;
        hit->why = SCAN_WHY_EVENT;

    } else if (scan_is(ln->outcome, "scan-success")) {
        hit->outcome = SCAN_SCAN_SUCCESS;
        hit->why = SCAN_WHY_EVENT;

    } else if (hit->sign == 0 && hit->is == 0
               && (hit->reason == CGUARD_PASS
                   || hit->reason == CGUARD_MALFORMED))
    {
        hit->outcome = SCAN_MALFORMED;
        hit->why = SCAN_WHY_EVENT_OTHER;

    } else if (scan_is(ln->verdict, "blocked")) {
        hit->outcome = SCAN_BLOCKED;
        hit->why = SCAN_WHY_GUARD;

    } else {
        return 0;
    }

    return 1;
}


scan_parsed_e
scan_gateway(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    const unsigned char  *time, *end;

    scan_line_init(ln);

    time = memchr(p, '[', (size_t) (last - p));

    if (time == NULL || time - p < 2 || time[-1] != ' ') {
        return SCAN_DAMAGED;
    }

    end = memchr(time, ']', (size_t) (last - time));

    if (end == NULL || last - end < 3 || end[1] != ' '
        || end - time < 20 || time[5] != '-')
    {
        return SCAN_DAMAGED;
    }

    ln->time = scan_time_cached(&ps->clock, time + 1,
                                (size_t) (end - time - 1));

    if (ln->time == SCAN_NO_TIME) {
        return SCAN_DAMAGED;
    }

    ln->client.data = p;
    ln->client.len = (size_t) (time - 1 - p);

    p = end + 2;

    if (*p == '"') {
        return scan_gateway_request(ps, p + 1, last, ln);
    }

    return scan_gateway_session(p, last) ? SCAN_NO_REQUEST : SCAN_DAMAGED;
}


static scan_parsed_e
scan_gateway_request(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned   i;
    cli_str_t  word[SCAN_GATEWAY_WORDS];

    static const char  *bytes[SCAN_GATEWAY_WORDS] = {
        "abcdefghijklmnopqrstuvwxyz-",  /* reason */
        "abcdefghijklmnopqrstuvwxyz-",  /* verdict */
        "0123456789abcdef-",            /* id */
        "0123456789.-",                 /* seconds */
        "0123456789-",                  /* size */
        "0123456789"                    /* status */
    };

    memset(word, 0, sizeof(word));

    for (i = 0; i < SCAN_GATEWAY_WORDS; i++) {
        if (scan_gateway_word(p, &last, &word[i])
            || !scan_gateway_is(word[i], bytes[i]))
        {
            return SCAN_DAMAGED;
        }
    }

    /* words may be empty where the guard is off; the numbers are there */

    if (last[-1] != '"' || word[5].len != 3 || word[4].len == 0
        || word[3].len == 0
        || (word[2].len != SCAN_GATEWAY_ID && word[2].len != 1))
    {
        return SCAN_DAMAGED;
    }

    ln->reason = word[0];
    ln->verdict = word[1];

    scan_set(ps, ln, SCAN_F_BYTES, word[4].data, word[4].data + word[4].len);
    scan_set(ps, ln, SCAN_F_STATUS, word[5].data, word[5].data + 3);
    scan_request(ln, p, last - 1);

    return SCAN_REQUEST;
}


static int
scan_gateway_session(const unsigned char *p, const unsigned char *last)
{
    unsigned   i;
    cli_str_t  word;

    static const char  *bytes[] = {
        "0123456789.-",                 /* seconds */
        "0123456789-",                  /* sent */
        "0123456789-",                  /* received */
        "0123456789",                   /* status */
        "abcdefghijklmnopqrstuvwxyz-",  /* shutter */
        "abcdefghijklmnopqrstuvwxyz0123456789-"
    };

    for (i = 0; i < 5; i++) {
        if (scan_gateway_word(p, &last, &word) || word.len == 0
            || !scan_gateway_is(word, bytes[i]))
        {
            return 0;
        }
    }

    word.data = p;
    word.len = (size_t) (last - p);

    return scan_gateway_is(word, bytes[i]);
}


/* removes the last word and the space before it; -1: there is none */

static int
scan_gateway_word(const unsigned char *p, const unsigned char **last,
    cli_str_t *word)
{
    const unsigned char  *blank;

    blank = memrchr(p, ' ', (size_t) (*last - p));

    if (blank == NULL) {
        return -1;
    }

    word->data = blank + 1;
    word->len = (size_t) (*last - blank - 1);
    *last = blank;

    return 0;
}


/* does it consist of these bytes only? */

static int
scan_gateway_is(cli_str_t s, const char *bytes)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (s.data[i] == '\0' || strchr(bytes, s.data[i]) == NULL) {
            return 0;
        }
    }

    return 1;
}


/* it begins as no other line does; "_" is a digit of any kind */

int
scan_event_of_front(const unsigned char *p, const unsigned char *last)
{
    size_t  i;

    static const char  begin[] =
        "{\"version\":1,\"time\":\"____-__-__T__:__:__.___Z\","
        "\"id\":\"________________________________\",\"at\":\"front\",";

    if ((size_t) (last - p) < sizeof(begin) || last[-1] != '}') {
        return 0;
    }

    for (i = 0; i < sizeof(begin) - 1; i++) {

        if (begin[i] == '_' ? memchr("0123456789abcdef", p[i], 16) == NULL
                            : p[i] != (unsigned char) begin[i])
        {
            return 0;
        }
    }

    return 1;
}
