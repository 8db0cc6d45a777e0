
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * nginx's error log with the guard's lines (docs/directives.md, "The Log
 * Line").  Its times have no zone: --timezone sets it, UTC is the default.
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_error_log.h"
#include "scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_time.h"
#include "scan_types.h"


static scan_parsed_e scan_error_request(const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);
static uint64_t scan_error_left_out(const unsigned char *p,
    const unsigned char *last);
static cli_str_t scan_error_value(const unsigned char *p,
    const unsigned char *last, const char *name, char end);


scan_parsed_e
scan_error_log(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    cli_str_t             method, status;
    const unsigned char  *q, *mark, *blank;

    /* yyyy/mm/dd hh:mm:ss [level], perhaps after FILE: */

    mark = NULL;

    for (q = p; last - q > 21; q++) {
        q = memchr(q, '[', (size_t) (last - q));

        if (q == NULL) {
            return SCAN_DAMAGED;
        }

        if (q - p >= 20 && q[-16] == '/') {
            mark = q - 20;
            break;
        }
    }

    if (mark == NULL) {
        return SCAN_DAMAGED;
    }

    scan_line_init(ln);

    ln->time = scan_time_local(mark, 19);

    if (ln->time == SCAN_NO_TIME) {
        return SCAN_DAMAGED;
    }

    q = scan_find(q, (size_t) (last - q), " citrix_guard: ");

    if (q == NULL) {
        return scan_error_request(mark, last, ln);
    }

    q += sizeof(" citrix_guard: ") - 1;

    ln->verdict.data = q;

    for ( /* void */ ; q < last && *q != ' '; q++) { /* void */ }

    ln->verdict.len = (size_t) (q - ln->verdict.data);

    /* an alarm has the outcome in place of the verdict */

    if (scan_find(ln->verdict.data, ln->verdict.len, "success")
        || scan_find(ln->verdict.data, ln->verdict.len, "exploit"))
    {
        ln->outcome = ln->verdict;
        ln->verdict.len = 0;

        status = scan_error_value(q, last, " status=", ' ');
        scan_set(ps, ln, SCAN_F_STATUS, status.data,
                 status.data + status.len);
    }

    if (scan_is(ln->verdict, "log_rate")) {
        ln->left_out = scan_error_left_out(q, last);
        return SCAN_NO_REQUEST;
    }

    ln->reason = scan_error_value(q, last, " reason=", ' ');
    ln->id = scan_error_value(q, last, " id=", ' ');
    ln->target = scan_error_value(q, last, " target=\"", '"');
    ln->client = scan_error_value(q, last, ", client: ", ',');

    method = scan_error_value(q, last, ", request: \"", ' ');
    blank = memchr(method.data, '"', method.len);

    if (blank == NULL) {
        ln->method = method;
    }

    return ln->target.len ? SCAN_REQUEST : SCAN_NO_REQUEST;
}


/* the directive citrix_guard_log_rate: "log_rate left out N requests of ..." */

static uint64_t
scan_error_left_out(const unsigned char *p, const unsigned char *last)
{
    int64_t    n;
    cli_str_t  s;

    s = scan_error_value(p, last, " left out ", ' ');

    /* the number cannot be read */

    return scan_number(s.data, s.data + s.len, &n) == 0 && n > 0 ? (uint64_t) n
                                                                 : 1;
}


/* other lines of nginx: they have the request, but not its answer */

static scan_parsed_e
scan_error_request(const unsigned char *p, const unsigned char *last,
    scan_line_t *ln)
{
    cli_str_t  request;

    request = scan_error_value(p, last, ", request: \"", '"');

    if (request.len == 0) {
        return SCAN_NO_REQUEST;
    }

    scan_request(ln, request.data, request.data + request.len);
    ln->client = scan_error_value(p, last, ", client: ", ',');

    return SCAN_REQUEST;
}


static cli_str_t
scan_error_value(const unsigned char *p, const unsigned char *last,
    const char *name, char end)
{
    cli_str_t             s;
    const unsigned char  *q;

    s.data = last;
    s.len = 0;

    p = scan_find(p, (size_t) (last - p), name);

    if (p == NULL) {
        return s;
    }

    p += strlen(name);

    q = memchr(p, end, (size_t) (last - p));

    s.data = p;
    s.len = (size_t) ((q ? q : last) - p);

    return s;
}
