
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The extended log format of W3C, as IIS and others write it: "#Fields:" names
 * the columns, separated by spaces or tabs; "-" is an empty value.
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_w3c.h"
#include "scan_layout.h"
#include "scan_line.h"
#include "scan_record.h"
#include "scan_table.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_time.h"
#include "scan_types.h"


static const struct {
    const char           *name;
    scan_field_e          field;
} scan_w3c_names[] = {
    { "date", SCAN_F_DATE },
    { "time", SCAN_F_CLOCK },
    { "c-ip", SCAN_F_CLIENT },
    { "c-dns", SCAN_F_CLIENT },
    { "cs-method", SCAN_F_METHOD },
    { "cs-uri", SCAN_F_TARGET },
    { "cs-uri-stem", SCAN_F_TARGET },
    { "cs-uri-path", SCAN_F_TARGET },
    { "cs-uri-query", SCAN_F_QUERY },
    { "sc-status", SCAN_F_STATUS },
    { "sc-bytes", SCAN_F_BYTES },
};


static scan_parsed_e scan_w3c_row(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln);


/* the next word or quoted text; "p" is then after it */

static cli_str_t
scan_w3c_word(const unsigned char **p, const unsigned char *last)
{
    cli_str_t             s;
    const unsigned char  *q;

    for (q = *p; q < last && (*q == ' ' || *q == '\t'); q++) { /* void */ }

    if (q < last && *q == '"') {
        s.data = ++q;

        q = memchr(q, '"', (size_t) (last - q));
        q = q ? q : last;

        s.len = (size_t) (q - s.data);
        *p = q < last ? q + 1 : last;

        return s;
    }

    for (s.data = q; q < last && *q != ' ' && *q != '\t'; q++) { /* void */ }

    s.len = (size_t) (q - s.data);
    *p = q;

    return s;
}


/* Exchange has the names, and the values, between commas */

void
scan_w3c_fields(scan_w3c_t *w3c, const scan_formats_t *formats,
    const unsigned char *p, const unsigned char *last)
{
    size_t     i;
    cli_str_t  word;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    if (memchr(p, ',', (size_t) (last - p))
        && scan_table_header(w3c, formats, p, last) == 0)
    {
        return;
    }

    memset(w3c->column, SCAN_F_NONE, sizeof(w3c->column));
    w3c->separator = 0;

    for (w3c->n = 0; w3c->n < SCAN_W3C_MAX; w3c->n++) {
        word = scan_w3c_word(&p, last);

        if (word.len == 0) {
            break;
        }

        for (i = 0; i < sizeof(scan_w3c_names) / sizeof(scan_w3c_names[0]);
             i++)
        {
            if (strlen(scan_w3c_names[i].name) == word.len
                && strncasecmp(scan_w3c_names[i].name,
                               (const char *) word.data, word.len) == 0)
            {
                w3c->column[w3c->n] = scan_w3c_names[i].field;
            }
        }
    }
}


scan_parsed_e
scan_w3c(scan_parser_t *ps, const unsigned char *p, const unsigned char *last,
    scan_line_t *ln)
{
    static const cli_str_t  fields = cli_string("#Fields:");
    static const cli_str_t  date = cli_string("#Date: ");
    static const char      *others[] = {
        "#version:", "#software:", "#date:", "#remark:", "#start-date:",
        "#end-date:", "#gmt-offset:"
    };

    size_t  i;

    if (last - p < 1 || *p != '#') {
        return ps->w3c.n && ps->w3c.separator == 0
               ? scan_w3c_row(ps, p, last, ln) : SCAN_DAMAGED;
    }

    if ((size_t) (last - p) > fields.len
        && memcmp(p, fields.data, fields.len) == 0)
    {
        scan_w3c_fields(&ps->w3c, ps->formats, p + fields.len, last);
        ps->layout.n = 0;
        ps->shape.known = 0;
        return SCAN_NO_REQUEST;
    }

    if ((size_t) (last - p) >= date.len + 10
        && memcmp(p, date.data, date.len) == 0)
    {
        memcpy(ps->w3c.date, p + date.len, 10);
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (scan_find(p, (size_t) (last - p), others[i]) == p) {
            return SCAN_NO_REQUEST;
        }
    }

    return SCAN_DAMAGED;
}


static scan_parsed_e
scan_w3c_row(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    char          when[32];
    unsigned      i, named;
    cli_str_t     word, date, clock, other;
    scan_field_e  field;
    scan_values_t values;

    const unsigned char  *start;

    start = p;
    named = 0;
    values.n = 0;

    scan_line_init(ln);

    date.data = (unsigned char *) ps->w3c.date;
    date.len = strlen(ps->w3c.date);
    clock = date;
    clock.len = 0;

    for (i = 0; i < ps->w3c.n; i++) {
        word = scan_w3c_word(&p, last);

        if (word.len == 0) {
            return SCAN_DAMAGED;
        }

        field = ps->w3c.column[i];
        named |= field == SCAN_F_TARGET;

        scan_values_add(&values, word, field, 0,
                        word.data > start && word.data[-1] == '"');

        if (word.len == 1 && *word.data == '-') {
            continue;
        }

        if (field == SCAN_F_DATE) {
            date = word;

        } else if (field == SCAN_F_CLOCK) {
            clock = word;

        } else if (field != SCAN_F_NONE) {
            other = ln->target;
            scan_set(ps, ln, field, word.data, word.data + word.len);
            scan_line_other(ln, other);
        }
    }

    /* values of IIS contain no space: the rest belongs to another line */

    if (scan_w3c_word(&p, last).len) {
        return SCAN_DAMAGED;
    }

    /* a connection without a request, if there is a column for the target */

    if (!ln->target.len) {
        return named && !ln->method.len ? SCAN_NO_REQUEST : SCAN_DAMAGED;
    }

    if (date.len == 10 && clock.len >= 8 && clock.len < 20) {
        memcpy(when, date.data, 10);
        when[10] = 'T';
        memcpy(when + 11, clock.data, clock.len);

        ln->time = scan_time_iso((unsigned char *) when, 11 + clock.len);
    }

    if (date.len && clock.len && ln->time == SCAN_NO_TIME) {
        return SCAN_DAMAGED;
    }

    scan_layout_learn(ps, SCAN_W3C, start, last, &values, ln, 0);

    return SCAN_REQUEST;
}
