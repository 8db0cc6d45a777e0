
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Rows of values below a header that names them, separated by commas,
 * semicolons, bars or tabs.  A quoted value may contain any of these, and a
 * quote as two.  Zeek's header begins with "#fields", and "-" is an empty
 * value.
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_table.h"
#include "scan_layout.h"
#include "scan_names.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_record.h"
#include "scan_types.h"


static cli_str_t scan_table_value(const unsigned char **p,
    const unsigned char *last, unsigned char separator, unsigned *doubled);


static const cli_str_t  scan_table_fields = cli_string("#fields\t");


/* the separator that is most frequent in the header, outside of quotes */

static unsigned char
scan_table_separator(const unsigned char *p, const unsigned char *last)
{
    size_t                i, n, most;
    unsigned              quoted;
    unsigned char         found;
    const unsigned char  *q;

    static const unsigned char  marks[] = { '\t', ',', ';', '|' };

    most = 0;
    found = 0;

    for (i = 0; i < sizeof(marks); i++) {
        quoted = 0;

        for (n = 0, q = p; q < last; q++) {
            quoted ^= *q == '"';
            n += !quoted && *q == marks[i];
        }

        if (n > most) {
            most = n;
            found = marks[i];
        }
    }

    return found;
}


int
scan_table_header(scan_w3c_t *w3c, const scan_formats_t *formats,
    const unsigned char *p, const unsigned char *last)
{
    unsigned       n, rank, known, target, doubled;
    cli_str_t      name;
    scan_w3c_t     is;
    scan_field_e   field;

    while (last > p && (last[-1] == '\r' || last[-1] == '\n')) {
        last--;
    }

    if ((size_t) (last - p) > scan_table_fields.len
        && memcmp(p, scan_table_fields.data, scan_table_fields.len) == 0)
    {
        p += scan_table_fields.len;
    }

    if (last == p || *p == '{' || *p == '<'
        || memchr(p, '/', (size_t) (last - p))
        || memchr(p, '=', (size_t) (last - p)))
    {
        return -1;
    }

    memset(&is, 0, sizeof(scan_w3c_t));

    is.separator = scan_table_separator(p, last);

    if (is.separator == 0) {
        return -1;
    }

    known = target = 0;

    for (n = 0; p <= last && n < SCAN_W3C_MAX; n++) {
        name = scan_table_value(&p, last, is.separator, &doubled);
        field = scan_name(formats, (const char *) name.data, name.len, &rank);

        is.column[n] = (unsigned char) field;
        is.rank[n] = (unsigned char) rank;

        known += field != SCAN_F_NONE;
        target |= field == SCAN_F_TARGET || field == SCAN_F_REQUEST
                  || field == SCAN_F_LINE;
    }

    if (known < 2 || !target || p <= last) {
        return -1;
    }

    is.n = n;
    *w3c = is;

    return 0;
}


scan_parsed_e
scan_table(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned        n, doubled;
    cli_str_t       value;
    scan_record_t   rec;
    scan_parsed_e   parsed;
    scan_values_t   values;
    unsigned char  *text;
    size_t          i;

    const unsigned char  *start;

    start = p;
    values.n = 0;

    if (ps->w3c.n == 0 || ps->w3c.separator == 0) {
        return SCAN_DAMAGED;
    }

    if (*p == '#') {
        return SCAN_NO_REQUEST;
    }

    scan_record_begin(&rec, ps, ln);

    for (n = 0; p <= last && n < ps->w3c.n; n++) {
        value = scan_table_value(&p, last, ps->w3c.separator, &doubled);

        scan_values_add(&values, value, ps->w3c.column[n], ps->w3c.rank[n],
                        value.data > start && value.data[-1] == '"');

        if (doubled) {
            text = ps->text + ps->used;

            for (i = 0, doubled = 0; i < value.len; i++) {
                text[doubled++] = value.data[i];
                i += value.data[i] == '"';
            }

            value.data = text;
            value.len = doubled;
            ps->used += doubled;
        }

        if (value.len == 1 && *value.data == '-'
            && ps->w3c.column[n] != SCAN_F_TARGET)
        {
            continue;
        }

        scan_record_take(&rec, ps->w3c.column[n], ps->w3c.rank[n], value);
    }

    if (n < ps->w3c.n || p <= last) {
        return SCAN_DAMAGED;
    }

    parsed = scan_record_end(&rec);

    if (parsed == SCAN_REQUEST) {
        scan_record_learn(&rec, SCAN_TABLE, start, last, &values);
    }

    return parsed;
}


/* the next value; "p" is then after the separator, or after the end */

static cli_str_t
scan_table_value(const unsigned char **p, const unsigned char *last,
    unsigned char separator, unsigned *doubled)
{
    cli_str_t             s;
    const unsigned char  *q;

    q = *p;
    *doubled = 0;

    if (q < last && *q == '"') {
        s.data = ++q;

        for ( ;; ) {
            q = scan_find_near(q, last, '"');
            q = q ? q : last;

            if (last - q < 2 || q[1] != '"') {
                break;
            }

            *doubled = 1;
            q += 2;
        }

        s.len = (size_t) (q - s.data);
        q += q < last;

        if (q < last && *q != separator) {
            s.data--;
            s.len++;
            *doubled = 0;

        } else {
            *p = q + 1;
            return s;
        }
    }

    s.data = *p;
    q = scan_find_near(q, last, separator);
    q = q ? q : last;

    s.len = (size_t) (q - s.data);
    *p = q + 1;

    return s;
}
