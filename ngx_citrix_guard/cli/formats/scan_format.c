/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Recognises the format of a line, and has what the formats share.
 */


#include <string.h>

#include "scan_format.h"
#include "scan_clf.h"
#include "scan_custom.h"
#include "scan_document.h"
#include "scan_error_log.h"
#include "scan_event.h"
#include "scan_json.h"
#include "scan_pairs.h"
#include "scan_pieces.h"
#include "scan_table.h"
#include "scan_types.h"
#include "scan_w3c.h"


/* lines within lines within lines */

#define SCAN_DEPTH  3


typedef scan_parsed_e (*scan_parse_pt)(scan_parser_t *ps,
    const unsigned char *p, const unsigned char *last, scan_line_t *ln);


/* in the order of scan_format_e; the user's own format comes first */

static const scan_parse_pt  scan_parsers[SCAN_FORMATS] = {
    scan_clf, scan_custom, scan_json, scan_w3c, scan_error_log, scan_gateway,
    scan_table, scan_pairs, scan_pieces_line
};


static const scan_format_e  scan_order[SCAN_FORMATS] = {
    SCAN_CUSTOM, SCAN_JSON, SCAN_ERROR_LOG, SCAN_GATEWAY, SCAN_W3C, SCAN_TABLE,
    SCAN_CLF, SCAN_PAIRS, SCAN_PIECES
};


static scan_parsed_e scan_parse_inner(scan_parser_t *ps,
    const unsigned char *p, const unsigned char *last, scan_line_t *ln);
static int scan_parse_is_blank(const unsigned char *p,
    const unsigned char *last);


/* tries the format of the line before, then all others */

static scan_parsed_e
scan_parse_line(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned       i;
    scan_parsed_e  rc;

    if (last > p && last[-1] == '\r') {
        last--;
    }

    ps->used = 0;
    ps->depth = 0;
    ps->inner = scan_parse_inner;
    ps->rest = NULL;

    /* the vaguest formats are not remembered */

    if (ps->format != SCAN_UNKNOWN && ps->format < SCAN_PAIRS) {
        rc = scan_parsers[ps->format](ps, p, last, ln);

        if (rc != SCAN_DAMAGED) {
            return rc;
        }
    }

    if (scan_parse_is_blank(p, last)) {
        return SCAN_NO_REQUEST;
    }

    /* the byte order mark of a file */

    if (last - p > 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
    }

    for (i = 0; i < SCAN_FORMATS; i++) {

        if (scan_order[i] == ps->format && ps->format < SCAN_PAIRS) {
            continue;
        }

        /*
         * a row with the wrong number of columns is not another kind of line
         */

        if (scan_order[i] >= SCAN_PAIRS && ps->w3c.n) {
            continue;
        }

        ps->used = 0;
        ps->rest = NULL;

        rc = scan_parsers[scan_order[i]](ps, p, last, ln);

        if (rc != SCAN_DAMAGED) {
            ps->format = scan_order[i];
            return rc;
        }
    }

    return SCAN_DAMAGED;
}


scan_parsed_e
scan_parse(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    scan_parsed_e  rc;

    rc = scan_parse_line(ps, p, last, ln);

    /* behind a CR may be another line */

    while (rc == SCAN_NO_REQUEST && ps->rest) {
        rc = scan_parse_next(ps, ln);
    }

    return rc;
}


scan_parsed_e
scan_parse_next(scan_parser_t *ps, scan_line_t *ln)
{
    scan_line_t           before;
    scan_parsed_e         rc;
    const unsigned char  *p;

    if (ps->rest == NULL) {
        return ps->document ? scan_document_next(ps, ln) : SCAN_NO_REQUEST;
    }

    p = ps->rest;
    ps->rest = NULL;

    before = *ln;
    rc = scan_clf(ps, p, ps->end, ln);

    if (rc != SCAN_DAMAGED) {
        return rc;
    }

    /* values that it lacks are those of the line's first request */

    rc = scan_pieces(ps, p, ps->end, ln);

    if (rc == SCAN_REQUEST && ln->time == SCAN_NO_TIME) {
        ln->time = before.time;
        ln->status = ln->status ? ln->status : before.status;
        ln->client = ln->client.len ? ln->client : before.client;
    }

    return rc == SCAN_NO_REQUEST ? SCAN_DAMAGED : rc;
}


/* a line within a field of another one */

static scan_parsed_e
scan_parse_inner(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned       i, kinds;
    scan_parsed_e  rc;

    static const scan_parse_pt  inner[] = {
        scan_json, scan_error_log, scan_clf, scan_pairs, scan_pieces
    };

    while (last > p && (last[-1] == '\n' || last[-1] == '\r')) {
        last--;
    }

    if (ps->depth == SCAN_DEPTH || last == p) {
        return SCAN_DAMAGED;
    }

    kinds = ps->kinds;
    rc = SCAN_DAMAGED;
    ps->depth++;

    for (i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
        rc = inner[i](ps, p, last, ln);

        if (rc != SCAN_DAMAGED) {
            break;
        }
    }

    ps->depth--;
    ps->kinds = kinds;

    return rc;
}


/* spaces, and what is left between the records of a document */

static int
scan_parse_is_blank(const unsigned char *p, const unsigned char *last)
{
    for ( /* void */ ; p < last; p++) {
        if (*p != ' ' && *p != '\t' && *p != '[' && *p != ']' && *p != '}'
            && *p != ',' && *p != '\r')
        {
            return 0;
        }
    }

    return 1;
}
