/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Which format a line is of, and what the formats have in common.
 */


#include <string.h>

#include "scan_format.h"
#include "scan_clf.h"
#include "scan_custom.h"
#include "scan_error_log.h"
#include "scan_event.h"
#include "scan_json.h"
#include "scan_types.h"
#include "scan_w3c.h"


typedef scan_parsed_e (*scan_parse_pt)(scan_parser_t *ps,
    const unsigned char *p, const unsigned char *last, scan_line_t *ln);


/* in the order of scan_format_e; a format of one's own comes first */

static const scan_parse_pt  scan_parsers[SCAN_FORMATS] = {
    scan_clf, scan_custom, scan_json, scan_w3c, scan_error_log, scan_gateway
};


static const scan_format_e  scan_order[SCAN_FORMATS] = {
    SCAN_CUSTOM, SCAN_JSON, SCAN_ERROR_LOG, SCAN_GATEWAY, SCAN_W3C, SCAN_CLF
};


/* the format of the line before, and if it is not that, any other */

scan_parsed_e
scan_parse(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned       i;
    scan_parsed_e  rc;

    if (last > p && last[-1] == '\r') {
        last--;
    }

    if (ps->format != SCAN_UNKNOWN) {
        rc = scan_parsers[ps->format](ps, p, last, ln);

        if (rc != SCAN_DAMAGED) {
            return rc;
        }
    }

    if (last == p) {
        return SCAN_NO_REQUEST;
    }

    for (i = 0; i < SCAN_FORMATS; i++) {

        if (scan_order[i] == ps->format) {
            continue;
        }

        rc = scan_parsers[scan_order[i]](ps, p, last, ln);

        if (rc != SCAN_DAMAGED) {
            ps->format = scan_order[i];
            return rc;
        }
    }

    return SCAN_DAMAGED;
}
