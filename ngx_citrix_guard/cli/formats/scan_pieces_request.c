
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Where the request is in a line of whatever shape: METHOD and target, or a
 * target alone where some products write it.
 */


#include <string.h>

#include "cli/bytes/scan_byte.h"
#include "scan_pieces_request.h"
#include "scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "cli/bytes/scan_quiet.h"
#include "scan_record.h"
#include "scan_types.h"


#define SCAN_METHOD_MIN    3
#define SCAN_METHOD_MAX    16


/* the beginning of the METHOD that ends at "p"; NULL if there is none */

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


/* METHOD, a blank or its substitute, and a target */

int
scan_pieces_request(scan_pieces_t *pc)
{
    int                   quote;
    const unsigned char  *p, *end, *method;

    for (p = pc->p; (p = scan_find_near(p, pc->last, '/')); p++) {

        method = p;

        /* an absolute one, or one in quotes of its own */

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
    pc->target = NULL;
    quote = end > pc->p ? end[-1] : 0;

    if (*method == '"' || *method == '\'') {
        quote = *method;
        pc->target = ++method;
    }

    if (quote != '"' && quote != '\'') {
        quote = 0;
    }

    /* the end: the quote, the protocol, or the blank behind the target */

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
        for (p++; p < pc->last && *p != ' ' && *p != '"' && *p != '\t'
                  && *p != '|' && *p != ',' && *p != ';'; p++)
        {
            /* void */
        }

        pc->behind = p;
    }

    return 1;
}


/* what scan_pieces_request() has found, as fields of a request */

void
scan_pieces_take(const scan_pieces_t *pc, scan_line_t *ln)
{
    const unsigned char  *p;

    if (pc->target == NULL) {
        scan_request(ln, pc->request, pc->end);
        return;
    }

    for (p = pc->request; scan_is_capital(*p) || *p == '_' || *p == '-'; p++) {
        /* void */
    }

    ln->method.data = pc->request;
    ln->method.len = (size_t) (p - pc->request);
    ln->target.data = pc->target;
    ln->target.len = (size_t) (pc->end - pc->target);
}


/* no method, but a target where these products write it */

int
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
        { " accessed url ", ":", " " },
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


int
scan_pieces_more(const unsigned char *p, const unsigned char *last)
{
    scan_line_t    ln;
    scan_pieces_t  pc;

    if (scan_pieces_find(p, last)) {
        return 1;
    }

    pc.last = last;

    for (pc.behind = p; pc.behind < last; /* void */ ) {
        pc.p = pc.behind;

        if (!scan_pieces_request(&pc)) {
            return 0;
        }

        scan_line_init(&ln);
        scan_pieces_take(&pc, &ln);

        if (ln.target.len && *ln.target.data == '/'
            && scan_is_of_interest(ln.target))
        {
            return 1;
        }
    }

    return 0;
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
        scan_pieces_take(&pc, &ln);

        if (scan_is_attack(ln.target)) {
            return pc.request - (pc.request > p && pc.request[-1] == '"');
        }
    }

    return NULL;
}
