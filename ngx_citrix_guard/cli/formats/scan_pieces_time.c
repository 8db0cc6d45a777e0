
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The time of a line of pieces: [dd/Mon/yyyy:hh:mm:ss, yyyy-mm-ddThh:mm:ss, the
 * ADC's mm/dd/yyyy:hh:mm:ss, or seconds since 1970 at the beginning.
 */


#include <stddef.h>
#include <string.h>

#include "scan_pieces_time.h"
#include "cli/bytes/scan_byte.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_time.h"
#include "scan_types.h"


/* how many colons are tried: syslog's own time has three, and no year */

#define SCAN_COLONS     8

#define SCAN_EPOCH_LEN  10
#define SCAN_ISO_LEN    19
#define SCAN_ZONE_LEN   6


/*
 * The offset behind yyyy-mm-ddThh:mm:ss and its fraction: "Z", "+01:00",
 * "+0100" or " +0100".  Its length; 0 if there is none.
 */

static size_t
scan_pieces_zone(const unsigned char *p, const unsigned char *last,
    const unsigned char **zone)
{
    size_t  len;

    if (last - p > 1 && (*p == '.' || *p == ',') && scan_is_digit(p[1])) {
        for (p++; p < last && scan_is_digit(*p); p++) { /* void */ }
    }

    p += last - p > 1 && *p == ' ' && (p[1] == '+' || p[1] == '-');
    *zone = p;

    if (p < last && (*p == 'Z' || *p == 'z')) {
        return 1;
    }

    if (last - p < 5 || (*p != '+' && *p != '-')) {
        return 0;
    }

    len = last - p > 5 && p[3] == ':' ? 6 : 5;

    return scan_is_digit(p[len - 1])
           && (last - p == (ptrdiff_t) len || !scan_is_digit(p[len]))
           ? len : 0;
}


/* its own offset counts; without one it is a time of --timezone */

static int64_t
scan_pieces_iso(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last)
{
    size_t                n;
    int64_t               time;
    unsigned char         text[SCAN_ISO_LEN + SCAN_ZONE_LEN];
    const unsigned char  *zone;

    if (last - p < SCAN_ISO_LEN) {
        return SCAN_NO_TIME;
    }

    n = scan_pieces_zone(p + SCAN_ISO_LEN, last, &zone);

    if (n) {
        memcpy(text, p, SCAN_ISO_LEN);
        memcpy(text + SCAN_ISO_LEN, zone, n);

        time = scan_time_cached(&ps->clock, text, SCAN_ISO_LEN + n);

        if (time != SCAN_NO_TIME) {
            return time;
        }
    }

    return scan_time_cached(&ps->clock, p, SCAN_ISO_LEN);
}


int64_t
scan_pieces_time_at(scan_parser_t *ps, const unsigned char *start,
    const unsigned char *last, const unsigned char *p)
{
    unsigned char  text[SCAN_CLF_LEN + 1];

    if (p[-5] != '/') {
        return scan_pieces_iso(ps, p - 13, last);
    }

    if (p - start >= 11 && p[-9] == '/') {

        memcpy(text, p - 11, 20);
        memcpy(text + 20, " +0000", 7);

        if (last - p >= 15 && p[9] == ' ' && (p[10] == '+' || p[10] == '-')) {
            memcpy(text + 20, p + 9, 6);
        }

        return scan_time_cached_clf(&ps->clock, text);
    }

    memcpy(text, p - 4, 4);
    text[4] = text[7] = '-';
    memcpy(text + 5, p - 10, 2);
    memcpy(text + 8, p - 7, 2);
    text[10] = 'T';
    memcpy(text + 11, p + 1, 8);

    return scan_time_iso(text, 19);
}


int64_t
scan_pieces_epoch(const unsigned char *p, const unsigned char *last)
{
    const unsigned char  *end;

    end = scan_find_near(p, last, ' ');

    if (end == NULL || end - p < SCAN_EPOCH_LEN || end - p > 17 || *p != '1') {
        return SCAN_NO_TIME;
    }

    return scan_time_epoch(p, (size_t) (end - p));
}


int
scan_pieces_time(scan_parser_t *ps, scan_pieces_t *pc, scan_line_t *ln)
{
    unsigned              i;
    const unsigned char  *p;

    p = pc->p;

    for (i = 0; i < SCAN_COLONS && (p = scan_find_near(p, pc->last, ':'));
         i++, p++)
    {
        if (!scan_pieces_has_time(pc->p, pc->last, p)) {
            continue;
        }

        ln->time = scan_pieces_time_at(ps, pc->p, pc->last, p);

        if (ln->time != SCAN_NO_TIME) {
            pc->time = p;
            return 0;
        }

        if (p[-5] == '/' && p - pc->p >= 11 && p[-9] == '/') {
            return -1;
        }
    }

    ln->time = scan_pieces_epoch(pc->p, pc->last);

    return 0;
}
