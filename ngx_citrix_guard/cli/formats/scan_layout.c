
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * The lines of one log are alike: the same names or columns in the same order,
 * and all that is not a value is the same text.  Where it is, each value means
 * what it meant in the line before.  What is remembered of a line says which of
 * its values have to be looked at, and as what.
 */


#include <stddef.h>
#include <string.h>

#include "scan_layout.h"
#include "scan_types.h"


/* hh:mm:ss, and the part before the seconds */

#define SCAN_CLOCK_LEN    8
#define SCAN_CLOCK_FRONT  6

#define SCAN_DATE_LEN     10

/* further back than a date and a time are long, a "[" is no part of a log's */

#define SCAN_FRONT_MAX    20


static int scan_layout_roles(scan_layout_t *layout,
    const scan_values_t *values, const unsigned char *last, unsigned vague);
static int scan_layout_role(const scan_layout_t *layout,
    const scan_value_t *value);
static int scan_layout_times(scan_layout_t *layout, scan_values_t *values,
    const scan_line_t *ln);
static void scan_layout_runs(scan_layout_t *layout,
    const scan_values_t *values);
static int scan_layout_texts(scan_layout_t *layout, const unsigned char *p,
    const unsigned char *last, const scan_values_t *values,
    unsigned char separator);
static int scan_layout_add(scan_layout_t *layout, unsigned n, size_t *used,
    const unsigned char *p, const unsigned char *last);
static int scan_layout_marks(scan_layout_t *layout, const unsigned char *p,
    unsigned n);


void
scan_layout_learn(scan_parser_t *ps, scan_format_e format,
    const unsigned char *p, const unsigned char *last,
    const scan_values_t *values, const scan_line_t *ln, unsigned vague)
{
    scan_layout_t  *layout;
    scan_values_t   own;

    layout = &ps->layout;
    layout->n = 0;
    layout->format = format;

    if (values->n > SCAN_LAYOUT_VALUES || (vague && ln->method.len == 0)) {
        return;
    }

    own = *values;

    if (scan_layout_roles(layout, &own, last, vague) == -1
        || scan_layout_times(layout, &own, ln) == -1
        || scan_layout_texts(layout, p, last, &own, ps->w3c.separator) == -1
        || scan_layout_marks(layout, p, own.n) == -1)
    {
        return;
    }

    scan_layout_runs(layout, &own);

    layout->n = own.n;
}


/*
 * Each value that names a target is looked at, and each that may hold one.  -1
 * if there is more to it.
 */

static int
scan_layout_roles(scan_layout_t *layout, const scan_values_t *values,
    const unsigned char *last, unsigned vague)
{
    int                   is;
    unsigned              i, target;
    const scan_value_t   *value;
    scan_layout_value_t  *known;

    target = 0;

    for (i = 0; i < values->n; i++) {
        value = &values->value[i];
        known = &layout->value[i];

        is = scan_layout_role(layout, value);

        if (is == -1 || (vague && value->field == SCAN_F_LINE)
            || (value->quoted
                && (value->last == last || *value->last != '"')))
        {
            return -1;
        }

        known->is = (unsigned char) is;
        known->quoted = value->quoted != 0;
        known->line = value->field == SCAN_F_LINE;
        known->run = 0;

        known->some = layout->format == SCAN_W3C
                      || (vague && value->field == SCAN_F_METHOD);

        target |= value->field == SCAN_F_TARGET
                  || value->field == SCAN_F_REQUEST;
    }

    return target ? 0 : -1;
}


static int
scan_layout_role(const scan_layout_t *layout, const scan_value_t *value)
{
    unsigned  json;

    json = layout->format == SCAN_JSON;

    switch (value->field) {

    case SCAN_F_TARGET:
    case SCAN_F_REQUEST:

        if (json && !value->quoted) {
            return -1;
        }

        /* METHOD target PROTOCOL, or the target alone */

        return memchr(value->data, ' ', (size_t) (value->last - value->data))
               ? SCAN_LAYOUT_IS_REQUEST : SCAN_LAYOUT_IS_TARGET;

    case SCAN_F_TIME_CLF:
    case SCAN_F_TIME_ISO:
    case SCAN_F_TIME_EPOCH:
        return -1;

    case SCAN_F_QUERY:
        return json && !value->quoted ? -1 : SCAN_LAYOUT_IS_QUERY;

    case SCAN_F_VERDICT:
    case SCAN_F_OUTCOME:
        return json && !value->quoted ? -1 : SCAN_LAYOUT_IS_VERDICT;

    case SCAN_F_NONE:
    case SCAN_F_HOST:
    case SCAN_F_LINE:
        return json && !value->quoted ? SCAN_LAYOUT_IS_BARE
                                      : SCAN_LAYOUT_IS_TEXT;

    default:
        return json && !value->quoted ? SCAN_LAYOUT_IS_BARE
                                      : SCAN_LAYOUT_IS_STRING;
    }
}


static int
scan_layout_is_clock(const scan_value_t *value)
{
    size_t  len;

    len = (size_t) (value->last - value->data);

    return len >= 5 && len < 20 && value->data[2] == ':';
}


static int
scan_layout_is_date(const scan_value_t *value)
{
    return value->last - value->data == SCAN_DATE_LEN
           && (value->data[4] == '-' || value->data[4] == '/');
}


/* the date becomes text, and of the clock all but its seconds */

static int
scan_layout_clock(scan_layout_t *layout, scan_values_t *values, unsigned date,
    unsigned clock, const scan_line_t *ln)
{
    unsigned              i;
    scan_value_t         *value;
    const unsigned char  *p;

    value = &values->value[clock];

    p = value->data + SCAN_CLOCK_FRONT;

    if (value->last - value->data < SCAN_CLOCK_LEN || p[-1] != ':'
        || p[0] < '0' || p[0] > '5' || p[1] < '0' || p[1] > '9'
        || (value->last - value->data > SCAN_CLOCK_LEN && p[2] != '.')
        || ln->time == SCAN_NO_TIME)
    {
        return -1;
    }

    value->data = p;

    layout->minute = ln->time - ((p[0] - '0') * 10 + p[1] - '0');
    layout->value[clock].is = SCAN_LAYOUT_IS_CLOCK;

    if (date == values->n) {
        return 0;
    }

    values->n--;

    for (i = date; i < values->n; i++) {
        values->value[i] = values->value[i + 1];
        layout->value[i] = layout->value[i + 1];
    }

    return 0;
}


/* of the times the first one of the highest rank is in force */

static int
scan_layout_times(scan_layout_t *layout, scan_values_t *values,
    const scan_line_t *ln)
{
    unsigned             i, n, time, date, clock, other;
    const scan_value_t  *value;

    n = values->n;
    time = date = clock = n;
    other = 1;

    for (i = 0; i < n; i++) {
        value = &values->value[i];

        if (value->field != SCAN_F_TIME && value->field != SCAN_F_DATE
            && value->field != SCAN_F_CLOCK)
        {
            continue;
        }

        if (scan_layout_is_clock(value)) {
            clock = clock == n ? i : n + 1;
            other = value->rank > other ? value->rank : other;

        } else if (scan_layout_is_date(value)) {
            date = date == n ? i : n + 1;
            other = value->rank > other ? value->rank : other;

        } else if (value->field != SCAN_F_TIME) {
            return -1;

        } else if (time == n || value->rank > values->value[time].rank) {
            time = i;
        }
    }

    if (time < n) {
        layout->value[time].is = SCAN_LAYOUT_IS_TIME;

        /* in another line a date or a clock may be more than that */

        return values->value[time].rank > other ? 0 : -1;
    }

    /* a date or a clock alone, or twice */

    if (clock < n && (date < n || layout->format == SCAN_W3C)) {
        return scan_layout_clock(layout, values, date, clock, ln);
    }

    if (clock != n || date != n) {
        return -1;
    }

    /* pairs without a time may be no request */

    return layout->format == SCAN_PAIRS ? -1 : 0;
}


/* is it mostly the same in one line after the other? */

static int
scan_layout_is_steady(const scan_layout_value_t *known,
    const scan_value_t *value)
{
    if (known->is != SCAN_LAYOUT_IS_STRING && known->is != SCAN_LAYOUT_IS_TEXT
        && known->is != SCAN_LAYOUT_IS_BARE
        && known->is != SCAN_LAYOUT_IS_VERDICT)
    {
        return 0;
    }

    switch (value->field) {

    case SCAN_F_CLIENT:
    case SCAN_F_BYTES:
    case SCAN_F_ID:
    case SCAN_F_TIME:
        return 0;

    case SCAN_F_NONE:
        return value->quoted;

    default:
        return 1;
    }
}


/*
 * Such values, one behind the other, are compared with those of the line
 * before all at once.
 */

static void
scan_layout_runs(scan_layout_t *layout, const scan_values_t *values)
{
    unsigned              i, memos;
    scan_layout_value_t  *first;

    memos = 0;
    first = NULL;

    for (i = 0; i < values->n; i++) {

        if (!scan_layout_is_steady(&layout->value[i], &values->value[i])) {
            first = NULL;
            continue;
        }

        if (first == NULL) {

            if (memos == SCAN_LAYOUT_MEMOS) {
                return;
            }

            first = &layout->value[i];
            first->memo = (unsigned char) memos++;
        }

        first->run++;
    }
}


static int
scan_layout_texts(scan_layout_t *layout, const unsigned char *p,
    const unsigned char *last, const scan_values_t *values,
    unsigned char separator)
{
    size_t               used;
    unsigned             i;
    unsigned char        end;
    const scan_value_t  *value;

    used = 0;

    /* the last value ends with the line, but a separator would end it, too */

    end = layout->format == SCAN_TABLE ? separator : '\n';

    for (i = 0; i < values->n; i++) {
        value = &values->value[i];

        if (value->data < p
            || scan_layout_add(layout, i, &used, p, value->data) == -1)
        {
            return -1;
        }

        /* between two values there has to be something */

        if (i && value->data == p) {
            return -1;
        }

        p = value->last;
        layout->value[i].stop = p < last ? *p : end;
    }

    return scan_layout_add(layout, values->n, &used, p, last);
}


/* behind each text a whole window may be read */

static int
scan_layout_add(scan_layout_t *layout, unsigned n, size_t *used,
    const unsigned char *p, const unsigned char *last)
{
    size_t                len;
    scan_layout_value_t  *value;

    len = (size_t) (last - p);

    if (len + SCAN_LAYOUT_BEHIND > SCAN_LAYOUT_TEXT - *used) {
        return -1;
    }

    memcpy(layout->text + *used, p, len);

    value = &layout->value[n];

    value->text = (unsigned short) *used;
    value->len = (unsigned short) len;
    value->mask16 = len ? 0xffffu >> (15 - (len - 1) % 16) : 0;
    value->mask32 = len ? 0xffffffffu >> (31 - (len - 1) % 32) : 0;

    *used += len;

    return 0;
}


/*
 * Where names part the values, none of them may hold a pair of its own, or a
 * byte by which another format is recognised; where blanks do, none may hold
 * a blank of either kind.
 */

static int
scan_layout_marks(scan_layout_t *layout, const unsigned char *p, unsigned n)
{
    size_t                i, len;
    const unsigned char  *text;

    layout->marks = 0;
    memset(layout->mark, 0, sizeof(layout->mark));

    text = layout->text;
    len = layout->value[n].text + layout->value[n].len;

    if (layout->format == SCAN_W3C) {
        memcpy(layout->mark, " \t\t", sizeof(layout->mark));

    } else if (layout->format == SCAN_PAIRS) {
        memcpy(layout->mark, "={[", sizeof(layout->mark));

        if (*p == '#' || memchr(text, '{', len) || memmem(text, len, " [", 2)
            || memmem(text, len, "] \"", 3))
        {
            return -1;
        }
    }

    for (i = 0; i < len; i++) {

        if (text[i] == '[' && i >= SCAN_FRONT_MAX
            && layout->format == SCAN_PAIRS)
        {
            return -1;
        }

        layout->marks += layout->mark[0]
                         && memchr(layout->mark, text[i],
                                   sizeof(layout->mark)) != NULL;
    }

    return 0;
}
