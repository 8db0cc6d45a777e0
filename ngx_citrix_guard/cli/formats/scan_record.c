
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Of several fields that mean the same, the one of the highest rank counts.
 * Fields of unknown meaning are still searched: if a log has the target under
 * two names, one of them normalised, the other may be the attack.
 */


#include <string.h>

#include "cguard/decision/cguard_target.h"
#include "cli/common/cli_types.h"
#include "scan_record.h"
#include "scan_layout.h"
#include "scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_time.h"
#include "scan_types.h"


static void scan_record_target(scan_record_t *rec, scan_field_e field,
    unsigned rank, cli_str_t s);
static void scan_record_time(scan_record_t *rec, unsigned rank, cli_str_t s);
static int scan_record_inner(scan_record_t *rec, scan_line_t *inner);
static void scan_record_fill(scan_line_t *ln, const scan_line_t *inner);
static cli_str_t scan_record_client(cli_str_t s);
static int scan_record_status(cli_str_t s, unsigned *status);


void
scan_record_begin(scan_record_t *rec, scan_parser_t *ps, scan_line_t *ln)
{
    memset(rec, 0, sizeof(scan_record_t));

    rec->ps = ps;
    rec->line = ln;

    scan_line_init(ln);
}


int
scan_is_attack(cli_str_t s)
{
    if (s.len == 0
        || (memchr(s.data, '/', s.len) == NULL
            && memchr(s.data, '%', s.len) == NULL
            && memchr(s.data, '\\', s.len) == NULL)
        || scan_is_clean(s.data, s.len, 0))
    {
        return 0;
    }

    return cguard_target(s.data, s.len, 0, NULL) == CGUARD_TRAVERSAL;
}


/* with a traversal, or what an attack may ask for without one */

int
scan_is_of_interest(cli_str_t s)
{
    return scan_is_attack(s)
           || (s.len && memchr(s.data, '/', s.len)
               && !scan_is_clean(s.data, s.len, 0)
               && (scan_has_end(s.data, s.len)
                   || scan_find(s.data, s.len, ".php")
                   || memchr(s.data, '%', s.len)));
}


static int
scan_record_same(cli_str_t a, cli_str_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


void
scan_line_other(scan_line_t *ln, cli_str_t s)
{
    unsigned  i;

    if (scan_record_same(s, ln->target) || !scan_is_of_interest(s)) {
        return;
    }

    for (i = 0; i < ln->others; i++) {
        if (scan_record_same(s, ln->other[i])) {
            return;
        }
    }

    if (i == SCAN_OTHERS) {
        ln->more = 1;
        return;
    }

    ln->other[ln->others++] = s;
}


/* METHOD, a space, and what may be a target */

int
scan_is_request(const unsigned char *p, const unsigned char *last)
{
    cli_str_t             target;
    const unsigned char  *start;

    for (start = p;
         p < last && ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')
                      || *p == '-' || *p == '_' || (*p >= '0' && *p <= '9'));
         p++)
    {
        /* void */
    }

    if (p == start || p - start > 24 || last - p < 2 || *p != ' ') {
        return 0;
    }

    while (p < last && *p == ' ') {
        p++;
    }

    target.data = p;
    target.len = (size_t) (last - p);

    return (target.len && (*p == '/' || *p == '*' || *p == '\\' || *p == '%'))
           || (last - p > 9 && memcmp(last - 9, " HTTP/", 6) == 0)
           || (last - p > 7 && memcmp(last - 7, " HTTP/", 6) == 0)
           || (scan_is_target(target) && *p != '-');
}


int
scan_is_target(cli_str_t s)
{
    size_t                n;
    const unsigned char  *p;

    if (s.len == 0) {
        return 0;
    }

    if (*s.data == '/' || *s.data == '\\' || *s.data == '%'
        || *s.data == '?' || (*s.data == '*' && s.len == 1))
    {
        return 1;
    }

    n = s.len < 16 ? s.len : 16;
    p = memmem(s.data, n, "://", 3);

    return p != NULL && p > s.data && memchr(s.data, ' ',
                                             (size_t) (p - s.data)) == NULL;
}


/* "200", "200.0", "200 OK", "HTTP/1.1 200", "TCP_MISS/200" */

static int
scan_record_status(cli_str_t s, unsigned *status)
{
    unsigned              n;
    const unsigned char  *p, *last;

    p = s.data;
    last = p + s.len;

    if (s.len > 9 && memcmp(p, "HTTP/", 5) == 0) {
        p = memchr(p, ' ', s.len);
        p = p ? p + 1 : last;

    } else if (s.len > 4 && s.data[s.len - 4] == '/') {
        p = last - 3;
    }

    for (n = 0; p + n < last && n < 4 && p[n] >= '0' && p[n] <= '9'; n++) {
        /* void */
    }

    /* from our own event: there was no answer */

    if (s.len == 1 && *p == '0') {
        *status = 0;
        return 0;
    }

    if (n != 3 || (p + n < last && p[n] != ' ' && p[n] != '.' && p[n] != ',')
        || *p == '0' || *p > '9')
    {
        return -1;
    }

    *status = (p[0] - (unsigned) '0') * 100 + (p[1] - (unsigned) '0') * 10
              + (p[2] - (unsigned) '0');

    return 0;
}


/* without the port of an IPv4 address, or of [IPv6] */

static cli_str_t
scan_record_client(cli_str_t s)
{
    const unsigned char  *p;

    p = memchr(s.data, ':', s.len);

    if (p && memchr(s.data, '.', (size_t) (p - s.data))
        && memchr(p + 1, ':', s.len - (size_t) (p + 1 - s.data)) == NULL)
    {
        s.len = (size_t) (p - s.data);

    } else if (s.len && *s.data == '[') {
        p = memchr(s.data, ']', s.len);

        if (p) {
            s.len = (size_t) (p - ++s.data);
        }
    }

    return s;
}


void
scan_record_take(scan_record_t *rec, scan_field_e field, unsigned rank,
    cli_str_t s)
{
    unsigned  status;

    switch (field) {

    case SCAN_F_SKIP:
        return;

    case SCAN_F_TARGET:
    case SCAN_F_REQUEST:
        scan_record_target(rec, field, rank, s);
        return;

    case SCAN_F_HOST:
    case SCAN_F_NONE:

        if (field == SCAN_F_HOST && s.len && rec->rank[SCAN_F_CLIENT] == 0
            && (*s.data == '[' || (*s.data >= '0' && *s.data <= '9')))
        {
            rec->line->client = scan_record_client(s);
        }

        /* JSON in a string is a line of its own, whatever the name */

        if (s.len > 2 && s.data[0] == '{' && s.data[s.len - 1] == '}'
            && memchr(s.data, '"', s.len))
        {
            scan_record_take(rec, SCAN_F_LINE, 1, s);
            return;
        }

        if (rec->odd.len == 0 && scan_is_attack(s)) {
            rec->odd = s;
        }

        return;

    case SCAN_F_LINE:
        if (s.len && rank > rec->rank[SCAN_F_LINE]) {
            rec->rank[SCAN_F_LINE] = rank;

            if (rec->odd.len == 0 && scan_is_attack(rec->inner)) {
                rec->odd = rec->inner;
            }

            rec->inner = s;

        } else if (rec->odd.len == 0 && scan_is_attack(s)) {
            rec->odd = s;
        }

        return;

    case SCAN_F_TIME:
        scan_record_time(rec, rank, s);
        return;

    default:
        break;
    }

    if (field == SCAN_F_STATUS && rank == rec->rank[field]
        && scan_record_status(s, &status) == 0)
    {
        rec->statuses |= status != rec->line->status;
    }

    if (s.len == 0 || rank <= rec->rank[field]) {
        return;
    }

    if (field == SCAN_F_STATUS) {
        if (scan_record_status(s, &status) == -1) {
            return;
        }

        rec->line->status = status;

    } else if (field == SCAN_F_CLIENT) {

        if (s.len == 1 && *s.data == '-') {
            return;
        }

        rec->line->client = scan_record_client(s);

    } else {

        if (field == SCAN_F_QUERY && *s.data == '?') {
            s.data++;
            s.len--;
        }

        scan_set(rec->ps, rec->line, field, s.data, s.data + s.len);
    }

    rec->rank[field] = rank;
}


/*
 * Of a whole request, as F5 logs it, the line in front of the header fields;
 * all of it if these make it an attack
 */

static size_t
scan_record_first(cli_str_t s)
{
    size_t                i;
    cli_str_t             rest;
    const unsigned char  *p;

    static const char  *ends[] = { "\\r\\n", "\r\n" };

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {

        p = memmem(s.data, s.len, ends[i], strlen(ends[i]));

        if (p == NULL || p - s.data < 9 || memcmp(p - 9, " HTTP/", 6) != 0) {
            continue;
        }

        rest.data = s.data;
        rest.len = (size_t) (p - s.data);

        return scan_is_attack(rest) || !scan_is_attack(s) ? rest.len : s.len;
    }

    return s.len;
}


/* a target's name with a value that does not look like one ranks lowest */

static void
scan_record_target(scan_record_t *rec, scan_field_e field, unsigned rank,
    cli_str_t s)
{
    int          request;
    cli_str_t    other;
    scan_line_t  line;

    rec->named = 1;

    if (s.len == 0 || (s.len == 1 && *s.data == '-')) {
        return;
    }

    request = scan_is_request(s.data, s.data + s.len);

    if (!request && !scan_is_target(s)) {
        rank = 1;
    }

    if (rank <= rec->rank[SCAN_F_TARGET]) {
        other = s;
        rec->targets |= rank > 1 && rank == rec->rank[SCAN_F_TARGET]
                        && !scan_record_same(s, rec->line->target);

    } else {
        rec->rank[SCAN_F_TARGET] = rank;
        other = rec->line->target;

        if (request && (field == SCAN_F_REQUEST || *s.data != '/')) {
            scan_request(rec->line, s.data,
                         s.data + scan_record_first(s));

        } else {
            rec->line->target = s;
        }
    }

    if (rec->odd.len == 0 && scan_is_attack(other)) {
        rec->odd = other;
    }

    if (scan_is_request(other.data, other.data + other.len)) {
        scan_line_init(&line);
        scan_request(&line, other.data, other.data + other.len);
        other = line.target;
    }

    scan_line_other(rec->line, other);
}


static void
scan_record_time(scan_record_t *rec, unsigned rank, cli_str_t s)
{
    int64_t  time;

    if (s.len >= 5 && s.len < 20 && s.data[2] == ':') {
        rec->clock = s;
        return;
    }

    if (s.len == 10 && (s.data[4] == '-' || s.data[4] == '/')) {
        rec->date = s;
        rank = 1;
    }

    if (rank <= rec->rank[SCAN_F_TIME]) {
        return;
    }

    time = scan_time_cached(&rec->ps->clock, s.data, s.len);

    if (time != SCAN_NO_TIME) {
        rec->line->time = time;
        rec->rank[SCAN_F_TIME] = rank;
    }
}


/* the time, if date and time of day are separate fields */

static void
scan_record_clock(scan_record_t *rec)
{
    int64_t  time;
    char     when[32];

    if (rec->date.len != 10 || rec->clock.len == 0
        || rec->rank[SCAN_F_TIME] > 1)
    {
        return;
    }

    memcpy(when, rec->date.data, 10);
    when[10] = 'T';
    memcpy(when + 11, rec->clock.data, rec->clock.len);

    time = scan_time_iso((unsigned char *) when, 11 + rec->clock.len);

    if (time != SCAN_NO_TIME) {
        rec->line->time = time;
    }
}


/*
 * the fields of a line within a line; those that it lacks are the outer ones
 */

static void
scan_record_fill(scan_line_t *ln, const scan_line_t *inner)
{
    unsigned   i;
    cli_str_t  vague;

    vague = ln->target;

    ln->target = inner->target;
    ln->query = inner->query;
    ln->method = inner->method;

    for (i = 0; i < inner->others; i++) {
        scan_line_other(ln, inner->other[i]);
    }

    ln->more |= inner->more;

    /* the name of a file is no target, but one below vpns is no log */

    if (scan_find(vague.data, vague.len, "vpns")) {
        scan_line_other(ln, vague);
    }

    if (inner->status) {
        ln->status = inner->status;
    }

    if (inner->client.len) {
        ln->client = inner->client;
    }

    if (inner->time != SCAN_NO_TIME) {
        ln->time = inner->time;
    }

    if (inner->bytes >= 0 || inner->size.len) {
        ln->bytes = inner->bytes;
        ln->size = inner->size;
    }

    if (inner->verdict.len || inner->outcome.len) {
        ln->verdict = inner->verdict;
        ln->outcome = inner->outcome;
        ln->reason = inner->reason;
        ln->canary = inner->canary;
    }
}


/* 1 if the line within this one is a request */

static int
scan_record_inner(scan_record_t *rec, scan_line_t *inner)
{
    return rec->inner.len
           && rec->ps->inner(rec->ps, rec->inner.data,
                             rec->inner.data + rec->inner.len, inner)
              == SCAN_REQUEST;
}


int
scan_record_is_several(const scan_record_t *rec)
{
    return rec->targets && rec->statuses;
}


/* the answer, if only the line within this one has it */

static void
scan_record_answer(scan_line_t *ln, const scan_line_t *inner)
{
    if (ln->status == 0 && ln->verdict.len == 0 && ln->outcome.len == 0) {
        ln->status = inner->status;
        ln->bytes = inner->bytes;
        ln->size = inner->size;
    }
}


/* what the line within this one asked for may be a part of the attack */

static void
scan_record_stage(scan_line_t *ln, const scan_line_t *inner)
{
    if (!scan_is_of_interest(ln->target)) {
        scan_record_fill(ln, inner);
        return;
    }

    scan_line_other(ln, inner->target);

    /* of two answers, neither is known to be the one of the worse target */

    if (inner->status && inner->status != ln->status) {
        ln->status = 0;
    }
}


scan_parsed_e
scan_record_end(scan_record_t *rec)
{
    unsigned     answered;
    cli_str_t    other;
    scan_line_t  inner, *ln;

    ln = rec->line;

    if (scan_record_is_several(rec)) {
        return SCAN_DAMAGED;
    }

    scan_record_clock(rec);

    /* of two answers, one may have been written by the client */

    answered = ln->status != 0;

    if (rec->statuses) {
        ln->status = 0;
    }

    if (rec->rank[SCAN_F_TARGET] <= SCAN_RANK_VAGUE) {

        if (scan_record_inner(rec, &inner)) {
            scan_record_fill(ln, &inner);

        } else if (rec->rank[SCAN_F_TARGET] && !answered
                   && !ln->method.len && !ln->outcome.len)
        {
            return SCAN_DAMAGED;
        }

    } else if (rec->odd.len == 0 && scan_is_attack(rec->inner)) {

        if (scan_record_inner(rec, &inner) && scan_is_attack(inner.target)) {
            rec->odd = inner.target;
            scan_record_answer(ln, &inner);

        } else {
            rec->odd = rec->inner;
        }

    } else if (rec->odd.len == 0 && scan_is_of_interest(rec->inner)
               && scan_record_inner(rec, &inner)
               && !scan_record_same(inner.target, ln->target)
               && scan_is_of_interest(inner.target))
    {
        scan_record_stage(ln, &inner);

    } else if (ln->status == 0 && scan_record_inner(rec, &inner)
               && scan_record_same(inner.target, ln->target))
    {
        scan_record_answer(ln, &inner);
    }

    /* the guard's own event has the target as it was sent */

    if (rec->odd.len && ln->verdict.len == 0 && ln->outcome.len == 0
        && ln->target.len && !scan_is_attack(ln->target))
    {
        other = ln->target;
        ln->target = rec->odd;

        /* a text that contains one was not requested with this answer */

        if (!scan_is_target(rec->odd)
            && !scan_is_request(rec->odd.data, rec->odd.data + rec->odd.len))
        {
            ln->status = 0;
        }

        scan_line_other(ln, other);
        ln->query.len = 0;
    }

    /* a query that the target contains already */

    if (memchr(ln->target.data, '?', ln->target.len)
        || (ln->query.len == 1 && *ln->query.data == '-'))
    {
        ln->query.len = 0;
    }

    if (ln->target.len || ln->outcome.len) {
        return SCAN_REQUEST;
    }

    /* servers log no target if there was no request */

    return rec->named && answered ? SCAN_REQUEST : SCAN_DAMAGED;
}


void
scan_record_learn(scan_record_t *rec, scan_format_e format,
    const unsigned char *p, const unsigned char *last,
    const scan_values_t *values)
{
    unsigned        vague;
    scan_parser_t  *ps;

    ps = rec->ps;
    vague = rec->rank[SCAN_F_TARGET] <= SCAN_RANK_VAGUE;

    if (ps->depth) {
        return;
    }

    if (ps->rest || (vague && rec->inner.len)) {
        ps->layout.n = 0;
        return;
    }

    scan_layout_learn(ps, format, p, last, values, rec->line, vague);
}
