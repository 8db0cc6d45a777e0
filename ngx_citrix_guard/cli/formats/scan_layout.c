
/*
 * Copyright (C) ngx_citrix_guard authors
 *
 * JSON lines of one log are alike: the same keys in the same order, and all
 * that is not a value is the same text.  Where it is, each key means what it
 * meant in the line before.  What is remembered of a line says which of its
 * values have to be looked at, and as what.
 */


#include <stddef.h>
#include <string.h>

#include "scan_layout.h"
#include "scan_types.h"


static int scan_layout_roles(scan_layout_t *layout, const scan_value_t *value,
    unsigned n);
static int scan_layout_role(const scan_value_t *value);
static int scan_layout_target(const scan_value_t *value);
static int scan_layout_is_plain(const scan_value_t *value);
static int scan_layout_add(scan_layout_t *layout, unsigned n, size_t *used,
    const unsigned char *p, const unsigned char *last);


/* "p" and "last": from the line's beginning to behind the last brace */

void
scan_layout_learn(scan_layout_t *layout, const unsigned char *p,
    const unsigned char *last, const scan_value_t *value, unsigned n)
{
    size_t    used;
    unsigned  i;

    layout->n = 0;

    if (n > SCAN_LAYOUT_VALUES || scan_layout_roles(layout, value, n) == -1) {
        return;
    }

    used = 0;

    for (i = 0; i < n; i++) {
        if (scan_layout_add(layout, i, &used, p, value[i].data) == -1) {
            return;
        }

        p = value[i].last;
    }

    if (scan_layout_add(layout, n, &used, p, last) == 0) {
        layout->n = n;
    }
}


/* behind each text a whole window may be read */

static int
scan_layout_add(scan_layout_t *layout, unsigned n, size_t *used,
    const unsigned char *p, const unsigned char *last)
{
    size_t  len;

    len = (size_t) (last - p);

    if (len == 0 || len + SCAN_LAYOUT_BEHIND > SCAN_LAYOUT_TEXT - *used) {
        return -1;
    }

    memcpy(layout->text + *used, p, len);

    layout->value[n].text = (unsigned short) *used;
    layout->value[n].len = (unsigned short) len;

    *used += len;

    return 0;
}


/*
 * Each value that names a target is looked at, and each that holds what may
 * be one; of the times the first one of the highest rank is in force.  -1 if
 * there is more to it.
 */

static int
scan_layout_roles(scan_layout_t *layout, const scan_value_t *value, unsigned n)
{
    int           is;
    unsigned      i, target, time;

    target = 0;
    time = n;

    for (i = 0; i < n; i++) {
        is = scan_layout_role(&value[i]);

        if (is == -1) {
            return -1;
        }

        layout->value[i].is = (unsigned char) is;
        layout->value[i].quoted = (unsigned char) value[i].quoted;

        target |= value[i].field == SCAN_F_TARGET
                  || value[i].field == SCAN_F_REQUEST;

        if (value[i].field == SCAN_F_TIME) {
            if (time == n || value[i].rank > value[time].rank) {
                time = i;
            }
        }
    }

    if (!target) {
        return -1;
    }

    if (time < n) {
        layout->value[time].is = SCAN_LAYOUT_IS_TIME;
    }

    return 0;
}


static int
scan_layout_role(const scan_value_t *value)
{
    switch (value->field) {

    case SCAN_F_TARGET:
    case SCAN_F_REQUEST:
        return value->quoted ? scan_layout_target(value) : -1;

    case SCAN_F_TIME_CLF:
    case SCAN_F_TIME_ISO:
    case SCAN_F_TIME_EPOCH:
        return -1;

    case SCAN_F_QUERY:
        return value->quoted ? SCAN_LAYOUT_IS_QUERY : -1;

    case SCAN_F_VERDICT:
    case SCAN_F_OUTCOME:
        return value->quoted ? SCAN_LAYOUT_IS_VERDICT : -1;

    case SCAN_F_NONE:
    case SCAN_F_HOST:
    case SCAN_F_LINE:

        if (!value->quoted) {
            return SCAN_LAYOUT_IS_BARE;
        }

        if (scan_layout_is_plain(value)) {
            return SCAN_LAYOUT_IS_PLAIN;
        }

        return scan_layout_target(value) == SCAN_LAYOUT_IS_TARGET
               ? SCAN_LAYOUT_IS_TARGET : -1;

    default:
        return value->quoted ? SCAN_LAYOUT_IS_STRING : SCAN_LAYOUT_IS_BARE;
    }
}


/* METHOD target PROTOCOL, or the target alone */

static int
scan_layout_target(const scan_value_t *value)
{
    return memchr(value->data, ' ', (size_t) (value->last - value->data))
           ? SCAN_LAYOUT_IS_REQUEST : SCAN_LAYOUT_IS_TARGET;
}


/* without what every attack has */

static int
scan_layout_is_plain(const scan_value_t *value)
{
    const unsigned char  *p;

    for (p = value->data; p < value->last; p++) {
        if (*p == '/' || *p == '%' || *p == '\\') {
            return 0;
        }
    }

    return 1;
}
