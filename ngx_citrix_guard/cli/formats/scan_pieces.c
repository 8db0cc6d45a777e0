
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A line by its pieces: HAProxy, the load balancers of AWS, Envoy, Squid,
 * firewalls and the ADC's own syslog all write METHOD and target, with a
 * status nearby.  A number that might not be the status counts as unknown.
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_pieces.h"
#include "scan_line.h"
#include "scan_prefilter.h"
#include "scan_quiet.h"
#include "scan_record.h"
#include "scan_time.h"
#include "scan_types.h"


#define SCAN_PIECES_NEAR   64
#define SCAN_METHOD_MIN    3
#define SCAN_METHOD_MAX    16


typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;

    /* METHOD target PROTOCOL, without quotes; and what follows */
    const unsigned char  *request;
    const unsigned char  *end;
    const unsigned char  *behind;

    /* its quote is missing; or a status is there that may not be one */
    unsigned              cut:1;
    unsigned              unanswered:1;
} scan_pieces_t;


static int scan_pieces_request(scan_pieces_t *pc);
static int scan_pieces_target(scan_pieces_t *pc, scan_line_t *ln);
static unsigned scan_pieces_status(const scan_pieces_t *pc, cli_str_t *size);
static void scan_pieces_client(const scan_pieces_t *pc, scan_line_t *ln);
static int scan_pieces_time(scan_parser_t *ps, const scan_pieces_t *pc,
    scan_line_t *ln);
static int scan_pieces_is_other(const unsigned char *p,
    const unsigned char *last);


scan_parsed_e
scan_pieces(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    cli_str_t      size;
    scan_pieces_t  pc;

    scan_line_init(ln);

    pc.p = p;
    pc.last = last;
    pc.cut = 0;
    pc.unanswered = 0;
    size.len = 0;

    if (scan_pieces_request(&pc)) {
        scan_request(ln, pc.request, pc.end);
        ln->status = scan_pieces_status(&pc, &size);
        pc.unanswered = ln->status == 0 && last - pc.behind > 1
                        && pc.behind[0] == ' ' && pc.behind[1] != '-';

    } else if (!scan_pieces_target(&pc, ln)) {
        return scan_pieces_is_other(p, last) ? SCAN_NO_REQUEST : SCAN_DAMAGED;
    }

    if (ln->target.len == 0 || pc.cut) {
        return SCAN_DAMAGED;
    }

    if (size.len) {
        ln->size = size;
    }

    scan_pieces_client(&pc, ln);

    if (scan_pieces_time(ps, &pc, ln) == -1
        || (pc.unanswered && scan_find(p, (size_t) (pc.request - p), "] \""))
        || (pc.behind < last && scan_pieces_find(pc.behind, last)))
    {
        return SCAN_DAMAGED;
    }

    return SCAN_REQUEST;
}


const unsigned char *
scan_pieces_find(const unsigned char *p, const unsigned char *last)
{
    scan_line_t    ln;
    scan_pieces_t  pc;

    if (scan_is_quiet(p, last)) {
        return NULL;
    }

    pc.last = last;

    for (pc.behind = p; pc.behind < last; /* void */ ) {
        pc.p = pc.behind;

        if (!scan_pieces_request(&pc)) {
            return NULL;
        }

        scan_line_init(&ln);
        scan_request(&ln, pc.request, pc.end);

        if (scan_is_attack(ln.target)) {
            return pc.request - (pc.request > p && pc.request[-1] == '"');
        }
    }

    return NULL;
}


static inline int
scan_is_capital(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}


static inline int
scan_is_number(unsigned char c)
{
    return c >= '0' && c <= '9';
}


/* the beginning of a METHOD that ends at "p"; NULL if there is none */

static const unsigned char *
scan_pieces_method(const unsigned char *start, const unsigned char *p)
{
    const unsigned char  *q;

    for (q = p; q > start && (scan_is_capital(q[-1]) || q[-1] == '_'
                              || q[-1] == '-'); q--)
    {
        /* void */
    }

    if (p - q < SCAN_METHOD_MIN || p - q > SCAN_METHOD_MAX) {
        return NULL;
    }

    return q == start || q[-1] == ' ' || q[-1] == '\t' || q[-1] == '"'
           || q[-1] == '\'' || q[-1] == '|' || q[-1] == ',' || q[-1] == ':'
           || q[-1] == '[' || q[-1] == '(' || q[-1] == ';' || q[-1] == '='
           ? q : NULL;
}


/* METHOD, a space or what replaces it, and a target */

static int
scan_pieces_request(scan_pieces_t *pc)
{
    int                   quote;
    const unsigned char  *p, *end, *method;

    for (p = pc->p; (p = scan_find_near(p, pc->last, '/')); p++) {

        method = p;

        /* an absolute target, or one in quotes of its own */

        while (method > pc->p && p - method < 8
               && (method[-1] == ':' || method[-1] == '/'
                   || (method[-1] >= 'a' && method[-1] <= 'z')))
        {
            method--;
        }

        if (method > pc->p && (method[-1] == '"' || method[-1] == '\'')) {
            method--;
        }

        if (method - pc->p < SCAN_METHOD_MIN + 1
            || (method[-1] != ' ' && method[-1] != '\t'
                && method[-1] != '|'))
        {
            continue;
        }

        for (end = method; end > pc->p && (end[-1] == ' ' || end[-1] == '\t'
                                           || end[-1] == '|'); end--)
        {
            /* void */
        }

        end = scan_pieces_method(pc->p, end);

        if (end) {
            break;
        }
    }

    if (p == NULL) {
        return 0;
    }

    pc->request = end;
    quote = end > pc->p ? end[-1] : 0;

    if (*method == '"' || *method == '\'') {
        quote = *method;
        pc->request = ++method;
    }

    if (quote != '"' && quote != '\'') {
        quote = 0;
    }

    /* the end: the quote, the protocol, or the space after the target */

    for (p = method; p < pc->last; p++) {

        if (quote ? *p == quote && p[-1] != '\\'
                  : *p == ' ' || *p == '\t' || *p == '|' || *p == '"')
        {
            break;
        }
    }

    pc->end = p;
    pc->behind = p + (quote && p < pc->last);
    pc->cut = quote && p == pc->last;

    if (!quote && pc->last - p > 8 && memcmp(p + 1, "HTTP/", 5) == 0) {
        for (p++; p < pc->last && *p != ' ' && *p != '"' && *p != '\t'; p++) {
            /* void */
        }

        pc->behind = p;
    }

    return 1;
}


/* no method, but a target where these products write it */

static int
scan_pieces_target(scan_pieces_t *pc, scan_line_t *ln)
{
    size_t                i;
    const unsigned char  *p, *end;

    static const struct {
        const char       *mark;
        const char       *front;
        const char       *behind;
    } shapes[] = {
        { " appfw ", "://", " <" },
        { ",threat,", ",\"", "\"" },
        { " [**] ", " [**] ", " [**] " },
        { "uri in request ", "request ", "\n" },
    };

    for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {

        p = scan_find(pc->p, (size_t) (pc->last - pc->p), shapes[i].mark);

        if (p == NULL) {
            continue;
        }

        p = scan_find(p, (size_t) (pc->last - p), shapes[i].front);

        if (p == NULL) {
            return 0;
        }

        p += strlen(shapes[i].front);
        end = memmem(p, (size_t) (pc->last - p), shapes[i].behind,
                     strlen(shapes[i].behind));
        end = end ? end : pc->last;

        ln->target.data = p;
        ln->target.len = (size_t) (end - p);

        pc->request = p;
        pc->end = pc->behind = end;

        return memchr(p, '/', ln->target.len) != NULL;
    }

    return 0;
}


/* three digits that may be a status; 0 if "p" begins none */

static unsigned
scan_pieces_number(const unsigned char *p, const unsigned char *last,
    const unsigned char **end)
{
    unsigned  n;

    if (last - p < 3 || *p < '1' || *p > '5' || !scan_is_number(p[1])
        || !scan_is_number(p[2])
        || (last - p > 3 && p[3] != ' ' && p[3] != '"' && p[3] != '|'
            && p[3] != '\t' && p[3] != ',' && p[3] != ';' && p[3] != ')'
            && p[3] != ']' && p[3] != '\'' && p[3] != '/'))
    {
        return 0;
    }

    n = (p[0] - (unsigned) '0') * 100 + (p[1] - (unsigned) '0') * 10
        + (p[2] - (unsigned) '0');
    *end = p + 3;

    return n;
}


/* those that are in use */

static int
scan_pieces_registered(unsigned n)
{
    return (n >= 100 && n <= 103) || (n >= 200 && n <= 208) || n == 226
           || (n >= 300 && n <= 308) || (n >= 400 && n <= 431) || n == 444
           || n == 451 || (n >= 494 && n <= 511) || (n >= 520 && n <= 530);
}


static const unsigned char *
scan_pieces_skip(const unsigned char *p, const unsigned char *last)
{
    while (p < last && (*p == ' ' || *p == '"' || *p == '|' || *p == '\t'
                        || *p == ',' || *p == ';' || *p == '\''))
    {
        p++;
    }

    return p;
}


/* directly before the request, or first of the numbers before it */

static unsigned
scan_pieces_before(const scan_pieces_t *pc, cli_str_t *size)
{
    unsigned              n, first;
    const unsigned char  *p, *end;

    first = 0;

    for (p = pc->p; p < pc->request; p++) {

        if (p > pc->p && p[-1] != ' ' && p[-1] != '/' && p[-1] != '|'
            && p[-1] != '\t' && p[-1] != '"' && p[-1] != ',')
        {
            continue;
        }

        n = scan_pieces_number(p, pc->request, &end);

        if (n == 0 || (end < pc->request && *end == '/')) {
            continue;
        }

        /* after a slash only as in Squid: TCP_MISS/200 */

        if (p > pc->p && p[-1] == '/'
            && (p - pc->p < 2 || !scan_is_capital(p[-2])))
        {
            continue;
        }

        if (first && first != n) {

            /* two answers: the balancer's and the server's */

            continue;
        }

        if (first == 0 && scan_pieces_registered(n)) {
            first = n;
            end = scan_pieces_skip(end, pc->request);

            if (end < pc->request && scan_is_number(*end)) {
                size->data = end;
                size->len = (size_t) (pc->request - end);
            }
        }
    }

    return first;
}


static unsigned
scan_pieces_status(const scan_pieces_t *pc, cli_str_t *size)
{
    unsigned              after, before;
    const unsigned char  *p, *end, *next;

    p = scan_pieces_skip(pc->behind, pc->last);
    after = scan_pieces_number(p, pc->last, &end);

    /* an unknown status */

    if (p < pc->last && *p == '-' && pc->last - p > 1 && p[1] == ' ') {
        return 0;
    }

    if (after) {
        next = scan_pieces_skip(end, pc->last);

        if (next < pc->last && (scan_is_number(*next) || *next == '-')) {

            /* and the size, if the request has no status before it */

            before = 0;

            if (pc->request - pc->p > 5) {
                p = pc->request - 1 - (pc->request[-1] == '"');
                p -= p > pc->p && *p == ' ' ? 3 : 2;

                if (p > pc->p && (p[-1] == ' ' || p[-1] == '"')) {
                    before = scan_pieces_number(p, pc->request, &end);
                }
            }

            if (!(before && scan_pieces_registered(before)
                  && !scan_pieces_registered(after)))
            {
                size->data = next;
                size->len = (size_t) (pc->last - next);

                return after;
            }
        }
    }

    before = scan_pieces_before(pc, size);

    if (before) {
        return before;
    }

    if (after && scan_pieces_registered(after)) {
        return after;
    }

    /* "(HTTP/1.1 200)", "HTTP/1.1 200", " [**] 200 [**] " */

    for (p = pc->behind; (p = scan_find(p, (size_t) (pc->last - p), "http/"));
         p += 5)
    {
        next = memchr(p, ' ', (size_t) (pc->last - p));

        if (next && next - p < 10) {
            after = scan_pieces_number(next + 1, pc->last, &end);

            if (after) {
                return after;
            }
        }
    }

    return 0;
}


/* the first address; in the ADC's lines the one after the colon */

static void
scan_pieces_client(const scan_pieces_t *pc, scan_line_t *ln)
{
    cli_str_t             word, client;
    const unsigned char  *p, *start, *at;

    start = scan_find(pc->p, (size_t) (pc->request - pc->p), "-ppe-");

    if (start) {
        at = scan_find(start, (size_t) (pc->request - start), " : ");
        start = at ? at + 3 : pc->p;

    } else {
        start = pc->p;
    }

    for (p = start; p < pc->last; p++) {

        if (!scan_is_number(*p) || (p > start && (scan_is_number(p[-1])
                                                  || p[-1] == '.')))
        {
            continue;
        }

        word.data = p;

        for (at = p; at < pc->last && (scan_is_number(*at) || *at == '.');
             at++)
        {
            /* void */
        }

        word.len = (size_t) (at - p);

        if (word.len >= 7) {
            client = scan_client(word);

            if (client.len == word.len && memchr(word.data, '.', word.len)
                && scan_is_client(word))
            {
                ln->client = word;
                return;
            }
        }

        p = at;
    }
}


/* [dd/Mon/yyyy:hh:mm:ss, yyyy-mm-ddThh:mm:ss, or seconds at the beginning */

static int
scan_pieces_time(scan_parser_t *ps, const scan_pieces_t *pc, scan_line_t *ln)
{
    unsigned              i;
    unsigned char         clf[SCAN_CLF_LEN + 1];
    const unsigned char  *p;

    p = pc->p;

    for (i = 0; i < 4 && (p = scan_find_near(p, pc->last, ':')); i++, p++) {

        if (p - pc->p >= 11 && pc->last - p >= 9 && p[-5] == '/'
            && p[-9] == '/')
        {
            memcpy(clf, p - 11, 20);
            memcpy(clf + 20, " +0000", 7);

            if (pc->last - p >= 15 && p[9] == ' '
                && (p[10] == '+' || p[10] == '-'))
            {
                memcpy(clf + 20, p + 9, 6);
            }

            ln->time = scan_time_cached_clf(&ps->clock, clf);

            if (ln->time == SCAN_NO_TIME) {
                return -1;
            }

        } else if (p - pc->p >= 10 && pc->last - p >= 9 && p[-5] == '/'
                   && p[-8] == '/')
        {
            /* the ADC's: mm/dd/yyyy:hh:mm:ss */

            memcpy(clf, p - 4, 4);
            clf[4] = clf[7] = '-';
            memcpy(clf + 5, p - 10, 2);
            memcpy(clf + 8, p - 7, 2);
            clf[10] = 'T';
            memcpy(clf + 11, p + 1, 8);

            ln->time = scan_time_iso(clf, 19);

        } else if (p - pc->p >= 13 && pc->last - p >= 6
                   && (p[-3] == 'T' || p[-3] == ' ')
                   && (p[-9] == '-' || p[-9] == '/') && p[3] == ':')
        {
            ln->time = scan_time_cached(&ps->clock, p - 13, 19);
        }

        if (ln->time != SCAN_NO_TIME) {
            return 0;
        }
    }

    p = scan_find_near(pc->p, pc->last, ' ');

    if (p && p - pc->p >= 10 && p - pc->p <= 17 && *pc->p == '1') {
        ln->time = scan_time_epoch(pc->p, (size_t) (p - pc->p));
    }

    return 0;
}


/* lines of these products that contain no request */

static int
scan_pieces_is_other(const unsigned char *p, const unsigned char *last)
{
    size_t                i;
    const unsigned char  *q;

    static const char  *journal[] = {
        "-- logs begin at ", "-- journal begins at ", "-- reboot --",
        "-- no entries --", "-- boot "
    };

    static const char  *others[] = {
        "-ppe-", " haproxy["
    };

    for (i = 0; i < sizeof(journal) / sizeof(journal[0]); i++) {
        if (scan_find(p, (size_t) (last - p), journal[i]) == p) {
            return 1;
        }
    }

    /* journalctl -o export: _HOSTNAME=..., PRIORITY=..., the line elsewhere */

    for (q = p; q < last && (scan_is_capital(*q) || *q == '_'); q++) {
        /* void */
    }

    if (q - p > 2 && q < last && *q == '=') {
        return 1;
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (scan_find(p, (size_t) (last - p), others[i])) {
            return 1;
        }
    }

    return 0;
}
