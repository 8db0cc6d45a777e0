
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * Pairs of a name, "=" or ":", and a value: in quotes, or up to the next name.
 * So CEF, whose values may contain spaces, and logfmt, whose values do not,
 * are read alike.  LTSV and LEEF have tabs between the pairs.
 */


#include <string.h>

#include "cli/common/cli_types.h"
#include "scan_pairs.h"
#include "scan_escape.h"
#include "scan_layout.h"
#include "scan_names.h"
#include "cli/bytes/scan_prefilter.h"
#include "scan_record.h"
#include "scan_types.h"


#define SCAN_PAIRS_MAX  256


typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;
    unsigned char         separator;
} scan_pairs_t;


static int scan_pairs_next(scan_pairs_t *pr, cli_str_t *name,
    cli_str_t *value);
static const unsigned char *scan_pairs_quoted(const unsigned char *p,
    const unsigned char *last, cli_str_t *value);
static const unsigned char *scan_pairs_bare(const scan_pairs_t *pr,
    const unsigned char *p, cli_str_t *value);
static cli_str_t scan_pairs_target(cli_str_t value);


static inline int
scan_pairs_is_name(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'
           || c == '@';
}


static inline int
scan_pairs_is_between(unsigned char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '|'
           || c == '{' || c == '[' || c == '(' || c == '^';
}


scan_parsed_e
scan_pairs(scan_parser_t *ps, const unsigned char *p,
    const unsigned char *last, scan_line_t *ln)
{
    unsigned              n, rank, twice;
    cli_str_t             name, value;
    scan_pairs_t          pr;
    scan_field_e          field;
    scan_record_t         rec;
    scan_parsed_e         parsed;
    scan_values_t         values;
    unsigned char        *text;
    const unsigned char  *tab, *start;

    start = p;

    pr.p = p;
    pr.last = last;
    pr.separator = '=';

    /* LTSV: label, colon, and tabs in between */

    tab = scan_find_near(p, last, '\t');

    if (tab) {
        while (p < tab && scan_pairs_is_name(*p)) {
            p++;
        }

        if (p < tab && *p == ':' && p > pr.p) {
            pr.separator = ':';
        }
    }

    scan_record_begin(&rec, ps, ln);

    twice = 0;
    values.n = 0;

    for (n = 0; n < SCAN_PAIRS_MAX && scan_pairs_next(&pr, &name, &value);
         n++)
    {
        field = scan_name(ps->formats, (const char *) name.data, name.len,
                          &rank);

        scan_values_add(&values, value, field, rank,
                        value.data[-1] == '"' || value.data[-1] == '\'');

        if (field == SCAN_F_TARGET || field == SCAN_F_REQUEST) {
            value = scan_pairs_target(value);
        }

        if (field != SCAN_F_SKIP && memchr(value.data, '\\', value.len)) {
            text = ps->text + ps->used;

            value.len = scan_unescape(text, value.data, value.len);
            value.data = text;

            ps->used += value.len;
        }

        if (field == SCAN_F_STATUS && rank == rec.rank[SCAN_F_STATUS]) {
            twice = 1;
        }

        scan_record_take(&rec, field, rank, value);
    }

    if (n < 2 || n == SCAN_PAIRS_MAX
        || (rec.rank[SCAN_F_TARGET] == 0 && !rec.inner.len))
    {
        return SCAN_DAMAGED;
    }

    parsed = scan_record_end(&rec);

    /* of two answers, one may have been written by the client */

    if (twice) {
        ln->status = 0;
    }

    if (parsed != SCAN_REQUEST
        || (!ln->status && !ln->method.len && !ln->client.len
            && ln->time == SCAN_NO_TIME))
    {
        return SCAN_DAMAGED;
    }

    scan_record_learn(&rec, SCAN_PAIRS, start, last, &values);

    return SCAN_REQUEST;
}


/* 0: no more pairs */

static int
scan_pairs_next(scan_pairs_t *pr, cli_str_t *name, cli_str_t *value)
{
    unsigned char         quote;
    const unsigned char  *p, *mark, *start, *end;

    for (p = pr->p; p < pr->last; p = mark + 1) {

        mark = scan_find_near(p, pr->last, pr->separator);

        /* 'name': 'value', or name:"value" */

        if (pr->separator == '=') {
            end = memchr(p, ':', (size_t) ((mark ? mark : pr->last) - p));

            while (end && !(end > pr->p && pr->last - end > 2
                            && (end[-1] == '\''
                                || (end[1] == '"'
                                    && scan_pairs_is_name(end[-1])))))
            {
                end = memchr(end + 1, ':', (size_t) ((mark ? mark : pr->last)
                                                     - end - 1));
            }

            mark = end ? end : mark;
        }

        if (mark == NULL) {
            return 0;
        }

        end = mark;
        quote = end > pr->p && (end[-1] == '"' || end[-1] == '\'')
                ? end[-1] : 0;
        end -= quote != 0;

        for (start = end; start > pr->p && scan_pairs_is_name(start[-1]);
             start--)
        {
            /* void */
        }

        if (start == end
            || (quote && (start == pr->p || start[-1] != quote)))
        {
            continue;
        }

        if (!quote && start > pr->p && !scan_pairs_is_between(start[-1])
            && !(start[-1] == ':' && pr->separator == '='))
        {
            continue;
        }

        name->data = start;
        name->len = (size_t) (end - start);

        for (p = mark + 1; p < pr->last && *p == ' ' && quote; p++) {
            /* void */
        }

        if (p < pr->last && (*p == '"' || *p == '\'')) {
            pr->p = scan_pairs_quoted(p, pr->last, value);

        } else {
            pr->p = scan_pairs_bare(pr, p, value);
        }

        return 1;
    }

    return 0;
}


static const unsigned char *
scan_pairs_quoted(const unsigned char *p, const unsigned char *last,
    cli_str_t *value)
{
    unsigned char  quote;

    quote = *p++;
    value->data = p;

    for ( /* void */ ; p < last; p++) {

        if (*p == '\\' && last - p > 1) {
            p++;
            continue;
        }

        if (*p == quote) {
            break;
        }
    }

    value->len = (size_t) (p - value->data);

    return p < last ? p + 1 : last;
}


/* up to the next name; spaces before it do not belong to the value */

static const unsigned char *
scan_pairs_bare(const scan_pairs_t *pr, const unsigned char *p,
    cli_str_t *value)
{
    const unsigned char  *end, *start;

    value->data = p;

    if (pr->separator == ':') {
        end = scan_find_near(p, pr->last, '\t');
        end = end ? end : pr->last;
        value->len = (size_t) (end - p);

        return end;
    }

    for (end = p; (end = scan_find_near(end, pr->last, '=')); end++) {

        for (start = end; start > p && scan_pairs_is_name(start[-1]);
             start--)
        {
            /* void */
        }

        if (start > p && start < end && scan_pairs_is_between(start[-1])) {
            end = start - 1;
            break;
        }
    }

    end = end ? end : pr->last;

    if (end == pr->last) {
        start = memchr(p, '\t', (size_t) (end - p));
        end = start ? start : end;
    }

    value->len = (size_t) (end - p);

    while (value->len && (p[value->len - 1] == ' ' || p[value->len - 1] == ','
                          || p[value->len - 1] == ';'
                          || p[value->len - 1] == '}'))
    {
        value->len--;
    }

    return end;
}


/* words after a target do not belong to it, unless they make it an attack */

static cli_str_t
scan_pairs_target(cli_str_t value)
{
    const unsigned char  *blank;

    if (scan_is_request(value.data, value.data + value.len)
        || (blank = memchr(value.data, ' ', value.len)) == NULL
        || scan_is_attack(value))
    {
        return value;
    }

    value.len = (size_t) (blank - value.data);

    return value;
}
