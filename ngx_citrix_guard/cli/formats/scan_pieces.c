
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * A line by its pieces: HAProxy, the load balancers of AWS, Envoy, Squid,
 * firewalls and the ADC's own syslog all write METHOD and target, with a
 * status nearby.  A number that might not be the status counts as unknown.
 */


#include <string.h>

#include "cli/bytes/scan_byte.h"
#include "cli/common/cli_types.h"
#include "scan_pieces.h"
#include "scan_pieces_request.h"
#include "scan_pieces_status.h"
#include "scan_pieces_time.h"
#include "scan_line.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_record.h"
#include "scan_shape.h"
#include "scan_types.h"


static scan_parsed_e scan_pieces_read(scan_parser_t *ps,
    const unsigned char *p, const unsigned char *last, scan_line_t *ln,
    scan_pieces_t *pc);
static void scan_pieces_client(const scan_pieces_t *pc, scan_line_t *ln);
static cli_str_t scan_pieces_address(cli_str_t word,
    const unsigned char *last);
static int scan_pieces_is_other(const unsigned char *p,
    const unsigned char *last);


scan_parsed_e
scan_pieces(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    scan_pieces_t  pc;

    return scan_pieces_read(ps, p, last, ln, &pc);
}


scan_parsed_e
scan_pieces_line(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    scan_parsed_e  rc;
    scan_pieces_t  pc;

    rc = scan_pieces_read(ps, p, last, ln, &pc);

    if (rc == SCAN_REQUEST) {
        scan_shape_learn(ps, &pc);
    }

    return rc;
}


static scan_parsed_e
scan_pieces_read(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln, scan_pieces_t *pc)
{
    cli_str_t             size;
    const unsigned char  *cr;

    scan_line_init(ln);

    memset(pc, 0, sizeof(scan_pieces_t));

    cr = memchr(p, '\r', (size_t) (last - p));

    if (cr && cr + 1 < last && ps->depth == 0) {
        ps->rest = cr + 1;
        ps->end = last;
        last = cr;
    }

    pc->p = p;
    pc->last = last;
    size.len = 0;

    if (scan_pieces_request(pc)) {
        scan_pieces_take(pc, ln);
        ln->status = scan_pieces_status(pc, &size);
        pc->unanswered = ln->status == 0 && last - pc->behind > 1
                         && pc->behind[0] == ' ' && pc->behind[1] != '-';

    } else if (scan_pieces_target(pc, ln)) {
        pc->alone = 1;

    } else {
        return scan_pieces_is_other(p, last) ? SCAN_NO_REQUEST : SCAN_DAMAGED;
    }

    if (ln->target.len == 0 || pc->cut) {
        return SCAN_DAMAGED;
    }

    if (size.len) {
        ln->size = size;
    }

    scan_pieces_client(pc, ln);

    if (scan_pieces_time(ps, pc, ln) == -1
        || (pc->unanswered
            && scan_find(p, (size_t) (pc->request - p), "] \""))
        || (pc->behind < last && scan_pieces_more(pc->behind, last)))
    {
        return SCAN_DAMAGED;
    }

    return SCAN_REQUEST;
}


static int
scan_pieces_is_address(unsigned char c)
{
    return scan_is_digit(c) || c == '.' || c == ':'
           || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}


static int
scan_is_name(unsigned char c)
{
    return scan_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
           || c == '_';
}


/* the first address; in the ADC's lines the one after the colon */

static void
scan_pieces_client(const scan_pieces_t *pc, scan_line_t *ln)
{
    cli_str_t             word;
    const unsigned char  *p, *start, *at;

    start = scan_find(pc->p, (size_t) (pc->request - pc->p), "-ppe-");

    if (start) {
        at = scan_find(start, (size_t) (pc->request - start), " : ");
        start = at ? at + 3 : pc->p;

    } else {
        start = pc->p;
    }

    for (p = start; p < pc->last; p = at) {

        at = p + 1;

        if (!scan_pieces_is_address(*p) || (p > start && scan_is_name(p[-1])))
        {
            continue;
        }

        while (at < pc->last && scan_pieces_is_address(*at)) {
            at++;
        }

        word.data = p;
        word.len = (size_t) (at - p);

        if (at == pc->last || !scan_is_name(*at)) {
            word = scan_pieces_address(word, pc->last);

            if (word.len) {
                ln->client = word;
                return;
            }
        }
    }
}


/* without its port; none if it is no address */

static cli_str_t
scan_pieces_address(cli_str_t word, const unsigned char *last)
{
    const unsigned char  *dot, *end, *colon;

    end = word.data + word.len;
    dot = memchr(word.data, '.', word.len);

    if (dot) {
        colon = memrchr(word.data, ':', (size_t) (dot - word.data));

        if (colon) {
            word.data = colon + 1;
            word.len = (size_t) (end - word.data);
        }

    } else if (last - end > 1 && end[0] == ' ' && end[1] == '[') {

        /* HAProxy writes IPv6 addresses without brackets, and the port */

        colon = memrchr(word.data, ':', word.len);
        word.len = colon ? (size_t) (colon - word.data) : 0;
    }

    while (word.len && !scan_is_client(word)) {
        colon = memrchr(word.data, ':', word.len);

        if (colon == NULL && dot && word.data[word.len - 1] == '.') {
            colon = word.data + word.len - 1;
        }

        word.len = colon ? (size_t) (colon - word.data) : 0;
    }

    for (dot = word.data; dot < word.data + word.len; dot++) {
        if (scan_is_digit(*dot)) {
            return word;
        }
    }

    word.len = 0;

    return word;
}


/* lines of these products that contain no request */

static int
scan_pieces_is_other(const unsigned char *p, const unsigned char *last)
{
    size_t                i;
    cli_str_t             line;
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

    /* tail -f of several files: ==> access.log <== */

    if (last - p > 8 && memcmp(p, "==> ", 4) == 0
        && memcmp(last - 4, " <==", 4) == 0)
    {
        return 1;
    }

    /* journalctl -o export: _HOSTNAME=..., PRIORITY=..., the line elsewhere */

    for (q = p; q < last && (scan_is_capital(*q) || *q == '_'); q++) {
        /* void */
    }

    if (q - p > 2 && q < last && *q == '=') {
        return 1;
    }

    /* a request that was cut, or of a format that was not understood */

    line.data = p;
    line.len = (size_t) (last - p);

    if (memmem(p, line.len, "{\"", 2) || scan_is_of_interest(line)) {
        return 0;
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (scan_find(p, (size_t) (last - p), others[i])) {
            return 1;
        }
    }

    return 0;
}
